//! Trains, evaluates and explains the network in `model`, as the request on standard input says.

mod model;

fn main() -> std::process::ExitCode {
    train::program::<model::Model>()
}
