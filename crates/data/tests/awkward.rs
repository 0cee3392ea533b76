//! Image files of every awkward kind that nobody here made: each decodes, or is named with a reason.
//!
//! They are no part of the project. `ABLATE_AWKWARD` says in which folder they lie, with a `MANIFEST.tsv` of what Pillow
//! makes of each; where it is not set, the test says so and passes.

use plan::DataPlan;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Files in a format that is read here, of which Pillow makes something and we do not; docs/images.md says why.
const READ_BY_PILLOW_ALONE: [&str; 8] = [
    "bmp/pillow__bmp__q__pal8rletrns.bmp",
    "bmp_bad/pillow__bmp__b__badrle.bmp",
    "bmp_bad/pillow__bmp__b__rletopdown.bmp",
    "jpeg_damaged_metadata/pillow__hopper_bad_exif.jpg",
    "tiff/pillow__12bit.cropped.tif",
    "tiff/pillow__16_bit_binary_pgm.tiff",
    "tiff/pillow__8bit.s.tif",
    "tiff/pillow__crash-0da013a13571cc8eb457a39fee8db18f8a3c7127.tif",
];

#[expect(clippy::disallowed_methods, reason = "where files of other projects lie, if anywhere")]
fn awkward() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("ABLATE_AWKWARD")?);
    assert!(folder.join("MANIFEST.tsv").is_file(), "ABLATE_AWKWARD={} has no MANIFEST.tsv", folder.to_string_lossy());
    Some(folder)
}

fn plan() -> DataPlan {
    DataPlan::new("", [32, 32])
}

/// Lines of MANIFEST.tsv: file, format that Pillow sees, what Pillow says against it.
fn lines(folder: &Path) -> Vec<(String, String, String)> {
    let text = std::fs::read_to_string(folder.join("MANIFEST.tsv")).unwrap();
    let line = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        (cells[0].to_owned(), cells[3].to_owned(), cells[9].to_owned())
    };
    text.lines().skip(1).map(line).collect()
}

#[test]
fn every_file_decodes_or_is_named() {
    let Some(folder) = awkward() else {
        // Not by `eprintln!`, which the test harness keeps to itself.
        writeln!(std::io::stderr(), "SKIPPED: no awkward files; ABLATE_AWKWARD names the folder with MANIFEST.tsv")
            .unwrap();
        return;
    };
    // As the tool does: in processes that a crash would end, and with them the test.
    data::apart::decode_with(Some(env!("CARGO_BIN_EXE_decoder").into()));
    let files = lines(&folder);
    assert!(files.len() > 100, "{} files", files.len());
    let mut refused = Vec::new();
    for (file, format, pillow) in files {
        match data::decode_one(&folder.join(&file), &plan()) {
            Ok(image) => assert_eq!(image.len(), 32 * 32 * 3, "{file}"),
            Err(bad) => {
                assert!(bad.path.ends_with(&file) && !bad.reason.is_empty(), "{bad}");
                assert!(!bad.reason.contains("gave up"), "a decoder panicked: {bad}");
                assert!(!bad.reason.contains("signal"), "a decoder crashed: {bad}");
                let pillow_reads_it = pillow.is_empty() && !["None", "AVIF"].contains(&format.as_str());
                refused.extend(pillow_reads_it.then_some(file));
            }
        }
    }
    assert_eq!(refused, READ_BY_PILLOW_ALONE);
}
