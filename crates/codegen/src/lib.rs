//! Networks as Rust: a [`plan::Network`] comes in, the source of a package comes out that trains it.
//!
//! People read the source, so it is written as a formatter would lay it out, and layers keep their names from the experiment
//! file. Tests parse and format it again, for networks of all kinds; that it also fits `nn` is up to rustc, and a test.
//! Numbers that change no size are left out, so that networks which differ in them alone give the same package.
//!
//! A thing that is new in the vocabulary of layers is one file in `src/layer`.

mod identifier;
mod layer;
mod lines;
mod model;
mod package;
mod source;

pub use lines::layer_of_line;
pub use model::model_source;
pub use package::{CRATES, Program, program, workspace};

/// Why a network cannot be written as Rust.
#[derive(Debug, thiserror::Error)]
pub enum CodegenError {
    /// A layer's name would be no name of a field.
    #[error(
        "layer name `{name}` is no Rust identifier; use lower-case letters, digits and _, and no word of the language"
    )]
    Name {
        /// The name.
        name: String,
    },
    /// Two layers have one name.
    #[error("two layers are named `{name}`")]
    Duplicate {
        /// The name.
        name: String,
    },
    /// The input is no image.
    #[error("the network's input is {shape}, but it must be an image")]
    Input {
        /// What it is.
        shape: plan::Shape,
    },
    /// The output cannot be logits.
    #[error("the network's output is {shape}, but logits must be a vector: end with a `dense` layer")]
    Output {
        /// What it is.
        shape: plan::Shape,
    },
}
