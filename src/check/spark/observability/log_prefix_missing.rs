//! SK403: a directory of logs in a bucket that nothing makes before Spark asks for it.

use super::log_place::{DIR, LOG_DIRECTORY, LogPlace, writes};
use super::make_bucket::Makers;
use crate::check::Page;
use crate::check::spark::case::Case;
use crate::check::spark::rule::{Grade, Judge, Rule};
use crate::check::spark::said::Said;
use crate::check::spark::world::World;
use crate::spark::conf::Told;

pub(super) const RULE: Rule = Rule {
    code: "SK403",
    grade: Grade::High,
    page: Page {
        id: "spark/log-prefix-missing",
        title: "a directory of logs that nothing makes in its bucket",
        what: "`spark.eventLog.dir` and `spark.history.fs.logDirectory` in an S3 bucket, where a script of the stream makes \
               buckets (`mc mb`, `aws s3 mb`, `create-bucket`): the script also writes an object below that prefix, and \
               the bucket is among those that it makes. Both processes ask for the directory when they start \
               (`EventLogFileWriter.requireLogBaseDirAsDirectory`, `FsHistoryProvider.startPolling`), and S3A knows one only \
               by an object in it. Where no script of the stream makes buckets, they are made elsewhere, and nothing is said. \
               Found in the field four times: issues 003, 006, 013 and 022.",
        why_platform: "`mc mb` makes buckets, never prefixes: the bucket is there, and history server and Connect server crash \
                       in a loop until somebody uploads a file.",
        why_data: "The driver ends with `FileNotFoundException` (`No such file or directory: s3a://…/events`) before the first \
                   line of the job runs.",
        fix: "Write an empty object after the bucket was made: `echo | mc pipe store/spark-logs/events/.keep`, or \
              `aws s3api put-object --bucket spark-logs --key events/`. The root of a bucket needs none.",
        before: "\
apiVersion: batch/v1
kind: Job
metadata: {name: buckets}
spec:
  template:
    spec:
      restartPolicy: OnFailure
      containers:
      - name: mc
        image: quay.io/minio/mc:RELEASE.2025-01-01T00-00-00Z
        command:
        - sh
        - -c
        - |
          mc alias set store http://minio:9000 $USER $PASSWORD
          mc mb --ignore-existing store/spark-logs
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.eventLog.enabled: \"true\"
    spark.eventLog.dir: s3a://spark-logs/events
",
        after: "\
apiVersion: batch/v1
kind: Job
metadata: {name: buckets}
spec:
  template:
    spec:
      restartPolicy: OnFailure
      containers:
      - name: mc
        image: quay.io/minio/mc:RELEASE.2025-01-01T00-00-00Z
        command:
        - sh
        - -c
        - |
          mc alias set store http://minio:9000 $USER $PASSWORD
          mc mb --ignore-existing store/spark-logs
          echo | mc pipe store/spark-logs/events/.keep
---
apiVersion: sparkoperator.k8s.io/v1beta2
kind: SparkApplication
metadata: {name: pi}
spec:
  type: Scala
  sparkVersion: 4.1.4
  sparkConf:
    spark.eventLog.enabled: \"true\"
    spark.eventLog.dir: s3a://spark-logs/events
",
    },
    judge: Judge::Stream(judge),
};

fn judge(world: &World<'_>) -> Vec<Said> {
    let cases = world
        .processes
        .iter()
        .map(|process| Case { world, process });
    let roots: Vec<_> = cases.filter_map(root).collect();
    if roots.is_empty() {
        return Vec::new();
    }
    let names = roots.iter().flat_map(|(case, _, (bucket, _))| {
        let host = endpoint(*case, bucket);
        [Some(bucket.clone()), host]
    });
    let makers = Makers::of(world, &names.flatten().collect());
    let found = roots
        .into_iter()
        .filter_map(|(case, key, (bucket, path))| of_root(case, key, (&bucket, &path), &makers));
    found.collect()
}

