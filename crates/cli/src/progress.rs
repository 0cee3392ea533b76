//! Progress on standard error: bars with rate and time left on a terminal, one plain line an epoch elsewhere.

use crate::queue::Job;
use files::shown;
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use launch::Step;
use record::{Epoch, Event, Measures, RunRecord};
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Over all runs.
const OVERALL: &str = "{msg} {wide_bar} {elapsed} elapsed, eta {eta}";
/// Parts of a run by which the bar over all runs moves.
const PARTS: u64 = 1000;
/// Something without a length.
const TASK: &str = "{spinner} {prefix}{msg}";
/// Images that are prepared.
const IMAGES: &str = "{prefix} {wide_bar} {pos}/{len} images, {rate}, eta {eta}";
/// Elsewhere than on a terminal, a line after so many prepared images.
const IMAGES_A_LINE: usize = 10_000;
/// A run before its first step.
const WAITING: &str = "{prefix} {spinner} {msg}";
/// A run that trains.
const RUNNING: &str = "{prefix} {wide_bar} {msg} eta {eta}";

/// Where progress is shown.
pub struct Progress {
    bars: Option<MultiProgress>,
    overall: Option<Overall>,
    several_experiments: bool,
}

/// The bar over all runs, those of earlier calls included.
#[derive(Clone)]
struct Overall {
    bar: ProgressBar,
    runs: usize,
    state: Arc<Mutex<Counted>>,
}

/// What the bar over all runs has counted.
struct Counted {
    /// Runs that are done.
    done: usize,
    /// How many of its [`PARTS`] each run at work has moved the bar. A run that is tried again moves it no second time.
    parts: BTreeMap<String, u64>,
}

impl Overall {
    /// A run is so far.
    fn move_to(&self, title: &str, part: u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let moved = state.parts.entry(title.to_owned()).or_default();
        if part > *moved {
            self.bar.inc(part - *moved);
            *moved = part;
        }
    }

    /// A run is done, whether all its epochs were needed or not.
    fn done(&self, title: &str) {
        self.move_to(title, PARTS);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.parts.remove(title);
        state.done += 1;
        self.bar.set_message(message(state.done, self.runs));
    }
}

fn message(done: usize, runs: usize) -> String {
    format!("{done} of {runs} runs")
}

impl Progress {
    /// For a call that names `experiments` experiment files.
    pub fn new(experiments: usize) -> Progress {
        let bars = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        // On a terminal that cannot draw lines are better than nothing.
        let bars = (io::stderr().is_terminal() && !bars.is_hidden() && can_draw()).then_some(bars);
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
            Some(bars) => drop(bars.println(files::printable(text))),
            None => plain(text),
        }
    }

    /// A bar over all `runs`, of which `done` are current, shown where several are left.
    pub fn overall(&mut self, runs: usize, done: usize) {
        if let Some(bars) = &self.bars
            && runs > done + 1
        {
            let bar = bars.add(ProgressBar::new(runs as u64 * PARTS));
            bar.set_style(style(OVERALL));
            bar.set_position(done as u64 * PARTS);
            // What earlier calls have done says nothing of how fast this one is.
            bar.reset_eta();
            bar.set_message(message(done, runs));
            bar.enable_steady_tick(Duration::from_secs(1));
            let state = Arc::new(Mutex::new(Counted { done, parts: BTreeMap::new() }));
            self.overall = Some(Overall { bar, runs, state });
        }
    }

    /// One more run is done.
    pub fn run_done(&self, job: &Job) {
        if let Some(overall) = &self.overall {
            overall.done(&self.title(job));
        }
    }

    /// The bar over all runs goes.
    pub fn finish(&self) {
        if let Some(overall) = &self.overall {
            overall.bar.finish_and_clear();
        }
    }

    /// Something that takes a while and has no length.
    pub fn task(&self, what: &str) -> Task {
        let bar = match &self.bars {
            Some(bars) => {
                let bar = bars.add(ProgressBar::new_spinner());
                bar.set_style(style(TASK));
                bar.set_prefix(files::shown(what).to_string());
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
                Some(overall) => bars.insert_before(&overall.bar, ProgressBar::new(0)),
                None => bars.add(ProgressBar::new(0)),
            };
            bar.set_style(style(WAITING));
            bar.set_prefix(self.title(job));
            bar.set_message("starting");
            bar.enable_steady_tick(Duration::from_millis(500));
            bar
        });
        RunDisplay { bar, overall: self.overall.clone(), title: self.title(job), epochs: 0, steps: 0 }
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

    /// A step of building model programs.
    pub fn build(&self, step: Step<'_>) {
        match step {
            Step::Compiling(package) => self.detail(package),
            Step::Damaged(program) => {
                let line = format!("warning: the program {} is damaged; it is built again", shown(program));
                match &self.bar {
                    Some(bar) => bar.println(line),
                    None => plain(&line),
                }
            }
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
    overall: Option<Overall>,
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
                self.moved(*resumed_from, 0);
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
                self.moved(epoch.saturating_sub(1), *step);
            }
            Event::Epoch { row, images_per_second } => {
                match &self.bar {
                    Some(bar) => bar.set_position(u64::from(row.epoch) * u64::from(self.steps)),
                    None => plain(&format!("{}: {}", self.title, epoch_line(row, self.epochs, *images_per_second))),
                }
                self.moved(row.epoch, 0);
            }
            Event::Finished { record } => {
                if self.bar.is_some() {
                    self.line(&format!("{}: {}", self.title, finished_line(record)));
                }
            }
            Event::Prediction { .. }
            | Event::Unusable { .. }
            | Event::Drawn { .. }
            | Event::Failed { .. }
            | Event::Refused { .. } => {}
        }
    }

    /// The run has ended.
    pub fn end(self) {
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
    }

    /// The run has done so many epochs, and steps of the next: what the bar over all runs should know.
    fn moved(&self, epochs: u32, steps: u32) {
        if let Some(overall) = &self.overall {
            let all = u64::from(self.epochs) * u64::from(self.steps);
            let done = u64::from(epochs) * u64::from(self.steps) + u64::from(steps);
            overall.move_to(&self.title, (done * PARTS).checked_div(all).unwrap_or(0).min(PARTS));
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(files::printable(text)),
            None => plain(text),
        }
    }
}

