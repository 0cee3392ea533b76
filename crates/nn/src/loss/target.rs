//! What an image is to be classified as, and how much it counts.

/// The target of one image: its class, or two classes that share it; and its weight in the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// The class.
    pub label: u32,
    /// A second class, mixed into the image. It counts only where `share` is above 0.
    pub other: u32,
    /// The share of the second class, in [0, 1]; the rest is the first's.
    pub share: f64,
    /// What the image's loss is multiplied with.
    pub weight: f64,
}

/// The class alone, with weight 1.
impl From<u32> for Target {
    fn from(label: u32) -> Target {
        Target { label, other: label, share: 0.0, weight: 1.0 }
    }
}

impl Target {
    /// The weighted mean of a value of each of the two classes. Exactly the first's where the second has no share, even if
    /// the second's is not finite.
    pub(super) fn mean(&self, of: impl Fn(u32) -> f64) -> f64 {
        let first = of(self.label);
        if self.share == 0.0 { first } else { (1.0 - self.share) * first + self.share * of(self.other) }
    }
}
