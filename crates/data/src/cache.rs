//! Images prepared once: every file is decoded, resized and kept, for all variants, seeds, jobs and later runs.
//!
//! The tool prepares ([`Cache::prepare`]); programs map what it prepared ([`Set::open`]). A file is known by the hash of
//! its content, a picture besides by all that decides it: so a changed file is decoded anew and no other, files of two
//! data sets share a picture, and what a program trains on is what was hashed into its run's id, whatever happens to the
//! files meanwhile. Who prepares holds a lock; who reads needs none.
//!
//! Everything in the cache has a checksum. The index, the lists and the memory of files are checked when they are read;
//! pictures before a program starts ([`Cache::verify`]), and by the program itself, which uses none that it has not checked.
//! What is damaged is [told](Cache::damaged) and prepared again, and nothing else is.
//!
//! ```text
//! CACHE/lock                         shared by those who use the cache, held alone by who removes what is in it
//! CACHE/seen/HASH                    which content the files of a data directory had when they were last read
//! CACHE/150x150-rgb-bilinear-3.2.2/  a pack: pixels-*, index, lock, used, and sets/, the lists of data sets
//! ```

mod checksum;
mod error;
mod index;
mod pack;
mod seen;
mod set;
mod verify;

pub use error::{CacheError, Damage};
pub use set::Set;

use crate::audit::Profile;
use crate::decode::{BadImage, DECODER_VERSION, Refusal};
use crate::file::File;
use crate::manifest::{Manifest, Split};
use crate::picture::Picture;
use crate::scan::{ScanError, scan_by};
use checksum::Checksum;
use error::write;
use index::{FORMAT, Outcome};
use pack::Pack;
use plan::{DataPlan, OnError, Prepared};
use rayon::prelude::*;
use seen::{Seen, Stat};
use set::{List, Places};
use std::fs::{self, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// Bytes of pictures that are decoded at once, more or less, before they are written.
const PORTION: usize = 32 << 20;
/// Files of a portion, at most: so that progress is seen.
const MOST_FILES: usize = 512;
/// A file of more bytes than this is large.
const LARGE_FILE: u64 = 64 << 20;
static LARGE_TURN: Mutex<()> = Mutex::new(());
/// A pack that nobody has asked for in this time is taken away.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
/// In a pack; its time is when a call or a program last asked for the pack.
const USED: &str = "used";

/// A folder of prepared images, in use until it is dropped.
pub struct Cache {
    folder: PathBuf,
    damaged: Mutex<Vec<Damage>>,
    _in_use: fs::File,
    /// Where nothing can be kept: removed with all that is in it.
    _temporary: Option<TempDir>,
}

/// How far the preparation of a data set is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Files of the set.
    pub files: usize,
    /// Files that were looked at.
    pub done: usize,
    /// Files among these that were decoded, or tried: the others were known.
    pub decoded: usize,
}

/// What came of the files of a data set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preparation {
    /// The list for the programs, with the digest of the files that can be used. `None` where a file cannot be used, and
    /// [`DataPlan::on_error`] says to refuse.
    pub set: Option<Prepared>,
    /// Files that cannot be used, in the manifest's order.
    pub bad: Vec<BadImage>,
    /// What was seen of the others, in the manifest's order.
    pub profiles: Vec<Profile>,
    /// How much there was to do.
    pub progress: Progress,
}

impl Cache {
    /// The cache in `folder`, which need not be there yet. Waits while another process empties it. Where no other uses it,
    /// packs go first that nobody has asked for in a month.
    ///
    /// # Errors
    /// [`CacheError::Write`] where there can be no such folder.
    pub fn open(folder: &Path) -> Result<Cache, CacheError> {
        make_folder(folder)?;
        let path = folder.join("lock");
        let lock = files::open_own(&path).map_err(write(&path))?;
        // Not beside others: a sweep of a month starts programs to its end that need what was prepared at its beginning.
        if lock.try_lock().is_ok() {
            prune(folder);
            lock.unlock().map_err(write(&path))?;
        }
        lock.lock_shared().map_err(write(&path))?;
        Ok(Cache { folder: folder.into(), damaged: Mutex::default(), _in_use: lock, _temporary: None })
    }

