"""The same patch by this program, kustomize and yq, side by side."""

import json
import shutil
import subprocess

from . import inputs, table, tools
from .clock import Program, side_by_side
from .inputs import ROOT

HERE = ROOT / "benches/peers"
SIZES = (500, 2000)
# How many times faster than a peer, at each of the sizes.
BUDGETS = {"kustomize build": (20, 60), "yq": (3, 3)}


def compare(work, program, rounds, sizes=SIZES):
    """Verdicts and measurements."""
    rows, measured = [], []
    for at, size in enumerate(sizes):
        folder = work / f"peers-{size}"
        folder.mkdir()
        shutil.copy(HERE / "kustomization.yaml", folder)
        stream = inputs.numbered(
            folder / "stream.yaml", f"{size:,} documents, one patch", inputs.APPLICATION, documents=size
        )
        programs = contenders(program, stream)
        same_meaning(programs, folder)
        samples = side_by_side(programs, rounds)
        measured += [table.Measured(stream, sample) for sample in samples]
        rows += judge(size, samples, at)
    return rows, measured


def contenders(program, stream):
    """Ours first, then the peers that are built."""
    ours = (program, "render", "--host", "pipe", "--preset", HERE / "preset.yaml")
    found = [Program("sparkk8s-post render", ours, stream.path)]
    kustomize, yq = tools.host("kustomize"), tools.host("yq")
    if kustomize:
        found.append(Program("kustomize build", (kustomize, "build", stream.path.parent)))
    if yq:
        found.append(Program("yq", (yq, "--from-file", HERE / "expression.yq", "-"), stream.path))
    return found


def judge(size, samples, at):
    """One row a peer, by wall time: what Go does on other cores meanwhile is not held against it."""
    ours, *peers = samples
    walls = {sample.program: sample.wall for sample in peers}
    rows = []
    for peer, budgets in BUDGETS.items():
        what, budget = f"{size:,} documents, the same patch as `{peer}`", f"≥ {budgets[at]} × faster"
        if peer not in walls:
            rows.append(table.Row(what, budget, "the host is not built", None))
            continue
        times = walls[peer] / ours.wall
        figure = f"{times:.1f} × ({table.seconds(ours.wall)} to {table.seconds(walls[peer])})"
        rows.append(table.Row(what, budget, figure, times >= budgets[at]))
    return rows


def same_meaning(programs, folder):
    """Nothing is compared that did not do the same."""
    reader = reading()
    if len(programs) < 2 or not reader:
        return
    read = {}
    for number, program in enumerate(programs):
        out = folder / f"{number}.out"
        program.run(stdout=out)
        read[program.name] = objects(reader, out)
        out.unlink()
    (first, wanted), *others = read.items()
    patched = [one for one in wanted if one["kind"] == "Deployment"]
    done = [one for one in patched if one["spec"]["template"]["spec"]["securityContext"]["runAsNonRoot"] is True]
    if not patched or done != patched:
        raise SystemExit(f"{first} did not patch every Deployment")
    for name, value in others:
        if value != wanted:
            raise SystemExit(f"{name} did something else than {first}")


def reading():
    """A program that prints each document as a line of JSON, and how to take one out of a line."""
    readers, yq = tools.host("readers"), tools.host("yq")
    if readers:
        return (readers,), lambda line: line["value"]
    return ((yq, "--output-format", "json", "--indent", "0", "."), lambda line: line) if yq else None


def objects(reader, path):
    """The objects of a stream in an order that does not depend on whoever wrote it."""
    argv, take = reader
    with path.open("rb") as stdin:
        lines = subprocess.run(argv, stdin=stdin, capture_output=True, check=True).stdout.splitlines()
    found = [take(json.loads(line)) for line in lines]
    return sorted(found, key=lambda one: (one["kind"], one["metadata"]["name"]))
