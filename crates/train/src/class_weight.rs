//! How much the images of each class count in the training loss: Keras's `fit(class_weight=...)`.
//!
//! A weight multiplies the loss of an image and so its gradient; the mean over a batch is over its number of images, not
//! over the sum of their weights. An image that is mixed of two classes has the weight of the larger share, as in Keras,
//! which takes the class of a soft label by its maximum. Metrics, validation and test are not weighted.

use crate::error::TrainError;
use data::Batch;
use nn::loss::Target;
use plan::ClassWeight;

/// A weight for each class, in label order.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassWeights(Vec<f64>);

impl ClassWeights {
    /// Those of a plan, for these classes and the labels of the training images.
    ///
    /// # Errors
    /// [`TrainError::ClassWeight`] where the plan names a class that is not there.
    pub fn new(plan: &ClassWeight, classes: &[String], labels: &[u32]) -> Result<ClassWeights, TrainError> {
        match plan {
            ClassWeight::Balanced => Ok(ClassWeights::balanced(classes.len(), labels)),
            ClassWeight::Given(weights) => {
                if let Some(name) = weights.keys().find(|name| !classes.contains(name)) {
                    return Err(TrainError::ClassWeight { name: name.clone(), names: classes.to_vec() });
                }
                Ok(ClassWeights(classes.iter().map(|class| weights.get(class).copied().unwrap_or(1.0)).collect()))
            }
        }
    }

    /// n / (classes x n of the class), as scikit-learn's `compute_class_weight("balanced")`: the weights of all images add
    /// up to their number, and those of each class to the same. 0 for a class without images.
    fn balanced(classes: usize, labels: &[u32]) -> ClassWeights {
        let weight = |class: usize| match labels.iter().filter(|label| **label as usize == class).count() {
            0 => 0.0,
            count => labels.len() as f64 / (classes * count) as f64,
        };
        ClassWeights((0..classes).map(weight).collect())
    }
}

/// What the images of a batch are to be classified as, and how much each counts: 1 without weights.
pub fn targets(batch: &Batch, weights: Option<&ClassWeights>) -> Vec<Target> {
    let target = |(row, label): (usize, &u32)| {
        let weight = weights.map_or(1.0, |ClassWeights(weights)| weights[*label as usize]);
        match batch.mixed.get(row) {
            Some(mixed) => Target { label: *label, other: mixed.label, share: f64::from(mixed.share), weight },
            None => Target { weight, ..Target::from(*label) },
        }
    };
    batch.labels.iter().enumerate().map(target).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::Mixed;

    fn names() -> Vec<String> {
        ["bird", "cat", "dog"].map(str::to_owned).into()
    }

    fn given(weights: &[(&str, f64)]) -> ClassWeight {
        ClassWeight::Given(weights.iter().map(|(name, weight)| ((*name).to_owned(), *weight)).collect())
    }

    #[test]
    fn balanced_weights_are_those_of_scikit_learn() {
        // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 1, 1, 2, 2, 2]) gives [2, 1, 2 / 3].
        let weights = ClassWeights::new(&ClassWeight::Balanced, &names(), &[0, 1, 1, 2, 2, 2]).unwrap();
        assert_eq!(weights, ClassWeights(vec![2.0, 1.0, 2.0 / 3.0]));
        let weights = ClassWeights::new(&ClassWeight::Balanced, &names(), &[0, 0, 2]).unwrap();
        assert_eq!(weights, ClassWeights(vec![0.5, 0.0, 1.0]));
    }

    #[test]
    fn a_class_that_is_not_named_has_weight_1_and_an_unknown_one_is_refused() {
        let weights = ClassWeights::new(&given(&[("dog", 2.5), ("bird", 0.0)]), &names(), &[]).unwrap();
        assert_eq!(weights, ClassWeights(vec![0.0, 1.0, 2.5]));
        let error = ClassWeights::new(&given(&[("dgo", 2.5)]), &names(), &[]).unwrap_err();
        let expected = "training.class_weight names the class dgo, but the data has the classes bird, cat, dog";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn the_larger_share_decides_the_weight() {
        let mixed = vec![Mixed { label: 2, share: 0.25 }, Mixed { label: 0, share: 0.0 }];
        let mut batch = Batch { pixels: vec![], labels: vec![1, 0], mixed, positions: vec![0, 1] };
        let weights = ClassWeights(vec![3.0, 5.0, 7.0]);
        let target = |label, other, share, weight| Target { label, other, share, weight };
        assert_eq!(targets(&batch, Some(&weights)), [target(1, 2, 0.25, 5.0), target(0, 0, 0.0, 3.0)]);
        assert_eq!(targets(&batch, None), [target(1, 2, 0.25, 1.0), target(0, 0, 0.0, 1.0)]);
        batch.mixed.clear();
        assert_eq!(targets(&batch, None), [Target::from(1), Target::from(0)]);
    }
}
