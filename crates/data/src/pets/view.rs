//! How an animal is posed and framed. Nothing here knows the class: both are photographed alike.

use super::body::{self, Posture, Stance};
use super::form::Form;
use super::head::{self, Expression};
use super::solid::{Part, Placement, Solid};
use super::vector::{M3, V3, v};
use plan::Stream;

/// An animal in the picture: y upwards, one unit a pixel, the middle of the picture at the origin.
pub(super) struct Sitter {
    pub solids: Vec<Solid>,
    /// From the body's own coordinates to the picture's.
    pub body: Placement,
    /// From the head's own coordinates to the picture's.
    pub head: Placement,
    /// The same two at rest, which is where the coat's pattern is laid out.
    pub head_at_rest: Placement,
    /// Where the ground under the animal is, and which way is up.
    pub ground: V3,
    pub up: V3,
    /// Width of the animal's outline in pixels.
    pub extent: f32,
}

const DEGREE: f32 = core::f32::consts::PI / 180.0;

fn posture(stream: &mut Stream) -> Posture {
    let stance = match stream.below(10) {
        0..4 => Stance::Standing,
        4..8 => Stance::Sitting,
        _ => Stance::Lying,
    };
    let stride = [0; 4].map(|_| stream.normal().clamp(-2.0, 2.0) * 0.22);
    let neck = stream.uniform(0.65, 1.25);
    let tail = [stream.uniform(-0.9, 1.0), stream.normal().clamp(-2.0, 2.0) * 0.5];
    Posture { stance, stride, neck, tail }
}

fn expression(stream: &mut Stream) -> Expression {
    let both = stream.normal().clamp(-1.5, 2.0) * 0.22;
    let ears = [both + stream.uniform(-0.2, 0.2), both + stream.uniform(-0.2, 0.2)];
    let open = if stream.chance(0.1) { 0.0 } else { stream.uniform(0.5, 1.0) };
    let tongue = if stream.chance(0.15) { stream.uniform(0.12, 0.45) } else { 0.0 };
    Expression { ears, open, tongue }
}

/// Poses an individual in a picture of `width` by `height` pixels.
pub(super) fn pose(form: &Form, width: f32, height: f32, stream: &mut Stream) -> Sitter {
    let posture = posture(stream);
    let face = expression(stream);
    let animal = body::model(form, &posture);

    // Angles around the vertical: 0 faces the viewer, positive is turned to the right of the picture.
    let side = if stream.chance(0.5) { 1.0 } else { -1.0 };
    let turned = side * stream.uniform(0.0, 72.0);
    let faced = (turned * 0.38 + 18.0 * stream.normal().clamp(-2.2, 2.2)).clamp(turned - 80.0, turned + 80.0);
    let body_turn = M3::about_y((turned - 90.0) * DEGREE);
    let nod = (-3.0 + 8.0 * stream.normal().clamp(-2.0, 2.0)) * DEGREE;
    let tilt = 8.0 * stream.normal().clamp(-2.2, 2.2) * DEGREE;
    let head_turn =
        M3::about_y((faced.clamp(-95.0, 95.0) - 90.0) * DEGREE).after(M3::about_z(nod)).after(M3::about_x(tilt));
    let elevation = stream.uniform(-3.0, 28.0) * DEGREE;
    let roll = 8.0 * stream.normal().clamp(-2.4, 2.4) * DEGREE;
    let camera = M3::about_z(roll).after(M3::about_x(elevation));

    let body_world = Placement { rotation: body_turn, scale: 1.0, shift: V3::ZERO };
    let head_world = Placement { rotation: head_turn, scale: form.head, shift: body_turn.apply(animal.head) };
    let head_at_rest = Placement { rotation: M3::IDENTITY, scale: form.head, shift: animal.head };
    let unplaced = Placement { rotation: camera, scale: 1.0, shift: V3::ZERO };
    let (body_view, head_view) = (unplaced.after(&body_world), unplaced.after(&head_world));

    // The head first: it mostly hides parts of the body, which then need not be drawn.
    let mut solids: Vec<Solid> = head::solids(form, &face).iter().map(|s| s.placed(&head_view)).collect();
    solids.extend(animal.solids.iter().map(|s| s.placed(&body_view)));

    // Frame the head, the front half, or the whole animal, and let it fill a drawn share of the picture.
    let frame = match stream.below(10) {
        0..6 => Frame::Head,
        6..9 => Frame::Bust,
        _ => Frame::Whole,
    };
    let subject = frame.subject(&solids, head_view.apply(V3::ZERO));
    let (w, h) = (subject[2] - subject[0], subject[3] - subject[1]);
    let share = stream.uniform(0.74, 1.06);
    let scale = share * (width / w).min(height / h);
    let shift = |span: f32, size: f32, stream: &mut Stream| {
        let room = (span - size).max(0.12 * span);
        0.5 * room * stream.uniform(-1.0, 1.0)
    };
    let middle = v(0.5 * (subject[0] + subject[2]), 0.5 * (subject[1] + subject[3]), 0.0);
    let offset = v(shift(width, w * scale, stream), shift(height, h * scale, stream), 0.0);
    let framing = Placement { rotation: M3::IDENTITY, scale, shift: offset - middle * scale };
    for solid in &mut solids {
        *solid = solid.placed(&framing);
    }
    Sitter {
        solids,
        body: framing.after(&body_view),
        head: framing.after(&head_view),
        head_at_rest,
        ground: framing.apply(V3::ZERO),
        up: camera.apply(v(0.0, 1.0, 0.0)),
        extent: w * scale,
    }
}

/// What a photographer aims at.
enum Frame {
    Head,
    Bust,
    Whole,
}

impl Frame {
    /// The box of the solids that must be in the picture.
    fn subject(&self, solids: &[Solid], head: V3) -> [f32; 4] {
        let mut all = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
        for solid in solids {
            let wanted = match self {
                Frame::Head => solid.part.of_head() && solid.part != Part::Whisker,
                Frame::Bust => solid.part != Part::Whisker && (solid.start - head).length() < 0.75,
                Frame::Whole => solid.part != Part::Whisker,
            };
            if wanted {
                let b = solid.bounds();
                all = [all[0].min(b[0]), all[1].min(b[1]), all[2].max(b[2]), all[3].max(b[3])];
            }
        }
        all
    }
}
