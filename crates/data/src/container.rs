//! A file of many images, all of one size and not compressed one by one: IDX files and CIFAR's binary batches. Records
//! are read where they lie, when they are asked for.

use crate::decode::Decoded;
use plan::ColorMode;
use std::fmt;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// A container's images.
pub(crate) struct Container {
    /// The file.
    pub path: PathBuf,
    /// What each record is.
    pub geometry: Geometry,
    /// Where the samples of the first record begin.
    pub first: u64,
    /// Bytes from record to record.
    pub stride: u64,
    /// Where the bytes are.
    pub bytes: Bytes,
}

/// Where a container's bytes are.
pub(crate) enum Bytes {
    /// On the disk.
    Disk(Mutex<fs::File>),
    /// Unpacked, in memory.
    Memory(Vec<u8>),
}

impl Bytes {
    /// Fills `target` with what begins at byte `start`.
    ///
    /// # Errors
    /// The system's; the unexpected end where there is not so much.
    pub fn read_at(&self, start: u64, target: &mut [u8]) -> io::Result<()> {
        match self {
            Bytes::Disk(file) => {
                // Whoever panicked here left nothing half done: the position is set anew.
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(start))?;
                file.read_exact(target)
            }
            Bytes::Memory(bytes) => {
                let rest = usize::try_from(start).ok().and_then(|start| bytes.get(start..));
                rest.unwrap_or_default().read_exact(target)
            }
        }
    }
}

/// The size of a record's image. Its samples are bytes, a plane for each channel, row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    /// Rows.
    pub height: u32,
    /// Columns.
    pub width: u32,
    /// 1 (grey) or 3 (red, green, blue).
    pub channels: u32,
}

impl Geometry {
    /// Bytes of a record's samples.
    pub(crate) fn len(self) -> u64 {
        u64::from(self.height) * u64::from(self.width) * u64::from(self.channels)
    }

    /// The image of a record: [`Geometry::len`] samples. Grey becomes three equal channels.
    pub(crate) fn decode(self, samples: &[u8]) -> Decoded {
        let plane = samples.len() / self.channels as usize;
        let of = |channel: usize| &samples[channel.min(self.channels as usize - 1) * plane..][..plane];
        let colours = of(0).iter().zip(of(1)).zip(of(2));
        let pixels = colours.flat_map(|((&red, &green), &blue)| [red, green, blue]).collect();
        Decoded { height: self.height as usize, width: self.width as usize, color_mode: ColorMode::Rgb, pixels }
    }
}

impl Container {
    /// The samples of record `number`.
    ///
    /// # Errors
    /// The system's; the end of the file where that has become shorter.
    pub fn read(&self, number: u32) -> io::Result<Vec<u8>> {
        let start = self.first + u64::from(number) * self.stride;
        let mut samples = vec![0; self.geometry.len() as usize];
        self.bytes.read_at(start, &mut samples)?;
        Ok(samples)
    }
}

/// Equal where the same records are in the same place.
impl PartialEq for Container {
    fn eq(&self, other: &Container) -> bool {
        let key = |one: &Container| (one.path.clone(), one.geometry, one.first, one.stride);
        key(self) == key(other)
    }
}

impl Eq for Container {}

impl fmt::Debug for Container {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.debug_struct("Container").field("path", &self.path).field("geometry", &self.geometry).finish()
    }
}
