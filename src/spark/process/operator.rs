//! Drivers that operators make: an application is one process.

use super::{Master, Mode, Process, Seen};
use crate::manifest::spark::{Launch, text_of};
use crate::spark::conf::{Conf, Entry, Given, Spot, Told};
use crate::spark::memory::Kind;
use crate::spark::pod::{GivenValue, Operator, application, version};
use crate::spark::version::{Version, of_field};
use crate::yaml::Pointer;
use serde_json::Value;

const HISTORY: &str = "org.apache.spark.deploy.history.HistoryServer";

/// The operator of an object, where that runs a driver.
pub fn operator_of(object: &Value) -> Option<Operator> {
    let text = |name: &str| object[name].as_str();
    let operator = Operator::of(text("apiVersion")?, text("kind")?)?;
    (operator != Operator::Cluster).then_some(operator)
}

impl Operator {
    pub(super) fn process(self, (at, seen): (usize, &Seen), assumed: Version) -> Process {
        let is_run = seen.value["kind"] == "ScheduledSparkApplication";
        let app = application(text_of(&seen.value["kind"]), seen.value.clone());
        let base = if is_run { "/spec/template" } else { "/spec" };
        let base = base.split('/').skip(1).collect();
        let (kind, passed) = self.told(&app);
        let told = version(of_field(&seen.value), &app).ok().flatten();
        let version = told.unwrap_or(assumed);
        let mode = match kind {
            Kind::Client => Mode::Client(Master::Kubernetes),
            Kind::Java | Kind::Python | Kind::R => Mode::Cluster,
        };
        let conf = conf(seen, &base, passed.given).with_version(version);
        Process {
            seen: at,
            object: seen.index,
            role: if self == Self::Connect {
                "spark-connect"
            } else {
                "spark-driver"
            }
            .to_owned(),
            operator: Some(self),
            seat: None,
            mode,
            alone: is_alone(&app["spec"], &conf),
            python: (kind != Kind::Client).then_some(kind == Kind::Python),
            version,
            assumed: told.is_none(),
            conf,
            launch: Launch::default(),
            template: None,
        }
    }
}

/// Whether it makes no executors: Spark's history server makes no session, and a driver may be its own executor. One whose
/// master is not known makes none that are known.
/// Source: `spark.kubernetes.driver.master`, which `KubernetesClusterManager` takes in cluster mode (3.0 to 4.3).
fn is_alone(spec: &Value, conf: &Conf) -> bool {
    let is_local = match conf.get("spark.kubernetes.driver.master") {
        Told::Set(master) => Master::of(&master.text) == Master::Local,
        Told::Unknown => true,
        Told::Unset => false,
    };
    is_local || spec["mainClass"] == HISTORY
}

/// The values that were passed, in the operator's order: of two the later counts.
fn conf(seen: &Seen, base: &Pointer, given: Vec<GivenValue>) -> Conf {
    let mut conf = Conf::default();
    for (key, text, at) in given.into_iter().rev() {
        let is_conf = at.as_ref().is_some_and(|at| {
            let mut segments = at.segments().rev().skip(1);
            segments
                .next()
                .is_some_and(|it| it == "sparkConf" || it == "hadoopConf")
        });
        let kind = match &at {
            None => Given::Operator,
            Some(_) if is_conf => Given::Conf,
            Some(_) => Given::Field,
        };
        let path = at.map_or_else(|| Pointer::from_iter(["spec"]), |at| moved(&at, base));
        conf.add(
            key,
            Entry {
                text,
                secret: false,
                doubtful: false,
                given: kind,
                spot: Spot {
                    object: seen.index,
                    path,
                    inside: None,
                },
            },
        );
    }
    conf
}

/// A pointer into an application as one into the object: what a schedule runs stands in its `spec.template`.
fn moved(at: &Pointer, base: &Pointer) -> Pointer {
    let mut segments = at.segments();
    match segments.next().as_deref() {
        Some("spec") => base.join(&segments.collect()),
        _ => at.clone(),
    }
}
