//! The embedded data set: photographs in spirit of cats and dogs, drawn from numbers alone.
//!
//! [`draw`] makes one picture, [`generate()`] a set of JPEG files in split and class folders. An animal is a body of
//! some eighty soft solids (`form` measures, `body` and `head` build), posed and framed (`view`), seen as a relief
//! (`relief`), furred and lit (`coat`, `paint`), set into a cluttered place (`scene`, `clutter`) and photographed
//! (`lens`). The classes differ in form alone: posing, colours, light, place and camera are drawn without knowing the
//! class, so a network has to learn shapes, and has many other things to memorise instead.
//!
//! A picture is a pure function of (seed, split, class, index), made with `+ - * /`, `sqrt` and `libm` only: the same
//! bytes on every machine.

mod body;
mod clutter;
mod coat;
mod form;
mod generate;
mod head;
mod lens;
mod noise;
mod paint;
mod relief;
mod scene;
mod solid;
#[cfg(test)]
mod tests;
mod vector;
mod view;

pub use generate::{Counts, PetsError, drawn_otherwise, generate};

use plan::{Purpose, Split, Stream};
use scene::Canvas;
use view::Sitter;

/// The two kinds of animal, in the order of their labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Label 0.
    Cat,
    /// Label 1.
    Dog,
}

impl Class {
    /// Both classes, by label.
    pub const ALL: [Class; 2] = [Class::Cat, Class::Dog];

    /// The name of the class's folder, and the first part of its files' names.
    pub fn name(self) -> &'static str {
        match self {
            Class::Cat => "cat",
            Class::Dog => "dog",
        }
    }
}

/// A drawn picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// In pixels.
    pub width: usize,
    /// In pixels.
    pub height: usize,
    /// Red, green, blue; rows downwards; `3 * width * height` bytes.
    pub pixels: Vec<u8>,
}

/// Draws one picture: always the same one for the same arguments. Sides are 150 to 240 pixels.
pub fn draw(class: Class, split: Split, index: u64, seed: u64) -> Picture {
    let mut stream = Stream::new(seed, Purpose::Generate, &[split as u64, class as u64, index]);
    let stream = &mut stream;
    let Subject { width, height, form, coat, lamp, sitter, lens } = Subject::draw(class, stream);
    let mut canvas = Canvas::new(width, height);
    scene::paint(&mut canvas, &ground(&sitter, height as f32, stream), stream);
    clutter::behind(&mut canvas, stream);
    let everywhere = canvas.everywhere();
    let around = lamp.colour * 0.62 + lamp.sky;
    canvas.paint(everywhere, |_, _, old| old.times(around));

    let relief = relief::Relief::of(&sitter.solids, (width, height));
    let layer = paint::animal(&relief, &sitter, &coat, &form, &lamp, stream.bits());
    paint::shadow(&mut canvas, &layer, &sitter, &lamp, stream);
    for (pixel, (colour, cover)) in canvas.light.iter_mut().zip(layer.colour.iter().zip(&layer.cover)) {
        *pixel = pixel.mix(*colour, *cover);
    }
    clutter::before(&mut canvas, stream);
    let pixels = lens.develop(&mut canvas, stream);
    Picture { width, height, pixels }
}

/// All that is decided before the first pixel.
struct Subject {
    width: usize,
    height: usize,
    form: form::Form,
    coat: coat::Coat,
    lamp: paint::Lamp,
    sitter: Sitter,
    lens: lens::Lens,
}

impl Subject {
    /// The class goes into the form, and nowhere else.
    fn draw(class: Class, stream: &mut Stream) -> Subject {
        let (width, height) = size(stream);
        let form = form::Form::draw(class, stream);
        let coat = coat::Coat::draw(stream);
        let lamp = paint::Lamp::draw(stream);
        let sitter = view::pose(&form, width as f32, height as f32, stream);
        let lens = lens::Lens::draw(stream);
        Subject { width, height, form, coat, lamp, sitter, lens }
    }
}

/// A photograph's size: landscape, portrait or square.
fn size(stream: &mut Stream) -> (usize, usize) {
    let long = 180 + stream.below(61) as usize;
    let short = (long as f32 * stream.uniform(0.72, 1.0)) as usize;
    let short = short.max(150);
    if stream.chance(0.6) { (long, short) } else { (short, long) }
}

/// Where wall meets floor: behind the animal, so above the spot it stands on.
fn ground(sitter: &Sitter, height: f32, stream: &mut Stream) -> scene::Ground {
    let flat = (sitter.up.x * sitter.up.x + sitter.up.y * sitter.up.y).sqrt().max(1e-3);
    let up = (sitter.up.x / flat, sitter.up.y / flat);
    let feet = sitter.ground.x * up.0 + sitter.ground.y * up.1;
    let horizon = (feet + stream.uniform(0.05, 0.45) * height).clamp(-0.45 * height, 0.4 * height);
    scene::Ground { horizon, up }
}
