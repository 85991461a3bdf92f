"""A finished comparison, read again from its folder."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from ecosystem.errors import InputError, ResultsError
from ecosystem.scenario import Strategy, World
from experiments.design import Experiment
from experiments.store import read, read_manifest


class Reopened(NamedTuple):
    """What a folder holds.

    Attributes
    ----------
    experiment : Experiment
        As it was run.
    command : str
        That made it.
    versions, code : dict of str to str, str
        Of Python and libraries; digest of the model's code.
    central : dict of str to str
        Run of the central future by strategy.
    """

    experiment: Experiment
    command: str
    versions: dict[str, str]
    code: str
    central: dict[str, str]


def reopen(folder: Path) -> Reopened:
    """Read what a folder of ``ecosystem compare`` says of itself.

    Raises
    ------
    InputError
        If it holds no comparison.
    ResultsError
        If what it holds is damaged.
    """
    if not (folder / "manifest.json").is_file():
        raise InputError(
            f"{folder} holds no comparison. Make one: ecosystem compare --out {folder}"
        )
    about: dict[str, Any] = read_manifest(folder, "files", "runs")
    if "strategies" not in about:
        raise InputError(f"{folder} holds other results than those of ecosystem compare.")
    try:
        experiment = Experiment(
            World.model_validate(about["world"]),
            tuple(Strategy.model_validate(s) for s in about["strategies"]),
            about["baseline"],
            about["futures"],
            about["seed"],
            about["weeks"],
            about.get("doublings", 0),
            about.get("sampler", "latin-hypercube"),
        )
    except (KeyError, ValidationError) as error:
        raise ResultsError(
            f"{folder}/manifest.json was written by another version ({type(error).__name__}). "
            "Run the comparison again."
        ) from error
    runs = read(folder, "runs")
    central = {
        str(key): str(run)
        for key, run, future, status in zip(
            runs["strategy"], runs["run"], runs["future"], runs["status"], strict=True
        )
        if int(future) == 0 and status == "ok"
    }
    return Reopened(experiment, about["command"], about["versions"], about["code"], central)


def runs_digest(folder: Path) -> str:
    """Return a digest of the runs of a finished experiment: what was read off them names it."""
    return sha256(json.dumps(read_manifest(folder, "runs")["runs"]).encode()).hexdigest()
