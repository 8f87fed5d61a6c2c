use super::*;

fn rows(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| !line.starts_with('#'))
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

fn default(key: &str, version: &str) -> Option<DefaultValue> {
    match catalogue().standing(key, self::version(version)) {
        Standing::Known(_, default) => Some(default),
        _ => None,
    }
}

#[test]
fn the_tables_are_sorted_and_name_each_key_once() {
    let keys: Vec<_> = catalogue().settings().iter().map(|row| &*row.key).collect();
    assert!(keys.is_sorted_by(|a, b| a < b), "settings");
    assert!(keys.len() > 1700 && keys.iter().all(|key| key.starts_with("spark.")));
    let deprecated = catalogue().deprecated();
    assert!(deprecated.is_sorted_by(|a, b| a.key < b.key), "deprecated");
    assert!(
        deprecated
            .iter()
            .all(|row| row.fates.iter().any(Option::is_some))
    );
    let between = &catalogue().between;
    assert!(between.is_sorted_by(|a, b| (a.key, a.line) < (b.key, b.line)));
    let known = |row: &Between| catalogue().setting(row.key).is_some();
    assert!(between.len() > 70 && between.iter().all(known));
    // What the reader takes for no version, and for no fate, is written so.
    for row in rows(include_str!("../../../presets/tables/spark-settings.tsv")) {
        let since = row.split('\t').nth(1).unwrap();
        assert!(since.is_empty() || Version::parse(since).is_ok(), "{row}");
    }
    let table = include_str!("../../../presets/tables/spark-deprecated.tsv");
    let mut fates = rows(table).flat_map(|line| line.split('\t').skip(3));
    assert!(fates.all(|fate| ["read", "ignored", "-"].contains(&fate)));
}

/// Defaults as Spark's own classes gave them.
#[test]
fn defaults_are_those_of_the_version() {
    use DefaultValue::{Of, Unregistered, Unset, Value};
    for (key, of, want) in [
        ("spark.driver.memory", "3.5.9", Value("1g")),
        ("spark.executor.memoryOverheadFactor", "4.1.4", Value("0.1")),
        (
            "spark.kubernetes.allocation.batch.size",
            "3.5.9",
            Value("5"),
        ),
        (
            "spark.kubernetes.allocation.batch.size",
            "4.1.4",
            Value("10"),
        ),
        (
            "spark.kubernetes.allocation.batch.size",
            "4.3.0",
            Value("20"),
        ),
        ("spark.master.rest.enabled", "3.5.0", Value("false")),
        ("spark.master.rest.enabled", "4.1.0", Value("true")),
        ("spark.eventLog.dir", "3.5.9", Value("/tmp/spark-events")),
        ("spark.acls.enable", "4.3.0", Value("false")),
        ("spark.admin.acls", "4.3.0", Value("")),
        ("spark.executor.memoryOverhead", "4.1.4", Unset),
        (
            "spark.authenticate.secret.driver.file",
            "4.1.4",
            Of("spark.authenticate.secret.file"),
        ),
        ("spark.master", "4.1.4", Unregistered),
        // Between 3.5.9 and 4.1.4, with what the latter has had since 4.0.0.
        ("spark.driver.minMemoryOverhead", "4.0.0", Value("384m")),
        // Defaults of 4.0 and 4.2 of their own.
        ("spark.ui.prometheus.enabled", "3.5.9", Value("false")),
        ("spark.ui.prometheus.enabled", "4.0.1", Value("true")),
        ("spark.master.rest.enabled", "4.0.1", Value("false")),
        ("spark.sql.ansi.enabled", "4.0.0", Value("true")),
        (
            "spark.kubernetes.allocation.batch.size",
            "4.0.0",
            Value("10"),
        ),
        ("spark.sql.scripting.enabled", "4.0.5", Value("false")),
        (
            "spark.ui.contentSecurityPolicy.enabled",
            "4.2.1",
            Value("false"),
        ),
        (
            "spark.ui.contentSecurityPolicy.enabled",
            "4.3.0",
            Value("true"),
        ),
        // Read before it was registered.
        ("spark.default.parallelism", "3.5.9", Unregistered),
        ("spark.connect.grpc.binding.port", "3.5.9", Unregistered),
    ] {
        assert_eq!(default(key, of), Some(want), "{key} of {of}");
    }
}

