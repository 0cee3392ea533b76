//! Which pictures a variant is measured on: variants are compared only where these are the same.

use data::audit::Profile;
use data::{Manifest, Split};

/// Digests of the pictures that are not trained on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measured {
    /// `None` where there is no such split.
    pub validation: Option<String>,
    /// `None` where there is no such split.
    pub test: Option<String>,
}

impl Measured {
    /// Those of `manifest`, whose pictures have these `profiles`, in its order. Pictures and classes count; files' names,
    /// formats and order do not, nor what size pictures are trained at.
    pub fn new(manifest: &Manifest, profiles: &[Profile]) -> Measured {
        let mut profiles = profiles.iter();
        let mut digest = |split: &Split| {
            let of = |(file, profile): (&data::File, &Profile)| {
                (manifest.classes.get(file.class as usize).map(String::as_str), profile.pixels)
            };
            let mut pictures: Vec<_> = split.files.iter().zip(profiles.by_ref()).map(of).collect();
            pictures.sort();
            blake3::hash(format!("{pictures:?}").as_bytes()).to_hex().to_string()
        };
        digest(&manifest.train);
        let validation = manifest.validation.as_ref().map(&mut digest);
        Measured { validation, test: manifest.test.as_ref().map(&mut digest) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::Cache;
    use plan::{DataPlan, LabelMode};
    use std::fs;

    #[test]
    fn pictures_and_classes_count_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let images = folder.path().join("pets");
        data::pets::generate(&images, data::pets::Counts { train: 4, validation: 4, test: 4 }, 0).unwrap();
        let cache = Cache::open(&folder.path().join("cache")).unwrap();
        let measured = |change: &dyn Fn(&mut DataPlan)| {
            let mut plan = DataPlan { label_mode: LabelMode::Binary, ..DataPlan::new(&images, [4, 4]) };
            change(&mut plan);
            let mut manifest = cache.scan(&plan).unwrap();
            let preparation = cache.prepare(&mut manifest, &plan, &mut |_| {}).unwrap();
            Measured::new(&manifest, &preparation.profiles)
        };
        let all = measured(&|_| {});
        assert!(all.validation.is_some() && all.test.is_some() && all.validation != all.test);
        assert_eq!(measured(&|plan| plan.image_size = [8, 8]), all);
        let fewer = measured(&|plan| plan.source.limit_per_class = Some(1));
        assert!(fewer.validation != all.validation && fewer.test != all.test);

        let cats = images.join("validation/cat");
        let first = fs::read_dir(&cats).unwrap().next().unwrap().unwrap().path();
        let renamed = cats.join("zzz").with_extension(first.extension().unwrap());
        fs::rename(&first, &renamed).unwrap();
        assert_eq!(measured(&|_| {}), all, "a file's name");
        fs::rename(&renamed, images.join("validation/dog").join(renamed.file_name().unwrap())).unwrap();
        let moved = measured(&|_| {});
        assert!(moved.validation != all.validation && moved.test == all.test, "another class");
        fs::remove_dir_all(images.join("validation")).unwrap();
        assert_eq!(measured(&|_| {}), Measured { validation: None, test: all.test });
    }
}