    /// A cache that lasts until it is dropped, for a command that only looks where nothing can be kept.
    ///
    /// # Errors
    /// [`CacheError::Write`] where there is no room for temporary files either.
    pub fn temporary() -> Result<Cache, CacheError> {
        let folder =
            tempfile::tempdir().map_err(|source| CacheError::Write { path: "a temporary folder".into(), source })?;
        let cache = Cache::open(folder.path())?;
        Ok(Cache { _temporary: Some(folder), ..cache })
    }

    /// Removes all that was prepared in `folder`, and says how many bytes that were.
    ///
    /// # Errors
    /// [`CacheError::Busy`] while another process uses the cache; [`CacheError::Write`] where something cannot be removed, or
    /// `folder` is a link to another's.
    pub fn empty(folder: &Path) -> Result<u64, CacheError> {
        if !folder.exists() {
            return Ok(0);
        }
        make_folder(folder)?;
        let path = folder.join("lock");
        let lock = files::open_own(&path).map_err(write(&path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(CacheError::Busy { path: folder.into() }),
            Err(TryLockError::Error(source)) => return Err(CacheError::Write { path, source }),
        }
        let mut freed = 0;
        for entry in fs::read_dir(folder).map_err(write(folder))? {
            let entry = entry.map_err(write(folder))?.path();
            // The lock stays: another process may be waiting for it.
            if entry != path {
                freed += size(&entry).map_err(write(&entry))?;
                remove(&entry).map_err(write(&entry))?;
            }
        }
        Ok(freed)
    }

    /// [`crate::scan`], for which no file is read that is unchanged since it was last read.
    ///
    /// # Errors
    /// Those of [`crate::scan`].
    pub fn scan(&self, plan: &DataPlan) -> Result<Manifest, ScanError> {
        let path = self.seen(plan).ok();
        let (seen, damage) = path.as_deref().map(Seen::load).unwrap_or_default();
        self.note(damage);
        let seen = Mutex::new(seen);
        let manifest = scan_by(plan, &|file| hash(file, &seen));
        if let Some(path) = path {
            // What is not written is read once more at the next call.
            seen.into_inner().unwrap_or_else(PoisonError::into_inner).save(&path).ok();
        }
        manifest
    }

    /// Prepares all images of `manifest` for `plan`; takes out of it those that cannot be used. Files that are known are
    /// not decoded, and those that are unchanged since they were last read are not read. Works in parallel on rayon's
    /// current pool, and holds a portion of the pictures in memory at a time. `tell` hears how far it is.
    ///
    /// # Errors
    /// [`CacheError`] where the cache cannot be read or written.
    pub fn prepare(
        &self,
        manifest: &mut Manifest,
        plan: &DataPlan,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<Preparation, CacheError> {
        let [height, width] = plan.image_size;
        let image_len = height * width * plan.channels();
        let folder = self.folder.join(pack_name(plan));
        let (mut pack, damaged) = Pack::open(&folder, image_len)?;
        self.note(damaged);
        note_use(&folder).map_err(write(&folder))?;
        let seen_path = self.seen(plan)?;
        let (mut seen, damage) = Seen::load(&seen_path);
        self.note(damage);

        let files: Vec<&File> = manifest.splits().into_iter().flat_map(|(_, split)| &split.files).collect();
        let mut progress = Progress { files: files.len(), ..Progress::default() };
        let mut contents = Vec::with_capacity(files.len());
        let mut bad = Vec::new();
        let portion = (PORTION / image_len).clamp(1, MOST_FILES);
        for files in files.chunks(portion) {
            tell(progress);
            let looked: Vec<Looked> = files.par_iter().map(|file| look(file, plan, &pack, &seen)).collect();
            let (mut decoded, mut unable) = (Vec::new(), None);
            for (file, looked) in files.iter().zip(looked) {
                let content = match looked {
                    Looked::Known(content) => Some(content),
                    Looked::Read { content, before, after, begun, picture } => {
                        seen.remember(&file.path, before, after, begun, content);
                        progress.decoded += usize::from(picture.is_some());
                        decoded.extend(picture.map(|picture| (content, picture)));
                        Some(content)
                    }
                    Looked::Unable(reason) => {
                        unable.get_or_insert(CacheError::Unable { path: file.path.clone(), reason });
                        None
                    }
                    Looked::Unreadable(reason) => {
                        bad.push(BadImage { path: file.path.clone(), reason });
                        None
                    }
                };
                contents.push(content);
            }
            pack.add(decoded)?;
            if let Some(unable) = unable {
                pack.commit()?;
                return Err(unable);
            }
            progress.done += files.len();
        }
        tell(progress);
        pack.commit()?;
        seen.save(&seen_path).map_err(write(&seen_path))?;

        let mut usable = Vec::with_capacity(contents.len());
        let mut pictures = Vec::with_capacity(contents.len());
        let mut profiles = Vec::with_capacity(contents.len());
        let mut reasons = bad.into_iter();
        let mut bad = Vec::new();
        for (file, content) in files.into_iter().zip(contents) {
            match content.and_then(|content| Some((content, pack.get(&content)?))) {
                Some((content, &Outcome::Picture { place, checksum, profile })) => {
                    usable.push(content);
                    pictures.push((place, checksum));
                    profiles.push(profile);
                }
                Some((_, Outcome::Bad(reason))) => {
                    bad.push(BadImage { path: file.path.clone(), reason: reason.clone() });
                }
                None => bad.extend(reasons.next()),
            }
        }
        let before = manifest.splits().into_iter().map(|(_, split)| split.files.len()).collect::<Vec<_>>();
        manifest.leave_out(&bad);
        if !bad.is_empty() && plan.on_error == OnError::Refuse {
            return Ok(Preparation { set: None, bad, profiles, progress });
        }
        let digest = manifest.digest(&usable);
        let list = list(manifest, &before, pictures, plan, digest.clone(), pack.pixels_name());
        let (set, damage) = list.write(&folder)?;
        self.note(damage);
        Ok(Preparation { set: Some(Prepared { set, digest }), bad, profiles, progress })
    }

    /// Where it is remembered what the files of `plan` held.
    fn seen(&self, plan: &DataPlan) -> Result<PathBuf, CacheError> {
        let directory = std::path::absolute(&plan.directory).unwrap_or_else(|_| plan.directory.clone());
        let folder = self.folder.join("seen");
        make_folder(&folder)?;
        Ok(folder.join(&blake3::hash(directory.as_os_str().as_encoded_bytes()).to_hex()[..32]))
    }
}

/// Notes that somebody asked for the pack in `folder`.
fn note_use(folder: &Path) -> io::Result<()> {
    files::open_own(&folder.join(USED))?.set_modified(seen::now())
}

/// Takes away packs that nobody has asked for in a month. What cannot be taken away stays: it does no harm.
fn prune(cache: &Path) {
    let Some(oldest) = seen::now().checked_sub(KEPT) else { return };
    for pack in fs::read_dir(cache).into_iter().flatten().flatten() {
        let used = fs::metadata(pack.path().join(USED)).and_then(|used| used.modified());
        if used.is_ok_and(|used| used < oldest) {
            fs::remove_dir_all(pack.path()).ok();
        }
    }
}

/// Names all that decides a picture but the file's content, and how it is written down: another version of the tool
/// keeps its own.
fn pack_name(plan: &DataPlan) -> String {
    let [height, width] = plan.image_size;
    let (mode, filter) = (plan.color_mode.name(), plan.interpolation.name());
    format!("{height}x{width}-{mode}-{filter}-{}.{DECODER_VERSION}.{FORMAT}", plan::ENGINE_VERSION)
}

/// The hash of an image's content.
fn hash(file: &File, seen: &Mutex<Seen>) -> Result<blake3::Hash, String> {
    let Some(path) = file.own() else { return file.hash() };
    let seen = || seen.lock().unwrap_or_else(PoisonError::into_inner);
    let (begun, before) = (seen::now(), Stat::of(path));
    let unchanged = before.as_ref().and_then(|stat| seen().content(path, stat));
    if let Some(content) = unchanged {
        return Ok(content);
    }
    let content = file.hash()?;
    seen().remember(path, before, Stat::of(path), begun, content);
    Ok(content)
}

/// What is known of a file.
enum Looked {
    /// It is unchanged, and what became of this content is known.
    Known(blake3::Hash),
    /// It was read.
    Read {
        content: blake3::Hash,
        before: Option<Stat>,
        after: Option<Stat>,
        begun: SystemTime,
        /// What it decodes to, where that was not known.
        picture: Option<Result<Picture, String>>,
    },
    /// It cannot be read.
    Unreadable(String),
    /// It cannot be decoded here and now. That says nothing of the file, so it is neither remembered nor left out.
    Unable(String),
}

fn look(file: &File, plan: &DataPlan, pack: &Pack, seen: &Seen) -> Looked {
    let begun = seen::now();
    let before = file.own().and_then(Stat::of);
    let unchanged = before.as_ref().and_then(|stat| seen.content(&file.path, stat));
    if let Some(content) = unchanged.filter(|content| pack.get(content).is_some()) {
        return Looked::Known(content);
    }
    // Large files are held in memory one at a time, however many threads there are.
    let is_large = before.is_some_and(|stat| stat.size() > LARGE_FILE);
    let _turn = is_large.then(|| LARGE_TURN.lock().unwrap_or_else(PoisonError::into_inner));
    let read = match file.content() {
        Ok(read) => read,
        Err(Refusal::Bad(reason)) => return Looked::Unreadable(reason),
        Err(Refusal::Unable(reason)) => return Looked::Unable(reason),
    };
    let content = read.hash();
    let picture = match pack.get(&content).is_none().then(|| read.prepare(plan)) {
        Some(Err(Refusal::Unable(reason))) => return Looked::Unable(reason),
        Some(Err(Refusal::Bad(reason))) => Some(Err(reason)),
        Some(Ok(picture)) => Some(Ok(picture)),
        None => None,
    };
    Looked::Read { content, before, after: file.own().and_then(Stat::of), begun, picture }
}

/// The list of a data set whose files had the given pictures, in order.
fn list(
    manifest: &Manifest,
    before: &[usize],
    pictures: Vec<(u32, Checksum)>,
    plan: &DataPlan,
    digest: String,
    pixels: &str,
) -> List {
    let (mut pictures, mut before) = (pictures.into_iter(), before.iter());
    let mut places = |split: &Split| {
        let (pictures, checksums) = pictures.by_ref().take(split.files.len()).unzip();
        Places {
            pictures,
            checksums,
            labels: split.files.iter().map(|file| file.class).collect(),
            left_out: before.next().map_or(0, |before| before - split.files.len()),
        }
    };
    List {
        digest,
        image_size: plan.image_size,
        color_mode: plan.color_mode,
        pixels: pixels.to_owned(),
        classes: manifest.classes.clone(),
        train: places(&manifest.train),
        validation: manifest.validation.as_ref().map(&mut places),
        test: manifest.test.as_ref().map(&mut places),
    }
}

/// Bytes of all files at `path` and below.
fn size(path: &Path) -> io::Result<u64> {
    let told = fs::symlink_metadata(path)?;
    if !told.is_dir() {
        return Ok(told.len());
    }
    fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}

/// Makes a folder of the cache, which is not a link; those above it may be.
fn make_folder(folder: &Path) -> Result<(), CacheError> {
    files::make_folder(folder.parent().unwrap_or(folder), folder).map_err(write(folder))
}

/// Removes a file, or a folder with all that is in it. For a symbolic link: the link itself.
fn remove(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

#[cfg(test)]
mod tests;
