//! The modules of the crate form layers: a module imports only modules of lower layers, so no cycle can exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The top-level modules, lowest layer first. Modules of one layer do not import each other.
const CRATE: &[&[&str]] = &[
    &["ids", "money", "time", "version"],
    &["dialect", "id_source", "test_methods"],
    &["objects"],
    &["invariants"],
    &["acquirer", "refusal"],
    &["command", "response"],
    &["store"],
    &["core", "edge", "reconcile"],
    &["shell"],
];

/// The modules of the decision core, lowest layer first.
const CORE: &[&[&str]] = &[
    &["decision_context"],
    &[
        "amounts",
        "invariants",
        "new_charge",
        "session_follow_up",
        "settlement",
        "setup_attempts",
        "stored_data",
        "webhooks",
    ],
    &["accounts", "connect", "customers", "products"],
    &["attempt", "bill", "capture", "connect_requests", "data_requests", "refund"],
    &["create", "refund_outcome", "setup", "update"],
    &["cancel", "confirm", "debits"],
    &["charges", "checkout"],
    &["jobs"],
];

#[test]
fn no_top_level_module_imports_its_own_layer_or_a_higher_one() {
    let src = source_folder();
    let exports = exports(&fs::read_to_string(src.join("lib.rs")).unwrap());
    let mut imports = BTreeMap::new();
    for file in rust_files(&src) {
        let relative = file.strip_prefix(&src).unwrap();
        let module = relative.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if module == "lib" {
            continue;
        }
        let names = names_after("crate::", &fs::read_to_string(&file).unwrap());
        let modules = names.into_iter().map(|name| exports.get(&name).cloned().unwrap_or(name));
        imports.entry(module).or_insert_with(BTreeSet::new).extend(modules);
    }
    assert!(imports["shell"].contains("core") && imports["core"].contains("ids"), "{imports:?}");
    assert_eq!(violations(CRATE, &imports), Vec::<String>::new());
}

#[test]
fn no_module_of_the_core_imports_its_own_layer_or_a_higher_one() {
    let mut imports = BTreeMap::new();
    for file in rust_files(&source_folder().join("core")) {
        let module = file.file_stem().unwrap().to_str().unwrap().to_owned();
        if module == "mod" || module == "tests" {
            continue;
        }
        let names = names_after("super::", &fs::read_to_string(&file).unwrap());
        // `Done` and the other types that the core's root re-exports are at home in the lowest layer.
        let modules: BTreeSet<String> = names.into_iter().filter(|name| name.starts_with(char::is_lowercase)).collect();
        imports.insert(module, modules);
    }
    assert!(imports["checkout"].contains("session_follow_up") && imports["jobs"].contains("debits"), "{imports:?}");
    assert_eq!(violations(CORE, &imports), Vec::<String>::new());
}

#[test]
fn the_lowest_modules_import_nothing_from_the_crate() {
    for module in ["ids.rs", "money.rs", "time.rs", "version.rs"] {
        let source = fs::read_to_string(source_folder().join(module)).unwrap();
        assert_eq!(names_after("crate::", &source), BTreeSet::new(), "{module}");
    }
}

#[test]
fn an_import_of_the_same_or_a_higher_layer_and_an_unlisted_module_are_reported() {
    let layers: &[&[&str]] = &[&["low", "beside"], &["high"]];
    let imports = |module: &str, name: &str| {
        BTreeMap::from([("low", ""), ("beside", ""), ("high", ""), (module, name)].map(|(module, name)| {
            let names: BTreeSet<String> =
                [name].iter().filter(|name| !name.is_empty()).map(|name| (*name).into()).collect();
            (module.to_owned(), names)
        }))
    };
    assert_eq!(violations(layers, &imports("high", "low")), Vec::<String>::new());
    assert_eq!(violations(layers, &imports("low", "high")), ["low imports high"]);
    assert_eq!(violations(layers, &imports("low", "beside")), ["low imports beside"]);
    assert_eq!(violations(layers, &imports("high", "other")), ["high imports other"]);
    assert_eq!(violations(layers, &imports("other", "low")), ["other is in no layer"]);
    let without_high = BTreeMap::from([("low".to_owned(), BTreeSet::new()), ("beside".to_owned(), BTreeSet::new())]);
    assert_eq!(violations(layers, &without_high), ["high has no file"]);
}

#[test]
fn names_are_read_from_single_and_grouped_imports_but_not_from_comments() {
    let source = "use crate::a::{B, C};\nuse crate::{d, e::F};\n// crate::g\nfn f() -> crate::h { crate::i::J }\n";
    assert_eq!(names_after("crate::", source), ["a", "d", "e", "h", "i"].map(str::to_owned).into());
    let lib = "pub use crate::core::{Done, decide};\npub use ids::{\n    AccountId, Kind,\n};\n";
    let expected = [("AccountId", "ids"), ("Done", "core"), ("Kind", "ids"), ("decide", "core")];
    assert_eq!(exports(lib), expected.map(|(name, module)| (name.to_owned(), module.to_owned())).into());
}

/// Lists each import that does not lead to a lower layer, each module without a layer, and each name without a file.
fn violations(layers: &[&[&str]], imports: &BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    let layer = |module: &str| layers.iter().position(|layer| layer.contains(&module));
    let mut found = Vec::new();
    for (module, names) in imports {
        let Some(own) = layer(module) else {
            found.push(format!("{module} is in no layer"));
            continue;
        };
        let wrong = names.iter().filter(|name| *name != module && layer(name).is_none_or(|other| other >= own));
        found.extend(wrong.map(|name| format!("{module} imports {name}")));
    }
    let missing = layers.iter().copied().flatten().filter(|module| !imports.contains_key(**module));
    found.extend(missing.map(|module| format!("{module} has no file")));
    found
}

/// Returns the module that each name re-exported by `lib.rs` comes from.
fn exports(lib: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for statement in without_comments(lib).split(';') {
        let Some((module, names)) = statement.trim().strip_prefix("pub use ").and_then(|rest| rest.split_once("::{"))
        else {
            continue;
        };
        let module = module.trim_start_matches("crate::").split("::").next().unwrap();
        let names = names.trim_end_matches('}').split(',').map(str::trim).filter(|name| !name.is_empty());
        found.extend(names.map(|name| (name.to_owned(), module.to_owned())));
    }
    found
}

/// Returns the first path segments after each `prefix`, of single and of grouped imports.
fn names_after(prefix: &str, source: &str) -> BTreeSet<String> {
    let source = without_comments(source);
    let mut found = BTreeSet::new();
    for rest in source.split(prefix).skip(1) {
        match rest.strip_prefix('{') {
            None => found.extend(first_segment(rest)),
            Some(group) => {
                let (mut depth, mut start) = (0_usize, 0);
                for (at, letter) in group.char_indices() {
                    match letter {
                        '{' => depth += 1,
                        '}' if depth > 0 => depth -= 1,
                        ',' | '}' if depth == 0 => {
                            found.extend(first_segment(group[start..at].trim()));
                            start = at + 1;
                        }
                        _ => {}
                    }
                    if letter == '}' && start > at {
                        break;
                    }
                }
            }
        }
    }
    found
}

fn first_segment(path: &str) -> Option<String> {
    let end = path.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(path.len());
    Some(path[..end].to_owned()).filter(|name| !name.is_empty() && name != "super")
}

fn without_comments(source: &str) -> String {
    source.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
