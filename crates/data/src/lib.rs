//! Image folders to batches: scan, decode, augment, prepare; the embedded data set.
//!
//! [`scan`] lists the files of a data directory as a [`Manifest`]; a [`Cache`] decodes and resizes each of them once and
//! keeps them on disk as bytes, which a [`Set`] maps ([`Images`]); [`audit`] tells what is the matter with them;
//! [`TrainLoader`] and [`eval_batches`] make batches of numbers from them, in [0, 1] or standardized. What comes out is
//! decided by files, plan and seed: no thread count, machine or time takes part.

pub mod apart;
pub mod audit;
pub mod augment;
mod batch;
mod cache;
mod container;
mod decode;
mod file;
mod free_memory;
mod images;
mod manifest;
pub mod pets;
mod picture;
pub mod preview;
mod resize;
mod scale;
mod scan;
mod standardization;
#[cfg(test)]
mod testing;

pub use batch::{Batch, Batches, LoaderError, Mixed, Part, Seen, TrainLoader, eval_batches};
pub use cache::{Cache, CacheError, Damage, Preparation, Progress, Set};
pub use decode::{BadImage, DECODER_VERSION, decode_one};
pub use file::File;
pub use free_memory::free_memory;
pub use images::Images;
pub use manifest::{Manifest, Split};
pub use picture::Picture;
pub use scale::scale;
pub use scan::{ScanError, class_names, has_validation, is_image_name, scan};
pub use standardization::Standardization;
