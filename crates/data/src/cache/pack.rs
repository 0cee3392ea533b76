//! All pictures that were prepared in one way (size, channels, filter), each once, by the hash of the file it came from.
//!
//! A pack is a folder with two files. `pixels-*` holds the pictures one after the other and only ever grows: whoever has
//! mapped it may go on reading. `index` has a line for each file content: its hash, and the place of its picture with the
//! [`Profile`] of it, or the reason why it has none. A line is written when its picture is on the disk, so what a kill
//! leaves is a whole pack of fewer pictures; a line that is cut short is dropped, and its picture's place is not used
//! again. Where pictures are gone that the index names, the pack is begun anew: were the file to grow again, those who
//! know their places, the lists of data sets among them, would take what comes to stand there for them.

use super::error::{CacheError, read, write};
use crate::audit::Profile;
use crate::file::Picture;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How the name of a file of pictures begins.
pub const PIXELS: &str = "pixels-";
/// Changes with the layout of an index, and when an image may get another profile than before.
pub(super) const FORMAT: u32 = 2;
/// An index begins with this, its format, and the name of its file of pictures.
const INDEX: &str = "ablate-images";
/// Pictures are forced to the disk after so many bytes, at least.
const SYNC_EVERY: usize = 64 << 20;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    /// It has a picture, at this place.
    Picture(u32, Profile),
    /// It cannot be decoded, for this reason.
    Bad(String),
}

/// A pack that this process alone may add to.
pub(super) struct Pack {
    folder: PathBuf,
    image_len: usize,
    known: HashMap<blake3::Hash, Outcome>,
    pixels: File,
    pixels_name: String,
    index: File,
    /// The next free place.
    free: u32,
    /// Lines of the index whose pictures are not on the disk yet.
    waiting: String,
    unsynced: usize,
    /// Held until the pack is dropped.
    _lock: File,
}

impl Pack {
    /// Opens the pack in `folder`, or begins it. Waits while another process adds to it.
    pub fn open(folder: &Path, image_len: usize) -> Result<Pack, CacheError> {
        fs::create_dir_all(folder).map_err(write(folder))?;
        let lock_path = folder.join("lock");
        let lock =
            files::open_lock(&lock_path).and_then(|lock| lock.lock().map(|()| lock)).map_err(write(&lock_path))?;
        let path = folder.join("index");
        let mut index =
            File::options().read(true).write(true).create(true).truncate(false).open(&path).map_err(write(&path))?;
        let mut text = Vec::new();
        index.read_to_end(&mut text).map_err(read(&path))?;
        let opened = Lines::parse(&text).and_then(|lines| {
            let pixels = File::options().read(true).write(true).open(folder.join(&lines.pixels)).ok()?;
            let whole = pixels.metadata().ok()?.len() / image_len as u64;
            lines.are_of(whole).then_some((lines, pixels))
        });
        let (lines, pixels) = match opened {
            Some(opened) => opened,
            None => begin(folder, &mut index)?,
        };
        let pixels_path = folder.join(&lines.pixels);
        let held = pixels.metadata().map_err(read(&pixels_path))?.len();
        index.set_len(lines.length).and_then(|()| index.seek(SeekFrom::End(0))).map_err(write(&path))?;
        Ok(Pack {
            folder: folder.into(),
            image_len,
            known: lines.outcomes,
            pixels,
            pixels_name: lines.pixels,
            index,
            free: u32::try_from(held.div_ceil(image_len as u64)).unwrap_or(u32::MAX),
            waiting: String::new(),
            unsynced: 0,
            _lock: lock,
        })
    }

    /// What became of the file with that content, where it was here before.
    pub fn get(&self, content: &blake3::Hash) -> Option<&Outcome> {
        self.known.get(content)
    }

    /// The name of the file that holds the pictures.
    pub fn pixels_name(&self) -> &str {
        &self.pixels_name
    }

