//! The first directory of a TIFF file (TIFF 6.0, section 2, and BigTIFF). EXIF data are such a file, too.

const SHORT: u16 = 3;
const LONG: u16 = 4;

/// A directory, and the file that it is in.
pub(super) struct Directory<'a> {
    bytes: &'a [u8],
    is_big_endian: bool,
    /// Whether offsets and counts have eight bytes.
    is_big: bool,
    /// Where its entries begin, and how many there are.
    first: usize,
    count: u64,
}

/// What an entry says.
pub(super) struct Entry<'a> {
    kind: u16,
    count: u64,
    /// Where in the file the value is.
    pub at: usize,
    value: &'a [u8],
    is_big_endian: bool,
}

impl<'a> Directory<'a> {
    /// The first directory of the file. `None` where there is none.
    pub fn first(bytes: &'a [u8]) -> Option<Directory<'a>> {
        let (is_big_endian, is_big) = match bytes.get(..4)? {
            b"II*\0" => (false, false),
            b"MM\0*" => (true, false),
            b"II+\0" => (false, true),
            b"MM\0+" => (true, true),
            _ => return None,
        };
        let at = number(bytes.get(if is_big { 8..16 } else { 4..8 })?, is_big_endian)?;
        let at = usize::try_from(at).ok()?;
        let first = at.checked_add(if is_big { 8 } else { 2 })?;
        let count = number(bytes.get(at..first)?, is_big_endian)?;
        Some(Directory { bytes, is_big_endian, is_big, first, count })
    }

    /// The first entry with this tag that is there with all of its value.
    pub fn entry(&self, tag: u16) -> Option<Entry<'a>> {
        let length = if self.is_big { 20 } else { 12 };
        let entries = self.bytes.get(self.first..)?.chunks_exact(length);
        let entries = entries.take(usize::try_from(self.count).unwrap_or(usize::MAX));
        let places = (self.first..).step_by(length);
        let mut entries = places.zip(entries).filter_map(|(at, entry)| self.read(at, entry));
        entries.find(|(found, _)| *found == tag).map(|(_, entry)| entry)
    }

    /// A number as this file writes it.
    pub fn short(&self, number: u16) -> [u8; 2] {
        if self.is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    }

    /// The entry at a place, and its tag: tag, type, count, and the value, or where it is if it has no room here.
    fn read(&self, at: usize, entry: &'a [u8]) -> Option<(u16, Entry<'a>)> {
        let number = |range| number(entry.get(range)?, self.is_big_endian);
        let (tag, kind) = (number(0..2)? as u16, number(2..4)? as u16);
        let (count, place) = if self.is_big { (number(4..12)?, &entry[12..]) } else { (number(4..8)?, &entry[8..]) };
        let length = usize::try_from(count.checked_mul(size(kind)?)?).ok()?;
        let at = if length <= place.len() {
            at + entry.len() - place.len()
        } else {
            usize::try_from(self::number(place, self.is_big_endian)?).ok()?
        };
        let value = self.bytes.get(at..at.checked_add(length)?)?;
        Some((tag, Entry { kind, count, at, value, is_big_endian: self.is_big_endian }))
    }
}

impl<'a> Entry<'a> {
    /// Its value, where it is one number.
    pub fn number(&self) -> Option<u64> {
        (self.count == 1 && matches!(self.kind, SHORT | LONG)).then(|| number(self.value, self.is_big_endian))?
    }

    /// The first of its numbers.
    pub fn first(&self) -> Option<u64> {
        let length = size(self.kind).filter(|_| matches!(self.kind, SHORT | LONG))?;
        number(self.value.get(..length as usize)?, self.is_big_endian)
    }

    /// Its numbers, where they are short ones.
    pub fn shorts(&self) -> Option<impl Iterator<Item = u16>> {
        let is_big_endian = self.is_big_endian;
        let (shorts, _) = self.value.as_chunks();
        let short =
            move |bytes: &[u8; 2]| if is_big_endian { u16::from_be_bytes(*bytes) } else { u16::from_le_bytes(*bytes) };
        (self.kind == SHORT).then(|| shorts.iter().map(short))
    }

    /// Its bytes.
    pub fn bytes(&self) -> &'a [u8] {
        self.value
    }
}

/// Bytes of a value of a type (TIFF 6.0, page 15; BigTIFF's are 13, 16, 17 and 18).
fn size(kind: u16) -> Option<u64> {
    match kind {
        1 | 2 | 6 | 7 => Some(1),
        SHORT | 8 => Some(2),
        LONG | 9 | 11 | 13 => Some(4),
        5 | 10 | 12 | 16 | 17 | 18 => Some(8),
        _ => None,
    }
}

/// Up to eight bytes as a number.
fn number(bytes: &[u8], is_big_endian: bool) -> Option<u64> {
    let mut word = [0; 8];
    if is_big_endian {
        word[8_usize.checked_sub(bytes.len())?..].copy_from_slice(bytes);
        Some(u64::from_be_bytes(word))
    } else {
        word.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(u64::from_le_bytes(word))
    }
}
