//! Nodes to JSON values, as go-yaml v2 and sigs.k8s.io/yaml convert them on the way to the API server.

use super::ReadError;
use super::node::{Document, Kind, NodeId, NodeRef, Style, Tag};
use super::scalar::{Scalar, resolve};
use serde_json::{Map, Number, Value};
use std::borrow::Cow;

impl NodeRef<'_> {
    /// Whether it reads as `value`; no value is built to find out.
    pub fn reads_as(self, value: &Value) -> bool {
        let node = self.resolved();
        match (node.kind(), value) {
            (Kind::Scalar, Value::String(text)) if node.tag().is_none() => {
                matches!(scalar(node), Ok(Scalar::Str(own)) if own == text)
            }
            (Kind::Sequence, Value::Array(items)) => {
                let mut own = node.children();
                items
                    .iter()
                    .all(|item| own.next().is_some_and(|own| own.reads_as(item)))
                    && own.next().is_none()
            }
            (Kind::Scalar, value) if !value.is_object() && !value.is_array() => {
                super::same_value(&scalar_value(node), value)
            }
            (Kind::Mapping, Value::Object(map)) if !node.document.has_merge => {
                node.entries_read_as(map)
            }
            (Kind::Mapping, Value::Object(_)) => super::same_value(&node.to_value(), value),
            _ => false,
        }
    }

    /// The last of equal keys counts.
    fn entries_read_as(self, map: &Map<String, Value>) -> bool {
        let entries = self.entries();
        let mut own: Vec<_> = entries
            .map(|(key, value)| (key.key_text(), value))
            .collect();
        own.sort_by(|a, b| a.0.cmp(&b.0));
        let (mut count, mut same) = (0, true);
        for (key, own) in own.chunk_by(|a, b| a.0 == b.0).filter_map(<[_]>::last) {
            let wanted = key.as_deref().and_then(|key| map.get(key));
            same = same && wanted.is_some_and(|value| own.reads_as(value));
            count += 1;
        }
        same && count == map.len()
    }

    /// The JSON value that Kubernetes reads: aliases followed, `<<` merged in place, the last duplicate kept.
    pub fn to_value(self) -> Value {
        let node = self.resolved();
        if node.kind() == Kind::Scalar {
            return scalar_value(node);
        }
        let mut making = Making {
            document: node.document,
            open: Vec::new(),
            walks: Vec::new(),
        };
        making.collection(node);
        loop {
            if let Some(done) = making.step() {
                return done;
            }
        }
    }
}

/// A value that is being made, on a stack of its own: nesting may be deep, and stacks of threads small.
struct Making<'d> {
    document: &'d Document<'d>,
    open: Vec<Open>,
    walks: Vec<Walk>,
}

enum Open {
    List(Vec<Value>),
    /// With the key of the value that is being made.
    Map(Map<String, Value>, String),
}

/// Nodes that are still to be visited, from `at` on.
struct Walk {
    at: u32,
    end: u32,
    /// Whether they go into the mapping below, which goes on behind its `<<`.
    merges: bool,
}

impl<'d> Making<'d> {
    /// Visits one node; gives the whole value once it is complete.
    fn step(&mut self) -> Option<Value> {
        let Some(node) = self.next() else {
            let walk = self.walks.pop();
            if walk.is_some_and(|walk| walk.merges) {
                return None;
            }
            let done = match self.open.pop()? {
                Open::List(items) => items.into(),
                Open::Map(map, _) => map.into(),
            };
            return self.put(done);
        };
        let mut value = node;
        if matches!(self.open.last(), Some(Open::Map(..))) {
            if self.document.has_merge && node.is_merge_key() {
                self.merge();
                return None;
            }
            value = self.next()?;
            let text = node.key_text()?;
            if let Some(Open::Map(_, key)) = self.open.last_mut() {
                *key = text.into_owned();
            }
        }
        let value = value.resolved();
        if value.kind() == Kind::Scalar {
            return self.put(scalar_value(value));
        }
        self.collection(value);
        None
    }

