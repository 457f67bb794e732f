//! The HTML edition of the reports: a folder of pages that needs no network.
//!
//! It is made only from the files of `reports/`, so it shows the committed reports and their digest.

mod data;
mod overview;
mod page;
mod properties;
mod requirements;
mod spaces;
#[cfg(test)]
mod tests;
mod text;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use data::Site;
use page::HtmlPage;

/// Writes the HTML edition of the reports in `reports` into `folder`, and returns the paths of the files.
///
/// # Errors
/// Returns an error that names the file if a report is missing or malformed, or if a page cannot be written.
pub fn write(reports: &Path, folder: &Path) -> io::Result<Vec<PathBuf>> {
    let site = Site::read(reports)?;
    fs::create_dir_all(folder)?;
    files(&site)
        .into_iter()
        .map(|(name, text)| {
            let path = folder.join(name);
            fs::write(&path, text)
                .map_err(|error| io::Error::other(format!("cannot write {}: {error}", path.display())))?;
            Ok(path)
        })
        .collect()
}

/// Returns the name and the text of each file.
fn files(site: &Site) -> Vec<(String, String)> {
    let mut pages = vec![
        overview::page(site),
        properties::page(site),
        requirements::page(site),
        properties::faults(site),
        spaces::page(site),
        overview::lifecycle(site),
    ];
    pages.extend(site.documents.iter().map(|document| {
        let body = text::markdown(&document.markdown);
        HtmlPage { file: format!("{}.html", document.name), title: document.title.clone(), body }
    }));
    let mut files: Vec<(String, String)> =
        pages.iter().map(|page| (page.file.clone(), page.html(site, &pages))).collect();
    files.push(("style.css".to_owned(), include_str!("style.css").to_owned()));
    files.push(("search.js".to_owned(), include_str!("search.js").to_owned()));
    files.push(("index.js".to_owned(), page::search_index(site, &pages)));
    files
}
