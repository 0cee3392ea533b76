//! How much memory the process took: for logs and benchmarks, never for a result.

/// The most that was resident at any time, in bytes, where the system tells (Linux does).
pub fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// What is resident of mapped files with `name` in their path, in bytes, where the system tells. It counts as resident
/// memory of the process, and is the system's cache of the files.
pub fn mapped(name: &str) -> Option<u64> {
    let maps = std::fs::read_to_string("/proc/self/smaps").ok()?;
    let (mut is_it, mut kib) = (false, 0);
    for line in maps.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("Rss:") if is_it => kib += words.next()?.parse::<u64>().ok()?,
            // A mapping begins with its addresses, and ends with its path.
            Some(word) if !word.ends_with(':') => is_it = line.contains(name),
            Some(_) | None => {}
        }
    }
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(target_os = "linux")]
    fn linux_tells() {
        let before = super::resident().expect("a line of /proc/self/status");
        let held = std::hint::black_box(vec![1u8; 1 << 26]);
        let after = super::resident().expect("a line of /proc/self/status");
        assert!(after >= before.max(held.len() as u64), "{before} {after}");
    }
}
