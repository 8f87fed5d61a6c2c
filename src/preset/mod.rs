//! Policy as data: presets, overlays and projects are read, judged, composed and shown. No IO: whoever composes hands in a
//! function that reads files. Nothing is applied here.
//!
//! ```text
//! text ── load ──► PresetFile, OverlayFile ── compose ──► Policy { rules, checks, severities, parameters }
//!                  (as written, Draft)           ▲        (no parameter left, every value with its Origin)
//! flags, ProjectFile ─────────────────────► Request
//! ```

mod body;
pub mod builtin;
mod check;
mod compose;
mod draft;
mod external;
mod graph;
mod kinds;
mod load;
mod model;
mod need;
mod parameter;
mod patch;
mod path;
mod pattern;
mod place;
mod policy;
mod project;
mod random;
mod request;
mod rule;
#[cfg(test)]
mod schema;
mod scope;
mod select;
mod selector;
mod settings;
mod settle;
mod severity;
mod show;
mod sidecar;
mod spell;
mod tables;
mod use_entry;
mod waiver;
mod waivers_file;

pub use crate::text::{BadGlob, Glob};
pub use body::{Blank, Body, BodyValue, Written};
pub use check::{CheckSetting, CheckSpec, Known, ResolvedCheck, SettingKind};
pub use compose::compose;
pub use draft::{Draft, Shape};
pub use external::External;
pub use graph::ReadFile;
pub use kinds::OwnPlace;
pub use load::{Overlay, Preset};
pub use model::{
    API_VERSION, Open, OverlayFile, OverlayMetadata, OverlaySpec, ParameterFile, ParameterType,
    PresetFile, PresetMetadata, PresetSpec, Root, RuleFile, SelectorFile, Severity, UseEntry,
};
pub use need::Reach;
pub use parameter::{Parameter, Setting};
pub use patch::{PatchOp, PatchStep};
pub use pattern::Pattern;
pub use place::{File, Origin, PolicyError};
pub use policy::{Policy, PolicyPreset, ResolvedParameter, SeverityChange};
pub use project::{
    DEFAULT_PRESET, EnvironmentFile, NamesFile, PROJECT_FILE, Project, ProjectFile,
    ProjectMetadata, ProjectSpec, VaryFile,
};
pub use random::RandomFile;
pub use request::{Assignment, Given, Named, Request, Step};
pub use rule::{Layer, ResolvedRule, RuleLabel, Verb};
pub use selector::{ImageGlob, Jobs, KindGlob, NonRoot, Os, Resources, Scrape, Selector};
pub use show::show;
pub use sidecar::{Choice, OpenToApplications, Sidecar, SidecarFile, SidecarSpec, ToolFile};
pub use tables::{meaning, tables};
pub use waiver::{BadWaiver, LONGEST_WAIVER, Waiver, WaiverPlace, Waiving, is_too_long};
pub use waivers_file::{Expired, PlaceFile, WaiverFile, WaiversFile, WaiversSpec};

#[cfg(test)]
mod tests;
