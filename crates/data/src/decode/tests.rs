use super::*;
use crate::testing::{directory, encode, plan, png, portable};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};
use insta::assert_snapshot;
use plan::Interpolation;

fn is_refused(bytes: &[u8]) -> bool {
    decode(bytes, [1, 1], &|needed| admit(needed, None)).is_err()
}

fn refused(bytes: &[u8]) -> String {
    let data = directory(&[("image", bytes)]);
    portable(decode_one(&data.path().join("image"), &plan(data.path())).unwrap_err(), &data)
}

fn jpeg(height: u32, width: u32) -> Vec<u8> {
    let pixels: Vec<u8> = (0..height * width * 3).map(|i| (i * 7 % 251) as u8).collect();
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 90).write_image(&pixels, width, height, ExtendedColorType::Rgb8).unwrap();
    bytes
}

/// An EXIF segment that says nothing but an orientation, put in after the start-of-image marker.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn colour_grey_and_deep_images_become_rgb_bytes() {
    let colour = decoded(&png(2, 3, |row, column, channel| (row * 100 + column * 10 + channel) as u8));
    assert_eq!((colour.height, colour.width), (2, 3));
    assert_eq!(colour.pixels, [0, 1, 2, 10, 11, 12, 20, 21, 22, 100, 101, 102, 110, 111, 112, 120, 121, 122]);
    assert_eq!(decoded(&encode(&[7, 200], 1, 2, ExtendedColorType::L8)).pixels, [7, 7, 7, 200, 200, 200]);
    let deep: Vec<u8> = [0_u16, 65_535, 77 * 257].iter().flat_map(|level| level.to_ne_bytes()).collect();
    assert_eq!(decoded(&encode(&deep, 1, 1, ExtendedColorType::Rgb16)).pixels, [0, 255, 77]);
    assert_eq!(decoded(&encode(&deep[2..4], 1, 1, ExtendedColorType::L16)).pixels, [255, 255, 255]);
}

/// A picture of few colours, so that a palette holds them.
fn picture() -> image::RgbImage {
    image::RgbImage::from_fn(9, 5, |x, y| image::Rgb([(x * 28) as u8, (y * 60) as u8, if x > y { 200 } else { 10 }]))
}

#[test]
fn every_format_gives_the_picture_that_was_written() {
    let picture = picture();
    for format in [ImageFormat::Png, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Tiff] {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        let decoded = decoded(bytes.get_ref());
        assert_eq!((decoded.height, decoded.width), (5, 9), "{format:?}");
        assert_eq!(decoded.pixels, *picture.as_raw(), "{format:?}");
    }
    // JPEG loses some; of even areas of colour, little.
    let even = image::RgbImage::from_fn(32, 16, |x, _| image::Rgb(if x < 16 { [200, 30, 60] } else { [20, 90, 250] }));
    let mut bytes = Vec::new();
    even.write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, 100)).unwrap();
    let decoded = decoded(&bytes);
    assert_eq!((decoded.height, decoded.width), (16, 32));
    for (level, written) in decoded.pixels.iter().zip(even.as_raw()) {
        assert!(level.abs_diff(*written) <= 2, "{level} for {written}");
    }
}

#[test]
fn transparency_is_laid_over_white() {
    let rgba = [10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 200, 51];
    assert_eq!(
        decoded(&encode(&rgba, 1, 3, ExtendedColorType::Rgba8)).pixels,
        [10, 20, 30, 255, 255, 255, 204, 224, 244]
    );
    assert_eq!(decoded(&encode(&[40, 255, 40, 0], 1, 2, ExtendedColorType::La8)).pixels, [40, 40, 40, 255, 255, 255]);
}

