//! Progress on standard error: bars with rate and time left on a terminal, one plain line an epoch elsewhere.

use crate::queue::Job;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use record::{Epoch, Event, Measures};
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// Over all runs.
const OVERALL: &str = "{msg} {wide_bar} {pos}/{len} runs, {elapsed} elapsed";
/// Something without a length.
const TASK: &str = "{spinner} {prefix}{msg}";
/// Images that are prepared.
const IMAGES: &str = "{prefix} {wide_bar} {pos}/{len} images, {per_sec}, eta {eta}";
/// Elsewhere than on a terminal, a line after so many prepared images.
const IMAGES_A_LINE: usize = 10_000;
/// A run before its first step.
const WAITING: &str = "{prefix} {spinner} {msg}";
/// A run that trains.
const RUNNING: &str = "{prefix} {wide_bar} {msg} eta {eta}";

/// Where progress is shown.
pub struct Progress {
    bars: Option<MultiProgress>,
    overall: Option<ProgressBar>,
    several_experiments: bool,
}

impl Progress {
    /// For a call that names `experiments` experiment files.
    pub fn new(experiments: usize) -> Progress {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        // Hidden on a terminal that cannot draw: lines are better than nothing.
        let bars = (io::stderr().is_terminal() && !bars.is_hidden()).then_some(bars);
        Progress { bars, overall: None, several_experiments: experiments > 1 }
    }

    /// The words that name a job.
    pub fn title(&self, job: &Job) -> String {
        job.title(self.several_experiments)
    }

    /// A line above the bars.
    pub fn line(&self, text: &str) {
        match &self.bars {
            // Where standard error is closed there is nobody to tell.
            Some(bars) => drop(bars.println(text)),
            None => plain(text),
        }
    }

    /// A bar over all runs, shown once there are several.
    pub fn overall(&mut self, runs: usize) {
        if let Some(bars) = &self.bars
            && runs > 1
        {
            let bar = bars.add(ProgressBar::new(runs as u64));
            bar.set_style(style(OVERALL));
            bar.set_message("all");
            bar.enable_steady_tick(Duration::from_secs(1));
            self.overall = Some(bar);
        }
    }

    /// One more run is done.
    pub fn run_done(&self) {
        if let Some(bar) = &self.overall {
            bar.inc(1);
        }
    }

    /// The bar over all runs goes.
    pub fn finish(&self) {
        if let Some(bar) = &self.overall {
            bar.finish_and_clear();
        }
    }

    /// Something that takes a while and has no length.
    pub fn task(&self, what: &str) -> Task {
        let bar = match &self.bars {
            Some(bars) => {
                let bar = bars.add(ProgressBar::new_spinner());
                bar.set_style(style(TASK));
                bar.set_prefix(what.to_owned());
                bar.enable_steady_tick(Duration::from_millis(100));
                Some(bar)
            }
            None => {
                plain(what);
                None
            }
        };
        Task { bar, images: 0 }
    }

    /// The display of one run.
    pub fn run(&self, job: &Job) -> RunDisplay {
        let bar = self.bars.as_ref().map(|bars| {
            let bar = match &self.overall {
                Some(overall) => bars.insert_before(overall, ProgressBar::new(0)),
                None => bars.add(ProgressBar::new(0)),
            };
            bar.set_style(style(WAITING));
            bar.set_prefix(self.title(job));
            bar.set_message("loading images");
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        RunDisplay { bar, title: self.title(job), epochs: 0, steps: 0 }
    }
}

/// A running task; its display ends when it is dropped.
pub struct Task {
    bar: Option<ProgressBar>,
    /// Images that were told of.
    images: usize,
}

impl Task {
    /// What it is doing now.
    pub fn detail(&self, text: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(format!(": {text}"));
        }
    }

    /// Images of `files` that it is done with, `decoded` of them with some work.
    pub fn images(&mut self, done: usize, decoded: usize, files: usize) {
        match &self.bar {
            Some(bar) => {
                if bar.length() != Some(files as u64) {
                    bar.set_style(style(IMAGES));
                    bar.set_length(files as u64);
                }
                bar.set_position(done as u64);
            }
            None if decoded >= self.images + IMAGES_A_LINE => {
                self.images = decoded;
                plain(&format!("{done} of {files} images"));
            }
            None => {}
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// The display of one run: a bar over all its steps, or lines.
pub struct RunDisplay {
    bar: Option<ProgressBar>,
    title: String,
    epochs: u32,
    steps: u32,
}

impl RunDisplay {
    /// Shows what a program reported.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::Started { resumed_from, epochs, steps_per_epoch } => {
                (self.epochs, self.steps) = (*epochs, *steps_per_epoch);
                if let Some(bar) = &self.bar {
                    bar.set_style(style(RUNNING));
                    bar.set_length(u64::from(*epochs) * u64::from(*steps_per_epoch));
                    bar.set_position(u64::from(*resumed_from) * u64::from(*steps_per_epoch));
                    bar.reset_eta();
                    bar.set_message("");
                }
                if *resumed_from > 0 {
                    self.line(&format!("{}: goes on after epoch {resumed_from}", self.title));
                }
            }
            Event::Notice { message } => self.line(&format!("{}: {message}", self.title)),
            Event::Progress { epoch, step, loss, images_per_second } => {
                if let Some(bar) = &self.bar {
                    bar.set_position(u64::from(epoch.saturating_sub(1)) * u64::from(self.steps) + u64::from(*step));
                    bar.set_message(format!(
                        "epoch {epoch}/{} loss {loss:.4} {images_per_second:.0} images/s",
                        self.epochs
                    ));
                }
            }
            Event::Epoch { row, images_per_second } => match &self.bar {
                Some(bar) => bar.set_position(u64::from(row.epoch) * u64::from(self.steps)),
                None => plain(&format!("{}: {}", self.title, epoch_line(row, self.epochs, *images_per_second))),
            },
            Event::Finished { record } => {
                if self.bar.is_some()
                    && let Some(last) = record.epochs.last()
                {
                    self.line(&format!("{}: {}, {}", self.title, record.status.name(), measures(last)));
                }
            }
            Event::Prediction { .. } | Event::Drawn { .. } | Event::Failed { .. } => {}
        }
    }

    /// The run has ended.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => plain(text),
        }
    }
}

/// A line on standard error. Where that is closed there is nobody to tell.
fn plain(text: &str) {
    writeln!(io::stderr(), "{text}").ok();
}

fn epoch_line(row: &Epoch, epochs: u32, images_per_second: f64) -> String {
    format!("epoch {}/{epochs}, {}, {images_per_second:.0} images/s", row.epoch, measures(row))
}

/// `loss 0.6931 accuracy 0.5000 val_loss ...`.
fn measures(row: &Epoch) -> String {
    let mut words = Vec::new();
    let mut add = |prefix: &str, measures: &Option<Measures>| {
        if let Some(measures) = measures {
            words.push(format!("{prefix}loss {:.4}", measures.loss));
            words.extend(measures.metrics.iter().map(|(name, value)| format!("{prefix}{name} {value:.4}")));
        }
    };
    add("", &row.train);
    add("val_", &row.validation);
    words.join(" ")
}

/// A bar's style. indicatif follows `NO_COLOR`; the templates have no colour of their own.
fn style(template: &str) -> ProgressStyle {
    // The templates are the constants above, and a test parses each.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━╸─")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_well_formed() {
        for template in [OVERALL, TASK, IMAGES, WAITING, RUNNING] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
