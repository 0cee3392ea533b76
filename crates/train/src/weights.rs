//! A network's weights as named arrays: `<layer>.kernel` (convolution: height, width, in, out; dense: in, out) and
//! `<layer>.bias`, in a safetensors file that other tools read too. Its header says what the network takes.

use crate::arrays::{self, Array, ArraysError, Borrowed, Decoded};
use crate::note::Note;
use data::Standardization;
use plan::Network;
pub use plan::weights::{Misfit, expected};
use plan::weights::{Named, misfits};
use std::io;
use std::path::{Path, PathBuf};

/// The weights of a network, layer by layer.
pub type Weights = Vec<Array>;

/// Why a weights file does not fit.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// It cannot be read.
    #[error("cannot read the weights {path}: {source}", path = files::shown(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It holds no weights, or is damaged.
    #[error("cannot read the weights {path}: {source}", path = files::shown(path))]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ArraysError,
    },
    /// It does not say how to standardize images.
    #[error(
        "the weights {path} do not say how their images were standardized: expected the model.safetensors of a run with \
         normalization = \"standardize\"", path = files::shown(path)
    )]
    Standardization {
        /// The file.
        path: PathBuf,
    },
    /// It holds the weights of another network.
    #[error("the weights {path} do not fit the network:{list}", path = files::shown(path), list = list(misfits))]
    Misfit {
        /// The file.
        path: PathBuf,
        /// All that does not fit: first what the network needs, in its order, then what it does not know.
        misfits: Vec<Misfit>,
    },
}

fn list(misfits: &[Misfit]) -> String {
    misfits.iter().map(|misfit| format!("\n  {misfit}")).collect()
}

/// The bytes of a model's file: the same for the same weights and note.
///
/// # Errors
/// [`ArraysError`] where a name occurs twice.
pub fn encode(weights: &[Array], note: &Note) -> Result<Vec<u8>, ArraysError> {
    let borrowed = weights.iter().map(|a| Borrowed::new(a.name.clone(), &a.shape, &a.values));
    arrays::encode(&borrowed.collect::<Vec<_>>(), note)
}

/// How the images of a weights file's network were standardized.
///
/// # Errors
/// [`WeightsError`] where the file cannot be read or does not say.
pub fn standardization(path: &Path) -> Result<Standardization, WeightsError> {
    let note = read(path)?.note;
    let of_model = serde_json::from_str(&note).map(|note: Note| note.standardization);
    // A version of Ablate without seals wrote the numbers alone.
    let numbers = of_model.or_else(|_| serde_json::from_str(&note).map(Some)).ok().flatten();
    numbers.ok_or_else(|| WeightsError::Standardization { path: path.to_path_buf() })
}

/// Reads a weights file for `network`: a model's, or one that another program has written.
///
/// # Errors
/// [`WeightsError`], which lists every tensor that is missing, too many or of another shape.
pub fn load(path: &Path, network: &Network) -> Result<Weights, WeightsError> {
    let found = read(path)?;
    fit(found.arrays, network).map_err(|misfits| WeightsError::Misfit { path: path.to_path_buf(), misfits })
}

/// A file that is whole, as far as it says.
fn read(path: &Path) -> Result<Decoded, WeightsError> {
    let bytes = std::fs::read(path).map_err(|source| WeightsError::Read { path: path.to_path_buf(), source })?;
    decode(&bytes).map_err(|source| WeightsError::Format { path: path.to_path_buf(), source })
}

fn decode(bytes: &[u8]) -> Result<Decoded, ArraysError> {
    let decoded = arrays::decode(bytes)?;
    // What other programs write, and versions of Ablate without seals.
    let unsealed = ["", "weights"].contains(&decoded.note.as_str()) || decoded.note.starts_with("{\"mean\":");
    if decoded.sealed || unsealed { Ok(decoded) } else { Err(ArraysError::Broken) }
}

