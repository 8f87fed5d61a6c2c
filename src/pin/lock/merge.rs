//! What git leaves of a lock where two branches changed the same.

use super::LockError;

/// Both sides of a text with the marks of a conflict, `None` without any; a common ancestor (`diff3`) is left out.
///
/// # Errors
/// Marks that do not follow one another as git writes them.
pub fn sides(text: &str) -> Result<Option<[String; 2]>, LockError> {
    let [mut ours, mut theirs] = [const { String::new() }; 2];
    let (mut within, mut any) = (Within::Both, false);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let mark = line.get(..7).unwrap_or_default();
        let next = match (mark, within) {
            ("<<<<<<<", Within::Both) => Some(Within::Ours),
            ("|||||||", Within::Ours) => Some(Within::Ancestor),
            ("=======", Within::Ours | Within::Ancestor) => Some(Within::Theirs),
            (">>>>>>>", Within::Theirs) => Some(Within::Both),
            ("<<<<<<<" | "|||||||" | "=======" | ">>>>>>>", _) => {
                return Err(LockError::Conflict(number + 1));
            }
            _ => None,
        };
        if let Some(next) = next {
            (within, any) = (next, true);
            continue;
        }
        if matches!(within, Within::Both | Within::Ours) {
            ours.push_str(line);
        }
        if matches!(within, Within::Both | Within::Theirs) {
            theirs.push_str(line);
        }
    }
    match within {
        Within::Both => Ok(any.then_some([ours, theirs])),
        _ => Err(LockError::Conflict(text.lines().count())),
    }
}

#[derive(Clone, Copy)]
enum Within {
    Both,
    Ours,
    Ancestor,
    Theirs,
}
