//! Named f32 arrays in a safetensors file: what a model and a checkpoint are made of.
//!
//! The same arrays and note give the same bytes: safetensors sorts by name, and the note is the header's one metadata
//! entry.

use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, View, serialize};
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
    #[error("tensor `{name}` holds {found:?} values, expected F32")]
    Type {
        /// The array.
        name: String,
        /// Its type.
        found: Dtype,
    },
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

/// The bytes of a safetensors file of `arrays`, with `note` in its header.
///
/// # Errors
/// [`ArraysError::Format`] where a name occurs twice or a shape does not fit its values.
pub fn encode(arrays: &[Borrowed<'_>], note: &str) -> Result<Vec<u8>, ArraysError> {
    let metadata = HashMap::from([(NOTE.to_owned(), note.to_owned())]);
    Ok(serialize(arrays.iter().map(|array| (&array.name, array)), Some(metadata))?)
}

/// The arrays of a safetensors file, by name, and its note, empty where there is none.
///
/// # Errors
/// [`ArraysError`] where `bytes` are no such file, or hold other values than f32.
pub fn decode(bytes: &[u8]) -> Result<(Vec<Array>, String), ArraysError> {
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
    Ok((arrays, note))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_come_back_as_they_went_and_give_the_same_bytes_again() {
        let arrays = vec![
            Array { name: "b.bias".into(), shape: vec![2], values: vec![-0.0, f32::MIN_POSITIVE] },
            Array { name: "b.kernel".into(), shape: vec![2, 1], values: vec![1.5, f32::NAN] },
            Array { name: "empty".into(), shape: vec![0], values: vec![] },
        ];
        let write = || {
            let borrowed = arrays.iter().rev().map(|a| Borrowed::new(a.name.clone(), &a.shape, &a.values));
            encode(&borrowed.collect::<Vec<_>>(), "a note").unwrap()
        };
        let (found, note) = decode(&write()).unwrap();
        let bits = |arrays: &[Array]| -> Vec<Vec<u32>> {
            arrays.iter().map(|a| a.values.iter().map(|v| v.to_bits()).collect()).collect()
        };
        assert_eq!(note, "a note");
        assert_eq!(bits(&found), bits(&arrays));
        assert_eq!(found[1].shape, [2, 1]);
        assert_eq!(write(), write());
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        assert!(matches!(decode(b"not a file").unwrap_err(), ArraysError::Format(_)));
        let whole = encode(&[Borrowed::new("a".into(), &[2], &[1.0, 2.0])], "").unwrap();
        assert!(matches!(decode(&whole[..whole.len() - 1]).unwrap_err(), ArraysError::Format(_)));
        assert!(encode(&[Borrowed::new("a".into(), &[3], &[1.0, 2.0])], "").is_err());
    }
}
