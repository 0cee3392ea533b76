//! What a layer is trained in: its kernel and perhaps a bias.

use crate::parameter::Parameter;
use crate::tensor::slice;
use dfdx::prelude::{Cpu, CpuError, Gradients, Shape, Tensor, ZerosTensor};
use std::cell::Cell;

/// A kernel and perhaps a bias.
#[derive(Clone, Debug)]
pub(crate) struct Weights<K: Shape, B: Shape> {
    kernel: Tensor<K, f32, Cpu>,
    bias: Option<Tensor<B, f32, Cpu>>,
    /// Passes so far.
    passes: Cell<u32>,
    /// Its gradient is the number of the pass that was last walked back.
    last: Tensor<(), f32, Cpu>,
}

impl<K: Shape, B: Shape> Weights<K, B> {
    pub fn new(kernel: Tensor<K, f32, Cpu>, bias: Option<Tensor<B, f32, Cpu>>) -> Self {
        Weights { passes: Cell::new(0), last: kernel.device().zeros(), kernel, bias }
    }

    /// The weights as they are, for a pass's way back.
    pub fn for_pass(&self) -> Self {
        self.passes.set(self.passes.get() + 1);
        self.clone()
    }

    pub fn kernel(&self) -> &[f32] {
        slice(&self.kernel)
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
            write(gradients.get_or_alloc_mut(&self.kernel)?, None);
            return Ok(());
        };
        let mut dbias = std::mem::take(&mut **gradients.get_or_alloc_mut(bias)?);
        write(gradients.get_or_alloc_mut(&self.kernel)?, Some(&mut dbias));
        **gradients.get_or_alloc_mut(bias)? = dbias;
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
