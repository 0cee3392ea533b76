//! The model of the tests, written as the generator writes models.

use nn::{
    Batch, Bias, Build, BuildError, Conv2d, Cpu, Dense, Dropout, Flatten, Image, Images, Kernel, Layer, Linear,
    MaxPool2d, Model, NoneTape, Pass, Pool, Probe, Relu, Same, Strides, Tape, Valid, Vector, Vectors,
    conv_relu_pool_first, observe,
};

type Conv1 = Conv2d<Image<16, 16, 3>, Image<14, 14, 8>, Kernel<3, 3>, Strides<1, 1>, Valid, Bias, Relu>;
type Pool1 = MaxPool2d<Image<14, 14, 8>, Image<7, 7, 8>, Pool<2, 2>, Strides<2, 2>, Valid>;
type Conv2 = Conv2d<Image<7, 7, 8>, Image<7, 7, 8>, Kernel<3, 3>, Strides<1, 1>, Same, Bias, Relu>;

/// 16x16 images, three classes.
pub struct Small {
    conv1: Conv1,
    pool1: Pool1,
    conv2: Conv2,
    flatten: Flatten<Image<7, 7, 8>, Vector<392>>,
    dense1: Dense<Vector<392>, Vector<16>, Bias, Relu>,
    dropout: Dropout<Vector<16>>,
    output: Dense<Vector<16>, Vector<3>, Bias, Linear>,
}

impl Model for Small {
    type Output = (usize, nn::Const<3>);

    fn new(build: &Build<'_>) -> Result<Self, BuildError> {
        Ok(Small {
            conv1: Conv2d::new(build, "conv1")?,
            pool1: MaxPool2d::new(build, "pool1")?,
            conv2: Conv2d::new(build, "conv2")?,
            flatten: Flatten::new(build, "flatten")?,
            dense1: Dense::new(build, "dense1")?,
            dropout: Dropout::new(build, "dropout")?,
            output: Dense::new(build, "output")?,
        })
    }

    fn forward<T: Tape<f32, Cpu>>(&self, batch: Batch, tape: T, pass: &Pass<'_>) -> Vectors<3, T> {
        let x: Images<16, 16, 3> = batch.into_images::<Image<16, 16, 3>>();
        let x: Images<7, 7, 8, T> = conv_relu_pool_first(&self.conv1, &self.pool1, x, tape);
        let x: Images<7, 7, 8, T> = self.conv2.forward(x);
        let x: Vectors<392, T> = self.flatten.forward(x);
        let x: Vectors<16, T> = self.dense1.forward(x);
        let x: Vectors<16, T> = self.dropout.forward(x, pass);
        self.output.forward(x)
    }

    fn layers(&mut self) -> Vec<(&'static str, &mut dyn Layer)> {
        vec![
            ("conv1", &mut self.conv1),
            ("pool1", &mut self.pool1),
            ("conv2", &mut self.conv2),
            ("flatten", &mut self.flatten),
            ("dense1", &mut self.dense1),
            ("dropout", &mut self.dropout),
            ("output", &mut self.output),
        ]
    }

    fn observe(&self, batch: Batch, probe: &mut Probe<'_>) {
        let x = batch.into_images::<Image<16, 16, 3>>();
        let x = self.conv1.forward_first(x, NoneTape);
        observe(probe, "conv1", &x);
        let x = self.pool1.forward(x);
        observe(probe, "pool1", &x);
        let x = self.conv2.forward(x);
        observe(probe, "conv2", &x);
        let x = self.flatten.forward(x);
        observe(probe, "flatten", &x);
        let x = self.dense1.forward(x);
        observe(probe, "dense1", &x);
        let x = self.dropout.forward(x, &Pass::Inference);
        observe(probe, "dropout", &x);
        let x = self.output.forward(x);
        observe(probe, "output", &x);
    }
}
