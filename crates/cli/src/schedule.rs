//! Which runs are trained beside each other: as many as cores and memory allow.

use crate::cores::Cores;
use crate::error::Error;
use crate::layer_table::bytes;
use std::cmp::Reverse;

/// How runs are started.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// At most so many at once.
    pub jobs: usize,
    cores: Cores,
    runs: usize,
}

/// What a run needs.
#[derive(Clone, Debug)]
pub struct Need {
    /// The run, for a person.
    pub title: String,
    /// Its memory.
    pub bytes: u64,
}

impl Schedule {
    /// For `runs` runs, of which `need` tells what number `index` needs with `threads` threads, where `free` bytes of
    /// memory are free. `None` is as much as anybody wants: then nobody knows better. With `at_any_rate`, what does not fit
    /// is started all the same: as many at once as were asked for, or else one.
    ///
    /// # Errors
    /// [`Error::Memory`] where a run does not fit, or not as many at once as were asked for.
    pub fn new(
        cores: Cores,
        runs: usize,
        free: Option<u64>,
        at_any_rate: bool,
        need: impl Fn(usize, usize) -> Need,
    ) -> Result<Schedule, Error> {
        let most = cores.jobs(runs);
        let with = |jobs| Schedule { jobs, cores, runs };
        let Some(free) = free else { return Ok(with(most)) };
        // The largest: whichever are at work at one time, they need no more. With fewer at once each has more threads,
        // which take memory, too.
        let largest = |schedule: Schedule| {
            let mut needs: Vec<Need> = (0..runs).map(|index| need(index, schedule.threads(index))).collect();
            needs.sort_by_key(|need| Reverse(need.bytes));
            needs.truncate(schedule.jobs);
            needs
        };
        let total = |needs: &[Need]| needs.iter().map(|need| need.bytes).sum::<u64>();
        let fitting = (1..=most).rev().map(with).find(|schedule| total(&largest(*schedule)) <= free);
        let needs = largest(with(if fitting.is_some() { most } else { 1 }));
        let words = match fitting {
            Some(schedule) if schedule.jobs == most || cores.jobs.is_none() => return Ok(schedule),
            Some(_) | None if at_any_rate => return Ok(with(if cores.jobs.is_some() { most } else { 1 })),
            Some(schedule) => format!(
                "{most} runs at once need about {} of memory, and {} are free\n\
                 Give --jobs {}, or make `data.batch_size` smaller; --ignore-memory starts them all the same.",
                bytes(total(&needs)),
                bytes(free),
                schedule.jobs
            ),
            None => needs.iter().map(|need| too_large(need, free)).collect(),
        };
        Err(Error::Memory(words))
    }

    /// The threads of the run that starts as number `index`.
    pub fn threads(&self, index: usize) -> usize {
        self.cores.threads(index, self.runs, self.jobs)
    }
}

fn too_large(need: &Need, free: u64) -> String {
    format!(
        "{} needs about {} of memory, and {} are free\n\
         Make `data.batch_size`, the images or the network smaller: `ablate check` says what takes how much; --ignore-memory \
         starts it all the same.",
        need.title,
        bytes(need.bytes),
        bytes(free)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroUsize;

    const MIB: u64 = 1 << 20;

    /// The jobs for three runs on four cores, which need 100, 300 and 200 MiB and one for each thread.
    fn jobs(asked: usize, free: u64) -> Result<usize, String> {
        scheduled(asked, free, false)
    }

    fn scheduled(asked: usize, free: u64, at_any_rate: bool) -> Result<usize, String> {
        let cores = Cores { jobs: NonZeroUsize::new(asked), threads: None, count: 4 };
        let need = |index: usize, threads: usize| Need {
            title: format!("run {index}"),
            bytes: ([100, 300, 200][index] + threads as u64) * MIB,
        };
        let schedule = Schedule::new(cores, 3, Some(free * MIB), at_any_rate, need);
        schedule.map(|schedule| schedule.jobs).map_err(|error| error.to_string())
    }

    #[test]
    fn as_many_runs_as_memory_holds() {
        assert_eq!(jobs(0, 604), Ok(3));
        assert_eq!(jobs(0, 603), Ok(2));
        assert_eq!(jobs(0, 506), Ok(2));
        assert_eq!(jobs(0, 400), Ok(1));
        assert_eq!(jobs(2, 506), Ok(2));
        let cores = Cores { jobs: None, threads: None, count: 4 };
        let need = |_, _| Need { title: String::new(), bytes: u64::MAX };
        assert_eq!(Schedule::new(cores, 9, None, false, need).unwrap().jobs, 4);
        let need = |_, _| Need { title: String::new(), bytes: 0 };
        assert_eq!(Schedule::new(cores, 0, Some(0), false, need).unwrap().jobs, 1);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let several = jobs(3, 506).unwrap_err();
        assert_eq!(
            several,
            "3 runs at once need about 604.0 MiB of memory, and 506.0 MiB are free\n\
             Give --jobs 2, or make `data.batch_size` smaller; --ignore-memory starts them all the same."
        );
        let one = "run 1 needs about 304.0 MiB of memory, and 290.0 MiB are free\n\
                   Make `data.batch_size`, the images or the network smaller: `ablate check` says what takes how much; \
                   --ignore-memory starts it all the same.";
        assert_eq!(jobs(0, 290), Err(one.to_owned()));
        assert_eq!(jobs(2, 290), Err(one.to_owned()));
    }

    #[test]
    fn what_does_not_fit_is_started_at_any_rate() {
        assert_eq!(scheduled(3, 506, true), Ok(3));
        assert_eq!(scheduled(2, 290, true), Ok(2));
        assert_eq!(scheduled(0, 290, true), Ok(1));
        assert_eq!(scheduled(0, 506, true), Ok(2));
    }
}
