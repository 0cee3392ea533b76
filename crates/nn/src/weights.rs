//! What a layer is trained in: its kernel and perhaps a bias.

use crate::parameter::{Gradient, Parameter};
use crate::tensor::slice;
use dfdx::prelude::{Cpu, CpuError, Gradients, Shape, Tensor, ZerosTensor};
use kernels::dense::{self, KernelGradient};
use plan::memory::LARGE;
use std::cell::Cell;

/// A kernel and perhaps a bias.
#[derive(Clone, Debug)]
pub(crate) struct Weights<K: Shape, B: Shape> {
    kernel: Kernel<K>,
    bias: Option<Tensor<B, f32, Cpu>>,
    /// Passes so far.
    passes: Cell<u32>,
    /// Its gradient is the number of the pass that was last walked back.
    last: Tensor<(), f32, Cpu>,
}

#[derive(Clone, Debug)]
struct Kernel<K: Shape> {
    values: Tensor<K, f32, Cpu>,
    /// Of a matrix of which the gradient is kept as its factors: they have the place of this empty tensor's gradient.
    factors: Option<Tensor<(usize,), f32, Cpu>>,
}

impl<K: Shape, B: Shape> Weights<K, B> {
    pub fn new(kernel: Tensor<K, f32, Cpu>, bias: Option<Tensor<B, f32, Cpu>>) -> Self {
        let last = kernel.device().zeros();
        Weights { kernel: Kernel { values: kernel, factors: None }, bias, passes: Cell::new(0), last }
    }

    /// The same, of which the kernel is a matrix. Of a large one the gradient is never written out.
    pub fn of_matrix(mut self) -> Self {
        if self.kernel().len() > LARGE {
            self.kernel.factors = Some(self.last.device().zeros_like(&(0,)));
        }
        self
    }

    /// The weights as they are, for a pass's way back.
    pub fn for_pass(&self) -> Self {
        self.passes.set(self.passes.get() + 1);
        self.clone()
    }

    pub fn kernel(&self) -> &[f32] {
        slice(&self.kernel.values)
    }

    pub fn bias(&self) -> Option<&[f32]> {
        self.bias.as_ref().map(slice)
    }

    /// The trained arrays with their names.
    pub fn parameters(&mut self) -> Vec<(&'static str, &mut dyn Parameter)> {
        let mut parameters: Vec<(_, &mut dyn Parameter)> = vec![("kernel", &mut self.kernel)];
        if let Some(bias) = &mut self.bias {
            parameters.push(("bias", bias));
        }
        parameters
    }

    /// Has `write` overwrite the gradients of kernel and bias.
    pub fn backward(
        &self,
        gradients: &mut Gradients<f32, Cpu>,
        write: impl FnOnce(&mut [f32], Option<&mut [f32]>),
    ) -> Result<(), CpuError> {
        if cfg!(debug_assertions) {
            self.check_once(gradients)?;
        }
        // Two places cannot be borrowed at once: the bias's is taken out and put back.
        let Some(bias) = &self.bias else {
            write(gradients.get_or_alloc_mut(&self.kernel.values)?, None);
            return Ok(());
        };
        let mut dbias = std::mem::take(&mut **gradients.get_or_alloc_mut(bias)?);
        write(gradients.get_or_alloc_mut(&self.kernel.values)?, Some(&mut dbias));
        **gradients.get_or_alloc_mut(bias)? = dbias;
        Ok(())
    }

    /// Overwrites the gradients of a matrix and its bias, given the input of their layer and the gradient of the sums.
    pub fn backward_matrix(
        &self,
        gradients: &mut Gradients<f32, Cpu>,
        shape: &dense::Shape,
        x: &[f32],
        dy: &[f32],
    ) -> Result<(), CpuError> {
        let Some(factors) = &self.kernel.factors else {
            return self.backward(gradients, |dkernel, dbias| dense::backward_kernel(shape, x, dy, dkernel, dbias));
        };
        if cfg!(debug_assertions) {
            self.check_once(gradients)?;
        }
        let factors = gradients.get_or_alloc_mut(factors)?;
        factors.clear();
        factors.extend_from_slice(x);
        factors.extend_from_slice(dy);
        if let Some(bias) = &self.bias {
            dense::backward_bias(shape, dy, gradients.get_or_alloc_mut(bias)?);
        }
        Ok(())
    }

    /// Panics where one pass goes through the layer twice: the second gradient would overwrite the first. Later passes
    /// have higher numbers; only within a pass, which is walked from its end, does a lower one come after.
    fn check_once(&self, gradients: &mut Gradients<f32, Cpu>) -> Result<(), CpuError> {
        let last = &mut gradients.get_or_alloc_mut(&self.last)?[0];
        let pass = self.passes.get() as f32;
        assert!(pass >= *last, "a pass went through a layer twice");
        *last = pass;
        Ok(())
    }
}

impl<K: Shape> Parameter for Kernel<K> {
    fn shape(&self) -> Vec<usize> {
        Parameter::shape(&self.values)
    }

    fn values(&self) -> &[f32] {
        self.values.values()
    }

    fn values_mut(&mut self) -> &mut [f32] {
        self.values.values_mut()
    }

    fn gradient<'g>(&self, gradients: &'g mut Gradients<f32, Cpu>) -> Result<Gradient<'g>, CpuError> {
        let (Some(factors), &[inputs, outputs]) = (&self.factors, &self.shape()[..]) else {
            return self.values.gradient(gradients);
        };
        let factors = gradients.get_or_alloc_mut(factors)?;
        let batch = factors.len() / (inputs + outputs);
        let (x, dy) = factors.split_at(batch * inputs);
        Ok(Gradient::Product(KernelGradient::new(&dense::Shape { batch, inputs, outputs }, x, dy)))
    }
}
