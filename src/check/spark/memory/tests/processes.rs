//! Which setting counts for which process, and how much a limit must hold.

use super::{deployment, env, run, submit, verdict};
use serde_json::json;

#[test]
fn which_variable_counts_for_which_process() {
    let daemons = ["spark-history-server", "spark-master"];
    let servers = ["spark-connect", "spark-thrift"];
    let drivers = ["spark-driver", "jupyter"];
    for (variable, reads) in [
        ("SPARK_DAEMON_MEMORY", [true, true, false]),
        ("SPARK_DRIVER_MEMORY", [false, true, true]),
        ("SPARK_MEM", [false, true, true]),
        ("SPARK_EXECUTOR_MEMORY", [false, false, false]),
        ("SPARK_SPARK_DRIVER_MEMORY", [false, false, false]),
    ] {
        for (roles, reads) in [daemons, servers, drivers].into_iter().zip(reads) {
            for role in roles {
                let object = deployment("4Gi", env(variable, "2g"));
                let want = (!reads).then_some("SK105");
                assert_eq!(verdict(role, &[object]), want, "{role} {variable}");
            }
        }
    }
    for other in ["airflow", "spark-executor", "minio"] {
        assert_eq!(verdict(other, &[deployment("4Gi", json!({}))]), None);
    }
}

#[test]
fn settings_count_for_drivers_and_servers_only() {
    for (role, want) in [
        ("spark-connect", None),
        ("spark-driver", None),
        ("spark-history-server", Some("SK105")),
    ] {
        for words in [
            "--driver-memory 2g app.jar",
            "--conf spark.driver.memory=2g app.jar",
        ] {
            let object = deployment("4Gi", submit(words));
            let found = run(role, std::slice::from_ref(&object));
            assert_eq!(verdict(role, &[object]), want, "{role} {words}");
            let said = "; this process does not read `spark.driver.memory`";
            assert!(found.iter().all(|f| f.message.ends_with(said)), "{found:?}");
        }
    }
}

#[test]
fn the_daemon_variable_wins_over_the_setting_for_servers() {
    let mut container = submit("--driver-memory 1g app.jar");
    container["env"] = json!([{"name": "SPARK_DAEMON_MEMORY", "value": "8g"}]);
    let found = run("spark-connect", &[deployment("4Gi", container.clone())]);
    assert_eq!(
        found[0].message,
        "memory limit 4Gi is less than the 9011Mi that a heap of 8g (`SPARK_DAEMON_MEMORY`) and 819Mi beside it need"
    );
    assert_eq!(
        verdict("spark-driver", &[deployment("4Gi", container)]),
        None
    );
}

#[test]
fn a_finding_points_at_the_limit_and_says_what_fits() {
    let found = run("spark-history-server", &[deployment("8Gi", json!({}))]);
    assert_eq!(found[0].id, "memory/heap-not-set");
    assert_eq!(found[0].container.as_deref(), Some("main"));
    let path = "/spec/template/spec/containers/0/resources/limits/memory";
    assert_eq!(found[0].path.to_string(), path);
    assert_eq!(
        found[0].message,
        "memory limit 8Gi, but the heap stays at 1g: nothing here sets `SPARK_DAEMON_MEMORY`"
    );
    assert_eq!(
        found[0].help.as_deref().unwrap(),
        "set `SPARK_DAEMON_MEMORY=7448m`, the largest heap that leaves its overhead within 8Gi, or lower the limit to 1408Mi"
    );
    let found = run(
        "spark-connect",
        &[deployment("2Gi", env("SPARK_DRIVER_MEMORY", "2g"))],
    );
    assert_eq!(found[0].id, "memory/heap-exceeds-limit");
    assert_eq!(
        found[0].help.as_deref().unwrap(),
        "raise `limits.memory` to 2432Mi or more, or lower the heap: `SPARK_DRIVER_MEMORY=1664m` fits"
    );
}

#[test]
fn advice_names_what_sets_the_heap_and_no_heap_too_small() {
    let help = |role, limit: &str, container| {
        let found = run(role, &[deployment(limit, container)]);
        found[0].help.clone().unwrap()
    };
    let daemon = help("spark-connect", "1Gi", env("SPARK_DAEMON_MEMORY", "2g"));
    assert!(
        daemon.ends_with("`SPARK_DAEMON_MEMORY=640m` fits"),
        "{daemon}"
    );
    let java = help(
        "spark-master",
        "1Gi",
        json!({"command": ["java", "-Xmx2g", "Main"]}),
    );
    assert!(java.ends_with("`-Xmx640m` fits"), "{java}");
    let default = help("spark-driver", "1Gi", json!({}));
    assert!(
        default.ends_with("`spark.driver.memory=640m` fits"),
        "{default}"
    );
    let small = help("spark-master", "512Mi", json!({}));
    assert_eq!(small, "raise `limits.memory` to 1408Mi or more");
}

