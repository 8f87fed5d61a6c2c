//! Pods thrown together from every field that Pod Security reads, well-typed and the same on each run.

use serde_json::{Value, json};

/// A small generator of numbers (xorshift), the same on each run.
pub(crate) struct Dice(u64);

const SECCOMP_ANNOTATIONS: &[&str] = &[
    r#""unconfined""#,
    r#""runtime/default""#,
    r#""docker/default""#,
    r#""localhost/x""#,
    r#""""#,
    "null",
];

/// Fields of a pod and values that Kubernetes can read there.
const OF_POD: &[(&str, &[&str])] = &[
    ("/spec/hostNetwork", &["true", "false", "null"]),
    ("/spec/hostPID", &["true", "false"]),
    ("/spec/hostIPC", &["true", "false"]),
    ("/spec/hostUsers", &["true", "false", "null"]),
    (
        "/spec/os",
        &[r#"{"name":"windows"}"#, r#"{"name":"linux"}"#, "null"],
    ),
    ("/spec/nodeSelector", &[r#"{"kubernetes.io/os":"windows"}"#]),
    (
        "/spec/volumes/0",
        &[
            r#"{"name":"v"}"#,
            r#"{"name":"v","hostPath":{}}"#,
            r#"{"name":"v","hostPath":null}"#,
        ],
    ),
    (
        "/spec/volumes/1",
        &[
            r#"{"name":"w","nfs":{}}"#,
            r#"{"gcePersistentDisk":{}}"#,
            r#"{"awsElasticBlockStore":{}}"#,
            r#"{"gitRepo":{}}"#,
            r#"{"iscsi":{}}"#,
            r#"{"glusterfs":{}}"#,
            r#"{"rbd":{}}"#,
            r#"{"flexVolume":{}}"#,
            r#"{"cinder":{}}"#,
            r#"{"cephfs":{}}"#,
            r#"{"flocker":{}}"#,
            r#"{"fc":{}}"#,
            r#"{"azureFile":{}}"#,
            r#"{"vsphereVolume":{}}"#,
            r#"{"quobyte":{}}"#,
            r#"{"azureDisk":{}}"#,
            r#"{"photonPersistentDisk":{}}"#,
            r#"{"portworxVolume":{}}"#,
            r#"{"scaleIO":{}}"#,
            r#"{"storageos":{}}"#,
            r#"{"name":"w","quantumDisk":{}}"#,
            r#"{"name":"w","hostPath":{},"secret":null}"#,
            r#"{"nfs":{},"configMap":{}}"#,
            r#"{"nfs":{},"csi":{}}"#,
            r#"{"nfs":{},"downwardAPI":{}}"#,
            r#"{"nfs":{},"emptyDir":{}}"#,
            r#"{"nfs":{},"ephemeral":{}}"#,
            r#"{"nfs":{},"image":{}}"#,
            r#"{"nfs":{},"persistentVolumeClaim":{}}"#,
            r#"{"nfs":{},"projected":{}}"#,
            r#"{"nfs":{},"secret":{}}"#,
        ],
    ),
    ("/spec/securityContext", &["null", "{}"]),
    (
        "/spec/securityContext/sysctls/0/name",
        &[
            r#""kernel.shm_rmid_forced""#,
            r#""net.ipv4.ip_local_reserved_ports""#,
            r#""net.ipv4.tcp_keepalive_time""#,
            r#""net.ipv4.tcp_wmem""#,
            r#""net.ipv4.tcp_notsent_lowat""#,
            r#""vm.swappiness""#,
            "null",
        ],
    ),
    (
        "/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1main",
        &[r#""unconfined""#, r#""localhost/x""#, "null"],
    ),
    (
        "/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1nobody",
        &[r#""unconfined""#, r#""runtime/default""#, r#""""#],
    ),
    (
        "/metadata/annotations/seccomp.security.alpha.kubernetes.io~1pod",
        SECCOMP_ANNOTATIONS,
    ),
    (
        "/metadata/annotations/container.seccomp.security.alpha.kubernetes.io~1main",
        SECCOMP_ANNOTATIONS,
    ),
    (
        "/metadata/annotations/container.seccomp.security.alpha.kubernetes.io~1debug",
        SECCOMP_ANNOTATIONS,
    ),
    (
        "/metadata/annotations/container.seccomp.security.alpha.kubernetes.io~1nobody",
        SECCOMP_ANNOTATIONS,
    ),
];

/// Fields below `securityContext` of a pod and of a container.
const OF_BOTH: &[(&str, &[&str])] = &[
    ("/securityContext/runAsNonRoot", &["true", "false", "null"]),
    (
        "/securityContext/runAsUser",
        &["0", "185", "null", "9007199254740993"],
    ),
    (
        "/securityContext/seccompProfile",
        &[
            "null",
            "{}",
            r#"{"type":"Unconfined"}"#,
            r#"{"type":"Localhost"}"#,
        ],
    ),
    (
        "/securityContext/appArmorProfile",
        &[
            "null",
            "{}",
            r#"{"type":"Unconfined"}"#,
            r#"{"type":"Localhost"}"#,
        ],
    ),
    (
        "/securityContext/seLinuxOptions",
        &[
            "{}",
            r#"{"type":"spc_t"}"#,
            r#"{"user":"u"}"#,
            r#"{"role":"","type":"container_kvm_t"}"#,
            r#"{"type":"container_engine_t"}"#,
            r#"{"role":"r","level":"s0"}"#,
        ],
    ),
    (
        "/securityContext/windowsOptions",
        &["{}", r#"{"hostProcess":true}"#, r#"{"hostProcess":false}"#],
    ),
];

const HOSTS: &[&str] = &[r#""a""#, r#""""#, "null"];

/// Fields of a container.
const OF_CONTAINER: &[(&str, &[&str])] = &[
    ("/securityContext", &["null", "{}"]),
    ("/securityContext/privileged", &["true", "false", "null"]),
    (
        "/securityContext/allowPrivilegeEscalation",
        &["true", "false", "null"],
    ),
    (
        "/securityContext/procMount",
        &[r#""Unmasked""#, r#""Default""#, r#""""#, "null"],
    ),
    ("/securityContext/capabilities", &["null", "{}"]),
    (
        "/securityContext/capabilities/drop",
        &["null", "[]", r#"["all"]"#, r#"["NET_RAW","ALL"]"#],
    ),
    (
        "/securityContext/capabilities/add",
        &[
            r#"["NET_BIND_SERVICE"]"#,
            r#"["CHOWN"]"#,
            r#"["CHOWN","CAP_CHOWN"]"#,
            "[null]",
            r#"["NET_BIND_SERVICE","SYS_ADMIN"]"#,
            "[]",
        ],
    ),
    ("/ports/0/hostPort", &["0", "80", "null"]),
    ("/livenessProbe/httpGet/host", HOSTS),
    ("/livenessProbe/tcpSocket/host", HOSTS),
    ("/readinessProbe/httpGet/host", HOSTS),
    ("/readinessProbe/tcpSocket/host", HOSTS),
    ("/readinessProbe/exec/command", &[r#"["a"]"#]),
    ("/startupProbe/httpGet/host", HOSTS),
    ("/startupProbe/tcpSocket/host", HOSTS),
    ("/lifecycle/postStart/httpGet/host", HOSTS),
    ("/lifecycle/postStart/tcpSocket/host", HOSTS),
    ("/lifecycle/preStop/httpGet/host", HOSTS),
    ("/lifecycle/preStop/tcpSocket/host", HOSTS),
    ("/restartPolicy", &[r#""Always""#]),
];

impl Dice {
    /// The generator that begins with this number, which is not 0.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    /// A pod that meets `restricted`, but for up to six fields.
    pub(crate) fn pod(&mut self) -> Value {
        let hardened =
            json!({"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}});
        let mut pod = json!({"kind": "Pod", "metadata": {"name": "p"}, "spec": {
            "securityContext": {"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}},
        }});
        let lists = [
            ("initContainers", "init", 2),
            ("containers", "main", 2),
            ("ephemeralContainers", "debug", 1),
        ];
        let mut homes = vec!["/spec".to_owned()];
        for (list, name, most) in lists {
            for index in 0..self.below(most + 1) {
                let home = format!("/spec/{list}/{index}");
                put(
                    &mut pod,
                    &home,
                    json!({"name": name, "securityContext": hardened}),
                );
                homes.push(home);
            }
        }
        for _ in 0..self.below(7) {
            let home = homes[self.below(homes.len())].clone();
            let (own, prefix) = match home.as_str() {
                "/spec" => (OF_POD, ""),
                container => (OF_CONTAINER, container),
            };
            let fields = own.iter().map(|field| (prefix, field));
            let fields: Vec<_> = fields
                .chain(OF_BOTH.iter().map(|f| (home.as_str(), f)))
                .collect();
            let (prefix, (path, values)) = fields[self.below(fields.len())];
            let value = serde_json::from_str(values[self.below(values.len())]).expect("JSON");
            put(&mut pod, &format!("{prefix}{path}"), value);
        }
        pod
    }
}

/// Sets what stands at an RFC 6901 pointer, with what has to stand above it; lists grow by items that are empty.
fn put(root: &mut Value, pointer: &str, value: Value) {
    let mut here = root;
    for segment in pointer.split('/').skip(1) {
        here = if let Ok(index) = segment.parse::<usize>() {
            if !here.is_array() {
                *here = json!([]);
            }
            let items = here.as_array_mut().expect("a list");
            while items.len() <= index {
                items.push(json!({"name": "v"}));
            }
            &mut items[index]
        } else {
            if !here.is_object() {
                *here = json!({});
            }
            &mut here[segment.replace("~1", "/")]
        };
    }
    *here = value;
}
