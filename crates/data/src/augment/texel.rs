//! What pictures are made of when they are resampled: bytes as decoded, or numbers where something was done to them
//! before.

/// One level of one channel.
pub(super) trait Texel: Copy + Default {
    /// The fewest levels of a picture that [`Texel::pair`] reads from.
    const REACH: usize;

    /// The levels of two neighbours, of which the first begins at `at`, where at least `LANES` levels follow the second.
    /// A lane more than there are channels is of no use.
    fn pair_inside<const CHANNELS: usize, const LANES: usize>(pixels: &[Self], at: usize) -> [[f32; LANES]; 2];

    /// The same anywhere in the picture; what stands behind its end is any number.
    fn pair<const CHANNELS: usize, const LANES: usize>(pixels: &[Self], at: usize) -> [[f32; LANES]; 2];

    /// A level in [0, 1].
    fn scaled(level: f32) -> f32;
}

impl Texel for u8 {
    const REACH: usize = 8;

    #[inline(always)]
    fn pair_inside<const CHANNELS: usize, const LANES: usize>(pixels: &[u8], at: usize) -> [[f32; LANES]; 2] {
        let both = &pixels[at..at + CHANNELS + LANES];
        [0, CHANNELS].map(|first| std::array::from_fn(|lane| f32::from(both[first + lane])))
    }

    #[inline(always)]
    fn pair<const CHANNELS: usize, const LANES: usize>(pixels: &[u8], at: usize) -> [[f32; LANES]; 2] {
        // Eight bytes that end with the picture's at the latest, without those before `at`.
        let from = at.min(pixels.len() - 8);
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&pixels[from..from + 8]);
        let word = u64::from_le_bytes(bytes) >> (8 * (at - from));
        [word, word >> (8 * CHANNELS)].map(|word| std::array::from_fn(|lane| f32::from((word >> (8 * lane)) as u8)))
    }

    #[inline(always)]
    fn scaled(level: f32) -> f32 {
        level / 255.0
    }
}

impl Texel for f32 {
    const REACH: usize = 1;

    #[inline(always)]
    fn pair_inside<const CHANNELS: usize, const LANES: usize>(pixels: &[f32], at: usize) -> [[f32; LANES]; 2] {
        let both = &pixels[at..at + CHANNELS + LANES];
        [0, CHANNELS].map(|first| std::array::from_fn(|lane| both[first + lane]))
    }

    #[inline(always)]
    fn pair<const CHANNELS: usize, const LANES: usize>(pixels: &[f32], at: usize) -> [[f32; LANES]; 2] {
        let last = pixels.len() - 1;
        [at, at + CHANNELS].map(|first| std::array::from_fn(|lane| pixels[(first + lane).min(last)]))
    }

    #[inline(always)]
    fn scaled(level: f32) -> f32 {
        level
    }
}
