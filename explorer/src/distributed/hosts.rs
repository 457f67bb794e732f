//! The addresses of all processes.

use std::str::FromStr;

/// The addresses of all processes, as a host file lists them: one `host:port` a line, process 0 first.
///
/// Empty lines and lines that begin with `#` are ignored.
///
/// ```
/// use holdfast_explorer::Hosts;
///
/// let hosts: Hosts = "# two machines\nexplorer-0:2101\nexplorer-1:2101\n".parse()?;
/// assert_eq!(hosts.len(), 2);
/// assert!("explorer-0".parse::<Hosts>().is_err());
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    addresses: Vec<String>,
}

impl Hosts {
    /// Returns the number of processes, at least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it is never empty")]
    pub fn len(&self) -> usize {
        self.addresses.len()
    }

    /// Returns the addresses, in the order of the processes.
    pub fn addresses(&self) -> impl Iterator<Item = &str> {
        self.addresses.iter().map(String::as_str)
    }

    pub(super) fn address(&self, process: usize) -> Option<&str> {
        self.addresses.get(process).map(String::as_str)
    }
}

impl FromStr for Hosts {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut addresses: Vec<String> = Vec::new();
        for (number, line) in (1_usize..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let port = line.rsplit_once(':').filter(|(host, _)| !host.is_empty());
            if port.and_then(|(_, port)| port.parse::<u16>().ok()).is_none_or(|port| port == 0) {
                return Err(format!("line {number}: {line:?} is not an address; expected HOST:PORT"));
            }
            if addresses.iter().any(|known| known == line) {
                return Err(format!("line {number}: {line:?} stands twice; each process needs an address of its own"));
            }
            addresses.push(line.to_owned());
        }
        if addresses.is_empty() {
            return Err("no address; expected one HOST:PORT a line".to_owned());
        }
        Ok(Self { addresses })
    }
}
