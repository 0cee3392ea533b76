//! Which content a file had when it was last read, so that a file that is unchanged by all that the system tells of it
//! is not read again.
//!
//! As git does with its index: a file counts as unchanged where size, times, inode and device are as they were; and
//! what was read of a file within moments of its last change is not remembered at all, since it could change once more
//! without another time ("racily clean").

use super::error::Damage;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A file that changed so recently may change again at what its file system takes for the same time.
const RACY: Duration = Duration::from_secs(2);
/// Bytes of a record: path, stat, content.
const RECORD: usize = 16 + 5 * 8 + 32;
const CHECKSUM: usize = 32;
/// What is wrong with a memory that is not as it was written.
const WHAT: &str = "what it says of files is not believed, and they are read again";

/// What the system tells of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    size: u64,
    /// Nanoseconds since 1970, as is `changed`.
    modified: i64,
    changed: i64,
    inode: u64,
    device: u64,
}

impl Stat {
    /// Of the file at `path`, or the one that it links to. `None` where there is none, or the system does not tell enough.
    #[cfg(unix)]
    pub fn of(path: &Path) -> Option<Stat> {
        use std::os::unix::fs::MetadataExt;
        let told = fs::metadata(path).ok()?;
        let time = |seconds: i64, nanoseconds: i64| seconds.checked_mul(1_000_000_000)?.checked_add(nanoseconds);
        Some(Stat {
            size: told.size(),
            modified: time(told.mtime(), told.mtime_nsec())?,
            changed: time(told.ctime(), told.ctime_nsec())?,
            inode: told.ino(),
            device: told.dev(),
        })
    }

    /// Elsewhere there is no time of change: every file is read.
    #[cfg(not(unix))]
    pub fn of(_: &Path) -> Option<Stat> {
        None
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether the file had come to rest by `now`.
    fn is_settled(&self, now: SystemTime) -> bool {
        let Some(before) = now.checked_sub(RACY).and_then(|before| before.duration_since(UNIX_EPOCH).ok()) else {
            return false;
        };
        i128::from(self.modified.max(self.changed)) < before.as_nanos() as i128
    }

    fn bytes(&self) -> [[u8; 8]; 5] {
        [
            self.size.to_le_bytes(),
            self.modified.to_le_bytes(),
            self.changed.to_le_bytes(),
            self.inode.to_le_bytes(),
            self.device.to_le_bytes(),
        ]
    }
}

/// The time, for [`Seen::remember`].
#[expect(clippy::disallowed_methods, reason = "decides whether a file is read again, no result")]
pub(super) fn now() -> SystemTime {
    SystemTime::now()
}

/// The files of a data set, as they were last read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// By a hash of the path.
    files: HashMap<[u8; 16], (Stat, blake3::Hash)>,
    changed: bool,
}

impl Seen {
    /// What was [saved](Seen::save) to `path`; nothing, where that is not there or, as is said then, not whole.
    pub fn load(path: &Path) -> (Seen, Option<Damage>) {
        let Ok(bytes) = fs::read(path) else { return (Seen::default(), None) };
        match parse(&bytes) {
            Some(files) => (Seen { files, changed: false }, None),
            // The next save replaces it, whatever there is to save.
            None => (Seen { files: HashMap::new(), changed: true }, Some(Damage::new(path, WHAT))),
        }
    }

    /// The hash of the file's content, where it is as it was.
    pub fn content(&self, path: &Path, stat: &Stat) -> Option<blake3::Hash> {
        let (known, content) = self.files.get(&key(path))?;
        (known == stat).then_some(*content)
    }

    /// Notes what was read of a file between `before` and `after`, which the system told of it; `begun` is when `before`
    /// was asked for. Where it was not at rest, it is forgotten.
    pub fn remember(
        &mut self,
        path: &Path,
        before: Option<Stat>,
        after: Option<Stat>,
        begun: SystemTime,
        content: blake3::Hash,
    ) {
        let at_rest = before.filter(|stat| after == before && stat.is_settled(begun));
        self.changed |= match at_rest {
            Some(stat) => self.files.insert(key(path), (stat, content)) != Some((stat, content)),
            None => self.files.remove(&key(path)).is_some(),
        };
    }

