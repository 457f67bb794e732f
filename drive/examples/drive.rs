//! Drives a server without the command line of `check`. Prints the report as Markdown, or writes it into a folder.
//!
//! ```sh
//! cargo run -p holdfast-drive --example drive -- http://127.0.0.1:8420 sk_test_1 [SECONDS] [OPERATIONS] [NAME] [FOLDER]
//! ```

use std::time::Duration;

use holdfast_drive::{Settings, drive};

fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: drive URL KEY [SECONDS] [OPERATIONS] [NAME] [FOLDER]";
    let (Some(url), Some(key)) = (arguments.next(), arguments.next()) else { return Err(usage.to_owned()) };
    let number = |text: Option<String>| match text {
        None => Ok(None),
        Some(text) => text.parse::<u64>().map(Some).map_err(|_| format!("`{text}` is no number; {usage}")),
    };
    let (seconds, operations) = (number(arguments.next())?, number(arguments.next())?);
    let settings = Settings {
        time_limit: Duration::from_secs(seconds.unwrap_or(300)),
        operations: operations.unwrap_or(u64::MAX),
        ..Settings::of(&url, &key)
    };
    let (name, folder) = (arguments.next(), arguments.next());
    let report = drive(&settings, name.as_deref().unwrap_or("server"), &mut |_| ())?;
    let Some(folder) = folder else {
        println!("{}", report.markdown());
        return Ok(());
    };
    let written = report.write(std::path::Path::new(&folder)).map_err(|error| format!("{folder}: {error}"))?;
    written.iter().for_each(|path| println!("{}", path.display()));
    Ok(())
}
