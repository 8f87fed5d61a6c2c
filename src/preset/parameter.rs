//! Parameters: what may be chosen, within which bounds, and who chose.

use super::model::{ParameterFile, ParameterType};
use super::{Draft, File, Origin, PolicyError, Shape};
use crate::text::{nearest, quoted};
use crate::yaml::Spanned;
use serde_json::{Number, Value};
use std::cmp::Ordering;
use std::sync::Arc;

/// A parameter of a preset.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name in the preset.
    pub name: String,
    /// What it takes.
    pub kind: ParameterType,
    /// What holds where nobody chose.
    pub default: Setting,
    /// The least number.
    pub minimum: Option<Number>,
    /// The greatest number.
    pub maximum: Option<Number>,
    /// All values there are; without any, every value of its type within the bounds.
    pub choices: Vec<Value>,
    /// What it decides.
    pub summary: String,
}

/// A value and who set it.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// A boolean, a number or a text.
    pub value: Value,
    /// The place where somebody wrote it.
    pub origin: Origin,
}

/// Why a value does not fit.
pub(super) struct Misfit {
    message: String,
    help: Option<String>,
}

impl Misfit {
    pub(super) fn new(message: String) -> Self {
        Self {
            message,
            help: None,
        }
    }

    pub(super) fn at(self, origin: &Origin) -> PolicyError {
        origin.error(self.message).help(self.help)
    }
}

impl Parameter {
    /// Judges what a preset declares.
    pub(super) fn declare(
        file: &Arc<File>,
        preset: &str,
        name: &Spanned<String>,
        written: &ParameterFile,
    ) -> Result<Self, PolicyError> {
        let at = |draft: &Draft| file.at(draft.span);
        let bound = |draft: &Option<Draft>| {
            let number =
                |draft: &Draft| bound(written.kind.value, draft).map_err(|e| e.at(&at(draft)));
            draft.as_ref().map(number).transpose()
        };
        let mut parameter = Self {
            name: name.value.clone(),
            kind: written.kind.value,
            default: Setting {
                value: Value::Null,
                origin: at(&written.default),
            },
            minimum: bound(&written.minimum)?,
            maximum: bound(&written.maximum)?,
            choices: Vec::new(),
            summary: written.summary.value.clone(),
        };
        let mut choices = Vec::new();
        for choice in written.choices.iter().flatten() {
            let value = parameter.take(preset, choice);
            choices.push(value.map_err(|misfit| misfit.at(&at(choice)))?);
        }
        parameter.choices = choices;
        let default = parameter.take(preset, &written.default);
        parameter.default.value = default.map_err(|misfit| misfit.at(&at(&written.default)))?;
        Ok(parameter)
    }

    /// The value that a file gives it.
    pub(super) fn take(&self, preset: &str, written: &Draft) -> Result<Value, Misfit> {
        let value = match &written.shape {
            Shape::Bool(value) => Value::Bool(*value),
            Shape::Number(value) => Value::Number(value.clone()),
            Shape::Text(text) => Value::String(text.clone()),
            Shape::Null | Shape::List(_) | Shape::Map(_) => Value::Null,
        };
        self.judge(preset, value, &written.describe())
    }

    /// The value that an argument gives it, which is text until its type is known.
    pub(super) fn take_text(&self, preset: &str, text: &str) -> Result<Value, Misfit> {
        let found = match self.kind {
            ParameterType::Integer => text.parse::<i64>().map(Value::from).ok(),
            ParameterType::Number => text.parse::<f64>().ok().and_then(float),
            ParameterType::Boolean => text.parse::<bool>().map(Value::from).ok(),
            ParameterType::String | ParameterType::Quantity => None,
        };
        let value = found.unwrap_or_else(|| Value::from(text));
        let what = match &value {
            Value::Number(_) => "number",
            Value::Bool(_) => "boolean",
            _ => "text",
        };
        self.judge(preset, value, &format!("{what} `{text}`"))
    }