#[test]
fn exif_orientation_is_applied() {
    let plain = jpeg(8, 16);
    let upright = decoded(&plain);
    let turned = decoded(&with_orientation(&plain, 6)); // the camera lay on its side: turn 90 degrees clockwise
    assert_eq!((turned.height, turned.width), (16, 8));
    for (row, column) in [(0, 0), (3, 5), (15, 7)] {
        let from = ((7 - column) * 16 + row) * 3;
        assert_eq!(turned.pixels[(row * 8 + column) * 3..][..3], upright.pixels[from..][..3], "({row}, {column})");
    }
    let mirrored = decoded(&with_orientation(&plain, 2));
    assert_eq!(mirrored.pixels[..3], upright.pixels[15 * 3..][..3]);
    assert_eq!(decoded(&with_orientation(&plain, 77)).pixels, upright.pixels, "no such orientation");
}

#[test]
fn a_webp_is_turned_as_its_prefixed_exif_says() {
    let mut whole = Cursor::new(Vec::new());
    picture().write_to(&mut whole, ImageFormat::WebP).unwrap();
    // Simple to extended (WebP container specification): a header that announces EXIF, the picture, then the EXIF.
    let picture_chunk = &whole.get_ref()[12..];
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    exif.extend([6, 0, 0, 0, 0, 0, 0, 0]);
    let chunk = |name: &[u8], body: &[u8]| {
        let length = (body.len() as u32).to_le_bytes();
        [name, &length, body, &vec![0; body.len() % 2]].concat()
    };
    let header = chunk(b"VP8X", &[0x08, 0, 0, 0, 8, 0, 0, 4, 0, 0]);
    let body = [b"WEBP", &header[..], picture_chunk, &chunk(b"EXIF", &exif)].concat();
    let file = chunk(b"RIFF", &body);
    let turned = decoded(&file);
    assert_eq!((turned.height, turned.width), (9, 5));
    let found = |file: &[u8]| webp::metadata(file).exif.map(std::borrow::Cow::into_owned);
    assert_eq!(found(&file), Some(exif.clone()));
    for end in 0..file.len() {
        assert_eq!(found(&file[..end]), None, "{end} bytes");
    }
    let mut claims_more = file.clone();
    let length = file.len() - exif.len() - 1; // its highest byte
    claims_more[length] = 0x41;
    assert_eq!((found(&claims_more), decoded(&claims_more).width), (None, 9), "as it stands");
    let mut expected = DynamicImage::from(picture());
    expected.apply_orientation(image::metadata::Orientation::Rotate90);
    assert_eq!(turned.pixels, *expected.as_bytes());
}

#[test]
fn a_jpeg_that_is_damaged_within_is_refused() {
    let mut damaged = jpeg(64, 64);
    let scan = damaged.windows(2).position(|marker| marker == [0xFF, 0xDA]).unwrap();
    let end = damaged.len() - 2;
    // No code of the tables that the encoder writes has so many ones.
    for pair in damaged[scan + 60..end].chunks_exact_mut(2).take(40) {
        pair.copy_from_slice(&[0xFF, 0x00]);
    }
    let reason = refused(&damaged);
    assert!(reason.starts_with("DATA/image: cannot be decoded: "), "{reason}");
}

