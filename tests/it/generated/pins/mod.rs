//! Pins on streams thrown together: a changed byte moves the digests of the pods that read it, and nothing else moves any.

mod reader;
mod world;

use super::dice::Dice;
use super::scribe;
use crate::lab::{self, Failed};
use crate::{fixtures, support};
use serde_json::{Value, json};
use sparkk8s_post::manifest::reads::SecretKey;
use sparkk8s_post::preset::Policy;
use std::collections::{BTreeMap, BTreeSet};
use world::{Entry, World, noise};

const DIGEST: &str = "sparkk8s.io/config-digest";
/// As many streams are tried.
const CASES: u64 = 1_000;

/// Digests by kind and name of the workload.
type Digests = BTreeMap<String, String>;

#[derive(Default)]
struct Count {
    pinned: usize,
    moved: usize,
    /// Changed keys that no digest covers.
    unread: usize,
    /// Refused, because an anchor is shared.
    shared: usize,
}

#[test]
fn a_byte_moves_the_digests_of_its_readers_and_nothing_else_moves_any() {
    let policy = lab::policy(&["pins"], &[]);
    let (mut count, mut wrong) = (Count::default(), Vec::new());
    let cases = super::times(CASES);
    for case in 0..cases {
        if let Err(what) = try_case(case, &policy, &mut count) {
            wrong.push(format!("case {case}: {what}"));
        }
    }
    let Count {
        pinned,
        moved,
        unread,
        shared,
    } = count;
    fixtures::say(&format!(
        "pins: {cases} streams with {pinned} pinned pods; changes moved {moved} digests, {unread} moved none; \
         {shared} refused because of anchors"
    ));
    assert!(
        wrong.is_empty(),
        "{} wrong, first {}",
        wrong.len(),
        wrong[0]
    );
    let cases = usize::try_from(cases).expect("a number of streams");
    assert!(pinned > cases / 2 && moved > cases / 2 && unread > cases / 2 && shared < cases / 20);
}

fn try_case(case: u64, policy: &Policy, count: &mut Count) -> Result<(), String> {
    let mut dice = Dice::new(case ^ 0x9195);
    let world = World::new(&mut dice);
    let Some(before) = digests(&world, &world.objects(), policy, &mut dice)? else {
        count.shared += 1;
        return Ok(());
    };
    let pinned = names(&world, |reader| world.is_pinned(reader));
    let found: BTreeSet<_> = before.keys().cloned().collect();
    if found != pinned {
        return Err(format!("pinned are {found:?}, not {pinned:?}\n{world}"));
    }
    count.pinned += pinned.len();
    for _ in 0..2 {
        let (what, changed, readers) = change(&world, &mut dice);
        let Some(after) = digests(&changed, &changed.objects(), policy, &mut dice)? else {
            continue;
        };
        let moved = before
            .iter()
            .filter(|(name, old)| after.get(*name) != Some(*old));
        let moved: BTreeSet<_> = moved.map(|(name, _)| name.clone()).collect();
        if moved != readers || after.len() != before.len() {
            return Err(format!(
                "{what}: moved are {moved:?}, not {readers:?}\n{world}"
            ));
        }
        count.moved += moved.len();
        count.unread += usize::from(moved.is_empty());
    }
    let (what, world, objects) = noisy(&world, &mut dice);
    let after = digests(&world, &objects, policy, &mut dice)?;
    if after.is_some_and(|after| after != before) {
        return Err(format!("{what} moves a digest\n{world}"));
    }
    Ok(())
}

fn names(world: &World, which: impl Fn(&reader::Reader) -> bool) -> BTreeSet<String> {
    let readers = world.readers.iter().filter(|reader| which(reader));
    readers
        .map(|reader| format!("{}/{}", reader.kind, reader.name))
        .collect()
}

/// The digests that a stream of these objects gets; `None` where it is refused because of an anchor.
fn digests(
    world: &World,
    objects: &[Value],
    policy: &Policy,
    dice: &mut Dice,
) -> Result<Option<Digests>, String> {
    let key = SecretKey::new(&[b'k'; 32]).map_err(|error| error.to_string())?;
    let guard = |text: &str| lab::guard_keyed(text, policy, world.keyed.then_some(&key));
    let mut tried = guard(&written(objects, dice));
    // What cannot be read is other tests' matter.
    while let Err(Failed::Unreadable(_)) = tried {
        tried = guard(&written(objects, dice));
    }
    let guarded = match tried {
        Ok(guarded) => guarded,
        Err(Failed::Shared(_)) => return Ok(None),
        Err(failed) => return Err(format!("{failed:?}")),
    };
    let objects = fixtures::objects(fixtures::yaml(&guarded.text)?);
    let found = objects.iter().filter_map(|object| {
        let template = match object["kind"].as_str()? {
            "Pod" => object,
            "CronJob" => &object["spec"]["jobTemplate"]["spec"]["template"],
            _ => &object["spec"]["template"],
        };
        let digest = template["metadata"]["annotations"].get(DIGEST)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let name = format!(
            "{}/{}",
            text(&object["kind"]),
            text(&object["metadata"]["name"])
        );
        Some((name, text(digest)))
    });
    Ok(Some(found.collect()))
}

