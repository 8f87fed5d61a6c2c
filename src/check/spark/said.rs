//! What a rule says, and where.

use super::rule::Grade;
use crate::guard::Finding;
use crate::preset::Severity;
use crate::spark::conf::Entry;
use crate::yaml::Pointer;

/// A place in the stream that something is said of.
#[derive(Clone, Debug)]
pub(super) struct Site {
    pub(super) object: usize,
    /// The text that `path` is inside of, where it is not the object itself.
    pub(super) within: Option<Pointer>,
    pub(super) path: Pointer,
    pub(super) container: Option<String>,
}

/// What a rule has to say of one place.
#[derive(Clone, Debug)]
pub(super) struct Said {
    site: Site,
    /// Where it is less grave than its rule.
    grade: Option<Grade>,
    message: String,
    because: Option<String>,
    help: String,
}

impl Site {
    /// A place in an object.
    pub(super) fn object(index: usize, path: Pointer) -> Self {
        Self {
            object: index,
            within: None,
            path,
            container: None,
        }
    }

    /// Where a setting has its value.
    pub(super) fn entry(key: &str, entry: &Entry) -> Self {
        let path = entry.spot.path.clone();
        let (within, path) = match entry.spot.inside {
            Some(_) => (Some(path), Pointer::root().child(key)),
            None => (None, path),
        };
        Self {
            object: entry.spot.object,
            within,
            path,
            container: None,
        }
    }

    /// A place in the structure that a text of an object holds.
    pub(super) fn inside(index: usize, text: Pointer, path: Pointer) -> Self {
        Self {
            within: Some(text),
            ..Self::object(index, path)
        }
    }

    /// In this container.
    pub(super) fn in_container(mut self, name: &str) -> Self {
        self.container = Some(name.to_owned());
        self
    }

    /// What is wrong here, and what to do next.
    pub(super) fn say(self, message: impl Into<String>, help: impl Into<String>) -> Said {
        Said {
            site: self,
            message: message.into(),
            because: None,
            help: help.into(),
            grade: None,
        }
    }
}

impl Said {
    /// Why it matters, for whoever does not speak Kubernetes or does not speak Spark.
    pub(super) fn because(mut self, why: impl Into<String>) -> Self {
        self.because = Some(why.into());
        self
    }

    /// Less grave than its rule is otherwise.
    pub(super) fn only(mut self, grade: Grade) -> Self {
        self.grade = Some(grade);
        self
    }

    /// How grave it is, of a rule of this grade.
    pub(super) fn grade(&self, rule: Grade) -> Grade {
        self.grade.map_or(rule, |own| own.min(rule))
    }

    /// The finding of a rule.
    pub(super) fn finding(self, (id, code): (&str, &str), severity: Severity) -> Finding {
        let because = self.because.map(|why| format!("{why} ({code})"));
        Finding {
            id: id.to_owned(),
            severity,
            object: Some(self.site.object),
            container: self.site.container,
            within: self.site.within,
            path: self.site.path,
            message: self.message,
            because: because.or_else(|| Some(code.to_owned())),
            help: Some(self.help),
            needed_by: None,
            waived: None,
        }
    }
}
