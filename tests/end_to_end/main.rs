//! End to end: the built `ablate` on small experiments, as a user would.

mod audit;
mod augmentation;
mod bad_input;
mod balance;
mod keras;
mod kill;
mod links;
mod main_job;
mod prepared;
mod resources;
mod same_bits;
mod sources;
mod support;
mod trained_run;
