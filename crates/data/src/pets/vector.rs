//! Points and rotations in three dimensions: only `+ - * /` and `sqrt`, so every machine agrees on the last bit.

use std::ops::{Add, Mul, Neg, Sub};

/// A point, direction or colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct V3 {
    pub x: f32,
    pub y: f32,
    pub z: f32,
}

/// `V3` in three letters less.
pub(super) const fn v(x: f32, y: f32, z: f32) -> V3 {
    V3 { x, y, z }
}

impl V3 {
    pub const ZERO: V3 = v(0.0, 0.0, 0.0);

    pub fn dot(self, o: V3) -> f32 {
        self.x * o.x + self.y * o.y + self.z * o.z
    }

    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// The direction of this vector; up where it has none.
    pub fn unit(self) -> V3 {
        let length = self.length();
        if length > 1e-12 { self * (1.0 / length) } else { v(0.0, 1.0, 0.0) }
    }

    /// From here (t = 0) to `o` (t = 1).
    pub fn mix(self, o: V3, t: f32) -> V3 {
        self + (o - self) * t
    }

    /// Component by component: a colour seen in coloured light.
    pub fn times(self, o: V3) -> V3 {
        v(self.x * o.x, self.y * o.y, self.z * o.z)
    }
}

impl Add for V3 {
    type Output = V3;
    fn add(self, o: V3) -> V3 {
        v(self.x + o.x, self.y + o.y, self.z + o.z)
    }
}

impl Sub for V3 {
    type Output = V3;
    fn sub(self, o: V3) -> V3 {
        v(self.x - o.x, self.y - o.y, self.z - o.z)
    }
}

impl Mul<f32> for V3 {
    type Output = V3;
    fn mul(self, s: f32) -> V3 {
        v(self.x * s, self.y * s, self.z * s)
    }
}

impl Neg for V3 {
    type Output = V3;
    fn neg(self) -> V3 {
        self * -1.0
    }
}

/// A 3x3 matrix, by rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct M3(pub [V3; 3]);

impl M3 {
    pub const IDENTITY: M3 = M3([v(1.0, 0.0, 0.0), v(0.0, 1.0, 0.0), v(0.0, 0.0, 1.0)]);

    /// Turns y towards z by `angle` (radians).
    pub fn about_x(angle: f32) -> M3 {
        let (s, c) = (libm::sinf(angle), libm::cosf(angle));
        M3([v(1.0, 0.0, 0.0), v(0.0, c, -s), v(0.0, s, c)])
    }

    /// Turns z towards x by `angle` (radians).
    pub fn about_y(angle: f32) -> M3 {
        let (s, c) = (libm::sinf(angle), libm::cosf(angle));
        M3([v(c, 0.0, s), v(0.0, 1.0, 0.0), v(-s, 0.0, c)])
    }

    /// Turns x towards y by `angle` (radians).
    pub fn about_z(angle: f32) -> M3 {
        let (s, c) = (libm::sinf(angle), libm::cosf(angle));
        M3([v(c, -s, 0.0), v(s, c, 0.0), v(0.0, 0.0, 1.0)])
    }

    /// Stretches by `factor` along the unit vector `n`.
    pub fn stretch(n: V3, factor: f32) -> M3 {
        let k = factor - 1.0;
        M3([n * (n.x * k) + v(1.0, 0.0, 0.0), n * (n.y * k) + v(0.0, 1.0, 0.0), n * (n.z * k) + v(0.0, 0.0, 1.0)])
    }

    pub fn diagonal(d: V3) -> M3 {
        M3([v(d.x, 0.0, 0.0), v(0.0, d.y, 0.0), v(0.0, 0.0, d.z)])
    }

    pub fn apply(self, p: V3) -> V3 {
        v(self.0[0].dot(p), self.0[1].dot(p), self.0[2].dot(p))
    }

    pub fn transpose(self) -> M3 {
        let [a, b, c] = self.0;
        M3([v(a.x, b.x, c.x), v(a.y, b.y, c.y), v(a.z, b.z, c.z)])
    }

    /// This matrix after `o`: `self.after(o).apply(p) == self.apply(o.apply(p))`.
    pub fn after(self, o: M3) -> M3 {
        let columns = o.transpose();
        let row = |r: V3| v(r.dot(columns.0[0]), r.dot(columns.0[1]), r.dot(columns.0[2]));
        M3([row(self.0[0]), row(self.0[1]), row(self.0[2])])
    }

    pub fn scaled(self, s: f32) -> M3 {
        M3([self.0[0] * s, self.0[1] * s, self.0[2] * s])
    }
}

/// 0 below `low`, 1 above `high`, smooth between.
pub(super) fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = ((x - low) / (high - low)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}
