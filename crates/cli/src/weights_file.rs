//! What arrays a safetensors file holds, by its header; the rest is only compared with the file's seal, if it has one.

use plan::weights::Named;
use record::seal::{self, Seal};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// The longest header, in bytes; that of the format's own library.
const LONGEST: u64 = 100_000_000;
/// The one key of the header that does not name an array.
const METADATA: &str = "__metadata__";

/// An array as the header has it.
#[derive(Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: [u64; 2],
}

/// Names and shapes of the arrays of a file of weights.
///
/// # Errors
/// Why it is none, in words that name the file.
pub fn arrays(path: &Path) -> Result<Vec<Named>, String> {
    let cannot = |error: std::io::Error| format!("cannot read {}: {error}", files::shown(path));
    let file = File::open(path).map_err(cannot)?;
    let size = file.metadata().map_err(cannot)?;
    if !size.is_file() {
        return Err(format!("{} is not a file", files::shown(path)));
    }
    let arrays = header(&mut BufReader::new(file), size.len())
        .map_err(|why| format!("{} is not a safetensors file: {why}", files::shown(path)))?;
    match seal::check(&std::fs::read(path).map_err(cannot)?) {
        Seal::Whole | Seal::Missing => Ok(arrays),
        Seal::Broken => {
            Err(format!("{} is damaged: it does not match its checksum; copy it again", files::shown(path)))
        }
    }
}

/// The arrays of `file`, which has `size` bytes.
fn header(file: &mut impl Read, size: u64) -> Result<Vec<Named>, String> {
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(|_| "it is too short".to_owned())?;
    let length = u64::from_le_bytes(length);
    // A file may be longer than its size says, which a pipe or a system's own file does not have.
    let Some(rest) = size.checked_sub(8) else { return Err("it is too short".to_owned()) };
    if length > LONGEST || length > rest {
        return Err("it does not start with the length of a header".to_owned());
    }
    let mut text = Vec::new();
    file.take(length).read_to_end(&mut text).map_err(|error| error.to_string())?;
    let mut entries: BTreeMap<String, serde_json::Value> =
        serde_json::from_slice(&text).map_err(|_| "its header is not JSON".to_owned())?;
    entries.remove(METADATA);
    let mut end = 0;
    let mut arrays = Vec::with_capacity(entries.len());
    for (name, entry) in entries {
        let shown = files::shown(&name);
        let entry: Entry =
            serde_json::from_value(entry).map_err(|_| format!("`{shown}` of its header describes no array"))?;
        if entry.dtype != "F32" {
            return Err(format!("`{shown}` holds {} values, expected F32", files::shown(&entry.dtype)));
        }
        let values = entry.shape.iter().try_fold(4u64, |bytes, &side| bytes.checked_mul(side as u64));
        if values.is_none() || entry.data_offsets[1].checked_sub(entry.data_offsets[0]) != values {
            return Err(format!("the shape of `{shown}` does not fit its bytes"));
        }
        end = end.max(entry.data_offsets[1]);
        arrays.push((name, entry.shape));
    }
    if end != rest - length {
        return Err("it is cut off, or damaged".to_owned());
    }
    Ok(arrays)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str, data: usize) -> Result<Vec<Named>, String> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.as_bytes());
        bytes.resize(bytes.len() + data, 0);
        super::header(&mut bytes.as_slice(), bytes.len() as u64)
    }

    const TWO: &str = r#"{"__metadata__":{"ablate":"weights"},
        "a.kernel":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"a.bias":{"dtype":"F32","shape":[3],"data_offsets":[24,36]}}"#;

    #[test]
    fn names_and_shapes_come_from_the_header() {
        let expected = vec![("a.bias".to_owned(), vec![3]), ("a.kernel".to_owned(), vec![2, 3])];
        assert_eq!(read(TWO, 36).unwrap(), expected);
    }

    #[test]
    fn damaged_values_are_found_though_the_header_is_sound() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        let header = format!(
            r#"{{"__metadata__":{{"ablate":"{{\"blake3\":\"{}\"}}"}},"a":{{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}}}"#,
            seal::OPEN
        );
        let mut bytes = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 8]].concat();
        seal::close(&mut bytes);
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(arrays(&path).unwrap(), [("a".to_owned(), vec![2])]);
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let why = arrays(&path).unwrap_err();
        assert!(why.ends_with("model.safetensors is damaged: it does not match its checksum; copy it again"), "{why}");
    }

    #[test]
    fn a_size_of_0_says_nothing_of_what_can_be_read() {
        for size in 0..8 {
            assert_eq!(super::header(&mut &[0; 8][..], size).unwrap_err(), "it is too short");
        }
    }

    #[test]
    fn whatever_is_not_such_a_file_is_refused() {
        let why = |header: &str, data| read(header, data).unwrap_err();
        assert_eq!(why(TWO, 35), "it is cut off, or damaged");
        assert_eq!(why(TWO, 37), "it is cut off, or damaged");
        assert_eq!(why("no weights", 0), "its header is not JSON");
        assert_eq!(why(&TWO.replacen("F32", "F64", 1), 36), "`a.kernel` holds F64 values, expected F32");
        assert_eq!(why(&TWO.replacen("[2,3]", "[2,2]", 1), 36), "the shape of `a.kernel` does not fit its bytes");
        let huge = "[4294967296,4294967296,4294967296]";
        assert_eq!(why(&TWO.replacen("[2,3]", huge, 1), 36), "the shape of `a.kernel` does not fit its bytes");
        assert_eq!(why(&TWO.replacen("\"shape\":[3],", "", 1), 36), "`a.bias` of its header describes no array");
        for bytes in [&b"no"[..], b"no weights at all", &u64::MAX.to_le_bytes()] {
            assert!(super::header(&mut &*bytes, bytes.len() as u64).is_err());
        }
    }
}
