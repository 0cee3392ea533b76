"""Small images whose metadata say which side is up, in every place where Pillow looks for it and in some where it does not.

    python3 tests/pillow/make_orientation.py

writes them into crates/data/tests/orientation, with a table of how Pillow's `exif_transpose` turns each (1 to 8, as EXIF
counts): `crates/data/tests/orientation.rs` compares. Needs Pillow (made with 13.0). The raw profiles are laid out as
ImageMagick lays them out.
"""

import io
import struct
import warnings
import zlib
from pathlib import Path

from PIL import Image, ImageOps

FOLDER = Path(__file__).resolve().parents[2] / "crates/data/tests/orientation"
WIDTH, HEIGHT = 16, 8
PREFIX = b"Exif\0\0"
RAW, APP1, XMP = b"Raw profile type exif", b"Raw profile type APP1", b"XML:com.adobe.xmp"
TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def picture():
    """A quarter of each of four colours, so that no turn gives the same."""
    image = Image.new("RGB", (WIDTH, HEIGHT))
    colors = [(200, 30, 60), (20, 90, 250), (240, 240, 10), (0, 0, 0)]
    image.putdata([colors[x // 8 + y // 4 * 2] for y in range(HEIGHT) for x in range(WIDTH)])
    return image


def exif(*values, kind=3, order="<"):
    """EXIF data with an entry for each of these orientations."""
    value = {1: "Bxxx", 3: "Hxx", 4: "I"}[kind]
    entries = b"".join(struct.pack(order + "HHI" + value, 0x0112, kind, 1, number) for number in values)
    head = b"II*\0" if order == "<" else b"MM\0*"
    return head + struct.pack(order + "IH", 8, len(values)) + entries + bytes(4)


def raw(data):
    digits = data.hex()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    return "\n".join(["", "exif", f"{len(data):8}", *lines, ""]).encode()


def attribute(number):
    return f'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="{number}"/>'.encode()


def element(number):
    return f"<tiff:Orientation>{number}</tiff:Orientation>".encode()


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def chunk(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(image):
    whole, packed = saved(image, "PNG"), zlib.compress

    def before(*chunks):
        return whole[:33] + b"".join(chunks) + whole[33:]

    def behind(*chunks):
        return whole[:-12] + b"".join(chunks) + whole[-12:]

    profile = chunk(b"zTXt", RAW, b"\0\0", packed(raw(PREFIX + exif(6))))
    yield "plain", whole
    yield "exif", before(chunk(b"eXIf", exif(6)))
    yield "exif_big_endian", before(chunk(b"eXIf", exif(6, order=">")))
    yield "exif_behind", behind(chunk(b"eXIf", exif(6)))
    yield "exif_long", before(chunk(b"eXIf", exif(6, kind=4)))
    yield "exif_byte", before(chunk(b"eXIf", exif(6, kind=1)))
    yield "exif_two", before(chunk(b"eXIf", exif(6, 3)))
    yield "exif_text", before(chunk(b"tEXt", b"exif\0", exif(3)))
    yield "profile_packed", before(profile)
    yield "profile_behind", behind(profile)
    yield "profile_text", before(chunk(b"tEXt", RAW, b"\0", raw(exif(5))))
    yield "profile_international", before(chunk(b"iTXt", RAW, b"\0\0\0\0\0", raw(exif(7))))
    yield "profile_international_packed", before(chunk(b"iTXt", RAW, b"\0\1\0en\0k\0", packed(raw(exif(8)))))
    yield "profile_cut", before(chunk(b"zTXt", RAW, b"\0\0", packed(raw(exif(6)))[:-9]))
    yield "profile_app1", before(chunk(b"zTXt", APP1, b"\0\0", packed(raw(PREFIX + exif(6)))))
    yield "exif_before_profile", before(profile, chunk(b"eXIf", exif(3)))
    yield "xmp", before(chunk(b"iTXt", XMP, b"\0\0\0\0\0", attribute(6)))
    yield "xmp_packed", before(chunk(b"iTXt", XMP, b"\0\1\0\0\0", packed(element(4))))
    yield "xmp_text", before(chunk(b"tEXt", XMP, b"\0", attribute(2)))
    yield "exif_before_xmp", before(chunk(b"eXIf", exif(3)), chunk(b"iTXt", XMP, b"\0\0\0\0\0", attribute(6)))
    yield "exif_of_none", before(chunk(b"eXIf", exif(77)), chunk(b"iTXt", XMP, b"\0\0\0\0\0", attribute(6)))


def jpeg(image):
    whole = saved(image, "JPEG", quality=95, subsampling="4:4:4")
    data = exif(8)

    def segments(*bodies):
        return whole[:2] + b"".join(b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body for body in bodies) + whole[2:]

    def xmp(text):
        return b"http://ns.adobe.com/xap/1.0/\0" + text

    yield "plain", whole
    for number in range(1, 9):
        yield f"exif_{number}", segments(PREFIX + exif(number))
    yield "exif_of_none", segments(PREFIX + exif(77))
    yield "exif_in_two_segments", segments(PREFIX + data[:12], PREFIX + data[12:])
    yield "exif_prefixed_twice", segments(PREFIX + PREFIX + data)
    yield "xmp", segments(xmp(attribute(6)))
    yield "xmp_element", segments(xmp(element(4)))
    yield "xmp_of_two", segments(xmp(attribute(6)), xmp(attribute(3)))
    yield "exif_behind_xmp", segments(xmp(attribute(6)), PREFIX + exif(3))
    yield "exif_cut", segments(PREFIX + data[:-8], xmp(attribute(3)))
    yield "of_several", saved(image, "MPO", save_all=True, append_images=[image], exif=PREFIX + exif(6), quality=95, subsampling="4:4:4")


def webp(image):
    def written(**metadata):
        return saved(image, "WEBP", lossless=True, **metadata)

    def unannounced(file):
        return file[:20] + b"\0" + file[21:]

    yield "plain", written()
    yield "exif", written(exif=exif(6))
    yield "xmp", written(xmp=attribute(6))
    yield "exif_before_xmp", written(exif=exif(3), xmp=attribute(6))
    yield "exif_unannounced", unannounced(written(exif=exif(6)))
    yield "xmp_unannounced", unannounced(written(xmp=attribute(6)))


def tiff(image):
    yield "plain", saved(image, "TIFF")
    yield "tag", saved(image, "TIFF", tiffinfo={274: 6})
    yield "tag_big", saved(image, "TIFF", big_tiff=True, tiffinfo={274: 8})
    yield "xmp", saved(image, "TIFF", tiffinfo={700: attribute(6)})
    yield "tag_before_xmp", saved(image, "TIFF", tiffinfo={274: 3, 700: attribute(6)})


def gif(image):
    yield "plain", saved(image, "GIF")
    yield "xmp", saved(image, "GIF", xmp=attribute(6))


def turn(path, plain):
    """The number of the turn that makes of the picture without metadata what Pillow makes of the one with them."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
    turned = {1: plain} | {number: plain.transpose(how) for number, how in TRANSPOSITIONS.items()}
    return next(number for number, image in turned.items() if image.size == upright.size and image.tobytes() == upright.tobytes())


def main():
    warnings.simplefilter("ignore")  # about EXIF data that are cut short
    FOLDER.mkdir(exist_ok=True)
    rows = []
    for ending, make in [("png", png), ("jpg", jpeg), ("webp", webp), ("tif", tiff), ("gif", gif)]:
        for name, content in make(picture()):
            path = FOLDER / f"{name}.{ending}"
            path.write_bytes(content)
            with Image.open(FOLDER / f"plain.{ending}") as image:
                rows.append(f"{path.name}\t{turn(path, image.convert('RGB'))}")
    (FOLDER / "turns.tsv").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