#[test]
fn a_value_without_a_unit_counts_in_the_one_of_its_setting() {
    for (key, want) in [
        ("spark.driver.memory", Kind::Size(Unit::Mebibyte)),
        ("spark.executor.memoryOverhead", Kind::Size(Unit::Mebibyte)),
        ("spark.executor.pyspark.memory", Kind::Size(Unit::Mebibyte)),
        ("spark.driver.minMemoryOverhead", Kind::Size(Unit::Mebibyte)),
        ("spark.memory.offHeap.size", Kind::Size(Unit::Byte)),
        ("spark.eventLog.buffer.kb", Kind::Size(Unit::Kibibyte)),
        ("spark.network.timeout", Kind::Time(TimeUnit::Second)),
        (
            "spark.dynamicAllocation.executorIdleTimeout",
            Kind::Time(TimeUnit::Second),
        ),
        ("spark.kubernetes.executor.podNamePrefix", Kind::Text),
        ("spark.memory.fraction", Kind::Number),
        ("spark.executor.instances", Kind::Integer),
        ("spark.memory.offHeap.enabled", Kind::Boolean),
    ] {
        let setting = catalogue().setting(key).expect(key);
        assert_eq!(setting.kind(Release::V4_1_4), want, "{key}");
    }
    let cpus = catalogue().setting("spark.task.cpus").expect("a setting");
    let kinds = Release::ALL.map(|release| cpus.kind(release));
    assert_eq!(kinds, [Kind::Integer, Kind::Integer, Kind::Number]);
}

/// Each default is a value of its own setting: the units of the table and the readers of sizes and times agree.
#[test]
fn every_default_is_read_by_the_reader_of_its_kind() {
    let mut read = 0;
    for setting in catalogue().settings() {
        for release in Release::ALL {
            let DefaultValue::Value(text) = setting.default(release) else {
                continue;
            };
            let is_read = match setting.kind(release) {
                Kind::Size(unit) => super::super::size::setting(text, unit, release).is_ok(),
                Kind::Time(unit) => super::super::time::time_string(text, unit).is_ok(),
                Kind::Boolean => ["true", "false"].contains(&text),
                Kind::Integer => text.parse::<i64>().is_ok(),
                Kind::Number => text.parse::<f64>().is_ok(),
                Kind::Text => true,
            };
            assert!(
                is_read,
                "{} = {text} ({:?})",
                setting.key,
                setting.kind(release)
            );
            read += 1;
        }
    }
    assert!(read > 3000, "{read}");
}

#[test]
fn what_became_of_a_setting_is_told() {
    let of = |key, version: &str| catalogue().standing(key, self::version(version));
    let blacklist = |version| match of("spark.blacklist.enabled", version) {
        Standing::Deprecated(row, fate) => {
            (row.since.map(|v| v.to_string()), row.instead.clone(), fate)
        }
        other => panic!("{other:?}"),
    };
    let want = |fate| {
        (
            Some("3.1.0".to_owned()),
            vec!["spark.excludeOnFailure.enabled"],
            fate,
        )
    };
    assert_eq!(blacklist("3.5.9"), want(Fate::Read));
    assert_eq!(blacklist("4.1.4"), want(Fate::Ignored));
    let Standing::Deprecated(row, Fate::Read) = of("spark.yarn.executor.memoryOverhead", "4.3.0")
    else {
        panic!("read for its later name");
    };
    assert_eq!(row.instead, ["spark.executor.memoryOverhead"]);
    assert_eq!(
        of("spark.kubernetes.pyspark.pythonVersion", "4.1.4"),
        Standing::Removed(Release::V3_5_9)
    );
    assert_eq!(
        of("spark.api.mode", "3.5.9"),
        Standing::Later(version("4.0.0"))
    );
    assert_eq!(
        of("spark.driver.minMemoryOverhead", "3.5"),
        Standing::Later(version("4.0.0"))
    );
    // First in a patch of its line.
    let later = Standing::Later(version("4.1.3"));
    let first = catalogue()
        .settings()
        .iter()
        .find(|row| row.since == Some(version("4.1.3")));
    let first = first.expect("a setting of 4.1.3");
    assert_eq!(of(&first.key, "4.1.2"), later);
    assert!(matches!(of(&first.key, "4.1.3"), Standing::Known(..)));
    assert!(matches!(of(&first.key, "4.1"), Standing::Known(..)));
}

