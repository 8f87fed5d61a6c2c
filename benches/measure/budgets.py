"""Every budget but that of the peers: verdicts and measurements."""

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import inputs, table
from .clock import Program, side_by_side, smallest_peak
from .inputs import ROOT

OURS, FLOOR = "sparkk8s-post render", "parse"
# Memory: times the input; below this size what any run takes is more than the input.
PEAK, LARGE = 6, 10_000_000
# What a document may take in the largest stream, compared with the smallest.
GROWTH = 1.5


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int = 5
    documents: tuple = (1_000, 10_000, 100_000)
    dense: int = 25_000
    stream: int = 200_000_000

    @property
    def starts(self):
        """Runs of a few milliseconds each."""
        return 10 * self.rounds


# To see that the script works.
QUICK = Effort(rounds=1, documents=(1_000, 10_000), dense=2_500, stream=20_000_000)


def dense_and_real(work, dense):
    """Charts and small documents, each with how many times `parse` a run may take; the worst case has no budget."""
    mixed = "small documents, four an application"
    return [
        (3, inputs.charts(work / "charts.yaml")),
        (4.5, inputs.numbered(work / "mixed.yaml", mixed, inputs.APPLICATION, documents=dense)),
        (None, inputs.numbered(work / "worst.yaml", "Deployments that set nothing", inputs.DEPLOYMENT, documents=dense)),
    ]


@dataclass
class Bench:
    """The programs, a folder for inputs, and what came out."""

    program: Path
    floor: Path
    work: Path
    effort: Effort
    rows: list = field(default_factory=list)
    measured: list = field(default_factory=list)

    def __post_init__(self):
        self.smallest = smallest_peak()

    def ours(self, input_, piped=False):
        """Ours with the default preset."""
        return Program(OURS, (self.program, "render", "--host", "pipe"), input_.path, piped)

    def row(self, what, budget, figure, met):
        self.rows.append(table.Row(what, budget, figure, met))

    def keep(self, input_, samples):
        """Samples of one input, for the second table."""
        for sample in samples:
            seen = sample.peak > 1.1 * self.smallest
            self.measured.append(table.Measured(input_, sample, seen))
        return samples

    def start(self):
        """Process start to exit."""
        chart = inputs.small_chart(self.work / "chart.yaml")
        programs = [self.ours(chart), Program("cat", ("cat",), chart.path)]
        ours, cat = self.keep(chart, side_by_side(programs, self.effort.starts))
        budget = 2 * cat.wall + 0.005
        figure = f"{table.seconds(ours.wall)} (`cat`: {table.seconds(cat.wall)})"
        what = "a chart of 13 KB, process start to exit"
        self.row(what, f"≤ 2 × `cat` + 5 ms = {table.seconds(budget)}", figure, ours.wall <= budget)

    def against_the_floor(self):
        """Time with `default`, compared with only parsing the same bytes."""
        for budget, input_ in dense_and_real(self.work, self.effort.dense):
            reading = (self.program, "render", "--host", "pipe", "--preset", inputs.NO_RULES)
            programs = [
                self.ours(input_),
                Program("the same without a rule", reading, input_.path),
                Program(FLOOR, (self.floor,), input_.path),
            ]
            ours, _, floor = self.keep(input_, side_by_side(programs, self.effort.rounds))
            if budget is None:
                continue
            times = ours.wall / floor.wall
            figure = f"{times:.1f} × ({table.seconds(ours.wall)} to {table.seconds(floor.wall)}; CPU {ours.cpu / floor.cpu:.1f} ×)"
            self.row(f"`default` on {input_.name}", f"≤ {budget} × `parse`", figure, times <= budget)
            self.memory(input_, ours)

    def growth(self):
        """Processor time a document, in streams that grow; memory of the largest."""
        each, last = [], None
        for documents in self.effort.documents:
            name = f"{documents:,} small documents through a pipe"
            input_ = inputs.numbered(self.work / "growth.yaml", name, inputs.APPLICATION, documents=documents)
            rounds = 1 if documents > 10_000 else self.effort.rounds
            [sample] = self.keep(input_, side_by_side([self.ours(input_, piped=True)], rounds))
            each.append(sample.cpu / documents)
            last = (input_, sample)
        figure = ", ".join(f"{cpu * 1e6:.0f} µs" for cpu in each)
        sizes = ", ".join(f"{documents:,}" for documents in self.effort.documents)
        met = each[-1] <= GROWTH * each[0]
        what = f"growth: CPU a document, in streams of {sizes}"
        self.row(what, f"linear: the last ≤ {GROWTH} × the first", figure, met)
        self.memory(*last)

    def large_stream(self):
        """A stream that nobody should send; deleted at once."""
        size = self.effort.stream
        path = self.work / "large.yaml"
        name = f"{size // 1_000_000} MB of small documents through a pipe"
        input_ = inputs.numbered(path, name, inputs.APPLICATION, size=size)
        self.memory(input_, *self.keep(input_, side_by_side([self.ours(input_, piped=True)], 1)))
        path.unlink()

    def memory(self, input_, sample):
        """A verdict where the input is large enough for one."""
        if input_.size >= LARGE:
            times = sample.peak / input_.size
            figure = f"{times:.1f} × ({table.megabytes(sample.peak)})"
            self.row(f"peak memory, {input_.name}, exit 0", f"≤ {PEAK} × the input", figure, times <= PEAK)

    def release(self):
        """Crates and bytes, as `.ci/budgets` counts them."""
        said = subprocess.run([ROOT / ".ci/budgets"], capture_output=True, text=True, check=False).stdout
        found = re.search(r"default: crates: (\d+) of (\d+); binary: (\d+) of (\d+) bytes", said)
        if not found:
            raise SystemExit(f"`.ci/budgets` says: {said}")
        crates, most_crates, size, most_bytes = map(int, found.groups())
        self.row("crates of a release", f"≤ {most_crates}", str(crates), crates <= most_crates)
        budget, figure = table.megabytes(most_bytes), table.megabytes(size)
        self.row("binary of a release", f"≤ {budget}", figure, size <= most_bytes)
