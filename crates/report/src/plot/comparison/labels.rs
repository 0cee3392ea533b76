//! The left side of the comparison plot: what variants are called.

use super::super::font::{self, Weight};
use super::super::frame;
use super::super::palette::{INK, SOFT};
use super::super::scene::{Scene, Type};
use crate::input::{Input, VariantInput};
use files::shown;

const LABEL_SIZE: f64 = 12.5;

/// The variants' names, to the left: a column for each factor, or one for the names.
pub struct Labels {
    titles: Vec<String>,
    widths: Vec<f64>,
    by_factor: bool,
}

impl Labels {
    pub fn new(input: &Input) -> Labels {
        let factors = input.factors();
        let column = |title: &str, cells: Vec<&str>, most: f64| {
            let cells = cells.iter().map(|cell| font::width(&shown(cell).to_string(), LABEL_SIZE, Weight::Bold));
            let widest = cells.fold(font::width(title, 11.0, Weight::Bold), f64::max);
            widest.min(most) + 20.0
        };
        let by_factor: Vec<f64> = factors
            .iter()
            .enumerate()
            .map(|(index, factor)| {
                let levels = input.variants.iter().map(|variant| variant.levels[index].1.as_str());
                column(factor, levels.collect(), 150.0)
            })
            .collect();
        if !factors.is_empty() && by_factor.iter().sum::<f64>() <= 460.0 {
            let titles = factors.into_iter().map(str::to_owned).collect();
            return Labels { titles, widths: by_factor, by_factor: true };
        }
        let names = input.variants.iter().map(|variant| variant.name.as_str()).collect();
        Labels { titles: vec!["variant".to_owned()], widths: vec![column("variant", names, 340.0)], by_factor: false }
    }

    pub fn width(&self) -> f64 {
        self.widths.iter().sum::<f64>() + 6.0
    }

    pub fn header(&self, scene: &mut Scene, top: f64) {
        let mut x = frame::MARGIN;
        for (title, width) in self.titles.iter().zip(&self.widths) {
            let text = font::shorten(&shown(title).to_string(), 11.0, Weight::Bold, width - 8.0);
            scene.text((x, top - 15.0), text, Type::new(11.0, SOFT).bold());
            x += width;
        }
    }

    /// A variant's row, with a word below it: that it is the baseline, say.
    pub fn row(&self, scene: &mut Scene, variant: &VariantInput, y: f64, word: &str) {
        let cells: Vec<&str> = if self.by_factor {
            variant.levels.iter().map(|(_, level)| level.as_str()).collect()
        } else {
            vec![variant.name.as_str()]
        };
        let mut x = frame::MARGIN;
        let y = if word.is_empty() { y } else { y - 5.0 };
        for (cell, width) in cells.iter().zip(&self.widths) {
            let text = font::shorten(&shown(*cell).to_string(), LABEL_SIZE, Weight::Bold, width - 8.0);
            scene.text((x, y), text, Type::new(LABEL_SIZE, INK).bold());
            x += width;
        }
        if !word.is_empty() {
            scene.text((frame::MARGIN, y + 14.0), word, Type::new(9.5, SOFT));
        }
    }
}
