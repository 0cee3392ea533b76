//! Writes the report of every made-up case to a folder, to be looked at: `cargo run -p report --example gallery -- OUT`.

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use record::{Earlier, ExperimentDirectory};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::args().nth(1).ok_or("usage: gallery OUT")?;
    for (case, input, runs) in fixture::cases() {
        let directory = ExperimentDirectory::new(Path::new(&out), case);
        report::write(&directory, &input, &runs, &Earlier::default())?;
        println!("{}\n{}", directory.path().to_string_lossy(), report::summary_table(&input, &runs)?);
    }
    Ok(())
}
