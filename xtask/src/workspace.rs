//! The workspace as cargo and the version control index describe it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::TaskResult;
use crate::process::Invocation;

/// A crate of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// Package name.
    pub name: String,
    /// Folder relative to the workspace root, with `/` as separator.
    pub folder: String,
    /// Names of its features, without `default`, sorted.
    pub features: Vec<String>,
    /// Whether it has a `default` feature that enables something.
    pub has_default: bool,
    /// Minimum Rust version.
    pub rust_version: Option<String>,
    /// Whether the crate may be published to a registry.
    pub publishable: bool,
    /// Whether it holds fuzz targets (`package.metadata.cargo-fuzz`).
    pub fuzz: bool,
    /// Names of its binaries.
    pub binaries: Vec<String>,
}

/// The workspace: root folder and crates.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Absolute path of the root folder.
    pub root: PathBuf,
    /// Its crates in cargo's order.
    pub members: Vec<Member>,
}

impl Workspace {
    /// Reads the workspace that contains this program's sources, or the current folder if those are gone.
    ///
    /// # Errors
    /// Returns a message if `cargo metadata` fails or prints something unexpected.
    pub fn load() -> TaskResult<Self> {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let start = if here.join("Cargo.toml").exists() { here } else { Path::new(".") };
        let text = Invocation::new(start, "cargo", &["metadata", "--no-deps", "--format-version", "1"]).output()?;
        Self::parse(&text)
    }

    /// Reads the output of `cargo metadata --no-deps`.
    ///
    /// # Errors
    /// Returns a message that names the missing field.
    pub fn parse(text: &str) -> TaskResult<Self> {
        let metadata: Value = serde_json::from_str(text).map_err(|error| format!("cargo metadata: {error}"))?;
        let root = metadata.get("workspace_root").and_then(Value::as_str);
        let root = PathBuf::from(root.ok_or("cargo metadata: no `workspace_root`")?);
        let packages = metadata.get("packages").and_then(Value::as_array).ok_or("cargo metadata: no `packages`")?;
        let members = packages.iter().map(|package| member(&root, package)).collect::<TaskResult<_>>()?;
        Ok(Self { root, members })
    }

    /// Returns the paths of all files that are under version control or not ignored, relative to the root and sorted.
    ///
    /// # Errors
    /// Returns a message if git fails.
    pub fn files(&self) -> TaskResult<Vec<String>> {
        let arguments = ["ls-files", "--cached", "--others", "--exclude-standard"];
        let text = Invocation::new(&self.root, "git", &arguments).output()?;
        let mut files: Vec<String> =
            text.lines().filter(|path| self.root.join(path).is_file()).map(str::to_owned).collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// Returns the text of a file.
    ///
    /// # Errors
    /// Returns a message if the file cannot be read or is not UTF-8.
    pub fn read(&self, path: &str) -> TaskResult<String> {
        fs::read_to_string(self.root.join(path)).map_err(|error| format!("{path}: {error}"))
    }

    /// Returns the folder of the crate that contains `path`, or `path`'s first component.
    #[must_use]
    pub fn owner<'a>(&'a self, path: &'a str) -> &'a str {
        let inside = |member: &&Member| path.strip_prefix(&member.folder).is_some_and(|rest| rest.starts_with('/'));
        let owner = self.members.iter().filter(inside).max_by_key(|member| member.folder.len());
        let first = path.split_once('/').map_or(".", |(first, _)| first);
        owner.map_or(first, |member| &member.folder)
    }

    /// Returns the crate with the fuzz targets.
    ///
    /// # Errors
    /// Returns a message if there is none.
    pub fn fuzz(&self) -> TaskResult<&Member> {
        let found = self.members.iter().find(|member| member.fuzz);
        found.ok_or_else(|| "no crate has `cargo-fuzz = true` in its metadata".to_owned())
    }
}

fn member(root: &Path, package: &Value) -> TaskResult<Member> {
    let text = |name: &str| package.get(name).and_then(Value::as_str).map(str::to_owned);
    let name = text("name").ok_or("cargo metadata: a package without `name`")?;
    let manifest = text("manifest_path").ok_or_else(|| format!("cargo metadata: {name} has no `manifest_path`"))?;
    let folder = Path::new(&manifest).parent().and_then(|folder| folder.strip_prefix(root).ok());
    let folder = folder.map(|folder| folder.to_string_lossy().replace('\\', "/"));
    let features = package.get("features").and_then(Value::as_object);
    let has_default = features
        .and_then(|features| features.get("default"))
        .and_then(Value::as_array)
        .is_some_and(|enabled| !enabled.is_empty());
    let mut features: Vec<String> =
        features.into_iter().flat_map(|features| features.keys()).filter(|name| *name != "default").cloned().collect();
    features.sort();
    let is_binary = |target: &&Value| {
        target.get("kind").and_then(Value::as_array).is_some_and(|kinds| kinds.iter().any(|kind| kind == "bin"))
    };
    let targets = package.get("targets").and_then(Value::as_array).into_iter().flatten();
    let named = |target: &Value| target.get("name").and_then(Value::as_str).map(str::to_owned);
    Ok(Member {
        folder: folder.ok_or_else(|| format!("cargo metadata: {name} lies outside of the workspace"))?,
        features,
        has_default,
        rust_version: text("rust_version"),
        // `null` means every registry; a list means only the listed ones.
        publishable: package
            .get("publish")
            .is_none_or(|publish| publish.as_array().is_none_or(|registries| !registries.is_empty())),
        fuzz: package.pointer("/metadata/cargo-fuzz").and_then(Value::as_bool) == Some(true),
        binaries: targets.filter(is_binary).filter_map(named).collect(),
        name,
    })
}

#[cfg(test)]
mod tests {
    use super::Workspace;