/// The directory of a process in an S3 bucket: the setting, the bucket, the prefix.
fn root(case: Case<'_>) -> Option<(Case<'_>, &'static str, (String, String))> {
    let key = match case.role.as_str() {
        "spark-history-server" => LOG_DIRECTORY,
        _ if writes(case) => DIR,
        _ => return None,
    };
    let Told::Set(known) = case.conf().get(key) else {
        return None;
    };
    match LogPlace::of(&known.text) {
        LogPlace::Store { scheme, host, path }
            if scheme == "s3" && !path.contains(',') && !case.hides(key) =>
        {
            Some((case, key, (host, path)))
        }
        _ => None,
    }
}

fn of_root(
    case: Case<'_>,
    key: &str,
    (bucket, path): (&str, &str),
    makers: &Makers,
) -> Option<Said> {
    let shown = case.shown(key);
    let because = "Spark asks for the directory when it starts, and in a bucket there is one only where an object lies in it: \
                   the process ends with `FileNotFoundException`, again and again";
    let (message, help) = match makers.maker(bucket) {
        Some(maker) if !path.is_empty() && !makers.fills(bucket, path) => (
            format!(
                "`{shown}` is a prefix that nothing in the stream makes: {maker} makes only the bucket `{bucket}`"
            ),
            format!(
                "let {maker} write an empty object there after the bucket is made, as `echo | mc pipe <alias>/{bucket}/{path}/.keep`"
            ),
        ),
        None if makers.is_whole()
            && !makers.mentions_bucket(bucket)
            && is_served_here(case, bucket, makers) =>
        {
            (
                format!(
                    "`{shown}` lies in the bucket `{bucket}`, which is not among those that the stream makes"
                ),
                format!(
                    "make the bucket `{bucket}` beside the others, with an empty object below `{path}`"
                ),
            )
        }
        _ => return None,
    };
    Some(case.at(key).say(message, help).because(because))
}

/// Whether the bucket is in a store of the stream, the one that its scripts make buckets in.
fn is_served_here(case: Case<'_>, bucket: &str, makers: &Makers) -> bool {
    endpoint(case, bucket).is_some_and(|host| {
        let service = case.world.named("Service", case.namespace(), &host);
        service.is_some() && makers.mentions(&host)
    })
}

