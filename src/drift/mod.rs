//! What a cluster runs beside what a stream sets: only fields of the stream, and who owns what differs. No network here.

mod compare;
mod fields;
mod owner;
mod sent;

pub use compare::{Difference, differences, differences_as_written};
pub use owner::Owner;
pub use sent::{is_as_written, is_segment, left_out, sent};

/// The field manager that asks the server, and never writes.
pub const MANAGER: &str = "sparkk8s-post";

/// What a comparison with a cluster comes to.
#[derive(Debug)]
pub struct Drift {
    /// What was compared, in the order of the stream.
    pub objects: Vec<Compared>,
    /// What was not, and why.
    pub left_out: Vec<LeftOut>,
}

/// An object of the stream.
#[derive(Debug)]
pub struct Compared {
    /// Group and version.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Where it was looked for; `None` for what has no namespace, or where nobody knows.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// What was found.
    pub verdict: Verdict,
}

/// What was found of an object.
#[derive(Debug)]
pub enum Verdict {
    /// All that the stream sets is so in the cluster.
    Same,
    /// These fields are not.
    Differs(Vec<Difference>),
    /// The cluster does not have it.
    Missing,
    /// It cannot be told, and why.
    Failed(String),
}

/// An object that the cluster keeps no state of.
#[derive(Debug)]
pub struct LeftOut {
    /// Its kind.
    pub kind: String,
    /// Its name, or how its name begins.
    pub name: String,
    /// Why.
    pub why: &'static str,
}

impl Drift {
    /// How many fields differ, and objects are missing.
    pub fn differences(&self) -> usize {
        let count = |object: &Compared| match &object.verdict {
            Verdict::Differs(found) => found.len(),
            Verdict::Missing => 1,
            Verdict::Same | Verdict::Failed(_) => 0,
        };
        self.objects.iter().map(count).sum()
    }

    /// How many objects could not be compared.
    pub fn failures(&self) -> usize {
        let failed = |object: &&Compared| matches!(object.verdict, Verdict::Failed(_));
        self.objects.iter().filter(failed).count()
    }
}
