//! Solids that animals are modelled from, and how one is seen.
//!
//! There is one kind: a *round cone* (all balls whose centre runs along a segment while the radius goes linearly from
//! one end's to the other's), put through a linear map. It covers balls, ellipsoids, limbs and flat ears. The viewer
//! looks along -z from far away, so a solid is seen as a height z over the picture plane, found in closed form.

use super::vector::{M3, V3, v};

/// What a solid is made of, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Part {
    Torso,
    Leg,
    Paw,
    Tail,
    Head,
    Muzzle,
    Ear,
    InnerEar,
    Eyelid,
    Eye,
    Nose,
    Tongue,
    Whisker,
}

impl Part {
    /// Whether this part belongs to the head, whose coat is drawn in the head's own coordinates.
    pub fn of_head(self) -> bool {
        match self {
            Part::Torso | Part::Leg | Part::Paw | Part::Tail => false,
            Part::Head | Part::Muzzle | Part::Ear | Part::InnerEar => true,
            Part::Eyelid | Part::Eye | Part::Nose | Part::Tongue | Part::Whisker => true,
        }
    }
}

/// A round cone through a linear map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Solid {
    pub part: Part,
    /// The first end.
    pub start: V3,
    /// From the solid's own coordinates (first end at the origin) to the world's, and back.
    pub outward: M3,
    inward: M3,
    /// The second end, and the radii at both, in the solid's own coordinates.
    axis: V3,
    radii: [f32; 2],
    /// Over what depth it melts into what it touches; 0 for hard edges.
    pub melt: f32,
}

/// A rotation, then a scale, then a shift.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placement {
    pub rotation: M3,
    pub scale: f32,
    pub shift: V3,
}

impl Placement {
    pub fn apply(&self, p: V3) -> V3 {
        self.rotation.apply(p) * self.scale + self.shift
    }

    pub fn inverse(&self, p: V3) -> V3 {
        self.rotation.transpose().apply(p - self.shift) * (1.0 / self.scale)
    }

    /// This placement after `first`.
    pub fn after(&self, first: &Placement) -> Placement {
        Placement {
            rotation: self.rotation.after(first.rotation),
            scale: self.scale * first.scale,
            shift: self.apply(first.shift),
        }
    }
}

impl Solid {
    /// The balls of radius `r0` at `a` to `r1` at `b`.
    pub fn cone(part: Part, a: V3, r0: f32, b: V3, r1: f32) -> Solid {
        // A cone steeper than its length would be one ball inside the other: the formulas need |axis| > |r1 - r0|.
        let length = (b - a).length();
        let r1 = r1.clamp(r0 - 0.98 * length, r0 + 0.98 * length);
        Solid {
            part,
            start: a,
            outward: M3::IDENTITY,
            inward: M3::IDENTITY,
            axis: b - a,
            radii: [r0, r1],
            melt: 0.5 * r0.max(r1),
        }
    }

    /// A round cone made `flatness` times as thick along the unit vector `n`, which should be square to it.
    pub fn flat_cone(part: Part, a: V3, r0: f32, b: V3, r1: f32, n: V3, flatness: f32) -> Solid {
        let inward = M3::stretch(n, 1.0 / flatness);
        let round = Solid::cone(part, a, r0, b, r1);
        Solid { outward: M3::stretch(n, flatness), inward, axis: inward.apply(b - a), ..round }
    }

    /// An ellipsoid with the given half axes along x, y, z, turned by `turn`.
    pub fn ellipsoid(part: Part, center: V3, half: V3, turn: M3) -> Solid {
        let inverse = v(1.0 / half.x, 1.0 / half.y, 1.0 / half.z);
        Solid {
            part,
            start: center,
            outward: turn.after(M3::diagonal(half)),
            inward: M3::diagonal(inverse).after(turn.transpose()),
            axis: V3::ZERO,
            radii: [1.0, 1.0],
            melt: 0.4 * half.x.min(half.y).min(half.z),
        }
    }

    /// With another melting depth.
    pub fn melting(self, melt: f32) -> Solid {
        Solid { melt, ..self }
    }

    pub fn placed(&self, place: &Placement) -> Solid {
        Solid {
            part: self.part,
            start: place.apply(self.start),
            outward: place.rotation.after(self.outward).scaled(place.scale),
            inward: self.inward.after(place.rotation.transpose()).scaled(1.0 / place.scale),
            axis: self.axis,
            radii: self.radii,
            melt: self.melt * place.scale,
        }
    }

    /// The box around it in the picture plane: least x, least y, greatest x, greatest y.
    pub fn bounds(&self) -> [f32; 4] {
        let end = self.start + self.outward.apply(self.axis);
        let (ex, ey) = (self.outward.0[0].length(), self.outward.0[1].length());
        let [r0, r1] = self.radii;
        [
            (self.start.x - ex * r0).min(end.x - ex * r1),
            (self.start.y - ey * r0).min(end.y - ey * r1),
            (self.start.x + ex * r0).max(end.x + ex * r1),
            (self.start.y + ey * r0).max(end.y + ey * r1),
        ]
    }

