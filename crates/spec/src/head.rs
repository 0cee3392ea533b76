//! Labels, loss and the last layer: three places that must agree on what the network gives.

use crate::data::DataSpec;
use crate::layer::LayerSpec;
use crate::log::{Finding, Log, Span};
use crate::suggest;
use crate::training::TrainingSpec;
use plan::{Activation, LabelMode, Layer, Loss, Network, Shape};

/// What the labels are.
#[derive(Clone, Debug)]
pub struct Labels {
    pub mode: LabelMode,
    pub loss: Loss,
    /// Sorted; empty where neither the file nor the folder tells.
    pub classes: Vec<String>,
}

impl Labels {
    /// How many logits the network must give, if that is known.
    fn logits(&self) -> Option<usize> {
        match (self.loss, self.classes.len()) {
            (Loss::BinaryCrossentropy, _) => Some(1),
            (Loss::CategoricalCrossentropy, 0) => None,
            (Loss::CategoricalCrossentropy, classes) => Some(self.loss.logits(classes)),
        }
    }
}

/// Label mode and loss: what is written of the two decides the other; neither written is binary.
pub fn mode_and_loss(data: &DataSpec, training: &TrainingSpec, log: &mut Log) -> (LabelMode, Loss) {
    let loss_of = |mode| match mode {
        LabelMode::Binary => Loss::BinaryCrossentropy,
        LabelMode::Categorical => Loss::CategoricalCrossentropy,
    };
    match (data.label_mode, training.loss) {
        (None, None) => (LabelMode::Binary, Loss::BinaryCrossentropy),
        (Some((mode, _)), None) => (mode, loss_of(mode)),
        (None, Some((loss, _))) => (loss.label_mode(), loss),
        (Some((mode, mode_at)), Some((loss, loss_at))) => {
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
            (mode, loss)
        }
    }
}

