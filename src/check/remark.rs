//! What `explain` has to say about findings that no preset switches on: those of the engine, of the reader, and the one
//! that sums up what a container lacks.

/// One finding, for whoever met it in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// As reports print it.
    pub id: &'static str,
    /// A few words, lower case.
    pub title: &'static str,
    /// When it is said.
    pub what: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// All of them, by id.
pub const REMARKS: &[Remark] = &[
    Remark {
        id: "ahead-too-long",
        title: "an environment that was to be ahead for a while",
        what: "`sparkk8s-post lock --env dev --ahead 'reason' --until DATE` recorded that the environment has what the others \
               do not have yet, and the day is over (UTC; that of `SOURCE_DATE_EPOCH` where it is set).",
        fix: "Let the others follow and run `sparkk8s-post promote`; or take the change back and run `lock`; or, if it is \
              to stay, sanction it under `vary`.",
    },
    Remark {
        id: "config-not-pinned",
        title: "configuration whose change starts no new pods",
        what: "The pod reads ConfigMaps or Secrets, and the digest on its template does not cover them, or there is none: \
               they are not in the stream; they are Secrets, and no key was given; they are immutable or named by their \
               content; the process reads them again by itself; or a new pod would lose work, or a changed template makes \
               none. The reason stands behind the colon. It is a remark in the report, no warning.",
        fix: "Restart the pods by hand after a change. Secrets: `--secret-key FILE`. Roles that are left out: the parameter \
              `pins.unpinnedRoles`. Data that is read again: `pins.live=true`.",
    },
    Remark {
        id: "helm4-lost-newline",
        title: "a file whose last line break Helm 4 may have taken",
        what: "The stream comes from Helm 4, a pod reads the last file of a ConfigMap or a Secret, and that file is written \
               with `|-` or `>-`, as no other one beside it. Helm 4 makes that of `|` where a template ends without a line \
               break, and Helm 4.2.0 to 4.2.3 also at the end of each document but the last of a template. Then the file, \
               and the digest of what the pod reads, are others than through Helm 3, so that the pods restart when the \
               release goes from one to the other, and a program that needs the last line break may refuse the file. It is \
               a remark in the report, no warning: an author may have written `|-`.",
        fix: "End the template with a line break, and use Helm 4.2.4 or later.",
    },
    Remark {
        id: "left-alone",
        title: "a Job, a bare Pod or a run of an operator that is not changed",
        what: "The API server refuses another pod template of a Job, and most changes of a Pod, once they exist: an \
               upgrade would fail. Hooks that Helm deletes before it makes them again or after they succeeded, objects \
               with `generateName` and those that Argo CD may delete (`Force=true`) are made anew, and are guarded. \
               Kubeflow's operator ends a SparkApplication whose `spec` changed and submits it again, also one that is done.",
        fix: "Make it a hook with `helm.sh/hook-delete-policy: before-hook-creation`, or a CronJob; or set the parameter \
              `jobs=guard`, and delete the old object before an upgrade that changes it. A SparkApplication that runs for \
              good may start again; of a batch, see first that it may run twice.",
    },
    Remark {
        id: "marker-missing",
        title: "a workload that went through no policy",
        what: "`check --require-marker` was asked, and the object came without the annotation `sparkk8s.io/policy`, which \
               `default` and `restricted` write. `kubectl kustomize`, and kustomize without `--enable-exec`, leave a KRM \
               function out and say nothing. What a policy leaves alone, as Jobs that exist already, needs no mark.",
        fix: "Turn functions on, or pipe what kustomize prints through `sparkk8s-post --host pipe`.",
    },
    Remark {
        id: "not-applied",
        title: "a rule that holds here and cannot be applied",
        what: "The place is shared with others by a YAML anchor, alias or merge key, so that an edit there would change \
               them, too, or would not last; or the object has no field for it; or, as a mere remark in the report, a \
               patch speaks of what is not there.",
        fix: "Write the value into the chart, or take the anchor apart there. A patch that is meant for some objects only \
              begins with a `test`.",
    },
    Remark {
        id: "not-guarded",
        title: "pods that no rule reaches",
        what: "The object holds containers and its kind is in no row of the table of places, or is there in another version \
               only, so nobody knows where its pods are or which of its fields win; or something else than a mapping \
               stands where a pod belongs. Or a text in a ConfigMap or a Secret is a pod template that nothing can be \
               written into: it is no YAML, holds several documents or is written in base64; or JupyterHub makes pods by its \
               own `values.yaml`.",
        fix: "Set security contexts, and where Spark does not overwrite them requests and limits, in the object or the \
              template by hand; write a template as one YAML document into a ConfigMap.",
    },
    Remark {
        id: "overruled",
        title: "two rules want different values in one place",
        what: "The rule of the nearer layer counts: a preset of yours before one that is built in. Two rules of one layer \
               would be an error.",
        fix: "Nothing, if that is what you want; else take one of the rules out.",
    },
    Remark {
        id: "pod-security/incomplete",
        title: "what a container lacks to the Pod Security Standard",
        what: "One warning a container for all that is merely absent, where the preset does not refuse it. The reason \
               behind the colon is why the preset did not fill it in: nothing tells which user the image runs as, the \
               image starts as root, or a volume may belong to root.",
        fix: "Write `runAsUser` with the uid that the image was built for, and `fsGroup` on the pod where it writes to a \
              volume; the preset fills in the rest. The preset `restricted` does it with uids of its own choice.",
    },
    Remark {
        id: "starts-again",
        title: "an application that its operator ends and submits anew",
        what: "Kubeflow's operator ends a SparkApplication whose `spec` changed and submits it again, also one that is done. \
               Where a rule changes the `spec`, that happens at the first deployment with the rule; with the parameter \
               `pins.applications=restart`, at each change of configuration. It is a remark in the report, no warning.",
        fix: "Nothing where a second run does no harm; else leave the parameters `jobs` and `applications` as they are.",
    },
    Remark {
        id: "unused-waiver",
        title: "a waiver that waives nothing",
        what: "No rule and no check that it names had anything to say about the object that it names, or another waiver says \
               the same for longer. Where no object of the stream is meant by a waiver of a file, it is a remark in the \
               report, no warning: a project may hold those of many charts.",
        fix: "Remove it, or correct the rule, the kind or the name.",
    },
    Remark {
        id: "user-unknown",
        title: "a rule that needs the uid of an image, and none is known",
        what: "The rule writes `{$imageUser: true}`, and neither the table of images nor another container in the stream \
               tells which uid this image runs as.",
        fix: "Write `runAsUser` into the chart.",
    },
    Remark {
        id: "value-unknown",
        title: "a rule that needs something of the workload, and nobody knows it",
        what: "The rule writes `{$role: true}`, `{$imageTag: true}` or `{$uiPort: true}`, and nothing tells what the \
               workload is, its image has no tag (or `latest`), or the stream does not tell where its web interface listens.",
        fix: "Write the value into the chart, or what it is taken from.",
    },
    Remark {
        id: "waiver-expired",
        title: "a waiver past its last day",
        what: "Something in the stream still needs it. `check` answers no; `render` goes on as before and says so, for a \
               release at night must not fail by the date. Where an overlay or the project says `waivers: {expired: \
               refuse}`, it waives no more, and `render` answers no, too.",
        fix: "Mend what it waives and remove it; or look at it again, and set another day in the file that is named.",
    },
    Remark {
        id: "waiver-expires",
        title: "a waiver that ends within 30 days",
        what: "`check` says so while there is time. It holds through its last day, in UTC (that of `SOURCE_DATE_EPOCH` where \
               it is set, that of `--today` before it).",
        fix: "Mend what it waives; or look at it again, and set another day. `check --today DATE` shows what will be over \
              then.",
    },
    Remark {
        id: "waiver-malformed",
        title: "an annotation that would waive, and does not",
        what: "The name is `sparkk8s.io/waive.` and the id of a rule or a check with `.` in the place of `/`; the value is \
               `REASON; until 2027-01-31`. The id is nobody's, the reason or the day is missing, the day is further away \
               than 366 days, which is refused, or the annotation stands on the pod template.",
        fix: "Correct it; on the object itself, in its own `metadata.annotations`.",
    },
    Remark {
        id: "waiver-refused",
        title: "an annotation that may not waive",
        what: "Annotations waive only what the project or an overlay opens to them, under `waivers: {annotations: [ID]}`. \
               Where one of these says `waivers: forbid`, it is an error.",
        fix: "Ask whoever owns that file to open the rule, or to write the waiver there; or mend what is found.",
    },
    Remark {
        id: "yaml/duplicate-key",
        title: "one key twice in a mapping",
        what: "kubectl, Helm and Argo CD take the last one in silence; kustomize refuses the file. The message has both \
               places.",
        fix: "Delete the one that is not meant.",
    },
    Remark {
        id: "yaml/no-object",
        title: "a document that is no Kubernetes object",
        what: "It has no `apiVersion` or no `kind`. It is passed on as it is; kubectl and Helm will refuse it.",
        fix: "Keep other YAML out of the stream.",
    },
];
