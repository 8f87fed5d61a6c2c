"""What is measured on: charts, and documents made from `benches/inputs`."""

import os
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = ROOT / "benches/inputs/application.yaml"
DEPLOYMENT = ROOT / "benches/inputs/deployment.yaml"
NO_RULES = ROOT / "benches/inputs/no-rules.yaml"
DEMO = ROOT / "examples/demo.yaml"
# So many times the demo where there are no other charts.
DEMOS = 500


@dataclass(frozen=True)
class Input:
    """A file, and what to call it."""

    name: str
    path: Path
    documents: int
    size: int


def described(name, path, documents):
    return Input(name, path, documents, path.stat().st_size)


def numbered(path, name, template, documents=None, size=None):
    """A template over and over, numbered, until there are so many documents or bytes. Nothing large is held here."""
    text = template.read_text()
    each = text.splitlines().count("---")
    written = number = 0
    with path.open("w") as out:
        while (documents and number * each < documents) or (size and written < size):
            written += out.write(text.replace("NUMBER", str(number)))
            number += 1
    return described(name, path, number * each)


def small_chart(path):
    """13 KB: the example, and what is left of one application."""
    text = DEMO.read_text() + APPLICATION.read_text().replace("NUMBER", "1")
    path.write_text(text)
    return described("a chart", path, text.splitlines().count("---"))


def charts(path):
    """Real charts three times over, or else the example many times."""
    files = corpus()
    name = f"{len(files)} real charts × 3" if files else f"examples/demo.yaml × {DEMOS}"
    documents = 0
    with path.open("w") as out:
        for file in files * 3 or [DEMO] * DEMOS:
            text = file.read_text()
            out.write(text if text.startswith("---") else f"---\n{text}")
            out.write("" if text.endswith("\n") else "\n")
            documents += text.splitlines().count("---")
    return described(name, path, documents)


def corpus():
    """The rendered charts of `$SPARKK8S_CORPUS`, sorted."""
    folder = Path(os.environ.get("SPARKK8S_CORPUS", ROOT / "../shared/corpus"))
    inner = folder / "spark-charts"
    return sorted((inner if inner.is_dir() else folder).glob("*.yaml"))
