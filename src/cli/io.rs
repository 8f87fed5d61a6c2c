//! Reading and writing: nothing is left half written.

use anyhow::{Context, Result};
use std::fs;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// The bytes of a file, or of standard input for `-`.
pub(super) fn read(path: &str) -> Result<Vec<u8>> {
    if path == "-" {
        let mut bytes = Vec::with_capacity(1 << 16);
        io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .context("reading standard input")?;
        return Ok(bytes);
    }
    #[expect(clippy::disallowed_methods, reason = "cli/ does the IO")]
    fs::read(path).with_context(|| format!("reading `{path}`"))
}

/// A policy file's text.
pub(super) fn read_text(path: &str) -> Result<String, String> {
    #[expect(clippy::disallowed_methods, reason = "cli/ does the IO")]
    fs::read_to_string(path).map_err(|error| error.to_string())
}

/// The working directory.
pub(super) fn folder() -> io::Result<PathBuf> {
    std::env::current_dir()
}

/// Whether there is anything at a path, be it a link that leads nowhere.
pub(super) fn exists(path: &str) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether there is a file at a path.
pub(super) fn is_file(path: &str) -> bool {
    Path::new(path).is_file()
}

/// Writes a file as a whole, or leaves what was there.
pub(super) fn write(path: &str, text: &str) -> Result<()> {
    let target = Path::new(path);
    if target.exists() && !target.is_file() {
        // A device or a pipe cannot be renamed over.
        let mut file = fs::File::options()
            .write(true)
            .open(target)
            .with_context(|| format!("opening `{path}`"))?;
        return file
            .write_all(text.as_bytes())
            .with_context(|| format!("writing `{path}`"));
    }
    let beside = format!("{path}.{}.tmp", std::process::id());
    let written = fs::File::create(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, target)
    });
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.with_context(|| format!("writing `{path}`"))
}

/// Writes a file as a whole where there is none; what is there stays.
pub(super) fn write_new(path: &str, text: &str) -> Result<()> {
    let beside = format!("{path}.{}.tmp", std::process::id());
    let written = fs::File::create_new(&beside).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        // A link, unlike a new name, never takes the place of a file. Some file systems have none.
        fs::hard_link(&beside, path).or_else(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Err(error),
            _ => fs::File::create_new(path).and_then(|_| fs::rename(&beside, path)),
        })
    });
    let _ = fs::remove_file(&beside);
    written.with_context(|| format!("writing `{path}`"))
}

/// Writes to standard output, all of it.
pub(super) fn print(pieces: &[&str]) -> Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    pieces
        .iter()
        .try_for_each(|piece| out.write_all(piece.as_bytes()))
        .and_then(|()| out.flush())
        .context("writing standard output")
}

/// Writes for people to standard error; colours where it is a terminal. Nobody can be told that this fails.
pub(super) fn tell(text: &str) {
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// Writes text for people to standard output; colours where it is a terminal.
pub(super) fn show(text: &str) -> Result<()> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // `sparkk8s-post diff | head` has read enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("writing standard output"),
    }
}

/// Writes to the user's terminal, past a host that swallows standard error; where there is none, nothing.
pub(super) fn tell_terminal(text: &str) {
    if let Ok(mut terminal) =
        fs::File::options()
            .write(true)
            .open(if cfg!(windows) { "CONOUT$" } else { "/dev/tty" })
    {
        let _ = terminal.write_all(anstream::adapter::strip_str(text).to_string().as_bytes());
    }
}
