//! The documents: their commands run and answer as they say, their links and paths lead somewhere, English and Russian
//! show the same, and what they say of the program is so.

#[cfg(unix)]
mod book;
#[cfg(unix)]
mod builtin;
#[cfg(unix)]
mod commands;
#[cfg(unix)]
mod exits;
// The machine that the pages name files for.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod follow;
#[cfg(unix)]
mod golden;
mod links;
mod page;
#[cfg(unix)]
mod run;
mod said;
#[cfg(unix)]
mod yaml;
