//! `ablate explain`: what each layer makes of an image.

use crate::args::Explain;
use crate::error::Error;
use crate::output::out;
use crate::progress::Progress;
use crate::trained::{Trained, image_path, threads};
use launch::{Launcher, Local};
use plan::Request;
use record::Event;
use std::process::ExitCode;

/// Draws a picture for each layer and prints their paths.
pub fn explain(arguments: &Explain) -> Result<ExitCode, Error> {
    let trained = Trained::open(&arguments.run)?;
    let image = image_path(&arguments.image)?;
    let directory = match &arguments.output {
        Some(directory) => directory.clone(),
        None => {
            let stem = image.file_stem().unwrap_or_default();
            trained.directory.path().join("explain").join(stem)
        }
    };
    record::layout::refuse_links(&directory)
        .and_then(|()| std::fs::create_dir_all(&directory))
        .map_err(Error::write(&directory))?;
    let program = trained.program(&Progress::new(1))?;
    let request = Request::Explain {
        run: trained.run.clone(),
        model: trained.directory.model(),
        image,
        directory: directory.clone(),
        threads: threads(),
    };
    let mut drawn = String::new();
    Local.launch(&program, &request, &directory.join("explain.log"), &mut |event| {
        if let Event::Drawn { path, .. } = event {
            drawn.push_str(&path);
            drawn.push('\n');
        }
    })?;
    out(&drawn)?;
    Ok(ExitCode::SUCCESS)
}
