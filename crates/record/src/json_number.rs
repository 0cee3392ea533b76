//! Floats in JSON that may be no finite number, as a run that diverges has them: JSON knows only finite ones, and would
//! turn the others into `null`, which reads back as nothing. They are the strings `"nan"`, `"inf"` and `"-inf"`.
//!
//! For serde: `#[serde(with = "crate::json_number")]`, and `json_number::named` for lists of named values.

use crate::number;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Number {
    Finite(f64),
    Other(String),
}

impl Number {
    fn new(value: f64) -> Number {
        if value.is_finite() { Number::Finite(value) } else { Number::Other(number::measure(value)) }
    }

    fn value<E: serde::de::Error>(self) -> Result<f64, E> {
        match self {
            Number::Finite(value) => Ok(value),
            Number::Other(text) => match text.as_str() {
                "nan" => Ok(f64::NAN),
                "inf" => Ok(f64::INFINITY),
                "-inf" => Ok(f64::NEG_INFINITY),
                _ => Err(E::custom(format!("{text:?} is not a number; expected one, or nan, inf, -inf"))),
            },
        }
    }
}

pub(crate) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    Number::new(*value).serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Number::deserialize(deserializer)?.value()
}

/// The same for `Vec<(String, f64)>`.
pub(crate) mod named {
    use super::Number;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(values: &[(String, f64)], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(|(name, value)| (name, Number::new(*value))))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<(String, f64)>, D::Error> {
        let values: Vec<(String, Number)> = Vec::deserialize(deserializer)?;
        values.into_iter().map(|(name, number)| Ok((name, number.value()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Event, Measures};

    #[test]
    fn what_diverged_reads_back() {
        let text = r#"{"loss":"nan","metrics":[["accuracy",0.5],["auc","-inf"]]}"#;
        let measures: Measures = serde_json::from_str(text).unwrap();
        assert!(measures.loss.is_nan());
        assert_eq!(measures.metrics, [("accuracy".to_owned(), 0.5), ("auc".to_owned(), f64::NEG_INFINITY)]);
        assert_eq!(serde_json::to_string(&measures).unwrap(), text);
        let progress = Event::Progress { epoch: 1, step: 2, loss: f64::INFINITY, images_per_second: 3.0 };
        let line = serde_json::to_string(&progress).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), progress);
        let error = serde_json::from_str::<Measures>(r#"{"loss":"low","metrics":[]}"#).unwrap_err().to_string();
        assert!(error.contains("\"low\" is not a number"), "{error}");
    }
}
