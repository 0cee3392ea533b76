//! How much memory there is, for runs and for an image that is to be decoded: what the system says is available, or less where
//! a control group or a limit of the process allows less. It decides what is started, never a result.

use std::fs;
use std::path::Path;

/// Bytes that can be taken; `None` where the system does not tell.
pub fn free_memory() -> Option<u64> {
    free_below(Path::new("/"))
}

/// Bytes that a process (none: this one) can take: what there is, and what its own limits leave (`ulimit -v`, `-d`).
pub(crate) fn free_memory_for(process: Option<u32>) -> Option<u64> {
    let process = process.map_or_else(|| "self".to_owned(), |id| id.to_string());
    free_memory().into_iter().chain(limits_leave(&Path::new("/proc").join(process))).min()
}

/// What the limits leave of a process that `folder` describes.
fn limits_leave(folder: &Path) -> Option<u64> {
    let limits = fs::read_to_string(folder.join("limits")).ok()?;
    let status = fs::read_to_string(folder.join("status")).ok()?;
    let left =
        [("Max address space", "VmSize:"), ("Max data size", "VmData:")].into_iter().filter_map(|(limit, used)| {
            // `unlimited` is no number.
            let limit: u64 = line(&limits, limit)?.split_whitespace().next()?.parse().ok()?;
            Some(limit.saturating_sub(kib(line(&status, used)?)?))
        });
    left.min()
}

/// The same, of the system whose files are below `root`.
fn free_below(root: &Path) -> Option<u64> {
    let system = fs::read_to_string(root.join("proc/meminfo")).ok().and_then(|text| kib(line(&text, "MemAvailable:")?));
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).unwrap_or_default();
    let groups = groups.lines().filter_map(|group| {
        let mut parts = group.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        if controllers.is_empty() {
            let files = ["memory.max", "memory.current", "inactive_file", "active_file"];
            in_group(&root.join("sys/fs/cgroup"), path, files)
        } else if controllers.split(',').any(|controller| controller == "memory") {
            let files = ["memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file", "total_active_file"];
            in_group(&root.join("sys/fs/cgroup/memory"), path, files)
        } else {
            None
        }
    });
    system.into_iter().chain(groups).min()
}

/// What the group at `path` below `mount` and those around it leave: the limit less what is used, of which the
/// files that the system has cached would make room. Within a container, the path may be that outside of it; then the mount itself is
/// the container's group.
fn in_group(mount: &Path, path: &str, [limit, used, idle, busy]: [&str; 4]) -> Option<u64> {
    let group = mount.join(path.trim_start_matches('/'));
    let around = group.ancestors().take_while(|folder| folder.starts_with(mount));
    let free = around.filter_map(|folder| {
        let number = |file: &str| fs::read_to_string(folder.join(file)).ok()?.trim().parse::<u64>().ok();
        let statistics = fs::read_to_string(folder.join("memory.stat")).unwrap_or_default();
        let of_files = |name: &str| line(&statistics, &format!("{name} ")).and_then(|bytes| bytes.trim().parse().ok());
        let reclaimed = of_files(idle).unwrap_or(0u64) + of_files(busy).unwrap_or(0);
        // `max` is no number, and no limit.
        Some(number(limit)?.saturating_sub(number(used)?.saturating_sub(reclaimed)))
    });
    free.min()
}

/// Bytes of a number that counts kB.
fn kib(text: &str) -> Option<u64> {
    text.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The rest of the line that starts with `prefix`.
fn line<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is free where these files are.
    fn free(files: &[(&str, &str)]) -> Option<u64> {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        free_below(root.path())
    }

    const SYSTEM: (&str, &str) = ("proc/meminfo", "MemTotal:  900 kB\nMemFree:  2 kB\nMemAvailable:     800 kB\n");

    #[test]
    fn the_system_tells() {
        assert_eq!(free(&[]), None);
        assert_eq!(free(&[("proc/meminfo", "MemTotal: 7 kB\n")]), None);
        assert_eq!(free(&[SYSTEM]), Some(800 * 1024));
    }

    #[test]
    fn the_tightest_group_around_counts() {
        let group = ("proc/self/cgroup", "0::/user/me\n");
        let open = ("sys/fs/cgroup/user/me/memory.max", "max\n");
        let used = ("sys/fs/cgroup/user/me/memory.current", "1000\n");
        assert_eq!(free(&[SYSTEM, group, open, used]), Some(800 * 1024));
        let limit = ("sys/fs/cgroup/user/memory.max", "600000\n");
        let all = ("sys/fs/cgroup/user/memory.current", "200000\n");
        assert_eq!(free(&[SYSTEM, group, open, used, limit, all]), Some(400_000));
        let files = ("sys/fs/cgroup/user/memory.stat", "anon 100000\ninactive_file 50000\n");
        assert_eq!(free(&[SYSTEM, group, open, used, limit, all, files]), Some(450_000));
        let full = ("sys/fs/cgroup/user/memory.current", "700000\n");
        assert_eq!(free(&[SYSTEM, group, limit, full]), Some(0));
    }

    #[test]
    fn limits_of_a_process_count() {
        let folder = tempfile::tempdir().unwrap();
        let left = |limits: &str| {
            fs::write(folder.path().join("limits"), limits).unwrap();
            fs::write(folder.path().join("status"), "VmSize:\t   1000 kB\nVmData:\t    10 kB\n").unwrap();
            limits_leave(folder.path())
        };
        let none = "Max data size             unlimited            unlimited            bytes     \n";
        let space = "Max address space         2048000              unlimited            bytes     \n";
        assert_eq!((left(none), left(&format!("{none}{space}"))), (None, Some(1_024_000)));
        let data = "Max data size             20480                20480                bytes     \n";
        assert_eq!(left(&format!("{data}{space}")), Some(10_240));
    }

    #[test]
    fn a_container_of_the_first_version_is_read() {
        let group = ("proc/self/cgroup", "3:cpu,cpuacct:/x\n2:memory:/docker/0123\n");
        let limit = ("sys/fs/cgroup/memory/memory.limit_in_bytes", "500000");
        let used = ("sys/fs/cgroup/memory/memory.usage_in_bytes", "100000");
        assert_eq!(free(&[SYSTEM, group, limit, used]), Some(400_000));
        let none = ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
        assert_eq!(free(&[SYSTEM, group, none, used]), Some(800 * 1024));
    }
}
