use super::*;
use plan::DataPlan;
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

fn wanted() -> Wanted {
    Wanted::pixels(&DataPlan::new("data", [1, 1]))
}

/// A program that stands in for a decoder: a shell's `script`, with its socket as standard input and output. Another process
/// writes it, for a file that is open to be written cannot be started.
fn program(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("decoder");
    let text = format!("#!/bin/sh\nexec >&0\n{script}\n");
    let write = r#"printf %s "$1" > "$0" && chmod +x "$0""#;
    assert!(Command::new("/bin/sh").args(["-c", write]).arg(&path).arg(text).status().unwrap().success());
    path
}

/// A script that answers with a refusal for `reason`.
fn refuse(reason: &str) -> String {
    let message = format!(r#"{{"Refused":{{"Bad":"{reason}"}}}}"#);
    format!(r"printf '\{:03o}\000\000\000{message}'", message.len())
}

#[test]
fn a_decoder_that_answers_nonsense_or_nothing_is_ended_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let patience = Duration::from_millis(300);
    for (script, expected) in [
        ("printf 'nonsense'; exec sleep 1000", "does not answer"),
        (r"printf '\002\000\000\000{}'; exec sleep 1000", "does not answer"),
        (r"printf '\001\000\000\000{'; exec sleep 1000", "does not answer"),
        ("exec sleep 1000", "gave no answer for 60 s"),
        ("exit 0", "does not answer"),
        ("kill -9 $$", "killed by signal 9, probably for lack of memory"),
    ] {
        let refused = fresh(&program(folder.path(), script), patience, b"image", &wanted()).err().unwrap();
        assert!(matches!(&refused, Refusal::Unable(reason) if reason.contains(expected)), "{script}: {refused:?}");
    }
}

#[test]
fn decoders_work_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    // It answers once as many others are asked as it takes.
    let here = folder.path().to_string_lossy();
    let script = format!(
        "head -c 1 >'{here}/asked.'$$\nwhile [ $(ls '{here}' | grep -c asked) -lt 2 ]; do sleep 0.05; done\n{}\nexec sleep 1000",
        refuse("both are asked")
    );
    let program = program(folder.path(), &script);
    for _ in 0..2 {
        waiting().push(Decoder::start(&program, Duration::from_secs(20)).unwrap());
    }
    let expected = Refusal::Bad("both are asked".to_owned());
    let ask = || answered(&program, b"image", &wanted()).err();
    let both = std::thread::scope(|scope| [scope.spawn(ask), scope.spawn(ask)].map(|one| one.join().unwrap()));
    assert_eq!(both, [Some(expected.clone()), Some(expected)]);
    assert_eq!(waiting().len(), 2);
    waiting().clear();
}

#[test]
fn a_reason_fits_into_a_message_whatever_the_file_makes_it_say() {
    for reason in ["\u{1}".repeat(1 << 20), "\u{20ac}".repeat(1 << 20)] {
        let mut sent = Vec::new();
        wire::write(&mut sent, &Answer::Refused(server::short(Refusal::Bad(reason.clone()))), &[]).unwrap();
        let Answer::Refused(Refusal::Bad(read)) = wire::read(&mut sent.as_slice()).unwrap() else { panic!() };
        assert!(reason.starts_with(&read) && read.len() > 4000, "{}", read.len());
    }
}

/// Not a test by itself: what the next one starts.
#[test]
#[expect(clippy::disallowed_methods, reason = "tells the process that is to fail from the others")]
fn below_a_decoder() {
    if std::env::var_os(MARK).is_some() {
        decode_apart();
    }
}

#[test]
fn a_decoder_that_starts_programs_does_not_start_decoders_without_end() {
    let mut test = Command::new(std::env::current_exe().unwrap());
    test.args(["--exact", "apart::tests::below_a_decoder"]);
    assert!(test.output().unwrap().status.success());
    let output = test.env(MARK, "1").output().unwrap();
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stdout).contains("did not call this first"));
}
