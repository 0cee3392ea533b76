"""Small images of the kinds that no encoder in Rust writes, for `crates/data/tests/fuzz.rs` to damage.

    python3 tests/pillow/make_seeds.py

writes them into crates/data/tests/seeds. Needs Pillow (made with 13.0).
"""

import struct
import zlib
from pathlib import Path

from PIL import Image

SEEDS = Path(__file__).resolve().parents[2] / "crates/data/tests/seeds"
WIDTH, HEIGHT = 37, 29


def picture():
    pixels = [(7 * x % 256, (5 * y + x * y) % 256, 200 if x > y else 30) for y in range(HEIGHT) for x in range(WIDTH)]
    image = Image.new("RGB", (WIDTH, HEIGHT))
    image.putdata(pixels)
    return image


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def interlaced_png(image):
    """Adam7: seven passes, each a picture of its own (PNG specification, 8.2)."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    rows = b""
    for left, top, across, down in passes:
        for y in range(top, HEIGHT, down):
            rows += b"\0" + b"".join(bytes(image.getpixel((x, y))) for x in range(left, WIDTH, across))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def run_length_bmp(image):
    """Runs of equal pixels and of unequal ones, from the lowest row up (BITMAPINFOHEADER, BI_RLE8)."""
    indices, runs = image.load(), b""
    for y in reversed(range(HEIGHT)):
        x = 0
        while x < WIDTH:
            count = 1
            while x + count < WIDTH and indices[x + count, y] == indices[x, y]:
                count += 1
            if count == 1 and x + 3 <= WIDTH:
                runs += bytes([0, 3, *(indices[x + i, y] for i in range(3)), 0])
                count = 3
            else:
                runs += bytes([count, indices[x, y]])
            x += count
        runs += b"\0\0"
    runs = runs[:-2] + b"\0\1"
    palette = image.getpalette()
    colors = b"".join(bytes([*palette[i : i + 3][::-1], 0]) for i in range(0, len(palette), 3))
    start = 14 + 40 + len(colors)
    header = struct.pack("<IiiHHIIiiII", 40, WIDTH, HEIGHT, 1, 8, 1, len(runs), 0, 0, len(colors) // 4, 0)
    return b"BM" + struct.pack("<IHHI", start + len(runs), 0, 0, start) + header + colors + runs


def main():
    SEEDS.mkdir(exist_ok=True)
    image = picture()
    palette = image.quantize(16)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Maker"
    image.save(SEEDS / "progressive.jpg", progressive=True, quality=70)
    image.save(SEEDS / "restarts.jpg", restart_marker_blocks=2, subsampling="4:2:2", quality=70)
    image.save(SEEDS / "exif.jpg", exif=exif, subsampling="4:4:4", quality=70)
    image.convert("CMYK").save(SEEDS / "cmyk.jpg", quality=70)
    image.convert("L").save(SEEDS / "grey.jpg", quality=70)
    palette.save(SEEDS / "palette.png", bits=4, transparency=3)
    (SEEDS / "interlaced.png").write_bytes(interlaced_png(image))
    image.convert("1").save(SEEDS / "bits.png")
    (SEEDS / "runs.bmp").write_bytes(run_length_bmp(palette))
    image.save(SEEDS / "lossy.webp", quality=60)
    image.convert("RGBA").save(SEEDS / "exif.webp", exif=exif, quality=60)
    palette.save(SEEDS / "interlaced.gif", interlace=True, transparency=3, save_all=True, append_images=[palette])
    for compression in ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg", "group4"]:
        of = image.convert("1") if compression == "group4" else image
        of.save(SEEDS / f"{compression.removeprefix('tiff_')}.tif", compression=compression)
    image.convert("CMYK").save(SEEDS / "cmyk.tif", compression="tiff_lzw")
    palette.save(SEEDS / "palette.tif", compression="tiff_lzw")
    image.convert("YCbCr").save(SEEDS / "differences.tif", compression="jpeg", quality=70)
    image.convert("LA").save(SEEDS / "big.tif", big_tiff=True)


if __name__ == "__main__":
    main()