#[test]
fn what_lies_around_the_frame_of_a_gif_has_the_first_colour() {
    // 2 x 2 pixels, four colours; the frame is the pixel at the upper left, of the second colour.
    let gif = |transparent: bool| {
        let mut bytes = b"GIF89a\x02\0\x02\0\x81\0\0".to_vec();
        bytes.extend([9, 8, 7, 60, 50, 40, 0, 0, 0, 0, 0, 0]);
        bytes.extend([0x21, 0xF9, 4, u8::from(transparent), 0, 0, 3, 0]);
        bytes.extend([0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4C, 0x01, 0, 0x3B]);
        decoded(&bytes).pixels
    };
    assert_eq!(gif(false), [60, 50, 40, 9, 8, 7, 9, 8, 7, 9, 8, 7]);
    assert_eq!(gif(true), [60, 50, 40, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
}

#[test]
fn sixteen_bits_of_a_bitmap_have_no_transparency_and_tiff_colours_may_be_multiplied() {
    // One pixel of 1 + 5 + 5 + 5 bits with masks; its first bit is 0.
    let mut bmp = b"BM".to_vec();
    bmp.extend([72_u32, 0, 70, 56, 1, 1].iter().flat_map(|number| number.to_le_bytes()));
    bmp.extend([1, 0, 16, 0, 3, 0, 0, 0]);
    bmp.extend([4_u32, 0, 0, 0, 0, 0x7C00, 0x03E0, 0x001F, 0x8000].iter().flat_map(|number| number.to_le_bytes()));
    bmp.extend([0x00, 0x7C, 0, 0]);
    assert_eq!(decoded(&bmp).pixels, [255, 0, 0]);

    let rgba = image::RgbaImage::from_pixel(1, 1, image::Rgba([40, 20, 0, 51]));
    let mut bytes = Cursor::new(Vec::new());
    rgba.write_to(&mut bytes, ImageFormat::Tiff).unwrap();
    assert_eq!(tiff::opacity(bytes.get_ref()), rgb::Opacity::Separate);
    assert_eq!(decoded(bytes.get_ref()).pixels, [212, 208, 204]);
    let associated = rgb::over_white(rgba.into(), rgb::Opacity::Associated).unwrap();
    assert_eq!(associated, [244, 224, 204]);
}

#[test]
fn content_and_not_the_name_tells_the_format() {
    let data = directory(&[("really_a_png.jpg", &png(1, 1, |_, _, _| 9))]);
    assert_eq!(decode_one(&data.path().join("really_a_png.jpg"), &plan(data.path())).unwrap(), [9; 72]);
}

#[test]
fn decode_one_gives_the_size_of_the_plan() {
    let data = directory(&[("a.png", &png(8, 12, |row, _, _| row as u8 * 30))]);
    for interpolation in [Interpolation::Nearest, Interpolation::Bilinear] {
        let plan = DataPlan { interpolation, ..plan(data.path()) };
        assert_eq!(decode_one(&data.path().join("a.png"), &plan).unwrap().len(), 4 * 6 * 3);
        let plan = DataPlan { color_mode: ColorMode::Grayscale, ..plan };
        assert_eq!(decode_one(&data.path().join("a.png"), &plan).unwrap().len(), 4 * 6);
    }
}

#[test]
fn colour_becomes_grey_before_it_is_resized() {
    // Blues of 0 and 5 are greys of 0 and 1, whose mean is rounded up; their own mean, 3, would be a grey of 0.
    let data = directory(&[
        ("blue.png", &png(1, 2, |_, column, channel| if (column, channel) == (1, 2) { 5 } else { 0 })),
        ("grey.png", &encode(&[7, 200], 1, 2, ExtendedColorType::L8)),
        ("clear.png", &encode(&[40, 255, 40, 0], 1, 2, ExtendedColorType::La8)),
    ]);
    let decoded = |name: &str, width: usize| {
        let plan = DataPlan { image_size: [1, width], color_mode: ColorMode::Grayscale, ..plan(data.path()) };
        decode_one(&data.path().join(name), &plan).unwrap()
    };
    assert_eq!((decoded("blue.png", 2), decoded("blue.png", 1)), (vec![0, 1], vec![1]));
    assert_eq!((decoded("grey.png", 2), decoded("clear.png", 2)), (vec![7, 200], vec![40, 255]));
}

#[test]
fn broken_files_are_named_with_the_reason() {
    assert_snapshot!(refused(b""), @"DATA/image: the file is empty");
    assert_snapshot!(refused(b"<html>404 not found</html>"), @"DATA/image: not a supported image format (JPEG, PNG, GIF, BMP, WebP, TIFF)");
    let data = directory(&[]);
    let missing = decode_one(&data.path().join("gone.png"), &plan(data.path())).unwrap_err();
    assert_snapshot!(portable(missing, &data), @"DATA/gone.png: cannot be read: No such file or directory (os error 2)");
    let whole = jpeg(64, 64);
    assert_snapshot!(refused(&whole[..whole.len() / 2]), @"DATA/image: is truncated: the JPEG data stops before its end marker");
    let whole = png(64, 64, |row, column, channel| (row * column * 31 + channel) as u8);
    assert_snapshot!(refused(&whole[..whole.len() / 2]), @"DATA/image: is truncated");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 0x10;
    let reason = refused(&flipped);
    assert!(reason.starts_with("DATA/image: cannot be decoded: ") && reason.contains("CRC error"), "{reason}");
}

#[test]
fn every_truncation_of_a_jpeg_and_a_png_is_refused() {
    let (jpeg, png) = (with_orientation(&jpeg(16, 16), 3), png(9, 9, |row, column, _| (row * column) as u8));
    // The end-of-image marker takes the last 2 bytes of the one; the 12 of the end chunk of the other carry nothing.
    for (whole, needed) in [(&jpeg, jpeg.len()), (&png, png.len() - 12)] {
        for end in 0..needed {
            assert!(is_refused(&whole[..end]), "{end} of {} bytes", whole.len());
        }
    }
}

#[test]
fn what_stands_beside_the_picture_of_a_jpeg_is_passed_over() {
    let plain = jpeg(16, 16);
    let (start, rest) = plain.split_at(20); // behind the JFIF segment
    let lasting = b"\xFF\xED\x00\x20too short";
    for beside in [&b"stray"[..], b"\xFF\xFE\x00\x06text", b"\xFF\xFF\xFF", b"\xFF\xE1\x00\x0AExif\0\0II"] {
        assert_eq!(decoded(&[start, beside, rest].concat()).pixels, decoded(&plain).pixels, "{beside:?}");
    }
    assert!(is_refused(&[start, lasting, rest].concat()), "the segment reaches into the tables");
    assert_eq!(decoded(&[&plain[..], b"data that cameras append"].concat()).pixels, decoded(&plain).pixels);
}

#[test]
fn a_few_bytes_that_claim_to_be_a_huge_image_are_refused() {
    let mut bomb = png(1, 1, |_, _, _| 0);
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]); // 65,536 x 65,536
    let checksum = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
    assert_snapshot!(refused(&bomb), @"DATA/image: is too large: more than 178956970 pixels, or more than 1 GiB to decode");
    // Few pixels, and many for each of them while they are resized.
    let pole = encode(&vec![0; 131_073], 131_073, 1, ExtendedColorType::L8);
    assert_snapshot!(refused(&pole), @"DATA/image: is too large: more than 131072 pixels high or wide");
}

