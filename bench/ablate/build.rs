//! Compiles the networks of bench/networks as `ablate` would: a module for each variant, and a function that finds the
//! module of a name.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    let folder = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../networks");
    println!("cargo::rerun-if-changed={}", folder.to_string_lossy());
    let mut files: Vec<PathBuf> =
        fs::read_dir(&folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();

    let mut modules = String::new();
    let mut arms = String::new();
    for path in files {
        for (name, settings) in networks(&path)? {
            let source = out.join(&name).with_extension("rs");
            fs::write(&source, codegen::model_source(&settings.network)?)?;
            writeln!(modules, "#[path = {source:?}]\nmod {name};")?;
            let settings = serde_json::to_string(&settings)?;
            writeln!(arms, "        {name:?} => train_steps::<{name}::Model>({settings:?}, arguments),")?;
        }
    }
    let serve = format!(
        "/// Serves the network that the arguments name.\n\
         fn serve(arguments: &Arguments) -> Result<(), Failure> {{\n    match arguments.network.as_str() {{\n{arms}        \
         name => Err(format!(\"no network `{{name}}` in bench/networks\").into()),\n    }}\n}}\n"
    );
    fs::write(out.join("networks.rs"), modules + "\n" + &serve)?;
    Ok(())
}

/// The networks of an experiment file: its variants, or the file's own name where it has none.
fn networks(path: &Path) -> Result<Vec<(String, plan::Settings)>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let nowhere = |_: &plan::DataPlan| Err("the benchmark reads no images".to_owned());
    let request = spec::Request::new(path, &text, &nowhere);
    let experiment = spec::load(&request).map_err(|diagnostics| diagnostics.to_string())?;
    let name = |variant: &str| if variant == "base" { experiment.name.clone() } else { variant.to_owned() };
    Ok(experiment.variants.iter().map(|variant| (name(&variant.name), variant.settings.clone())).collect())
}

#[expect(clippy::disallowed_methods, reason = "cargo tells build scripts by variables where they are")]
fn variable(name: &str) -> Result<String, std::env::VarError> {
    std::env::var(name)
}
