//! How much memory the process took: for logs and benchmarks, never for a result.

/// The most that was resident at any time, in bytes, where the system tells (Linux does).
pub fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
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
