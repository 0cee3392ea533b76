"""Makes stored/operations.safetensors: a small picture, and what torchvision's v2 transforms make of it.

    python -m venv venv; venv/bin/pip install -r requirements.txt; venv/bin/python make.py

Pictures are float32 in [0, 1], (height, width, channel), 11 x 14 pixels of every hue. crates/data/tests/torchvision.rs
reads them; the names say the operation and its number.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torchvision.transforms.v2 import functional as F

HEIGHT, WIDTH = 11, 14


def picture():
    """Integer arithmetic only: the same on every machine. The first pixels are grey, black and white."""
    i = torch.arange(HEIGHT * WIDTH * 3, dtype=torch.int64)
    levels = (i * i * 37 + i * 11) % 256
    levels[:9] = torch.tensor([120, 120, 120, 0, 0, 0, 255, 255, 255])
    return (levels.to(torch.float32) / 255).reshape(HEIGHT, WIDTH, 3).permute(2, 0, 1)


def main():
    source = picture()
    made = {"source": source}
    for factor in (0.5, 1.7):
        made[f"brightness_{factor}"] = F.adjust_brightness(source, factor)
        made[f"contrast_{factor}"] = F.adjust_contrast(source, factor)
        made[f"saturation_{factor}"] = F.adjust_saturation(source, factor)
    for turns in (-0.3, 0.1, 0.5):
        made[f"hue_{turns}"] = F.adjust_hue(source, turns)
    made["grayscale"] = F.rgb_to_grayscale(source, num_output_channels=3)
    made["blur_5_1.5"] = F.gaussian_blur(source, [5, 5], [1.5, 1.5])
    made["blur_9_0.7"] = F.gaussian_blur(source, [9, 9], [0.7, 0.7])
    made["crop_2_3_6_9"] = F.resized_crop(source, 2, 3, 6, 9, [HEIGHT, WIDTH], antialias=False)
    made["cutout_2_3_6_9"] = F.erase(source, 2, 3, 6, 9, torch.tensor(0.5))
    made["chain"] = F.adjust_hue(
        F.adjust_saturation(F.adjust_contrast(F.adjust_brightness(source, 1.2), 0.8), 1.4), -0.05
    )
    arrays = {name: image.permute(1, 2, 0).contiguous() for name, image in made.items()}
    save_file(arrays, Path(__file__).parent / "stored" / "operations.safetensors")


if __name__ == "__main__":
    main()
