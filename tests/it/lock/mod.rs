//! Dev and prod cannot drift: `lock`, `verify` and `render --locked`, as a user runs them.

mod bad_input;
mod between;
mod corpus;
mod images;
mod meaning;
mod merge;
mod partial;
mod promotion;
mod random;
mod small;

use super::lab::{Ended, program};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// A folder with a project and the manifests of its environments.
struct Place {
    folder: TempDir,
}

const HEAD: &str = "apiVersion: sparkk8s.io/v1alpha1\nkind: Project\nmetadata: {name: p}\nspec:\n  presets: [./none.yaml]\n";

impl Place {
    /// Environments with their manifests, under no rule, and what else the project says.
    fn new(environments: &[(&str, &str)], more: &str) -> Self {
        let place = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        place.write("none.yaml", super::lab::EMPTY);
        place.project(environments, more);
        for (name, text) in environments {
            place.write(&format!("{name}.yaml"), text);
        }
        place
    }

    fn project(&self, environments: &[(&str, &str)], more: &str) {
        let names = environments
            .iter()
            .map(|(name, _)| format!("    {name}: {{}}\n"));
        let names: String = names.collect();
        self.write(
            "sparkk8s.yaml",
            &format!("{HEAD}  environments:\n{names}{more}"),
        );
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        // 2026-12-01.
        let day = ("SOURCE_DATE_EPOCH", "1796083200");
        program(arguments)
            .within(self.path())
            .env(day.0, day.1)
            .run()
    }

    /// `lock` over the environments' files.
    fn lock(&self, environments: &[&str], more: &[&str]) -> Ended {
        let from: Vec<_> = environments
            .iter()
            .map(|name| format!("--from={name}={name}.yaml"))
            .collect();
        let mut arguments = vec!["lock"];
        arguments.extend(from.iter().map(String::as_str));
        arguments.extend(more);
        self.run(&arguments)
    }

    fn verify(&self, environment: &str) -> Ended {
        let file = format!("{environment}.yaml");
        self.run(&["verify", "--env", environment, "-f", &file])
    }
}
