//! Image folders to batches: scan, decode, augment, prepare; the embedded data set.
//!
//! [`scan`] lists the files of a data directory as a [`Manifest`]; [`audit`] tells what is the matter with them; [`load`] decodes and resizes them once and holds
//! them as bytes ([`Images`]); [`TrainLoader`] and [`eval_batches`] make batches of numbers in [0, 1] from them. What
//! comes out is decided by files, plan and seed: no thread count, machine or time takes part.

pub mod audit;
pub mod augment;
mod batch;
mod decode;
mod load;
mod manifest;
pub mod pets;
pub mod preview;
mod resize;
mod scale;
mod scan;
#[cfg(test)]
mod testing;

pub use batch::{Batch, Batches, LoaderError, TrainLoader, eval_batches};
pub use decode::{BadImage, MAX_PIXELS, decode_one};
pub use load::{Images, load};
pub use manifest::{File, Manifest, Split};
pub use scale::scale;
pub use scan::{IMAGE_EXTENSIONS, ScanError, TEST_NAMES, TRAIN_NAMES, VALIDATION_NAMES, class_names, scan};
