//! What the tests of this crate start to decode images, and nobody else: `ablate` and the model programs start themselves.

use std::io::Write;

fn main() {
    data::apart::serve_if_asked();
    writeln!(std::io::stderr(), "This decodes images for the tests of `data`, which start it.").ok();
    std::process::exit(2);
}
