//! The head, in its own coordinates: unit skull at the origin, muzzle towards +x, crown towards +y.

use super::form::Form;
use super::solid::{Part, Solid};
use super::vector::{M3, V3, v};

/// What the face does in this picture; the same for both classes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expression {
    /// How far the ears are turned back, in radians, left and right.
    pub ears: [f32; 2],
    /// How far the eyes are open, 0 to 1.
    pub open: f32,
    /// How far the tongue is out, in head radii; 0 for hidden.
    pub tongue: f32,
}

/// Where the muzzle ends: the point between nose and mouth.
pub(super) fn muzzle_tip(form: &Form) -> V3 {
    v(0.62 + form.muzzle_length, -form.muzzle_drop - 0.10 * form.muzzle_length, 0.0)
}

/// Where the middle of an eye is; `side` is 1 or -1.
fn eye_center(form: &Form, side: f32) -> V3 {
    let direction = v(0.80, 0.17, side * form.eye_spread).unit();
    v(direction.x * 0.99, direction.y * 0.95, direction.z * form.head_width) * 0.93
}

/// The direction an eye looks in.
pub(super) fn gaze(form: &Form, side: f32) -> V3 {
    v(0.90, 0.06, side * form.eye_spread * 0.7).unit()
}

/// All solids of a head; soft ones first, so that the hard ones lie on top of what they touch.
pub(super) fn solids(form: &Form, face: &Expression) -> Vec<Solid> {
    let mut out = Vec::with_capacity(40);
    out.push(Solid::ellipsoid(Part::Head, V3::ZERO, v(1.0, 0.95, form.head_width), M3::IDENTITY).melting(0.3));
    let cheek = 0.36 + 0.32 * form.cheeks;
    for side in [-1.0, 1.0] {
        let center = v(0.28, -0.34, side * (form.head_width - 0.62 + 0.5 * form.cheeks));
        out.push(Solid::ellipsoid(Part::Head, center, v(cheek, cheek * 0.9, cheek), M3::IDENTITY).melting(0.45));
    }
    muzzle(form, &mut out);
    for (side, back) in [(-1.0, face.ears[0]), (1.0, face.ears[1])] {
        ear(form, side, back, &mut out);
    }
    for side in [-1.0, 1.0] {
        eye(form, face.open, side, &mut out);
    }
    nose(form, face.tongue, &mut out);
    whiskers(form, &mut out);
    out
}

fn muzzle(form: &Form, out: &mut Vec<Solid>) {
    let tip = muzzle_tip(form);
    let (root, end) = (form.muzzle_width * 1.08, form.muzzle_width * 0.74);
    let bridge = v(0.45, -form.muzzle_drop * 0.9, 0.0);
    out.push(Solid::cone(Part::Muzzle, bridge, root, tip - v(end * 0.8, -0.02, 0.0), end).melting(0.22));
    // The lips: a pad on each side below the nose, and the chin between and beneath them.
    let pad = 0.19 + 0.26 * form.muzzle_width;
    for side in [-1.0, 1.0] {
        let center = tip + v(-pad * 0.85, -0.14, side * pad * 0.52);
        out.push(Solid::ellipsoid(Part::Muzzle, center, v(pad, pad * 0.82, pad * 0.86), M3::IDENTITY).melting(0.06));
    }
    let chin = v(tip.x - pad * 1.2, tip.y - 0.34, 0.0);
    out.push(Solid::cone(Part::Muzzle, chin, pad * 0.62, v(0.25, -0.62, 0.0), 0.32).melting(0.12));
}

