//! Drives a server without the command line of `check`, and prints the report as Markdown.
//!
//! ```sh
//! cargo run -p holdfast-drive --example drive -- http://127.0.0.1:8420 sk_test_1 [SECONDS] [OPERATIONS]
//! ```

use std::time::Duration;

use holdfast_drive::{Settings, drive};

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: drive URL KEY [SECONDS] [OPERATIONS]";
    let (Some(url), Some(key)) = (arguments.next(), arguments.next()) else { return Err(usage.to_owned()) };
    let mut number = || match arguments.next() {
        None => Ok(None),
        Some(text) => text.parse::<u64>().map(Some).map_err(|_| format!("`{text}` is no number; {usage}")),
    };
    let (seconds, operations) = (number()?, number()?);
    let settings = Settings {
        time_limit: Duration::from_secs(seconds.unwrap_or(300)),
        operations: operations.unwrap_or(u64::MAX),
        ..Settings::of(&url, &key)
    };
    let report = drive(&settings, "server", &mut |_| ())?;
    println!("{}", report.markdown());
    Ok(())
}
