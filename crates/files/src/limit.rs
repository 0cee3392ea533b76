//! A limit on the size of files (`ulimit -f`) as an error like any other.

/// From now on a write beyond the limit fails with [`io::ErrorKind::FileTooLarge`](std::io::ErrorKind), for which
/// [`advice`](crate::advice) has words. As systems have it, it ends the process without one.
///
/// What this process starts is not concerned.
#[cfg(unix)]
pub fn limits_are_errors() {
    extern "C" fn go_on(_signal: libc::c_int) {}
    let handler: extern "C" fn(libc::c_int) = go_on;
    // A handler, because a signal that is ignored stays so in children, and not all of them look at their errors.
    // SAFETY: the handler does nothing, which is allowed at any moment, and it is there for as long as the process is.
    unsafe { libc::signal(libc::SIGXFSZ, handler as libc::sighandler_t) };
}

/// Other systems have no such limits.
#[cfg(not(unix))]
pub fn limits_are_errors() {}
