//! What a TIFF says of its transparency.

use super::rgb::Opacity;
use std::io::Cursor;
use tiff::decoder::Decoder;
use tiff::tags::Tag;

/// The value of `ExtraSamples` for colours that were multiplied with their opacity.
const ASSOCIATED: u16 = 1;

/// How the colours of a file were written.
pub(super) fn opacity(bytes: &[u8]) -> Opacity {
    let extra = Decoder::new(Cursor::new(bytes))
        .and_then(|mut decoder| decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples));
    match extra {
        Ok(Some(extra)) if extra.first() == Some(&ASSOCIATED) => Opacity::Associated,
        Ok(_) | Err(_) => Opacity::Separate,
    }
}
