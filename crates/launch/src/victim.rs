//! Who ends first when memory runs out: a child, not the tool. The tool then says which run failed and why, and trains
//! the others; without it nobody would.

use std::process::Child;

/// Has the kernel choose this child, and all that it starts, before any other process.
#[cfg(target_os = "linux")]
pub fn choose(child: &Child) {
    // The highest score that there is. A process may raise that of its own children. Where the system does not let it
    // (a sandbox without /proc), the kernel chooses as it always does.
    std::fs::write(format!("/proc/{}/oom_score_adj", child.id()), "1000").ok();
}

/// Other systems do not ask.
#[cfg(not(target_os = "linux"))]
pub fn choose(_child: &Child) {}
