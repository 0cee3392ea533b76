//! All pictures that were prepared in one way (size, channels, filter), each once, by the hash of the file it came from.
//!
//! A pack is a folder with two files. `pixels-*` holds the pictures one after the other and only ever grows: whoever has
//! mapped it may go on reading. `index` has a line for each file content ([`super::index`]). A line is written when its
//! picture is on the disk, so what a kill leaves is a whole pack of fewer pictures; a line that is cut short is dropped, and
//! its picture's place is not used again. A line that is damaged is dropped, too, and so is one whose picture is: what it
//! stood for is prepared again, at another place. Where the file of pictures has lost its end, the pack is begun anew: were
//! it to grow again, a program that has mapped it would take what comes to stand there for what was lost.

use super::checksum::Checksum;
use super::error::{CacheError, Damage, read, write};
use super::index::{Index, Outcome};
use super::make_folder;
use crate::picture::Picture;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How the name of a file of pictures begins.
pub const PIXELS: &str = "pixels-";
/// Pictures are forced to the disk after so many bytes, at least.
const SYNC_EVERY: usize = 64 << 20;

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
    /// Opens the pack in `folder`, or begins it, and says what of it was damaged and is dropped. Waits while another
    /// process adds to it.
    pub fn open(folder: &Path, image_len: usize) -> Result<(Pack, Vec<Damage>), CacheError> {
        make_folder(folder)?;
        let lock_path = folder.join("lock");
        let lock =
            files::open_own(&lock_path).and_then(|lock| lock.lock().map(|()| lock)).map_err(write(&lock_path))?;
        let path = folder.join("index");
        let mut file = files::open_own(&path).map_err(write(&path))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(read(&path))?;
        let mut damaged = Vec::new();
        let opened = match Index::parse(&text) {
            Ok(index) => match pixels(folder, &index, image_len) {
                Ok(pixels) => Some((index, pixels)),
                Err(damage) => {
                    damaged.push(damage);
                    None
                }
            },
            // An index of no line was never begun.
            Err(_) if !text.contains(&b'\n') => None,
            Err(what) => {
                damaged.push(Damage::new(&path, what));
                None
            }
        };
        let (index, pixels) = match opened {
            Some(opened) => opened,
            None => begin(folder, &mut file)?,
        };
        damaged.extend(index.damaged.iter().map(|line| Damage::new(&path, format!("line {line}"))));
        let held = pixels.metadata().map_err(read(&folder.join(&index.pixels)))?.len();
        file.set_len(index.length).and_then(|()| file.seek(SeekFrom::End(0))).map_err(write(&path))?;
        let mut pack = Pack {
            folder: folder.into(),
            image_len,
            known: index.outcomes,
            pixels,
            pixels_name: index.pixels,
            index: file,
            free: u32::try_from(held.div_ceil(image_len as u64)).unwrap_or(u32::MAX),
            waiting: String::new(),
            unsynced: 0,
            _lock: lock,
        };
        if !index.damaged.is_empty() {
            pack.rewrite()?;
        }
        Ok((pack, damaged))
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
                    Outcome::Picture { place, checksum: Checksum::of(&pixels), profile }
                }
                Err(reason) => Outcome::Bad(reason),
            };
            Index::push(&mut self.waiting, &content, &outcome);
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

    /// Forgets the pictures at `places`, so that they are prepared again, at other places.
    pub fn forget(&mut self, places: &HashSet<u32>) -> Result<(), CacheError> {
        self.known.retain(|_, outcome| !matches!(outcome, Outcome::Picture { place, .. } if places.contains(place)));
        self.rewrite()
    }

    /// Writes the index anew, of what is known. All of that must be on the disk.
    fn rewrite(&mut self) -> Result<(), CacheError> {
        let path = self.folder.join("index");
        let mut text = Index::head(&self.pixels_name);
        let mut known: Vec<_> = self.known.iter().collect();
        known.sort_unstable_by_key(|(content, _)| *content.as_bytes());
        known.into_iter().for_each(|(content, outcome)| Index::push(&mut text, content, outcome));
        files::write(&path, text.as_bytes()).map_err(write(&path))?;
        self.index = files::open_own(&path).map_err(write(&path))?;
        self.index.seek(SeekFrom::End(0)).map_err(write(&path))?;
        Ok(())
    }

    fn full(&self) -> CacheError {
        CacheError::Write { path: self.folder.clone(), source: io::Error::from(io::ErrorKind::FileTooLarge) }
    }
}

