//! What shape an individual has: the one place where cats and dogs differ.
//!
//! Each measure is drawn around the class's typical value with a spread that lets the classes overlap: there are
//! long-nosed cats and prick-eared dogs, and no single measure tells the classes apart.

use super::Class;
use plan::Stream;

/// The measures of an animal. Lengths of the body are in lengths of the back; lengths of the head are in head radii.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// Radius of the skull, in lengths of the back.
    pub head: f32,
    pub head_width: f32,
    pub cheeks: f32,
    pub muzzle_length: f32,
    pub muzzle_width: f32,
    pub muzzle_drop: f32,
    pub nose: f32,
    pub eye: f32,
    pub eye_spread: f32,
    pub eye_slant: f32,
    /// How far the pupil is a slit: 0 round, 1 a slit.
    pub slit: f32,
    pub ear_length: f32,
    pub ear_width: f32,
    /// Direction of the ear's root: 1 straight up, 0 sideways, -1 straight down.
    pub ear_lift: f32,
    /// How much the ear's tip hangs from its root: 0 straight, 1 folded down.
    pub ear_fold: f32,
    /// Radius of the ear's tip: 0 pointed, 1 as wide as the root.
    pub ear_round: f32,
    pub whiskers: f32,
    pub neck: f32,
    pub neck_width: f32,
    pub chest: f32,
    pub waist: f32,
    pub leg_length: f32,
    pub leg_width: f32,
    pub paw: f32,
    pub tail_length: f32,
    pub tail_width: f32,
    /// Width of the tail's tip, relative to its root.
    pub tail_taper: f32,
    pub tail_curl: f32,
}

/// A measure's typical value in cats and in dogs, and its standard deviation in both.
type Measure = (f32, f32, f32);

/// How far the two classes' typical values stand apart, relative to what the table says.
const SEPARATION: f32 = 1.0;
/// How far individuals stray from the typical, relative to what the table says.
const SPREAD: f32 = 0.75;

impl Form {
    /// An individual of the class.
    pub fn draw(class: Class, stream: &mut Stream) -> Form {
        let mut measure = |(cat, dog, deviation): Measure| {
            let middle = 0.5 * (cat + dog);
            let typical = match class {
                Class::Cat => cat,
                Class::Dog => dog,
            };
            middle + (typical - middle) * SEPARATION + deviation * SPREAD * stream.normal().clamp(-2.2, 2.2)
        };
        let head = measure((0.265, 0.27, 0.025));
        let head_width = measure((1.08, 0.92, 0.07));
        let cheeks = measure((0.52, 0.34, 0.09)).max(0.1);
        let muzzle_length = measure((0.28, 0.92, 0.20)).max(0.08);
        let muzzle_width = measure((0.43, 0.50, 0.06));
        let muzzle_drop = measure((0.34, 0.28, 0.06));
        let nose = measure((0.125, 0.20, 0.03)).max(0.07);
        let eye = measure((0.235, 0.16, 0.025)).max(0.1);
        let eye_spread = measure((0.47, 0.42, 0.04));
        let eye_slant = measure((0.28, -0.05, 0.15));
        let slit = measure((0.75, 0.1, 0.2)).clamp(0.0, 0.9);
        let whiskers = measure((1.5, 0.25, 0.25)).max(0.0);
        let neck = measure((0.25, 0.34, 0.06));
        let neck_width = measure((0.135, 0.16, 0.02));
        let chest = measure((0.235, 0.27, 0.03));
        let waist = measure((0.225, 0.20, 0.025));
        let leg_length = measure((0.58, 0.70, 0.08)).max(0.35);
        let leg_width = measure((0.062, 0.075, 0.009));
        let paw = measure((0.078, 0.092, 0.009));
        let tail_length = measure((1.05, 0.72, 0.18)).max(0.25);
        let tail_width = measure((0.052, 0.062, 0.012)).max(0.025);
        let tail_taper = measure((0.75, 0.45, 0.2)).clamp(0.2, 1.6);
        let tail_curl = measure((0.9, 1.5, 0.9));
        let ears = Ears::draw(class, stream);
        Form {
            head,
            head_width,
            cheeks,
            muzzle_length,
            muzzle_width,
            muzzle_drop,
            nose,
            eye,
            eye_spread,
            eye_slant,
            slit,
            ear_length: ears.length,
            ear_width: ears.width,
            ear_lift: ears.lift,
            ear_fold: ears.fold,
            ear_round: ears.round,
            whiskers,
            neck,
            neck_width,
            chest,
            waist,
            leg_length,
            leg_width,
            paw,
            tail_length,
            tail_width,
            tail_taper,
            tail_curl,
        }
    }
}

/// Ears come in kinds; both classes have prick, folded and rounded ones, in different shares.
struct Ears {
    length: f32,
    width: f32,
    lift: f32,
    fold: f32,
    round: f32,
}

impl Ears {
    fn draw(class: Class, stream: &mut Stream) -> Ears {
        let kind = stream.unit();
        let (prick, folded) = match class {
            Class::Cat => (0.96, 1.0),
            Class::Dog => (0.09, 0.34),
        };
        let mut near = |middle: f32, deviation: f32| middle + deviation * stream.normal().clamp(-2.0, 2.0);
        if kind < prick {
            // Pointed and upright: nearly all cats, some dogs (theirs a little longer and narrower).
            let (length, width) = match class {
                Class::Cat => (0.80, 0.46),
                Class::Dog => (0.92, 0.42),
            };
            let (lift, fold) = (near(0.80, 0.06), 0.0);
            Ears { length: near(length, 0.10), width: near(width, 0.05), lift, fold, round: near(0.12, 0.05).max(0.03) }
        } else if kind < folded {
            // Upright at the root, the tip tipped over.
            let (length, width) = match class {
                Class::Cat => (0.62, 0.42),
                Class::Dog => (0.95, 0.42),
            };
            let (lift, fold) = (near(0.72, 0.08), near(0.75, 0.1));
            Ears { length: near(length, 0.08), width: near(width, 0.04), lift, fold, round: near(0.3, 0.08) }
        } else {
            // Hanging down beside the face.
            let (lift, fold) = (near(0.12, 0.18), near(0.85, 0.12));
            Ears { length: near(1.25, 0.22), width: near(0.40, 0.05), lift, fold, round: near(0.75, 0.15).max(0.3) }
        }
    }
}