    /// Whether the value has the type and lies within the bounds.
    pub(super) fn judge(&self, preset: &str, value: Value, found: &str) -> Result<Value, Misfit> {
        let name = format!("`{preset}.{}`", self.name);
        if let Err(why) = fits(self.kind, &value) {
            let message = match why {
                Some(why) => format!("{name}: expected {}: {why}", word(self.kind)),
                None => format!("{name}: expected {}, found {found}", word(self.kind)),
            };
            // `1.30` is 1.3.
            let is_text = self.kind == ParameterType::String && value.is_number();
            let help =
                is_text.then(|| "a text that looks like a number stands in quotes".to_owned());
            return Err(Misfit { message, help });
        }
        if let Value::Number(number) = &value {
            let outside = |limit: &Option<Number>, wrong: Ordering| {
                let limit = limit.as_ref()?;
                (compare(number, limit) == wrong).then(|| limit.clone())
            };
            if let Some(limit) = outside(&self.minimum, Ordering::Less) {
                return Err(Misfit::new(format!(
                    "{name} is at least `{limit}`, found {found}"
                )));
            }
            if let Some(limit) = outside(&self.maximum, Ordering::Greater) {
                return Err(Misfit::new(format!(
                    "{name} is at most `{limit}`, found {found}"
                )));
            }
        }
        if !self.choices.is_empty() && !self.choices.iter().any(|choice| same(choice, &value)) {
            let choices: Vec<_> = self.choices.iter().map(plain).collect();
            let choices: Vec<_> = choices.iter().map(String::as_str).collect();
            let near = nearest(&plain(&value), choices.iter().copied());
            return Err(Misfit {
                message: format!("{name} is one of {}, found {found}", quoted(&choices)),
                help: near.map(|near| format!("did you mean `{near}`?")),
            });
        }
        Ok(value)
    }
}

fn float(value: f64) -> Option<Value> {
    Number::from_f64(value).map(Value::Number)
}

fn bound(kind: ParameterType, draft: &Draft) -> Result<Number, Misfit> {
    match (kind, &draft.shape) {
        (ParameterType::Integer | ParameterType::Number, Shape::Number(number)) => {
            Ok(number.clone())
        }
        (ParameterType::Integer | ParameterType::Number, _) => Err(Misfit::new(format!(
            "expected number, found {}",
            draft.describe()
        ))),
        (kind, _) => Err(Misfit::new(format!(
            "only integers and numbers have bounds, and the type is `{}`",
            word(kind)
        ))),
    }
}

/// As files spell it.
fn word(kind: ParameterType) -> &'static str {
    match kind {
        ParameterType::Integer => "integer",
        ParameterType::Number => "number",
        ParameterType::String => "string",
        ParameterType::Boolean => "boolean",
        ParameterType::Quantity => "quantity",
    }
}

fn fits(kind: ParameterType, value: &Value) -> Result<(), Option<String>> {
    let fits = match (kind, value) {
        (ParameterType::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (ParameterType::Quantity, Value::String(text)) => return quantity(text).map_err(Some),
        (ParameterType::Number | ParameterType::Quantity, Value::Number(_))
        | (ParameterType::String, Value::String(_))
        | (ParameterType::Boolean, Value::Bool(_)) => true,
        _ => false,
    };
    fits.then_some(()).ok_or(None)
}

/// Numbers by value, integers exactly.
fn compare(left: &Number, right: &Number) -> Ordering {
    if let (Some(left), Some(right)) = (left.as_i128(), right.as_i128()) {
        return left.cmp(&right);
    }
    let float = |number: &Number| number.as_f64().unwrap_or_default();
    float(left).total_cmp(&float(right))
}

/// Equality of two scalars, numbers by value.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare(left, right).is_eq(),
        _ => left == right,
    }
}

/// A scalar as text, without quotes.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

const SUFFIXES: &[&str] = &[
    "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
];

/// The grammar of `apimachinery`'s quantities: a decimal number and a suffix of SI, of powers of 1024, or an exponent.
fn quantity(text: &str) -> Result<(), String> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = unsigned.len()
        - unsigned
            .trim_start_matches(|c: char| c.is_ascii_digit() || c == '.')
            .len();
    let (number, suffix) = unsigned.split_at(digits);
    let is_number = number.bytes().any(|b| b.is_ascii_digit()) && number.matches('.').count() <= 1;
    let exponent = suffix.strip_prefix(['e', 'E']).is_some_and(|rest| {
        let rest = rest.strip_prefix(['+', '-']).unwrap_or(rest);
        !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())
    });
    match (is_number, exponent || SUFFIXES.contains(&suffix)) {
        (true, true) => Ok(()),
        (true, false) => Err(format!(
            "`{text}` has a suffix that Kubernetes does not know (it writes `500m`, `2Gi`)"
        )),
        (false, _) => Err(format!("`{text}` does not begin with a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_by_the_grammar_of_kubernetes() {
        for good in [
            "1", "500m", "2Gi", "1.5", ".5", "5.", "-1", "1e3", "1E-3", "1E",
        ] {
            quantity(good).unwrap_or_else(|why| panic!("{good}: {why}"));
        }
        for bad in ["", "Gi", "2gb", "4g", "1K", "1.2.3", ".", "1 Gi", "1e"] {
            quantity(bad).unwrap_err();
        }
    }

    #[test]
    fn numbers_compare_by_value() {
        let max = Number::from(u64::MAX);
        assert_eq!(compare(&max, &Number::from(i64::MAX)), Ordering::Greater);
        assert!(same(&Value::from(1.0), &Value::from(1)));
    }
}
