//! What a data directory is expected to hold, in words.

use super::names;
use plan::Format;
use std::path::Path;

/// How a data directory holds its images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Split folders with class folders in them.
    SplitFolders,
    /// Class folders.
    ClassFolders,
    /// IDX files.
    Idx,
    /// CIFAR-10's binary batches.
    Cifar10,
    /// CIFAR-100's binary files.
    Cifar100,
}

impl Layout {
    /// Its name, as `data.format` takes it.
    pub fn format(self) -> &'static str {
        match self {
            Layout::SplitFolders | Layout::ClassFolders => Format::Folders,
            Layout::Idx => Format::Idx,
            Layout::Cifar10 => Format::Cifar10,
            Layout::Cifar100 => Format::Cifar100,
        }
        .name()
    }

    /// What is expected in `directory`, as lines of text.
    pub fn expected(self, directory: &Path) -> String {
        let split = |names: &[&str], note: &str| {
            let (first, others) = (names[0], names[1..].join(", "));
            format!("{first}/<class>/*.jpg{note}  (or {others})")
        };
        let of = |text: &str| text.to_owned();
        let (what, lines) = match self {
            Layout::SplitFolders => (
                "folders of images, one for each class",
                vec![
                    split(&names::TRAIN, ""),
                    split(&names::VALIDATION, ", optional"),
                    split(&names::TEST, ", optional"),
                ],
            ),
            Layout::ClassFolders => ("a folder of images for each class", vec![of("<class>/*.jpg")]),
            Layout::Idx => (
                "IDX files, as they are or compressed (.gz)",
                vec![
                    of("train-images-idx3-ubyte, train-labels-idx1-ubyte"),
                    of("t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte, optional"),
                ],
            ),
            Layout::Cifar10 => (
                "CIFAR-10 in its binary version",
                vec![
                    of("data_batch_1.bin, data_batch_2.bin, ..."),
                    of("test_batch.bin, optional"),
                    of("batches.meta.txt, optional (the names of the classes)"),
                ],
            ),
            Layout::Cifar100 => (
                "CIFAR-100 in its binary version",
                vec![
                    of("train.bin"),
                    of("test.bin, optional"),
                    of("fine_label_names.txt, optional (the names of the classes)"),
                ],
            ),
        };
        let lines: Vec<String> = lines.iter().map(|line| format!("\n  {}/{line}", files::shown(&directory))).collect();
        format!("expected {what}:{}", lines.concat())
    }
}
