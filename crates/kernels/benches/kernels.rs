//! The stages of the reference network: 150x150 RGB images, batch 20, four blocks of convolution, ReLU and pooling with
//! 32, 64, 128 and 128 filters, dense 512, dense 1. Throughput counts floating-point operations of the layer as a dense
//! engine would do them (two a multiply-add), so a kernel that skips zeros may exceed the processor's peak. `step` is all
//! of a training step but the loss and the optimizer, and counts images.
//!
//! `RAYON_NUM_THREADS=1 cargo bench -p kernels` for one thread, `ABLATE_CPU=avx2` for another instruction set.

use divan::{Bencher, counter::ItemsCount};
use kernels::{conv_relu_pool as block, conv2d, dense};

const BATCH: usize = 20;

fn main() {
    divan::main();
}

/// The convolution of block 1 to 4.
fn conv(number: usize) -> conv2d::Shape {
    let (size, inputs, outputs) = [(150, 3, 32), (74, 32, 64), (36, 64, 128), (17, 128, 128)][number - 1];
    conv2d::Shape {
        batch: BATCH,
        in_height: size,
        in_width: size,
        in_channels: inputs,
        out_height: size - 2,
        out_width: size - 2,
        out_channels: outputs,
        groups: 1,
        kernel: [3, 3],
        strides: [1, 1],
        pad_top: 0,
        pad_left: 0,
    }
}

/// Reproducible numbers in [-1, 1).
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_761).max(1);
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// One block with its numbers: about half of the units are dead, as in a network that is learning.
struct Block {
    shape: conv2d::Shape,
    x: Vec<f32>,
    kernel: Vec<f32>,
    bias: Vec<f32>,
    y: Vec<f32>,
    winners: Vec<u8>,
    dy: Vec<f32>,
}

impl Block {
    fn new(number: usize) -> Block {
        let shape = conv(number);
        let pooled = BATCH * block::pooled_len(&shape);
        let mut block = Block {
            shape,
            x: numbers(BATCH * shape.in_len(), 1),
            kernel: numbers(shape.kernel_len(), 2),
            bias: vec![-(shape.kernel_len() as f32 / shape.out_channels as f32).sqrt() * 0.4; shape.out_channels],
            y: vec![0.0; pooled],
            winners: vec![0; pooled],
            dy: numbers(pooled, 3),
        };
        block::forward(&shape, &block.x, &block.kernel, Some(&block.bias), &mut block.y, &mut block.winners);
        block
    }

    fn operations(&self) -> ItemsCount {
        ItemsCount::new(2 * self.shape.multiply_adds())
    }
}

#[divan::bench(args = [1, 2, 3, 4])]
fn block_forward(bencher: Bencher, number: usize) {
    let mut b = Block::new(number);
    let operations = b.operations();
    bencher
        .counter(operations)
        .bench_local(|| block::forward(&b.shape, &b.x, &b.kernel, Some(&b.bias), &mut b.y, &mut b.winners));
}

#[divan::bench(args = [1, 2, 3, 4])]
fn block_backward(bencher: Bencher, number: usize) {
    let b = Block::new(number);
    let mut dx = (number > 1).then(|| vec![0.0; b.x.len()]);
    let (mut dkernel, mut dbias) = (vec![0.0; b.kernel.len()], vec![0.0; b.bias.len()]);
    let passes = if number > 1 { 2 } else { 1 };
    bencher.counter(ItemsCount::new(2 * passes * b.shape.multiply_adds())).bench_local(|| {
        block::backward(
            &b.shape,
            &b.x,
            &b.dy,
            &b.winners,
            &b.kernel,
            dx.as_deref_mut(),
            &mut dkernel,
            Some(&mut dbias),
        );
    });
}

#[divan::bench(args = [1, 2, 3, 4])]
fn conv2d_forward(bencher: Bencher, number: usize) {
    let b = Block::new(number);
    let mut y = vec![0.0; BATCH * b.shape.out_len()];
    bencher
        .counter(b.operations())
        .bench_local(|| conv2d::forward(&b.shape, &b.x, &b.kernel, Some(&b.bias), true, &mut y));
}

