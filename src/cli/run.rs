//! What `render`, `check` and `diff` have in common: input, policy, the road, the reports.

use super::args::{HostArg, InputArgs, PolicyArgs};
use super::exit::{Exit, Failure};
use super::io;
use super::policy::{self, Chosen, choose};
use crate::check;
use crate::guard::Severity;
use crate::host::{self, Host, krm};
use crate::manifest::sensitive::without_hidden;
use crate::manifest::{HELM4_FILENAME, Object, Stranger, objects};
use crate::render::{Observe, RenderError, Rendered, Setup, render};
use crate::report::{Listed, Message, Place, Report};
use crate::text::Source;
use crate::threads::Threads;
use crate::yaml::{ReadError, Stream, decode};
use serde_json::Value;

/// The input as text, aliases across Helm 4's documents written out.
pub(super) struct Input {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) host: Host,
    /// Anchors whose aliases were written out.
    pub(super) inlined: Vec<String>,
    threads: Threads,
}

impl Input {
    /// Reads it.
    pub(super) fn read(args: &InputArgs) -> Result<Self, Failure> {
        Self::read_as(&args.source.file, args.host.into())
    }

    /// The same, whatever the host is called.
    pub(super) fn read_as(file: &str, host: Host) -> Result<Self, Failure> {
        let bytes = io::read(file)?;
        let name = if file == "-" { "stdin" } else { file };
        Self::decoded(name.to_owned(), bytes, host)
    }

    /// Bytes from somewhere.
    pub(super) fn decoded(name: String, bytes: Vec<u8>, host: Host) -> Result<Self, Failure> {
        let text = match decode(&bytes) {
            Ok(_) => String::from_utf8(bytes).expect("internal error: decoded text is UTF-8"),
            Err(error) => return Err(unreadable(&name, &String::from_utf8_lossy(&bytes), &error)),
        };
        let text = match host {
            Host::Krm if text.trim().is_empty() => krm::NOTHING.to_owned(),
            _ => text,
        };
        Ok(Self::of(name, text, host))
    }

    /// A text from elsewhere.
    pub(super) fn of(name: String, text: String, host: Host) -> Self {
        let helm4 = host == Host::Helm4 || (host == Host::Auto && host::is_helm4(&text));
        let (text, inlined) = match helm4.then(|| host::inline(&text)).flatten() {
            Some(inlined) => (inlined.text, inlined.anchors),
            None => (text, Vec::new()),
        };
        // A container's CPU limit counts. Asking takes a twentieth of a short run.
        let threads = Threads::for_bytes(text.len(), std::thread::available_parallelism);
        Self {
            name,
            text,
            host,
            inlined,
            threads,
        }
    }

    /// Its documents.
    pub(super) fn stream(&self) -> Result<Stream<'_>, Failure> {
        Stream::parse_on(self.threads, &self.text)
            .map_err(|error| unreadable(&self.name, &self.text, &error))
    }

    /// Whether a `ResourceList` is to be answered. Only who says so is: a list chooses a policy, and comes back refused.
    pub(super) fn is_krm(&self) -> bool {
        self.host == Host::Krm
    }

    /// What `functionConfig` chooses, where the host sends any.
    fn config(&self, stream: &Stream<'_>) -> Result<krm::Config, Failure> {
        if !self.is_krm() {
            return Ok(krm::Config::default());
        }
        let list = krm::list(stream).map_err(|error| unreadable(&self.name, &self.text, &error))?;
        krm::Config::of(list, (&self.name, &self.text)).map_err(|error| policy::failure(&error))
    }

    /// The objects of its documents; none is a mistake where the host never sends none.
    pub(super) fn objects<'s>(
        &self,
        stream: &'s Stream<'_>,
    ) -> Result<(Vec<Object<'s>>, Vec<Stranger>), Failure> {
        let is_krm = self.is_krm();
        let list = is_krm.then(|| krm::list(stream)).transpose();
        let list = list.map_err(|error| unreadable(&self.name, &self.text, &error))?;
        let (objects, strangers) = match list {
            // A list without items is no object itself.
            Some(list) if !krm::has_items(list) => (Vec::new(), Vec::new()),
            _ => objects(stream),
        };
        if objects.is_empty() && !self.host.accepts_no_objects() {
            let message = format!("{} holds no Kubernetes object", self.name);
            let help = self.host.why_no_objects();
            let text = Message::error(message, None, Some(help.into())).render();
            return Err(Failure {
                exit: Exit::Input,
                text,
            });
        }
        Ok((objects, strangers))
    }
}

impl From<HostArg> for Host {
    fn from(host: HostArg) -> Self {
        match host {
            HostArg::Auto => Self::Auto,
            HostArg::Helm3 => Self::Helm3,
            HostArg::Helm4 => Self::Helm4,
            HostArg::Krm => Self::Krm,
            HostArg::Pipe => Self::Pipe,
        }
    }
}

fn unreadable(name: &str, text: &str, error: &ReadError) -> Failure {
    let mut span = error.span;
    span.start = (0..=span.start.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0);
    let template = source_line(text, span.start);
    let place = Place::new(Source { name, text }, span);
    // What cannot be read is quoted.
    let quoted = |said: &str| without_hidden(said, text, span.start);
    let help = error.help.as_deref().map(quoted);
    let mut message = Message::error(quoted(&error.message), Some(place), help);
    message.template = template;
    Failure {
        exit: Exit::Input,
        text: message.render(),
    }
}