    fn next(&mut self) -> Option<NodeRef<'d>> {
        let walk = self.walks.last_mut()?;
        let node = self.document.node(NodeId(walk.at));
        (walk.at < walk.end).then(|| {
            walk.at = node.next();
            node
        })
    }

    fn collection(&mut self, node: NodeRef<'d>) {
        self.open.push(match node.kind() {
            Kind::Mapping => Open::Map(Map::new(), String::new()),
            _ => Open::List(Vec::new()),
        });
        self.walk(node, false);
    }

    fn walk(&mut self, node: NodeRef<'d>, merges: bool) {
        self.walks.push(Walk {
            at: node.id.0 + 1,
            end: node.next(),
            merges,
        });
    }

    /// go-yaml v2 merges where `<<` stands: what came before is overwritten, what comes after overwrites; of a list,
    /// the first mapping wins.
    fn merge(&mut self) {
        let Some(value) = self.next().map(NodeRef::resolved) else {
            return;
        };
        if value.kind() == Kind::Mapping {
            self.walk(value, true);
        }
        if value.kind() == Kind::Sequence {
            // What is put on top is taken first.
            value
                .children()
                .for_each(|item| self.walk(item.resolved(), true));
        }
    }

    /// Puts a complete value where it belongs, or gives it back where it is the whole.
    fn put(&mut self, value: Value) -> Option<Value> {
        match self.open.last_mut() {
            None => return Some(value),
            Some(Open::List(items)) => items.push(value),
            Some(Open::Map(map, key)) => {
                map.insert(std::mem::take(key), value);
            }
        }
        None
    }
}

/// What a scalar means, its tag considered; the error is why no JSON can hold it.
pub(super) fn scalar(node: NodeRef<'_>) -> Result<Scalar<'_>, String> {
    let text = node.text();
    let tag = match node.tag() {
        None if node.style() != Style::Plain => return Ok(Scalar::Str(text)),
        None => return Ok(resolve(text)),
        Some(tag) => tag,
    };
    let resolved = resolve(text);
    let unfit = |tag: &str| Err(format!("`{text}` does not fit its tag `!!{tag}`"));
    match (tag, resolved) {
        (Tag::Bool, resolved @ Scalar::Bool(_))
        | (Tag::Int, resolved @ (Scalar::Int(_) | Scalar::Uint(_)))
        | (Tag::Float, resolved @ Scalar::Float(_))
        | (Tag::Null, resolved @ Scalar::Null) => Ok(resolved),
        (Tag::Float, Scalar::Int(integer)) => Ok(Scalar::Float(float(integer))),
        (Tag::Str | Tag::Other | Tag::NonSpecific | Tag::Merge | Tag::Binary, _) => {
            Ok(Scalar::Str(text))
        }
        (Tag::Timestamp, _) if super::timestamp::is_timestamp(text) => Ok(Scalar::Str(text)),
        (Tag::Bool, _) => unfit("bool"),
        (Tag::Int, _) => unfit("int"),
        (Tag::Float, _) => unfit("float"),
        (Tag::Null, _) => unfit("null"),
        (Tag::Timestamp, _) => unfit("timestamp"),
    }
}

#[expect(clippy::cast_precision_loss, reason = "Go converts with the same loss")]
fn float(integer: i64) -> f64 {
    integer as f64
}

fn scalar_value(node: NodeRef<'_>) -> Value {
    if node.tag() == Some(Tag::Binary) {
        return super::base64::decode(node.text()).map_or(Value::Null, Value::from);
    }
    match scalar(node) {
        Ok(Scalar::Bool(value)) => value.into(),
        Ok(Scalar::Int(value)) => value.into(),
        Ok(Scalar::Uint(value)) => value.into(),
        Ok(Scalar::Float(value)) => Number::from_f64(value).map_or(Value::Null, whole),
        Ok(Scalar::Str(value)) => value.into(),
        Ok(Scalar::Null) | Err(_) => Value::Null,
    }
}

/// JSON knows one kind of number: `1.0` is `1`.
fn whole(number: Number) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if float.fract() == 0.0 && float.abs() <= EXACT => Value::from(float as i64),
        _ => Value::Number(number),
    }
}

