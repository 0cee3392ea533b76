//! What lies around the first frame of a GIF, where that is smaller than the picture: the first colour of its palette,
//! unless the frame has a transparent colour. That is Pillow's way.

use image::{DynamicImage, Rgba};

/// The picture, with what lies around its frame filled.
pub(super) fn interpret(bytes: &[u8], image: DynamicImage) -> DynamicImage {
    let Some([red, green, blue]) = surroundings(bytes) else { return image };
    let mut image = image.into_rgba8();
    for pixel in image.pixels_mut().filter(|pixel| pixel.0[3] == 0) {
        *pixel = Rgba([red, green, blue, 255]);
    }
    image.into()
}

/// The colour around the first frame; `None` where it is transparent, or there is no palette.
fn surroundings(bytes: &[u8]) -> Option<[u8; 3]> {
    const HEADER: usize = 13;
    let palette = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let first_of = |at: usize| -> Option<[u8; 3]> { bytes.get(at..at + 3)?.try_into().ok() };
    let flags = *bytes.get(10)?;
    let mut at = HEADER + palette(flags);
    loop {
        match *bytes.get(at)? {
            // An image: its own palette, or that of all.
            0x2C if bytes.get(at + 9)? & 0x80 != 0 => return first_of(at + 10),
            0x2C => return if flags & 0x80 != 0 { first_of(HEADER) } else { None },
            // An extension, of blocks. That of the frame says whether a colour is transparent.
            0x21 => {
                if *bytes.get(at + 1)? == 0xF9 && bytes.get(at + 3)? & 1 != 0 {
                    return None;
                }
                at += 2;
                loop {
                    let length = usize::from(*bytes.get(at)?);
                    at += 1 + length;
                    if length == 0 {
                        break;
                    }
                }
            }
            _ => return None,
        }
    }
}
