//! Rights given up for good: from [`confine`] on a process can compute, take memory up to a limit, read and write what it
//! already has open, and end. Any other call to the system ends it. That is Linux's seccomp; other systems have the limits
//! alone.

/// Address space of a decoder, in bytes: twice what an image may take.
const MOST_MEMORY: libc::rlim_t = 2 << 30;

/// Gives up all rights of this process that a decoder has no use for.
pub fn confine() {
    // The kernel ends this process with the thread that started it, in the middle of an image too. Another thread that has
    // it meanwhile starts its own.
    #[cfg(target_os = "linux")]
    // SAFETY: sets one attribute of this process. Where the thread is gone already, the socket is closed, or soon is.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL)
    };
    // Where memory runs out, this process is to end and not the one that waits for it.
    std::fs::write("/proc/self/oom_score_adj", "1000").ok();
    // SAFETY: sets the default action. Else a stack that overflows ends in an abort, as does memory that runs out.
    unsafe { libc::signal(libc::SIGSEGV, libc::SIG_DFL) };
    limit(libc::RLIMIT_AS, MOST_MEMORY);
    for none in [libc::RLIMIT_CORE, libc::RLIMIT_FSIZE, libc::RLIMIT_NPROC] {
        limit(none, 0);
    }
    #[cfg(target_os = "linux")]
    // A system without seccomp leaves the limits.
    filter::apply().ok();
}

/// Lowers a limit to `most`. None is raised.
#[cfg(target_os = "linux")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_os = "linux"))]
type Resource = libc::c_int;

fn limit(resource: Resource, most: libc::rlim_t) {
    let mut now = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: both calls get a pointer to a whole structure; what fails changes nothing.
    unsafe {
        if libc::getrlimit(resource, &mut now) == 0 {
            let lower = libc::rlimit { rlim_cur: now.rlim_cur.min(most), rlim_max: now.rlim_max.min(most) };
            libc::setrlimit(resource, &lower);
        }
    }
}

#[cfg(target_os = "linux")]
mod filter {
    use seccompiler::SeccompCmpArgLen::Dword;
    use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
    use seccompiler::{BpfProgram, Error, SeccompAction, SeccompCondition, SeccompFilter, SeccompRule};

    /// What memory, locks, threads' ends and the standard library's clock and randomness need.
    const ALWAYS: [libc::c_long; 19] = [
        libc::SYS_read,
        libc::SYS_write,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        libc::SYS_brk,
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_clock_gettime,
        libc::SYS_getrandom,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_restart_syscall,
        libc::SYS_sigaltstack,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];

    pub fn apply() -> Result<(), Error> {
        let not_executable = || rule(&[SeccompCondition::new(2, Dword, MaskedEq(libc::PROT_EXEC as u64), 0)?]);
        let own = u64::from(std::process::id());
        let abort = rule(&[
            SeccompCondition::new(0, Dword, Eq, own)?,
            SeccompCondition::new(2, Dword, Eq, libc::SIGABRT as u64)?,
        ])?;
        let rules = ALWAYS.into_iter().map(|call| (call, Vec::new())).chain([
            (libc::SYS_mmap, not_executable()?),
            (libc::SYS_mprotect, not_executable()?),
            (libc::SYS_tgkill, abort),
        ]);
        let architecture = std::env::consts::ARCH.try_into()?;
        let filter =
            SeccompFilter::new(rules.collect(), SeccompAction::KillProcess, SeccompAction::Allow, architecture)?;
        let program: BpfProgram = filter.try_into()?;
        seccompiler::apply_filter(&program)
    }

    fn rule(conditions: &[SeccompCondition]) -> Result<Vec<SeccompRule>, Error> {
        Ok(vec![SeccompRule::new(conditions.to_vec())?])
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Command, Stdio};

    const PROBE: &str = "ABLATE_PROBE";
    /// A probe that computes for long.
    const BUSY: &str = "be busy";

    /// What a process may not do once it is confined.
    const FORBIDDEN: [(&str, fn()); 7] = [
        ("read a file", || drop(std::fs::File::open("/etc/passwd"))),
        ("write a file", || drop(std::fs::File::create("/tmp/ablate-probe"))),
        ("list a folder", || drop(std::fs::read_dir("/"))),
        ("connect", || drop(std::net::TcpStream::connect("127.0.0.1:1"))),
        ("listen", || drop(std::os::unix::net::UnixListener::bind("/tmp/ablate-probe-socket"))),
        ("start a program", || drop(Command::new("/bin/true").spawn())),
        ("make memory executable", || {
            let (length, both) = (4096, libc::PROT_READ | libc::PROT_EXEC);
            // SAFETY: asks for memory of its own at any place.
            unsafe { libc::mmap(std::ptr::null_mut(), length, both, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0) };
        }),
    ];

    /// Runs `probe`, a test of this module, in a process of its own.
    fn ended(what: &str) -> std::process::ExitStatus {
        command(what).output().unwrap().status
    }

    fn command(what: &str) -> Command {
        let mut probe = Command::new(std::env::current_exe().unwrap());
        probe.args(["--exact", "apart::confine::tests::probe", "--nocapture"]).env(PROBE, what);
        probe
    }

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "tells the process that is confined from the others, and when to end it"
    )]
    fn probe() {
        let Ok(what) = std::env::var(PROBE) else { return };
        confine();
        match FORBIDDEN.iter().find(|(name, _)| *name == what) {
            Some((_, act)) => act(),
            None if what == BUSY => {
                std::io::stdout().write_all(b"\nbusy\n").unwrap();
                let began = std::time::Instant::now();
                while began.elapsed() < std::time::Duration::from_secs(20) {}
            }
            // What is allowed: memory, and to say how it went.
            None => {
                assert_eq!(vec![7_u8; 100 << 20].iter().map(|&byte| usize::from(byte)).sum::<usize>(), 7 * (100 << 20))
            }
        }
        // Not by a return: the test harness wants more than a decoder may.
        std::process::exit(0);
    }

    #[test]
    fn a_confined_process_has_no_files_no_network_and_no_programs() {
        assert!(ended("compute").success());
        for (what, _) in FORBIDDEN {
            assert_eq!(ended(what).signal(), Some(libc::SIGSYS), "{what}");
        }
    }

    #[test]
    fn a_decoder_does_not_outlive_who_started_it() {
        let start = || {
            let mut child = command(BUSY).stdout(Stdio::piped()).spawn().unwrap();
            let said = BufReader::new(child.stdout.take().unwrap());
            assert!(said.lines().any(|line| line.unwrap() == "busy"));
            child
        };
        let mut child = std::thread::spawn(start).join().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGKILL));
    }
}
