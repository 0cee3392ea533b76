//! How much memory the process took: for logs and benchmarks, never for a result.

/// The most that was resident at any time, in bytes, where the system tells (Linux does). Files that are mapped count.
pub fn resident() -> Option<u64> {
    bytes(&status()?, "VmHWM:")
}

/// The most memory that the process had for itself, without the files that it maps: prepared images, and its own code.
/// What is resident of those is the system's, to keep or to drop.
///
/// The system tells the most of all together, and of files alone what is resident now. So it is to be [asked](Peak::look)
/// whenever other files are about to be read: what is mapped later was not there at the peak.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Peak {
    files: u64,
    own: Option<u64>,
}

impl Peak {
    /// Takes in what was until now.
    pub fn look(&mut self) {
        if let Some(status) = status() {
            self.read(&status);
        }
    }

    /// In bytes, where the system tells.
    pub fn bytes(self) -> Option<u64> {
        self.own
    }

    fn read(&mut self, status: &str) {
        if let (Some(all), Some(files)) = (bytes(status, "VmHWM:"), bytes(status, "RssFile:")) {
            // Dropped since, they may have been there at the peak.
            self.files = self.files.max(files);
            self.own = self.own.max(Some(all.saturating_sub(self.files)));
        }
    }
}

fn status() -> Option<String> {
    std::fs::read_to_string("/proc/self/status").ok()
}

fn bytes(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn linux_tells() {
        let before = resident().expect("a line of /proc/self/status");
        let held = std::hint::black_box(vec![1u8; 1 << 26]);
        let after = resident().expect("a line of /proc/self/status");
        assert!(after >= before.max(held.len() as u64), "{before} {after}");
        let mut peak = Peak::default();
        peak.look();
        assert!(peak.bytes().is_some_and(|own| own >= held.len() as u64), "{peak:?}");
    }

    #[test]
    fn files_that_are_mapped_do_not_count_whenever_they_are() {
        let mut peak = Peak::default();
        let mut look = |all: u64, files: u64| {
            peak.read(&format!("Name:\tfiles\nVmHWM:\t  {all} kB\nVmRSS:\t  9 kB\nRssFile:\t  {files} kB\n"));
            peak.bytes().map(|bytes| bytes / 1024)
        };
        assert_eq!(look(100, 20), Some(80));
        assert_eq!(look(110, 90), Some(80), "mapped after the peak");
        assert_eq!(look(150, 10), Some(80), "dropped after the peak");
        assert_eq!(look(190, 10), Some(100));
    }

    #[test]
    fn nothing_is_made_up() {
        let mut peak = Peak::default();
        peak.read("Name:\tno numbers\n");
        assert_eq!(peak.bytes(), None);
    }
}
