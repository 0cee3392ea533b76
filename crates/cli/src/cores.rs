//! How runs share the cores. It decides when results are there, and no byte of them.
//!
//! Runs beside each other wait for nothing, threads of one run wait for one another, and what a step does besides its
//! loops is done by one thread: so cores are given to runs first, and to threads where there are fewer runs than cores.

use crate::words::plural;
use std::num::NonZeroUsize;

/// More runs at once would crowd the caches that they share, and each holds its batches in memory.
const MOST_JOBS: usize = 4;
/// What may be asked for by each core. More only wait, and each takes memory; some more than one let anybody see that no
/// byte depends on it.
const MOST_PER_CORE: usize = 4;

/// What was asked for, and what there is.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    /// `--jobs`.
    pub jobs: Option<NonZeroUsize>,
    /// `--threads`.
    pub threads: Option<NonZeroUsize>,
    /// Cores that this process may use, at least one.
    pub count: usize,
}

impl Cores {
    /// Those of this machine, as far as this process may use them. What is asked for is no more than [`MOST_PER_CORE`] for
    /// each.
    pub fn of_machine(jobs: Option<NonZeroUsize>, threads: Option<NonZeroUsize>) -> Cores {
        let count = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let most = count.saturating_mul(NonZeroUsize::MIN.saturating_add(MOST_PER_CORE - 1));
        let capped = |asked: Option<NonZeroUsize>| asked.map(|asked| asked.min(most));
        Cores { jobs: capped(jobs), threads: capped(threads), count: count.get() }
    }

    /// Notices for options that ask for more than there is.
    pub fn notices(&self, jobs: Option<NonZeroUsize>, threads: Option<NonZeroUsize>) -> Vec<String> {
        let asked = [("--jobs", jobs, self.jobs), ("--threads", threads, self.threads)];
        let capped = asked.into_iter().filter_map(|(option, asked, given)| Some((option, asked?, given?)));
        capped
            .filter(|(_, asked, given)| asked > given)
            .map(|(option, asked, given)| {
                format!("{option} {given} in place of {asked}: this process may use {}", plural(self.count, "core"))
            })
            .collect()
    }

    /// How many of `runs` runs are trained at once, memory aside.
    pub fn jobs(&self, runs: usize) -> usize {
        let jobs = match (self.jobs, self.threads) {
            (Some(jobs), _) => jobs.get(),
            (None, Some(threads)) => (self.count / threads).min(MOST_JOBS),
            (None, None) => self.count.min(MOST_JOBS),
        };
        jobs.min(runs).max(1)
    }

    /// The threads of run `index` of `runs`, counted as they start, where `jobs` are trained at once. Runs of a sweep
    /// take about as long as each other. So they come in rounds of as many as are trained at once, and those of the
    /// last round, where they are fewer, share the cores of all.
    pub fn threads(&self, index: usize, runs: usize, jobs: usize) -> usize {
        if let Some(threads) = self.threads {
            return threads.get();
        }
        let place = index % jobs;
        let round = jobs.min(runs - (index - place));
        let more = usize::from(place < self.count % round);
        (self.count / round + more).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The jobs, and the threads of each run in order.
    fn shared(count: usize, jobs: usize, threads: usize, runs: usize) -> (usize, Vec<usize>) {
        let cores = Cores { jobs: NonZeroUsize::new(jobs), threads: NonZeroUsize::new(threads), count };
        let jobs = cores.jobs(runs);
        (jobs, (0..runs).map(|index| cores.threads(index, runs, jobs)).collect())
    }

    #[test]
    fn runs_come_before_threads_and_no_core_is_left_over() {
        assert_eq!(shared(2, 0, 0, 1), (1, vec![2]));
        assert_eq!(shared(2, 0, 0, 2), (2, vec![1, 1]));
        assert_eq!(shared(2, 0, 0, 3), (2, vec![1, 1, 2]));
        assert_eq!(shared(4, 0, 0, 6), (4, vec![1, 1, 1, 1, 2, 2]));
        assert_eq!(shared(4, 0, 0, 7), (4, vec![1, 1, 1, 1, 2, 1, 1]));
        assert_eq!(shared(6, 0, 0, 5), (4, vec![2, 2, 1, 1, 6]));
        assert_eq!(shared(16, 0, 0, 4), (4, vec![4; 4]));
        assert_eq!(shared(1, 0, 0, 2), (1, vec![1, 1]));
        assert_eq!(shared(2, 0, 0, 0), (1, vec![]));
    }

    #[test]
    fn what_is_asked_for_is_done_and_the_other_follows() {
        assert_eq!(shared(8, 2, 0, 3), (2, vec![4, 4, 8]));
        assert_eq!(shared(2, 3, 0, 4), (3, vec![1, 1, 1, 2]));
        assert_eq!(shared(8, 0, 4, 3), (2, vec![4; 3]));
        assert_eq!(shared(2, 0, 4, 3), (1, vec![4; 3]));
        assert_eq!(shared(2, 3, 5, 4), (3, vec![5; 4]));
    }

    #[test]
    fn nobody_gets_much_more_than_the_machine_has_and_who_asked_is_told() {
        let one = NonZeroUsize::new(1);
        for much in [NonZeroUsize::new(9999), Some(NonZeroUsize::MAX)] {
            let cores = Cores::of_machine(much, much);
            let most = cores.count * MOST_PER_CORE;
            assert_eq!((cores.jobs, cores.threads), (NonZeroUsize::new(most), NonZeroUsize::new(most)));
            let notices = cores.notices(much, much);
            assert_eq!(notices.len(), 2);
            let start = format!("--threads {most} in place of {}: this process may use", much.unwrap());
            assert!(notices[1].starts_with(&start), "{notices:?}");
        }
        assert!(Cores::of_machine(one, None).notices(one, None).is_empty());
    }
}
