//! One variant's tree as plain settings: every table read, defaults filled in, shapes worked out.

use crate::class_weight::ClassWeightSpec;
use crate::data::{self, DataSpec};
use crate::document::{Entry, Node};
use crate::fields::At;
use crate::layer::LayerSpec;
use crate::log::{Finding, Log, Source, Span};
use crate::model::{self, ModelSpec};
use crate::training::{self, TrainingSpec};
use crate::world::World;
use crate::{augmentation, class_weight, head, network, suggest};
use plan::{Augmentation, DataPlan, LabelMode, Settings, Training};
use std::path::Path;

/// What all variants of a file share.
pub struct Context<'a> {
    /// Where relative paths start.
    pub folder: &'a Path,
    pub sources: &'a [Source],
    pub world: World<'a>,
}

impl Context<'_> {
    /// A layer's line in the experiment file.
    fn line_of(&self, layer: &LayerSpec) -> Option<usize> {
        self.sources.first().filter(|_| layer.span.source == 0).map(|file| file.line(layer.span.start))
    }
}

/// The tables as written. What is missing or wrong was reported.
pub struct Tables {
    data: DataSpec,
    /// `None` where it is wrong.
    augmentation: Option<Augmentation>,
    model: ModelSpec,
    training: TrainingSpec,
}

/// Reads the tables, each by itself.
pub fn read(root: &Node, folder: &Path, log: &mut Log) -> Tables {
    let data = table(root, "data", log).map(|at| data::read(&at, folder, log)).unwrap_or_default();
    let augmentation = optional_table(root, "augmentation");
    Tables {
        augmentation: match augmentation {
            Some(at) => augmentation::read(&at, data.image_size, log),
            None => Some(Augmentation::default()),
        },
        data,
        model: table(root, "model", log).map(|at| model::read(&at, folder, log)).unwrap_or_default(),
        training: table(root, "training", log).map(|at| training::read(&at, log)).unwrap_or_default(),
    }
}

/// Reads a whole tree, and checks that its tables go together. `None` where something is wrong, which was reported.
pub fn resolve(root: &Node, context: &Context, log: &mut Log) -> Option<Settings> {
    let before = log.count();
    let Tables { data, augmentation, model, training } = read(root, context.folder, log);
    let (mode, loss) = head::mode_and_loss(&data.label_mode, &training.loss, log);
    let question = question(&data, mode.unwrap_or(LabelMode::Binary));
    let known = question.as_ref().map(|question| match (context.world.classes(question), &question.generate) {
        (Ok(classes), _) => Ok(classes),
        (Err(_), Some(generate)) => Ok(generate.kind.classes().iter().map(|&name| name.to_owned()).collect()),
        (Err(why), None) => Err(why),
    });
    let there = known.as_ref().and_then(|known| known.as_deref().ok());
    let labels = head::Labels { mode, loss, classes: head::classes(&data, mode, there, log) };
    class_weight::check(&training.class_weight, &labels, there, log);
    class_weight::warn_of_two_balances(&training.class_weight, &data.sampling, log);
    check_monitor(&data, question.as_ref(), &training, context, log);

    let mut layers = model.layers.unwrap_or_default();
    let unknown = match (&data.directory, &known) {
        (Some((_, at)), Some(Err(why))) => Some((*at, why.as_str())),
        (_, _) => None,
    };
    head::fill_units(&mut layers, &labels, unknown, log);
    let line_of = |layer: &LayerSpec| context.line_of(layer);
    let (end, network) = network::stack(data.image_size, data.color_mode, &layers, &line_of, log);
    head::check(&layers, end, network.as_ref(), &labels, log);
    if let Some((path, at)) = &model.weights {
        context.world.check_weights(path, *at, network.as_ref(), log);
    }

    let network = plan::Network { weights: model.weights.map(|(path, _)| path), ..network? };
    let data = DataPlan { label_mode: labels.mode?, classes: labels.classes, ..question? };
    let training = plan_training(training, labels.loss?)?;
    (log.count() == before).then_some(Settings { data, augmentation: augmentation?, network, training })
}

/// The data without its classes: what the folder is asked with. `None` where the folder is not known.
fn question(data: &DataSpec, label_mode: LabelMode) -> Option<DataPlan> {
    let (directory, _) = data.directory.as_ref()?;
    Some(DataPlan {
        directory: directory.clone(),
        source: data.source.clone(),
        classes: Vec::new(),
        label_mode,
        image_size: data.image_size.unwrap_or([1, 1]),
        color_mode: data.color_mode,
        batch_size: data.batch_size,
        interpolation: data.interpolation,
        normalization: data.normalization,
        shuffle: data.shuffle,
        sampling: data.sampling.as_ref().value().map(|(sampling, _)| *sampling).unwrap_or_default(),
        on_error: data.on_error,
        generate: data.generate.clone(),
        allow: data.allow.clone(),
    })
}

/// Reports early stopping that watches validation images where there are none.
fn check_monitor(
    data: &DataSpec,
    question: Option<&DataPlan>,
    training: &TrainingSpec,
    context: &Context,
    log: &mut Log,
) {
    let (Some((stopping, at)), Some(question), Some((_, images))) =
        (&training.early_stopping, question, &data.directory)
    else {
        return;
    };
    if stopping.monitor.split == plan::Split::Validation && context.world.has_validation(question) == Some(false) {
        let message = format!("early stopping watches `{}`, but there are no validation images", stopping.monitor);
        let train = plan::Monitor { split: plan::Split::Train, ..stopping.monitor };
        log.add(
            Finding::new(*at, message, "cannot be measured")
                .also(*images, "of these images")
                .help(format!("add a folder `validation`, split the images with `data.split`, or watch `{train}`")),
        );
    }
}

fn plan_training(spec: TrainingSpec, loss: plan::Loss) -> Option<Training> {
    Some(Training {
        epochs: spec.epochs?,
        steps_per_epoch: spec.steps_per_epoch,
        loss,
        optimizer: spec.optimizer?,
        metrics: spec.metrics,
        early_stopping: spec.early_stopping.map(|(stopping, _)| stopping),
        class_weight: spec.class_weight.map(ClassWeightSpec::plan),
    })
}

fn optional_table<'d>(root: &'d Node, key: &str) -> Option<At<'d>> {
    let entry = root.as_table()?.get(key)?;
    Some(At { path: key.to_owned(), node: &entry.node })
}

/// A table that must be there. One that is only misspelt is read all the same: it was reported with the file's other keys.
fn table<'d>(root: &'d Node, key: &str, log: &mut Log) -> Option<At<'d>> {
    let misspelt = |entry: &&Entry| suggest::nearest(&entry.key, [key]).is_some();
    let meant = || root.as_table()?.0.iter().find(misspelt).map(|entry| At { path: key.to_owned(), node: &entry.node });
    let at = optional_table(root, key).or_else(meant);
    if at.is_none() {
        log.add(
            Finding::new(Span::START, format!("the file lacks the table `[{key}]`"), "")
                .help("a file has the tables `[data]`, `[training]` and `[[model.layers]]`"),
        );
    }
    at
}
