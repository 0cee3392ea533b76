//! Layers: one file each for those with settings, and the dispatch on `type`.

mod activation;
mod conv2d;
mod dense;
mod dropout;
mod name;
mod pool2d;
mod weights;

use crate::fields::At;
use crate::log::{Log, Span};
use crate::typed::{self, Kinds};
use crate::value::items_up_to;
use plan::{Activation, Layer};

/// The most layers of a network.
pub const MOST_LAYERS: usize = 1000;

/// A layer as written.
#[derive(Clone, Debug)]
pub struct LayerSpec {
    pub name: String,
    /// What it is, or was probably meant to be; `None` where nothing tells.
    pub kind: Option<Kind>,
    /// With all its settings; `None` where one is wrong, which was reported.
    pub layer: Option<Layer>,
    /// Where it stands: its header, or its braces.
    pub span: Span,
    /// What belongs to it that the network is checked for.
    pub parts: Parts,
}

/// Places inside a layer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    /// Of `activation`, where it is written, and the function.
    pub activation: Option<(Span, Activation)>,
    /// Of `units`; `None` in a dense layer: as many as the loss needs, 0 in `layer` until that is known.
    pub units: Option<Span>,
    /// Of `groups`, where it is written.
    pub groups: Option<Span>,
}

/// What a layer is, without its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Conv2d,
    MaxPool2d,
    AveragePool2d,
    GlobalAveragePool2d,
    Flatten,
    Dense,
    Dropout,
    Activation,
}

const KINDS: Kinds<Kind> = Kinds {
    section: "model.layers",
    what: "which layer",
    all: &[
        ("conv2d", "model.layers.conv2d", Kind::Conv2d),
        ("max_pool2d", "model.layers.max_pool2d", Kind::MaxPool2d),
        ("average_pool2d", "model.layers.average_pool2d", Kind::AveragePool2d),
        ("global_average_pool2d", "model.layers.global_average_pool2d", Kind::GlobalAveragePool2d),
        ("flatten", "model.layers.flatten", Kind::Flatten),
        ("dense", "model.layers.dense", Kind::Dense),
        ("dropout", "model.layers.dropout", Kind::Dropout),
        ("activation", "model.layers.activation", Kind::Activation),
    ],
};

impl Kind {
    /// Its name in an experiment file.
    pub fn name(self) -> &'static str {
        KINDS.all.iter().find(|(.., kind)| *kind == self).map_or("layer", |(name, ..)| name)
    }
}

/// Reads a list of layers. A wrong one is reported and stands in the list as far as it is known.
pub fn read_all(at: &At, log: &mut Log) -> Option<Vec<LayerSpec>> {
    let items = items_up_to(MOST_LAYERS, at, log)?;
    let names = name::check(at.node.as_array().unwrap_or_default(), log);
    let last = items.len().saturating_sub(1);
    let layers = items.into_iter().zip(names).enumerate().map(|(index, (item, name))| {
        // What has neither name nor type is called by its place; it is wrong anyhow.
        let name = name.unwrap_or_default();
        let path = if name.is_empty() { item.path } else { format!("{}.{name}", at.path) };
        read(&At { path, ..item }, name, index == last, log)
    });
    Some(layers.collect())
}

fn read(at: &At, name: String, is_last: bool, log: &mut Log) -> LayerSpec {
    let (kind, read) = typed::read(at, &KINDS, log, |kind, fields, log| {
        fields.at("name", log); // read by `name::check`
        let mut parts = Parts::default();
        let layer = match kind {
            Kind::Conv2d => conv2d::read(fields, &mut parts, log),
            Kind::MaxPool2d => pool2d::read(fields, log).map(Layer::MaxPool2d),
            Kind::AveragePool2d => pool2d::read(fields, log).map(Layer::AveragePool2d),
            Kind::GlobalAveragePool2d => Some(Layer::GlobalAveragePool2d),
            Kind::Flatten => Some(Layer::Flatten),
            Kind::Dense => dense::read(fields, is_last, &mut parts, log),
            Kind::Dropout => dropout::read(fields, log),
            Kind::Activation => activation::read_layer(fields, log),
        };
        Some((layer, parts))
    });
    let (layer, parts) = read.unwrap_or_default();
    LayerSpec { name, kind, layer, span: at.node.span, parts }
}
