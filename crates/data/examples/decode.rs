//! Decodes images for tests/pillow/compare.py. A line `HEIGHT WIDTH MODE INTERPOLATION PATH` comes in; `ok COUNT` and so
//! many bytes go out, or `refused REASON`.

use plan::{ColorMode, DataPlan, Interpolation};
use std::io::{BufRead, Write};
use std::path::Path;

fn main() -> std::io::Result<()> {
    data::apart::decode_apart();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        match decode(&line?) {
            Ok(levels) => {
                writeln!(out, "ok {}", levels.len())?;
                out.write_all(&levels)?;
            }
            Err(reason) => writeln!(out, "refused {}", reason.replace('\n', " "))?,
        }
        out.flush()?;
    }
    Ok(())
}

fn decode(line: &str) -> Result<Vec<u8>, String> {
    let [height, width, mode, interpolation, path] = line.splitn(5, ' ').collect::<Vec<_>>()[..] else {
        return Err("expected HEIGHT WIDTH MODE INTERPOLATION PATH".to_owned());
    };
    let number = |text: &str| text.parse().map_err(|_| format!("no size: {text}"));
    let color_mode = [ColorMode::Rgb, ColorMode::Grayscale].into_iter().find(|known| known.name() == mode);
    let interpolation = Interpolation::ALL.into_iter().find(|known| known.name() == interpolation);
    let plan = DataPlan {
        color_mode: color_mode.ok_or("no such mode")?,
        interpolation: interpolation.ok_or("no such interpolation")?,
        ..DataPlan::new("", [number(height)?, number(width)?])
    };
    data::decode_one(Path::new(path), &plan).map_err(|bad| bad.reason)
}