/// The file of pictures that `index` names, which must hold all of them.
fn pixels(folder: &Path, index: &Index, image_len: usize) -> Result<File, Damage> {
    let path = folder.join(&index.pixels);
    let lost = |what: &str| Damage::new(&path, what);
    // Not one that is made here, nor one that a link names.
    if !fs::symlink_metadata(&path).is_ok_and(|told| told.is_file()) {
        return Err(lost("the file is gone"));
    }
    let opened = files::open_own(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (held, file) = opened.map_err(|error| lost(&format!("it cannot be opened ({error})")))?;
    if index.are_of(held / image_len as u64) { Ok(file) } else { Err(lost("it has lost its end")) }
}

/// Begins a pack: an index of nothing, and a file of pictures with a name that no other ever had, since somebody may
/// still read an older one.
fn begin(folder: &Path, index: &mut File) -> Result<(Index, File), CacheError> {
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
    let line = Index::head(&name);
    let begun = index.seek(SeekFrom::Start(0)).and_then(|_| {
        index.set_len(0)?;
        index.write_all(line.as_bytes())?;
        index.sync_data()
    });
    begun.map_err(write(&folder.join("index")))?;
    Ok((Index::new(name, line.len() as u64), pixels))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Color, Format, Kind, Profile};

    fn hash(text: &str) -> blake3::Hash {
        blake3::hash(text.as_bytes())
    }

    fn picture(pack: &Pack, name: &str) -> Vec<u8> {
        let Some(Outcome::Picture { place, .. }) = pack.get(&hash(name)) else { panic!("{name} has no picture") };
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

    fn at(place: u32, level: u8) -> Outcome {
        Outcome::Picture { place, checksum: Checksum::of(&[level; 4]), profile: profile(level) }
    }

    fn filled(folder: &Path) -> Pack {
        let mut pack = Pack::open(folder, 4).unwrap().0;
        pack.add(vec![(hash("a"), made(1)), (hash("b"), Err("is \"odd\"\nreally".to_owned()))]).unwrap();
        pack.add(vec![(hash("a"), made(9)), (hash("c"), made(3))]).unwrap();
        pack.commit().unwrap();
        pack
    }

    #[test]
    fn what_was_entered_is_there_at_the_next_opening() {
        let folder = tempfile::tempdir().unwrap();
        drop(filled(folder.path()));
        let pack = Pack::open(folder.path(), 4).unwrap().0;
        assert_eq!((picture(&pack, "a"), picture(&pack, "c")), (vec![1; 4], vec![3; 4]));
        assert_eq!(pack.get(&hash("b")), Some(&Outcome::Bad("is \"odd\"\nreally".to_owned())));
        assert_eq!(pack.get(&hash("d")), None);
        assert_eq!(pack.get(&hash("c")), Some(&at(1, 3)));
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
            let mut pack = Pack::open(folder.path(), 4).unwrap().0;
            assert!(pack.known.len() < 3, "cut by {cut}");
            pack.add(vec![(hash("c"), made(3)), (hash("d"), made(4))]).unwrap();
            pack.commit().unwrap();
            assert_eq!((picture(&pack, "c"), picture(&pack, "d")), (vec![3; 4], vec![4; 4]), "cut by {cut}");
            drop(pack);
            let pack = Pack::open(folder.path(), 4).unwrap().0;
            assert_eq!(picture(&pack, "d"), [4; 4], "cut by {cut}");
            // Where a list may still name the places of the lost lines, they are not given to others.
            assert_eq!(pack.get(&hash("d")), Some(&at(if length < begun { 1 } else { 3 }, 4)), "cut by {cut}");
        }
    }

    #[test]
    fn a_pack_that_lost_pictures_is_begun_anew_and_none_stands_for_another() {
        let folder = tempfile::tempdir().unwrap();
        let name = filled(folder.path()).pixels_name().to_owned();
        let pixels = folder.path().join(&name);
        // The second picture is cut in two.
        File::options().write(true).open(&pixels).unwrap().set_len(5).unwrap();
        let mut pack = Pack::open(folder.path(), 4).unwrap().0;
        assert!(pack.known.is_empty() && pack.pixels_name() != name && !pixels.exists());
        pack.add(vec![(hash("d"), made(4)), (hash("e"), made(5)), (hash("f"), made(6))]).unwrap();
        pack.commit().unwrap();
        drop(pack);
        let pack = Pack::open(folder.path(), 4).unwrap().0;
        assert_eq!((pack.get(&hash("c")), picture(&pack, "e")), (None, vec![5; 4]));
        let name = pack.pixels_name().to_owned();
        drop(pack);
        fs::remove_file(folder.path().join(&name)).unwrap();
        let pack = Pack::open(folder.path(), 4).unwrap().0;
        assert!(pack.known.is_empty() && pack.pixels_name() != name);
    }

    #[test]
    fn whatever_bit_of_an_index_is_turned_no_other_line_is_lost_and_none_speaks_of_another_picture() {
        let example = tempfile::tempdir().unwrap();
        let name = filled(example.path()).pixels_name().to_owned();
        let [text, pixels] = ["index", &name].map(|file| fs::read(example.path().join(file)).unwrap());
        let begun = text.iter().position(|&byte| byte == b'\n').unwrap() + 1;
        for byte in 0..text.len() {
            let folder = tempfile::tempdir().unwrap();
            let mut turned = text.clone();
            turned[byte] ^= 1 << (byte % 8);
            fs::write(folder.path().join("index"), &turned).unwrap();
            fs::write(folder.path().join(&name), &pixels).unwrap();
            let (pack, damaged) = Pack::open(folder.path(), 4).unwrap();
            let expected = [("a", at(0, 1)), ("b", Outcome::Bad("is \"odd\"\nreally".to_owned())), ("c", at(1, 3))];
            let lost = expected.iter().filter(|(name, outcome)| pack.get(&hash(name)) != Some(outcome)).count();
            assert_eq!(pack.known.len(), 3 - lost, "nothing that was never there");
            match (byte < begun, byte + 1 == text.len()) {
                (true, _) => assert_eq!((lost, damaged.len()), (3, 1), "{byte}"),
                // It looks like a line that a kill cut short.
                (false, true) => assert_eq!((lost, damaged.len()), (1, 0), "{byte}"),
                // Without a line feed two lines are one.
                (false, false) => {
                    assert_eq!((lost, damaged.len()), (1 + usize::from(text[byte] == b'\n'), 1), "{byte}")
                }
            }
            drop(pack);
            assert_eq!(Pack::open(folder.path(), 4).unwrap().1, [], "it is said once");
        }
    }
}
