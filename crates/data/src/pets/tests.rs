//! What the embedded data set promises: the same bytes everywhere, classes alike in all but form, whole sets only.

use super::generate::encode;
use super::relief::Relief;
use super::*;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const FEW: Counts = Counts { train: 5, validation: 3, test: 2 };

/// Every file below a folder with its bytes, by relative path.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                out.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    out
}

fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn short_hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..16].to_string()
}

#[test]
fn pictures_and_files_are_pinned() {
    // Changing these changes every committed result that was trained on the embedded set.
    let pinned = [
        (Class::Cat, Split::Train, 1, 0, "baeba2dcc54a4ec0", "b792a0123bdf6fba"),
        (Class::Dog, Split::Train, 1, 0, "9d62510045918c85", "495a616b8d514cae"),
        (Class::Cat, Split::Validation, 7, 3, "53777701cbddd945", "e459885eda7eaf48"),
        (Class::Dog, Split::Test, 500, 12345, "c1d566c2d73b9a91", "16df5bccaf21e9cc"),
    ];
    let found = pinned.map(|(class, split, index, seed, ..)| {
        let pixels = short_hash(&draw(class, split, index, seed).pixels);
        let file = short_hash(&encode(class, split, index, seed).unwrap());
        (class, split, index, seed, pixels, file)
    });
    let expected = pinned.map(|(c, s, i, seed, p, f)| (c, s, i, seed, p.to_string(), f.to_string()));
    assert_eq!(found, expected);
}

#[test]
fn a_picture_depends_on_every_part_of_its_key() {
    let base = draw(Class::Cat, Split::Train, 1, 0);
    assert_eq!(base, draw(Class::Cat, Split::Train, 1, 0));
    for other in [
        draw(Class::Dog, Split::Train, 1, 0),
        draw(Class::Cat, Split::Test, 1, 0),
        draw(Class::Cat, Split::Train, 2, 0),
        draw(Class::Cat, Split::Train, 1, 1),
    ] {
        assert_ne!(base, other);
    }
}

const SOME: u64 = 100;

/// Mean and standard deviation.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

/// Fails where a statistic tells cats from dogs: two means of a hundred pictures each stray from each other by 0.14
/// deviations, so half a deviation is no accident.
fn assert_alike(what: &str, cats: &[f64], dogs: &[f64]) {
    let (cat, dog) = (moments(cats), moments(dogs));
    assert!((cat.0 - dog.0).abs() < 0.5 * cat.1.max(dog.1), "{what}: {cat:?} {dog:?}");
    assert!((0.6..1.67).contains(&(cat.1 / dog.1)), "{what}: {cat:?} {dog:?}");
}

#[test]
fn the_classes_are_alike_in_colour() {
    let means = |picture: Picture| {
        let pixels = (picture.width * picture.height) as f64;
        [0, 1, 2]
            .map(|channel| picture.pixels.iter().skip(channel).step_by(3).map(|&p| f64::from(p)).sum::<f64>() / pixels)
    };
    let [cats, dogs] = Class::ALL.map(|class| {
        let pictures = (1..=SOME).into_par_iter().map(|index| means(draw(class, Split::Train, index, 5)));
        pictures.collect::<Vec<[f64; 3]>>()
    });
    for (channel, name) in ["red", "green", "blue"].into_iter().enumerate() {
        let of = |means: &[[f64; 3]]| means.iter().map(|m| m[channel]).collect::<Vec<_>>();
        assert_alike(name, &of(&cats), &of(&dogs));
    }
}

#[test]
fn the_classes_are_alike_in_size() {
    let measure = |class: Class, index: u64| {
        let mut stream = Stream::new(5, Purpose::Generate, &[0, class as u64, index]);
        let subject = Subject::draw(class, &mut stream);
        assert!((150..=240).contains(&subject.width) && (150..=240).contains(&subject.height));
        let relief = Relief::of(&subject.sitter.solids, (subject.width, subject.height));
        let covered = relief.seen.iter().filter(|s| s.is_something()).count();
        [covered as f64 / relief.seen.len() as f64, subject.width as f64 / subject.height as f64]
    };
    let [cats, dogs] = Class::ALL
        .map(|class| (1..=SOME).into_par_iter().map(|index| measure(class, index)).collect::<Vec<[f64; 2]>>());
    for (at, what) in ["covered share of the picture", "width over height"].into_iter().enumerate() {
        let of = |measures: &[[f64; 2]]| measures.iter().map(|m| m[at]).collect::<Vec<_>>();
        assert_alike(what, &of(&cats), &of(&dogs));
    }
}