    /// Puts it at `path`, where there is anything new.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        if !self.changed {
            return Ok(());
        }
        let mut records: Vec<_> = self.files.iter().collect();
        records.sort_unstable_by_key(|(key, _)| **key);
        let mut bytes = Vec::with_capacity(records.len() * RECORD + CHECKSUM);
        for (key, (stat, content)) in records {
            bytes.extend_from_slice(key);
            bytes.extend(stat.bytes().as_flattened());
            bytes.extend_from_slice(content.as_bytes());
        }
        let checksum = blake3::hash(&bytes);
        bytes.extend_from_slice(checksum.as_bytes());
        files::write(path, &bytes)
    }
}

fn key(path: &Path) -> [u8; 16] {
    let mut key = [0; 16];
    key.copy_from_slice(&blake3::hash(path.as_os_str().as_encoded_bytes()).as_bytes()[..16]);
    key
}

fn parse(bytes: &[u8]) -> Option<HashMap<[u8; 16], (Stat, blake3::Hash)>> {
    let (records, checksum) = bytes.split_last_chunk::<CHECKSUM>()?;
    let (records, rest) = records.as_chunks::<RECORD>();
    if !rest.is_empty() || blake3::hash(records.as_flattened()) != *checksum {
        return None;
    }
    let record = |record: &[u8; RECORD]| {
        let (key, rest) = record.split_first_chunk()?;
        let (stat, content) = rest.split_first_chunk::<40>()?;
        let (numbers, _) = stat.as_chunks::<8>();
        let number = |index: usize| u64::from_le_bytes(numbers[index]);
        let stat = Stat {
            size: number(0),
            modified: number(1).cast_signed(),
            changed: number(2).cast_signed(),
            inode: number(3),
            device: number(4),
        };
        Some((*key, (stat, blake3::Hash::from_bytes(content.try_into().ok()?))))
    };
    records.iter().map(record).collect()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn a_file_at_rest_is_known_until_anything_of_it_changes() {
        let folder = tempfile::tempdir().unwrap();
        let (file, saved) = (folder.path().join("a"), folder.path().join("seen"));
        let later = now() + Duration::from_secs(10);
        let content = blake3::hash(b"one");
        let remember = |seen: &mut Seen, begun| {
            let stat = Stat::of(&file);
            seen.remember(&file, stat, stat, begun, content);
        };
        fs::write(&file, "one").unwrap();
        let mut seen = Seen::default();
        remember(&mut seen, now());
        assert_eq!(seen.files.len(), 0, "it changed a moment ago");
        remember(&mut seen, later);
        seen.save(&saved).unwrap();
        let (seen, damage) = Seen::load(&saved);
        assert_eq!(damage, None);
        assert_eq!(seen.content(&file, &Stat::of(&file).unwrap()), Some(content));

        // The same size and the same time of modification: the time of change tells.
        let modified = fs::metadata(&file).unwrap().modified().unwrap();
        std::thread::sleep(Duration::from_millis(20));
        fs::write(&file, "two").unwrap();
        File::options().write(true).open(&file).unwrap().set_modified(modified).unwrap();
        assert_eq!(seen.content(&file, &Stat::of(&file).unwrap()), None);
        assert_eq!(Stat::of(&folder.path().join("none")), None);
    }

    #[test]
    fn a_damaged_memory_is_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let (file, saved) = (folder.path().join("a"), folder.path().join("seen"));
        fs::write(&file, "one").unwrap();
        let mut seen = Seen::default();
        let stat = Stat::of(&file);
        seen.remember(&file, stat, stat, now() + Duration::from_secs(10), blake3::hash(b"one"));
        seen.save(&saved).unwrap();
        let whole = fs::read(&saved).unwrap();
        for index in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[index] ^= 4;
            for damaged in [&damaged, &whole[..index]] {
                fs::write(&saved, damaged).unwrap();
                let (seen, damage) = Seen::load(&saved);
                assert!(seen.files.is_empty() && damage.is_some());
                // It is said once.
                seen.save(&saved).unwrap();
                assert_eq!(Seen::load(&saved), (Seen::default(), None));
            }
        }
    }
}
