//! `check web`: `stateright`'s Explorer on the loopback interface.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use holdfast_model::trace::correction;

use super::select::{jobs, scenario};
use super::{CommonOptions, Exit, Failure, Io};
use holdfast_explorer::Stateright;
use holdfast_scenarios::Visit;
use holdfast_scenarios::space::ModelSpace;

pub(super) fn run(
    name: &str,
    variant: Option<&str>,
    port: u16,
    options: &CommonOptions,
    io: &mut Io<'_>,
) -> Result<Exit, Failure> {
    let scenario = scenario(name)?;
    // Without symmetry reduction, each payment keeps its name along a path, so each path replays.
    let options = &CommonOptions { all_orders: true, ..options.clone() };
    let jobs = jobs(&[scenario.name.to_owned()], options)?;
    let names = jobs.iter().map(|job| job.variant.name);
    let Some(job) = jobs.iter().find(|job| variant.is_none_or(|variant| job.variant.name == variant)) else {
        let variant = variant.unwrap_or_default();
        let message = format!("`{}` has no variant `{variant}`{}", scenario.name, correction(variant, names));
        return Err(Failure::Usage(message));
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    writeln!(io.out, "{}: http://{address}/ (end it with Ctrl-C)", job.name())?;
    io.out.flush()?;
    let served = scenario.visit(&job.variant, Serving { address, threads: options.threads() });
    served.map_err(|error| Failure::Usage(format!("cannot serve on {address}: {error}; try another --port")))?;
    Ok(Exit::Fine)
}

struct Serving {
    address: SocketAddr,
    threads: usize,
}

impl Visit for Serving {
    type Output = std::io::Result<()>;

    fn visit<const P: usize, const K: usize>(self, space: ModelSpace<P, K>) -> Self::Output {
        Stateright::new(Arc::new(space)).threads(self.threads).serve(self.address)
    }
}
