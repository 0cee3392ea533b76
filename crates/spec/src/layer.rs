//! Layers: one file each for those with settings, and the dispatch on `type`.

mod activation;
mod conv2d;
mod dense;
mod dropout;
mod name;
mod pool2d;
mod weights;

use crate::fields::{At, Fields};
use crate::log::{Log, Span};
use crate::value::choice;
use plan::Layer;

/// A layer as written.
#[derive(Clone, Debug)]
pub struct LayerSpec {
    pub name: String,
    pub layer: Layer,
    /// Where it stands: its header, or its braces.
    pub span: Span,
    /// What belongs to it that the network is checked for.
    pub parts: Parts,
}

/// Places inside a layer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    /// Of `activation`, where it is written.
    pub activation: Option<Span>,
    /// Of `units`; `None` in a dense layer: as many as the loss needs, 0 in `layer` until that is known.
    pub units: Option<Span>,
    /// Of `groups`, where it is written.
    pub groups: Option<Span>,
}

#[derive(Clone, Copy)]
enum Kind {
    Conv2d,
    MaxPool2d,
    AveragePool2d,
    GlobalAveragePool2d,
    Flatten,
    Dense,
    Dropout,
    Activation,
}

const KINDS: [(&str, Kind); 8] = [
    ("conv2d", Kind::Conv2d),
    ("max_pool2d", Kind::MaxPool2d),
    ("average_pool2d", Kind::AveragePool2d),
    ("global_average_pool2d", Kind::GlobalAveragePool2d),
    ("flatten", Kind::Flatten),
    ("dense", Kind::Dense),
    ("dropout", Kind::Dropout),
    ("activation", Kind::Activation),
];

/// Reads a list of layers. `None` where any of them is wrong, which was reported.
pub fn read_all(at: &At, log: &mut Log) -> Option<Vec<LayerSpec>> {
    let items = crate::value::items(at, log)?;
    let before = log.findings.len();
    let names = name::check(at.node.as_array().unwrap_or_default(), log);
    let last = items.len().saturating_sub(1);
    let layers: Vec<Option<LayerSpec>> = items
        .into_iter()
        .zip(names)
        .enumerate()
        .map(|(index, (item, name))| {
            // What has neither name nor type is called by its place; it is wrong anyhow.
            let name = name.unwrap_or_default();
            let path = if name.is_empty() { item.path } else { format!("{}.{name}", at.path) };
            read(&At { path, ..item }, name, index == last, log)
        })
        .collect();
    let layers: Option<Vec<LayerSpec>> = layers.into_iter().collect();
    if log.findings.len() == before { layers } else { None }
}

fn read(at: &At, name: String, is_last: bool, log: &mut Log) -> Option<LayerSpec> {
    let kind = Fields::open(at, "model.layers", log)?.required("type", "which layer", log, choice(&KINDS))?;
    let section = match kind {
        Kind::Conv2d => "model.layers.conv2d",
        Kind::MaxPool2d => "model.layers.max_pool2d",
        Kind::AveragePool2d => "model.layers.average_pool2d",
        Kind::GlobalAveragePool2d => "model.layers.global_average_pool2d",
        Kind::Flatten => "model.layers.flatten",
        Kind::Dense => "model.layers.dense",
        Kind::Dropout => "model.layers.dropout",
        Kind::Activation => "model.layers.activation",
    };
    let mut fields = Fields::open(at, section, log)?;
    fields.at("type", log);
    fields.at("name", log); // read by `name::check`
    let span = fields.span;
    let mut parts = Parts::default();
    let layer = match kind {
        Kind::Conv2d => conv2d::read(&mut fields, &mut parts, log),
        Kind::MaxPool2d => pool2d::read(&mut fields, log).map(Layer::MaxPool2d),
        Kind::AveragePool2d => pool2d::read(&mut fields, log).map(Layer::AveragePool2d),
        Kind::GlobalAveragePool2d => Some(Layer::GlobalAveragePool2d),
        Kind::Flatten => Some(Layer::Flatten),
        Kind::Dense => dense::read(&mut fields, is_last, &mut parts, log),
        Kind::Dropout => dropout::read(&mut fields, log),
        Kind::Activation => activation::read_layer(&mut fields, &mut parts, log),
    };
    fields.close(log);
    Some(LayerSpec { name, layer: layer?, span, parts })
}
