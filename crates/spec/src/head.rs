//! Labels, loss and the last layer: three places that must agree on what the network gives.

use crate::data::DataSpec;
use crate::fields::Written;
use crate::layer::{Kind, LayerSpec};
use crate::log::{Finding, Log, Span};
use crate::network::Flow;
use crate::suggest;
use plan::{Activation, LabelMode, Layer, Loss, Network, Shape};
use std::collections::HashSet;

/// What the labels are, as far as it is known: what is wrong decides nothing.
#[derive(Clone, Debug)]
pub struct Labels {
    pub mode: Option<LabelMode>,
    pub loss: Option<Loss>,
    /// Sorted; empty where neither the file nor the folder tells.
    pub classes: Vec<String>,
}

impl Labels {
    /// How many logits the network must give, if that is known.
    fn logits(&self) -> Option<usize> {
        match (self.loss?, self.classes.len()) {
            (Loss::BinaryCrossentropy, _) => Some(1),
            (Loss::CategoricalCrossentropy, 0) => None,
            (Loss::CategoricalCrossentropy, classes) => Some(Loss::CategoricalCrossentropy.logits(classes)),
        }
    }

    /// The loss, as messages call it.
    fn loss_name(&self) -> String {
        self.loss.map_or("the loss".to_owned(), |loss| format!("`{}`", loss.name()))
    }
}

/// Label mode and loss: what is written of the two decides the other; neither written is binary.
pub fn mode_and_loss(
    mode: &Written<(LabelMode, Span)>,
    loss: &Written<(Loss, Span)>,
    log: &mut Log,
) -> (Option<LabelMode>, Option<Loss>) {
    let loss_of = |mode| match mode {
        LabelMode::Binary => Loss::BinaryCrossentropy,
        LabelMode::Categorical => Loss::CategoricalCrossentropy,
    };
    match (mode, loss) {
        (Written::Absent, Written::Absent) => (Some(LabelMode::Binary), Some(Loss::BinaryCrossentropy)),
        (&Written::As((mode, _)), Written::Absent | Written::Wrong) => (Some(mode), Some(loss_of(mode))),
        (Written::Absent | Written::Wrong, &Written::As((loss, _))) => (Some(loss.label_mode()), Some(loss)),
        (Written::Wrong, _) | (_, Written::Wrong) => (None, None),
        (&Written::As((mode, mode_at)), &Written::As((loss, loss_at))) => {
            if loss.label_mode() != mode {
                let fitting = loss_of(mode).name();
                log.add(
                    Finding::new(loss_at, format!("`{}` does not go with these labels", loss.name()), "this loss")
                        .also(mode_at, "and these labels")
                        .help(format!(
                            "either `loss = \"{fitting}\"`, or the other `label_mode`; one of the two may be left out"
                        )),
                );
            }
            (Some(mode), Some(loss))
        }
    }
}

/// The classes: those selected, or those of the folder (`there`, if known). Reports what is not there, and a number that
/// does not fit.
pub fn classes(data: &DataSpec, mode: Option<LabelMode>, there: Option<&[String]>, log: &mut Log) -> Vec<String> {
    let selected = match &data.classes {
        Written::As(selected) => selected,
        Written::Wrong => return Vec::new(),
        Written::Absent => {
            let classes = there.unwrap_or_default().to_vec();
            if let (Some(_), Some((_, at))) = (there, &data.directory) {
                number_of_classes(&classes, mode, *at, log);
            }
            return classes;
        }
    };
    let known: Option<HashSet<&str>> = there.map(|there| there.iter().map(String::as_str).collect());
    for (name, at) in selected {
        if log.is_full() {
            break;
        }
        if let Some(there) = there.filter(|_| known.as_ref().is_some_and(|known| !known.contains(name.as_str()))) {
            let label = match suggest::nearest(name, there.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "not there".to_owned(),
            };
            log.add(
                Finding::new(*at, format!("the images have no class `{name}`"), label)
                    .help(format!("the classes are {}", suggest::all_of(there))),
            );
        }
    }
    let classes: Vec<String> = selected.iter().map(|(name, _)| name.clone()).collect();
    if let Some((_, at)) = selected.first() {
        number_of_classes(&classes, mode, *at, log);
    }
    classes
}

fn number_of_classes(classes: &[String], mode: Option<LabelMode>, at: Span, log: &mut Log) {
    let here = format!("here: {}", suggest::all_of(classes));
    match (mode, classes.len()) {
        (Some(LabelMode::Binary), 2) | (Some(LabelMode::Categorical) | None, 2..) => {}
        (Some(LabelMode::Binary), 3..) => log.add(
            Finding::new(at, format!("binary labels take two classes, not {}", classes.len()), here)
                .help("use `label_mode = \"categorical\"`, or select two: `classes = [\"...\", \"...\"]`"),
        ),
        (_, 0 | 1) => log.add(
            Finding::new(at, format!("at least two classes are needed, not {}", classes.len()), here)
                .help("images of a class lie in a folder of its own: `train/CLASS/image.jpg`"),
        ),
    }
}

