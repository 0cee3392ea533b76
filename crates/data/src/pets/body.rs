//! The body, in its own coordinates: ground at y = 0, chest towards +x, the back one unit long.

use super::form::Form;
use super::solid::{Part, Solid};
use super::vector::{M3, V3, v};

/// How the body is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Stance {
    Standing,
    Sitting,
    Lying,
}

/// What the body does in this picture; the same for both classes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posture {
    pub stance: Stance,
    /// How far each leg is swung forward, in radians: fore left, fore right, hind left, hind right.
    pub stride: [f32; 4],
    /// Height of the head's carriage, radians over the horizontal.
    pub neck: f32,
    /// Direction of the tail's root, radians over the horizontal, and its sideways swing.
    pub tail: [f32; 2],
}

/// A body and where its neck ends.
pub(super) struct Body {
    pub solids: Vec<Solid>,
    /// The middle of the head.
    pub head: V3,
}

/// The body of an animal with this form in this posture.
pub(super) fn model(form: &Form, posture: &Posture) -> Body {
    let (hip, chest) = match posture.stance {
        Stance::Standing => (v(-0.36, form.leg_length, 0.0), v(0.36, form.leg_length + 0.02, 0.0)),
        Stance::Sitting => (v(-0.24, form.waist * 1.05, 0.0), v(0.20, form.waist + 0.52, 0.0)),
        Stance::Lying => (v(-0.36, form.waist * 0.98, 0.0), v(0.36, form.chest * 1.08, 0.0)),
    };
    let mut solids = Vec::with_capacity(40);
    torso(form, hip, chest, &mut solids);
    for (side, at) in [(-1.0, 0), (1.0, 1)] {
        let (fore, hind) = (posture.stride[at], posture.stride[2 + at]);
        fore_leg(form, posture.stance, chest, side, fore, &mut solids);
        hind_leg(form, posture.stance, hip, side, hind, &mut solids);
    }
    tail(form, posture, hip, &mut solids);
    let nape = chest + v(0.06, form.chest * 0.45, 0.0);
    let reach = form.neck + 0.35 * form.head;
    let head = nape + v(libm::cosf(posture.neck), libm::sinf(posture.neck), 0.0) * reach;
    solids.push(Solid::cone(Part::Torso, nape, form.neck_width * 1.35, head, form.neck_width).melting(0.10));
    solids.push(
        Solid::cone(Part::Torso, chest + v(0.05, 0.0, 0.0), form.chest * 0.8, head, form.neck_width * 0.9)
            .melting(0.10),
    );
    Body { solids, head }
}

fn torso(form: &Form, hip: V3, chest: V3, out: &mut Vec<Solid>) {
    let along = (chest - hip).unit();
    let up = v(-along.y, along.x, 0.0);
    let turn = M3([along, up, v(0.0, 0.0, 1.0)]).transpose();
    let ribs = v(form.chest * 1.15, form.chest, form.chest * 0.82);
    out.push(Solid::ellipsoid(Part::Torso, chest - along * 0.08, ribs, turn).melting(0.12));
    let loin = v(form.waist * 1.2, form.waist, form.waist * 0.86);
    out.push(Solid::ellipsoid(Part::Torso, hip + along * 0.05, loin, turn).melting(0.12));
    let (a, b) = (hip + up * 0.02, chest + up * 0.02);
    out.push(
        Solid::flat_cone(Part::Torso, a, form.waist * 0.92, b, form.chest * 0.93, v(0.0, 0.0, 1.0), 0.84).melting(0.12),
    );
}

/// A paw with its front end at `at`, on the ground.
fn paw(form: &Form, at: V3, out: &mut Vec<Solid>) {
    let p = form.paw;
    let center = at + v(p * 0.35, 0.0, 0.0);
    out.push(Solid::ellipsoid(Part::Paw, center, v(p * 1.35, p * 0.8, p * 0.95), M3::IDENTITY).melting(0.03));
}