    /// Enters files that were decoded: the picture of each, or why it has none.
    pub fn add(&mut self, decoded: Vec<(blake3::Hash, Result<Picture, String>)>) -> Result<(), CacheError> {
        let mut pictures = Vec::new();
        let first = self.free;
        for (content, outcome) in decoded {
            if self.known.contains_key(&content) {
                continue;
            }
            let outcome = match outcome {
                Ok(Picture { pixels, profile }) => {
                    assert_eq!(pixels.len(), self.image_len, "every picture of a pack has one size");
                    pictures.extend_from_slice(&pixels);
                    let place = self.free;
                    self.free = place.checked_add(1).ok_or_else(|| self.full())?;
                    Outcome::Picture(place, profile)
                }
                Err(reason) => Outcome::Bad(reason),
            };
            // Strings and numbers always make JSON, and a string takes all that is written to it.
            let line = serde_json::to_string(&outcome).unwrap_or_default();
            writeln!(self.waiting, "{} {line}", content.to_hex()).ok();
            self.known.insert(content, outcome);
        }
        let at = u64::from(first) * self.image_len as u64;
        let written = self.pixels.seek(SeekFrom::Start(at)).and_then(|_| self.pixels.write_all(&pictures));
        written.map_err(write(&self.folder.join(&self.pixels_name)))?;
        self.unsynced += pictures.len();
        if self.unsynced >= SYNC_EVERY { self.commit() } else { Ok(()) }
    }

    /// Forces all that was added to the disk.
    pub fn commit(&mut self) -> Result<(), CacheError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.pixels.sync_data().map_err(write(&self.folder.join(&self.pixels_name)))?;
        let told = self.index.write_all(self.waiting.as_bytes()).and_then(|()| self.index.sync_data());
        told.map_err(write(&self.folder.join("index")))?;
        self.waiting.clear();
        self.unsynced = 0;
        Ok(())
    }

    fn full(&self) -> CacheError {
        CacheError::Write { path: self.folder.clone(), source: io::Error::from(io::ErrorKind::FileTooLarge) }
    }
}

/// Begins a pack: an index of nothing, and a file of pictures with a name that no other ever had, since somebody may
/// still read an older one.
fn begin(folder: &Path, index: &mut File) -> Result<(Lines, File), CacheError> {
    for entry in fs::read_dir(folder).map_err(read(folder))?.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PIXELS) {
            // One that stays takes room, and does no other harm.
            fs::remove_file(entry.path()).ok();
        }
    }
    let made = tempfile::Builder::new()
        .prefix(PIXELS)
        .rand_bytes(12)
        .make_in(folder, |path| File::options().read(true).write(true).create_new(true).open(path));
    let (pixels, path) = made.and_then(|made| made.keep().map_err(|error| error.error)).map_err(write(folder))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let line = format!("{INDEX}-{FORMAT} {name}\n");
    let begun = index.seek(SeekFrom::Start(0)).and_then(|_| {
        index.set_len(0)?;
        index.write_all(line.as_bytes())?;
        index.sync_data()
    });
    begun.map_err(write(&folder.join("index")))?;
    Ok((Lines { pixels: name, outcomes: HashMap::new(), length: line.len() as u64 }, pixels))
}

/// What an index says.
struct Lines {
    pixels: String,
    outcomes: HashMap<blake3::Hash, Outcome>,
    /// Bytes of the lines that are whole.
    length: u64,
}

impl Lines {
    /// `None` where the text is no index.
    fn parse(text: &[u8]) -> Option<Lines> {
        let mut whole = text.split_inclusive(|&byte| byte == b'\n').map_while(|line| line.strip_suffix(b"\n"));
        let first = whole.next()?;
        let name = std::str::from_utf8(first).ok()?.strip_prefix(&format!("{INDEX}-{FORMAT} "))?;
        let mut lines = Lines { pixels: name.to_owned(), outcomes: HashMap::new(), length: first.len() as u64 + 1 };
        for line in whole {
            let Some((content, outcome)) = entry(line) else { break };
            lines.outcomes.insert(content, outcome);
            lines.length += line.len() as u64 + 1;
        }
        Some(lines)
    }

    /// Whether all pictures that it names are among so many.
    fn are_of(&self, pictures: u64) -> bool {
        let mut outcomes = self.outcomes.values();
        outcomes.all(|outcome| !matches!(outcome, Outcome::Picture(place, _) if u64::from(*place) >= pictures))
    }
}

