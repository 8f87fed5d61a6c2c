//! Images that are named by a tag alone.

use super::{Page, Violation, holder::Holder};
use crate::manifest::{Image, Pod};

pub(super) const PAGE: Page = Page {
    id: "image-not-pinned",
    title: "an image that its tag alone names",
    what: "The image of every container, init containers too, ends with its digest: `apache/spark:4.1.0@sha256:…`. An \
           image behind a placeholder cannot be read, and counts as not pinned.",
    why_platform: "A tag is a pointer that anybody with a key to the registry can move. Two nodes that pull at two moments \
                   may run two images under one name, and a rollback brings back the name, not the image.",
    why_data: "`4.1.0` in dev and `4.1.0` in prod may be two builds of Spark, with other jars. With the digest it is the \
               one that you tested, or it does not start.",
    fix: "Put a line for each image into a file, `apache/spark:4.1.0@sha256:…` as `crane digest` tells it, and name the \
          file by `--images`, or by `images` in the project: the digests are written for you. Or write them in the chart.",
    before: "\
spec:
  containers:
  - name: spark
    image: apache/spark:4.1.0
",
    after: "\
spec:
  containers:
  - name: spark
    image: apache/spark:4.1.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
",
};

/// The containers of a pod whose image has no digest.
pub(super) fn not_pinned(pod: Pod<'_>) -> impl Iterator<Item = Violation> {
    Holder::containers(pod).filter_map(|container| {
        // Where there is none, somebody puts one in later.
        let text = container
            .get(&["image"])
            .as_str()
            .filter(|text| !text.is_empty())?;
        let what = match Image::parse(text).map(|image| (image.digest, image.tag)) {
            Ok((Some(_), _)) => return None,
            Ok((None, Some(_))) => "a tag that can be moved to another image",
            Ok((None, None)) => "whose tag is `latest`, which moves to another image",
            Err(_) => "which cannot be read as an image with a digest",
        };
        let message = format!("{container} runs `{text}`, {what}");
        let help = "put the digest behind it, or into the file of `--images`; what is left alone there, such as a Job, \
                    keeps its image";
        Some(container.violation(PAGE.id, &["image"], message, help))
    })
}
