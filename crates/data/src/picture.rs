//! What becomes of a decoded image: what the network gets, and what the audit gets.

use crate::audit::{Kind, Profile};
use crate::decode::Decoded;
use crate::resize::resize;
use plan::{ColorMode, DataPlan, Interpolation};
use serde::{Deserialize, Serialize};
use std::cell::LazyCell;

/// An image, as it is prepared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// What the network gets of it: `image_size[0] * image_size[1] * channels()` bytes, by row, column, channel.
    pub pixels: Vec<u8>,
    /// What the audit gets of it.
    pub profile: Profile,
}

/// What is to be made of an image.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// Height and width.
    pub image_size: [usize; 2],
    color_mode: ColorMode,
    interpolation: Interpolation,
    /// Whether the audit gets something of it.
    profile: bool,
}

/// What was made.
#[derive(Debug)]
pub(crate) struct Made {
    pub pixels: Vec<u8>,
    /// Where it was wanted.
    pub profile: Option<Profile>,
}

impl Wanted {
    /// What the network gets under `plan`.
    pub fn pixels(plan: &DataPlan) -> Wanted {
        let &DataPlan { image_size, color_mode, interpolation, .. } = plan;
        Wanted { image_size, color_mode, interpolation, profile: false }
    }

    /// What is kept of an image that is prepared under `plan`.
    pub fn picture(plan: &DataPlan) -> Wanted {
        Wanted { profile: true, ..Wanted::pixels(plan) }
    }

    /// Bytes of the pixels.
    pub fn len(&self) -> usize {
        self.image_size[0] * self.image_size[1] * self.color_mode.channels()
    }

    /// Makes it of an image of that kind.
    pub fn make(&self, image: &Decoded, kind: impl FnOnce() -> Kind) -> Made {
        let grey = LazyCell::new(|| image.grey());
        let profile = self.profile.then(|| Profile::new(kind(), image, &grey));
        let [height, width] = self.image_size;
        let image = match self.color_mode {
            ColorMode::Rgb => image,
            ColorMode::Grayscale => &grey,
        };
        Made { pixels: resize(image, height, width, self.interpolation), profile }
    }
}