/// Puts arrays into the order of the network's layers.
///
/// # Errors
/// All that do not fit.
pub fn fit(mut found: Vec<Array>, network: &Network) -> Result<Weights, Vec<Misfit>> {
    let named: Vec<Named> = found.iter().map(|array| (array.name.clone(), array.shape.clone())).collect();
    let misfits = misfits(network, &named);
    if !misfits.is_empty() {
        return Err(misfits);
    }
    let order = expected(network);
    found.sort_by_key(|array| order.iter().position(|(name, _)| *name == array.name));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plan::layer::Dense;
    use plan::{Activation, Initializer, Layer, Shape};

    fn network() -> Network {
        let dense = |units| {
            Layer::Dense(Dense {
                units,
                use_bias: true,
                activation: Activation::Linear,
                kernel_initializer: Initializer::Zeros,
                kernel_l2: 0.0,
            })
        };
        let layers = vec![("b".to_owned(), dense(2), None), ("a".to_owned(), dense(1), None)];
        Network::stack(Shape::Vector { units: 3 }, layers).unwrap()
    }

    fn note(standardization: Option<Standardization>) -> Note {
        Note {
            classes: vec!["cat".to_owned(), "dog".to_owned()],
            loss: plan::Loss::BinaryCrossentropy,
            image_size: [3, 1],
            color_mode: plan::ColorMode::Grayscale,
            interpolation: plan::Interpolation::Area,
            normalization: plan::Normalization::Rescale,
            standardization,
        }
    }

    fn array(name: &str, shape: &[usize]) -> Array {
        Array { name: name.into(), shape: shape.into(), values: vec![0.5; shape.iter().product()] }
    }

    #[test]
    fn a_file_comes_back_in_the_order_of_the_layers() {
        let weights =
            [array("b.kernel", &[3, 2]), array("b.bias", &[2]), array("a.kernel", &[2, 1]), array("a.bias", &[1])];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.safetensors");
        std::fs::write(&path, encode(&weights, &note(None)).unwrap()).unwrap();
        assert_eq!(load(&path, &network()).unwrap(), weights);
        assert_eq!(
            standardization(&path).unwrap_err().to_string(),
            format!(
                "the weights {} do not say how their images were standardized: expected the model.safetensors of a run \
                 with normalization = \"standardize\"",
                files::shown(&path)
            )
        );
        let numbers = Standardization { mean: vec![0.1, 1.0 / 3.0], standard_deviation: vec![2.0 / 7.0, 1e-300] };
        std::fs::write(&path, encode(&weights, &note(Some(numbers.clone()))).unwrap()).unwrap();
        assert_eq!(load(&path, &network()).unwrap(), weights);
        assert_eq!(standardization(&path).unwrap(), numbers);
    }

    #[test]
    fn everything_that_does_not_fit_is_named() {
        let found =
            vec![array("b.kernel", &[2, 3]), array("b.bias", &[2]), array("a.bias", &[1]), array("c.bias", &[1])];
        let misfits = fit(found, &network()).unwrap_err();
        let error = WeightsError::Misfit { path: "w.safetensors".into(), misfits };
        assert_eq!(
            error.to_string(),
            "the weights w.safetensors do not fit the network:\
             \n  `b.kernel` has shape [2, 3], expected [3, 2]\
             \n  `a.kernel` is missing; its shape is to be [2, 1]\
             \n  `c.bias` belongs to no layer"
        );
    }

    #[test]
    fn a_missing_or_broken_file_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.safetensors");
        assert!(matches!(load(&path, &network()), Err(WeightsError::Read { .. })));
        std::fs::write(&path, "nonsense").unwrap();
        let message = load(&path, &network()).unwrap_err().to_string();
        assert!(message.contains("w.safetensors: not a whole safetensors file"), "{message}");
    }

    #[test]
    fn a_model_with_any_flipped_bit_is_refused() {
        let weights =
            [array("b.kernel", &[3, 2]), array("b.bias", &[2]), array("a.kernel", &[2, 1]), array("a.bias", &[1])];
        let numbers = Standardization { mean: vec![0.5], standard_deviation: vec![0.25] };
        let whole = encode(&weights, &note(Some(numbers))).unwrap();
        assert!(decode(&whole).is_ok());
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&bytes).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn files_of_other_programs_and_of_versions_without_seals_are_read() {
        let weights =
            [array("b.kernel", &[3, 2]), array("b.bias", &[2]), array("a.kernel", &[2, 1]), array("a.bias", &[1])];
        let borrowed: Vec<_> = weights.iter().map(|a| Borrowed::new(a.name.clone(), &a.shape, &a.values)).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.safetensors");
        for note in [None, Some("weights"), Some(r#"{"mean":[0.5],"standard_deviation":[0.25]}"#)] {
            let metadata = note.map(|note| [("ablate".to_owned(), note.to_owned())].into());
            let bytes = safetensors::serialize(borrowed.iter().map(|a| (a.name(), a)), metadata).unwrap();
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(load(&path, &network()).unwrap(), weights, "{note:?}");
            assert_eq!(standardization(&path).is_ok(), note.is_some_and(|note| note != "weights"));
            // What the tool says of such a model: it takes those that Ablate wrote.
            assert_eq!(record::seal::read(&path).is_ok(), note.is_some(), "{note:?}");
        }
    }
}
