//! Dev and prod cannot drift: what environments share, what may differ and why, and the file that holds them to it.

mod compare;
mod file;
mod message;
mod read;
mod release;
mod vary;
mod verify;

pub use compare::{Comparison, Difference, compare};
pub use file::{LOCK_FILE, Lock, LockError, Written};
pub use message::{differences, mismatches, unstable};
pub use release::{Names, Observer, Release, Released, Twins};
pub use vary::{Usage, Vary};
pub use verify::{Mismatch, verify};

#[cfg(test)]
mod tests;
