//! What a model is made from.

use crate::sample::Sample;
use crate::weights::Weights;
use dfdx::prelude::{ConstShape, Cpu, TensorFromVec, ZerosTensor};
use plan::{LayerPlan, Network};

/// Finds the numbers of a layer by its name and draws its initial weights.
pub struct Build<'a> {
    network: &'a Network,
    seed: u64,
    device: Cpu,
}

/// Why a model could not be made: it was generated for another network than the plan's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildError {
    /// The plan's network has no such layer.
    #[error("the model has a layer `{layer}`, the plan's network has none of that name")]
    Missing {
        /// The layer.
        layer: &'static str,
    },
    /// The plan's layer is something else.
    #[error("layer `{layer}`: the model was generated for {model}, the plan says {plan}")]
    Differs {
        /// The layer.
        layer: &'static str,
        /// What the types of the model say.
        model: String,
        /// What the plan says.
        plan: String,
    },
}

impl<'a> Build<'a> {
    /// For a run of `network` with `seed`.
    pub fn new(network: &'a Network, seed: u64) -> Build<'a> {
        Build { network, seed, device: Cpu::default() }
    }

    /// The plan of a layer with its shapes, which must be the model's.
    pub(crate) fn layer<I: Sample, O: Sample>(&self, name: &'static str) -> Result<&'a LayerPlan, BuildError> {
        let layer = self.network.layer(name).ok_or(BuildError::Missing { layer: name })?;
        if (layer.input, layer.output) != (I::shape(), O::shape()) {
            return Err(BuildError::Differs {
                layer: name,
                model: format!("{} -> {}", I::shape(), O::shape()),
                plan: format!("{} -> {}", layer.input, layer.output),
            });
        }
        Ok(layer)
    }

    /// The kernel and, where `use_bias`, the bias of a layer with their initial values.
    pub(crate) fn weights<K: ConstShape, B: ConstShape>(
        &self,
        name: &'static str,
        layer: &LayerPlan,
        use_bias: bool,
    ) -> Result<Weights<K, B>, BuildError> {
        let mut shapes: Vec<Vec<usize>> = vec![K::default().concrete().into()];
        if use_bias {
            shapes.push(B::default().concrete().into());
        }
        let planned = layer.parameters();
        if !planned.iter().map(|parameter| &parameter.shape).eq(&shapes) {
            let planned: Vec<_> = planned.into_iter().map(|parameter| parameter.shape).collect();
            return Err(differs(name, shapes, planned));
        }
        let kernel = match (&planned[..], layer.layer.kernel_initializer()) {
            ([kernel, ..], Some(initializer)) => {
                let values = initializer.draw(self.seed, name, 0, kernel.size(), kernel.fan_in, kernel.fan_out);
                self.device.tensor_from_vec(values, K::default())
            }
            // A layer with a kernel has an initializer; the shapes above say that this one has a kernel.
            _ => self.device.zeros(),
        };
        let bias = use_bias.then(|| self.device.zeros());
        Ok(Weights::new(kernel, bias))
    }
}

/// That a model's layer is not the plan's.
pub(crate) fn differs(layer: &'static str, model: impl std::fmt::Debug, plan: impl std::fmt::Debug) -> BuildError {
    BuildError::Differs { layer, model: format!("{model:?}"), plan: format!("{plan:?}") }
}
