//! The starter shims are served as they are, driven, and clean.

#![expect(clippy::unwrap_used, reason = "a helper of a test may fail it")]

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use holdfast_drive::{Settings, drive};

/// A process that ends with the test.
struct Served(Child);

impl Drop for Served {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// Serves a shim; `None` if its interpreter is not installed.
fn serve(program: &str, file: &str) -> Option<(Served, String)> {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("servers").join(file);
    let mut command = Command::new(program);
    command.arg(path).arg(port.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    let served = Served(command.spawn().ok()?);
    for _ in 0..1_200 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Some((served, format!("http://127.0.0.1:{port}")));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    None
}

/// Drives a shim and expects no fault; a missing interpreter is an error in CI only.
fn is_clean(program: &str, file: &str) {
    let Some((_served, url)) = serve(program, file) else {
        assert!(std::env::var_os("CI").is_none(), "{program} does not serve {file}");
        return;
    };
    let settings = Settings {
        operations: 3_000,
        time_limit: Duration::from_secs(90),
        races: 2,
        ..Settings::of(&url, "sk_test_shim")
    };
    let report = drive(&settings, "shim", &mut |_| ()).unwrap();
    let found: Vec<&str> = report
        .findings
        .iter()
        .filter(|it| it.sighting.signature.class.is_fault())
        .map(|it| it.sighting.headline.as_str())
        .collect();
    assert!(found.is_empty(), "{file}: {found:#?}");
    assert!(report.operations > 500, "{file}: {} operations, {:?}", report.operations, report.incomplete);
}

#[test]
fn the_python_shim_is_clean() {
    is_clean("python3", "shim.py");
}

#[test]
fn the_node_shim_is_clean() {
    is_clean("node", "shim.mjs");
}

#[test]
fn a_starter_shim_is_short() {
    for file in ["shim.py", "shim.mjs"] {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("servers").join(file)).unwrap();
        assert!(text.lines().count() < 200, "{file}");
    }
}
