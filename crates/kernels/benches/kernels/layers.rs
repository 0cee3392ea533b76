//! The layers whose kernels are measured: those of the reference network (150x150 RGB images, batch 20, four blocks of
//! convolution, ReLU and pooling with 32, 64, 128 and 128 filters, dense 512, dense 1), and others of every kind.

use crate::measure::{Case, Work};
use kernels::activation::{self, Activation};
use kernels::{average_pool2d, conv_relu_pool as block, conv2d, dense, global_average_pool2d, max_pool2d, pool};

const BATCH: usize = 20;

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = (1..=4).flat_map(blocks).collect();
    let sizes = |shape: conv2d::Shape, groups| conv2d::Shape { groups, ..shape };
    for (name, shape) in [
        ("first 3x3 3>32", conv([150, 3, 32], 3, 1, 0)),
        ("first 5x5 3>32", conv([64, 3, 32], 5, 1, 2)),
        ("first 5x5 1>6", conv([28, 1, 6], 5, 1, 2)),
        ("5x5 6>16", conv([28, 6, 16], 5, 1, 0)),
        ("3x3 64>128", conv([36, 64, 128], 3, 1, 0)),
        ("3x3 128>128", conv([17, 128, 128], 3, 1, 0)),
        ("3x3 8>16", conv([64, 8, 16], 3, 1, 1)),
        ("5x5 32>64", conv([32, 32, 64], 5, 1, 2)),
        ("1x1 128>128", conv([32, 128, 128], 1, 1, 0)),
        ("3x3 strided 64>128", conv([48, 64, 128], 3, 2, 0)),
        ("depthwise 3x3 128", sizes(conv([36, 128, 128], 3, 1, 1), 128)),
        ("depthwise 3x3 strided 128", sizes(conv([36, 128, 128], 3, 2, 0), 128)),
        ("32 groups 3x3 128>128", sizes(conv([36, 128, 128], 3, 1, 1), 32)),
        ("2 groups 3x3 128>128", sizes(conv([36, 128, 128], 3, 1, 1), 2)),
    ] {
        cases.extend(convolutions(name, shape));
    }
    cases.extend([(6272, 512), (512, 128), (512, 1)].into_iter().flat_map(denses));
    cases.extend(pools("2x2", [74, 64], 2, 2));
    cases.extend(pools("3x3 overlapping", [74, 64], 3, 2));
    cases.extend(global_average());
    for kind in [Activation::Relu, Activation::LeakyRelu(0.3), Activation::Sigmoid, Activation::Tanh] {
        cases.extend(activations(kind));
    }
    cases.push(step());
    cases
}

