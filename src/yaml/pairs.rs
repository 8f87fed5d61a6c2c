//! Which item of a list became which: a wrong guess costs bytes, never a value.

use super::node::{Kind, NodeRef};
use serde_json::Value;
use std::ops::Range;

/// Pairs beyond which items are matched by their index only.
const MAX_PAIRS: usize = 1 << 20;

/// An item of the text, by its index, and the item of the target that it becomes.
pub(super) type Pair = (usize, usize);

type Like = fn(NodeRef<'_>, &Value) -> bool;

/// The pairs, in order: what is the same first, then, between those, what shares an entry, then what stands alike.
pub(super) fn pairs(items: &[NodeRef<'_>], target: &[Value]) -> Vec<Pair> {
    let lists = Lists { items, target };
    let whole = (0..items.len(), 0..target.len());
    let many = items.len().saturating_mul(target.len()) > MAX_PAIRS;
    if many || (items.len() == target.len() && lists.stand_alike(&whole)) {
        return whole.0.zip(whole.1).collect();
    }
    let same = lists.common(whole.clone(), same);
    let akin = between(same, &whole, |gap| lists.common(gap, share_an_entry));
    between(akin, &whole, |gap| match lists.stand_alike(&gap) {
        true => gap.0.zip(gap.1).collect(),
        false => Vec::new(),
    })
}

/// A stretch of each list.
type Gap = (Range<usize>, Range<usize>);

/// The pairs, and those that `find` finds between them.
fn between(pairs: Vec<Pair>, whole: &Gap, find: impl Fn(Gap) -> Vec<Pair>) -> Vec<Pair> {
    let mut out = Vec::with_capacity(pairs.len());
    let mut from = (whole.0.start, whole.1.start);
    for pair in pairs {
        out.extend(find((from.0..pair.0, from.1..pair.1)));
        out.push(pair);
        from = (pair.0 + 1, pair.1 + 1);
    }
    out.extend(find((from.0..whole.0.end, from.1..whole.1.end)));
    out
}

struct Lists<'l, 'd> {
    items: &'l [NodeRef<'d>],
    target: &'l [Value],
}

impl Lists<'_, '_> {
    /// Whether nothing of a stretch goes, and each item may be an edited form of the one in its place. One item that
    /// became another is edited where it stands.
    fn stand_alike(&self, (old, new): &Gap) -> bool {
        let pairs = old.clone().zip(new.clone());
        let unlike = pairs
            .filter(|&(old, new)| !alike(self.items[old], &self.target[new]))
            .count();
        new.len() >= old.len() && unlike <= usize::from(new.len() == old.len())
    }

    /// The longest common subsequence of a stretch.
    fn common(&self, (mut old, mut new): Gap, like: Like) -> Vec<Pair> {
        let like = |old: usize, new: usize| like(self.items[old], &self.target[new]);
        let mut pairs = Vec::new();
        while !old.is_empty() && !new.is_empty() && like(old.start, new.start) {
            pairs.push((old.start, new.start));
            (old.start, new.start) = (old.start + 1, new.start + 1);
        }
        let mut tail = Vec::new();
        while !old.is_empty() && !new.is_empty() && like(old.end - 1, new.end - 1) {
            (old.end, new.end) = (old.end - 1, new.end - 1);
            tail.push((old.end, new.end));
        }
        pairs.extend(longest(old, new, like));
        pairs.extend(tail.into_iter().rev());
        pairs
    }
}

fn longest(old: Range<usize>, new: Range<usize>, like: impl Fn(usize, usize) -> bool) -> Vec<Pair> {
    let (rows, columns) = (old.len(), new.len());
    if rows == 0 || columns == 0 {
        return Vec::new();
    }
    let all = old.clone().flat_map(|o| new.clone().map(move |n| (o, n)));
    let alike: Vec<bool> = all.map(|(o, n)| like(o, n)).collect();
    let width = columns + 1;
    let mut best = vec![0u32; (rows + 1) * width];
    for o in (0..rows).rev() {
        for n in (0..columns).rev() {
            best[o * width + n] = if alike[o * columns + n] {
                best[(o + 1) * width + n + 1] + 1
            } else {
                best[(o + 1) * width + n].max(best[o * width + n + 1])
            };
        }
    }
    let (mut o, mut n, mut pairs) = (0, 0, Vec::new());
    while o < rows && n < columns {
        if alike[o * columns + n] {
            pairs.push((old.start + o, new.start + n));
            (o, n) = (o + 1, n + 1);
        } else if best[(o + 1) * width + n] >= best[o * width + n + 1] {
            o += 1;
        } else {
            n += 1;
        }
    }
    pairs
}

/// Whether the item at the same index may be an edited form of it: the same name, or the same kind without names.
fn alike(item: NodeRef<'_>, value: &Value) -> bool {
    match (item.resolved().kind(), value) {
        (Kind::Mapping, Value::Object(map)) => {
            let name = item.get("name").map(NodeRef::to_value);
            name.as_ref() == map.get("name")
        }
        (Kind::Sequence, Value::Array(_)) => true,
        (Kind::Scalar, scalar) => item.reads_as(scalar),
        _ => false,
    }
}

fn same(item: NodeRef<'_>, value: &Value) -> bool {
    let named = value.get("name").is_some() && alike(item, value);
    named || item.reads_as(value)
}

/// Whether a mapping, which may be edited, has an entry, or a list an item, of what the item becomes.
fn share_an_entry(item: NodeRef<'_>, value: &Value) -> bool {
    if item.is_shared() {
        return false;
    }
    match (item.kind(), value) {
        (Kind::Mapping, Value::Object(map)) => map
            .iter()
            .any(|(key, value)| item.get(key).is_some_and(|own| own.reads_as(value))),
        (Kind::Sequence, Value::Array(values)) => item
            .children()
            .zip(values)
            .any(|(own, value)| own.reads_as(value)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::yaml::splice::tests::case;

    #[test]
    fn an_item_without_a_name_is_edited_where_it_went() {
        let before = "a:\n- k: 1 # one\n  v: x\n- k: 2\nb: 1\n";
        case(
            before,
            r#"[{"op":"add","path":"/a/0","value":{"z":0}}]"#,
            "a:\n- z: 0\n- k: 1 # one\n  v: x\n- k: 2\nb: 1\n",
        );
        case(
            before,
            r#"[{"op":"add","path":"/a/0/w","value":3},{"op":"add","path":"/a/0","value":{"z":0}}]"#,
            "a:\n- z: 0\n- k: 1 # one\n  v: x\n  w: 3\n- k: 2\nb: 1\n",
        );
        case(
            before,
            r#"[{"op":"replace","path":"/a/0/v","value":"z"},{"op":"remove","path":"/a/1"}]"#,
            "a:\n- k: 1 # one\n  v: z\nb: 1\n",
        );
        case(
            "a: [[x, y], [z]]\n",
            r#"[{"op":"add","path":"/a/0/-","value":"w"},{"op":"remove","path":"/a/1"}]"#,
            "a: [[x, y, w]]\n",
        );
    }
}
