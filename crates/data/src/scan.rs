//! From a [`DataPlan`] to a [`Manifest`]: which images there are, and which split and class each belongs to.
//!
//! Images lie in folders, are listed in a CSV file, or are records of IDX files or CIFAR's binary batches. Where they
//! lie says which split they are in, or the plan does. Nothing is decoded here; every surprise is a [`ScanError`] that
//! says what was expected, so that a wrong path costs a second and not an epoch.

mod cifar;
mod divide;
mod error;
pub(crate) mod folder;
mod folders;
mod idx;
mod layout;
mod limit;
mod records;
mod table;

pub use error::ScanError;
pub(crate) use folder::IMAGE_EXTENSIONS;
pub use folder::is_image_name;
pub use layout::Layout;

use crate::file::File;
use crate::manifest::Manifest;
use cifar::Cifar;
use folders::SplitFolders;
use idx::Idx;
use plan::{DataPlan, Format, LabelMode};
use std::path::Path;
use table::Table;

/// The names a training folder may have.
pub(crate) const TRAIN_NAMES: [&str; 4] = ["train", "training", "training_set", "train_set"];
/// The names a validation folder may have.
pub(crate) const VALIDATION_NAMES: [&str; 5] = ["val", "validation", "valid", "validation_set", "val_set"];
/// The names a test folder may have.
pub(crate) const TEST_NAMES: [&str; 3] = ["test", "testing", "test_set"];

/// Lists the images of `plan`: of `plan.classes` where that is not empty. Files are sorted by class, then by path,
/// bytewise; records by class, then as they stand in their containers.
///
/// # Errors
/// A [`ScanError`] for the first thing that is not as it should be.
pub fn scan(plan: &DataPlan) -> Result<Manifest, ScanError> {
    scan_by(plan, &File::hash)
}

/// The hash of an image's content, or why it cannot be read.
pub(crate) type ContentHash<'a> = dyn Fn(&File) -> Result<blake3::Hash, String> + Sync + 'a;

/// [`scan`], where `hash` may know what images hold that decide by their content which split they are in.
pub(crate) fn scan_by(plan: &DataPlan, hash: &ContentHash) -> Result<Manifest, ScanError> {
    let source = Source::open(plan)?;
    let classes = source.select(plan)?;
    check_count(plan, &classes, &source)?;
    let mut manifest = source.read(plan, classes)?;
    if let Some(split) = &plan.source.split {
        divide::divide(&mut manifest, split, plan.place(), hash)?;
    }
    check_complete(&manifest, plan)?;
    if let Some(limit) = plan.source.limit_per_class {
        limit::limit(&mut manifest, limit, hash);
    }
    Ok(manifest)
}

/// The class names of `plan`, in label order, without looking at any image: `plan.classes` where that is not empty and
/// each is there, else all that are there. Where the directory is not there and `plan.generate` would draw it, the
/// classes it would have.
///
/// # Errors
/// A [`ScanError`] where that cannot be told, or a selected class is not there.
pub fn class_names(plan: &DataPlan) -> Result<Vec<String>, ScanError> {
    if let Some(generate) = &plan.generate
        && !plan.directory.exists()
    {
        let drawn: Vec<String> = generate.kind.classes().iter().map(|&class| class.to_owned()).collect();
        return select(&plan.classes, &drawn, &plan.directory.join(TRAIN_NAMES[0]));
    }
    Source::open(plan)?.select(plan)
}

/// A place of images, looked into as far as its classes need.
enum Source {
    /// Split folders, and the class folders of the training folder.
    SplitFolders(SplitFolders, Vec<String>),
    /// Class folders.
    ClassFolders(Vec<String>),
    /// A CSV file.
    Table(Table),
    /// IDX files.
    Idx(Idx),
    /// CIFAR's files.
    Cifar(Cifar),
}

impl Source {
    fn open(plan: &DataPlan) -> Result<Source, ScanError> {
        if let Some(path) = &plan.source.manifest {
            return Table::open(path).map(Source::Table);
        }
        let directory = &plan.directory;
        Ok(match plan.source.format.map_or_else(|| detect(directory), Ok)? {
            Format::Folders if plan.source.split.is_some() => {
                folders::check_unsplit(directory)?;
                Source::ClassFolders(folders::class_folders(directory)?)
            }
            Format::Folders => {
                let folders = SplitFolders::find(directory)?;
                let present = folders::class_folders(&folders.train)?;
                Source::SplitFolders(folders, present)
            }
            Format::Idx => Source::Idx(Idx::open(directory)?),
            Format::Cifar10 => Source::Cifar(Cifar::open(directory, &cifar::CIFAR10)?),
            Format::Cifar100 => Source::Cifar(Cifar::open(directory, &cifar::CIFAR100)?),
        })
    }

