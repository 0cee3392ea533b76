//! The `ablate` command: parse, act, exit status.
//!
//! 0: all well. 1: a run failed, all chosen runs diverged, or an image could not be used. 2: the file or the command line is
//! wrong, or asks for more memory than there is, or earlier results cannot be read.

mod args;
mod commands;
mod cores;
mod damage;
mod dataset;
mod error;
mod experiment;
mod findings;
mod interrupt;
mod last_state;
mod layer_table;
mod looking;
mod measured;
mod named_images;
mod output;
mod progress;
mod provenance;
mod queue;
mod results;
mod run_folder;
mod schedule;
mod succession;
mod told;
mod trained;
mod weights_file;
mod words;
mod writer;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    files::limits_are_errors();
    data::apart::decode_apart();
    let arguments = args::Arguments::parse();
    match commands::act(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            error.print();
            error.exit_code()
        }
    }
}
