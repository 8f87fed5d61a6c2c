//! Waivers, judged: written exceptions from rules and checks, from whichever file, flag or annotation they come.

use super::graph::Graph;
use super::scope::Scope;
use super::waivers_file::{PlaceFile, WaiverFile, WaiversFile};
use super::{Draft, File, Glob, KindGlob, Known, Origin, PolicyError, select, severity};
use crate::text::{Date, shortened};
use crate::yaml::Spanned;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A waiver may hold so many days from today on.
pub const LONGEST_WAIVER: i64 = 366;
/// Longer reasons belong into a document, and a link to it here.
const LONGEST_REASON: usize = 300;

/// What is excepted, where, why, and until when.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiver {
    /// Ids of rules and checks.
    pub rule: Glob,
    /// The objects.
    pub place: WaiverPlace,
    /// The container; without it, the object with all that it holds.
    pub container: Option<Glob>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds. What is given by hand has none.
    pub expires: Option<Date>,
    /// Where it is written.
    pub origin: Origin,
    /// Where its last day is written.
    pub expires_at: Origin,
}

/// Objects. Every field that is there must match.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WaiverPlace {
    /// Kinds.
    pub kinds: Option<Vec<KindGlob>>,
    /// Names.
    pub names: Option<Vec<Glob>>,
    /// Namespaces; what has none matches none.
    pub namespaces: Option<Vec<Glob>>,
    /// Labels.
    pub labels: Vec<(String, Vec<Glob>)>,
}

impl fmt::Display for WaiverPlace {
    /// `{kinds: [Deployment], names: [minio]}`, or `Deployment/minio` where these two are all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |globs: &[Glob]| {
            let texts: Vec<_> = globs.iter().map(Glob::text).collect();
            format!("[{}]", texts.join(", "))
        };
        let kind = |kind: &KindGlob| match &kind.group {
            Some(group) => format!("{}/{}", group.text(), kind.kind.text()),
            None => kind.kind.text().to_owned(),
        };
        let is_short = self.namespaces.is_none() && self.labels.is_empty();
        if let (Some([one]), Some([name]), true) =
            (self.kinds.as_deref(), self.names.as_deref(), is_short)
        {
            return write!(f, "{}/{}", kind(one), name.text());
        }
        let kinds = self.kinds.as_ref().map(|kinds| {
            let kinds: Vec<_> = kinds.iter().map(kind).collect();
            format!("kinds: [{}]", kinds.join(", "))
        });
        let field = |name: &str, globs: &Option<Vec<Glob>>| {
            globs
                .as_ref()
                .map(|globs| format!("{name}: {}", list(globs)))
        };
        let labels = self.labels.iter();
        let labels = labels.map(|(key, globs)| Some(format!("labels.{key}: {}", list(globs))));
        let fields = [
            kinds,
            field("names", &self.names),
            field("namespaces", &self.namespaces),
        ];
        let fields: Vec<_> = fields.into_iter().chain(labels).flatten().collect();
        write!(f, "{{{}}}", fields.join(", "))
    }
}

/// What a policy says of waivers.
#[derive(Clone, Debug, Default)]
pub struct Waiving {
    /// The waivers of its files.
    pub entries: Vec<Waiver>,
    /// Who forbids all waivers.
    pub forbidden: Option<Origin>,
    /// Who lets no waiver count after its last day.
    pub refuses_expired: Option<Origin>,
    /// What annotations may waive.
    pub open: Vec<Glob>,
    /// The ids of all rules of its presets, whatever their `when` says, where annotations are open.
    pub ids: Vec<String>,
}

/// Not a waiver.
#[derive(Debug, thiserror::Error)]
#[error("`--skip {text}` must read RULE=KIND/NAME[/CONTAINER]: REASON{why}")]
pub struct BadWaiver {
    text: String,
    why: String,
}

impl Waiver {
    /// Reads the argument of `--skip`: `RULE=KIND/NAME[/CONTAINER]: REASON`.
    ///
    /// # Errors
    /// Whatever does not read so; a reason that says nothing, or too much.
    pub fn parse(text: &str) -> Result<Self, BadWaiver> {
        let bad = |why: String| BadWaiver {
            text: text.to_owned(),
            why,
        };
        let (rule, place, container, said) = read(text).ok_or_else(|| bad(String::new()))?;
        let origin = File::flag(format!("--skip '{text}'"), text).whole();
        Ok(Self {
            rule,
            place,
            container,
            reason: reason(said).map_err(|why| bad(format!("; {why}")))?,
            expires: None,
            expires_at: origin.clone(),
            origin,
        })
    }

