//! Generated sources as people read them.

mod common;

use codegen::{CodegenError, layer_of_line, model_source, program};
use common::{conv, conv_relu, dense, dropout, everything, grouped, max_pool, network, pool, reference};
use plan::{Activation, Layer, Network, Padding};

#[test]
fn reference_network() {
    insta::assert_snapshot!(model_source(&reference()).unwrap());
}

#[test]
fn strided_same_padding() {
    let network = network(
        [33, 32, 1],
        vec![
            ("conv2d_1", conv(8, [5, 5], [2, 2], Padding::Same, Activation::Relu)),
            ("conv2d_2", conv(8, [3, 3], [1, 1], Padding::Same, Activation::Relu)),
            ("max_pool2d_1", max_pool()),
            ("flatten_1", Layer::Flatten),
            ("dense_1", dense(2, true, Activation::Linear)),
        ],
    );
    insta::assert_snapshot!(model_source(&network).unwrap());
}

#[test]
fn average_and_global_average_pooling() {
    let network = network(
        [16, 16, 3],
        vec![
            ("shrink", Layer::AveragePool2d(pool([2, 2], [2, 2], Padding::Valid))),
            ("conv", conv_relu(4)),
            ("mean", Layer::AveragePool2d(pool([3, 3], [2, 2], Padding::Same))),
            ("channels", Layer::GlobalAveragePool2d),
            ("logits", dense(1, false, Activation::Linear)),
        ],
    );
    insta::assert_snapshot!(model_source(&network).unwrap());
}

#[test]
fn groups() {
    // A convolution in groups stays apart from the pooling that another would fuse with.
    let network = network(
        [16, 16, 3],
        vec![
            ("stem", conv_relu(8)),
            ("depthwise", grouped(8, conv(16, [3, 3], [1, 1], Padding::Same, Activation::Relu))),
            ("pool", max_pool()),
            ("groups", grouped(4, conv(12, [1, 1], [1, 1], Padding::Valid, Activation::Relu))),
            ("channels", Layer::GlobalAveragePool2d),
            ("logits", dense(1, true, Activation::Linear)),
        ],
    );
    insta::assert_snapshot!(model_source(&network).unwrap());
}

#[test]
fn leaky_relu() {
    let leaky = Activation::LeakyRelu { negative_slope: 0.3 };
    let network = network(
        [8, 8, 3],
        vec![
            ("conv", conv(4, [3, 3], [1, 1], Padding::Valid, leaky)),
            ("pool", max_pool()),
            ("activation", Layer::Activation { function: leaky }),
            ("flatten", Layer::Flatten),
            ("logits", dense(1, true, Activation::Linear)),
        ],
    );
    insta::assert_snapshot!(model_source(&network).unwrap());
}

#[test]
fn nothing_to_train() {
    let network = network([8, 8, 2], vec![("mean", Layer::GlobalAveragePool2d)]);
    insta::assert_snapshot!(model_source(&network).unwrap());
}

#[test]
fn a_package() {
    let program = program(&reference()).unwrap();
    let names: Vec<_> = program.files.iter().map(|(path, _)| path.to_str().unwrap()).collect();
    assert_eq!(names, ["Cargo.toml", "src/main.rs", "src/model.rs"]);
    assert_eq!(program.files[2].1, program.model);
    insta::assert_snapshot!(format!("{}\n{}", program.files[0].1, program.files[1].1));
}

#[test]
fn numbers_that_change_no_size_share_a_package_and_others_do_not() {
    let package = |network: &Network| program(network).unwrap().package;
    let with = |rate: f32, slope: f32, units: usize, name: &str| {
        let leaky = Activation::LeakyRelu { negative_slope: slope };
        let hidden = dense(units, true, leaky);
        let logits = dense(1, true, Activation::Linear);
        let layers = vec![("flatten", Layer::Flatten), (name, dropout(rate)), ("a", hidden), ("b", logits)];
        network([4, 4, 1], layers)
    };
    let base = package(&with(0.0, 0.3, 8, "dropout"));
    assert_eq!(package(&with(0.5, 0.1, 8, "dropout")), base);
    assert_ne!(package(&with(0.0, 0.3, 9, "dropout")), base);
    assert_ne!(package(&with(0.0, 0.3, 8, "drop")), base);
}

#[test]
fn every_line_knows_its_layer() {
    for network in [reference(), everything()] {
        let source = model_source(&network).unwrap();
        // A layer's lines in the type section run to the next layer's; in the functions each names its own.
        for layer in &network.layers {
            let lines = source.lines().enumerate().filter(|(_, line)| line.contains(&format!("\"{}\"", layer.name)));
            let found: Vec<_> = lines.map(|(index, _)| layer_of_line(&source, index + 1)).collect();
            assert_eq!(found, [Some(layer.name.as_str()); 3], "new, layers, observe");
            let start = source.lines().position(|line| line.starts_with(&format!("/// {}: ", layer.name))).unwrap();
            let length = source.lines().skip(start).take_while(|line| !line.is_empty()).count();
            for line in start..start + length {
                assert_eq!(layer_of_line(&source, line + 1), Some(layer.name.as_str()), "line {}", line + 1);
            }
        }
        assert_eq!(layer_of_line(&source, 1), None);
        assert_eq!(layer_of_line(&source, 0), None);
        assert_eq!(layer_of_line(&source, 100_000), None);
        for (index, line) in source.lines().enumerate() {
            if line.contains("fn ") || line.trim() == "}" || line.contains("struct ") || line.starts_with("use ") {
                assert_eq!(layer_of_line(&source, index + 1), None, "{line}");
            }
        }
    }
}

#[test]
fn a_line_of_a_fused_step_belongs_to_its_convolution() {
    let source = model_source(&reference()).unwrap();
    for (index, line) in source.lines().enumerate().filter(|(_, line)| line.contains("// conv3 + pool3")) {
        assert_eq!(layer_of_line(&source, index + 1), Some("conv3"), "{line}");
        assert_eq!(layer_of_line(&source, index + 2), Some("conv3"), "{line}");
    }
}

#[test]
fn networks_that_cannot_be_models_are_refused() {
    let refuse = |network: &Network| model_source(network).unwrap_err();
    let image = refuse(&network([8, 8, 3], vec![("conv", conv_relu(4))]));
    assert!(matches!(image, CodegenError::Output { .. }));
    assert_eq!(
        image.to_string(),
        "the network's output is (6, 6, 4), but logits must be a vector: end with a `dense` layer"
    );
    let keyword = refuse(&network([8, 8, 3], vec![("type", Layer::GlobalAveragePool2d)]));
    assert_eq!(
        keyword.to_string(),
        "layer name `type` is no Rust identifier; use lower-case letters, digits and _, and no word of the language"
    );
}
