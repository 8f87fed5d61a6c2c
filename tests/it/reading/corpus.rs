//! Real charts and manifests.

use super::{Verdict, judge, ours, theirs};
use crate::support::{corpus, files, host};

#[test]
fn the_corpus_reads_as_kubectl_reads_it() {
    let (Some(corpus), Some(readers)) = (corpus(), host("readers")) else {
        return;
    };
    let mut read = 0;
    for folder in ["spark-charts", "plain-manifests", "host-streams"] {
        for file in files(&corpus.join(folder)) {
            let bytes = std::fs::read(&file).unwrap();
            let (ours, theirs) = (ours(&bytes), theirs(&readers, &[], &bytes));
            let verdict = judge(&ours, &theirs);
            let errors = (&ours.error, &theirs.error);
            assert_eq!(verdict, Verdict::Same, "{}: {errors:?}", file.display());
            read += 1;
        }
    }
    assert!(read > 150, "{read}");
}