/// Objects as somebody writes them, where another reader reads them as they are meant; else as JSON.
fn written(objects: &[Value], dice: &mut Dice) -> String {
    let tries = (0..30).map(|_| scribe::exact(objects, dice));
    let mut meant = tries.filter(|text| {
        fixtures::yaml(text).is_ok_and(|read| {
            let read: Vec<_> = read.into_iter().filter(|value| !value.is_null()).collect();
            read.len() == objects.len()
                && read.iter().zip(objects).all(|(a, b)| support::same(a, b))
        })
    });
    meant
        .next()
        .unwrap_or_else(|| support::json_stream(objects))
}

/// The world with other data under one key: what was done, and whose digests move.
fn change(world: &World, dice: &mut Dice) -> (String, World, BTreeSet<String>) {
    let index = dice.below(world.sources.len());
    let mut changed = world.clone();
    let source = &mut changed.sources[index];
    let keys: Vec<_> = source.entries.keys().cloned().collect();
    let mut key = dice.pick(&keys);
    let how = match dice.below(6) {
        0 => {
            key = dice.pick(&["absent", "new"]).to_owned();
            source
                .entries
                .insert(key.clone(), Entry::new(dice, source.kind));
            "comes"
        }
        1 => {
            source.entries.remove(&key);
            "goes"
        }
        _ => {
            let entry = source.entries.get_mut(&key).expect("a key of its own");
            entry.change(dice);
            "changes"
        }
    };
    let own = &world.sources[index];
    let readers = names(world, |reader| world.is_read(reader, own, &key));
    let what = format!("`{key}` of {}/{} {how}", own.kind, own.name);
    (what, changed, readers)
}

/// The same data and the same readers, and something else about them: what was done, the world, its objects.
fn noisy(world: &World, dice: &mut Dice) -> (&'static str, World, Vec<Value>) {
    let mut noisy = world.clone();
    let what = match dice.below(8) {
        0 => "another hand",
        1 => {
            noisy.sources.reverse();
            noisy.readers.reverse();
            let mut objects = noisy.objects();
            objects.rotate_left(1);
            return ("another order", noisy, objects);
        }
        2 => {
            let mut objects = noisy.objects();
            for object in &mut objects {
                object["metadata"]["labels"]["noise"] = json!("n");
                object["metadata"]["annotations"]["noise"] = json!("n");
            }
            return ("a label", noisy, objects);
        }
        3 => {
            for source in &mut noisy.sources {
                source.entries.values_mut().for_each(Entry::rewrite);
            }
            "base64"
        }
        4 => {
            noisy.noise.push(noise(dice, "another"));
            noisy.noise = vec![noise(dice, "another")];
            "another object"
        }
        5 => {
            for reader in &mut noisy.readers {
                let main = &mut reader.template["spec"]["containers"][0];
                main["image"] = json!("example.com/app:2");
                main["env"][0]["value"] = json!("b");
                reader.template["metadata"]["labels"]["noise"] = json!("n");
            }
            "another image"
        }
        6 => {
            for source in &mut noisy.sources {
                source.below = "another";
            }
            "a value below another"
        }
        _ => {
            let list = json!({"apiVersion": "v1", "kind": "List", "items": noisy.objects()});
            return ("a list", noisy, vec![list]);
        }
    };
    let objects = noisy.objects();
    (what, noisy, objects)
}

#[test]
fn the_order_of_keys_moves_no_digest() {
    let policy = lab::policy(&["pins"], &[]);
    let config = |data: &str| {
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n{data}---\napiVersion: apps/v1\nkind: Deployment\n\
             metadata: {{name: a}}\nspec: {{template: {{spec: {{containers: [{{name: c, envFrom: [{{configMapRef: {{name: c}}}}]}}]}}}}}}\n"
        )
    };
    let digest = |data: &str| {
        let guarded = lab::guard(&config(data), &policy).expect("guarded");
        let line = guarded.text.split(DIGEST).nth(1).expect("a digest");
        line.lines().next().map(str::to_owned)
    };
    let before = digest("  a: x\n  b: |\n    y\n");
    assert_eq!(digest("  b: \"y\\n\"\n  # why\n  'a': 'x'\n"), before);
    assert_ne!(digest("  a: x\n  b: y\n"), before);
}