    /// What an annotation on an object waives there: `REASON; until DATE`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn annotation(rule: &str, text: &str, origin: &Origin) -> Result<Self, String> {
        let said = text.rsplit_once(';');
        let said = said.and_then(|(said, day)| Some((said, day.trim().strip_prefix("until ")?)));
        let (said, day) = said.ok_or("it must read `REASON; until 2027-01-31`")?;
        Ok(Self {
            rule: Glob::new(rule).map_err(|error| error.to_string())?,
            place: WaiverPlace::default(),
            container: None,
            reason: reason(said)?,
            expires: Some(date(day.trim())?),
            origin: origin.clone(),
            expires_at: origin.clone(),
        })
    }

    /// An error where its last day is further away than waivers may hold.
    ///
    /// # Errors
    /// That it is.
    pub fn judge_length(&self, today: &Date) -> Result<(), PolicyError> {
        let Some(day) = self.expires.as_ref().filter(|day| is_too_long(day, today)) else {
            return Ok(());
        };
        let message = format!(
            "a waiver holds for {LONGEST_WAIVER} days at most, and {day} is {} days from {today}",
            day.since(today)
        );
        let help = "take a nearer day, and look at it again then";
        Err(self.expires_at.error(message).help(help.to_owned()))
    }

    fn is_same(&self, other: &Self) -> bool {
        (&self.rule, &self.place, &self.container) == (&other.rule, &other.place, &other.container)
    }
}

/// Whether a day is further away than waivers may hold.
pub fn is_too_long(day: &Date, today: &Date) -> bool {
    day.since(today) > LONGEST_WAIVER
}

type Parts<'t> = (Glob, WaiverPlace, Option<Glob>, &'t str);

fn read(text: &str) -> Option<Parts<'_>> {
    let (rule, rest) = text.split_once('=')?;
    let (target, said) = rest.split_once(':')?;
    let mut parts = target.split('/').map(str::trim);
    let glob = |text: &str| Glob::new(text).ok().filter(|_| !text.is_empty());
    let rule = glob(rule.trim())?;
    let kind = glob(parts.next()?)?;
    let place = WaiverPlace {
        kinds: Some(vec![KindGlob { group: None, kind }]),
        names: Some(vec![glob(parts.next()?)?]),
        ..WaiverPlace::default()
    };
    let container = match parts.next() {
        Some(text) => Some(glob(text)?),
        None => None,
    };
    let whole = parts.next().is_none() && !said.trim().is_empty();
    whole.then_some((rule, place, container, said))
}

/// A reason as it is shown.
fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a reason must say why".into());
    }
    if text.chars().any(char::is_control) {
        return Err("a reason is one line, without control characters".into());
    }
    if text.chars().count() > LONGEST_REASON {
        return Err(format!(
            "a reason has at most {LONGEST_REASON} characters: name the document that says more"
        ));
    }
    Ok(text.to_owned())
}

fn date(text: &str) -> Result<Date, String> {
    let no_day = || format!("`{}` is no day: write it as 2027-01-31", shortened(text));
    Date::parse(text).ok_or_else(no_day)
}

impl WaiverFile {
    fn judge(&self, file: &Arc<File>) -> Result<Waiver, PolicyError> {
        let at = |spanned: &Spanned<String>| file.at(spanned.span);
        let glob = |spanned: &Spanned<String>| {
            let glob = Glob::new(&spanned.value);
            glob.map_err(|error| at(spanned).error(error.to_string()))
        };
        let said = reason(&self.reason.value).map_err(|why| at(&self.reason).error(why))?;
        let day = date(&self.expires.value).map_err(|why| at(&self.expires).error(why))?;
        Ok(Waiver {
            rule: glob(&self.rule)?,
            place: self.place.value.judge(file, self.place.span)?,
            container: self.container.as_ref().map(glob).transpose()?,
            reason: said,
            expires: Some(day),
            origin: at(&self.rule),
            expires_at: at(&self.expires),
        })
    }
}

