//! How images are cut into bands of rows, the tasks of threads.

/// A run of rows of an image.
pub(crate) struct Band<'a, T> {
    /// Which image, and which of its bands.
    pub image: usize,
    pub number: usize,
    /// Its numbers.
    pub numbers: &'a mut [T],
}

/// Cuts a batch whose images are `image` numbers long into bands of `band` numbers, the last of each image perhaps shorter.
pub(crate) fn bands<T>(batch: &mut [T], image: usize, band: usize) -> Vec<Band<'_, T>> {
    let images = batch.chunks_mut(image).enumerate();
    let bands = images.flat_map(|(image, numbers)| {
        let bands = numbers.chunks_mut(band).enumerate();
        bands.map(move |(number, numbers)| Band { image, number, numbers })
    });
    bands.collect()
}
