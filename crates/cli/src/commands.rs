//! One file per command.

mod audit;
mod check;
mod clean;
mod explain;
mod predict;
mod preview;
mod run;
mod show;

use crate::args::{Command, DataCommand};
use crate::error::Error;
use std::process::ExitCode;

/// Does what the command line asks.
pub fn act(command: Command) -> Result<ExitCode, Error> {
    match command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Preview(arguments) => preview::preview(&arguments),
        Command::Data(DataCommand::Audit(arguments)) => audit::audit(&arguments),
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Predict(arguments) => predict::predict(&arguments),
        Command::Clean => clean::clean(),
    }
}