/// The last `# Source:` line, or Helm 4's annotation, in the document around `at`.
fn source_line(text: &str, at: usize) -> Option<&str> {
    let start = text[..at].rfind("\n---").map_or(0, |n| n + 1);
    let end = text[at..].find("\n---").map_or(text.len(), |n| at + n);
    text[start..end].lines().find_map(|line| {
        let annotated = || {
            let name = line.trim().strip_prefix(HELM4_FILENAME)?;
            // Helm 4 writes it in quotes.
            Some(name.strip_prefix(": ")?.trim_matches(['\'', '"']))
        };
        line.strip_prefix("# Source: ").or_else(annotated)
    })
}

/// A run over an input, for a verb to show.
pub(super) fn over<T>(
    input: &Input,
    policy: &PolicyArgs,
    show: impl FnOnce(&Report<'_>, Rendered, &Chosen) -> Result<T, Failure>,
) -> Result<T, Failure> {
    observed(input, policy, (None, Severity::Info), show)
}

/// Is shown what was chosen, and each guarded object, as `Observe` is.
pub(super) type See<'s> = &'s (dyn Fn(&Chosen, &[Object<'_>], &Object<'_>, &Value) + Sync);

/// The same, with somebody who looks at the guarded objects, and without findings below a severity.
pub(super) fn observed<T>(
    input: &Input,
    policy: &PolicyArgs,
    (see, least): (Option<See<'_>>, Severity),
    show: impl FnOnce(&Report<'_>, Rendered, &Chosen) -> Result<T, Failure>,
) -> Result<T, Failure> {
    with(input, |config| choose(policy, config), (see, least), show)
}

/// The same with a policy that comes from elsewhere than flags.
pub(super) fn with<T>(
    input: &Input,
    choose: impl FnOnce(krm::Config) -> Result<Chosen, Failure> + Send,
    (see, least): (Option<See<'_>>, Severity),
    show: impl FnOnce(&Report<'_>, Rendered, &Chosen) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (stream, chosen) = if input.is_krm() {
        let stream = input.stream();
        let config = stream.as_ref().ok().map(|stream| input.config(stream));
        let config = config.transpose()?.unwrap_or_default();
        (stream, choose(config))
    } else {
        let chosen = || choose(krm::Config::default());
        input.threads.both(|| input.stream(), chosen)
    };
    // A wrong flag is said first, as if nothing had been read.
    let chosen = chosen?;
    chosen.judge_waivers()?;
    let stream = stream?;
    let (objects, strangers) = input.objects(&stream)?;
    let shown = |all: &[Object<'_>], object: &Object<'_>, value: &Value| {
        if let Some(see) = see {
            see(&chosen, all, object, value);
        }
    };
    let setup = Setup {
        policy: &chosen.policy,
        waivers: &chosen.waivers,
        tables: chosen.policy.tables(),
        secret_key: chosen.secret_key.as_ref(),
        images: chosen.images.as_ref(),
        observe: see.is_some().then_some(&shown as Observe<'_>),
        least,
        threads: input.threads,
    };
    let mut rendered =
        render(&stream, (&objects, &strangers), setup).map_err(|error| failed(input, &error))?;
    let changes = std::mem::take(&mut rendered.changes);
    let mut findings = std::mem::take(&mut rendered.findings);
    let uses = std::mem::take(&mut rendered.waivers);
    let mut uses_that_end = uses.iter().filter(|one| one.waiver.expires.is_some());
    let today = uses_that_end.next().map(|_| chosen.today()).transpose()?;
    if let Some(today) = &today {
        let refuses = chosen.policy.waiving.refuses_expired.as_ref();
        check::lapsed(&uses, &mut findings, today, refuses);
        findings.sort_by(|a, b| (a.object, &a.id, &a.path).cmp(&(b.object, &b.id, &b.path)));
    }
    let waivers = Listed::all(&uses, &findings, today.as_ref());
    let mut report = Report::new(
        &input.name,
        &stream,
        &objects,
        (&changes, &findings),
        &chosen.names,
    );
    report.waivers = &waivers;
    let environment = chosen.policy.environment.as_ref();
    report.environment = environment.map(|name| name.text.as_str());
    show(&report, rendered, &chosen)
}

/// A list with the results of a run.
pub(super) fn answer(input: &Input, text: &str, report: &Report<'_>) -> Result<String, Failure> {
    krm::answer(text, krm::results(report)).map_err(|error| failed(input, &error))
}

/// Why there is no result, for people.
pub(super) fn failed(input: &Input, error: &RenderError) -> Failure {
    let (exit, help) = match error {
        RenderError::Policy(_) => (
            Exit::Usage,
            "drop one of the rules, or let a preset of the project decide",
        ),
        RenderError::Shared { .. } => (
            Exit::No,
            "nothing was written; mend that place in the chart, or waive the rule there",
        ),
        RenderError::TooLarge { .. } => (
            Exit::No,
            "nothing was written; send the objects in documents of their own, or waive a rule there",
        ),
        RenderError::Bug { .. } => (
            Exit::Bug,
            "nothing was written; please report it with the document that it names",
        ),
    };
    let (name, text) = (input.name.as_str(), input.text.as_str());
    let place = match error {
        RenderError::Shared { span, .. } => Some(Place::new(Source { name, text }, *span)),
        _ => None,
    };
    Failure {
        exit,
        text: Message::error(error.to_string(), place, Some(help.into())).render(),
    }
}
