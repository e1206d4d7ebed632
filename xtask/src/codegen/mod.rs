//! `cargo xtask codegen [--check]`: writes the generated API models again from the pinned source.
//!
//! Reads the service models out of the pinned wheel, applies the patches, writes `crates/model-*/src/generated/`.
//! With `--check` nothing is written: a difference from the files on disk is an error.

#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "text is put together from pieces that read like their result"
)]
#![allow(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "the model's own flags and names"
)]

mod api;
mod json;
mod names;
mod operations;
mod patch;
mod shapes;
mod source;
mod tree;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use api::Api;
use source::{Pins, ServicePin};
use tree::Tree;

/// More types than this are split into a file per initial letter.
const TYPES_PER_FILE_MAX: usize = 300;

const TYPE_IMPORTS: [&str; 6] = [
    "std::collections::BTreeMap",
    "model::Blob",
    "model::Timestamp",
    "model::names",
    "model::structure",
    "model::union",
];
const SHAPE_IMPORTS: [&str; 7] = [
    "model::Pattern",
    "model::Shape",
    "model::StringRule",
    "model::Structure",
    "model::optional_member",
    "model::required_member",
    "super::types",
];
const OPERATION_IMPORTS: [&str; 8] = [
    "model::operations",
    "model::Protocol",
    "model::Service",
    "model::Spec",
    "model::Structure",
    "model::operation",
    "super::shapes",
    "super::types",
];

/// Runs the chore.
pub fn run(root: &Path, arguments: &[String]) -> ExitCode {
    let check = match arguments {
        [] => false,
        [flag] if flag == "--check" => true,
        _ => {
            eprintln!("usage: cargo xtask codegen [--check]");
            return ExitCode::from(2);
        }
    };
    match generate(root, check) {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("codegen: {message}");
            ExitCode::FAILURE
        }
    }
}

fn generate(root: &Path, check: bool) -> Result<String, String> {
    let pins = Pins::read(root)?;
    let patches = patch::read(root)?;
    patch::check_services(&patches, &pins.services)?;
    let models = pins.models(root)?;
    let mut tree = Tree::default();
    let mut modules: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for (pin, model) in pins.services.iter().zip(&models) {
        let mut api = Api::read(&pin.id, model)?;
        patch::apply(&patches, &mut api)?;
        let base = PathBuf::from(format!("crates/{}/src/generated", pin.krate));
        modules.entry(base.clone()).or_default().extend(pin.module.clone());
        add_service(&mut tree, &base, pin, &api)?;
    }
    for (base, names) in modules.iter().filter(|(_, names)| !names.is_empty()) {
        let lines: String = names.iter().map(|name| format!("pub mod {name};\n")).collect();
        tree.add(base.join("mod.rs"), &[], &lines);
    }
    tree.format(root)?;
    let folders: Vec<PathBuf> = modules.into_keys().collect();
    if !check {
        let count = tree.write(root, &folders)?;
        return Ok(format!("{count} files in {} crates are up to date", folders.len()));
    }
    let differences = tree.differences(root, &folders);
    if differences.is_empty() {
        return Ok("the generated files are up to date".to_owned());
    }
    Err(format!("{} files differ; run cargo xtask codegen\n{}", differences.len(), differences.join("\n")))
}

fn add_service(tree: &mut Tree, base: &Path, pin: &ServicePin, api: &Api) -> Result<(), String> {
    let base = pin.module.as_ref().map_or_else(|| base.to_owned(), |module| base.join(module));
    let types = types::write(api)?;
    let shapes = shapes::write(api)?;
    let index = "mod error;\npub mod operations;\npub mod shapes;\npub mod types;\n\n\
                 pub use error::Error;\npub use operations::{SERVICE, SPECS};\n";
    tree.add(base.join("mod.rs"), &[], index);
    tree.add(base.join("operations.rs"), &OPERATION_IMPORTS, &operations::write(api));
    tree.add(base.join("error.rs"), &[], &operations::write_errors(api));
    add_split(tree, &base, "types", &TYPE_IMPORTS, &types);
    add_split(tree, &base, "shapes", &SHAPE_IMPORTS, &shapes);
    Ok(())
}

/// Adds declarations as one file, or as one a letter behind an index.
fn add_split(tree: &mut Tree, base: &Path, name: &str, imports: &[&str], declarations: &[(String, String)]) {
    let joined = |items: &[&(String, String)]| {
        items.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
    };
    if declarations.len() <= TYPES_PER_FILE_MAX {
        let all: Vec<_> = declarations.iter().collect();
        tree.add(base.join(format!("{name}.rs")), imports, &joined(&all));
        return;
    }
    let letter = |name: &str| name.chars().next().map_or('x', |c| c.to_ascii_lowercase());
    let letters: BTreeSet<char> = declarations.iter().map(|(name, _)| letter(name)).collect();
    let mut index = String::new();
    for initial in &letters {
        let items: Vec<_> = declarations.iter().filter(|(name, _)| letter(name) == *initial).collect();
        let inside: Vec<String> =
            imports.iter().map(|import| import.replace("super::", "super::super::")).collect();
        let inside: Vec<&str> = inside.iter().map(String::as_str).collect();
        let text = format!("#[allow(unused_imports)]\nuse super::*;\n\n{}", joined(&items));
        tree.add(base.join(name).join(format!("{initial}.rs")), &inside, &text);
        index += &format!("mod {initial};\n");
    }
    let exports: String = letters.iter().map(|letter| format!("pub use {letter}::*;\n")).collect();
    tree.add(base.join(name).join("mod.rs"), &[], &format!("{index}\n{exports}"));
}
