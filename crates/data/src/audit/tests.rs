use super::*;
use crate::decode::decoded;
use crate::testing::{directory, encode, idx, plan};
use crate::{Cache, Split, scan};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ExtendedColorType, RgbImage};
use plan::{LabelMode, Purpose, Stream};
use std::path::PathBuf;
use tempfile::TempDir;

/// A picture of its own for each number: hills of light at places of chance.
fn picture(number: u64, height: u32, width: u32) -> RgbImage {
    let mut stream = Stream::new(number, Purpose::Split, &[]);
    let mut chance = |low, high| stream.uniform(low, high);
    let hills: Vec<[f32; 6]> = (0..12)
        .map(|_| {
            let [red, green, blue] = [0; 3].map(|_| chance(-90.0, 90.0));
            [chance(0.0, 1.0), chance(0.0, 1.0), chance(4.0, 60.0), red, green, blue]
        })
        .collect();
    RgbImage::from_fn(width, height, |column, row| {
        let (x, y) = (column as f32 / width as f32, row as f32 / height as f32);
        let mut levels = [128.0_f32; 3];
        for [hill_x, hill_y, steep, colour @ ..] in &hills {
            let light = (-((x - hill_x).powi(2) + (y - hill_y).powi(2)) * steep).exp();
            levels.iter_mut().zip(colour).for_each(|(level, colour)| *level += light * colour);
        }
        image::Rgb(levels.map(|level| level.clamp(0.0, 255.0) as u8))
    })
}

fn png(image: &RgbImage) -> Vec<u8> {
    encode(image, image.height() as usize, image.width() as usize, ExtendedColorType::Rgb8)
}

fn jpeg(image: &RgbImage, quality: u8) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(image).unwrap();
    bytes
}

fn resized(image: &RgbImage, height: u32, width: u32) -> RgbImage {
    DynamicImage::ImageRgb8(image.clone()).resize_exact(width, height, FilterType::Lanczos3).into_rgb8()
}

fn audit(data: &TempDir) -> Audit {
    let plan = DataPlan { label_mode: LabelMode::Categorical, ..plan(data.path()) };
    audit_of(&plan)
}

fn audit_of(plan: &DataPlan) -> Audit {
    let cache = tempfile::tempdir().unwrap();
    let mut manifest = scan(plan).unwrap();
    let preparation = Cache::open(cache.path()).unwrap().prepare(&mut manifest, plan, &mut |_| {}).unwrap();
    Audit::new(&manifest, plan, &preparation)
}

/// Paths in the data directory.
fn names(data: &TempDir, entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| name(data, &entry.path)).collect()
}

fn name(data: &TempDir, path: &str) -> String {
    PathBuf::from(path).strip_prefix(data.path()).unwrap().to_string_lossy().into_owned()
}

#[test]
fn equal_pictures_are_found_whatever_they_are_called_and_however_stored() {
    let numbered = |number| picture(number, 40, 50);
    let photograph = jpeg(&numbered(1), 90);
    let same_pixels = png(&RgbImage::from_raw(50, 40, decoded(&photograph).pixels).unwrap());
    let data = directory(&[
        ("train/cat/1.jpg", &photograph),
        ("train/cat/2.png", &png(&numbered(2))),
        ("train/cat/2 (copy).png", &png(&numbered(2))),
        ("train/dog/3.png", &png(&numbered(3))),
        ("train/dog/4.png", &png(&numbered(4))),
        ("train/dog/4.gif", &png(&numbered(5))),
        ("test/cat/3.png", &png(&numbered(3))),
        ("test/cat/5.png", &png(&numbered(5))),
        ("test/dog/1.png", &same_pixels),
        ("test/dog/7.png", &png(&numbered(7))),
        ("test/cat/7.png", &png(&numbered(7))),
    ]);
    let audit = audit(&data);
    let groups = |groups: &[Vec<Entry>]| groups.iter().map(|group| names(&data, group)).collect::<Vec<_>>();
    let leaks = [
        ["train/cat/1.jpg", "test/dog/1.png"],
        ["train/dog/3.png", "test/cat/3.png"],
        ["train/dog/4.gif", "test/cat/5.png"],
    ];
    assert_eq!(groups(&audit.duplicates_across_splits), leaks);
    let conflicts = [leaks[0], leaks[1], leaks[2], ["test/cat/7.png", "test/dog/7.png"]];
    assert_eq!(groups(&audit.conflicting_labels), conflicts);
    assert_eq!(groups(&audit.duplicates_within_split), [["train/cat/2 (copy).png", "train/cat/2.png"]]);
    assert_eq!(audit.near_duplicates_across_splits, [], "the very same is told already");
    assert_eq!(audit.wrong_endings.len(), 1);
    assert_eq!(name(&data, &audit.wrong_endings[0].path), "train/dog/4.gif");
    assert_eq!((audit.wrong_endings[0].named, audit.wrong_endings[0].content), (Format::Gif, Format::Png));
}

