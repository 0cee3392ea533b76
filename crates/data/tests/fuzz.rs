//! Damaged images of every format: each is prepared or refused with a reason, without a hang and within the memory that is
//! promised, and by a process of its own with the same outcome as by this one. `ABLATE_FUZZ_SECONDS` says for how long other images are tried than those of every test run.

use data::File;
use data::apart::decode_with;
use image::codecs::{bmp, gif, jpeg, png, tiff, webp};
use image::{DynamicImage, ExtendedColorType, ImageEncoder, Rgb, RgbImage};
use plan::{ColorMode, DataPlan, Interpolation, LabelMode, Normalization, OnError, Sampling};
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What one image may take, with what else there is in this process.
const MOST_BYTES: usize = (1 << 30) + (16 << 20);
/// An image that takes longer hangs: others take milliseconds, but this machine may be busy.
const LONGEST: Duration = Duration::from_secs(60);
/// Images in every run of the tests.
const CASES: u32 = 400;

/// The system's allocator, with a count of what is taken.
struct Counting;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn take(bytes: usize) {
    MOST.fetch_max(TAKEN.fetch_add(bytes, Ordering::Relaxed) + bytes, Ordering::Relaxed);
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: the caller's promises are those that are asked for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        take(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        TAKEN.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        take(size);
        TAKEN.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// A way to damage a file.
#[derive(Clone, Debug)]
enum Damage {
    Truncate(Index),
    Set(Index, u8),
    Flip(Index, u8),
    /// A length, a size or an offset, perhaps.
    SetLong(Index, u32),
    Remove(Index, usize),
    Repeat(Index, usize),
}

impl Damage {
    fn any() -> impl Strategy<Value = Damage> {
        let at = any::<Index>;
        let long = prop_oneof![any::<u32>(), Just(u32::MAX), Just(0), Just(1 << 16), Just(40_000)];
        prop_oneof![
            1 => at().prop_map(Damage::Truncate),
            4 => (at(), any::<u8>()).prop_map(|(at, value)| Damage::Set(at, value)),
            4 => (at(), 0_u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
            2 => (at(), long).prop_map(|(at, value)| Damage::SetLong(at, value)),
            1 => (at(), 1_usize..40).prop_map(|(at, length)| Damage::Remove(at, length)),
            1 => (at(), 1_usize..40).prop_map(|(at, length)| Damage::Repeat(at, length)),
        ]
    }

    fn of(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        match self {
            Damage::Truncate(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Set(at, value) => *at.get_mut(bytes) = *value,
            Damage::Flip(at, bit) => *at.get_mut(bytes) ^= 1 << bit,
            Damage::SetLong(at, value) => {
                let at = at.index(bytes.len());
                let order = if at % 2 == 0 { value.to_le_bytes() } else { value.to_be_bytes() };
                bytes.iter_mut().skip(at).zip(order).for_each(|(byte, value)| *byte = value);
            }
            Damage::Remove(at, length) => {
                let at = at.index(bytes.len());
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Damage::Repeat(at, length) => {
                let at = at.index(bytes.len());
                bytes.extend_from_within(at..(at + length).min(bytes.len()));
            }
        }
    }
}

/// Small images of every format and of several kinds of pixels.
fn images() -> Vec<Vec<u8>> {
    let picture = RgbImage::from_fn(23, 17, |x, y| Rgb([(x * 11) as u8, (y * 15) as u8, (x * y) as u8]));
    let deep = DynamicImage::ImageRgb8(picture.clone()).into_rgba16();
    let grey = DynamicImage::ImageRgb8(picture.clone()).into_luma8();
    let (colours, greys) = (picture.as_raw().as_slice(), grey.as_raw().as_slice());
    let deep: Vec<u8> = deep.as_raw().iter().flat_map(|level| level.to_ne_bytes()).collect();
    let written = |write: &dyn Fn(&mut Cursor<Vec<u8>>)| {
        let mut bytes = Cursor::new(Vec::new());
        write(&mut bytes);
        bytes.into_inner()
    };
    let put = |encoder: &mut dyn FnMut(&[u8], ExtendedColorType), grey: bool| match grey {
        true => encoder(greys, ExtendedColorType::L8),
        false => encoder(colours, ExtendedColorType::Rgb8),
    };
    let mut images = Vec::new();
    for grey in [false, true] {
        images.push(written(&|out| {
            put(&mut |levels, kind| jpeg::JpegEncoder::new(&mut *out).encode(levels, 23, 17, kind).unwrap(), grey)
        }));
        images.push(written(&|out| {
            put(&mut |levels, kind| png::PngEncoder::new(&mut *out).write_image(levels, 23, 17, kind).unwrap(), grey)
        }));
        images.push(written(&|out| {
            put(&mut |levels, kind| bmp::BmpEncoder::new(&mut *out).encode(levels, 23, 17, kind).unwrap(), grey)
        }));
        images.push(written(&|out| {
            put(&mut |levels, kind| tiff::TiffEncoder::new(&mut *out).write_image(levels, 23, 17, kind).unwrap(), grey)
        }));
        images.push(written(&|out| {
            put(
                &mut |levels, kind| webp::WebPEncoder::new_lossless(&mut *out).encode(levels, 23, 17, kind).unwrap(),
                grey,
            )
        }));
    }
    images.push(written(&|out| {
        gif::GifEncoder::new(out).encode(colours, 23, 17, ExtendedColorType::Rgb8).unwrap();
    }));
    images
        .push(written(&|out| png::PngEncoder::new(out).write_image(&deep, 23, 17, ExtendedColorType::Rgba16).unwrap()));
    images
}

/// Those that no encoder in Rust writes (`tests/pillow/make_seeds.py`).
fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/seeds");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort_unstable();
    paths.into_iter().map(|path| std::fs::read(path).unwrap()).collect()
}

#[test]
fn every_image_is_prepared_before_it_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image");
    for bytes in [images(), seeds()].concat() {
        std::fs::write(&path, &bytes).unwrap();
        File::new(path.clone(), 0).prepare(&plan(Interpolation::Bilinear)).unwrap();
    }
}

/// Makes the checksums of a PNG right again, so that damage reaches what is behind them.
fn mend_checksums(png: &mut [u8]) {
    let mut at = 8;
    while let Some(length) = png.get(at..at + 4) {
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let Some(checked) = png.get(at + 4..(at + 8).saturating_add(length)) else { return };
        let checksum = checksum(checked).to_be_bytes();
        let Some(place) = png.get_mut(at + 8 + length..at + 12 + length) else { return };
        place.copy_from_slice(&checksum);
        at += 12 + length;
    }
}

/// The checksum of a PNG chunk (PNG specification, annex D).
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}

fn plan(interpolation: Interpolation) -> DataPlan {
    DataPlan {
        directory: PathBuf::new(),
        source: plan::DataSource::default(),
        classes: Vec::new(),
        label_mode: LabelMode::Binary,
        image_size: [9, 7],
        color_mode: ColorMode::Rgb,
        batch_size: 1,
        interpolation,
        normalization: Normalization::default(),
        shuffle: false,
        sampling: Sampling::default(),
        on_error: OnError::Refuse,
        generate: None,
        allow: Vec::new(),
    }
}

/// Tries so many damaged images.
fn try_images(seed: u64, cases: u32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image");
    let images = [images(), seeds()].concat();
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &key));
    let damaged = (any::<Index>(), prop::collection::vec(Damage::any(), 1..8), any::<bool>(), 0..4_usize);
    let tried = runner.run(&damaged, |(image, damage, mend, interpolation)| {
        let mut bytes = image.get(&images).clone();
        damage.iter().for_each(|damage| damage.of(&mut bytes));
        if mend && bytes.starts_with(b"\x89PNG") {
            mend_checksums(&mut bytes);
        }
        // Removed first: some file systems put a file that is written over on the disk at once.
        std::fs::remove_file(&path).ok();
        std::fs::write(&path, &bytes).unwrap();
        let before = TAKEN.load(Ordering::Relaxed);
        MOST.store(before, Ordering::Relaxed);
        #[expect(clippy::disallowed_methods, reason = "a hang is what is looked for")]
        let begin = Instant::now();
        let plan = plan(Interpolation::ALL[interpolation]);
        decode_with(None);
        let here = File::new(path.clone(), 0).prepare(&plan);
        match &here {
            Ok(picture) => prop_assert_eq!(picture.pixels.len(), 9 * 7 * 3),
            Err(bad) => prop_assert!(!bad.reason.is_empty()),
        }
        prop_assert!(begin.elapsed() < LONGEST, "took {:?}", begin.elapsed());
        let most = MOST.load(Ordering::Relaxed) - before;
        if most > MOST_BYTES {
            return Err(TestCaseError::fail(format!("took {most} bytes")));
        }
        decode_with(Some(env!("CARGO_BIN_EXE_decoder").into()));
        prop_assert_eq!(File::new(path.clone(), 0).prepare(&plan), here);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
}

#[test]
fn damaged_images_are_decoded_or_named() {
    // Decoders that give up say so by a panic, which is caught.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = std::panic::catch_unwind(|| {
        try_images(0, CASES);
        #[expect(clippy::disallowed_methods, reason = "how long to search, no result")]
        let (seconds, begin) = (std::env::var("ABLATE_FUZZ_SECONDS"), Instant::now());
        let Ok(seconds) = seconds else { return 0 };
        let limit = Duration::from_secs(seconds.parse().expect("a number of seconds"));
        (1..).take_while(|_| begin.elapsed() < limit).map(|seed| try_images(seed, CASES)).count()
    });
    let _ = std::panic::take_hook();
    match outcome {
        Ok(more) => println!("{} damaged images", (more + 1) * CASES as usize),
        // Said now: the hook that would have said it was off.
        Err(panic) => panic!("{}", panic.downcast_ref::<String>().map_or("no words", String::as_str)),
    }
}