fn ear(form: &Form, side: f32, back: f32, out: &mut Vec<Solid>) {
    let lift = form.ear_lift.clamp(-0.6, 0.95);
    let sideways = (1.0 - lift * lift).max(0.0).sqrt();
    let turn = M3::about_y(side * back);
    let direction = turn.apply(v(0.0, lift, side * sideways));
    // Higher roots for ears that stand; at the temples for ears that hang.
    let height = 0.42 + 0.38 * lift.max(0.0);
    let aside = 0.88 - 0.45 * lift.max(0.0);
    let root = v(-0.12, height, side * aside * form.head_width);
    let (wide, tip) = (form.ear_width, form.ear_width * form.ear_round.clamp(0.03, 1.1));
    // The flat side faces forward and a little outward.
    let facing = turn.apply(v(0.9, 0.1, side * 0.35));
    let flat_of = |along: V3| (facing - along * facing.dot(along)).unit();
    if form.ear_fold < 0.2 {
        let end = root + direction * form.ear_length * 1.12;
        let n = flat_of(direction);
        out.push(Solid::flat_cone(Part::Ear, root, wide, end, tip, n, 0.34).melting(0.10));
        let (inner, inner_end) = (root + n * 0.11 + direction * 0.12, end + n * 0.035 - direction * 0.16);
        out.push(Solid::flat_cone(Part::InnerEar, inner, wide * 0.66, inner_end, tip * 0.5, n, 0.16).melting(0.0));
    } else {
        let bend = root + direction * (form.ear_length * (0.25 + 0.25 * lift.max(0.0)));
        let down = v(0.28 * lift.max(0.0), -1.0, side * 0.18).unit();
        let end = bend + direction.mix(down, form.ear_fold).unit() * (form.ear_length * 0.72);
        let middle = 0.5 * (wide + tip);
        let outwards = v(0.35, 0.15, side).unit();
        let flat = (outwards - down * outwards.dot(down)).unit();
        out.push(
            Solid::flat_cone(Part::Ear, root, wide * 0.85, bend, wide * 0.9, flat_of(direction), 0.4).melting(0.12),
        );
        out.push(Solid::flat_cone(Part::Ear, bend, wide * 0.85, end, middle * 0.9, flat, 0.36).melting(0.05));
    }
}

fn eye(form: &Form, open: f32, side: f32, out: &mut Vec<Solid>) {
    let center = eye_center(form, side);
    let look = gaze(form, side);
    // Turn the eye's own x to where it looks, then slant its corners.
    let turn = M3([look, v(0.0, 1.0, 0.0), v(-look.z, 0.0, look.x)]).transpose();
    let turn = turn.after(M3::about_x(-side * form.eye_slant));
    let (wide, high) = (form.eye, form.eye * (0.55 + 0.4 * open));
    let lid = v(0.12, high * 1.22, wide * 1.25);
    out.push(Solid::ellipsoid(Part::Eyelid, center, lid, turn).melting(0.0));
    out.push(Solid::ellipsoid(Part::Eye, center + look * 0.055, v(0.12, high, wide), turn).melting(0.0));
}

fn nose(form: &Form, tongue: f32, out: &mut Vec<Solid>) {
    let tip = muzzle_tip(form);
    let n = form.nose;
    let center = tip + v(-0.02, 0.12 + 0.3 * n, 0.0);
    out.push(Solid::ellipsoid(Part::Nose, center, v(n * 0.8, n * 0.72, n * 1.15), M3::IDENTITY).melting(0.0));
    out.push(
        Solid::ellipsoid(Part::Nose, center - v(0.02, n * 0.6, 0.0), v(n * 0.6, n * 0.6, n * 0.5), M3::IDENTITY)
            .melting(0.0),
    );
    if tongue > 0.0 {
        let root = tip + v(-0.16, -0.34, 0.0);
        let end = root + v(0.16, -tongue, 0.0);
        out.push(Solid::flat_cone(Part::Tongue, root, 0.12, end, 0.13, v(0.93, 0.3, 0.0).unit(), 0.4).melting(0.0));
    }
}

/// The whiskers: three thin hairs on each cheek.
fn whiskers(form: &Form, out: &mut Vec<Solid>) {
    if form.whiskers < 0.4 {
        return;
    }
    let tip = muzzle_tip(form);
    for side in [-1.0, 1.0] {
        for (rank, slope) in [-0.25f32, 0.0, 0.28].into_iter().enumerate() {
            let start = tip + v(-0.22, -0.08 - 0.06 * rank as f32, side * (0.16 + 0.22 * form.muzzle_width));
            let end = start + v(-0.15, -slope, side).unit() * form.whiskers * 0.8;
            out.push(Solid::cone(Part::Whisker, start, 0.014, end, 0.006).melting(0.0));
        }
    }
}