impl PlaceFile {
    fn judge(&self, file: &Arc<File>, span: crate::text::Span) -> Result<WaiverPlace, PolicyError> {
        let fields = [&self.kinds, &self.names, &self.namespaces, &self.labels];
        if fields.iter().all(|field| field.is_none()) {
            let help = "name the objects: `{kinds: [Deployment], names: [minio]}`".to_owned();
            let error = file
                .at(span)
                .error("a waiver is for some objects, not for all");
            return Err(error.help(help));
        }
        let values = BTreeMap::new();
        let scope = Scope {
            file,
            preset: "",
            declared: &[],
            values: &values,
            mark: "",
        };
        let globs = |draft: &Option<Draft>| scope.maybe_globs(draft.as_ref());
        let labels = self.labels.as_ref().map(|draft| scope.labels(draft));
        Ok(WaiverPlace {
            kinds: globs(&self.kinds)?.map(select::kinds),
            names: globs(&self.names)?,
            namespaces: globs(&self.namespaces)?,
            labels: labels.transpose()?.unwrap_or_default(),
        })
    }
}

/// What all files of a policy come to. `more` has the ids of rules that only other environments have.
pub(super) fn settle<'f>(
    files: impl Iterator<Item = (&'f Arc<File>, &'f WaiversFile)>,
    graph: &Graph,
    known: &Known<'_>,
    more: &dyn Fn() -> Vec<String>,
) -> Result<Waiving, PolicyError> {
    let mut waiving = Waiving::default();
    let mut globs = Vec::new();
    for (file, written) in files {
        let forbidden = written.forbid.map(|span| file.at(span));
        waiving.forbidden = waiving.forbidden.or(forbidden);
        let refuses = written.spec.expired.as_ref().map(|word| file.at(word.span));
        waiving.refuses_expired = waiving.refuses_expired.or(refuses);
        for text in &written.spec.annotations {
            let origin = file.at(text.span);
            let glob = Glob::new(&text.value).map_err(|error| origin.error(error.to_string()))?;
            waiving.open.push(glob.clone());
            globs.push((glob, origin));
        }
        for entry in &written.spec.entries {
            let waiver = entry.judge(file)?;
            if let Some(twin) = waiving.entries.iter().find(|other| other.is_same(&waiver)) {
                // An overlay that is chosen twice.
                if twin.origin == waiver.origin {
                    continue;
                }
                let message = format!("this is waived already, at {}", twin.origin.place());
                let help = "keep one of them".to_owned();
                return Err(waiver.origin.error(message).help(help));
            }
            globs.push((waiver.rule.clone(), waiver.origin.clone()));
            waiving.entries.push(waiver);
        }
    }
    if let Some(first) = waiving.entries.first() {
        waiving.judge_forbidden(&first.origin)?;
    }
    let own = match globs.is_empty() {
        true => Vec::new(),
        false => ids(graph),
    };
    for (glob, origin) in &globs {
        if severity::exists(glob, origin, own.clone(), known).is_err() {
            let all = own.iter().cloned().chain(more()).collect();
            severity::exists(glob, origin, all, known)?;
        }
    }
    if !waiving.open.is_empty() {
        waiving.ids = own;
    }
    Ok(waiving)
}

/// The ids of all rules, whatever their `when` says.
pub(super) fn ids(graph: &Graph) -> Vec<String> {
    let presets = graph.nodes.iter().map(|node| &node.preset);
    let ids = presets.flat_map(|preset| {
        let rules = preset.written.spec.rules.iter();
        rules.map(|rule| format!("{}/{}", preset.name(), rule.id.value))
    });
    ids.collect()
}

impl Waiving {
    /// An error at a waiver where somebody forbids all of them.
    ///
    /// # Errors
    /// That somebody does.
    pub fn judge_forbidden(&self, waiver: &Origin) -> Result<(), PolicyError> {
        let Some(who) = &self.forbidden else {
            return Ok(());
        };
        let message = format!("waivers are forbidden at {}", who.place());
        let help = "mend what is found, or take one of the two out".to_owned();
        Err(waiver.error(message).help(help))
    }

    /// What is to say of an id that no rule and no check has; nothing where one has it.
    pub fn judge_id(&self, id: &str, origin: &Origin, known: &Known<'_>) -> Option<PolicyError> {
        let glob = Glob::new(id).map_err(|error| origin.error(error.to_string()));
        let exists = |glob| severity::exists(&glob, origin, self.ids.clone(), known);
        glob.and_then(exists).err()
    }
}

#[cfg(test)]
#[path = "waiver_tests.rs"]
mod tests;
