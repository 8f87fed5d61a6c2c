//! Guardrails, refusals and a report for Spark manifests on Kubernetes.
//!
//! Kubernetes YAML in, the same bytes out, with what a policy adds where the author left gaps. The program is one user of
//! this library; `docs/architecture.md` has the invariants and says where to add what.
//!
//! # The road
//!
//! ```text
//!        presets, overlays, flags ── preset::compose ──► Policy
//!                                                          │
//! text ─► yaml::Stream ─► manifest::objects ─► Facts ─► guard::run ─► check ─► edits ─► text
//!         nodes with      Lists flattened,     of the   rules,        what is           parsed again,
//!         byte spans      pods by a table      stream   as phases     wrong             compared
//! ```
//!
//! [`render::render`] is that road. Rules and checks see values, never bytes; their changes are operations of RFC 6902.
//! For each changed document another library applies the operations, [`yaml::Document::splice`] makes the edits, and the
//! edited text must read as that value before anything is given back.
//!
//! # The map
//!
//! A module uses those below it, never one above.
//!
//! | module | |
//! |---|---|
//! | `cli` | arguments, files, the terminal: the only place with input and output |
//! | [`host`] | what Helm 3, Helm 4 and a pipe send, accept and show |
//! | [`report`] | findings and changes for people and machines |
//! | [`mod@render`] | the road |
//! | [`drift`] | what a cluster runs beside what a stream sets |
//! | [`pin`] | who reads what |
//! | [`check`] | requirements whose logic is Rust: Pod Security, validity, memory |
//! | [`guard`] | rules: where they hold, what they set, who wins |
//! | [`preset`] | policy as data |
//! | [`spark`] | the sizes and pods that Spark makes of its configuration |
//! | [`manifest`] | Kubernetes without policy: objects, pods, roles, images, quantities |
//! | [`yaml`] | YAML as Kubernetes reads it, and edits of its text |
//! | [`text`] | bytes |
//! | [`threads`] | pieces of work, side by side |
//!
//! # An example
//!
//! ```
//! use sparkk8s_post::check;
//! use sparkk8s_post::guard::Severity;
//! use sparkk8s_post::manifest::objects;
//! use sparkk8s_post::preset::{Known, Named, Request, compose, tables};
//! use sparkk8s_post::render::{Setup, render};
//! use sparkk8s_post::threads::Threads;
//! use sparkk8s_post::yaml::Stream;
//!
//! let manifests = "\
//! apiVersion: v1
//! kind: ReplicationController
//! metadata: {name: connect}
//! spec:
//!   template:
//!     spec:
//!       containers:
//!         - name: connect   # listens on 15002
//!           image: apache/spark:4.0.1
//! ";
//! let stream = Stream::parse(manifests)?;
//! let (objects, strangers) = objects(&stream);
//!
//! // Files come from a function, so that the library reads none.
//! let request = Request {
//!     presets: vec![Named::flag("--preset", "default")],
//!     ..Request::default()
//! };
//! let known = Known { checks: check::specs(), ..Known::default() };
//! let policy = compose(&request, &known, &|path| Err(format!("{path} is not there")))?;
//!
//! let threads = Threads::ONE;
//! let setup = Setup { policy: &policy, waivers: &[], tables: tables(), secret_key: None, images: None, observe: None, least: Severity::Info, threads };
//! let rendered = render(&stream, (&objects, &strangers), setup)?;
//!
//! // The image is known to run as uid 185, so that is written down, and the rest follows.
//! let guarded = rendered.edits.apply(manifests);
//! assert!(guarded.contains("        - name: connect   # listens on 15002\n"));
//! assert!(guarded.contains("            runAsUser: 185\n"));
//! assert!(rendered.changes.len() > 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod check;
mod cli;
pub mod drift;
pub mod guard;
pub mod host;
pub mod manifest;
pub mod pin;
pub mod preset;
pub mod render;
pub mod report;
pub mod spark;
pub mod text;
pub mod threads;
pub mod yaml;

pub use cli::main;
