//! `model.rs`: a type and a check for each layer, a struct with a field for each, a forward pass with a line for each.

use crate::layer::{Code, code, sample, tensor};
use crate::{CodegenError, identifier, template};
use plan::step::{Step, steps};
use plan::{LayerPlan, Network, Shape};
use serde::Serialize;
use std::collections::BTreeSet;

const TEMPLATE: &str = include_str!("../templates/model.rs.jinja");

/// What every model uses of `nn`.
const USES: [&str; 13] = [
    "Batch",
    "Build",
    "BuildError",
    "Const",
    "Cpu",
    "Image",
    "Images",
    "Layer",
    "Pass",
    "Probe",
    "Tape",
    "Vectors",
    "observe",
];

/// What the template is filled in with.
#[derive(Serialize)]
struct Context {
    input: String,
    output: String,
    weights: usize,
    units: usize,
    uses: BTreeSet<&'static str>,
    pass: &'static str,
    image: ImageContext,
    layers: Vec<LayerContext>,
    steps: Vec<StepContext>,
}

#[derive(Serialize)]
struct ImageContext {
    sample: String,
    tensor: String,
}

#[derive(Serialize)]
struct LayerContext {
    name: String,
    alias: String,
    r#type: String,
    comment: String,
    tensor: String,
    observed: String,
}

#[derive(Serialize)]
struct StepContext {
    comment: Option<String>,
    tensor: String,
    value: String,
}

/// The source of a network's `model.rs`.
///
/// # Errors
/// [`CodegenError`] where a layer's name is no Rust name, the input no image or the output no vector.
pub fn model_source(network: &Network) -> Result<String, CodegenError> {
    template::format(&template::render(TEMPLATE, context(network)?)?)
}

fn context(network: &Network) -> Result<Context, CodegenError> {
    identifier::check(&network.layers)?;
    let image = match network.input {
        Shape::Image { .. } => {
            ImageContext { sample: sample(network.input).to_string(), tensor: tensor(network.input, false) }
        }
        shape @ Shape::Vector { .. } => return Err(CodegenError::Input { shape }),
    };
    let units = match network.output() {
        Shape::Vector { units } => units,
        shape @ Shape::Image { .. } => return Err(CodegenError::Output { shape }),
    };
    let codes: Vec<Code> = network.layers.iter().map(code).collect();
    let mut uses = BTreeSet::from(USES);
    for code in &codes {
        uses.insert(code.name);
        uses.extend(code.parameters.iter().map(|parameter| parameter.name));
    }
    let aliases = identifier::aliases(&network.layers);
    let layers = network.layers.iter().zip(&codes).zip(aliases).map(|((plan, code), alias)| LayerContext {
        name: plan.name.clone(),
        alias,
        r#type: code.full_type(),
        comment: comment(&plan.name, &code.summary, plan.input, plan.output),
        tensor: tensor(plan.output, false),
        observed: value(&plan.name, if code.takes_pass { "x, &Pass::Inference" } else { "x" }, false),
    });
    Ok(Context {
        input: network.input.to_string(),
        output: network.output().to_string(),
        weights: network.parameter_count(),
        units,
        pass: if codes.iter().any(|code| code.takes_pass) { "pass" } else { "_pass" },
        image,
        layers: layers.collect(),
        steps: forward(network, &mut uses),
        uses,
    })
}

/// The lines of the forward pass. Up to the first layer with weights tensors have no tape: nothing there is trained.
fn forward(network: &Network, uses: &mut BTreeSet<&'static str>) -> Vec<StepContext> {
    let mut taped = false;
    let mut lines = Vec::new();
    for step in steps(&network.layers) {
        let (comment, value, output) = match step {
            Step::One(plan) => {
                let code = code(plan);
                let first = code.weighted && !taped;
                taped |= code.weighted;
                let arguments = match (first, code.takes_pass) {
                    (true, _) => "x, tape",
                    (false, true) => "x, pass",
                    (false, false) => "x",
                };
                let comment = comment(&plan.name, &code.summary, plan.input, plan.output);
                (comment, value(&plan.name, arguments, first), plan.output)
            }
            Step::ConvReluPool(conv, pool) => {
                let (function, arguments) =
                    if taped { ("conv_relu_pool", "x") } else { ("conv_relu_pool_first", "x, tape") };
                taped = true;
                uses.insert(function);
                let value = format!("{function}(&self.{}, &self.{}, {arguments})", conv.name, pool.name);
                (fused_comment(conv, pool), value, pool.output)
            }
        };
        lines.push(StepContext { comment: Some(comment), tensor: tensor(output, taped), value });
    }
    if !taped {
        uses.insert("PutTape");
        let tensor = tensor(network.output(), true);
        lines.push(StepContext { comment: None, tensor, value: "x.put_tape(tape)".to_owned() });
    }
    lines
}

fn value(name: &str, arguments: &str, first: bool) -> String {
    format!("self.{name}.{}({arguments})", if first { "forward_first" } else { "forward" })
}

fn comment(names: &str, summary: &str, input: Shape, output: Shape) -> String {
    format!("{names}: {summary}    {input} -> {output}")
}

fn fused_comment(conv: &LayerPlan, pool: &LayerPlan) -> String {
    let names = format!("{} + {}", conv.name, pool.name);
    let summary = format!("{} -> {}", code(conv).summary, code(pool).summary);
    comment(&names, &summary, conv.input, pool.output)
}
