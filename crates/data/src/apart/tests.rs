use super::*;
use std::os::unix::process::ExitStatusExt;

fn of_signal(signal: i32) -> Refusal {
    ended(ExitStatus::from_raw(signal), &io::Error::from(io::ErrorKind::UnexpectedEof))
}

#[test]
fn how_a_decoder_ends_says_whether_the_file_is_to_blame() {
    for signal in [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGSYS] {
        assert!(matches!(of_signal(signal), Refusal::Bad(_)), "{signal}");
    }
    for signal in [libc::SIGKILL, libc::SIGABRT, libc::SIGTERM] {
        assert!(matches!(of_signal(signal), Refusal::Unable(_)), "{signal}");
    }
}

#[test]
fn neither_side_believes_a_length() {
    let message = [&u32::MAX.to_le_bytes()[..], b"{}"].concat();
    assert_eq!(wire::read::<bool>(&mut message.as_slice()).unwrap_err().kind(), io::ErrorKind::InvalidData);
    let short = [&4_u32.to_le_bytes()[..], b"tr"].concat();
    assert_eq!(wire::read::<bool>(&mut short.as_slice()).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert_eq!(wire::read_bytes(&mut io::empty(), usize::MAX).unwrap_err().kind(), io::ErrorKind::OutOfMemory);
}