#[test]
fn a_set_has_its_folders_balanced_and_its_bytes_do_not_depend_on_threads() {
    let parent = tempfile::tempdir().unwrap();
    let drawn = [1, 2].map(|threads| {
        let directory = parent.path().join(format!("pets{threads}"));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| generate(&directory, FEW, 4)).unwrap();
        tree(&directory)
    });
    assert_eq!(drawn[0], drawn[1]);
    let names: Vec<&str> = drawn[0].keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "README.txt",
            "test/cat/cat.0001.jpg",
            "test/dog/dog.0001.jpg",
            "train/cat/cat.0001.jpg",
            "train/cat/cat.0002.jpg",
            "train/cat/cat.0003.jpg",
            "train/dog/dog.0001.jpg",
            "train/dog/dog.0002.jpg",
            "validation/cat/cat.0001.jpg",
            "validation/cat/cat.0002.jpg",
            "validation/dog/dog.0001.jpg",
        ]
    );
    let decoded = image::load_from_memory(&drawn[0]["train/dog/dog.0002.jpg"]).unwrap();
    let picture = draw(Class::Dog, Split::Train, 2, 4);
    assert_eq!((decoded.width() as usize, decoded.height() as usize), (picture.width, picture.height));
    assert_eq!(entries(parent.path()), ["pets1", "pets2"]);
}

#[test]
fn a_set_appears_whole_or_not_at_all() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("deep/pets");
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| generate(&directory, FEW, 4));
        while !directory.exists() && !writer.is_finished() {
            std::thread::yield_now();
        }
        assert_eq!(tree(&directory).len(), 11);
        writer.join().unwrap().unwrap();
    });
}

#[test]
fn what_a_killed_run_left_is_cleaned_up() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("pets");
    let left = parent.path().join(".pets.Ab12Cd.partial/set/train/cat");
    fs::create_dir_all(&left).unwrap();
    fs::write(left.join("cat.0001.jpg"), b"half a pic").unwrap();
    fs::write(parent.path().join(".pets.lock"), b"").unwrap();
    let others = [".others.Ab12Cd.partial", ".pets.v2.Ab12Cd.partial"];
    others.iter().for_each(|name| fs::create_dir(parent.path().join(name)).unwrap());
    generate(&directory, FEW, 4).unwrap();
    assert_eq!(entries(parent.path()), [others[0], others[1], "pets"]);
    assert_eq!(tree(&directory).len(), 11);
}

#[test]
fn two_generators_of_one_set_both_end_well() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("pets");
    std::thread::scope(|scope| {
        let both = [0, 1].map(|_| scope.spawn(|| generate(&directory, FEW, 4)));
        for one in both {
            one.join().unwrap().unwrap();
        }
    });
    assert_eq!(tree(&directory).len(), 11);
    assert_eq!(entries(parent.path()), ["pets"]);
}

#[test]
fn a_set_that_is_there_is_left_alone() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("pets");
    fs::create_dir(&directory).unwrap();
    generate(&directory, FEW, 4).unwrap();
    assert_eq!(entries(&directory), Vec::<String>::new());
}

#[test]
fn errors_name_the_path() {
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("file"), b"").unwrap();
    let error = generate(&parent.path().join("file/pets"), FEW, 4).unwrap_err().to_string();
    assert!(error.starts_with("cannot write ") && error.contains("file"), "{error}");
    let error = generate(Path::new("/"), FEW, 4).unwrap_err().to_string();
    assert!(error.contains("does not end in a folder's name"), "{error}");
}