fn fore_leg(form: &Form, stance: Stance, chest: V3, side: f32, swing: f32, out: &mut Vec<Solid>) {
    let w = form.leg_width;
    let z = side * (form.chest * 0.72 - w * 0.4);
    let shoulder = v(chest.x + 0.02, chest.y - form.chest * 0.25, z);
    let (elbow, foot) = match stance {
        Stance::Standing => {
            let length = shoulder.y - form.paw * 0.7;
            let (s, c) = (libm::sinf(swing), libm::cosf(swing));
            let elbow = shoulder + v(s * 0.45 - 0.03, -c * 0.45, 0.0) * length;
            let foot = shoulder + v(s, -c, 0.0) * length;
            (elbow, foot)
        }
        Stance::Sitting => {
            let foot = v(chest.x + 0.06 + 0.15 * swing, form.paw * 0.7, z * 0.8);
            (shoulder.mix(foot, 0.45) + v(-0.03, 0.0, 0.0), foot)
        }
        Stance::Lying => {
            let elbow = v(chest.x - 0.02, w * 1.3, z * 1.15);
            (elbow, elbow + v(0.34, form.paw * 0.7 - w * 1.3, -z * 0.2 + 0.1 * swing))
        }
    };
    out.push(Solid::cone(Part::Leg, shoulder, w * 1.9, elbow, w * 1.2).melting(0.06));
    out.push(Solid::cone(Part::Leg, elbow, w * 1.2, foot, w).melting(0.03));
    paw(form, foot, out);
}

fn hind_leg(form: &Form, stance: Stance, hip: V3, side: f32, swing: f32, out: &mut Vec<Solid>) {
    let w = form.leg_width;
    let z = side * (form.waist * 0.78 - w * 0.4);
    match stance {
        Stance::Standing => {
            let thigh = v(hip.x - 0.02, hip.y - form.waist * 0.2, z);
            let length = thigh.y - form.paw * 0.7;
            let turn = M3::about_z(swing);
            let joint = |x: f32, y: f32| thigh + turn.apply(v(x, -y, 0.0) * length);
            let (knee, hock, foot) = (joint(0.14, 0.42), joint(-0.16, 0.70), joint(-0.10, 1.0));
            out.push(Solid::cone(Part::Leg, thigh, w * 2.5, knee, w * 1.5).melting(0.08));
            out.push(Solid::cone(Part::Leg, knee, w * 1.45, hock, w).melting(0.04));
            out.push(Solid::cone(Part::Leg, hock, w, foot, w * 0.95).melting(0.03));
            paw(form, foot, out);
        }
        Stance::Sitting | Stance::Lying => {
            let forward = match stance {
                Stance::Sitting => 0.10,
                Stance::Standing | Stance::Lying => 0.14,
            };
            let haunch = v(hip.x + forward, form.waist * 0.85, z * 1.15);
            let half = v(form.waist * 1.15, form.waist * 0.95, form.waist * 0.5);
            let lean = M3::about_z(0.5 + 0.3 * swing);
            out.push(Solid::ellipsoid(Part::Leg, haunch, half, lean).melting(0.05));
            let heel = v(hip.x - 0.02, form.paw * 0.7, z * 1.5);
            let toe = heel + v(0.30 + 0.1 * swing, 0.0, 0.0);
            out.push(Solid::cone(Part::Leg, heel, w, toe, w * 0.9).melting(0.03));
            paw(form, toe, out);
        }
    }
}

/// A chain of short cones along an arc.
fn tail(form: &Form, posture: &Posture, hip: V3, out: &mut Vec<Solid>) {
    const LINKS: usize = 9;
    let [rise, swing] = posture.tail;
    let rise = match posture.stance {
        Stance::Standing => rise,
        // On the ground there is no room for it to hang.
        Stance::Sitting | Stance::Lying => rise.max(-0.25) * 0.5 - 0.15,
    };
    let mut at = hip + v(-form.waist * 0.95, form.waist * 0.35, 0.0);
    let step = form.tail_length / LINKS as f32;
    for link in 0..LINKS {
        let (t, next) = (link as f32 / LINKS as f32, (link + 1) as f32 / LINKS as f32);
        let angle = rise + form.tail_curl * t * t;
        let aside = swing * (0.4 + t);
        let (s, c) = (libm::sinf(angle), libm::cosf(angle));
        let direction = v(-c * libm::cosf(aside), s, c * libm::sinf(aside));
        let mut to = at + direction * step;
        to.y = to.y.max(form.tail_width);
        let width = |t: f32| form.tail_width * (1.0 + (form.tail_taper - 1.0) * t);
        out.push(Solid::cone(Part::Tail, at, width(t), to, width(next)).melting(0.01));
        at = to;
    }
}
