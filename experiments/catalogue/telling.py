"""The catalogue in words: what there is, and what came of an experiment."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecosystem.results import replace_file
from ecosystem.units import FloatArray
from experiments.catalogue import ENTRIES
from experiments.catalogue.engine import NAMES, Entry, Seen
from experiments.catalogue.judging import Finding, overall
from experiments.compare import PRIMARY, write_csv
from experiments.summary import grid, paragraph
from experiments.wording import three

VERDICT_FILE = "verdict.json"


def catalogue_text(folder: Path) -> str:
    """List all entries, with the verdicts that `folder` holds from earlier runs."""
    rows = [
        [e.key, e.title, _earlier(folder / e.key) or "not run here", e.expectation]
        for e in ENTRIES.values()
    ]
    head = ["", "title", "verdict", "expected beforehand"]
    return grid(head, rows, left=(0, 1, 2, 3))


def _earlier(folder: Path) -> str:
    """Return the verdict of an earlier run; empty where there is none that can be read."""
    try:
        return str(json.loads((folder / VERDICT_FILE).read_text(encoding="utf-8"))["verdict"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def experiment_text(entry: Entry, seen: Seen, findings: Sequence[Finding], title: str) -> str:
    """Say what was asked, expected and found."""
    claims = grid(
        ["verdict", "expected", "found"],
        [[f.verdict, f.claim, f.shown] for f in findings],
        left=(0, 1, 2),
    )
    parts = [
        title,
        f"Question     {entry.question}",
        f"Expectation  {entry.expectation}",
        f"Design       {entry.design}",
    ]
    text = "\n".join(map(paragraph, parts))
    verdict = f"The expectation {_WORDS[overall(tuple(findings))]}."
    return f"{text}\n\n{verdict}\n\n{claims}\n\n{arms_text(seen)}"


_WORDS = {
    "held": "held",
    "failed": "failed, in part or whole: a finding, not a fault to tune away",
    "undecided": "is undecided on these futures",
}


def arms_text(seen: Seen) -> str:
    """Return the median over futures of what every arm leads to."""
    rows = [
        [arm, *(three(_median(values[name]) * scale) for name, _, scale in _ARM)]
        for arm, values in seen.outcomes.items()
    ]
    return grid(["medians over futures", *(head for _, head, _ in _ARM)], rows)


_ARM = (
    (PRIMARY, "GW yr", 1.0),
    ("usable_gw", "GW at end", 1.0),
    ("secured_then_cancelled", "cancelled %", 100.0),
    ("revenue_usd", "revenue USD", 1.0),
    ("capability", "ECI points", 1.0),
)


def _median(values: FloatArray) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")


def write_experiment(
    folder: Path, entry: Entry, seen: Seen, findings: Sequence[Finding], text: str
) -> None:
    """Write ``verdict.json``, ``findings.csv``, ``arms.csv`` and ``answer.md``."""
    verdict = {
        "experiment": entry.key,
        "expectation": entry.expectation,
        "verdict": overall(tuple(findings)),
        "findings": [f._asdict() for f in findings],
    }
    replace_file(folder / VERDICT_FILE, json.dumps(verdict, indent=1).encode())
    write_csv(folder / "findings.csv", [f._asdict() for f in findings], Finding._fields)
    futures = [
        {"arm": arm, "future": i + 1, **{name: column[i] for name, column in values.items()}}
        for arm, values in seen.outcomes.items()
        for i in range(len(next(iter(values.values()))))
    ]
    names = ["arm", "future", *NAMES]
    write_csv(folder / "arms.csv", futures, names)
    page = f"# {entry.key}: {entry.title}\n\n```\n{text}\n```\n"
    replace_file(folder / "answer.md", page.encode())
