//! Batches that are made ahead on a thread of its own and handed over in order through a short queue.

use super::{Batch, LoaderError};
use plan::memory::QUEUED;
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Batches in order, made while earlier ones are used. Dropping it ends the work on what was not taken.
pub struct Batches {
    /// `None` while dropping.
    batches: Option<Receiver<Batch>>,
    /// `None` once the thread has ended.
    worker: Option<JoinHandle<()>>,
}

/// Where a maker puts its batches.
pub(super) struct Queue(SyncSender<Batch>);

impl Queue {
    /// Hands a batch over, once there is room for it. `false` where nobody takes batches any more.
    pub fn put(&self, batch: Batch) -> bool {
        self.0.send(batch).is_ok()
    }
}

impl Batches {
    /// Those that `make` puts into the queue; work on them begins at once.
    ///
    /// # Errors
    /// [`LoaderError::Threads`] where no thread can be started.
    pub(super) fn of(make: impl FnOnce(Queue) + Send + 'static) -> Result<Batches, LoaderError> {
        let (queue, batches) = sync_channel(QUEUED);
        let worker = std::thread::Builder::new()
            .name("batches".to_owned())
            .spawn(move || make(Queue(queue)))
            .map_err(|error| LoaderError::Threads { threads: 1, reason: error.to_string() })?;
        Ok(Batches { batches: Some(batches), worker: Some(worker) })
    }
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        let batch = self.batches.as_ref()?.recv().ok();
        if batch.is_none()
            && let Some(worker) = self.worker.take()
            && let Err(panic) = worker.join()
        {
            // Without this, an epoch cut short by a bug would look like a complete one.
            resume_unwind(panic);
        }
        batch
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        self.batches = None; // the worker's next hand-over fails, and it returns
        if let Some(worker) = self.worker.take() {
            worker.join().ok();
        }
    }
}