/// A case of a kernel whose numbers `start` makes.
fn case<F: FnMut() + 'static>(name: String, work: Work, start: impl Fn() -> F + 'static) -> Case {
    Case { name, work, start: Box::new(move || Box::new(start())) }
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

/// A convolution of square images: side, channels and filters.
fn conv([size, in_channels, out_channels]: [usize; 3], side: usize, stride: usize, pad: usize) -> conv2d::Shape {
    let out = (size + 2 * pad - side) / stride + 1;
    conv2d::Shape {
        batch: BATCH,
        in_height: size,
        in_width: size,
        in_channels,
        out_height: out,
        out_width: out,
        out_channels,
        groups: 1,
        kernel: [side; 2],
        strides: [stride; 2],
        pad_top: pad,
        pad_left: pad,
    }
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
    /// Nobody asks for the gradient of the images.
    dx: Option<Vec<f32>>,
    dkernel: Vec<f32>,
    dbias: Vec<f32>,
}

/// The convolution of block 1 to 4.
fn block_shape(number: usize) -> conv2d::Shape {
    conv([[150, 3, 32], [74, 32, 64], [36, 64, 128], [17, 128, 128]][number - 1], 3, 1, 0)
}

impl Block {
    fn new(number: usize) -> Block {
        let shape = block_shape(number);
        let pooled = BATCH * block::pooled_len(&shape);
        let mut block = Block {
            shape,
            x: numbers(BATCH * shape.in_len(), 1),
            kernel: numbers(shape.kernel_len(), 2),
            bias: vec![-(shape.kernel_len() as f32 / shape.out_channels as f32).sqrt() * 0.4; shape.out_channels],
            y: vec![0.0; pooled],
            winners: vec![0; pooled],
            dy: numbers(pooled, 3),
            dx: (number > 1).then(|| vec![0.0; BATCH * shape.in_len()]),
            dkernel: vec![0.0; shape.kernel_len()],
            dbias: vec![0.0; shape.out_channels],
        };
        block.forward();
        block
    }

    fn forward(&mut self) {
        block::forward(&self.shape, &self.x, &self.kernel, Some(&self.bias), &mut self.y, &mut self.winners);
    }

    fn backward(&mut self) {
        let (dx, dkernel) = (self.dx.as_deref_mut(), &mut self.dkernel);
        let dbias = Some(&mut self.dbias[..]);
        block::backward(&self.shape, &self.x, &self.dy, &self.winners, &self.kernel, dx, dkernel, dbias);
    }
}

/// How many passes of a convolution the gradients of a block are.
fn backward_passes(number: usize) -> usize {
    if number > 1 { 2 } else { 1 }
}

fn blocks(number: usize) -> [Case; 2] {
    let operations = 2 * block_shape(number).multiply_adds();
    let name = |pass: &str| format!("block {number} {pass}");
    [
        case(name("forward"), Work::Operations(operations), move || {
            let mut block = Block::new(number);
            move || block.forward()
        }),
        case(name("backward"), Work::Operations(backward_passes(number) * operations), move || {
            let mut block = Block::new(number);
            move || block.backward()
        }),
    ]
}

/// Forward and the gradients, that of the images excepted.
fn convolutions(name: &str, shape: conv2d::Shape) -> Vec<Case> {
    let work = || Work::Operations(2 * shape.multiply_adds());
    let name = |pass: &str| format!("conv2d {name} {pass}");
    let x = move || numbers(BATCH * shape.in_len(), 1);
    let kernel = move || numbers(shape.kernel_len(), 2);
    let dy = move || numbers(BATCH * shape.out_len(), 3);
    let forward = case(name("forward"), work(), move || {
        let (x, kernel, bias, mut y) = (x(), kernel(), numbers(shape.out_channels, 4), dy());
        move || conv2d::forward(&shape, &x, &kernel, Some(&bias), true, &mut y)
    });
    let backward_input = case(name("backward input"), work(), move || {
        let (dy, kernel, mut dx) = (dy(), kernel(), x());
        move || conv2d::backward_input(&shape, &dy, &kernel, &mut dx)
    });
    let backward_kernel = case(name("backward kernel"), work(), move || {
        let (x, dy, mut dkernel, mut dbias) = (x(), dy(), kernel(), vec![0.0; shape.out_channels]);
        move || conv2d::backward_kernel(&shape, &x, &dy, &mut dkernel, Some(&mut dbias))
    });
    let mut cases = vec![forward, backward_input, backward_kernel];
    if shape.in_channels <= 3 {
        cases.remove(1);
    }
    cases
}

/// A dense layer with its numbers.
struct Dense {
    shape: dense::Shape,
    x: Vec<f32>,
    kernel: Vec<f32>,
    y: Vec<f32>,
    dy: Vec<f32>,
    dx: Vec<f32>,
    dkernel: Vec<f32>,
}

impl Dense {
    fn new((inputs, outputs): (usize, usize)) -> Dense {
        Dense {
            shape: dense::Shape { batch: BATCH, inputs, outputs },
            x: numbers(BATCH * inputs, 1),
            kernel: numbers(inputs * outputs, 2),
            y: vec![0.0; BATCH * outputs],
            dy: numbers(BATCH * outputs, 3),
            dx: vec![0.0; BATCH * inputs],
            dkernel: vec![0.0; inputs * outputs],
        }
    }

    fn forward(&mut self) {
        dense::forward(&self.shape, &self.x, &self.kernel, None, true, &mut self.y);
    }

    fn backward_input(&mut self) {
        dense::backward_input(&self.shape, &self.dy, &self.kernel, &mut self.dx);
    }

    fn backward_kernel(&mut self) {
        dense::backward_kernel(&self.shape, &self.x, &self.dy, &mut self.dkernel, None);
    }
}

fn denses(sizes: (usize, usize)) -> [Case; 3] {
    type Pass = (&'static str, fn(&mut Dense));
    let passes: [Pass; 3] = [
        ("forward", Dense::forward),
        ("backward input", Dense::backward_input),
        ("backward kernel", Dense::backward_kernel),
    ];
    passes.map(|(pass, call)| {
        let name = format!("dense {}>{} {pass}", sizes.0, sizes.1);
        case(name, Work::Operations(2 * BATCH * sizes.0 * sizes.1), move || {
            let mut layer = Dense::new(sizes);
            move || call(&mut layer)
        })
    })
}

/// Bytes of so many numbers.
fn bytes(count: usize) -> Work {
    Work::Bytes(count * size_of::<f32>())
}

/// Maximum and average over square windows.
fn pools(name: &str, [size, channels]: [usize; 2], side: usize, stride: usize) -> [Case; 4] {
    let out = (size - side) / stride + 1;
    let shape = pool::Shape {
        batch: BATCH,
        in_height: size,
        in_width: size,
        channels,
        out_height: out,
        out_width: out,
        pool: [side; 2],
        strides: [stride; 2],
        pad_top: 0,
        pad_left: 0,
    };
    let (inputs, outputs) = (BATCH * shape.in_len(), BATCH * shape.out_len());
    let name = |kind: &str, pass: &str| format!("{kind} {name} {pass}");
    [
        case(name("max_pool2d", "forward"), bytes(inputs + 2 * outputs), move || {
            let (x, mut y, mut winners) = (numbers(inputs, 1), vec![0.0; outputs], vec![0; outputs]);
            move || max_pool2d::forward(&shape, &x, &mut y, &mut winners)
        }),
        case(name("max_pool2d", "backward"), bytes(inputs + 2 * outputs), move || {
            let (mut x, mut y, mut winners) = (numbers(inputs, 1), vec![0.0; outputs], vec![0; outputs]);
            max_pool2d::forward(&shape, &x, &mut y, &mut winners);
            move || max_pool2d::backward(&shape, &y, &winners, &mut x)
        }),
        case(name("average_pool2d", "forward"), bytes(inputs + outputs), move || {
            let (x, mut y) = (numbers(inputs, 1), vec![0.0; outputs]);
            move || average_pool2d::forward(&shape, &x, &mut y)
        }),
        case(name("average_pool2d", "backward"), bytes(inputs + outputs), move || {
            let (dy, mut dx) = (numbers(outputs, 1), vec![0.0; inputs]);
            move || average_pool2d::backward(&shape, &dy, &mut dx)
        }),
    ]
}

fn global_average() -> [Case; 2] {
    let shape = global_average_pool2d::Shape { batch: BATCH, pixels: 28 * 28, channels: 256 };
    let (inputs, outputs) = (BATCH * shape.pixels * shape.channels, BATCH * shape.channels);
    [
        case("global_average_pool2d forward".to_owned(), bytes(inputs + outputs), move || {
            let (x, mut y) = (numbers(inputs, 1), vec![0.0; outputs]);
            move || global_average_pool2d::forward(&shape, &x, &mut y)
        }),
        case("global_average_pool2d backward".to_owned(), bytes(inputs + outputs), move || {
            let (dy, mut dx) = (numbers(outputs, 1), vec![0.0; inputs]);
            move || global_average_pool2d::backward(&shape, &dy, &mut dx)
        }),
    ]
}

fn activations(kind: Activation) -> [Case; 2] {
    const COUNT: usize = 1 << 20;
    [
        case(format!("{kind:?} forward"), bytes(2 * COUNT), move || {
            let (x, mut y) = (numbers(COUNT, 1), vec![0.0; COUNT]);
            move || activation::forward(kind, &x, &mut y)
        }),
        case(format!("{kind:?} backward"), bytes(3 * COUNT), move || {
            let (y, dy, mut dx) = (numbers(COUNT, 1), numbers(COUNT, 2), vec![0.0; COUNT]);
            move || activation::backward(kind, &y, &dy, &mut dx)
        }),
    ]
}

/// All of a training step of the reference network but the loss and the optimizer.
fn step() -> Case {
    const DENSE: [(usize, usize); 2] = [(6272, 512), (512, 1)];
    let of_blocks = (1..=4).map(|number| (1 + backward_passes(number)) * block_shape(number).multiply_adds());
    let of_dense = DENSE.map(|(inputs, outputs)| 3 * BATCH * inputs * outputs);
    let multiply_adds: usize = of_blocks.chain(of_dense).sum();
    case("step".to_owned(), Work::Operations(2 * multiply_adds), || {
        let mut blocks: Vec<Block> = (1..=4).map(Block::new).collect();
        let mut layers = DENSE.map(Dense::new);
        move || {
            blocks.iter_mut().for_each(Block::forward);
            layers.iter_mut().for_each(Dense::forward);
            for layer in layers.iter_mut().rev() {
                layer.backward_input();
                layer.backward_kernel();
            }
            blocks.iter_mut().rev().for_each(Block::backward);
        }
    })
}
