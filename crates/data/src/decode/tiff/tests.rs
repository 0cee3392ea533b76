use super::super::decoded;
use super::*;
use crate::decode::admit;

/// A TIFF of 3 x 2 pixels in one strip: its tags, all of short numbers, and its samples.
fn file(is_big_endian: bool, tags: &[(u16, &[u16])], samples: &[u8]) -> Vec<u8> {
    let short = |number: u16| if is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() };
    let long = |number: usize| {
        let number = number as u32;
        if is_big_endian { number.to_be_bytes() } else { number.to_le_bytes() }
    };
    let common: [(u16, &[u16]); 6] =
        [(256, &[3]), (257, &[2]), (259, &[1]), (273, &[8]), (278, &[2]), (279, &[samples.len() as u16])];
    let mut tags = [&common, tags].concat();
    tags.sort_unstable_by_key(|(tag, _)| *tag);
    // The header, the samples, the directory, and the values that have no room in it.
    let directory = 8 + samples.len().next_multiple_of(2);
    let mut values = directory + 2 + 12 * tags.len() + 4;
    let mut bytes = if is_big_endian { b"MM\0*".to_vec() } else { b"II*\0".to_vec() };
    bytes.extend(long(directory));
    bytes.extend(samples);
    bytes.resize(directory, 0);
    bytes.extend(short(tags.len() as u16));
    let mut behind = Vec::new();
    for (tag, numbers) in tags {
        bytes.extend([short(tag), short(3)].concat());
        bytes.extend(long(numbers.len()));
        let mut value: Vec<u8> = numbers.iter().flat_map(|&number| short(number)).collect();
        if value.len() > 4 {
            bytes.extend(long(values));
            values += value.len();
            behind.extend(value);
        } else {
            value.resize(4, 0);
            bytes.extend(value);
        }
    }
    [bytes, vec![0; 4], behind].concat()
}

fn grey(levels: [u8; 6]) -> Vec<u8> {
    levels.iter().flat_map(|&level| [level; 3]).collect()
}

fn refused(bytes: &[u8]) -> String {
    match decode(bytes, &|_, _, _, _, _| admit(0, None)) {
        Err(refusal) => refusal.reason(),
        Ok(_) => panic!("was read"),
    }
}

#[test]
fn grey_of_few_bits_spans_black_to_white() {
    for is_big_endian in [false, true] {
        let of = |bits, photometric, samples: &[u8]| {
            decoded(&file(is_big_endian, &[(258, &[bits]), (262, &[photometric]), (277, &[1])], samples)).pixels
        };
        // Each row begins with a byte of its own.
        assert_eq!(of(2, 1, &[0b00_01_10_00, 0b11_10_01_00]), grey([0, 85, 170, 255, 170, 85]));
        assert_eq!(of(2, 0, &[0b00_01_10_00, 0b11_10_01_00]), grey([255, 170, 85, 0, 85, 170]));
        assert_eq!(of(4, 1, &[0x01, 0xF0, 0x23, 0x40]), grey([0, 17, 255, 34, 51, 68]));
        assert_eq!(of(4, 0, &[0x01, 0xF0, 0x23, 0x40]), grey([255, 238, 0, 221, 204, 187]));
    }
}

#[test]
fn palettes_are_looked_up() {
    for (bits, samples) in [
        (1, &[0b0100_0000, 0b1010_0000][..]),
        (2, &[0b00_01_00_00, 0b01_00_01_00]),
        (4, &[0x01, 0x00, 0x10, 0x10]),
        (8, &[0, 1, 0, 1, 0, 1]),
    ] {
        let count = 1 << bits;
        // Index 0 is (1, 2, 3), index 1 is (200, 100, 50).
        let mut map = vec![0; 3 * count];
        for (channel, [first, second]) in [[1, 200], [2, 100], [3, 50]].into_iter().enumerate() {
            (map[channel * count], map[channel * count + 1]) = (first << 8 | 0xFF, second << 8);
        }
        let tags: [(u16, &[u16]); 4] = [(258, &[bits]), (262, &[3]), (277, &[1]), (320, &map)];
        let expected: Vec<u8> =
            [0, 1, 0, 1, 0, 1].iter().flat_map(|&index| if index == 0 { [1, 2, 3] } else { [200, 100, 50] }).collect();
        for is_big_endian in [false, true] {
            assert_eq!(decoded(&file(is_big_endian, &tags, samples)).pixels, expected, "{bits} bits");
        }
        // A table that is too short is no table.
        let short: [(u16, &[u16]); 4] = [(258, &[bits]), (262, &[3]), (277, &[1]), (320, &map[1..])];
        assert!(decode(&file(false, &short, samples), &|_, _, _, _, _| Ok(None)).is_ok_and(|read| read.is_none()));
    }
}

