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
    write_all(&[(path, text)])
}

/// Writes each file as a whole, and none where one of them cannot be written.
pub(super) fn write_all(files: &[(&str, &str)]) -> Result<()> {
    let beside = |path: &str| format!("{path}.{}.tmp", std::process::id());
    let (devices, files): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| is_device(path));
    // A device takes nothing back, so it comes after the files that might fail, and before any of them is in its place.
    let mut written = files.iter().try_for_each(|(path, text)| {
        let mut file =
            fs::File::create(beside(path)).with_context(|| format!("writing `{path}`"))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_all())
            .with_context(|| format!("writing `{path}`"))
    });
    written = written.and_then(|()| {
        devices
            .iter()
            .try_for_each(|(path, text)| write_device(path, text))
    });
    written = written.and_then(|()| {
        files.iter().try_for_each(|(path, _)| {
            fs::rename(beside(path), path).with_context(|| format!("writing `{path}`"))
        })
    });
    if written.is_err() {
        for (path, _) in &files {
            let _ = fs::remove_file(beside(path));
        }
    }
    written
}

/// Whether there is something that cannot be renamed over: a device, a pipe, or a name of either.
fn is_device(path: &str) -> bool {
    let target = Path::new(path);
    target.exists()
        && (!target.is_file() || target.starts_with("/dev") || target.starts_with("/proc"))
}

fn write_device(path: &str, text: &str) -> Result<()> {
    let mut file = fs::File::options()
        .append(true)
        .open(path)
        .with_context(|| format!("opening `{path}`"))?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("writing `{path}`"))
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
