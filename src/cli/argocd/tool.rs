//! Which program renders an application, with which words. Nothing goes to a shell, and no word of an application can
//! become a flag.

use super::application::Application;
use super::folder::Folder;
use super::{Exit, Failure, refused};
use crate::manifest::sensitive::Lines;
use crate::preset::{File, PolicyError, SidecarSpec, ToolFile};
use crate::text::hint;
use std::io::Write;
use std::process::{Command, Stdio};

/// What Argo CD shows of an error is read in a small panel.
const MOST_SAID: usize = 2_000;
const MOST_LINES: usize = 100;

/// A program that prints manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tool {
    Helm,
    Kustomize,
}

const TOOLS: [Tool; 2] = [Tool::Helm, Tool::Kustomize];

impl Tool {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Helm => "helm",
            Self::Kustomize => "kustomize",
        }
    }

    /// What lies in the folder of whoever uses it.
    fn files(self) -> &'static [&'static str] {
        match self {
            Self::Helm => &["Chart.yaml"],
            Self::Kustomize => &["kustomization.yaml", "kustomization.yml", "Kustomization"],
        }
    }

    fn settings(self, spec: &SidecarSpec) -> &ToolFile {
        match self {
            Self::Helm => &spec.helm,
            Self::Kustomize => &spec.kustomize,
        }
    }

    /// The one that the application names, or that its folder tells.
    pub(super) fn of(application: &Application, folder: &Folder) -> Result<Self, Failure> {
        if let Some(asked) = &application.tool {
            let named = TOOLS.into_iter().find(|tool| tool.name() == asked.text);
            return named.ok_or_else(|| {
                let names = TOOLS.map(Self::name);
                let message = format!("there is no tool `{}`", asked.text);
                let error = asked.origin.error(message).help(hint(&asked.text, &names));
                super::policy::failure(&error)
            });
        }
        let there = |tool: &Self| tool.files().iter().any(|name| folder.holds(name));
        let found: Vec<_> = TOOLS.into_iter().filter(there).collect();
        match found[..] {
            [tool] => Ok(tool),
            [] => Err(refused(
                Exit::Input,
                "the application's folder holds no Chart.yaml and no kustomization.yaml".to_owned(),
                "`spec.source.path` of the application names the folder of the chart or of the overlay",
            )),
            _ => Err(refused(
                Exit::Usage,
                "the application's folder holds a Chart.yaml and a kustomization.yaml".to_owned(),
                "say which counts: parameter `tool`, `helm` or `kustomize`",
            )),
        }
    }

    /// What it prints.
    pub(super) fn run(
        self,
        spec: &SidecarSpec,
        application: &Application,
        folder: &Folder,
    ) -> Result<Vec<u8>, Failure> {
        let mut command = Command::new(self.name());
        match self {
            Self::Helm => {
                let words = helm(application, folder).map_err(|e| super::policy::failure(&e))?;
                command.args(words);
            }
            Self::Kustomize => {
                application
                    .no_helm()
                    .map_err(|e| super::policy::failure(&e))?;
                command.args(["build", "."]);
            }
        }
        let settings = self.settings(spec);
        command.args(settings.arguments.iter().map(|word| &word.value));
        withhold(&mut command);
        let stdin = application
            .values
            .as_ref()
            .map_or("", |values| &values.text);
        finished(command, self.name(), stdin)
    }
}

