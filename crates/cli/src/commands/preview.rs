//! `ablate preview`: what the augmentation does to real images of the data set.

use crate::args;
use crate::dataset;
use crate::error::Error;
use crate::experiment::{Loaded, load};
use crate::findings::{Severity, unreadable};
use crate::looking::Looking;
use crate::output::out;
use crate::progress::Progress;
use data::augment::Drawn;
use data::preview::{Preview, PreviewError};
use data::{Manifest, Part};
use plan::{Augmentation, DataPlan, FillMode, OnError, Variant};
use serde_json::{Map, Value, json};
use std::path::Path;
use std::process::ExitCode;

/// Writes a grid, one image a row, the original first; or one copy of one image, and what was drawn for it.
pub fn preview(arguments: &args::Preview) -> Result<ExitCode, Error> {
    let loaded = load(&arguments.file, &arguments.overrides.sets)?;
    let variant = variant(arguments, &loaded)?;
    let manifest = manifest(&variant.settings.data)?;
    let seed = arguments.seed.unwrap_or_else(|| loaded.experiment.seeds.first().copied().unwrap_or(0));
    let preview = Preview::new(&manifest, &variant.settings, seed);
    let epoch = arguments.epoch.get();
    let bad = |error: PreviewError| Error::Data(error.to_string());
    let png = match &arguments.image {
        None => preview.grid(epoch, arguments.images.get(), arguments.copies.get()).map_err(bad)?,
        Some(image) => {
            let index = find(&manifest, &variant.settings.data, image)?;
            let seen = preview.seen(index, epoch, 1);
            let Some(seen) = seen.first().filter(|seen| seen.epoch == epoch) else {
                let next = seen.first().map_or(epoch, |seen| seen.epoch);
                let why = match variant.settings.training.steps_per_epoch {
                    Some(steps) => format!("steps_per_epoch = {steps}"),
                    None => "sampling = \"balanced\"".to_owned(),
                };
                return Err(Error::Data(format!(
                    "the network does not see {} in epoch {epoch}: with `{why}` an epoch is not the whole data set\n\
                     It sees it next in epoch {next}.",
                    files::shown(&image),
                )));
            };
            let (copy, png) = preview.one(index, *seen).map_err(bad)?;
            if arguments.json {
                let path = &manifest.train.files[index].path;
                let mut object = Map::new();
                object.insert("image".into(), json!(path.to_string_lossy()));
                object.insert("variant".into(), json!(variant.name));
                object.insert("seed".into(), json!(seed));
                object.insert("epoch".into(), json!(epoch));
                object.insert("position".into(), json!(seen.position));
                describe(&copy.drawn, &mut object);
                if let Some((other, part)) = &copy.mixed {
                    let other = &manifest.train.files[*other].path;
                    describe_mixed(other, part, &mut object);
                }
                out(&format!("{:#}\n", Value::Object(object)))?;
            }
            png
        }
    };
    if let Some(output) = &arguments.output {
        files::write(output, &png).map_err(Error::write(output))?;
        if !arguments.json {
            out(&format!("{}\n", files::shown(&output)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The variant that is asked for, or the first that augments.
fn variant<'a>(arguments: &args::Preview, loaded: &'a Loaded) -> Result<&'a Variant, Error> {
    match &arguments.variant {
        Some(name) => loaded.variant(name),
        None => {
            let augments = |variant: &&Variant| variant.settings.augmentation != Augmentation::default();
            loaded.experiment.variants.iter().find(augments).ok_or_else(|| {
                Error::Usage(format!("no variant of {} augments its images", files::shown(&loaded.path)))
            })
        }
    }
}

/// The files that a run trains on: which image is seen when depends on their number.
fn manifest(plan: &DataPlan) -> Result<Manifest, Error> {
    let progress = Progress::new(1);
    match plan.on_error {
        OnError::Skip => {
            let (manifest, preparation) = Looking::open(&progress)?.prepare(plan, &progress)?;
            match unreadable(&preparation.bad, &manifest, plan) {
                Some(finding) if finding.severity == Severity::Error => return Err(Error::Data(finding.text())),
                Some(finding) => progress.line(&finding.text()),
                None => {}
            }
            Ok(manifest)
        }
        OnError::Refuse => {
            dataset::generate_if_missing(plan, &progress)?;
            dataset::scan(plan)
        }
    }
}

/// The place of an image among the training images.
fn find(manifest: &Manifest, plan: &DataPlan, image: &Path) -> Result<usize, Error> {
    let full = |path: &Path| path.canonicalize().ok();
    let wanted = full(image).or_else(|| full(&plan.directory.join(image)));
    let place = |split: &data::Split| {
        let inside = plan.directory.join(image);
        let same = |file: &data::File| {
            file.path == image || file.path == inside || (wanted.is_some() && full(&file.path) == wanted)
        };
        split.files.iter().position(same)
    };
    if let Some(index) = place(&manifest.train) {
        return Ok(index);
    }
    let why = match manifest.splits().into_iter().find(|(_, split)| place(split).is_some()) {
        Some((name, _)) => format!("it is a {name} image, and those are never augmented"),
        None if wanted.is_none() => "there is no such file".to_owned(),
        None => {
            "expected one of its training images, as `classes`, `split` and `limit_per_class` in [data] choose them \
                 and as can be read"
                .to_owned()
        }
    };
    Err(Error::Usage(format!(
        "{} is not a training image of {}: {why}",
        files::shown(&image),
        files::shown(&plan.directory)
    )))
}

/// What was drawn, by name.
fn describe(drawn: &Drawn, object: &mut Map<String, Value>) {
    object.insert("height".into(), json!(drawn.height));
    object.insert("width".into(), json!(drawn.width));
    object.insert("fill_mode".into(), json!(drawn.fill_mode.name()));
    if let FillMode::Constant { value } = drawn.fill_mode {
        object.insert("fill_value".into(), json!(value));
    }
    object.extend(drawn.parameters().into_iter().map(|(name, parameter)| (name, json!(parameter))));
}

/// What was mixed into the image, by name.
fn describe_mixed(other: &Path, part: &Part, object: &mut Map<String, Value>) {
    object.insert("mixed_with".into(), json!(other.to_string_lossy()));
    match part {
        Part::Blend { kept } => {
            object.insert("mixup_share".into(), json!(1.0 - kept));
        }
        Part::Box { rows, columns } => {
            object.insert("cutmix_top_px".into(), json!(rows.start));
            object.insert("cutmix_left_px".into(), json!(columns.start));
            object.insert("cutmix_height_px".into(), json!(rows.len()));
            object.insert("cutmix_width_px".into(), json!(columns.len()));
        }
    }
}