    const METADATA: &str = r#"{"workspace_root": "/w", "packages": [
        {"name": "a", "manifest_path": "/w/a/Cargo.toml", "features": {"default": ["y"], "y": [], "x": ["y"]},
         "rust_version": "1.95", "publish": [], "metadata": null,
         "targets": [{"kind": ["lib"], "name": "a"}, {"kind": ["bin"], "name": "tool"}]},
        {"name": "b", "manifest_path": "/w/a/b/Cargo.toml", "features": {}, "publish": null,
         "metadata": {"cargo-fuzz": true}, "targets": []}]}"#;

    #[test]
    fn members_are_read() {
        let workspace = Workspace::parse(METADATA).unwrap();
        let [a, b] = workspace.members.as_slice() else { panic!("two crates") };
        assert_eq!((a.name.as_str(), a.folder.as_str()), ("a", "a"));
        assert_eq!(a.features, ["x", "y"]);
        assert_eq!(a.binaries, ["tool"]);
        assert!(a.has_default && !a.publishable && !a.fuzz);
        assert!(!b.has_default && b.publishable && b.fuzz);
        assert_eq!(workspace.fuzz().unwrap().name, "b");
    }

    #[test]
    fn a_file_belongs_to_the_innermost_crate() {
        let workspace = Workspace::parse(METADATA).unwrap();
        assert_eq!(workspace.owner("a/src/lib.rs"), "a");
        assert_eq!(workspace.owner("a/b/src/lib.rs"), "a/b");
        assert_eq!(workspace.owner("docs/x.md"), "docs");
        assert_eq!(workspace.owner("README.md"), ".");
    }

    #[test]
    fn bad_metadata_is_refused() {
        assert!(Workspace::parse("[]").unwrap_err().contains("workspace_root"));
        let no_name = r#"{"workspace_root": "/w", "packages": [{}]}"#;
        assert!(Workspace::parse(no_name).unwrap_err().contains("without `name`"));
    }

    #[test]
    fn this_workspace_is_read() {
        let workspace = Workspace::load().unwrap();
        assert!(workspace.members.iter().any(|member| member.name == "xtask" && member.folder == "xtask"));
        assert!(workspace.files().unwrap().iter().any(|path| path == "Cargo.toml"));
    }
}
