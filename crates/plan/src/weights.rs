//! The arrays that a file of weights must hold for a network: who trains and who only checks a file go by the same list.

use crate::network::Network;
use std::collections::HashMap;
use std::fmt;

/// The name of an array, and its shape.
pub type Named = (String, Vec<usize>);

/// An array that does not fit.
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

/// Names and shapes of a network's weights, in the order of its layers: `<layer>.kernel`, `<layer>.bias`.
pub fn expected(network: &Network) -> Vec<Named> {
    let of = |layer: &crate::LayerPlan| {
        let named = |p: crate::Parameter| (format!("{}.{}", layer.name, p.name), p.shape);
        layer.parameters().into_iter().map(named).collect::<Vec<_>>()
    };
    network.layers.iter().flat_map(of).collect()
}

/// All that does not fit: first what the network needs, in its order, then what it does not know.
pub fn misfits(network: &Network, found: &[Named]) -> Vec<Misfit> {
    let mut left: HashMap<&str, &Vec<usize>> = found.iter().map(|(name, shape)| (name.as_str(), shape)).collect();
    let mut misfits = Vec::new();
    for (name, expected) in expected(network) {
        match left.remove(name.as_str()) {
            None => misfits.push(Misfit::Missing { name, shape: expected }),
            Some(found) if *found != expected => {
                misfits.push(Misfit::Shape { name, expected, found: found.clone() });
            }
            Some(_) => {}
        }
    }
    let unknown = found.iter().filter(|(name, _)| left.contains_key(name.as_str()));
    misfits.extend(unknown.map(|(name, _)| Misfit::Unknown { name: name.clone() }));
    misfits
}
