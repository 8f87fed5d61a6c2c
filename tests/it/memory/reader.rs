//! YAML to JSON values by an independent reader; of duplicate keys the last one counts, as in Kubernetes.

use serde_json::{Map, Value};
use std::collections::BTreeMap;
use yaml_rust2::parser::{Event, Parser};
use yaml_rust2::scanner::TScalarStyle;
use yaml_rust2::{ScanError, Yaml};

/// Every document of a stream.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, ScanError> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
    };
    let mut found = Vec::new();
    loop {
        match reader.next()? {
            Event::StreamEnd => return Ok(found),
            Event::StreamStart | Event::DocumentStart | Event::DocumentEnd | Event::Nothing => {}
            event => found.push(reader.value(event)?),
        }
    }
}

/// The only document of a text; nothing where there is another number of them.
pub(super) fn document(text: &str) -> Option<Value> {
    let mut all = documents(text).ok()?;
    all.pop().filter(|_| all.is_empty())
}

struct Reader<'t> {
    parser: Parser<std::str::Chars<'t>>,
    anchors: BTreeMap<usize, Value>,
}

impl Reader<'_> {
    fn next(&mut self) -> Result<Event, ScanError> {
        self.parser.next_token().map(|(event, _)| event)
    }

    fn value(&mut self, event: Event) -> Result<Value, ScanError> {
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                return Ok(self.anchors.get(&anchor).cloned().unwrap_or_default());
            }
            Event::Scalar(text, TScalarStyle::Plain, anchor, _) => (anchor, plain(&text)),
            Event::Scalar(text, _, anchor, _) => (anchor, Value::String(text)),
            Event::SequenceStart(anchor, _) => {
                let mut items = Vec::new();
                loop {
                    match self.next()? {
                        Event::SequenceEnd => break (anchor, Value::Array(items)),
                        event => items.push(self.value(event)?),
                    }
                }
            }
            Event::MappingStart(anchor, _) => {
                let mut map = Map::new();
                loop {
                    match self.next()? {
                        Event::MappingEnd => break (anchor, Value::Object(map)),
                        event => {
                            let key = self.value(event)?;
                            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
                            let event = self.next()?;
                            map.insert(key, self.value(event)?);
                        }
                    }
                }
            }
            _ => return Ok(Value::Null),
        };
        self.anchors.insert(anchor, value.clone());
        Ok(value)
    }
}

fn plain(text: &str) -> Value {
    match Yaml::from_str(text) {
        Yaml::Integer(number) => number.into(),
        Yaml::Real(number) => number.parse::<f64>().map_or(Value::Null, Value::from),
        Yaml::Boolean(truth) => truth.into(),
        Yaml::Null => Value::Null,
        _ => Value::String(text.to_owned()),
    }
}
