//! Generated source is laid out as a formatter does it, whatever the network.

mod common;

#[path = "common/layout.rs"]
mod layout;

use codegen::{layer_of_line, model_source};
use common::{conv, dense, dropout, everything, grouped, max_pool, network, pool, reference};
use plan::{Activation, Layer, Network, Padding, Shape};
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof, proptest};

fn assert_laid_out(network: &Network) {
    let source = model_source(network).unwrap();
    let formatted = layout::format(&source);
    let differs = source.lines().zip(formatted.lines()).find(|(ours, theirs)| ours != theirs);
    assert!(source == formatted, "first where {differs:#?}\n{source}");
}

fn activation() -> impl Strategy<Value = Activation> {
    prop::sample::select(vec![
        Activation::Linear,
        Activation::Relu,
        Activation::LeakyRelu { negative_slope: 0.3 },
        Activation::Sigmoid,
        Activation::Tanh,
    ])
}

fn padding() -> impl Strategy<Value = Padding> {
    prop::sample::select(vec![Padding::Valid, Padding::Same])
}

/// A layer, which may or may not fit where it is put.
fn layer() -> impl Strategy<Value = Layer> {
    let (pair, strides) = ([1_usize..6, 1..6], [1_usize..3, 1..3]);
    let convolution =
        (1_usize..2000, pair.clone(), strides.clone(), padding(), activation(), any::<bool>(), 1_usize..4).prop_map(
            |(filters, size, strides, padding, activation, use_bias, groups)| {
                let mut layer = grouped(groups, conv(filters * groups, size, strides, padding, activation));
                if let Layer::Conv2d(conv) = &mut layer {
                    conv.use_bias = use_bias;
                }
                layer
            },
        );
    let pooling = (any::<bool>(), pair, strides, padding()).prop_map(|(max, size, strides, padding)| {
        let pool = pool(size, strides, padding);
        if max { Layer::MaxPool2d(pool) } else { Layer::AveragePool2d(pool) }
    });
    prop_oneof![
        3 => convolution,
        2 => Just(max_pool()),
        1 => Just(common::conv_relu(32)),
        2 => pooling,
        1 => (0.0_f32..0.9).prop_map(dropout),
        1 => activation().prop_map(|function| Layer::Activation { function }),
    ]
}

/// A network of those layers that fit, an end that makes it a vector, and what may follow.
fn networks(name: &'static str) -> impl Strategy<Value = Network> {
    let end = prop::sample::select(vec![Layer::Flatten, Layer::GlobalAveragePool2d]);
    let input = [1_usize..300, 1..300, 1..5];
    let hidden = prop::collection::vec((1_usize..5000, any::<bool>(), activation()), 1..4);
    (input, prop::collection::vec(layer(), 0..12), end, hidden, prop::collection::hash_set(name, 20)).prop_map(
        |([height, width, channels], images, end, hidden, names)| {
            let mut shape = Shape::Image { height, width, channels };
            let mut layers = Vec::new();
            let hidden = hidden.into_iter().map(|(units, use_bias, function)| dense(units, use_bias, function));
            for layer in images.into_iter().chain([end]).chain(hidden) {
                if let Ok(output) = layer.output(shape) {
                    shape = output;
                    layers.push(layer);
                }
            }
            let names = names.iter().filter(|name| !plan::layer::KEYWORDS.contains(&name.as_str()));
            network([height, width, channels], names.map(String::as_str).zip(layers).collect())
        },
    )
}

#[test]
fn networks_of_all_kinds() {
    assert_laid_out(&reference());
    assert_laid_out(&everything());
}

/// The list of imports ends in column 90, the comma after its last name included.
#[test]
fn the_last_comma_of_a_list_may_stand_out() {
    let layers = vec![
        ("dropout", dropout(0.1)),
        ("mean", Layer::GlobalAveragePool2d),
        ("hidden", dense(8, false, Activation::Relu)),
        ("logits", dense(2, true, Activation::Tanh)),
    ];
    assert_laid_out(&network([8, 8, 1], layers));
}

#[test]
fn a_word_that_rust_keeps_is_no_name() {
    // As the parser knows them, and `gen`, which only the newest edition keeps.
    for word in plan::layer::KEYWORDS {
        assert!(word == "gen" || syn::parse_str::<syn::Ident>(word).is_err(), "{word}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_network(network in networks("[a-z](_?[a-z0-9]){0,7}")) {
        assert_laid_out(&network);
    }

    // Where names are long, the formatter also breaks a call before its method; here lines are broken in lists alone.
    #[test]
    fn any_network_with_long_names(network in networks("[a-z](_?[a-z0-9]){15,70}")) {
        let source = model_source(&network).unwrap();
        let tokens = |source: &str| source.replace(|c: char| c.is_whitespace() || c == ',', "");
        assert_eq!(tokens(&source), tokens(&layout::format(&source)));
        for layer in &network.layers {
            let quoted = format!("\"{}\"", layer.name);
            let lines = source.lines().enumerate().filter(|(_, line)| line.contains(&quoted));
            let found: Vec<_> = lines.map(|(index, _)| layer_of_line(&source, index + 1)).collect();
            assert_eq!(found, [Some(layer.name.as_str()); 3], "new, layers, observe");
        }
    }
}
