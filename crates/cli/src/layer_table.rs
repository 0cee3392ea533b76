//! A network as a table: layer, output shape, parameters, multiply-adds.

use plan::Network;

/// The table, with a line of totals.
pub fn layer_table(network: &Network) -> String {
    let mut rows =
        vec![["layer".to_owned(), "type".into(), "output".into(), "parameters".into(), "multiply-adds".into()]];
    rows.push(["".into(), "input".into(), network.input.to_string(), "".into(), "".into()]);
    for layer in &network.layers {
        rows.push([
            layer.name.clone(),
            layer.layer.type_name().to_owned(),
            layer.output.to_string(),
            blank_zero(layer.parameter_count() as u64),
            blank_zero(layer.multiply_adds()),
        ]);
    }
    rows.push([
        "total".into(),
        "".into(),
        "".into(),
        thousands(network.parameter_count() as u64),
        thousands(network.multiply_adds()),
    ]);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        let [name, kind, output, parameters, multiply_adds] = row;
        let line = format!(
            "  {name:<0$}  {kind:<1$}  {output:<2$}  {parameters:>3$}  {multiply_adds:>4$}",
            widths[0], widths[1], widths[2], widths[3], widths[4]
        );
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn blank_zero(number: u64) -> String {
    if number == 0 { String::new() } else { thousands(number) }
}

/// `3_453_121` as `3,453,121`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Bytes as a person says them: `12.3 MiB`.
pub fn bytes(count: u64) -> String {
    let mib = count as f64 / (1024.0 * 1024.0);
    if mib < 1024.0 { format!("{mib:.1} MiB") } else { format!("{:.2} GiB", mib / 1024.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(1_000), "1,000");
        assert_eq!(thousands(3_453_121), "3,453,121");
    }
}