#[test]
fn an_old_name_between_two_releases_is_read_as_in_the_later_one() {
    let gone = |row: &&Between| row.default == DefaultValue::Absent;
    let mut old = Vec::new();
    for row in catalogue().between.iter().filter(gone) {
        let version = version(&format!("{}.{}.0", row.line.0, row.line.1));
        let fates = catalogue().deprecated().iter();
        let later = fates
            .filter(|own| own.key == row.key)
            .find_map(|own| Release::ALL.into_iter().find_map(|of| own.fate(of)));
        if let Some(fate) = later {
            let told = catalogue().standing(row.key, version);
            assert!(matches!(told, Standing::Deprecated(_, own) if own == fate));
            old.push(row.key);
        }
    }
    assert_eq!(old, ["spark.deploy.spreadOut", "spark.ui.jettyStopTimeout"]);
}

#[test]
fn families_are_known() {
    let now = version("4.1.4");
    let of = |key| catalogue().standing(key, now);
    for key in [
        "spark.kubernetes.driver.label.team",
        "spark.kubernetes.executor.volumes.persistentVolumeClaim.data.mount.path",
        "spark.kubernetes.driverEnv.X",
        "spark.kubernetes.node.selector.disk",
        "spark.hadoop.fs.s3a.endpoint",
        "spark.executorEnv.A",
        "spark.executor.resource.gpu.amount",
        "spark.kubernetes.scheduler.volcano.podGroupTemplateFile",
    ] {
        assert!(
            matches!(of(key), Standing::Family(_)),
            "{key}: {:?}",
            of(key)
        );
    }
    for key in [
        "spark.kubernetes.authenticate.driver.mounted.oauthTokenFile",
        "spark.driver.defaultJavaOptions",
        "spark.app.name",
    ] {
        assert!(
            matches!(of(key), Standing::Known(..)),
            "{key}: {:?}",
            of(key)
        );
    }
}

#[test]
fn typing_errors_are_nobodys_and_have_a_nearest_key() {
    let now = version("4.1.4");
    let of = |key| catalogue().standing(key, now);
    for (key, near) in [
        ("spark.kubernetes.executor.request.memory", None),
        (
            "spark.executor.memoryOverheads",
            Some("spark.executor.memoryOverhead"),
        ),
        (
            "spark.dynamicAllocation.maxExecutor",
            Some("spark.dynamicAllocation.maxExecutors"),
        ),
        ("spark.executor.Memory", Some("spark.executor.memory")),
        ("spark.kubernetes.driver.label.", None),
        (
            "spark.kubernetes.container.images",
            Some("spark.kubernetes.container.image"),
        ),
        ("spark.history.fs.logDir", None),
    ] {
        assert_eq!(of(key), Standing::Unknown, "{key}");
        assert!(catalogue().is_nobodys(key), "{key}");
        let nearest = catalogue().nearest(key, now).map(|setting| &*setting.key);
        assert_eq!(nearest, near, "{key}");
    }
    for key in [
        "spark.openlineage.transport.url",
        "spark.celeborn.master.endpoints",
        "x",
        "",
    ] {
        assert_eq!(of(key), Standing::Foreign, "{key}");
    }
    let typo = catalogue().nearest("spark.dynamicallocation.enabled", now);
    assert_eq!(
        typo.map(|setting| &*setting.key),
        Some("spark.dynamicAllocation.enabled")
    );
}

#[test]
fn releases_agree_on_what_a_size_counts_in() {
    let mut seen = 0;
    for setting in catalogue().settings() {
        let Some(unit) = catalogue().unit(&setting.key) else {
            continue;
        };
        let kinds = Release::ALL.map(|release| setting.kind(release));
        let others = kinds.into_iter().filter_map(Kind::unit);
        assert!(
            others.into_iter().all(|other| other == unit),
            "{}",
            setting.key
        );
        seen += 1;
    }
    assert!(seen > 90, "{seen}");
}
