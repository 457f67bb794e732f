//! `check web`: a page of its own on the loopback interface, to walk through a scenario step by step.

use std::path::PathBuf;

use super::{CommonOptions, Exit, Failure, Io, replay};
use crate::web::api::{self, WalkRequest, WrongField};
use crate::web::server::WebServer;
use crate::web::site::WebSite;

/// Arguments of `check web`.
#[derive(Debug, clap::Args)]
pub(super) struct WebArgs {
    /// Name of the scenario [default: the first]
    scenario: Option<String>,
    /// Name of the variant [default: the first]
    variant: Option<String>,
    /// Begin with this trace or counterexample; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Port on the loopback interface; 0 is any free one
    #[arg(long, default_value_t = 3000)]
    port: u16,
}

/// The scenario of a page whose user names none.
const FIRST: &str = "multicapture";

pub(super) fn run(args: &WebArgs, options: &CommonOptions, io: &mut Io<'_>) -> Result<Exit, Failure> {
    let refused = |WrongField { field, error }: WrongField| Failure::Usage(format!("{field}: {error}"));
    let scenario = args.scenario.clone().unwrap_or_else(|| FIRST.to_owned());
    let (scenario, variant) = api::chosen(&scenario, args.variant.as_deref()).map_err(refused)?;
    let script = args.trace.as_deref().map(|file| replay::read(file, io)).transpose()?;
    let start = WalkRequest {
        scenario: scenario.name.to_owned(),
        variant: Some(variant.name.to_owned()),
        dialect: options.dialect_words().into_iter().collect(),
        trace: script.map(|script| script.to_string()),
        ..WalkRequest::default()
    };
    api::walk(&start).map_err(refused)?;
    let port = args.port;
    let server = WebServer::listen(port).map_err(|error| {
        Failure::Usage(format!("cannot listen on port {port} of the loopback interface: {error}; try another --port"))
    })?;
    io.interrupt.listen()?;
    let name = format!("{}: {}", scenario.name, variant.name);
    writeln!(io.out, "{name}: http://{}/ (end it with Ctrl-C)", server.address())?;
    io.out.flush()?;
    server.serve(&WebSite { start }, &io.interrupt);
    writeln!(io.out, "Ended.")?;
    Ok(Exit::Fine)
}
