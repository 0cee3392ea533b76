//! One image of a data set, wherever it lies: a file, or a record of a container.

use crate::container::{Container, Geometry};
use crate::decode::{BadImage, Decoded, decode_file};
use crate::resize::resize;
use plan::DataPlan;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// One image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Where it is, and its name among the others of its data set: the file; for a record the container's path, `#` and
    /// the record's number, counted from 0.
    pub path: PathBuf,
    /// Its label: an index into [`crate::Manifest::classes`].
    pub class: u32,
    record: Option<Record>,
}

/// A record of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    container: Arc<Container>,
    number: u32,
}

/// What an image is, read but not decoded.
#[derive(Debug)]
pub enum Content {
    /// All of a file.
    File(Vec<u8>),
    /// The samples of a record.
    Record(Geometry, Vec<u8>),
}

impl File {
    /// An image in a file of its own.
    pub fn new(path: PathBuf, class: u32) -> File {
        File { path, class, record: None }
    }

    /// Record `number` of `container`.
    pub(crate) fn record(container: &Arc<Container>, number: u32, class: u32) -> File {
        let mut path = container.path.clone().into_os_string();
        path.push(format!("#{number}"));
        File { path: path.into(), class, record: Some(Record { container: Arc::clone(container), number }) }
    }

    /// What the digest of a data set knows it by: the file's name, the record's number. Neither says where the image
    /// lies, nor whether its container is compressed.
    pub(crate) fn name(&self) -> Vec<u8> {
        match &self.record {
            None => self.path.file_name().unwrap_or_default().as_encoded_bytes().to_vec(),
            Some(record) => record.number.to_string().into_bytes(),
        }
    }

    /// Reads the image without decoding it.
    ///
    /// # Errors
    /// The system's.
    pub fn content(&self) -> io::Result<Content> {
        Ok(match &self.record {
            None => Content::File(std::fs::read(&self.path)?),
            Some(Record { container, number }) => Content::Record(container.geometry, container.read(*number)?),
        })
    }

    /// The hash of its [`Content`], of a file without holding all of it.
    ///
    /// # Errors
    /// The system's.
    pub fn hash(&self) -> io::Result<blake3::Hash> {
        if self.record.is_some() {
            return self.content().map(|content| content.hash());
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(std::fs::File::open(&self.path)?)?;
        Ok(hasher.finalize())
    }

    /// Decodes it at its own size, in colour. Every decoding of an image of a data set goes through here.
    ///
    /// # Errors
    /// [`BadImage`] where it cannot be read or decoded to its end.
    pub(crate) fn decode(&self) -> Result<Decoded, BadImage> {
        let bad = |reason| BadImage { path: self.path.clone(), reason };
        let content = self.content().map_err(|error| bad(format!("cannot be read: {error}")))?;
        content.decode().map_err(bad)
    }

    /// Decodes and resizes it, as [`crate::decode_one`] does with a path.
    ///
    /// # Errors
    /// [`BadImage`] as [`crate::decode_one`] gives it.
    pub fn pixels(&self, plan: &DataPlan) -> Result<Vec<u8>, BadImage> {
        let image = self.decode()?.in_mode(plan.color_mode);
        let [height, width] = plan.image_size;
        Ok(resize(&image, height, width, plan.interpolation))
    }
}

impl Content {
    /// A hash of all that decides the decoded image: of a file its bytes; of a record its size and channels, too.
    pub fn hash(&self) -> blake3::Hash {
        match self {
            Content::File(bytes) => blake3::hash(bytes),
            Content::Record(geometry, samples) => {
                let Geometry { height, width, channels } = *geometry;
                let mut hasher = blake3::Hasher::new_derive_key("ablate 1 record of a container");
                for size in [height, width, channels] {
                    hasher.update(&u64::from(size).to_le_bytes());
                }
                hasher.update(samples).finalize()
            }
        }
    }

    /// The image, at its own size, in colour; or what is wrong with it.
    pub(crate) fn decode(&self) -> Result<Decoded, String> {
        match self {
            Content::File(bytes) => decode_file(bytes),
            Content::Record(geometry, samples) => Ok(geometry.decode(samples)),
        }
    }
}
