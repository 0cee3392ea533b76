//! What pictures are made of when they are resampled: bytes as decoded, or numbers where something was done to them
//! before.

/// One level of one channel.
pub(super) trait Texel: Copy + Default {
    /// The fewest levels of a picture that [`Texel::pair`] reads from.
    const REACH: usize;

    /// The levels of two neighbours, of which the first begins at `at`. A lane more than there are channels is of no use.
    ///
    /// # Safety
    /// A third pixel stands behind the two.
    unsafe fn pair_inside<const CHANNELS: usize, const LANES: usize>(pixels: &[Self], at: usize) -> [[f32; LANES]; 2];

    /// The same anywhere in the picture; what stands behind its end is any number.
    fn pair<const CHANNELS: usize, const LANES: usize>(pixels: &[Self], at: usize) -> [[f32; LANES]; 2];

    /// A grey level, 0 to 255, as one of these pictures.
    fn level(grey: f32) -> f32;

    /// Brings levels into [0, 1].
    fn scale(levels: &mut [f32]);
}

impl Texel for u8 {
    const REACH: usize = 8;

    #[inline(always)]
    unsafe fn pair_inside<const CHANNELS: usize, const LANES: usize>(pixels: &[u8], at: usize) -> [[f32; LANES]; 2] {
        // SAFETY: there are three pixels, and a pixel has a lane too many at most.
        let both = unsafe { pixels.get_unchecked(at..at + CHANNELS + LANES) };
        [0, CHANNELS].map(|first| std::array::from_fn(|lane| f32::from(both[first + lane])))
    }

    #[inline(always)]
    fn pair<const CHANNELS: usize, const LANES: usize>(pixels: &[u8], at: usize) -> [[f32; LANES]; 2] {
        // Eight bytes that end with the picture's at the latest, without those before `at`.
        let from = at.min(pixels.len() - 8);
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&pixels[from..from + 8]);
        let word = u64::from_le_bytes(bytes) >> (8 * (at - from));
        [word, word >> (8 * CHANNELS)].map(|word| {
            let bytes = (word as u32).to_le_bytes();
            std::array::from_fn(|lane| f32::from(bytes[lane]))
        })
    }

    fn level(grey: f32) -> f32 {
        grey
    }

    #[inline(always)]
    fn scale(levels: &mut [f32]) {
        levels.iter_mut().for_each(|level| *level /= 255.0);
    }
}

impl Texel for f32 {
    const REACH: usize = 1;

    #[inline(always)]
    unsafe fn pair_inside<const CHANNELS: usize, const LANES: usize>(pixels: &[f32], at: usize) -> [[f32; LANES]; 2] {
        // SAFETY: there are three pixels, and a pixel has a lane too many at most.
        let both = unsafe { pixels.get_unchecked(at..at + CHANNELS + LANES) };
        [0, CHANNELS].map(|first| std::array::from_fn(|lane| both[first + lane]))
    }

    #[inline(always)]
    fn pair<const CHANNELS: usize, const LANES: usize>(pixels: &[f32], at: usize) -> [[f32; LANES]; 2] {
        let last = pixels.len() - 1;
        [at, at + CHANNELS].map(|first| std::array::from_fn(|lane| pixels[(first + lane).min(last)]))
    }

    fn level(grey: f32) -> f32 {
        grey / 255.0
    }

    #[inline(always)]
    fn scale(_: &mut [f32]) {}
}
