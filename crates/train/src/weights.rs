//! A network's weights as named arrays: `<layer>.kernel` (convolution: height, width, in, out; dense: in, out) and
//! `<layer>.bias`, in a safetensors file that other tools read too.

use crate::arrays::{self, Array, ArraysError, Borrowed};
use plan::Network;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The weights of a network, layer by layer.
pub type Weights = Vec<Array>;

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
    /// It holds the weights of another network.
    #[error("the weights {path} do not fit the network:{list}", path = path.display(), list = list(misfits))]
    Misfit {
        /// The file.
        path: PathBuf,
        /// All that does not fit: first what the network needs, in its order, then what it does not know.
        misfits: Vec<Misfit>,
    },
}

/// A tensor that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The network has it and the file has not.
    Missing {
        /// Its name.
        name: String,
        /// The shape it should have.
        shape: Vec<usize>,
    },
    /// It has another shape.
    Shape {
        /// Its name.
        name: String,
        /// The shape it should have.
        expected: Vec<usize>,
        /// The shape it has in the file.
        found: Vec<usize>,
    },
    /// The file has it and the network has not.
    Unknown {
        /// Its name.
        name: String,
    },
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Misfit::Missing { name, shape } => write!(f, "`{name}` is missing; its shape is to be {shape:?}"),
            Misfit::Shape { name, expected, found } => {
                write!(f, "`{name}` has shape {found:?}, expected {expected:?}")
            }
            Misfit::Unknown { name } => write!(f, "`{name}` belongs to no layer"),
        }
    }
}

fn list(misfits: &[Misfit]) -> String {
    misfits.iter().map(|misfit| format!("\n  {misfit}")).collect()
}

/// Names and shapes of a network's weights, in the order of its layers.
pub fn expected(network: &Network) -> Vec<(String, Vec<usize>)> {
    let of = |layer: &plan::LayerPlan| {
        let named = |p: plan::Parameter| (format!("{}.{}", layer.name, p.name), p.shape);
        layer.parameters().into_iter().map(named).collect::<Vec<_>>()
    };
    network.layers.iter().flat_map(of).collect()
}

/// The bytes of a weights file: the same for the same weights.
///
/// # Errors
/// [`ArraysError`] where a name occurs twice.
pub fn encode(weights: &[Array]) -> Result<Vec<u8>, ArraysError> {
    let borrowed = weights.iter().map(|a| Borrowed::new(a.name.clone(), &a.shape, &a.values));
    arrays::encode(&borrowed.collect::<Vec<_>>(), "weights")
}

/// Reads a weights file for `network`.
///
/// # Errors
/// [`WeightsError`], which lists every tensor that is missing, too many or of another shape.
pub fn load(path: &Path, network: &Network) -> Result<Weights, WeightsError> {
    let bytes = std::fs::read(path).map_err(|source| WeightsError::Read { path: path.to_path_buf(), source })?;
    let (found, _) =
        arrays::decode(&bytes).map_err(|source| WeightsError::Format { path: path.to_path_buf(), source })?;
    fit(found, network).map_err(|misfits| WeightsError::Misfit { path: path.to_path_buf(), misfits })
}

/// Puts arrays into the order of the network's layers.
///
/// # Errors
/// All that do not fit.
pub fn fit(mut found: Vec<Array>, network: &Network) -> Result<Weights, Vec<Misfit>> {
    let (mut weights, mut misfits) = (Vec::new(), Vec::new());
    for (name, expected) in expected(network) {
        match found.iter().position(|array| array.name == name) {
            None => misfits.push(Misfit::Missing { name, shape: expected }),
            Some(index) => {
                let array = found.remove(index);
                if array.shape == expected {
                    weights.push(array);
                } else {
                    misfits.push(Misfit::Shape { name, expected, found: array.shape });
                }
            }
        }
    }
    misfits.extend(found.into_iter().map(|array| Misfit::Unknown { name: array.name }));
    if misfits.is_empty() { Ok(weights) } else { Err(misfits) }
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
        std::fs::write(&path, encode(&weights).unwrap()).unwrap();
        assert_eq!(load(&path, &network()).unwrap(), weights);
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
