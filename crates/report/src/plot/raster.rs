//! A plotters backend that paints pixels, antialiased by exact coverage.
//!
//! plotters' own bitmap backend puts glyphs on whole pixels and leaves thick lines jagged. Here every shape becomes a
//! mask of how much of each pixel it covers, and is blended once: a line is the largest coverage of its segments and
//! round joins, so neither overlaps nor translucent lines show seams. Only additions, products and roots of floats are
//! used, in fixed order: the same picture on every machine.

use super::canvas::LINE_HEIGHT;
use super::font::{self, Weight};
use ab_glyph::{Font, ScaleFont};
use ab_glyph_rasterizer::{Point, Rasterizer, point};
use plotters_backend::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
};
use std::convert::Infallible;

/// A picture of pixels.
pub struct Raster {
    /// Size in units.
    units: (u32, u32),
    /// Pixels to a unit.
    scale: f32,
    width: usize,
    height: usize,
    /// Red, green, blue; rows from above.
    pixels: Vec<u8>,
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl Raster {
    /// A white picture of `width` by `height` units, `scale` pixels to the unit.
    pub fn new(width: u32, height: u32, scale: f32) -> Raster {
        let pixels = |units: u32| (units as f32 * scale).round() as usize;
        let units = (width, height);
        let (width, height) = (pixels(width), pixels(height));
        Raster { units, scale, width, height, pixels: vec![0xFF; width * height * 3] }
    }

    /// The picture as a PNG file.
    pub fn encode(&self) -> Result<Vec<u8>, png::EncodingError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Balanced);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.pixels)?;
        writer.finish()?;
        Ok(bytes)
    }

    fn at(&self, (x, y): BackendCoord) -> Point {
        point(x as f32 * self.scale, y as f32 * self.scale)
    }

    fn blend(&mut self, mask: &Mask, color: BackendColor) {
        let (r, g, b) = color.rgb;
        for row in 0..mask.height {
            for column in 0..mask.width {
                let (x, y) = (mask.left + column as i64, mask.top + row as i64);
                let inside = (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y);
                let alpha = mask.coverage[row * mask.width + column].min(1.0) * color.alpha as f32;
                if !inside || alpha <= 0.0 {
                    continue;
                }
                let start = (y as usize * self.width + x as usize) * 3;
                for (old, new) in self.pixels[start..start + 3].iter_mut().zip([r, g, b]) {
                    *old = (f32::from(*old) + (f32::from(new) - f32::from(*old)) * alpha).round() as u8;
                }
            }
        }
    }

    fn stroke(&mut self, points: &[Point], width: f32, color: BackendColor) {
        let half = (width * self.scale / 2.0).max(0.35);
        let mut mask = Mask::around(points, half);
        for pair in points.windows(2) {
            let (dx, dy) = (pair[1].x - pair[0].x, pair[1].y - pair[0].y);
            let length = (dx * dx + dy * dy).sqrt();
            if length > 0.0 {
                let (nx, ny) = (-dy / length * half, dx / length * half);
                let corner = |p: Point, sign: f32| point(p.x + sign * nx, p.y + sign * ny);
                mask.polygon(&[
                    corner(pair[0], 1.0),
                    corner(pair[1], 1.0),
                    corner(pair[1], -1.0),
                    corner(pair[0], -1.0),
                ]);
            }
        }
        for p in points {
            mask.circle(*p, half);
        }
        self.blend(&mask, color);
    }
}

