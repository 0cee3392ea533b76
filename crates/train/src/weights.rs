//! A network's weights as named arrays: `<layer>.kernel` (convolution: height, width, in, out; dense: in, out) and
//! `<layer>.bias`, in a safetensors file that other tools read too. Where the network takes standardized images, the file's
//! header has the means and deviations.

use crate::arrays::{self, Array, ArraysError, Borrowed};
use data::Standardization;
use plan::Network;
pub use plan::weights::{Misfit, expected};
use plan::weights::{Named, misfits};
use std::io;
use std::path::{Path, PathBuf};

/// The weights of a network, layer by layer.
pub type Weights = Vec<Array>;

/// The note of a file whose network takes images in [0, 1].
const NOTE: &str = "weights";

/// Why a weights file does not fit.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// It cannot be read.
    #[error("cannot read the weights {path}: {source}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It holds no weights.
    #[error("cannot read the weights {path}: {source}", path = path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ArraysError,
    },
    /// It does not say how to standardize images.
    #[error(
        "the weights {path} do not say how their images were standardized: expected the model.safetensors of a run with \
         normalization = \"standardize\"", path = path.display()
    )]
    Standardization {
        /// The file.
        path: PathBuf,
    },
    /// It holds the weights of another network.
    #[error("the weights {path} do not fit the network:{list}", path = path.display(), list = list(misfits))]
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

/// The bytes of a weights file: the same for the same weights. `standardization` is that of the images, where there is one.
///
/// # Errors
/// [`ArraysError`] where a name occurs twice.
pub fn encode(weights: &[Array], standardization: Option<&Standardization>) -> Result<Vec<u8>, ArraysError> {
    // Numbers under fixed keys, which JSON can always hold.
    let note = standardization.and_then(|numbers| serde_json::to_string(numbers).ok());
    let borrowed = weights.iter().map(|a| Borrowed::new(a.name.clone(), &a.shape, &a.values));
    arrays::encode(&borrowed.collect::<Vec<_>>(), note.as_deref().unwrap_or(NOTE))
}

/// How the images of a weights file's network were standardized.
///
/// # Errors
/// [`WeightsError`] where the file cannot be read or does not say.
pub fn standardization(path: &Path) -> Result<Standardization, WeightsError> {
    let (_, note) = read(path)?;
    serde_json::from_str(&note).map_err(|_| WeightsError::Standardization { path: path.to_path_buf() })
}

/// Reads a weights file for `network`.
///
/// # Errors
/// [`WeightsError`], which lists every tensor that is missing, too many or of another shape.
pub fn load(path: &Path, network: &Network) -> Result<Weights, WeightsError> {
    let (found, _) = read(path)?;
    fit(found, network).map_err(|misfits| WeightsError::Misfit { path: path.to_path_buf(), misfits })
}

/// Arrays and note.
fn read(path: &Path) -> Result<(Vec<Array>, String), WeightsError> {
    let bytes = std::fs::read(path).map_err(|source| WeightsError::Read { path: path.to_path_buf(), source })?;
    arrays::decode(&bytes).map_err(|source| WeightsError::Format { path: path.to_path_buf(), source })
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

    fn array(name: &str, shape: &[usize]) -> Array {
        Array { name: name.into(), shape: shape.into(), values: vec![0.5; shape.iter().product()] }
    }

    #[test]
    fn a_file_comes_back_in_the_order_of_the_layers() {
        let weights =
            [array("b.kernel", &[3, 2]), array("b.bias", &[2]), array("a.kernel", &[2, 1]), array("a.bias", &[1])];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.safetensors");
        std::fs::write(&path, encode(&weights, None).unwrap()).unwrap();
        assert_eq!(load(&path, &network()).unwrap(), weights);
        assert_eq!(
            standardization(&path).unwrap_err().to_string(),
            format!(
                "the weights {} do not say how their images were standardized: expected the model.safetensors of a run \
                 with normalization = \"standardize\"",
                path.display()
            )
        );
        let numbers = Standardization { mean: vec![0.1, 1.0 / 3.0], standard_deviation: vec![2.0 / 7.0, 1e-300] };
        std::fs::write(&path, encode(&weights, Some(&numbers)).unwrap()).unwrap();
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
}
