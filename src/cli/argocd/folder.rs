//! The application's folder and the repository around it, which no file that we or Helm read may leave. What Kustomize takes
//! from elsewhere is its own affair, as it is in Argo CD.

use super::application::variable;
use super::{Exit, Failure, refused};
use std::fs;
use std::path::{Path, PathBuf};

/// The working directory, and the root of the repository, both without symbolic links.
#[derive(Debug)]
pub(super) struct Folder {
    here: PathBuf,
    root: PathBuf,
}

impl Folder {
    pub(super) fn here() -> Result<Self, Failure> {
        let unreadable = |error: std::io::Error| {
            let message = format!("the application's folder cannot be read: {error}");
            refused(
                Exit::Input,
                message,
                "Argo CD runs the plugin in the folder of the application",
            )
        };
        let here = std::env::current_dir().and_then(fs::canonicalize);
        let here = here.map_err(unreadable)?;
        let folder = Self {
            root: root(&here),
            here,
        };
        match folder.stray().map_err(unreadable)? {
            None => Ok(folder),
            Some(link) => {
                let message = format!("`{}` is a link out of the repository", link.display());
                Err(refused(
                    Exit::Input,
                    message,
                    "copy what it leads to into the repository",
                ))
            }
        }
    }

    /// A link in the repository that leads out of it, or nowhere.
    fn stray(&self) -> std::io::Result<Option<PathBuf>> {
        let mut rest = vec![self.root.clone()];
        while let Some(folder) = rest.pop() {
            for entry in fs::read_dir(folder)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                let path = entry.path();
                if kind.is_dir() {
                    rest.push(path);
                } else if kind.is_symlink()
                    && !fs::canonicalize(&path).is_ok_and(|target| target.starts_with(&self.root))
                {
                    let shown = path.strip_prefix(&self.root).unwrap_or(&path);
                    return Ok(Some(shown.to_owned()));
                }
            }
        }
        Ok(None)
    }

    /// The absolute path of a file that is named from the application's folder.
    pub(super) fn inside(&self, path: &str) -> Result<String, String> {
        let found = fs::canonicalize(self.here.join(path));
        let found = found.map_err(|_| "it is not there".to_owned())?;
        if !found.starts_with(&self.root) {
            return Err("it is not in the repository".to_owned());
        }
        let found = found.into_os_string().into_string();
        found.map_err(|_| "its name is no UTF-8".to_owned())
    }

    /// Whether the application's folder holds a file.
    pub(super) fn holds(&self, name: &str) -> bool {
        self.here.join(name).is_file()
    }
}

/// The working directory without the path that the application has in its repository. Argo CD made the one of the other.
fn root(here: &Path) -> PathBuf {
    let path = variable("ARGOCD_APP_SOURCE_PATH").unwrap_or_default();
    let inner = Path::new(path.trim_start_matches("./"));
    match here.ends_with(inner) && path != "." {
        true => {
            let depth = inner.components().count();
            let root = here.ancestors().nth(depth);
            root.unwrap_or(here).to_owned()
        }
        false => here.to_owned(),
    }
}
