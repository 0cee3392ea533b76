//! `ablate explain`: what each layer makes of an image.

use crate::args::Explain;
use crate::error::Error;
use crate::output::out;
use crate::progress::Progress;
use crate::trained::{Trained, absolute, threads};
use files::shown;
use launch::{Launcher, Local};
use plan::Request;
use record::Event;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

/// Draws a picture for each layer and prints their paths.
pub fn explain(arguments: &Explain) -> Result<ExitCode, Error> {
    let trained = Trained::open(&arguments.run)?;
    let image = absolute(&arguments.image)?;
    fs::metadata(&image).map_err(Error::read(&arguments.image))?;
    let directory = match &arguments.output {
        Some(directory) => directory.clone(),
        None => trained.directory.path().join("explain").join(image.file_stem().unwrap_or_default()),
    };
    make(&directory, arguments.output.is_some())?;
    let program = trained.program(&Progress::new(1))?;
    let request = Request::Explain {
        run: trained.run.clone(),
        model: absolute(&trained.directory.model())?,
        image,
        directory: absolute(&directory)?,
        threads: threads(),
    };
    let mut drawn = String::new();
    Local.launch(&program, &request, None, &mut |event| {
        if let Event::Drawn { file, .. } = event {
            drawn.push_str(&format!("{}\n", shown(&directory.join(file))));
        }
    })?;
    out(&drawn)?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the folder for the pictures.
fn make(directory: &Path, named: bool) -> Result<(), Error> {
    match record::layout::refuse_links(directory).and_then(|()| fs::create_dir_all(directory)) {
        Err(error) if !named && matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
            Err(Error::Unwritable { path: directory.to_path_buf(), source: error })
        }
        made => made.map_err(Error::write(directory)),
    }
}
