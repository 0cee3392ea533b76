//! What `plan` knows of the memory that `kernels` take, beside what they do: neither uses the other.

mod common;

use common::{conv, dense, network};
use kernels::dense::rows_of_chunk;
use nn::{Image, Vector};
use plan::memory::scratch;
use plan::step::Step;
use plan::{Activation, Layer, Padding};

#[test]
fn the_gradient_of_a_kernel_is_summed_in_as_many_chunks_as_the_estimate_says() {
    // Of kernels of so many filters: the numbers for 16, 8, 4, 2 chunks and one; small batches have fewer.
    let mut seen = Vec::new();
    for filters in [8, 100, 200, 400, 700, 900, 1700] {
        for batch in [1, 3, 20] {
            let plan = conv(filters, [5, 5], [1, 1], Padding::Valid, Activation::Linear);
            let network = network::<Image<6, 6, 32>>(Layer::Conv2d(plan));
            let kernel = network.layers[0].parameters()[0].size();
            let chunks = kernels::chunks(batch, kernel).len();
            // Besides, the kernel in another order and an image.
            let image = (6 * 6 * 32).max(2 * 2 * filters);
            let estimate = scratch(Step::One(&network.layers[0]), batch as u64, 1);
            assert_eq!(estimate, ((chunks + 1) * kernel + image) as u64, "{filters} filters, batch of {batch}");
            seen.push(chunks);
        }
    }
    assert!([1, 2, 3, 4, 8, 16].iter().all(|chunks| seen.contains(chunks)), "{seen:?}");
}

#[test]
fn a_matrix_is_multiplied_in_as_many_chunks_of_rows_as_the_estimate_says() {
    fn check<const INPUTS: usize>(chunks: usize) {
        let (batch, outputs) = (4, 1000);
        let network = network::<Vector<INPUTS>>(dense(outputs, true, Activation::Relu));
        let rows = rows_of_chunk(&kernels::dense::Shape { batch, inputs: INPUTS, outputs });
        assert_eq!(INPUTS.div_ceil(rows), chunks, "{INPUTS} inputs");
        let estimate = scratch(Step::One(&network.layers[0]), batch as u64, 1);
        assert_eq!(estimate, (batch * INPUTS.max(chunks * outputs)) as u64, "{INPUTS} inputs");
    }
    check::<100>(1);
    check::<129>(2);
    check::<6272>(49);
    check::<8193>(57);
    check::<40_000>(63);
}
