//! What the API server says of operators' objects, and Spark of its templates.

use super::Said;

pub(super) const TABLE: &[Said] = &[
    Said {
        words: &["unknown field \"spec."],
        by: "the API server",
        ids: &[],
        place: "the field that the message names",
        means: "The kind is installed with a schema that does not have the field: mostly an older version of an \
               operator, whose definitions Helm does not upgrade along with its chart.",
        fix: "Apply the definitions (CRDs) of the operator's version, or take out the rule that writes the field.",
    },
    Said {
        words: &[
            "error looking up service account … not found",
            "serviceaccount \"… not found",
        ],
        by: "the API server",
        ids: &["references/objects"],
        place: "spec.serviceAccountName of the pod; `spec.driver.serviceAccount` of kubeflow's operator",
        means: "The pod names a ServiceAccount that its namespace does not have, so no pod is made.",
        fix: "Let the chart make it, or make it before; `references` finds this in the stream.",
    },
    Said {
        words: &["Could not load pod from template file"],
        by: "Spark",
        ids: &["not-guarded"],
        place: "the file that `spark.kubernetes.driver.podTemplateFile` or that for executors names",
        means: "The file is not where the process looks for it, or it is no Pod: one that stands below `template:`, for one.",
        fix: "Mount the ConfigMap at that path (in a volume that an init container fills, look there), and write \
              `spec.containers` at the top of the file.",
    },
];
