//! Training batches, prepared ahead while the network trains on earlier ones.
//!
//! One thread walks over the steps of an epoch; the samples of a batch are augmented in parallel on the loader's own
//! pool, each into its own place, and then mixed with each other where the plan says so. So the number of threads decides
//! when a batch is ready, and nothing else.

use super::ahead::{Batches, Queue};
use super::mix::{self, mix};
use super::order::{Order, Pass};
use super::{Batch, LoaderError};
use crate::augment;
use crate::images::Images;
use crate::standardization::Standardization;
use plan::{Augmentation, DataPlan};
use rayon::ThreadPool;
use rayon::prelude::*;
use std::sync::Arc;

/// The training batches of a run, epoch by epoch.
pub struct TrainLoader {
    work: Arc<Work>,
}

/// All that is needed to make any batch of the run.
struct Work {
    images: Arc<Images>,
    augmentation: Augmentation,
    standardization: Option<Standardization>,
    order: Order,
    pool: ThreadPool,
}

impl TrainLoader {
    /// A loader that prepares the batches of `images` on `threads` threads (at least one). `steps_per_epoch` as in
    /// [`plan::Training`]; `standardization` is that of `images`, where there is to be one; `seed` is the run's.
    ///
    /// # Errors
    /// [`LoaderError`] where there is nothing to make batches of, or threads cannot be started.
    pub fn new(
        images: Arc<Images>,
        plan: &DataPlan,
        augmentation: &Augmentation,
        standardization: Option<&Standardization>,
        steps_per_epoch: Option<usize>,
        seed: u64,
        threads: usize,
    ) -> Result<TrainLoader, LoaderError> {
        if images.is_empty() {
            return Err(LoaderError::NoImages { left_out: images.left_out });
        }
        if plan.batch_size == 0 {
            return Err(LoaderError::EmptyBatches);
        }
        let threads = threads.max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("augment-{index}"))
            .build()
            .map_err(|error| LoaderError::Threads { threads, reason: error.to_string() })?;
        let order = Order::new(&images.labels, plan, steps_per_epoch, seed);
        let (augmentation, standardization) = (augmentation.clone(), standardization.cloned());
        Ok(TrainLoader { work: Arc::new(Work { images, augmentation, standardization, order, pool }) })
    }

    /// Number of batches in each epoch.
    pub fn steps(&self) -> usize {
        self.work.order.steps()
    }

    /// The batches of `epoch` (from 1). Work on them begins at once.
    ///
    /// # Errors
    /// [`LoaderError::Threads`] where no thread can be started.
    pub fn epoch(&self, epoch: u64) -> Result<Batches, LoaderError> {
        let work = Arc::clone(&self.work);
        Batches::of(move |queue| work.prepare(epoch, &queue))
    }
}

impl Work {
    /// Makes the batches of `epoch` until all are made or nobody takes them any more.
    fn prepare(&self, epoch: u64, queue: &Queue) {
        let mut pass = None;
        for step in 0..self.order.steps() {
            if !queue.put(self.batch(epoch, step, &mut pass)) {
                return;
            }
        }
    }

    fn batch(&self, epoch: u64, step: usize, pass: &mut Option<Pass>) -> Batch {
        let chosen = self.order.batch(epoch, step, pass);
        let images = &*self.images;
        let first = (step * self.order.batch_size) as u64;
        let mut batch = Batch {
            pixels: vec![0.0; chosen.len() * images.image_len()],
            labels: chosen.iter().map(|&image| images.labels[image as usize]).collect(),
            mixed: Vec::new(),
            positions: (first..first + chosen.len() as u64).collect(),
        };
        let (height, width, channels) = (images.height, images.width, images.color_mode.channels());
        self.pool.install(|| {
            batch.pixels.par_chunks_exact_mut(images.image_len()).zip(chosen).enumerate().for_each(
                |(row, (target, &image))| {
                    let position = first + row as u64;
                    let drawn = augment::draw(&self.augmentation, self.order.seed, epoch, position, height, width);
                    augment::apply(&drawn, images.color_mode, images.image(image as usize), target);
                    if let Some(standardization) = &self.standardization {
                        standardization.apply(channels, target);
                    }
                },
            );
            let key = mix::Key { seed: self.order.seed, epoch, step: step as u64 };
            mix(&mut batch, &self.augmentation, &key, mix::Size { height, width, channels });
        });
        batch
    }
}
