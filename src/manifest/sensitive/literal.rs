//! Credentials that stand written out: a name that tells of one, and a value that refers to nothing.

use super::{TELLING, user_info};

/// With one of these behind the telling word, a name is that of a setting, a place or a lifetime.
const HARMLESS: [&str; 42] = [
    "algorithm",
    "audience",
    "cache",
    "class",
    "dir",
    "enable",
    "encod",
    "encrypt",
    "endpoint",
    "expir",
    "factory",
    "file",
    "format",
    "host",
    "impl",
    "interval",
    "issuer",
    "izer",
    "length",
    "lifetime",
    "location",
    "manager",
    "mode",
    "mount",
    "name",
    "path",
    "policy",
    "prefix",
    "provider",
    "ref",
    "renew",
    "required",
    "service",
    "size",
    "suffix",
    "timeout",
    "ttl",
    "type",
    "uri",
    "url",
    "valid",
    "volume",
];

/// What is no secret, whatever its name is.
const WORDS: [&str; 13] = [
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "none",
    "null",
    "nil",
    "undefined",
    "default",
    "required",
    "optional",
];

/// What tells where a credential is instead of being it.
const BEGINS: [&str; 11] = [
    "$", "@", "<", "/", "./", "~", "file:", "local:", "vault:", "env:", "jceks:",
];
const HOLDS: [&str; 6] = ["${", "$(", "{{", "}}", "%(", "://"];

/// A credential in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Its name, as written.
    pub name: String,
    /// The line that it stands on, from 1.
    pub line: usize,
}

/// Whether the value under a name is a credential, written out.
pub fn is_literal(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let Some(ends) = telling_end(&name) else {
        return false;
    };
    let harmless = name.contains("secretkeyref")
        || name.ends_with("existingsecret")
        || HARMLESS.iter().any(|word| name[ends..].contains(word));
    !harmless && is_written_out(value.trim(), ends == name.len())
}

/// Where the last telling word of a name ends.
fn telling_end(name: &str) -> Option<usize> {
    let told = TELLING
        .iter()
        .filter_map(|word| Some(name.rfind(word)? + word.len()));
    let mut parts = 0;
    let short = name.split(['_', '-', '.']).filter_map(|part| {
        parts += part.len() + 1;
        matches!(part, "pass" | "pwd").then_some(parts - 1)
    });
    told.chain(short).max()
}

/// Whether a value is one of its own. A number is, where the name says that it is the credential itself.
fn is_written_out(value: &str, is_itself: bool) -> bool {
    let lower = value.to_ascii_lowercase();
    let refers = HOLDS.iter().any(|sign| value.contains(sign))
        || BEGINS.iter().any(|sign| lower.starts_with(sign));
    let number = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let is_number = lower.len() - number.len() <= 2
        && !number.is_empty()
        && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let is_setting = is_number && !(is_itself && number.len() == lower.len());
    value.bytes().any(|b| b.is_ascii_alphanumeric())
        && !refers
        && !is_setting
        && !WORDS.contains(&lower.as_str())
        && !value.split(',').all(is_class)
}

/// `org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider`.
fn is_class(value: &str) -> bool {
    let mut parts: Vec<_> = value.trim().split('.').collect();
    let name = parts.pop().unwrap_or_default();
    let is_package = |part: &&str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && parts.len() > 1
        && parts.iter().all(is_package)
}

/// The credentials that a text holds: properties, YAML, JSON, XML, command lines; of one name on a line, one. In a program, only what
/// stands in quotes is a value.
pub fn literals(text: &str, is_program: bool) -> Vec<Literal> {
    let mut found = Vec::new();
    let mut before = None;
    for (line, text) in text.lines().map(str::trim).enumerate() {
        if ["#", "//", ";", "-- ", "<!--"]
            .iter()
            .any(|sign| text.starts_with(sign))
        {
            continue;
        }
        let mut pairs = Vec::new();
        for part in text
            .split(['{', '}', ','])
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            read(part, is_program, &mut before, &mut pairs);
        }
        let address = password_of_address(text).map(|word| ("password of an address", word));
        let pairs = pairs.into_iter().chain(address);
        for (name, _) in pairs.filter(|(name, value)| is_literal(name, value)) {
            let literal = Literal {
                name: name.to_owned(),
                line: line + 1,
            };
            if !found.contains(&literal) {
                found.push(literal);
            }
        }
    }
    found
}

