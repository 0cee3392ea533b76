//! Named f32 arrays in a safetensors file: what a model and a checkpoint are made of.
//!
//! The same arrays and note give the same bytes: safetensors sorts by name, and the note is the header's one metadata
//! entry. The note is JSON that begins with the file's [seal].

use record::seal::{self, Seal};
use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, View, serialize};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;

/// The key of the note among the file's metadata.
const NOTE: &str = "ablate";

/// An array with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Unique in its file.
    pub name: String,
    /// Its shape, C order.
    pub shape: Vec<usize>,
    /// As many values as the shape says.
    pub values: Vec<f32>,
}

/// Why bytes are no file of f32 arrays.
#[derive(Debug, thiserror::Error)]
pub enum ArraysError {
    /// No safetensors file, or a damaged one.
    #[error("not a whole safetensors file: {0}")]
    Format(#[from] SafeTensorError),
    /// An array of another type.
    #[error("tensor `{}` holds {found:?} values, expected F32", files::shown(name))]
    Type {
        /// The array.
        name: String,
        /// Its type.
        found: Dtype,
    },
    /// It was written otherwise.
    #[error("its content does not match its checksum")]
    Broken,
    /// JSON cannot hold the note.
    #[error("its header: {0}")]
    Note(#[from] serde_json::Error),
}

/// An array on its way into a file: name, shape, values.
pub struct Borrowed<'a> {
    name: String,
    shape: &'a [usize],
    values: &'a [f32],
}

impl<'a> Borrowed<'a> {
    /// An array that is written under `name`.
    pub fn new(name: String, shape: &'a [usize], values: &'a [f32]) -> Borrowed<'a> {
        Borrowed { name, shape, values }
    }

    /// The name it is written under.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl View for &Borrowed<'_> {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        if cfg!(target_endian = "little") {
            return Cow::Borrowed(bytemuck::cast_slice(self.values));
        }
        Cow::Owned(self.values.iter().flat_map(|value| value.to_le_bytes()).collect())
    }

    fn data_len(&self) -> usize {
        size_of_val(self.values)
    }
}

/// A note and the seal before it.
#[derive(Serialize)]
struct Sealed<'a, N> {
    blake3: &'static str,
    #[serde(flatten)]
    note: &'a N,
}

/// The bytes of a safetensors file of `arrays`, sealed, with `note` in its header.
///
/// # Errors
/// [`ArraysError`] where a name occurs twice, a shape does not fit its values, or the note is not an object.
pub fn encode(arrays: &[Borrowed<'_>], note: &impl Serialize) -> Result<Vec<u8>, ArraysError> {
    let note = serde_json::to_string(&Sealed { blake3: seal::OPEN, note })?;
    let metadata = HashMap::from([(NOTE.to_owned(), note)]);
    let mut bytes = serialize(arrays.iter().map(|array| (&array.name, array)), Some(metadata))?;
    seal::close(&mut bytes);
    Ok(bytes)
}

/// What a safetensors file holds.
#[derive(Debug)]
pub struct Decoded {
    /// By name.
    pub arrays: Vec<Array>,
    /// Empty where there is none.
    pub note: String,
    /// Whether the file has a seal; then it is whole.
    pub sealed: bool,
}

/// Reads a safetensors file.
///
/// # Errors
/// [`ArraysError`] where `bytes` are no such file, do not match their seal, or hold other values than f32.
pub fn decode(bytes: &[u8]) -> Result<Decoded, ArraysError> {
    let sealed = match seal::check(bytes) {
        Seal::Whole => true,
        Seal::Missing => false,
        Seal::Broken => return Err(ArraysError::Broken),
    };
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let note = header.metadata().as_ref().and_then(|metadata| metadata.get(NOTE)).cloned().unwrap_or_default();
    let tensors = SafeTensors::deserialize(bytes)?;
    let mut arrays = Vec::with_capacity(tensors.len());
    for (name, view) in tensors.iter() {
        if view.dtype() != Dtype::F32 {
            return Err(ArraysError::Type { name: name.to_owned(), found: view.dtype() });
        }
        let (words, _) = view.data().as_chunks::<4>();
        let values = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
        arrays.push(Array { name: name.to_owned(), shape: view.shape().to_vec(), values });
    }
    arrays.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Decoded { arrays, note, sealed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Title {
        title: &'static str,
    }

    const TITLE: Title = Title { title: "a \"note\"" };

    #[test]
    fn arrays_come_back_as_they_went_and_give_the_same_bytes_again() {
        let arrays = vec![
            Array { name: "b.bias".into(), shape: vec![2], values: vec![-0.0, f32::MIN_POSITIVE] },
            Array { name: "b.kernel".into(), shape: vec![2, 1], values: vec![1.5, f32::NAN] },
            Array { name: "empty".into(), shape: vec![0], values: vec![] },
        ];
        let write = || {
            let borrowed = arrays.iter().rev().map(|a| Borrowed::new(a.name.clone(), &a.shape, &a.values));
            encode(&borrowed.collect::<Vec<_>>(), &TITLE).unwrap()
        };
        let found = decode(&write()).unwrap();
        let bits = |arrays: &[Array]| -> Vec<Vec<u32>> {
            arrays.iter().map(|a| a.values.iter().map(|v| v.to_bits()).collect()).collect()
        };
        assert!(found.sealed && found.note.ends_with(r#"","title":"a \"note\""}"#), "{}", found.note);
        assert_eq!(bits(&found.arrays), bits(&arrays));
        assert_eq!(found.arrays[1].shape, [2, 1]);
        assert_eq!(write(), write());
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert!(matches!(decode(b"not a file").unwrap_err(), ArraysError::Format(_)));
        assert!(encode(&[Borrowed::new("a".into(), &[3], &[1.0, 2.0])], &TITLE).is_err());
    }

    #[test]
    fn a_file_with_any_flipped_bit_or_without_its_end_does_not_pass_for_a_sealed_one() {
        let whole = encode(&[Borrowed::new("a".into(), &[2], &[1.0, 2.0])], &TITLE).unwrap();
        let passes = |bytes: &[u8]| decode(bytes).is_ok_and(|found| found.sealed);
        assert!(passes(&whole));
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(!passes(&bytes), "bit {bit}");
        }
        for length in 0..whole.len() {
            assert!(!passes(&whole[..length]), "{length} bytes");
        }
    }
}