#[test]
fn limits_at_the_edge() {
    let history =
        |limit: &str, container| verdict("spark-history-server", &[deployment(limit, container)]);
    assert_eq!(history("1407Mi", json!({})), Some("SK104"));
    assert_eq!(history("1408Mi", json!({})), None);
    assert_eq!(history("2047Mi", json!({})), None);
    assert_eq!(history("2Gi", json!({})), Some("SK105"));
    assert_eq!(history("2G", json!({})), None);
    assert_eq!(
        history("9010Mi", env("SPARK_DAEMON_MEMORY", "8g")),
        Some("SK104")
    );
    assert_eq!(history("9011Mi", env("SPARK_DAEMON_MEMORY", "8g")), None);
    for unknown in ["4g", "$(LIMIT)", "{{ limit }}"] {
        assert_eq!(history(unknown, json!({})), None);
    }
    let python = |limit: &str| {
        verdict(
            "jupyter",
            &[deployment(limit, env("SPARK_DRIVER_MEMORY", "8g"))],
        )
    };
    assert_eq!(
        (python("11467Mi"), python("11468Mi")),
        (Some("SK104"), None)
    );
}

#[test]
fn a_python_application_shares_its_driver_s_container() {
    for (app, want) in [("job.py", Some("SK104")), ("job.jar", None)] {
        let object = deployment("9500Mi", submit(&format!("--driver-memory 8g {app}")));
        assert_eq!(verdict("spark-driver", &[object]), want, "{app}");
    }
}

#[test]
fn what_is_still_to_be_filled_in_is_unknown() {
    for value in ["${HEAP}", "$(HEAP)", "{{ .heap }}", "$HEAP"] {
        for limit in ["1Gi", "4Gi"] {
            let object = deployment(limit, env("SPARK_DAEMON_MEMORY", value));
            assert_eq!(verdict("spark-history-server", &[object]), None, "{value}");
        }
    }
    let object = deployment("4Gi", submit("--driver-memory ${HEAP:-2g} app.jar"));
    assert_eq!(verdict("spark-driver", &[object]), None);
}

#[test]
fn a_heap_that_no_jvm_reads_is_refused_whatever_the_limit() {
    for value in ["4Gi", "4gb", "lots", "0.5g", "-1", "4096", " 4g", "0g"] {
        for limit in ["1Gi", "64Gi", "${LIMIT}"] {
            let object = deployment(limit, env("SPARK_DAEMON_MEMORY", value));
            let found = verdict("spark-history-server", &[object]);
            assert_eq!(found, Some("SK101"), "{value}");
        }
    }
    for value in ["3g", "3072M", "3221225472", "1t"] {
        let object = deployment("2Ti", env("SPARK_DAEMON_MEMORY", value));
        assert_eq!(verdict("spark-history-server", &[object]), None, "{value}");
    }
    // A driver that Spark makes a pod for is sized by Spark itself.
    let cluster = submit("--master k8s://x --deploy-mode cluster --driver-memory 4096 app.jar");
    assert_eq!(verdict("spark-driver", &[deployment("4Gi", cluster)]), None);
    let client = submit("--driver-memory 4096 app.jar");
    let found = run("spark-driver", &[deployment("4Gi", client)]);
    assert_eq!(
        found[0].message,
        "`spark.driver.memory` goes to the JVM as it stands: `-Xmx4096` is too small for a JVM, which counts a number \
         without a unit in bytes: write a whole number and k, m, g or t, as in `4g`"
    );
}

#[test]
fn a_driver_that_runs_elsewhere_is_not_judged() {
    for words in [
        "--deploy-mode cluster",
        "--conf spark.submit.deployMode=cluster",
        "--deploy-mode $MODE",
    ] {
        let object = deployment("4Gi", submit(&format!("--master k8s://x {words} app.jar")));
        assert_eq!(verdict("spark-driver", &[object]), None, "{words}");
    }
    let client = deployment(
        "4Gi",
        submit("--master k8s://x --deploy-mode client app.jar"),
    );
    assert_eq!(verdict("spark-driver", &[client]), Some("SK105"));
    for remote in [
        env("SPARK_REMOTE", "sc://connect:15002"),
        env("CONNECT_URL", "sc://connect:15002"),
    ] {
        let notebook = deployment("4Gi", remote.clone());
        assert_eq!(verdict("jupyter", &[notebook]), None);
        // A Connect server may know its own address.
        assert_eq!(
            verdict("spark-connect", &[deployment("4Gi", remote)]),
            Some("SK105")
        );
    }
}