/// As Argo CD itself runs Helm (argo-cd: `util/helm/cmd.go`).
fn helm(application: &Application, folder: &Folder) -> Result<Vec<String>, PolicyError> {
    let mut words = vec!["template".to_owned()];
    match (&application.release_name, &application.name) {
        (Some(name), _) => {
            if !is_name(&name.text) {
                let message = "it is no name of a release".to_owned();
                let help = "lower-case letters, digits, dashes and dots, 53 at most".to_owned();
                return Err(name.origin.error(message).help(help));
            }
            words.push(name.text.clone());
        }
        (None, Some(name)) if is_name(name) => words.push(name.clone()),
        (None, Some(name)) => {
            let origin = File::flag("ARGOCD_APP_NAME", name.as_str()).whole();
            let message = "the application's name is no name of a release".to_owned();
            let help = "choose one of 53 characters at most: parameter `release-name`".to_owned();
            return Err(origin.error(message).help(help));
        }
        // Without a name Helm calls it `release-name`.
        (None, None) => {}
    }
    words.extend([".".to_owned(), "--include-crds".to_owned()]);
    let flag = |name: &str, value: &str| format!("--{name}={value}");
    words.extend(
        application
            .namespace
            .iter()
            .map(|text| flag("namespace", text)),
    );
    words.extend(
        application
            .kube_version
            .iter()
            .map(|text| flag("kube-version", text)),
    );
    words.extend(
        application
            .api_versions
            .iter()
            .map(|text| flag("api-versions", text)),
    );
    for file in &application.values_files {
        let misplaced = |why: String| {
            let message = format!("`{}` cannot be a file of values: {why}", file.text);
            file.origin.error(message)
        };
        let path = folder.inside(&file.text).map_err(misplaced)?;
        // Helm takes a comma for the end of a name, and a quote for the beginning of one.
        if path.contains([',', '"']) {
            return Err(misplaced("its path holds a comma or a quote".to_owned()));
        }
        words.push(flag("values", &path));
    }
    if application.values.is_some() {
        words.push(flag("values", "-"));
    }
    Ok(words)
}

/// What Helm takes for the name of a release.
fn is_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 53
        && text.starts_with(inner)
        && text.ends_with(inner)
        && text.chars().all(|c| inner(c) || matches!(c, '-' | '.'))
}

/// What owners of applications may put into the environment is none of the program's business.
fn withhold(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["ARGOCD_ENV_", "PARAM_", "ARGOCD_APP_PARAMETERS"]
            .iter()
            .any(|start| text.starts_with(start))
        {
            command.env_remove(&name);
        }
    }
}

/// Runs a command to its end; what it says goes into the error, and nowhere where it succeeds. It stays in our process
/// group, which Argo CD ends as a whole when its deadline strikes.
fn finished(mut command: Command, name: &str, stdin: &str) -> Result<Vec<u8>, Failure> {
    let failed = |why: String, help: &str| {
        let message = format!("`{name}` {why}");
        Err(refused(Exit::Command, message, help))
    };
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let help = "the image of the sidecar must hold it, on its PATH";
            return failed(format!("cannot be run: {error}"), help);
        }
    };
    let mut pipe = child.stdin.take().expect("internal error: it is a pipe");
    let input = stdin.to_owned();
    // Whoever reads no input may end before all is written.
    let writer = std::thread::spawn(move || drop(pipe.write_all(input.as_bytes())));
    let output = child.wait_with_output();
    drop(writer.join());
    match output {
        Err(error) => failed(
            format!("cannot be waited for: {error}"),
            "nothing was generated",
        ),
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(output) => {
            let said = said(&String::from_utf8_lossy(&output.stderr));
            failed(
                format!("failed ({}): {said}", output.status),
                "nothing was generated",
            )
        }
    }
}

/// The end of what a program says, without lines that may hold a credential.
fn said(text: &str) -> String {
    let mut lines: Vec<_> = text.trim().lines().collect();
    let earlier = lines.len().saturating_sub(MOST_LINES);
    lines.drain(..earlier);
    let shown: Vec<_> = Lines::of(lines).all_shown().collect();
    let mut length = 0;
    let fit = shown.iter().rev().take_while(|line| {
        length += line.len();
        length <= MOST_SAID
    });
    // One line at least, however long: `shown` cuts it.
    let first = shown.len().saturating_sub(fit.count().max(1));
    let cut = if earlier + first > 0 { "…\n" } else { "" };
    format!("{cut}{}", shown[first..].join("\n"))
}
