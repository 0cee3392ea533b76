//! One variant's tree as plain settings: every table read, defaults filled in, shapes worked out.

use crate::class_weight::ClassWeightSpec;
use crate::data::{self, DataSpec};
use crate::document::{Entry, Node};
use crate::fields::At;
use crate::layer::LayerSpec;
use crate::log::{Finding, Log, Source, Span};
use crate::training::TrainingSpec;
use crate::{augmentation, class_weight, diagnostics, head, model, network, suggest, training};
use plan::{Augmentation, DataPlan, DataSource, Settings, Training};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// The class names of a folder, or why they are not known.
type Classes = Result<Vec<String>, String>;

/// What decides which classes there are: the directory, and what is known of the images beside it.
type Place = (PathBuf, DataSource);

/// What all variants of a file share.
pub struct Context<'a> {
    /// Where relative paths start.
    pub folder: &'a Path,
    pub sources: &'a [Source],
    pub classes: &'a dyn Fn(&DataPlan) -> Result<Vec<String>, String>,
    /// Places that were asked for already.
    pub asked: RefCell<Vec<(Place, Classes)>>,
}

impl Context<'_> {
    fn classes_of(&self, question: &DataPlan) -> Classes {
        let place = (question.directory.clone(), question.source.clone());
        let known = self.asked.borrow().iter().find(|(asked, _)| *asked == place).cloned();
        if let Some((_, classes)) = known {
            return classes;
        }
        let classes = (self.classes)(question);
        self.asked.borrow_mut().push((place, classes.clone()));
        classes
    }

    /// A layer's line in the experiment file.
    fn line_of(&self, layer: &LayerSpec) -> Option<usize> {
        let file = self.sources.first().filter(|_| layer.span.source == 0)?;
        Some(diagnostics::line_and_column(&file.text, layer.span.start).0)
    }
}

/// Reads a whole tree. `None` where something is wrong, which was reported.
pub fn resolve(root: &Node, context: &Context, log: &mut Log) -> Option<Settings> {
    let before = log.findings.len();
    let data = table(root, "data", log).and_then(|at| data::read(&at, context.folder, log));
    let image_size = data.as_ref().and_then(|data| data.image_size);
    let augmentation = optional_table(root, "augmentation").map(|at| augmentation::read(&at, image_size, log));
    let model = table(root, "model", log).and_then(|at| model::read(&at, context.folder, log));
    let training = table(root, "training", log).and_then(|at| training::read(&at, log));
    let (data, training) = (data?, training?);

    let (mode, loss) = head::mode_and_loss(&data, &training, log);
    let question = question(&data, mode);
    let known = question.as_ref().map(|question| match (context.classes_of(question), &question.generate) {
        (Ok(classes), _) => Ok(classes),
        (Err(_), Some(generate)) => Ok(generate.kind.classes().iter().map(|&name| name.to_owned()).collect()),
        (Err(why), None) => Err(why),
    });
    let classes = head::classes(&data, mode, known.as_ref().and_then(|known| known.as_deref().ok()), log);
    let labels = head::Labels { mode, loss, classes };
    class_weight::check(&training.class_weight, &labels.classes, log);

    let model = model?;
    let mut layers = model.layers?;
    let unknown = match (&data.directory, &known) {
        (Some((_, at)), Some(Err(why))) => Some((*at, why.as_str())),
        (_, _) => None,
    };
    let complete = head::fill_units(&mut layers, &labels, unknown, log);
    let line_of = |layer: &LayerSpec| context.line_of(layer);
    let network = network::stack(data.image_size?, data.color_mode, &layers, &line_of, log);
    let mut network = network.filter(|_| complete)?;
    network.weights = model.weights;
    head::check(&network, &layers, &labels, log);

    let data = DataPlan { label_mode: labels.mode, classes: labels.classes, ..question? };
    let training = plan_training(training, labels.loss)?;
    let augmentation = augmentation.unwrap_or_else(|| Some(Augmentation::default()))?;
    (log.findings.len() == before).then_some(Settings { data, augmentation, network, training })
}

/// The data without its classes: what the folder is asked with. `None` where the folder is not known.
fn question(data: &DataSpec, label_mode: plan::LabelMode) -> Option<DataPlan> {
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
        sampling: data.sampling,
        on_error: data.on_error,
        generate: data.generate.clone(),
        allow: data.allow.clone(),
    })
}

fn plan_training(spec: TrainingSpec, loss: plan::Loss) -> Option<Training> {
    Some(Training {
        epochs: spec.epochs?,
        steps_per_epoch: spec.steps_per_epoch,
        loss,
        optimizer: spec.optimizer?,
        metrics: spec.metrics,
        early_stopping: spec.early_stopping,
        class_weight: spec.class_weight.map(ClassWeightSpec::plan),
    })
}

fn optional_table<'d>(root: &'d Node, key: &str) -> Option<At<'d>> {
    let entry = root.as_table()?.get(key)?;
    Some(At { path: key.to_owned(), node: &entry.node })
}

fn table<'d>(root: &'d Node, key: &str, log: &mut Log) -> Option<At<'d>> {
    let at = optional_table(root, key);
    // Where it is only misspelt, that was reported with the file's other keys.
    let misspelt = |entry: &Entry| suggest::nearest(&entry.key, [key]).is_some();
    if at.is_none() && !root.as_table().is_some_and(|table| table.0.iter().any(misspelt)) {
        let start = Span { source: 0, start: 0, end: 0 };
        log.add(
            Finding::new(start, format!("the file lacks the table `[{key}]`"), "")
                .help("a file has the tables `[data]`, `[training]` and `[[model.layers]]`"),
        );
    }
    at
}