fn entry(line: &[u8]) -> Option<(blake3::Hash, Outcome)> {
    let (content, outcome) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    Some((blake3::Hash::from_hex(content).ok()?, serde_json::from_str(outcome).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Color, Format, Kind};

    fn hash(text: &str) -> blake3::Hash {
        blake3::hash(text.as_bytes())
    }

    fn picture(pack: &Pack, name: &str) -> Vec<u8> {
        let Some(Outcome::Picture(place, _)) = pack.get(&hash(name)) else { panic!("{name} has no picture") };
        let bytes = fs::read(pack.folder.join(pack.pixels_name())).unwrap();
        bytes[*place as usize * 4..][..4].to_vec()
    }

    fn made(level: u8) -> Result<Picture, String> {
        Ok(Picture { pixels: vec![level; 4], profile: profile(level) })
    }

    fn profile(level: u8) -> Profile {
        let kind = Kind { format: Some(Format::WebP), color: Color::Rgba, bits: 8 };
        Profile { kind, height: 1, width: level.into(), pixels: [u64::MAX, level.into()], look: None }
    }

    fn filled(folder: &Path) -> Pack {
        let mut pack = Pack::open(folder, 4).unwrap();
        pack.add(vec![(hash("a"), made(1)), (hash("b"), Err("is \"odd\"\nreally".to_owned()))]).unwrap();
        pack.add(vec![(hash("a"), made(9)), (hash("c"), made(3))]).unwrap();
        pack.commit().unwrap();
        pack
    }

    #[test]
    fn what_was_entered_is_there_at_the_next_opening() {
        let folder = tempfile::tempdir().unwrap();
        drop(filled(folder.path()));
        let pack = Pack::open(folder.path(), 4).unwrap();
        assert_eq!((picture(&pack, "a"), picture(&pack, "c")), (vec![1; 4], vec![3; 4]));
        assert_eq!(pack.get(&hash("b")), Some(&Outcome::Bad("is \"odd\"\nreally".to_owned())));
        assert_eq!(pack.get(&hash("d")), None);
        assert_eq!(pack.get(&hash("c")), Some(&Outcome::Picture(1, profile(3))));
    }

    #[test]
    fn an_index_cut_anywhere_is_a_pack_of_fewer_pictures_and_no_place_is_used_twice() {
        for cut in (1..600).step_by(7) {
            let folder = tempfile::tempdir().unwrap();
            drop(filled(folder.path()));
            let path = folder.path().join("index");
            let whole = fs::read(&path).unwrap();
            let begun = whole.iter().position(|&byte| byte == b'\n').unwrap() + 1;
            let length = whole.len().saturating_sub(cut);
            fs::write(&path, &whole[..length]).unwrap();
            let mut pack = Pack::open(folder.path(), 4).unwrap();
            assert!(pack.known.len() < 3, "cut by {cut}");
            pack.add(vec![(hash("c"), made(3)), (hash("d"), made(4))]).unwrap();
            pack.commit().unwrap();
            assert_eq!((picture(&pack, "c"), picture(&pack, "d")), (vec![3; 4], vec![4; 4]), "cut by {cut}");
            drop(pack);
            let pack = Pack::open(folder.path(), 4).unwrap();
            assert_eq!(picture(&pack, "d"), [4; 4], "cut by {cut}");
            // Where a list may still name the places of the lost lines, they are not given to others.
            assert_eq!(
                pack.get(&hash("d")),
                Some(&Outcome::Picture(if length < begun { 1 } else { 3 }, profile(4))),
                "cut by {cut}"
            );
        }
    }

    #[test]
    fn a_pack_that_lost_pictures_is_begun_anew_and_none_stands_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let name = filled(folder.path()).pixels_name().to_owned();
        let pixels = folder.path().join(&name);
        // The second picture is cut in two.
        File::options().write(true).open(&pixels).unwrap().set_len(5).unwrap();
        let mut pack = Pack::open(folder.path(), 4).unwrap();
        assert!(pack.known.is_empty() && pack.pixels_name() != name && !pixels.exists());
        pack.add(vec![(hash("d"), made(4)), (hash("e"), made(5)), (hash("f"), made(6))]).unwrap();
        pack.commit().unwrap();
        drop(pack);
        let pack = Pack::open(folder.path(), 4).unwrap();
        assert_eq!((pack.get(&hash("c")), picture(&pack, "e")), (None, vec![5; 4]));
        let name = pack.pixels_name().to_owned();
        drop(pack);
        fs::remove_file(folder.path().join(&name)).unwrap();
        let pack = Pack::open(folder.path(), 4).unwrap();
        assert!(pack.known.is_empty() && pack.pixels_name() != name);
    }
}