/// Whether the terminal can move its cursor: not where `TERM` is `dumb` or unset.
#[expect(clippy::disallowed_methods, reason = "decides how progress is shown, no result")]
fn can_draw() -> bool {
    cfg!(windows) || std::env::var_os("TERM").is_some_and(|terminal| !terminal.is_empty() && terminal != "dumb")
}

/// A line on standard error. Where that is closed there is nobody to tell.
fn plain(text: &str) {
    writeln!(io::stderr(), "{}", files::printable(text)).ok();
}

fn epoch_line(row: &Epoch, epochs: u32, images_per_second: f64) -> String {
    format!("epoch {}/{epochs}, {}, {images_per_second:.0} images/s", row.epoch, measures(row))
}

/// How a run ended, after its last epoch and, where that is another, after its best: whose numbers they are is said.
fn finished_line(record: &RunRecord) -> String {
    let Some(last) = record.epochs.last() else { return record.status.name().to_owned() };
    let ended = format!("{}; epoch {}", record.status.name(), last.epoch);
    match record.best() {
        Some(best) if best.epoch == last.epoch => format!("{ended}, the last and the best: {}", measures(last)),
        Some(best) => {
            format!("{ended}, the last: {}; epoch {}, the best: {}", measures(last), best.epoch, measures(best))
        }
        None => format!("{ended}, the last: {}", measures(last)),
    }
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
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
        .with_key("rate", |state: &ProgressState, to: &mut dyn fmt::Write| {
            // A string takes all that is written to it.
            write!(to, "{:.0}/s", state.per_sec()).ok();
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(best_epoch: Option<u32>) -> RunRecord {
        let measured = |loss: f64, accuracy: f64| Some(Measures { loss, metrics: vec![("accuracy".into(), accuracy)] });
        let row =
            |epoch, accuracy| Epoch { epoch, learning_rate: 0.1, train: None, validation: measured(0.5, accuracy) };
        RunRecord {
            variant: "base".into(),
            seed: 0,
            run_id: String::new(),
            status: record::Status::Completed,
            epochs: vec![row(1, 0.685), row(2, 0.62)],
            best_epoch,
            test: None,
            parameter_count: 1,
            classes: Vec::new(),
        }
    }

    #[test]
    fn a_finished_run_says_whose_numbers_it_gives() {
        assert_eq!(
            finished_line(&record(Some(1))),
            "completed; epoch 2, the last: val_loss 0.5000 val_accuracy 0.6200; \
             epoch 1, the best: val_loss 0.5000 val_accuracy 0.6850"
        );
        assert_eq!(
            finished_line(&record(Some(2))),
            "completed; epoch 2, the last and the best: val_loss 0.5000 val_accuracy 0.6200"
        );
        assert_eq!(finished_line(&record(None)), "completed; epoch 2, the last: val_loss 0.5000 val_accuracy 0.6200");
    }

    #[test]
    fn templates_are_well_formed() {
        for template in [OVERALL, TASK, IMAGES, WAITING, RUNNING] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