/// The names and values in a part of a line. `before` is the name that the part before had, whose value is this one.
fn read<'t>(
    part: &'t str,
    is_program: bool,
    before: &mut Option<&'t str>,
    pairs: &mut Vec<(&'t str, &'t str)>,
) {
    let named = before.take();
    if let Some((name, rest)) = part
        .split_once("<name>")
        .and_then(|(_, rest)| rest.split_once("</name>"))
    {
        *before = Some(name);
        if let Some(value) = in_element(rest) {
            pairs.push((name, value));
        }
        return;
    }
    if let (Some(name), Some(value)) = (named, in_element(part)) {
        pairs.push((name, value));
        return;
    }
    match leading(part, is_program) {
        Some(("name", name)) => *before = Some(name),
        Some(("value", value)) => pairs.extend(named.map(|name| (name, value))),
        Some(pair) => pairs.push(pair),
        None => pairs.extend(
            named
                .filter(|name| name.starts_with('-'))
                .zip(word(part, is_program)),
        ),
    }
    if is_program {
        return;
    }
    let (mut flag, mut sql) = (None, None);
    for quoted in part.split_whitespace() {
        let bare = quoted.trim_matches(['"', '\'', '[', ']', ';']);
        let sql_name = sql.take().filter(|_| quoted.starts_with(['"', '\'']));
        match assigned(bare) {
            Some((name, value)) => pairs.extend(key(name).zip(plain(value, false))),
            None => pairs.extend(flag.or(sql_name).zip(word(bare, false))),
        }
        flag = (bare.starts_with('-') && !bare.contains('=')).then_some(bare);
        // `ALTER USER spark PASSWORD 'x'`.
        sql = bare.eq_ignore_ascii_case("password").then_some(bare);
    }
    *before = before.or(flag);
}

/// A name and what is assigned to it; `JAVA_OPTS=-Da.password=x` assigns two.
fn assigned(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let inner = value.trim_start_matches(['"', '\'']);
    let inner = inner.starts_with('-').then(|| assigned(inner)).flatten();
    Some(inner.unwrap_or((name, value)))
}

/// A value that is no flag.
fn word(text: &str, is_program: bool) -> Option<&str> {
    plain(text, is_program).filter(|word| !word.starts_with('-'))
}

fn in_element(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<value>")?;
    Some(rest.split_once("</value>").map_or(rest, |(value, _)| value))
}

/// The key that a text begins with, and its value.
fn leading(text: &str, is_program: bool) -> Option<(&str, &str)> {
    let text = text.trim_start_matches("- ").trim_start();
    let text = text.strip_prefix("export ").unwrap_or(text);
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_.-\"'".contains(c);
    let (name, rest) = text.split_at(text.find(|c| !is_part(c))?);
    let name = key(name)?;
    let value = match rest.trim_start().strip_prefix([':', '=']) {
        Some(value) => value,
        // `spark-defaults.conf`.
        None if name.contains('.') && rest.starts_with([' ', '\t']) => rest,
        None => return None,
    };
    Some((name, plain(value, is_program)?))
}

/// A name, without what stands around it.
fn key(text: &str) -> Option<&str> {
    let text = text.trim_matches(['"', '\'']);
    let text = text
        .strip_prefix("-D")
        .unwrap_or(text)
        .trim_start_matches('-');
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    (text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_part))
        .then_some(text)
}

/// A value of one word, or in quotes.
fn plain(text: &str, is_program: bool) -> Option<&str> {
    let text = text.trim();
    if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) {
        return text[1..].split(quote).next();
    }
    let text = text.split(" #").next().unwrap_or_default();
    let text = text.trim_end_matches([' ', ';', '"', '\'']);
    let is_part = |c: char| !c.is_whitespace() && !"()[]<>|`".contains(c);
    (!is_program && text.chars().all(is_part)).then_some(text)
}

fn password_of_address(line: &str) -> Option<&str> {
    let rest = &line[user_info(line)?..];
    let ends = rest.find(['/', ' ', '"', '\'']).unwrap_or(rest.len());
    let (user, _) = rest[..ends].rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password)
}
