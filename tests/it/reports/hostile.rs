//! Names that are markup, commands or no text at all in some format, and reports that would be too long.

use super::of_text;
use roxmltree::Document;
use serde_json::Value;

/// Two objects: one hostile name, one that needs a neighbour.
fn stream(name: &str, container: &str) -> String {
    let object = |name: &str| {
        serde_json::json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
            "spec": {"template": {"spec": {"containers": [{
                "name": container, "image": "apache/spark:4.1.1",
                "command": ["/opt/spark/sbin/start-connect-server.sh"],
                "securityContext": {"privileged": true},
            }]}}},
        })
    };
    // As JSON may write it; YAML takes no such character as it is.
    let text = format!(
        "{}\n---\n# Source: a/b c,line=1:2::%.yaml\n{}\n",
        object(name),
        object("next")
    );
    text.replace('\u{fffe}', "\\ufffe")
        .replace('\u{9b}', "\\u009b")
}

const NAMES: [&str; 12] = [
    "\"'&<>",
    "a\n::error file=x::y",
    "a\r\n::stop-commands::z",
    "]]><failure/>",
    "<script>alert(1)</script>",
    "--><!--",
    "\u{1b}[31m\u{7}\u{b}\u{fffe}\u{9b}",
    "a | b | c",
    "`` ` ```",
    "\n## heading\n\n* item\n```\n",
    "%0A%25,:[a](http://b)![c](d)",
    "</details></summary>\\|",
];

#[test]
fn no_name_is_markup_in_any_report() {
    for name in NAMES {
        for (object, container) in [(name, "c"), ("o", name), (name, name)] {
            let reports = of_text(&stream(object, container), &[]);
            let json: Value = serde_json::from_str(&reports["json"]).unwrap();
            let findings = json["findings"].as_array().unwrap();
            assert!(findings.len() > 4, "{findings:?}");
            text(&reports["text"]);
            sarif(&reports["sarif"], object);
            junit(&reports["junit"], object);
            github(&reports["github"], findings.len());
            markdown(&reports["markdown"], findings.len());
        }
    }
}

#[test]
fn no_reason_of_a_waiver_is_markup_in_any_report() {
    let one_line = |name: &&&str| !name.contains(char::is_control);
    for reason in NAMES.iter().filter(one_line) {
        let skip = format!("default/spark-privileged=Deployment/o: ::error::{reason}");
        let reports = of_text(&stream("o", "c"), &["--skip", &skip]);
        let json: Value = serde_json::from_str(&reports["json"]).unwrap();
        let said = format!("::error::{}", reason.trim());
        assert_eq!(json["waivers"][0]["reason"], said.as_str());
        let github: Vec<_> = reports["github"].lines().collect();
        let listed = github[github.len() - 2];
        assert!(listed.starts_with("waiver: `default/"), "{listed}");
        Document::parse(&reports["junit"]).unwrap_or_else(|error| panic!("{error}"));
        let markdown = &reports["markdown"];
        let mut rows = markdown
            .lines()
            .filter(|l| l.starts_with("| `default/spark-privileged` for"));
        let row = rows.next().unwrap();
        assert_eq!(row.matches('|').count(), 2, "{row}");
        assert!(!row.contains("<script>") && !row.contains("</details>") && !row.contains("]("));
        let text = reports["text"]
            .lines()
            .filter(|line| line.starts_with("waiver: "));
        assert_eq!(text.count(), 1);
    }
    let newline = "default/spark-privileged=Deployment/o: a\n::error::b";
    let ended = crate::lab::run(&["--host", "pipe", "--skip", newline], stream("o", "c"));
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
}

/// A line of a name is no line of the report: GitHub takes one that begins with `::` for a command.
fn text(text: &str) {
    assert!(
        !text.contains(|c: char| c.is_control() && c != '\n'),
        "{text}"
    );
    let known = [
        "error[",
        "warning[",
        "info[",
        "-->",
        "|",
        "=",
        "sparkk8s-post report: ",
        "1 | ",
        "2 | ",
        "3 | ",
        "4 | ",
    ];
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let begins = |begin: &&str| line.trim_start().starts_with(begin);
        assert!(known.iter().any(begins), "{line}");
    }
}

/// A text as every format carries it.
fn plain(text: &str) -> String {
    let shown = |c: char| c == '\n' || c == '\t' || !(c.is_control() || c == '\u{fffe}');
    text.chars()
        .map(|c| if shown(c) { c } else { '\u{fffd}' })
        .collect()
}