/// The classes: those selected, or those of the folder (`there`, if known). Reports what is not there, and a number that
/// does not fit.
pub fn classes(data: &DataSpec, mode: LabelMode, there: Option<&[String]>, log: &mut Log) -> Vec<String> {
    let Some(selected) = &data.classes else {
        let classes = there.unwrap_or_default().to_vec();
        if let (Some(_), Some((_, at))) = (there, &data.directory) {
            number_of_classes(&classes, mode, *at, log);
        }
        return classes;
    };
    for (name, at) in selected {
        if let Some(there) = there.filter(|there| !there.contains(name)) {
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

fn number_of_classes(classes: &[String], mode: LabelMode, at: Span, log: &mut Log) {
    let here = format!("here: {}", suggest::all_of(classes));
    match (mode, classes.len()) {
        (LabelMode::Binary, 2) | (LabelMode::Categorical, 2..) => {}
        (LabelMode::Binary, 3..) => log.add(
            Finding::new(at, format!("binary labels take two classes, not {}", classes.len()), here)
                .help("use `label_mode = \"categorical\"`, or select two: `classes = [\"...\", \"...\"]`"),
        ),
        (LabelMode::Binary | LabelMode::Categorical, 0 | 1) => log.add(
            Finding::new(at, format!("at least two classes are needed, not {}", classes.len()), here)
                .help("images of a class lie in a folder of its own: `train/CLASS/image.jpg`"),
        ),
    }
}

/// Gives a last dense layer without `units` as many as the loss needs. `unknown` is where to complain, and why, if that
/// is not known. False where it stays open.
pub fn fill_units(layers: &mut [LayerSpec], labels: &Labels, unknown: Option<(Span, &str)>, log: &mut Log) -> bool {
    let Some(last) = layers.last_mut() else { return false };
    let Layer::Dense(dense) = &mut last.layer else { return true };
    if last.parts.units.is_some() {
        return true;
    }
    match (labels.logits(), unknown) {
        (Some(logits), _) => {
            dense.units = logits;
            true
        }
        (None, Some((at, why))) => {
            let (headline, rest) = why.split_once('\n').unwrap_or((why, ""));
            let way_out = if rest.is_empty() { "list".to_owned() } else { format!("{rest}\nor list") };
            log.add(
                Finding::new(
                    at,
                    headline,
                    "the last layer needs an output for each class, and the classes are not known",
                )
                .help(format!("{way_out} the classes: `classes = [\"...\", \"...\"]` in [data]")),
            );
            false
        }
        (None, None) => false,
    }
}

/// Checks that the last layer gives the logits that the loss takes, and that there is something to train.
pub fn check(network: &Network, layers: &[LayerSpec], labels: &Labels, log: &mut Log) {
    let (Some(last), Some(plan)) = (layers.last(), network.layers.last()) else { return };
    let (kind, name, loss) = (last.layer.type_name(), &last.name, labels.loss.name());
    let applied = match labels.loss {
        Loss::BinaryCrossentropy => "sigmoid",
        Loss::CategoricalCrossentropy => "softmax",
    };
    let hint = format!("the loss applies the {applied} itself");
    match &last.layer {
        Layer::Dense(dense) if dense.activation != Activation::Linear => {
            let at = last.parts.activation.unwrap_or(last.span);
            let message = format!("the last layer, {kind} \"{name}\", has an activation");
            let label = format!("`{loss}` takes plain logits");
            log.add(Finding::new(at, message, label).help(format!("{hint}: remove `activation`")));
        }
        Layer::Activation { .. } => {
            let message = format!("the network ends in {kind} \"{name}\"");
            let label = format!("`{loss}` takes plain logits");
            log.add(Finding::new(last.span, message, label).help(format!("{hint}: remove this layer")));
        }
        Layer::Dropout(_) => {
            let message = format!("the network ends in {kind} \"{name}\"");
            log.add(
                Finding::new(last.span, message, "would set the logits themselves to zero")
                    .help("end with `type = \"dense\"`, without `units` and `activation`"),
            );
        }
        Layer::Dense(_)
        | Layer::Conv2d(_)
        | Layer::MaxPool2d(_)
        | Layer::AveragePool2d(_)
        | Layer::GlobalAveragePool2d
        | Layer::Flatten => match plan.output {
            Shape::Image { .. } => {
                let message = format!("the network ends in an image, {} after {kind} \"{name}\"", plan.output);
                log.add(
                    Finding::new(last.span, message, format!("`{loss}` takes a vector of logits"))
                        .help("end with `type = \"flatten\"` and `type = \"dense\"`, the latter without `units`"),
                );
            }
            Shape::Vector { .. } if network.parameter_count() == 0 => {
                let message = format!("the network, which ends in {kind} \"{name}\", has no weights");
                log.add(
                    Finding::new(last.span, message, "nothing up to here can be trained")
                        .help("end with `type = \"dense\"`, without `units` and `activation`"),
                );
            }
            Shape::Vector { units } => size(last, units, labels, log),
        },
    }
}

fn size(last: &LayerSpec, units: usize, labels: &Labels, log: &mut Log) {
    let (kind, name, loss) = (last.layer.type_name(), &last.name, labels.loss.name());
    let at = last.parts.units.unwrap_or(last.span);
    let wrong = match labels.logits() {
        Some(logits) => units != logits,
        None => units < 2, // several classes, whichever they are
    };
    if !wrong {
        return;
    }
    let needs = match (labels.loss, labels.classes.len()) {
        (Loss::BinaryCrossentropy, _) => format!("`{loss}` takes 1"),
        (Loss::CategoricalCrossentropy, 0) => format!("`{loss}` takes one for each class"),
        (Loss::CategoricalCrossentropy, classes) => format!("`{loss}` takes one for each of {classes} classes"),
    };
    let s = if units == 1 { "" } else { "s" };
    let message = format!("the last layer, {kind} \"{name}\", gives {units} number{s}");
    let help = match last.layer {
        Layer::Dense(_) => "leave `units` out: the last layer gets as many as the loss takes",
        Layer::Conv2d(_)
        | Layer::MaxPool2d(_)
        | Layer::AveragePool2d(_)
        | Layer::GlobalAveragePool2d
        | Layer::Flatten
        | Layer::Dropout(_)
        | Layer::Activation { .. } => "end with `type = \"dense\"`, without `units` and `activation`",
    };
    log.add(Finding::new(at, message, needs).help(help));
}