/// The first name of the host that a bucket is asked of.
fn endpoint(case: Case<'_>, bucket: &str) -> Option<String> {
    let own = format!("spark.hadoop.fs.s3a.bucket.{bucket}.endpoint");
    let keys = [own.as_str(), "spark.hadoop.fs.s3a.endpoint"];
    let text = keys.into_iter().find_map(|key| case.conf().text(key))?;
    let text = text.trim_matches('"');
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let end = rest.find(['.', ':', '/']).unwrap_or(rest.len());
    Some(rest[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::spark::testing::said;

    fn with(script: &str, dir: &str) -> Vec<String> {
        let (job, app) = RULE.page.before.split_once("---\n").unwrap();
        let job = job.replace("mc mb --ignore-existing store/spark-logs", script);
        let app = app.replace("s3a://spark-logs/events", dir);
        let conf = "  hadoopConf: {fs.s3a.endpoint: \"http://minio.data:9000\"}\n";
        let service = "---\napiVersion: v1\nkind: Service\nmetadata: {name: minio}\n";
        let all = said(RULE.page.id, &format!("{job}---\n{app}{conf}{service}"));
        all.into_iter().map(|(_, message)| message).collect()
    }

    #[test]
    fn a_prefix_is_there_once_something_lies_in_it() {
        let dir = "s3a://spark-logs/events";
        for script in [
            "mc mb store/spark-logs && mc cp /tmp/x store/spark-logs/events/x",
            "aws s3 mb s3://spark-logs; aws s3api put-object --bucket spark-logs --key events/",
            "for b in $BUCKETS; do mc mb store/$b; done",
            "echo nothing",
        ] {
            assert!(with(script, dir).is_empty(), "{script}");
        }
        for script in ["mc mb store/spark-logs/events", "aws s3 mb s3://spark-logs"] {
            assert_eq!(with(script, dir).len(), 1, "{script}");
        }
    }

    #[test]
    fn a_bucket_that_is_not_made_is_missed_only_in_a_store_of_the_stream() {
        let missing = with("mc mb store/other", "s3a://spark-logs");
        assert!(missing[0].contains("not among those"), "{missing:?}");
        assert!(with("mc mb store/$OTHER", "s3a://spark-logs").is_empty());
        assert!(with("mc mb store/spark-logs", "s3a://spark-logs/").is_empty());
        assert!(with("mc mb store/spark-logs", "s3a://spark-logs/${ENV}").is_empty());
    }

    /// As the charts rendered it; `SCRIPT` makes the bucket.
    const FIELD: &str = "apiVersion: batch/v1
kind: Job
metadata: {name: minio-init-buckets}
spec:
  template:
    spec:
      containers:
      - name: mc
        image: quay.io/minio/mc:latest
        command: [/bin/sh, -c]
        args:
        - |
          mc mb --ignore-existing myminio/warehouse
          SCRIPT
---
apiVersion: v1
kind: ConfigMap
metadata: {name: connect-config}
data:
  spark-properties.conf.template: |
    spark.master=k8s://https://kubernetes.default.svc:443
    spark.eventLog.enabled=true
    spark.eventLog.dir=s3a://spark-logs/events
    spark.hadoop.fs.s3a.access.key=${AWS_ACCESS_KEY_ID}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: connect}
spec:
  template:
    spec:
      initContainers:
      - name: render
        image: alpine:3.19
        command: [sh, -c, \"envsubst < /in/spark-properties.conf.template > /tmp/conf/spark-properties.conf\"]
        volumeMounts: [{name: in, mountPath: /in}, {name: conf, mountPath: /tmp/conf}]
      containers:
      - name: spark-connect
        image: apache/spark:4.1.4
        command: [sh, -c]
        args: [\"/opt/spark/bin/spark-submit --properties-file /tmp/conf/spark-properties.conf --class org.apache.spark.sql.connect.service.SparkConnectServer\"]
        volumeMounts: [{name: conf, mountPath: /tmp/conf}]
      volumes: [{name: in, configMap: {name: connect-config}}, {name: conf, emptyDir: {}}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: history}
spec:
  template:
    spec:
      containers:
      - name: history-server
        image: apache/spark:4.1.4
        command: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
        env: [{name: SPARK_HISTORY_OPTS, value: -Dspark.history.fs.logDirectory=s3a://spark-logs/events}]
";

    /// Field failures 003, 006, 013 and 022: a server whose settings an init container renders, a history server with its
    /// directory in a variable, and a script that makes the bucket alone, or takes a prefix for a bucket.
    #[test]
    fn servers_that_crashed_in_the_field() {
        let stream = |script: &str| FIELD.replace("SCRIPT", script);
        let failing = [
            "mc mb --ignore-existing myminio/spark-logs",
            "mc mb --ignore-existing myminio/spark-logs/events",
        ];
        for script in failing {
            let all = said(RULE.page.id, &stream(script));
            let places: Vec<_> = all.iter().map(|(place, _)| place.as_str()).collect();
            assert_eq!(
                places,
                [
                    "ConfigMap/connect-config /data/spark-properties.conf.template#spark.eventLog.dir",
                    "Deployment/history /spec/template/spec/containers/0/env/0/value",
                ],
                "{script}"
            );
        }
        let mended = "mc mb --ignore-existing myminio/spark-logs\n          echo \"\" | mc pipe myminio/spark-logs/events/.keep";
        assert!(said(RULE.page.id, &stream(mended)).is_empty());
    }
}
