//! Whether a file still is what was written: a seal in the file itself.
//!
//! A sealed file has a field `blake3` near its beginning, with 64 hexadecimal digits: the BLAKE3 hash of the whole file,
//! in which these 64 digits count as zeros. So any program can check it that can hash bytes, whatever the file's format:
//! `run.json` and `plan.json` have the field in their first line of content, `model.safetensors` and
//! `checkpoint.safetensors` in the JSON under the key `ablate` of the header's metadata.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Stands where the hash goes until [`close`] puts it there.
pub const OPEN: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The field's name.
const FIELD: &str = "blake3";
/// The field is in so many bytes at the beginning.
const HEAD: usize = 256;
/// Where and how a file begins that a version of Ablate without seals wrote: `run.json`, `plan.json`, and
/// `model.safetensors`, of images as they are and of standardized ones.
const UNSEALED: [(usize, &str); 4] = [
    (0, "{\n  \"variant\":"),
    (0, "{\n  \"experiment\":"),
    (8, r#"{"__metadata__":{"ablate":"weights"}"#),
    (8, r#"{"__metadata__":{"ablate":"{\"mean\":"#),
];

/// What the seal says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// The file is what was written.
    Whole,
    /// It is not.
    Broken,
    /// There is none.
    Missing,
}

/// Why a sealed file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// It is not there, or out of reach.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// It is not what was written.
    #[error("is damaged: {0}")]
    Damaged(String),
}

/// Seals a file that has [`OPEN`] in its field.
///
/// # Panics
/// Where there is no such field at the beginning.
pub fn close(bytes: &mut [u8]) {
    let place = place(bytes).filter(|place| bytes[place.clone()] == *OPEN.as_bytes());
    let place = place.expect("a sealed file begins with an open seal");
    let hash = blake3::hash(bytes).to_hex();
    bytes[place].copy_from_slice(hash.as_bytes());
}

/// Looks whether the file with these bytes is what was written.
pub fn check(bytes: &[u8]) -> Seal {
    let Some(place) = place(bytes) else { return Seal::Missing };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&bytes[..place.start]).update(OPEN.as_bytes()).update(&bytes[place.end..]);
    if hasher.finalize().to_hex().as_bytes() == &bytes[place] { Seal::Whole } else { Seal::Broken }
}

/// Where the hash stands: after the field's name, a colon and quotes, escaped ones where the JSON is within a string.
fn place(bytes: &[u8]) -> Option<Range<usize>> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let name = head.windows(FIELD.len()).position(|window| window == FIELD.as_bytes())? + FIELD.len();
    let start = name + head[name..].iter().position(|byte| !br#"\": "#.contains(byte))?;
    let end = start + OPEN.len();
    bytes.get(start..end)?.iter().all(u8::is_ascii_hexdigit).then_some(start..end)
}

/// The text of a sealed JSON file that holds `value`, an object.
///
/// # Errors
/// Where JSON cannot hold it.
pub fn to_json(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let text = serde_json::to_string_pretty(value)?;
    let fields = text.strip_prefix("{\n").unwrap_or(&text);
    let mut bytes = format!("{{\n  \"{FIELD}\": \"{OPEN}\",\n{fields}\n").into_bytes();
    close(&mut bytes);
    Ok(bytes)
}

/// Reads a sealed file, or one that a version of Ablate without seals wrote.
///
/// # Errors
/// [`SealError`].
pub fn read(path: &Path) -> Result<Vec<u8>, SealError> {
    let bytes = fs::read(path)?;
    verify(&bytes)?;
    Ok(bytes)
}

/// The same for the JSON of a value.
///
/// # Errors
/// [`SealError`].
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, SealError> {
    from_json(&fs::read(path)?)
}

fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, SealError> {
    verify(bytes)?;
    serde_json::from_slice(bytes).map_err(|error| SealError::Damaged(error.to_string()))
}

fn verify(bytes: &[u8]) -> Result<(), SealError> {
    let begins = |(at, start): &(usize, &str)| bytes.get(*at..).is_some_and(|rest| rest.starts_with(start.as_bytes()));
    match check(bytes) {
        Seal::Whole => Ok(()),
        // Damage may take a seal away, but it does not make the file begin as one that never had any.
        Seal::Missing if UNSEALED.iter().any(begins) => Ok(()),
        Seal::Missing => Err(SealError::Damaged("its checksum is missing".to_owned())),
        Seal::Broken => Err(SealError::Damaged("its content does not match its checksum".to_owned())),
    }
}

/// Sets a damaged file aside, as `NAME.damaged` beside it, in place of one that was set aside before. Gives its new path.
///
/// # Errors
/// Those of the file system.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".damaged");
    let aside = path.with_file_name(name);
    fs::rename(path, &aside)?;
    Ok(aside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::tests::record;
    use crate::{RunRecord, Status};

    fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    }

    #[test]
    fn a_record_with_any_flipped_bit_is_not_read() {
        let bytes = to_json(&record(Status::Completed)).unwrap();
        let damaged = |bytes: &[u8]| matches!(from_json::<RunRecord>(bytes), Err(SealError::Damaged(_)));
        assert_eq!(from_json::<RunRecord>(&bytes).unwrap(), record(Status::Completed));
        for bit in 0..bytes.len() * 8 {
            assert!(damaged(&flipped(&bytes, bit)), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(damaged(&bytes[..length]), "{length} bytes");
        }
        assert!(damaged(&[&bytes[..], b" "].concat()));
    }

    /// What docs/ARCHITECTURE.md says of the seal, done by hand.
    #[test]
    fn the_seal_is_the_hash_of_the_file_with_its_own_digits_as_zeros() {
        let bytes = to_json(&record(Status::Stopped)).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let digits = text.split('"').nth(3).unwrap();
        assert_eq!(text.split('"').nth(1), Some("blake3"));
        let open = text.replace(digits, &"0".repeat(64));
        assert_eq!(blake3::hash(open.as_bytes()).to_hex().as_str(), digits);
    }

    #[test]
    fn a_file_of_a_version_without_seals_is_read_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.json");
        let text = serde_json::to_string_pretty(&record(Status::Completed)).unwrap() + "\n";
        fs::write(&path, &text).unwrap();
        assert_eq!(read_json::<RunRecord>(&path).unwrap(), record(Status::Completed));
        fs::write(&path, &text[..text.len() - 3]).unwrap();
        assert!(matches!(read_json::<RunRecord>(&path), Err(SealError::Damaged(_))));
        fs::write(&path, text.replace('\n', "")).unwrap();
        assert!(matches!(read_json::<RunRecord>(&path), Err(SealError::Damaged(_))), "a seal was cut out");
        assert!(matches!(read_json::<RunRecord>(&folder.path().join("none")), Err(SealError::Read(_))));
    }

    #[test]
    fn text_that_looks_like_a_seal_is_none() {
        assert_eq!(check(b"blake3"), Seal::Missing);
        assert_eq!(check(format!("{{\"blake3\": \"{}\"}}", "g".repeat(64)).as_bytes()), Seal::Missing);
        assert_eq!(check(format!("{{\"blake3\": \"{OPEN}\"}}").as_bytes()), Seal::Broken);
        assert_eq!(check(&[0; 1000]), Seal::Missing);
    }

    #[test]
    fn what_is_set_aside_keeps_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        for bytes in ["one", "two"] {
            fs::write(&path, bytes).unwrap();
            let aside = set_aside(&path).unwrap();
            assert_eq!(aside, folder.path().join("plan.json.damaged"));
            assert!(!path.exists());
            assert_eq!(fs::read_to_string(aside).unwrap(), bytes);
        }
    }
}
