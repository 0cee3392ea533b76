//! The stored numbers of tests/keras: see the README there.

use plan::Network;
use serde_json::Value;
use std::path::{Path, PathBuf};
use train::arrays::{self, Array};
use train::weights;

/// The folder of the stored numbers.
pub fn stored() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/keras/stored")
}

pub fn json(name: &str) -> Value {
    let text = std::fs::read_to_string(stored().join(name).with_extension("json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub fn tensors(name: &str) -> Vec<Array> {
    arrays::decode(&std::fs::read(stored().join(name).with_extension("safetensors")).unwrap()).unwrap().arrays
}

pub fn tensor<'a>(tensors: &'a [Array], name: &str) -> &'a [f32] {
    &tensors.iter().find(|array| array.name == name).unwrap_or_else(|| panic!("no {name}")).values
}

/// Output `i` of SplitMix64 with seed 0.
fn splitmix64(i: u64) -> u64 {
    let z = i.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The initial weights that a table of starts and scales stands for, kernels times `factor`.
pub fn initial(network: &Network, table: &Value, factor: f32) -> Vec<Array> {
    let array = |(name, shape): (String, Vec<usize>)| {
        let entry = &table[&name];
        let stored: Vec<usize> = serde_json::from_value(entry["shape"].clone()).unwrap();
        assert_eq!(stored, shape, "{name}");
        let (start, scale) = (entry["start"].as_u64().unwrap(), entry["scale"].as_f64().unwrap() as f32);
        let factor = if name.ends_with(".kernel") { factor } else { 1.0 };
        let value = |j: u64| {
            let k = (splitmix64(start + j) >> 40) as f32; // 24 bits: exact
            scale * ((k - 8_388_608.0) / 8_388_608.0) * factor
        };
        let size: usize = shape.iter().product();
        Array { name, shape, values: (0..size as u64).map(value).collect() }
    };
    weights::expected(network).into_iter().map(array).collect()
}

/// norm(found - expected) / norm(expected).
pub fn distance(found: &[f32], expected: &[f32]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = norm(&mut found.iter().zip(expected).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    difference / norm(&mut expected.iter().map(|v| f64::from(*v)))
}