#[divan::bench(args = [2, 3, 4])]
fn conv2d_backward_input(bencher: Bencher, number: usize) {
    let b = Block::new(number);
    let dy = numbers(BATCH * b.shape.out_len(), 4);
    let mut dx = vec![0.0; b.x.len()];
    bencher.counter(b.operations()).bench_local(|| conv2d::backward_input(&b.shape, &dy, &b.kernel, &mut dx));
}

#[divan::bench(args = [1, 2, 3, 4])]
fn conv2d_backward_kernel(bencher: Bencher, number: usize) {
    let b = Block::new(number);
    let dy = numbers(BATCH * b.shape.out_len(), 4);
    let (mut dkernel, mut dbias) = (vec![0.0; b.kernel.len()], vec![0.0; b.bias.len()]);
    bencher
        .counter(b.operations())
        .bench_local(|| conv2d::backward_kernel(&b.shape, &b.x, &dy, &mut dkernel, Some(&mut dbias)));
}

/// A dense layer with its numbers.
struct Dense {
    shape: dense::Shape,
    x: Vec<f32>,
    kernel: Vec<f32>,
    dy: Vec<f32>,
}

impl Dense {
    fn new((inputs, outputs): (usize, usize)) -> Dense {
        let shape = dense::Shape { batch: BATCH, inputs, outputs };
        Dense {
            shape,
            x: numbers(BATCH * inputs, 1),
            kernel: numbers(inputs * outputs, 2),
            dy: numbers(BATCH * outputs, 3),
        }
    }

    fn operations(&self) -> ItemsCount {
        ItemsCount::new(2 * BATCH * self.kernel.len())
    }
}

const DENSE: [(usize, usize); 2] = [(6272, 512), (512, 1)];

#[divan::bench(args = DENSE)]
fn dense_forward(bencher: Bencher, sizes: (usize, usize)) {
    let d = Dense::new(sizes);
    let mut y = vec![0.0; d.dy.len()];
    bencher.counter(d.operations()).bench_local(|| dense::forward(&d.shape, &d.x, &d.kernel, None, true, &mut y));
}

#[divan::bench(args = DENSE)]
fn dense_backward_input(bencher: Bencher, sizes: (usize, usize)) {
    let d = Dense::new(sizes);
    let mut dx = vec![0.0; d.x.len()];
    bencher.counter(d.operations()).bench_local(|| dense::backward_input(&d.shape, &d.dy, &d.kernel, &mut dx));
}

#[divan::bench(args = DENSE)]
fn dense_backward_kernel(bencher: Bencher, sizes: (usize, usize)) {
    let d = Dense::new(sizes);
    let mut dkernel = vec![0.0; d.kernel.len()];
    bencher.counter(d.operations()).bench_local(|| dense::backward_kernel(&d.shape, &d.x, &d.dy, &mut dkernel, None));
}

#[divan::bench]
fn step(bencher: Bencher) {
    let mut blocks: Vec<Block> = (1..=4).map(Block::new).collect();
    let mut gradients: Vec<[Vec<f32>; 3]> =
        blocks.iter().map(|b| [vec![0.0; b.x.len()], vec![0.0; b.kernel.len()], vec![0.0; b.bias.len()]]).collect();
    let layers: Vec<Dense> = DENSE.map(Dense::new).into();
    let mut outputs: Vec<[Vec<f32>; 3]> =
        layers.iter().map(|d| [vec![0.0; d.dy.len()], vec![0.0; d.x.len()], vec![0.0; d.kernel.len()]]).collect();
    bencher.counter(ItemsCount::new(BATCH)).bench_local(|| {
        for b in &mut blocks {
            block::forward(&b.shape, &b.x, &b.kernel, Some(&b.bias), &mut b.y, &mut b.winners);
        }
        for (d, [y, dx, dkernel]) in layers.iter().zip(&mut outputs) {
            dense::forward(&d.shape, &d.x, &d.kernel, None, true, y);
            dense::backward_input(&d.shape, &d.dy, &d.kernel, dx);
            dense::backward_kernel(&d.shape, &d.x, &d.dy, dkernel, None);
        }
        for (number, (b, [dx, dkernel, dbias])) in blocks.iter().zip(&mut gradients).enumerate() {
            let dx = (number > 0).then_some(&mut dx[..]);
            block::backward(&b.shape, &b.x, &b.dy, &b.winners, &b.kernel, dx, dkernel, Some(dbias));
        }
    });
}
