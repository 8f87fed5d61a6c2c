//! Dev and prod cannot drift: what environments share, what may differ and why, and the file that holds them to it.

mod ahead;
mod compare;
mod file;
mod merge;
mod message;
mod read;
mod release;
mod unified;
mod vary;
mod verify;

pub use ahead::{Ahead, AllAhead, Places, covers, overdue, place};
pub use compare::{Comparison, Difference, Sanction, compare};
pub use file::{LOCK_FILE, Lock, LockError, Recorded, Written};
pub use merge::sides;
pub use message::{differences, mismatches, unstable};
pub use read::Locked;
pub use release::{Names, Observer, Release, Released, Seen, Twins};
pub use unified::unified;
pub use vary::{Usage, Vary};
pub use verify::{Mismatch, verify};

#[cfg(test)]
mod tests;