    /// No point of it is higher than this.
    pub fn highest(&self) -> f32 {
        let end = self.start + self.outward.apply(self.axis);
        let ez = self.outward.0[2].length();
        (self.start.z + ez * self.radii[0]).max(end.z + ez * self.radii[1])
    }

    /// Its height over the point (x, y) of the picture plane, and the (not normalised) normal there.
    pub fn seen_at(&self, x: f32, y: f32) -> Option<(f32, V3)> {
        // In its own coordinates the line of sight is base + z * along. A point q lies on the surface where the least
        // of |q - t axis|^2 - (r0 + t dr)^2 over t in [0, 1] is zero; for each of "t = 0", "t = 1" and "t between"
        // that is a quadratic equation in z, and what is seen is the greatest of the roots.
        let base = self.inward.apply(v(x, y, 0.0) - self.start);
        let m = &self.inward.0;
        let along = v(m[0].z, m[1].z, m[2].z);
        let [r0, r1] = self.radii;
        let aa = along.dot(along);
        let ba = base.dot(along);
        let bb = base.dot(base);
        let mut best: Option<(f32, f32)> = None;
        let mut offer = |z: f32, t: f32| {
            if best.is_none_or(|(b, _)| z > b) {
                best = Some((z, t));
            }
        };
        let disc = ba * ba - aa * (bb - r0 * r0);
        if disc >= 0.0 {
            offer((disc.sqrt() - ba) / aa, 0.0);
        }
        let dd = self.axis.dot(self.axis);
        if dd > 0.0 {
            let other = base - self.axis;
            let oa = other.dot(along);
            let disc = oa * oa - aa * (other.dot(other) - r1 * r1);
            if disc >= 0.0 {
                offer((disc.sqrt() - oa) / aa, 1.0);
            }
            let dr = r1 - r0;
            let span = dd - dr * dr;
            let (g0, g1) = (base.dot(self.axis) + r0 * dr, along.dot(self.axis));
            let a = aa - g1 * g1 / span;
            let b = ba - g0 * g1 / span;
            let disc = b * b - a * (bb - r0 * r0 - g0 * g0 / span);
            if a > 1e-9 * aa && disc >= 0.0 {
                let z = (disc.sqrt() - b) / a;
                let t = (g0 + z * g1) / span;
                if t > 0.0 && t < 1.0 {
                    offer(z, t);
                }
            }
        }
        let (z, t) = best?;
        let outwards = base + along * z - self.axis * t;
        Some((z, self.inward.transpose().apply(outwards)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ball_is_seen_as_a_half_ball() {
        let ball = Solid::ellipsoid(Part::Head, v(1.0, 2.0, 3.0), v(2.0, 2.0, 2.0), M3::about_y(0.7));
        let (z, n) = ball.seen_at(2.2, 2.0).unwrap();
        assert!((z - (3.0 + 1.6)).abs() < 1e-5, "{z}");
        let n = n.unit();
        assert!((n.x - 0.6).abs() < 1e-5 && (n.z - 0.8).abs() < 1e-5, "{n:?}");
        assert!(ball.seen_at(3.1, 2.0).is_none());
    }

    #[test]
    fn a_cone_is_the_union_of_its_balls() {
        let place =
            Placement { rotation: M3::about_z(0.5).after(M3::about_x(0.8)), scale: 1.5, shift: v(0.3, 0.1, 0.0) };
        let (a, b) = (v(-1.0, 0.2, 0.4), v(1.2, -0.5, -0.3));
        let cone = Solid::cone(Part::Leg, a, 0.6, b, 0.2).placed(&place);
        for i in 0..60 {
            for j in 0..60 {
                let (x, y) = (i as f32 * 0.1 - 3.0, j as f32 * 0.1 - 3.0);
                let mut highest = f32::NEG_INFINITY;
                for k in 0..=2000 {
                    let t = k as f32 / 2000.0;
                    let center = place.apply(a.mix(b, t));
                    let r = (0.6 - 0.4 * t) * 1.5;
                    let gap = r * r - (x - center.x) * (x - center.x) - (y - center.y) * (y - center.y);
                    if gap >= 0.0 {
                        highest = highest.max(center.z + gap.sqrt());
                    }
                }
                match cone.seen_at(x, y) {
                    Some((z, _)) if highest > f32::NEG_INFINITY => assert!((z - highest).abs() < 0.02, "{z} {highest}"),
                    Some(_) | None => {
                        // At the very rim the sampled union may miss what the formula sees.
                        let near = cone.seen_at(x * 0.98, y * 0.98).is_none() || cone.seen_at(x, y).is_some();
                        assert!(highest == f32::NEG_INFINITY || near);
                    }
                }
            }
        }
    }
}