fn sarif(text: &str, object: &str) {
    assert_eq!(text.lines().count(), 1);
    let value: Value = serde_json::from_str(text).unwrap();
    let logical = &value["runs"][0]["results"][0]["locations"][0]["logicalLocations"][0];
    assert_eq!(logical["name"], plain(object));
    let results = value["runs"][0]["results"].as_array().unwrap();
    let last = &results[results.len() - 1]["locations"][0]["physicalLocation"];
    let uri = "a/b%20c%2Cline%3D1%3A2%3A%3A%25.yaml";
    assert_eq!(last["artifactLocation"]["uri"], uri);
}

fn junit(text: &str, object: &str) {
    let xml = Document::parse(text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let suites = xml
        .descendants()
        .filter(|node| node.has_tag_name("testsuite"));
    let names: Vec<_> = suites
        .map(|suite| suite.attribute("name").unwrap())
        .collect();
    assert_eq!(
        names,
        [&format!("Deployment/{}", plain(object)), "Deployment/next"]
    );
    let known = [
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "system-out",
    ];
    let mut elements = xml.descendants().filter(roxmltree::Node::is_element);
    assert!(elements.all(|node| known.contains(&node.tag_name().name())));
    assert!(!xml.descendants().any(|node| node.is_comment()));
}

fn github(text: &str, findings: usize) {
    let (last, commands) = text
        .lines()
        .collect::<Vec<_>>()
        .split_last()
        .map(|(a, b)| (*a, b.to_vec()))
        .unwrap();
    assert_eq!(commands.len(), findings, "{text}");
    assert!(
        last.starts_with("sparkk8s-post report: 2 objects"),
        "{last}"
    );
    for command in commands {
        let (head, message) = command[2..].split_once("::").expect("a message");
        let (kind, properties) = head.split_once(' ').expect("properties");
        assert!(["error", "warning", "notice"].contains(&kind), "{command}");
        for property in properties.split(',') {
            let (name, value) = property.split_once('=').expect("a value");
            assert!(
                ["file", "line", "col", "title"].contains(&name),
                "{command}"
            );
            assert!(!value.contains(':'), "{command}");
        }
        // What GitHub would decode is what we wrote.
        assert!(message.contains("explain"), "{command}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n' && c != '\t'));
    }
}

fn markdown(text: &str, findings: usize) {
    let lines: Vec<_> = text.lines().collect();
    let rows: Vec<_> = lines.iter().filter(|line| line.starts_with('|')).collect();
    assert!(
        rows.iter().all(|row| row.matches('|').count() == 4),
        "{text}"
    );
    let of_findings = rows.iter().take_while(|row| !row.contains("| object |"));
    assert_eq!(of_findings.count(), findings + 2, "{text}");
    // Besides rows there is only what the report itself says.
    let known = [
        "## sparkk8s-post: refused",
        "Policy: `default@",
        "2 objects, ",
        "<details>",
        "<summary>",
        "</details>",
    ];
    for line in lines
        .iter()
        .filter(|line| !line.is_empty() && !line.starts_with('|'))
    {
        assert!(known.iter().any(|begin| line.starts_with(begin)), "{line}");
    }
    let tags = text.match_indices('<').map(|(at, _)| &text[at..]);
    let ours = [
        "<br>",
        "<code>",
        "</code>",
        "<details>",
        "</details>",
        "<summary>",
        "</summary>",
    ];
    for tag in tags {
        assert!(ours.iter().any(|known| tag.starts_with(known)), "{tag}");
    }
    for mark in ["](", "```", "\u{1b}", "\r"] {
        assert!(!text.contains(mark), "{text}");
    }
}

/// GitHub takes 65,536 characters in a comment.
#[test]
fn markdown_has_room_in_a_comment_and_says_what_has_none() {
    let long = "x".repeat(3000) + "|`<";
    for name in ["name", &long] {
        let objects: Vec<_> = (0..400)
            .map(|at| {
                stream(&format!("{name}-{at}"), "c")
                    .split("\n---\n")
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let reports = of_text(&objects.join("\n---\n"), &[]);
        let text = &reports["markdown"];
        assert!(text.len() < 65_536, "{}", text.len());
        assert!(text.len() > 50_000, "{}", text.len());
        let json: Value = serde_json::from_str(&reports["json"]).unwrap();
        let rows = text.lines().filter(|line| line.starts_with('|'));
        let rows = rows.take_while(|row| !row.contains("| object |")).count() - 2;
        let left = json["findings"].as_array().unwrap().len() - rows;
        assert!(
            text.contains(&format!("\n{left} findings left out for length.\n")),
            "{text}"
        );
        assert!(
            text.contains(" rows left out for length.\n\n</details>"),
            "{text}"
        );
        assert!(text.contains("400 objects, 400 changed"));
    }
}