/// Refuses a scalar that no JSON can hold.
pub(super) fn check_scalar(node: NodeRef<'_>) -> Result<(), ReadError> {
    let error = |message: String| {
        let help = "put it in quotes, if it is text; a tag before it must fit";
        Err(ReadError::new(node.span(), message).help(help))
    };
    let Some(tag) = node.tag() else {
        return match (node.style(), node.text().as_bytes().first()) {
            // Only these can begin an infinity; everything else is fine without a look.
            (Style::Plain, Some(b'.' | b'+' | b'-' | b'0'..=b'9')) => match resolve(node.text()) {
                Scalar::Float(float) if !float.is_finite() => error(no_number(node)),
                Scalar::Str(_) if node.document.setting.json => error(no_number(node)),
                _ => Ok(()),
            },
            _ => Ok(()),
        };
    };
    if tag == Tag::Binary && super::base64::decode(node.text()).is_none() {
        let message = "a `!!binary` value must be base64 of UTF-8 text";
        return Err(ReadError::new(node.span(), message)
            .help("other data belongs into `binaryData`, without a tag"));
    }
    match scalar(node) {
        Ok(Scalar::Float(float)) if !float.is_finite() => error(no_number(node)),
        Ok(_) => Ok(()),
        Err(message) => error(message),
    }
}

fn no_number(node: NodeRef<'_>) -> String {
    format!("`{}` is a number that JSON does not have", node.text())
}

/// Refuses a key that JSON cannot have.
pub(super) fn check_key(node: NodeRef<'_>) -> Result<(), ReadError> {
    let resolved = node.resolved();
    if key_text(resolved).is_some() {
        return Ok(());
    }
    let message = match (resolved.kind(), resolved.tag()) {
        (Kind::Mapping, _) => "a key cannot be a mapping".to_owned(),
        (Kind::Sequence, _) => "a key cannot be a list".to_owned(),
        (_, Some(Tag::Binary)) => "a `!!binary` key must be base64 of UTF-8 text".to_owned(),
        _ => match scalar(resolved) {
            Err(message) => message,
            Ok(Scalar::Null) => "a key cannot be null".to_owned(),
            Ok(_) => format!("the number `{}` cannot be a key", resolved.text()),
        },
    };
    Err(ReadError::new(node.span(), message).help("put the key in quotes, if it is meant as text"))
}

/// Refuses what `<<` cannot merge: it takes a mapping, an alias of one, or a list of both.
pub(super) fn check_merge(value: NodeRef<'_>) -> Result<(), ReadError> {
    let merges = |node: NodeRef<'_>| node.resolved().kind() == Kind::Mapping;
    let wrong = match value.kind() {
        Kind::Sequence => value.children().find(|item| !merges(*item)),
        _ => (!merges(value)).then_some(value),
    };
    wrong.map_or(Ok(()), |node| {
        let message = "`<<` merges a mapping, or a list of mappings";
        Err(ReadError::new(node.outer_span(), message)
            .help("put the key in quotes, if it is meant as text"))
    })
}

/// A key as sigs.k8s.io/yaml turns it into text; floats by Go's `%g` in 32 bits.
pub(super) fn key_text(node: NodeRef<'_>) -> Option<Cow<'_, str>> {
    if node.kind() != Kind::Scalar {
        return None;
    }
    if node.tag() == Some(Tag::Binary) {
        return super::base64::decode(node.text()).map(Cow::Owned);
    }
    Some(match scalar(node).ok()? {
        Scalar::Str(text) => Cow::Borrowed(text),
        Scalar::Int(integer) => Cow::Owned(integer.to_string()),
        Scalar::Bool(value) => Cow::Borrowed(if value { "true" } else { "false" }),
        // To Go, -0.0 and 0.0 are one key with two texts.
        Scalar::Float(float) if float == 0.0 && float.is_sign_negative() => return None,
        Scalar::Float(float) => Cow::Owned(float_key(float)),
        Scalar::Null | Scalar::Uint(_) => return None,
    })
}

/// Go's `strconv.FormatFloat(f, 'g', -1, 32)`: shortest digits, an exponent below -4 or from 6 on.
#[expect(clippy::cast_possible_truncation, reason = "Go keeps 32 bits of a key")]
fn float_key(float: f64) -> String {
    let float = float as f32;
    if float.is_nan() {
        return ".nan".into();
    }
    if float.is_infinite() {
        return if float > 0.0 { ".inf" } else { "-.inf" }.into();
    }
    let scientific = format!("{float:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        return float.to_string();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