#[test]
fn transposed_pixels_are_another_picture() {
    let data = directory(&[
        ("train/a/1.png", &png(&RgbImage::from_pixel(2, 8, image::Rgb([9; 3])))),
        ("train/b/1.png", &png(&RgbImage::from_pixel(8, 2, image::Rgb([9; 3])))),
    ]);
    assert_eq!(audit(&data).conflicting_labels, Vec::<Vec<Entry>>::new());
}

#[test]
fn what_was_resized_compressed_or_brightened_looks_alike_and_nothing_else_does() {
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let changes: [fn(&RgbImage) -> Vec<u8>; 5] = [
        |image| jpeg(image, 30),
        |image| png(&resized(image, 40, 60)),
        |image| jpeg(&resized(image, 300, 400), 80),
        |image| png(&DynamicImage::ImageRgb8(image.clone()).brighten(30).into_rgb8()),
        |image| png(&DynamicImage::ImageRgb8(image.clone()).adjust_contrast(-30.0).into_rgb8()),
    ];
    for number in 0..100 {
        let image = picture(number, 150, 200);
        files.push((format!("train/{}/{number}.png", number % 2), png(&image)));
        if let Some(change) = changes.get(number as usize / 10) {
            files.push((format!("test/{}/{number}.png", number % 2), change(&image)));
        }
    }
    for number in 100..200 {
        files.push((format!("test/{}/{number}.png", number % 2), png(&picture(number, 150, 200))));
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    let data = directory(&files);
    let pairs = audit(&data).near_duplicates_across_splits;
    for pair in &pairs {
        let [first, second] = [&pair.first, &pair.second].map(|entry| name(&data, &entry.path));
        assert_eq!(first.replace("train", "test"), second, "{} bits", pair.distance);
        assert!(pair.distance <= NEAR_BITS);
    }
    // Pictures as smooth as these have few frequencies that are not near the median; photographs have more.
    assert!(pairs.len() >= 48, "{} of 50 changed copies are found", pairs.len());
}

#[test]
fn bands_miss_no_pair() {
    // Hashes around a few centres, so that there are near ones at every distance.
    let mut stream = Stream::new(3, Purpose::Split, &[]);
    let centres: Vec<u64> = (0..20).map(|_| u64::from(stream.bits()) << 32 | u64::from(stream.bits())).collect();
    let look = |stream: &mut Stream| {
        let mut bits = centres[stream.below(20) as usize];
        (0..stream.below(8)).for_each(|_| bits ^= 1 << stream.below(64));
        serde_json::from_value::<Look>(bits.into()).unwrap()
    };
    let kind = Kind { format: None, color: Color::Rgb, bits: 8 };
    let mut profile =
        |number| Profile { kind, height: 1, width: 1, pixels: [number, 0], look: Some(look(&mut stream)) };
    // The last of each split are copies of the first of the set.
    let mut profiles: Vec<Profile> = (0..300).map(&mut profile).collect();
    (0..300).filter(|index| index % 100 > 90).for_each(|index| profiles[index] = profiles[index % 10]);
    let file = File::new(PathBuf::from("file"), 0);
    let items: Vec<Item> = profiles
        .iter()
        .enumerate()
        .map(|(index, profile)| Item { split: ["train", "validation", "test"][index / 100], file: &file, profile })
        .collect();
    let nearest = |second: &Item| {
        let earlier = items.iter().take_while(|first| first.split != second.split);
        let distance = |first: &Item| first.profile.look.unwrap().distance(second.profile.look.unwrap());
        let others = earlier.filter(|first| first.profile.pixels != second.profile.pixels);
        others.map(distance).min().filter(|&distance| distance <= NEAR_BITS)
    };
    let expected: Vec<u32> = items.iter().filter_map(nearest).collect();
    let found: Vec<u32> = near::find(&items, &["a".to_owned()]).iter().map(|pair| pair.distance).collect();
    assert!(expected.len() > 20 && expected.contains(&NEAR_BITS), "{expected:?}");
    assert_eq!(found, expected);
}

#[test]
fn a_picture_of_one_colour_looks_like_no_other() {
    let flat = |level| png(&RgbImage::from_pixel(30, 30, image::Rgb([level; 3])));
    let data = directory(&[
        ("train/a/1.png", &flat(0)),
        ("train/b/1.png", &flat(1)),
        ("val/a/1.png", &flat(2)),
        ("val/b/1.png", &flat(255)),
    ]);
    assert_eq!(audit(&data).near_duplicates_across_splits, []);
}

#[test]
fn unreadable_and_stray_files_are_named() {
    let image = png(&picture(1, 9, 9));
    let data = directory(&[
        ("train/cat/1.png", &image),
        ("train/cat/broken.png", b"no image"),
        ("train/cat/.DS_Store", b"x"),
        ("train/cat/Thumbs.db", b"x"),
        ("train/cat/more/2.png", &image),
        ("train/cat/empty/notes.txt", b"x"),
        ("train/cat/night.AVIF", b"x"),
        ("train/dog/1.png", &png(&picture(2, 9, 9))),
        ("train/labels.csv", b"x"),
        ("train/.git/config", b"x"),
        ("holdout/cat/1.png", &image),
        ("README.txt", b"x"),
        (".DS_Store", b"x"),
        ("3.png", &image),
    ]);
    let audit = audit(&data);
    let strays: Vec<(String, &str)> =
        audit.stray_files.iter().map(|stray| (name(&data, &stray.path), stray.reason)).collect();
    let expected = [
        (".DS_Store", "hidden"),
        ("3.png", "outside the class folders"),
        ("holdout", "not a split name"),
        ("train/.git", "hidden"),
        ("train/cat/.DS_Store", "hidden"),
        ("train/cat/Thumbs.db", "no image by its name"),
        ("train/cat/empty", "a folder in a class folder"),
        ("train/cat/more", "a folder in a class folder; it holds images, which are not read"),
        ("train/cat/night.AVIF", "AVIF is not read"),
        ("train/labels.csv", "outside the class folders"),
    ];
    assert_eq!(strays, expected.map(|(path, reason)| (path.to_owned(), reason)));
    let unreadable: Vec<String> = audit.unreadable.iter().map(|bad| name(&data, bad.path.to_str().unwrap())).collect();
    assert_eq!(unreadable, ["train/cat/broken.png"]);
    assert_eq!((audit.splits[0].images, audit.splits[0].classes[0].1), (2, 1), "what can be used is counted");
}

#[test]
fn sizes_and_kinds_are_counted() {
    let data = directory(&[
        ("train/cat/1.png", &png(&picture(1, 10, 30))),
        ("train/cat/2.png", &png(&picture(2, 20, 50))),
        ("train/cat/3.jpg", &jpeg(&picture(3, 90, 40), 90)),
        ("train/dog/1.png", &encode(&[7; 12], 3, 4, ExtendedColorType::L8)),
        ("train/dog/2.png", &png(&picture(4, 70, 50))),
    ]);
    let audit = audit(&data);
    let split = &audit.splits[0];
    assert_eq!(split.classes, [("cat".to_owned(), 3), ("dog".to_owned(), 2)]);
    assert_eq!(split.height, Some(Spread { min: 3, median: 20, max: 90 }));
    assert_eq!(split.width, Some(Spread { min: 4, median: 40, max: 50 }));
    let kinds = [("PNG RGB", 3), ("JPEG RGB", 1), ("PNG grayscale", 1)];
    assert_eq!(split.kinds, kinds.map(|(kind, count)| (kind.to_owned(), count)));
}

/// Training images of the given classes, heights and kinds, unread.
fn shortcut(images: impl Iterator<Item = (u32, usize, Color)>, classes: usize) -> Option<Shortcut> {
    let (files, profiles): (Vec<File>, Vec<Profile>) = images
        .map(|(class, height, color)| {
            let kind = Kind { format: Some(Format::Jpeg), color, bits: 8 };
            (File::new(PathBuf::new(), class), Profile { kind, height, width: 100, pixels: [0; 2], look: None })
        })
        .unzip();
    let items: Vec<Item> =
        files.iter().zip(&profiles).map(|(file, profile)| Item { split: "train", file, profile }).collect();
    shortcut::find(&items.iter().collect::<Vec<_>>(), classes)
}

#[test]
fn size_or_kind_that_tells_the_class_is_told() {
    let mut stream = Stream::new(1, Purpose::Split, &[]);
    let mut chance = |from: usize, to: u32| from + stream.below(to - from as u32) as usize;
    let by_height = shortcut(
        (0..400).map(|index| {
            let class = index % 2;
            (class, if class == 0 { chance(100, 300) } else { chance(250, 500) }, Color::Rgb)
        }),
        2,
    )
    .unwrap();
    assert_eq!((by_height.by, by_height.baseline_accuracy), ("height", 0.5));
    assert!(by_height.accuracy > 0.8, "{by_height:?}");

    let colors = [Color::Rgb, Color::Grayscale];
    let by_kind = shortcut((0..300).map(|index| (index % 3, 100, colors[usize::from(index % 3 == 2)])), 3).unwrap();
    assert_eq!(by_kind.by, "format and mode");
    assert!((by_kind.accuracy - 2.0 / 3.0).abs() < 0.01, "{by_kind:?}");
}

#[test]
fn size_that_has_nothing_to_do_with_the_class_is_not() {
    for seed in 0..50 {
        for images in [4, 10, 40, 400] {
            let mut stream = Stream::new(seed, Purpose::Split, &[images]);
            let drawn = (0..images).map(|_| (stream.below(3), 50 + stream.below(500) as usize, Color::Rgb));
            let drawn: Vec<_> = drawn.collect();
            assert_eq!(shortcut(drawn.into_iter(), 3), None, "{images} images, seed {seed}");
        }
    }
}

#[test]
fn classes_of_very_different_size_are_told() {
    let of = |counts: [usize; 2]| {
        let file = |class| File::new(PathBuf::new(), class);
        let files = (0..2).flat_map(|class| vec![file(class); counts[class as usize]]).collect();
        let split = Split { folder: PathBuf::new(), files, passed_over: 0 };
        imbalance::find(&split, &["cat".to_owned(), "dog".to_owned()])
    };
    assert_eq!(of([10, 10]), None);
    assert_eq!(of([14, 10]), None);
    let found = of([10, 30]).unwrap();
    assert_eq!((found.largest.as_str(), found.smallest_count, found.baseline_accuracy), ("dog", 10, 0.75));
}

#[test]
fn profiles_are_kept_with_the_pictures_and_the_same_at_any_number_of_threads() {
    let data = directory(&[
        ("train/a/1.png", &png(&picture(1, 20, 30))),
        ("train/a/2.jpg", b"no image"),
        ("train/b/1.jpg", &jpeg(&picture(2, 30, 20), 80)),
    ]);
    let plan = plan(data.path());
    let prepare = |cache: &TempDir, plan: &DataPlan| {
        Cache::open(cache.path()).unwrap().prepare(&mut scan(plan).unwrap(), plan, &mut |_| {}).unwrap()
    };
    let [cache, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let first = prepare(&cache, &plan);
    assert_eq!(
        first.profiles.iter().map(|profile| (profile.height, profile.width)).collect::<Vec<_>>(),
        [(20, 30), (30, 20)]
    );
    let second = prepare(&cache, &plan);
    assert_eq!((second.progress.decoded, &second.profiles), (0, &first.profiles));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(pool.install(|| prepare(&other, &plan)).profiles, first.profiles);
    // They are of the images at their own size, in colour, whatever they are prepared to.
    let otherwise = DataPlan { image_size: [9, 9], color_mode: plan::ColorMode::Grayscale, ..plan };
    assert_eq!(prepare(&cache, &otherwise).profiles, first.profiles);
}

#[test]
fn images_that_a_limit_leaves_out_are_no_strays() {
    let data = directory(&[
        ("train/a/1.png", &png(&picture(1, 9, 9))),
        ("train/a/2.png", &png(&picture(2, 9, 9))),
        ("train/b/3.png", &png(&picture(3, 9, 9))),
        ("train/c/not_selected.txt", b""),
    ]);
    let mut plan = DataPlan { classes: vec!["a".to_owned(), "b".to_owned()], ..plan(data.path()) };
    plan.source.limit_per_class = Some(1);
    assert_eq!(audit_of(&plan).stray_files, []);
}

#[test]
fn records_are_audited_as_files_are_and_nothing_lies_astray_beside_them() {
    let data = directory(&[
        ("train-images-idx3-ubyte", &idx(&[3, 1, 2], &[1, 2, 3, 4, 1, 2])),
        ("train-labels-idx1-ubyte", &idx(&[3], &[0, 1, 0])),
        ("t10k-images-idx3-ubyte", &idx(&[2, 1, 2], &[3, 4, 5, 6])),
        ("t10k-labels-idx1-ubyte", &idx(&[2], &[0, 1])),
        ("README", b""),
    ]);
    let audit = audit(&data);
    assert_eq!(audit.splits[0].kinds, [("grayscale".to_owned(), 3)]);
    assert_eq!((audit.stray_files, audit.wrong_endings), (vec![], vec![]));
    let groups = |groups: &[Vec<Entry>]| groups.iter().map(|group| names(&data, group)).collect::<Vec<_>>();
    let leak = ["train-images-idx3-ubyte#1", "t10k-images-idx3-ubyte#0"];
    assert_eq!(groups(&audit.duplicates_across_splits), [leak]);
    assert_eq!(groups(&audit.conflicting_labels), [leak]);
    let copies = ["train-images-idx3-ubyte#0", "train-images-idx3-ubyte#2"];
    assert_eq!(groups(&audit.duplicates_within_split), [copies]);
}
