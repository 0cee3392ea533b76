//! The command line, as typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

/// Declarative ablation experiments for image classification: one TOML file in; checked, compiled and trained
/// variants, byte-stable CSVs and plots out.
#[derive(Debug, Parser)]
#[command(name = "ablate", version, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check, build and train every variant, and write the results; goes on where an earlier call stopped
    ///
    /// Exit status 1 where a run failed, or where all chosen runs diverged.
    Run(Run),
    /// Validate experiment files; show each variant's layers, and the data's classes and counts
    ///
    /// A missing image folder is reported, but is not an error; images that cannot be used are.
    Check(Check),
    /// Print the generated Rust model of a variant
    Show(Show),
    /// Draw a grid of augmented copies of real training images
    Preview(Preview),
    /// Look at the images themselves
    #[command(subcommand)]
    Data(DataCommand),
    /// Draw what each layer of a trained run makes of an image
    Explain(Explain),
    /// Classify images with a trained run; CSV on standard output
    ///
    /// An image that cannot be used is a row with an error, and makes the exit status 1.
    Predict(Predict),
    /// Remove the prepared images, and say how much room that frees
    ///
    /// Every image is decoded and resized once and kept, for all experiments, in `target/ablate/images`. The next run
    /// prepares anew what it needs; results and programs stay.
    Clean,
}

/// Which experiments.
#[derive(Debug, Args)]
pub struct Files {
    /// Experiment files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub overrides: Overrides,
}

/// Changes to what the file says.
#[derive(Debug, Args)]
pub struct Overrides {
    /// Override a value of the file, in all variants: `--set training.epochs=3`. May be given several times; the value
    /// is TOML, or else taken as a string; a relative path in it starts at the working directory
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub sets: Vec<String>,
}

#[derive(Debug, Args)]
pub struct Run {
    #[command(flatten)]
    pub experiments: Files,
    /// Train only the variants whose name matches, such as `'*dropout=on*'`
    #[arg(long, value_name = "GLOB")]
    pub only: Option<String>,
    /// Runs trained at the same time [default: one for each core, at most 4, and no more than memory holds; with
    /// --threads, cores / threads]; at most 4 for each core
    #[arg(long, value_name = "N")]
    pub jobs: Option<NonZeroUsize>,
    /// Threads of each run [default: the cores, shared between the runs at work; where fewer runs are left than jobs,
    /// those share all cores]; at most 4 for each core. Results do not depend on it, nor on --jobs
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroUsize>,
    /// Start what does not seem to fit into the free memory: one run at a time, or as many as --jobs says. Swap space is
    /// not counted as free, for a training that swaps takes many times as long
    #[arg(long)]
    pub ignore_memory: bool,
    /// Folder that holds a folder of results for each experiment [default: `results` in the project's folder]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Remove runs of variants and seeds that the file does not have any more, with their rows [default: keep them]
    #[arg(long)]
    pub prune: bool,
    /// Say what would be trained, and train nothing. The images are prepared, and drawn where the file says so
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    pub experiments: Files,
    /// Also have rustc prove the shapes: build the program of every network
    #[arg(long)]
    pub compile: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    /// Experiment file
    pub file: PathBuf,
    #[command(flatten)]
    pub overrides: Overrides,
    /// Variant to print [default: the baseline]
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
}

#[derive(Debug, Args)]
pub struct Preview {
    /// Experiment file
    pub file: PathBuf,
    #[command(flatten)]
    pub overrides: Overrides,
    /// Variant whose augmentation is drawn [default: the first that augments]
    #[arg(long, value_name = "NAME")]
    pub variant: Option<String>,
    /// Picture to write (PNG)
    #[arg(short, long, value_name = "PNG", required_unless_present = "json")]
    pub output: Option<PathBuf>,
    /// Training images, one a row, taken evenly from all classes
    #[arg(long, value_name = "N", default_value = "4")]
    pub images: NonZeroUsize,
    /// Augmented copies of each, right of the original
    #[arg(long, value_name = "N", default_value = "7")]
    pub copies: NonZeroUsize,
    /// Epoch of the first copy; the next ones are those of the next times that the network sees the image
    #[arg(long, value_name = "E", default_value = "1")]
    pub epoch: NonZeroU64,
    /// Seed of the run [default: the file's first]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
    /// A training image: that one alone, at training size, as the network sees it in the epoch
    #[arg(long, value_name = "IMAGE", conflicts_with_all = ["images", "copies"])]
    pub image: Option<PathBuf>,
    /// Print what was drawn for the image, as JSON
    #[arg(long, requires = "image")]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Decode every image; tell counts, sizes and modes, broken and stray files, duplicates, wrong labels
    ///
    /// Exit status 1 where something is found that `ablate run` refuses.
    Audit(Audit),
}

#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    pub experiments: Files,
    /// For people, or for programs
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// How something is written to standard output.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Format {
    /// Words
    #[default]
    Text,
    /// A list with an object for each data set
    Json,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// Folder of a trained run: `results/NAME/runs/VARIANT/seed-N`
    pub run: PathBuf,
    /// Image to look at
    #[arg(long, value_name = "IMAGE")]
    pub image: PathBuf,
    /// Folder for the pictures [default: `explain/IMAGE` in the run's folder]
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Predict {
    /// Folder of a trained run: `results/NAME/runs/VARIANT/seed-N`
    pub run: PathBuf,
    /// Images to classify: files, folders (with all that is below), or `-` for a list on standard input, a path a line
    #[arg(required = true, value_name = "IMAGE|FOLDER|-")]
    pub images: Vec<PathBuf>,
    /// Also write the network's outputs before sigmoid or softmax
    #[arg(long)]
    pub logits: bool,
}
