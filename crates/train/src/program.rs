//! The `main` of a generated model program: a request comes in on standard input, events go out on standard output,
//! words for a person on standard error.

use crate::channel::{Lines, Listen};
use crate::error::TrainError;
use crate::explain::explain;
use crate::fit::fit;
use crate::keeper::Pace;
use crate::lifeline::{self, Lifeline};
use crate::log;
use crate::order::Order;
use crate::predict::predict;
use nn::Model;
use plan::Request;
use record::{Event, RunDirectory};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;

/// Serves one request for the model `M`, and ends with the process. The status is 0 where all was done, else 1, after
/// an [`Event::Failed`] that says why. When standard input closes, the tool is gone and the process ends at once; when
/// standard output closes, it ends at the next event.
pub fn program<M: Model>() -> ExitCode {
    remember_panics();
    files::limits_are_errors();
    let mut listener = Lines(std::io::stdout());
    let (request, input) = match lifeline::request(std::io::stdin()) {
        Ok(request) => request,
        Err(error) => return fail(&mut listener, &error.to_string()),
    };
    let lifeline = match Lifeline::hold(input) {
        Ok(lifeline) => lifeline,
        Err(error) => return fail(&mut listener, &format!("cannot watch standard input: {error}")),
    };
    // What a panic leaves half done is not looked at again: files are whole at any moment, and the process ends.
    let served = catch_unwind(AssertUnwindSafe(|| serve::<M>(&request, &lifeline, &mut listener)));
    lifeline.release();
    match served {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(TrainError::Closed(_))) => ExitCode::FAILURE,
        Ok(Err(error)) => fail(&mut listener, &error.to_string()),
        Err(_) => fail(&mut listener, &format!("this is a mistake in ablate: {}", last_panic())),
    }
}

/// Does what the request asks, on an engine pool of as many threads as it says.
fn serve<M: Model>(request: &Request, lifeline: &Lifeline, listener: &mut dyn Listen) -> Result<(), TrainError> {
    nn::check_processor().map_err(|error| TrainError::Processor(error.to_string()))?;
    match request {
        Request::Train { run, run_id, images, directory, threads } => {
            let directory = RunDirectory::at(directory.clone());
            let order = Order { run, run_id, images, directory: &directory, threads: *threads, pace: Pace::default() };
            let record = on_threads(*threads, || fit::<M>(order, listener))?;
            // The record is on disk: whoever still listens hears of it, and nobody is waited for.
            lifeline.release();
            listener.hear(&Event::Finished { record })?;
            Ok(())
        }
        Request::Predict { run, model, images, threads } => {
            on_threads(*threads, || predict::<M>(run, model, images, listener))
        }
        Request::Explain { run, model, image, directory, threads } => {
            on_threads(*threads, || explain::<M>(run, model, image, directory, listener))
        }
    }
}

/// Runs `work` on a pool of its own. Every parallel loop within uses its threads.
///
/// # Errors
/// [`TrainError::Threads`] where they do not start; and those of `work`.
pub fn on_threads<T: Send>(
    threads: usize,
    work: impl FnOnce() -> Result<T, TrainError> + Send,
) -> Result<T, TrainError> {
    let threads = threads.max(1);
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .thread_name(|index| format!("engine-{index}"))
        .build()
        .map_err(|source| TrainError::Threads { threads, source })?;
    pool.install(work)
}

fn fail(listener: &mut dyn Listen, message: &str) -> ExitCode {
    log::line(message);
    // Where nobody listens, the log has it.
    let _ = listener.hear(&Event::Failed { message: message.to_owned() });
    ExitCode::FAILURE
}

static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Writes every panic into the log, and keeps the last for [`last_panic`].
fn remember_panics() {
    std::panic::set_hook(Box::new(|panic| {
        log::line(&format!("{panic}\n{}", std::backtrace::Backtrace::force_capture()));
        // A panic while the lock is held is impossible; a poisoned lock still holds a string.
        let mut last = LAST_PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        *last = panic.to_string();
    }));
}

fn last_panic() -> String {
    LAST_PANIC.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
}
