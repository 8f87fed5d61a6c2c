//! `pods -o svg`, as somebody else's reader of XML sees it.

use super::super::lab::program;
use roxmltree::Document;

/// An application of Apache's operator.
fn application(name: &str, conf: &str) -> String {
    format!(
        "apiVersion: spark.apache.org/v1\nkind: SparkApplication\nmetadata: {{name: {name}}}\nspec:\n  \
         runtimeVersions: {{sparkVersion: 4.1.4}}\n  jars: a.jar\n  \
         sparkConf: {{spark.kubernetes.container.image: i, {conf}}}\n"
    )
}

fn picture(input: &str) -> String {
    let ended = program(&["pods", "-o", "svg", "--preset", "pins"])
        .input(input)
        .run();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    ended.stdout
}

#[test]
fn any_name_makes_a_picture_that_xml_readers_read() {
    for (name, shown) in [
        (r#""a<b>&'\"c""#, "a<b>&'\"c"),
        (
            r#""a\u0001\u001b[31m\uffffb""#,
            "a\u{fffd}\u{fffd}[31m\u{fffd}b",
        ),
        (r#""]]>""#, "]]>"),
    ] {
        let svg = picture(&application(name, "spark.executor.memory: 8g"));
        let read = Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}\n{svg}"));
        let texts = read.descendants().filter_map(|node| node.text());
        let heading = format!("SparkApplication/{shown}, as Spark 4.1.4 builds its pods");
        assert!(texts.into_iter().any(|text| text == heading), "{svg}");
    }
}

#[test]
fn the_picture_is_described_and_needs_nothing_from_elsewhere() {
    let svg = picture(&application("a", "spark.executor.memory: 8g"));
    let read = Document::parse(&svg).unwrap();
    let root = read.root_element();
    let named = root.attribute("aria-labelledby").unwrap();
    for id in named.split(' ') {
        let found = read.descendants().find(|n| n.attribute("id") == Some(id));
        assert!(found.and_then(|node| node.text()).is_some(), "{id}");
    }
    let described = root.children().find(|node| node.has_tag_name("desc"));
    let words = described.and_then(|node| node.text()).unwrap();
    assert!(
        words.contains("executor × 2: heap 8192Mi + overhead 819Mi; request 9011Mi, limit 9011Mi"),
        "{words}"
    );
    for forbidden in ["href", "url(", "<style", "<script", "@import"] {
        assert!(!svg.contains(forbidden), "{forbidden}");
    }
}

/// The pieces stand side by side, and the last one ends at the limit.
#[test]
fn pieces_add_up_to_the_limit() {
    let conf = "spark.executor.memory: 7g, spark.memory.offHeap.enabled: 'true', spark.memory.offHeap.size: 3g";
    let svg = picture(&application("a", conf));
    let read = Document::parse(&svg).unwrap();
    let number = |node: roxmltree::Node<'_, '_>, name: &str| -> u32 {
        node.attribute(name).unwrap().parse().unwrap()
    };
    let groups: Vec<_> = read.descendants().filter(|n| n.has_tag_name("g")).collect();
    assert_eq!(groups.len(), 2);
    for group in groups {
        let rects = group
            .children()
            .filter(|node| node.has_tag_name("rect") && node.attribute("height") == Some("24"));
        let mut end = 16;
        for rect in rects {
            assert_eq!(number(rect, "x"), end);
            end += number(rect, "width");
        }
        let line = group
            .children()
            .find(|node| node.has_tag_name("line"))
            .unwrap();
        assert_eq!(number(line, "x1"), end);
    }
}
