//! `install.sh` as a user runs it: in the shells that this machine has, from a folder and from a server on loopback.
#![expect(
    clippy::disallowed_methods,
    reason = "tests write files and read the environment, the engine does not"
)]

pub(crate) mod server;

use super::{fixtures, lab};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What the script calls on a machine that has no more than it needs.
const TOOLS: [&str; 11] = [
    "sh",
    "uname",
    "mktemp",
    "cp",
    "awk",
    "sha256sum",
    "mkdir",
    "chmod",
    "mv",
    "rm",
    "sed",
];

/// What it says to have installed.
const SAID: &str = "sparkk8s-post 9.8.7";

/// A release in a folder, a folder to install into, and the programs that the script may call.
struct Machine {
    folder: TempDir,
}

#[derive(Debug)]
struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Machine {
    /// With the tools of `TOOLS` and those named.
    fn with(more: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        for name in ["tools", "release"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let machine = Self { folder };
        for name in TOOLS.iter().chain(more) {
            if let Some(program) = program(name) {
                symlink(program, machine.at("tools").join(name)).unwrap();
            }
        }
        machine.system("Linux", "x86_64");
        machine.release(&format!("#!/bin/sh\necho '{SAID}'\n"));
        machine
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What `uname` says.
    fn system(&self, system: &str, processor: &str) {
        let text = format!(
            "#!/bin/sh\nif [ \"$1\" = -s ]; then echo '{system}'; else echo '{processor}'; fi\n"
        );
        let file = self.at("tools/uname");
        drop(fs::remove_file(&file));
        fixtures::script(&file, &text);
    }

    /// A release with this program.
    fn release(&self, program: &str) {
        let file = self.at("release/sparkk8s-post-linux-amd64");
        fs::write(&file, program).unwrap();
        let line = format!("{}  sparkk8s-post-linux-amd64\n", sha256(&file));
        let other = format!("{}  sparkk8s-post-linux-arm64\n", "0".repeat(64));
        fs::write(self.at("release/SHA256SUMS"), format!("{other}{line}")).unwrap();
    }

    fn base(&self) -> String {
        format!("file://{}", self.at("release").display())
    }

    /// Runs the script with a shell, into the folder `bin`.
    fn run(&self, shell: &[&str], base: &str, args: &[&str]) -> Answer {
        let mut command = Command::new(program(shell[0]).unwrap());
        command
            .args(&shell[1..])
            .arg(lab::own("install.sh"))
            .args(["--to", self.at("bin").to_str().unwrap()])
            .args(args)
            .env_clear()
            .env("PATH", self.at("tools"))
            .env("TMPDIR", self.folder.path())
            .env("SPARKK8S_POST_BASE_URL", base);
        let output = command.output().unwrap();
        Answer {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The names in the folder that is installed into, hidden ones too.
    fn installed(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.at("bin")) else {
            return Vec::new();
        };
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        entries.map(|entry| name(entry.unwrap())).collect()
    }

    /// It fails, says why, and leaves the installed program and the folder of temporary files as they were.
    #[track_caller]
    fn refuses(&self, base: &str, args: &[&str], code: i32, why: &str) {
        let before = fs::read(self.at("bin/sparkk8s-post")).ok();
        let answer = self.run(&["sh"], base, args);
        assert_eq!(answer.code, Some(code), "{}\n{}", answer.out, answer.err);
        assert!(answer.err.contains(why), "{}", answer.err);
        assert_eq!(answer.out, "");
        assert_eq!(fs::read(self.at("bin/sparkk8s-post")).ok(), before);
        assert!(self.installed().len() <= 1, "{:?}", self.installed());
        let temporary = fixtures::files(self.folder.path());
        let left = temporary
            .iter()
            .find(|path| path.display().to_string().contains("/tmp."));
        assert_eq!(left, None);
    }
}

impl Answer {
    #[track_caller]
    fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.out, self.err);
        assert_eq!(self.err, "");
        self.out
    }
}

/// A program on the path of the tests.
fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

fn sha256(file: &Path) -> String {
    let (tool, args) = match program("sha256sum") {
        Some(tool) => (tool, &[][..]),
        None => (program("shasum").unwrap(), &["-a", "256"][..]),
    };
    let output = Command::new(tool).args(args).arg(file).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn every_shell_of_this_machine_installs_a_program_that_runs() {
    let shells: [&[&str]; 4] = [&["sh"], &["dash"], &["bash"], &["busybox", "sh"]];
    for shell in shells {
        if program(shell[0]).is_none() {
            fixtures::say(&format!("ignored: there is no `{}`", shell[0]));
            continue;
        }
        let machine = Machine::with(&[]);
        let said = machine.run(shell, &machine.base(), &[]).done();
        let target = machine.at("bin/sparkk8s-post");
        let target = target.display();
        assert!(
            said.starts_with(&format!("{SAID} is installed: {target}\n")),
            "{said}"
        );
        assert!(said.contains("on your PATH"), "{said}");
        let ran = Command::new(target.to_string()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&ran.stdout).trim(), SAID);
        assert_eq!(machine.installed(), ["sparkk8s-post"]);
    }
}

#[test]
fn a_program_that_is_there_is_replaced_by_one_that_is_whole_and_by_nothing_else() {
    let machine = Machine::with(&[]);
    fs::create_dir(machine.at("bin")).unwrap();
    fs::write(machine.at("bin/sparkk8s-post"), "the old one").unwrap();
    let base = machine.base();
    let asked = ["--version", "9.8.6"];
    machine.refuses(&base, &asked, 1, "asked for was 9.8.6");

    let program = machine.at("release/sparkk8s-post-linux-amd64");
    fs::write(program, "#!/bin/sh\necho something else\n").unwrap();
    machine.refuses(&base, &[], 1, "is not what the release holds");
    machine.release("#!/bin/sh\nexit 1\n");
    machine.refuses(&base, &[], 1, "does not start on this machine");
    machine.release(&format!("#!/bin/sh\necho '{SAID}'\n"));
    fs::write(machine.at("release/SHA256SUMS"), "").unwrap();
    machine.refuses(&base, &[], 1, "has no checksum of");
    fs::remove_file(machine.at("release/SHA256SUMS")).unwrap();
    machine.refuses(&base, &[], 1, "SHA256SUMS` cannot be fetched");

    machine.release(&format!("#!/bin/sh\necho '{SAID}'\n"));
    let asked = ["--version", "v9.8.7"];
    machine.run(&["sh"], &base, &asked).done();
    assert_ne!(
        fs::read(machine.at("bin/sparkk8s-post")).unwrap(),
        b"the old one"
    );
    assert_eq!(machine.installed(), ["sparkk8s-post"]);
}

#[test]
fn what_it_cannot_do_is_said_and_nothing_is_left_behind() {
    let machine = Machine::with(&[]);
    let base = machine.base();
    let url = "http://127.0.0.1:1/";
    machine.refuses(url, &[], 1, "neither `curl` nor `wget` is here");
    machine.refuses("ftp://127.0.0.1", &[], 2, "begins with none of");
    machine.refuses(&base, &["--what"], 2, "`--what` is unknown");
    machine.refuses(&base, &["--version"], 2, "`--version` needs a value");
    fs::write(machine.at("file"), "").unwrap();
    let file = machine.at("file/bin");
    let to = ["--to", file.to_str().unwrap()];
    machine.refuses(
        &base,
        &to,
        1,
        "cannot be made; name another one with `--to`",
    );
    if cfg!(target_os = "linux") {
        // Not even root writes files there.
        machine.refuses(&base, &["--to", "/proc/self"], 1, "cannot be written to");
    }
    fs::remove_file(machine.at("tools/sha256sum")).unwrap();
    machine.refuses(&base, &[], 1, "nothing is installed unchecked");
    for (system, processor, why) in [
        ("SunOS", "x86_64", "the system `SunOS`"),
        ("Linux", "riscv64", "the processor `riscv64`"),
        ("MINGW64_NT-10.0", "arm64", "`windows-arm64`"),
        ("Linux", "aarch64", "sparkk8s-post-linux-arm64` cannot be"),
    ] {
        machine.system(system, processor);
        machine.refuses(&base, &[], 1, why);
    }
}

#[test]
fn curl_and_wget_fetch_it_and_what_a_server_does_not_have_is_refused() {
    for tool in ["curl", "wget"] {
        if program(tool).is_none() {
            fixtures::say(&format!("ignored: there is no `{tool}`"));
            continue;
        }
        let machine = Machine::with(&[tool]);
        let base = server::serve(&machine.at("release"));
        let missing = format!("{base}/elsewhere");
        machine.refuses(&missing, &[], 1, "SHA256SUMS` cannot be fetched");
        let told = missing.replace("http://", "http://user:hunter2@");
        let said = machine.run(&["sh"], &told, &[]);
        assert!(
            said.code != Some(0) && !format!("{said:?}").contains("hunter2"),
            "{said:?}"
        );
        let said = machine.run(&["sh"], &base, &[]).done();
        assert!(said.starts_with(SAID), "{tool}: {said}");
    }
}

#[test]
fn it_looks_for_every_program_that_the_plugin_names_and_where_the_plugin_says() {
    let script = fixtures::read(&lab::own("install.sh"));
    let plugin = fixtures::read(&lab::own("plugin.yaml"));
    let source = plugin
        .lines()
        .find_map(|line| line.strip_prefix("sourceURL: "));
    let releases = format!("\nreleases={}/releases\n", source.unwrap());
    assert!(script.contains(&releases), "{releases}");
    let named = plugin
        .lines()
        .filter_map(|l| l.rsplit_once("{HELM_PLUGIN_DIR}/bin/"));
    let systems = [
        ("linux", "Linux"),
        ("darwin", "Darwin"),
        ("windows", "MINGW64_NT-10.0"),
    ];
    let mut count = 0;
    for (_, file) in named {
        let (system, spelt) = systems.iter().find(|(os, _)| file.contains(os)).unwrap();
        let processor = if file.contains("amd64") {
            "x86_64"
        } else {
            "aarch64"
        };
        let machine = Machine::with(&[]);
        machine.system(spelt, processor);
        fs::rename(
            machine.at("release/sparkk8s-post-linux-amd64"),
            machine.at("release").join(file),
        )
        .unwrap();
        let line = format!("{} *{file}\n", sha256(&machine.at("release").join(file)));
        fs::write(machine.at("release/SHA256SUMS"), line).unwrap();
        machine.run(&["sh"], &machine.base(), &[]).done();
        let end = if *system == "windows" { ".exe" } else { "" };
        assert_eq!(machine.installed(), [format!("sparkk8s-post{end}")]);
        count += 1;
    }
    assert_eq!(count, 5);
}
