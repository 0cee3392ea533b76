//! What the tests of this crate start to decode images, and nobody else: `ablate` and the model programs start themselves.

fn main() {
    data::apart::serve_if_asked();
    eprintln!("This decodes images for the tests of `data`, which start it.");
    std::process::exit(2);
}
