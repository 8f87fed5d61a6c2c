"""Where the programs are: ours are built, the hosts are those of the tests."""

import json
import os
import subprocess
from pathlib import Path

from .inputs import ROOT


def build():
    """This program and the floor, as released: their paths."""
    # One after the other: together, what the tests depend on would turn on features that a release does not have.
    for what in (["--example", "parse"], ["--bins"]):
        subprocess.run(["cargo", "build", "--release", "--locked", *what], cwd=ROOT, check=True)
    told = subprocess.run(
        ["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    folder = Path(json.loads(told.stdout)["target_directory"]) / "release"
    return folder / "sparkk8s-post", folder / "examples/parse"


def host(name):
    """A host that `tests/hosts/hosts.sh` built, or None; an error where `CI` is set, so that nothing is lost in silence."""
    cache = Path.home() / ".cache/sparkk8s-post/hosts"
    program = Path(os.environ.get("SPARKK8S_HOSTS", cache)) / name
    if program.is_file():
        return program
    if "CI" in os.environ:
        raise SystemExit(f"CI is set, and the host `{name}` is not built: tests/hosts/hosts.sh FOLDER {name}")
    return None
