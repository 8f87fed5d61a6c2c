"""Verdicts and measurements as Markdown."""

import os
import platform
import subprocess
from dataclasses import dataclass
from typing import Optional

BEGIN = "<!-- benches/budgets writes from here -->"
END = "<!-- to here -->"


@dataclass(frozen=True)
class Row:
    """A budget, and what was measured. `met` is None where it was not."""

    what: str
    budget: str
    figure: str
    met: Optional[bool]

    @property
    def cells(self):
        verdict = {True: "met", False: "**NOT met**", None: "not measured"}[self.met]
        return (self.what, self.budget, self.figure, verdict)


@dataclass(frozen=True)
class Measured:
    """A sample, on an input."""

    input: object
    sample: object
    # Whether its memory is more than the least that can be seen.
    seen: bool = True

    @property
    def cells(self):
        sample, size = self.sample, self.input.size
        peak = f"{megabytes(sample.peak)} ({sample.peak / size:.1f} ×)" if self.seen else "too little to see"
        cpu = f"{seconds(sample.cpu)} / {seconds(sample.median_cpu)}"
        wall = f"{seconds(sample.wall)} / {seconds(sample.median_wall)}"
        name = f"{self.input.name}, {megabytes(size)}"
        return (name, sample.program, str(len(sample.runs)), cpu, wall, peak)


def markdown(head, rows):
    """A table; `head` holds its columns."""
    lines = [head, ["---"] * len(head), *(row.cells for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def verdicts(rows):
    return markdown(("what", "budget", "measured", "verdict"), rows)


def measurements(measured):
    head = ("input", "program", "runs", "CPU, least / median", "wall, least / median", "peak memory (× input)")
    return markdown(head, measured)


def seconds(value):
    return f"{value:.2f} s" if value >= 1 else f"{value * 1e3:.1f} ms"


def megabytes(value):
    return f"{value / 1e6:.1f} MB" if value >= 1e6 else f"{value / 1e3:.1f} KB"


def circumstances(versions):
    """What the figures depend on, as a line."""
    model = platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
        model = models[0] if models else model
    except OSError:
        pass
    return f"{platform.system()}, {os.cpu_count()} × {model}; {', '.join(versions)}."


def version(*argv):
    """What a program says of itself, its first line."""
    said = subprocess.run(argv, capture_output=True, text=True, check=True)
    return (said.stdout or said.stderr).strip().splitlines()[0]


def write(page, text):
    """Puts a text between the two marks of a page."""
    before, _, rest = page.read_text().partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"{page} has no `{BEGIN}` … `{END}`")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")
