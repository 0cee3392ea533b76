//! `conv2d`.

use super::{Code, Type, bias, ending, function, padding, window};
use plan::Shape;
use plan::layer::Conv2d;

pub(super) fn code(conv: &Conv2d, input: Shape, mut parameters: Vec<Type>) -> Code {
    let [rows, columns] = conv.window.size;
    let seen = conv.channels_seen(input);
    let (kernel, groups) = match (conv.groups, seen) {
        (1, _) => (Type::new("Kernel", &[rows, columns]), String::new()),
        (_, 1) => (Type::new("GroupedKernel", &[rows, columns, seen]), ", depthwise".to_owned()),
        (groups, _) => (Type::new("GroupedKernel", &[rows, columns, seen]), format!(", {groups} groups")),
    };
    parameters.extend([
        kernel,
        Type::new("Strides", &conv.window.strides),
        padding(conv.window.padding),
        bias(conv.use_bias),
        function(conv.activation),
    ]);
    let ending = ending(conv.use_bias, conv.activation);
    Code {
        name: "Conv2d",
        parameters,
        summary: format!("conv2d {} filters {}{groups}{ending}", conv.filters, window(conv.window, [1, 1])),
        weighted: true,
        takes_pass: false,
    }
}