#[test]
fn of_large_images_one_is_in_memory_until_it_has_its_final_size() {
    // 15 million pixels take 75 MB on the way.
    let large = encode(&vec![7; 15_000_000], 5000, 3000, ExtendedColorType::L8);
    let (image, turn) = decode(&large, [1, 1], &|needed| admit(needed, None)).unwrap();
    assert_eq!((image.height, image.width, limits::is_free()), (5000, 3000, false));
    drop(turn);
    // Nor is one decoded for which there is not so much memory.
    let refused = decode(&large, [1, 1], &|needed| match needed {
        60_000_000..100_000_000 => Err(Refusal::Unable("not now".to_owned())),
        _ => Ok(None),
    });
    assert_eq!(refused.err(), Some(Refusal::Unable("not now".to_owned())));
}

#[test]
fn what_resizing_takes_counts() {
    let needed = |target| limits::needed(ImageFormat::Png, ColorType::L8, 1, 100_000, 0, target);
    assert!(needed([100, 100]).is_ok_and(|bytes| bytes > 30_000_000));
    // Every row becomes 4,000 pixels wide before the rows become fewer.
    assert!(needed([4000, 4000]).is_err_and(|reason| reason.starts_with("is too large")));
}

/// The checksum of a PNG chunk (PNG specification, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { 0xEDB8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}

#[test]
fn garbage_behind_every_signature_is_an_error_and_no_panic() {
    let signatures: [&[u8]; 7] =
        [b"\xFF\xD8\xFF\xE0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF\x24\0\0\0WEBPVP8 ", b"II*\0", b"MM\0*"];
    let mut stream = plan::Stream::new(1, plan::Purpose::Split, &[]);
    for signature in signatures {
        for length in [0, 1, 10, 100, 1000] {
            let garbage: Vec<u8> = (0..length).map(|_| stream.bits() as u8).collect();
            assert!(is_refused(&[signature, &garbage].concat()), "{signature:?} and {length} bytes");
        }
    }
}