#[test]
fn grey_has_opacity_where_the_tag_says_so() {
    let of = |extra| {
        let tags: [(u16, &[u16]); 4] = [(258, &[8, 8]), (262, &[1]), (277, &[2]), (338, &[extra])];
        decoded(&file(false, &tags, &[40, 255, 40, 0, 0, 51, 0, 255, 9, 255, 9, 255])).pixels
    };
    assert_eq!(of(2), grey([40, 255, 204, 0, 9, 9]));
    assert_eq!(of(1), grey([40, 255, 204, 0, 9, 9]), "multiplied: what is missing to white is added");
    assert_eq!(of(0), grey([40, 40, 0, 0, 9, 9]));
}

#[test]
fn planes_and_colour_differences_become_pixels() {
    let planes: [u8; 18] = std::array::from_fn(|at| at as u8);
    let tags: [(u16, &[u16]); 4] = [(258, &[8, 8, 8]), (262, &[2]), (277, &[3]), (284, &[2])];
    let planar = |tags: &[(u16, &[u16])], samples: &[u8], count: usize| {
        // A strip for each plane.
        let offsets: Vec<u16> = (0..count).map(|plane| 8 + 6 * plane as u16).collect();
        let lengths = vec![6; count];
        let mut all = tags.to_vec();
        all.extend([(273, &offsets[..]), (279, &lengths[..])]);
        // Those of one strip are replaced: the builder's come first.
        let bytes = file(false, &all, samples);
        without_first(bytes, &[273, 279])
    };
    let pixels: Vec<u8> = (0..6).flat_map(|at| [at, 6 + at, 12 + at]).collect();
    assert_eq!(decoded(&planar(&tags, &planes, 3)).pixels, pixels);
    let inks = [[0; 6], [255; 6], [51; 6], [0, 255, 0, 0, 0, 128]].concat();
    let tags: [(u16, &[u16]); 4] = [(258, &[8, 8, 8, 8]), (262, &[5]), (277, &[4]), (284, &[2])];
    let pixels = decoded(&planar(&tags, &inks, 4)).pixels;
    assert_eq!((&pixels[..6], &pixels[15..]), (&[255, 0, 204, 0, 0, 0][..], &[127, 0, 102][..]));

    let tags: [(u16, &[u16]); 4] = [(258, &[8, 8, 8]), (262, &[6]), (277, &[3]), (530, &[1, 1])];
    let samples =
        [[76, 85, 255], [150, 44, 21], [29, 255, 107], [0, 128, 128], [255, 128, 128], [128, 128, 128]].concat();
    let pixels = decoded(&file(false, &tags, &samples)).pixels;
    assert_eq!(pixels[..9], [254, 0, 0, 0, 255, 1, 0, 0, 254]);
    assert_eq!(pixels[9..], grey([0, 255, 128, 0, 0, 0])[..9]);
}

/// The file without the first entry of each of these tags.
fn without_first(mut bytes: Vec<u8>, tags: &[u16]) -> Vec<u8> {
    let directory = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
    for tag in tags {
        let count = u16::from_le_bytes(bytes[directory..][..2].try_into().unwrap());
        let entries = directory + 2..directory + 2 + 12 * usize::from(count);
        let at = entries.clone().step_by(12).find(|&at| bytes[at..][..2] == tag.to_le_bytes()).unwrap();
        bytes.copy_within(at + 12..entries.end, at);
        bytes[directory..][..2].copy_from_slice(&(count - 1).to_le_bytes());
    }
    bytes
}

#[test]
fn what_would_be_read_wrong_is_refused_by_name() {
    let tags: [(u16, &[u16]); 4] = [(258, &[1]), (262, &[1]), (266, &[2]), (277, &[1])];
    insta::assert_snapshot!(refused(&file(false, &tags, &[0; 2])), @"has the bits of its bytes in reverse order (FillOrder 2), which is not read here");
    let tags: [(u16, &[u16]); 5] = [(258, &[8, 8, 8]), (262, &[2]), (277, &[3]), (284, &[2]), (322, &[16])];
    insta::assert_snapshot!(refused(&file(false, &tags, &[0; 18])), @"has its colours in planes of tiles, which are not read here");
}
