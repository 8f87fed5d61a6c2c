"""Runs programs and says what they took: processor time, wall time, peak memory."""

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median

LAUNCH = Path(__file__).with_name("launch.py")
# `ru_maxrss` counts kilobytes, on macOS bytes.
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


class Failed(Exception):
    """A program did not exit with 0."""


@dataclass(frozen=True)
class Program:
    """A program with its input. `piped` sends the input through a pipe, as Helm does, whose end nobody knows ahead."""

    name: str
    argv: tuple
    stdin: Path = Path(os.devnull)
    piped: bool = False

    def run(self, stdout=os.devnull):
        """One run, from start to exit."""
        feeder = shutil.which("cat") if self.piped else ""
        argv = [shutil.which(self.argv[0]), *self.argv[1:]]
        words = [sys.executable, "-I", "-S", LAUNCH, self.stdin, stdout, feeder, *argv]
        said = subprocess.run(list(map(str, words)), capture_output=True, check=True).stdout
        code, cpu, wall, peak = said.split()
        if code != b"0":
            raise Failed(self._why(code.decode()))
        return Run(float(cpu), float(wall), int(peak) * PEAK_UNIT)

    def _why(self, code):
        with open(self.stdin, "rb") as stdin:
            again = subprocess.run(self.argv, stdin=stdin, capture_output=True, check=False)
        said = again.stderr.decode(errors="replace").strip().splitlines()[-3:]
        return f"`{shlex.join(map(str, self.argv))}` exits {code}: {' '.join(said)}"


@dataclass(frozen=True)
class Run:
    """Seconds and bytes."""

    cpu: float
    wall: float
    peak: int


@dataclass(frozen=True)
class Sample:
    """All runs of one program on one input."""

    program: str
    runs: tuple

    @property
    def cpu(self):
        return min(run.cpu for run in self.runs)

    @property
    def wall(self):
        return min(run.wall for run in self.runs)

    @property
    def peak(self):
        return max(run.peak for run in self.runs)

    @property
    def median_cpu(self):
        return median(run.cpu for run in self.runs)

    @property
    def median_wall(self):
        return median(run.wall for run in self.runs)


def side_by_side(programs, rounds):
    """Each program once a round, in turn, so that what the machine does meanwhile meets all of them."""
    runs = [[] for _ in programs]
    for _ in range(rounds):
        for program, own in zip(programs, runs):
            own.append(program.run())
    return [Sample(program.name, tuple(own)) for program, own in zip(programs, runs)]


def smallest_peak():
    """The least that can be seen of a program's memory, which `launch.py` explains."""
    return Program("true", ("true",)).run().peak