impl DrawingBackend for &mut Raster {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.units
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Drawn {
        self.draw_rect(at, (at.0 + 1, at.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Drawn {
        let corners = [a, (b.0, a.1), b, (a.0, b.1)];
        if fill { self.fill_polygon(corners, style) } else { self.draw_path(corners.into_iter().chain([a]), style) }
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Drawn {
        let points: Vec<Point> = path.into_iter().map(|p| self.at(p)).collect();
        self.stroke(&points, style.stroke_width() as f32, style.color());
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Drawn {
        let (center, radius) = (self.at(center), radius as f32 * self.scale);
        if fill {
            let mut mask = Mask::around(&[center], radius);
            mask.circle(center, radius);
            self.blend(&mask, style.color());
        } else {
            let points: Vec<Point> = circle(center, radius).collect();
            self.stroke(&points, style.stroke_width() as f32, style.color());
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, vert: I, style: &S) -> Drawn {
        let points: Vec<Point> = vert.into_iter().map(|p| self.at(p)).collect();
        let mut mask = Mask::around(&points, 0.0);
        mask.polygon(&points);
        self.blend(&mask, style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let em = (style.size() / LINE_HEIGHT) as f32 * self.scale;
        let weight = match style.style() {
            FontStyle::Bold => Weight::Bold,
            FontStyle::Normal | FontStyle::Oblique | FontStyle::Italic => Weight::Regular,
        };
        let scaled = font::font().as_scaled(font::scale(em));
        let bolder = weight.emboldening() * em;
        let advance = |c: char| scaled.h_advance(scaled.glyph_id(c)) + bolder;
        let width: f32 = text.chars().map(advance).sum();
        let start = self.at(at);
        let mut x = match style.anchor().h_pos {
            HPos::Left => start.x,
            HPos::Right => start.x - width,
            HPos::Center => start.x - width / 2.0,
        };
        // The SVG backend puts the baseline half an x-height below; this font's is 0.52 em.
        let y = start.y + 0.26 * em;
        for c in text.chars() {
            let id = scaled.glyph_id(c);
            let outlines: Vec<_> = [-bolder, 0.0, bolder]
                .into_iter()
                .map(|shift| id.with_scale_and_position(font::scale(em), ab_glyph::point(x + shift, y)))
                .filter_map(|glyph| font::font().outline_glyph(glyph))
                .collect();
            if let (Some(first), Some(last)) = (outlines.first(), outlines.last()) {
                let (first, last) = (first.px_bounds(), last.px_bounds());
                let mut mask = Mask::boxed(first.min.x, first.min.y, last.max.x, last.max.y);
                for outline in &outlines {
                    let bounds = outline.px_bounds();
                    let (left, top) = (bounds.min.x as i64 - mask.left, bounds.min.y as i64 - mask.top);
                    outline.draw(|column, row, coverage| {
                        mask.cover((left + i64::from(column)) as usize, (top + i64::from(row)) as usize, coverage);
                    });
                }
                self.blend(&mask, style.color());
            }
            x += advance(c);
        }
        Ok(())
    }
}

/// How much of each pixel of a rectangle is covered.
struct Mask {
    left: i64,
    top: i64,
    width: usize,
    height: usize,
    coverage: Vec<f32>,
}

impl Mask {
    fn boxed(left: f32, top: f32, right: f32, bottom: f32) -> Mask {
        let (left, top) = (left.floor() as i64, top.floor() as i64);
        let (width, height) =
            ((right.ceil() as i64 - left).max(0) as usize, (bottom.ceil() as i64 - top).max(0) as usize);
        Mask { left, top, width, height, coverage: vec![0.0; width * height] }
    }

    /// Holds `points` and `margin` around them.
    fn around(points: &[Point], margin: f32) -> Mask {
        let fold = |pick: fn(&Point) -> f32, better: fn(f32, f32) -> f32| {
            points.iter().map(pick).reduce(better).unwrap_or(0.0)
        };
        let (left, right) = (fold(|p| p.x, f32::min), fold(|p| p.x, f32::max));
        let (top, bottom) = (fold(|p| p.y, f32::min), fold(|p| p.y, f32::max));
        Mask::boxed(left - margin, top - margin, right + margin, bottom + margin)
    }

    fn cover(&mut self, column: usize, row: usize, coverage: f32) {
        if let Some(old) = self.coverage.get_mut(row * self.width + column).filter(|_| column < self.width) {
            *old = old.max(coverage);
        }
    }

    /// Adds a polygon: each pixel keeps the larger coverage.
    fn polygon(&mut self, points: &[Point]) {
        let local = Mask::around(points, 0.0);
        // One pixel beyond each side, where the rasterizer's rounding may reach.
        let mut rasterizer = Rasterizer::new(local.width + 2, local.height + 2);
        let inside = |p: &Point| point(p.x - local.left as f32 + 1.0, p.y - local.top as f32 + 1.0);
        for (from, to) in points.iter().zip(points.iter().cycle().skip(1)) {
            rasterizer.draw_line(inside(from), inside(to));
        }
        let (left, top) = (local.left - 1 - self.left, local.top - 1 - self.top);
        rasterizer.for_each_pixel_2d(|column, row, coverage| {
            let (column, row) = (left + i64::from(column), top + i64::from(row));
            if let (Ok(column), Ok(row)) = (usize::try_from(column), usize::try_from(row)) {
                self.cover(column, row, coverage);
            }
        });
    }

    fn circle(&mut self, center: Point, radius: f32) {
        self.polygon(&circle(center, radius).collect::<Vec<_>>());
    }
}

/// Points of a circle, by turning one step further each time: 48 of them are round at these sizes.
fn circle(center: Point, radius: f32) -> impl Iterator<Item = Point> {
    // Cosine and sine of a 48th of a turn, 7.5 degrees.
    const COS: f64 = 0.991_444_861_373_810_4;
    const SIN: f64 = 0.130_526_192_220_051_6;
    let turn = |(x, y): &(f64, f64)| Some((x * COS - y * SIN, x * SIN + y * COS));
    std::iter::successors(Some((1.0, 0.0)), turn)
        .take(49)
        .map(move |(x, y)| point(center.x + radius * x as f32, center.y + radius * y as f32))
}
