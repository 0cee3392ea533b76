//! One image of a data set, wherever it lies: a file, or a record of a container.

use crate::apart;
use crate::audit::Kind;
use crate::container::{Container, Geometry};
use crate::decode::{self, BadImage, MAX_FILE_BYTES, Refusal, admit};
use crate::picture::{Made, Picture, Wanted};
use plan::DataPlan;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
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
pub(crate) enum Content {
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

    /// The file that holds this image and nothing else; none for a record.
    pub(crate) fn own(&self) -> Option<&Path> {
        self.record.is_none().then_some(&self.path)
    }

    /// Reads the image without decoding it.
    ///
    /// # Errors
    /// Why it cannot be read, [`MAX_FILE_BYTES`] among the reasons.
    pub(crate) fn content(&self) -> Result<Content, Refusal> {
        match &self.record {
            None => read(&self.path).map(Content::File),
            Some(Record { container, number }) => {
                // Its levels, and the same three times.
                admit(container.geometry.len().saturating_mul(4), None)?;
                let samples = container.read(*number).map_err(|error| unreadable(&error))?;
                Ok(Content::Record(container.geometry, samples))
            }
        }
    }

    /// The hash of its [`Content`], of a file without holding all of it.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub(crate) fn hash(&self) -> Result<blake3::Hash, String> {
        let Some(path) = self.own() else {
            return self.content().map(|content| content.hash()).map_err(Refusal::reason);
        };
        let mut hasher = blake3::Hasher::new();
        let hashed = std::fs::File::open(path).and_then(|file| hasher.update_reader(file).map(|_| ()));
        hashed.map(|()| hasher.finalize()).map_err(|error| unreadable(&error).reason())
    }

    /// Decodes and resizes it, as [`crate::decode_one`] does with a path.
    ///
    /// # Errors
    /// [`BadImage`] as [`crate::decode_one`] gives it.
    pub fn pixels(&self, plan: &DataPlan) -> Result<Vec<u8>, BadImage> {
        let made = self.content().and_then(|content| content.made(&Wanted::pixels(plan)));
        made.map(|made| made.pixels).map_err(|refusal| self.bad(refusal))
    }

    /// All that is kept of it when it is [prepared](crate::Cache::prepare).
    ///
    /// # Errors
    /// [`BadImage`] as [`crate::decode_one`] gives it.
    pub fn prepare(&self, plan: &DataPlan) -> Result<Picture, BadImage> {
        self.content().and_then(|content| content.prepare(plan)).map_err(|refusal| self.bad(refusal))
    }

    fn bad(&self, refusal: Refusal) -> BadImage {
        BadImage { path: self.path.clone(), reason: refusal.reason() }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes));
    match read {
        Err(error) => Err(unreadable(&error)),
        Ok(_) if bytes.len() as u64 > MAX_FILE_BYTES => {
            Err(format!("is too large: more than {} MiB", MAX_FILE_BYTES >> 20).into())
        }
        Ok(_) => Ok(bytes),
    }
}

fn unreadable(error: &io::Error) -> Refusal {
    let reason = format!("cannot be read: {error}");
    if error.kind() == io::ErrorKind::OutOfMemory { Refusal::Unable(reason) } else { Refusal::Bad(reason) }
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

    /// What is wanted of it.
    ///
    /// # Errors
    /// Why there is no picture of it.
    fn made(&self, wanted: &Wanted) -> Result<Made, Refusal> {
        match self {
            Content::File(bytes) => {
                apart::made(bytes, wanted).unwrap_or_else(|| decode::made(bytes, wanted, &|needed| admit(needed, None)))
            }
            Content::Record(geometry, samples) => {
                Ok(wanted.make(&geometry.decode(samples), || Kind::of_record(*geometry)))
            }
        }
    }

    /// What the network and what the audit get of it, decoded once for both.
    ///
    /// # Errors
    /// Why there is no picture of it.
    pub fn prepare(&self, plan: &DataPlan) -> Result<Picture, Refusal> {
        let Made { pixels, profile } = self.made(&Wanted::picture(plan))?;
        // Asked for; a process that decodes and leaves it out has been tampered with.
        let profile = profile.ok_or("the process that decoded it gave a wrong answer")?;
        Ok(Picture { pixels, profile })
    }
}
