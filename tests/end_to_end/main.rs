//! End to end: the built `ablate` on small experiments, as a user would.

mod audit;
mod bad_input;
mod keras;
mod kill;
mod main_job;
mod resources;
mod same_bits;
mod support;
mod trained_run;