/// Gives a last dense layer without `units` as many as the loss needs. `unknown` is where to complain, and why, if that
/// is not known; then the layer stays open.
pub fn fill_units(layers: &mut [LayerSpec], labels: &Labels, unknown: Option<(Span, &str)>, log: &mut Log) {
    let Some(last) = layers.last_mut().filter(|last| last.parts.units.is_none()) else { return };
    let Some(Layer::Dense(dense)) = &mut last.layer else { return };
    if let Some(logits) = labels.logits() {
        dense.units = logits;
        return;
    }
    last.layer = None;
    if let (Some(_), Some((at, why))) = (labels.loss, unknown) {
        let (headline, rest) = why.split_once('\n').unwrap_or((why, ""));
        let way_out = if rest.is_empty() { "list".to_owned() } else { format!("{rest}\nor list") };
        let label = "the last layer needs an output for each class, and the classes are not known";
        log.add(
            Finding::new(at, headline, label)
                .help(format!("{way_out} the classes: `classes = [\"...\", \"...\"]` in [data]")),
        );
    }
}

/// Checks that what comes out at the end is the logits that the loss takes, and that there is something to train.
/// `network` is all of it, where nothing is wrong with a layer.
pub fn check(layers: &[LayerSpec], end: Flow, network: Option<&Network>, labels: &Labels, log: &mut Log) {
    let Some(last) = layers.last() else { return };
    let Some(kind) = last.kind else { return };
    let (name, loss) = (&last.name, labels.loss_name());
    let applied = match labels.loss {
        Some(Loss::BinaryCrossentropy) => "the loss applies the sigmoid itself",
        Some(Loss::CategoricalCrossentropy) => "the loss applies the softmax itself",
        None => "the loss applies the sigmoid or softmax itself",
    };
    let ends = || format!("the network ends in {} \"{name}\"", kind.name());
    match kind {
        Kind::Activation => {
            let label = format!("{loss} takes plain logits");
            log.add(Finding::new(last.span, ends(), label).help(format!("{applied}: remove this layer")));
            return;
        }
        Kind::Dropout => {
            log.add(
                Finding::new(last.span, ends(), "would set the logits themselves to zero")
                    .help("end with `type = \"dense\"`, without `units` and `activation`"),
            );
            return;
        }
        Kind::Dense => {
            if let Some((at, _)) = last.parts.activation.filter(|(_, function)| *function != Activation::Linear) {
                let message = format!("the last layer, dense \"{name}\", has an activation");
                let label = format!("{loss} takes plain logits");
                log.add(Finding::new(at, message, label).help(format!("{applied}: remove `activation`")));
            }
        }
        Kind::Conv2d | Kind::MaxPool2d | Kind::AveragePool2d | Kind::GlobalAveragePool2d | Kind::Flatten => {}
    }
    match end {
        Flow::Shape(Shape::Image { .. }) | Flow::Image => {
            let shape = if let Flow::Shape(shape) = end { format!(", {shape}") } else { String::new() };
            let message = format!("the network ends in an image{shape} after {} \"{name}\"", kind.name());
            log.add(
                Finding::new(last.span, message, format!("{loss} takes a vector of logits"))
                    .help("end with `type = \"flatten\"` and `type = \"dense\"`, the latter without `units`"),
            );
        }
        Flow::Shape(Shape::Vector { .. }) if network.is_some_and(|network| network.parameter_count() == 0) => {
            let message = format!("the network, which ends in {} \"{name}\", has no weights", kind.name());
            log.add(
                Finding::new(last.span, message, "nothing up to here can be trained")
                    .help("end with `type = \"dense\"`, without `units` and `activation`"),
            );
        }
        Flow::Shape(Shape::Vector { units }) => size(last, kind, units, labels, log),
        Flow::Vector | Flow::Unknown => {}
    }
}

fn size(last: &LayerSpec, kind: Kind, units: usize, labels: &Labels, log: &mut Log) {
    let (name, loss) = (&last.name, labels.loss_name());
    let at = last.parts.units.unwrap_or(last.span);
    let (wrong, needs) = match (labels.loss, labels.classes.len()) {
        (None, _) => return,
        (Some(Loss::BinaryCrossentropy), _) => (units != 1, format!("{loss} takes 1")),
        // Several classes, whichever they are.
        (Some(Loss::CategoricalCrossentropy), 0) => (units < 2, format!("{loss} takes one for each class")),
        (Some(Loss::CategoricalCrossentropy), classes) => {
            (labels.logits() != Some(units), format!("{loss} takes one for each of {classes} classes"))
        }
    };
    if !wrong {
        return;
    }
    let s = if units == 1 { "" } else { "s" };
    let message = format!("the last layer, {} \"{name}\", gives {units} number{s}", kind.name());
    let help = match kind {
        Kind::Dense => "leave `units` out: the last layer gets as many as the loss takes",
        Kind::Conv2d
        | Kind::MaxPool2d
        | Kind::AveragePool2d
        | Kind::GlobalAveragePool2d
        | Kind::Flatten
        | Kind::Dropout
        | Kind::Activation => "end with `type = \"dense\"`, without `units` and `activation`",
    };
    log.add(Finding::new(at, message, needs).help(help));
}