#[test]
fn notebooks_read_pyspark_submit_args() {
    for (arguments, want) in [
        ("--driver-memory 8g pyspark-shell", Some("SK104")),
        ("--driver-memory 2g pyspark-shell", None),
        ("--master local[*] pyspark-shell", Some("SK105")),
    ] {
        let object = deployment("4Gi", env("PYSPARK_SUBMIT_ARGS", arguments));
        assert_eq!(verdict("jupyter", &[object]), want, "{arguments}");
    }
}

#[test]
fn java_without_the_launcher_has_the_heap_that_it_is_given() {
    let java =
        |words: &str| json!({"command": ["java"], "args": words.split(' ').collect::<Vec<_>>()});
    for (words, limit, want) in [
        ("-Xmx4g -cp x Main", "4Gi", Some("SK104")),
        ("-Xmx2g -cp x Main", "4Gi", None),
        ("-Xmx4294967296 -cp x Main", "4Gi", Some("SK104")),
        ("-Xmx2147483648 -cp x Main", "4Gi", None),
        ("-XX:MaxRAMPercentage=70 -cp x Main", "4Gi", None),
    ] {
        let found = verdict("spark-history-server", &[deployment(limit, java(words))]);
        assert_eq!(found, want, "{words}");
    }
    for (name, want) in [
        ("JAVA_TOOL_OPTIONS", Some("SK105")),
        ("_JAVA_OPTIONS", None),
        ("JAVA_OPTS", None),
    ] {
        let object = deployment("4Gi", env(name, "-Xmx3g"));
        assert_eq!(verdict("spark-history-server", &[object]), want, "{name}");
    }
}

#[test]
fn a_near_miss_is_named() {
    for (role, name, value, want) in [
        (
            "spark-connect",
            "SPARK_SPARK_DRIVER_MEMORY",
            "2g",
            "this process does not read `SPARK_SPARK_DRIVER_MEMORY`",
        ),
        (
            "spark-history-server",
            "SPARK_DRIVER_MEMORY",
            "2g",
            "this process does not read `SPARK_DRIVER_MEMORY`",
        ),
        (
            "spark-master",
            "SPARK_DAEMON_JAVA_OPTS",
            "-XX:MaxRAMPercentage=75",
            "`MaxRAMPercentage` in `SPARK_DAEMON_JAVA_OPTS` has no effect beside the launcher's -Xmx",
        ),
    ] {
        let found = run(role, &[deployment("4Gi", env(name, value))]);
        assert!(found[0].message.ends_with(want), "{}", found[0].message);
    }
}

#[test]
fn a_worker_shares_its_limit_with_executors() {
    let worker = |container| run("spark-worker", &[deployment("4Gi", container)]);
    assert_eq!(worker(env("SPARK_WORKER_MEMORY", "2g")), []);
    assert_eq!(worker(env("SPARK_DAEMON_MEMORY", "1g")), []);
    let found = worker(json!({}));
    assert!(
        found[0]
            .message
            .ends_with("nothing here sets `SPARK_DAEMON_MEMORY`, `SPARK_WORKER_MEMORY`")
    );
    let help = found[0].help.as_deref().unwrap();
    // 2432m for executors, 384Mi of overhead, 1g and 256Mi for the worker: 4Gi.
    assert!(
        help.starts_with("set `SPARK_WORKER_MEMORY`, `2432m` at most"),
        "{help}"
    );
}

#[test]
fn off_heap_memory_counts_where_the_driver_does_the_work() {
    let off_heap = "--driver-memory 3g --conf spark.memory.offHeap.enabled=true --conf spark.memory.offHeap.size=1g";
    for (master, want) in [
        ("--master local[*]", Some("SK104")),
        ("", Some("SK104")),
        ("--master k8s://https://x", None),
        ("--master ${MASTER}", None),
    ] {
        let object = deployment("4Gi", submit(&format!("{master} {off_heap} app.jar")));
        assert_eq!(verdict("spark-driver", &[object]), want, "{master}");
    }
    let off = off_heap.replace("=true", "=false");
    let object = deployment("4Gi", submit(&format!("{off} app.jar")));
    assert_eq!(verdict("spark-driver", &[object]), None);
}
