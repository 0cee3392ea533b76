//! `conv2d`.

use super::{Code, Type, bias, ending, function, padding, window};
use plan::layer::Conv2d;

pub(super) fn code(conv: &Conv2d, mut parameters: Vec<Type>) -> Code {
    parameters.extend([
        Type::new("Kernel", &conv.window.size),
        Type::new("Strides", &conv.window.strides),
        padding(conv.window.padding),
        bias(conv.use_bias),
        function(conv.activation),
    ]);
    let ending = ending(conv.use_bias, conv.activation);
    Code {
        name: "Conv2d",
        parameters,
        summary: format!("conv2d {} filters {}{ending}", conv.filters, window(conv.window, [1, 1])),
        weighted: true,
        takes_pass: false,
    }
}