    /// All classes, in label order.
    fn present(&self) -> &[String] {
        match self {
            Source::SplitFolders(_, present) | Source::ClassFolders(present) => present,
            Source::Table(table) => &table.classes,
            Source::Idx(idx) => &idx.classes,
            Source::Cifar(cifar) => &cifar.classes,
        }
    }

    /// Where the classes are, for messages.
    fn place<'a>(&'a self, plan: &'a DataPlan) -> &'a Path {
        match self {
            Source::SplitFolders(folders, _) => &folders.train,
            Source::ClassFolders(_) | Source::Table(_) | Source::Idx(_) | Source::Cifar(_) => plan.place(),
        }
    }

    /// The folder's layout, where it is of folders.
    fn layout(&self) -> Option<Layout> {
        match self {
            Source::SplitFolders(..) => Some(Layout::SplitFolders),
            Source::ClassFolders(_) => Some(Layout::ClassFolders),
            Source::Table(_) | Source::Idx(_) | Source::Cifar(_) => None,
        }
    }

    fn select(&self, plan: &DataPlan) -> Result<Vec<String>, ScanError> {
        select(&plan.classes, self.present(), self.place(plan))
    }

    /// The images of `classes`; without a split of their own all as training images.
    fn read(self, plan: &DataPlan, classes: Vec<String>) -> Result<Manifest, ScanError> {
        match self {
            Source::SplitFolders(folders, present) => folders.read(&present, classes),
            Source::ClassFolders(_) => folders::read_whole(&plan.directory, classes),
            Source::Table(table) => table.read(plan, classes),
            Source::Idx(idx) => idx.read(&plan.directory, classes),
            Source::Cifar(cifar) => cifar.read(&plan.directory, classes),
        }
    }
}

/// What `directory` holds, by the names that are in it; folders of images where nothing else is seen.
fn detect(directory: &Path) -> Result<Format, ScanError> {
    let is_dir = |name: &&str| directory.join(name).is_dir();
    let is_seen = |format: &Format| match format {
        Format::Folders => TRAIN_NAMES.iter().any(is_dir),
        Format::Idx => idx::is_in(directory),
        Format::Cifar10 => cifar::CIFAR10.is_in(directory),
        Format::Cifar100 => cifar::CIFAR100.is_in(directory),
    };
    let seen: Vec<Format> = Format::ALL.into_iter().filter(is_seen).collect();
    match seen.as_slice() {
        [] => cifar::check_not_pickled(directory).map(|()| Format::Folders),
        [format] => Ok(*format),
        several => {
            let formats = several.iter().map(|format| format.name()).collect();
            Err(ScanError::Ambiguous { directory: directory.into(), formats })
        }
    }
}

fn check_directory(directory: &Path, layout: Layout) -> Result<(), ScanError> {
    match (directory.is_dir(), directory.exists()) {
        (true, _) => Ok(()),
        (false, true) => Err(ScanError::NotADirectory { path: directory.into(), layout }),
        (false, false) => Err(ScanError::MissingDirectory { directory: directory.into(), layout }),
    }
}

/// Those of `present` that are wanted, each of which must be there; all of them where nothing is wanted in particular.
fn select(wanted: &[String], present: &[String], place: &Path) -> Result<Vec<String>, ScanError> {
    if present.is_empty() {
        return Err(ScanError::NoClasses { folder: place.into() });
    }
    if let Some(class) = wanted.iter().find(|class| !present.contains(class)) {
        return Err(ScanError::SelectedClassMissing {
            class: class.clone(),
            place: place.into(),
            present: present.to_vec(),
        });
    }
    Ok(present.iter().filter(|class| wanted.is_empty() || wanted.contains(class)).cloned().collect())
}

fn check_count(plan: &DataPlan, classes: &[String], source: &Source) -> Result<(), ScanError> {
    let place = source.place(plan).to_path_buf();
    if let [only] = classes {
        let expected = source.layout().map(|layout| layout.expected(&plan.directory));
        return Err(ScanError::OneClass { class: only.clone(), place, expected });
    }
    match plan.label_mode {
        LabelMode::Binary if classes.len() != 2 => Err(ScanError::NotBinary { classes: classes.to_vec(), place }),
        LabelMode::Binary | LabelMode::Categorical => Ok(()),
    }
}

/// Every split has every class.
fn check_complete(manifest: &Manifest, plan: &DataPlan) -> Result<(), ScanError> {
    for (split, images) in manifest.splits() {
        let counts = images.counts(manifest.classes.len());
        if let Some((class, _)) = manifest.classes.iter().zip(counts).find(|(_, count)| *count == 0) {
            let place = plan.place().into();
            return Err(ScanError::NoImages { class: class.clone(), split, place, drawn: plan.source.split.is_some() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
