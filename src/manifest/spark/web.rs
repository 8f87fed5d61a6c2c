//! The web interface of a Spark process: where it listens, and whether Prometheus can read there.
//! Source: Spark 4.1's `MasterArguments`, `WorkerArguments`, `HistoryServerArguments` and `SparkUI`.

use super::settings::{Answer, Configuration, written};
use super::source::Sources;
use crate::manifest::{Command, Pod, Role, Ui};
use serde_json::Value;

/// What the configuration says of a role's web interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Web {
    /// Where it listens; nothing where the stream does not tell.
    pub port: Option<u16>,
    /// Whether Prometheus can read there.
    pub metering: Metering,
    /// Why, in words.
    pub because: String,
}

/// Whether a process serves metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metering {
    /// Somebody turned them on.
    On,
    /// Nobody says anything: Spark's default holds, or the image's.
    Unset,
    /// Somebody turned them off, or the interface that serves them.
    Off,
    /// The stream does not tell.
    Unknown,
}

/// Settles what is wrong with an interface as a whole, before anybody asks for its metrics.
type Settled = Result<Option<u16>, (Metering, String)>;

impl Web {
    /// Reads what a container's process says of its role's interface; nothing where the role has none.
    pub fn of(
        role: &Role,
        sources: &Sources,
        namespace: &str,
        pod: Pod<'_>,
        container: &Value,
    ) -> Option<Self> {
        let ui = role.ui.as_ref()?;
        let mut conf = Configuration::of(sources, namespace, pod, container);
        if let Some(variable) = &ui.arguments {
            conf.read_submit_arguments(variable);
        }
        let reader = Reader {
            ui,
            container,
            conf,
        };
        let port = match reader.port() {
            Ok(port) => port,
            Err((metering, because)) => return Some(Self::closed(None, metering, because)),
        };
        if let Some((metering, because)) = reader.is_off() {
            return Some(Self::closed(port, metering, because));
        }
        let switch = role.metrics.first().map(|row| row.property.as_str());
        let (metering, because) = reader.metering(switch);
        Some(Self {
            port,
            metering,
            because,
        })
    }

    fn closed(port: Option<u16>, metering: Metering, because: String) -> Self {
        Self {
            port,
            metering,
            because,
        }
    }
}

struct Reader<'r> {
    ui: &'r Ui,
    container: &'r Value,
    conf: Configuration<'r>,
}

impl Reader<'_> {
    fn port(&self) -> Settled {
        let Some(property) = &self.ui.property else {
            return Ok(Some(self.ui.port));
        };
        let mut answer = self.property(property);
        if answer == Answer::Unset {
            answer = self.flag();
        }
        if let (Answer::Unset, Some(variable)) = (&answer, &self.ui.variable) {
            answer = match self.conf.variable(variable) {
                Answer::Unset if self.conf.may_hold(variable) => Answer::Unknown,
                found => found,
            };
        }
        match answer {
            Answer::Unset => Ok(Some(self.ui.port)),
            Answer::Set(port) if port.secret => Err((
                Metering::Unknown,
                format!("a Secret says what `{property}` is"),
            )),
            // 0 is any free port.
            Answer::Set(port) => match port.text.trim().parse::<u16>() {
                Ok(port) if port > 0 => Ok(Some(port)),
                _ => Err((
                    Metering::Unknown,
                    format!("`{property}` names no port that is known beforehand"),
                )),
            },
            Answer::Unknown => Err((Metering::Unknown, self.untold(property))),
        }
    }

    fn is_off(&self) -> Option<(Metering, String)> {
        let switch = self.ui.enabled.as_deref()?;
        match self.property(switch) {
            Answer::Set(value) if is_false(&value.text) => {
                Some((Metering::Off, format!("`{switch}` is false")))
            }
            Answer::Unset | Answer::Set(_) => None,
            Answer::Unknown => Some((Metering::Unknown, self.untold(switch))),
        }
    }

    fn metering(&self, switch: Option<&str>) -> (Metering, String) {
        let Some(switch) = switch else {
            return (Metering::Off, "it serves no metrics".to_owned());
        };
        match self.property(switch) {
            Answer::Unset => (Metering::Unset, format!("nothing sets `{switch}`")),
            Answer::Set(value) if is_false(&value.text) => {
                (Metering::Off, format!("`{switch}` is false"))
            }
            Answer::Set(_) => (Metering::On, format!("`{switch}` is set")),
            Answer::Unknown => (Metering::Unknown, self.untold(switch)),
        }
    }

    fn untold(&self, property: &str) -> String {
        match self.conf.incomplete() {
            Some(absent) => {
                format!("{absent} is not in the stream and may set `{property}`")
            }
            None => format!("the stream does not tell what `{property}` is set to"),
        }
    }

    /// A Spark property from wherever the process takes it. Two places that disagree tell nothing: which one wins
    /// differs between drivers and daemons.
    fn property(&self, key: &str) -> Answer {
        let variables = self.ui.options.iter();
        let answers = variables
            .map(|variable| self.conf.option(variable, key))
            .chain([self.conf.launch.option(key), self.conf.setting(key)]);
        let mut found = Answer::Unset;
        for answer in answers {
            found = match (found, answer) {
                (Answer::Unset, answer) => answer,
                (found, Answer::Unset) => found,
                (Answer::Set(one), Answer::Set(other)) if one.text == other.text => {
                    Answer::Set(one)
                }
                _ => Answer::Unknown,
            };
        }
        match found {
            Answer::Unset if self.conf.may_hold(key) => Answer::Unknown,
            Answer::Unset if self.conf.may_hold(&format!("-D{key}")) => Answer::Unknown,
            found => found,
        }
    }

    /// The port as an argument of a master or a worker.
    fn flag(&self) -> Answer {
        let Some(flag) = &self.ui.flag else {
            return Answer::Unset;
        };
        let commands = Command::all(self.container);
        let found = commands.iter().rev().find_map(|command| {
            let at = command.words.iter().rposition(|word| word == flag)?;
            command.words.get(at + 1)
        });
        found.map_or(Answer::Unset, |text| written(text))
    }
}

/// As Spark reads a boolean.
fn is_false(text: &str) -> bool {
    text.trim().eq_ignore_ascii_case("false")
}
