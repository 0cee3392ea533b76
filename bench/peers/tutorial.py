"""The augmentation of the cats and dogs tutorial, as Keras's `ImageDataGenerator` takes it."""

AUGMENTATION = {
    "rescale": 1 / 255,
    "rotation_range": 40,
    "width_shift_range": 0.2,
    "height_shift_range": 0.2,
    "shear_range": 0.2,
    "zoom_range": 0.2,
    "horizontal_flip": True,
    "fill_mode": "nearest",
}
