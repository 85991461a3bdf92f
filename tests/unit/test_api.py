"""The public API: small, typed, stable. Whoever changes a name here changes users' code."""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import ecosystem
import experiments

ROOT = Path(__file__).parents[2]
PINNED = {
    "ecosystem.Ecosystem": "world, strategy, seed=, *, audit=, relax=, nulls=, silent=, without=",
    "ecosystem.EcosystemError": None,
    "ecosystem.RunResult": "manifest, tables",
    "ecosystem.Strategy": "*, key, name, description, start=, until=, source=, of_budget=, "
    "governance=, levers=, after_announcement=, where=, condition=",
    "ecosystem.View": "week, day, weekly, sites, agents, edges, events, kind=",
    "ecosystem.World": "*, name, title, kind, start, weeks, strategy_start, history_until=, sites, "
    "regions, records=, outages=, software_step=, clouds, contractors, generations=, "
    "installed_base_mw, mood, governance=, numbers=",
    "ecosystem.branch": "model, strategy=",
    "ecosystem.load_strategy": "name",
    "ecosystem.load_world": "name",
    "ecosystem.simulate": "world, strategy, seed=, *, audit=, explained=, relax=, nulls=, silent=, "
    "without=, until=",
    "experiments.Experiment": "world, strategies, baseline, futures=, seed=, weeks=, doublings=, "
    "sampler=",
    "experiments.read": "folder, table, runs=, columns=",
    "experiments.run_all": "specs, jobs, on_done, folder, *, about=, simulate=, keep=, executor=, "
    "cancelled=",
    "experiments.tell": "experiment, folder, future=, exact=, rules=",
    "experiments.write_answer": "experiment, future, folder, command, money=, exact=, rules=",
}
NAMES = [f"{m.__name__}.{name}" for m in (ecosystem, experiments) for name in m.__all__]


def found(path: str) -> object:
    package, _, name = path.partition(".")
    return getattr({"ecosystem": ecosystem, "experiments": experiments}[package], name)


def parameters(thing: object) -> str:
    """Names in order, ``=`` where there is a default, ``*`` before those by keyword alone."""
    words, starred = [], False
    for one in inspect.signature(thing).parameters.values():  # pyright: ignore[reportArgumentType]
        if one.kind is one.KEYWORD_ONLY and not starred:
            words.append("*")
            starred = True
        words.append(one.name + ("=" if one.default is not one.empty else ""))
    return ", ".join(words)


def test_the_names_are_those_that_are_pinned():
    assert set(NAMES) == set(PINNED)
    assert len(NAMES) <= 16


@pytest.mark.parametrize("path", [path for path, signature in PINNED.items() if signature])
def test_a_signature_is_the_pinned_one(path: str):
    assert parameters(found(path)) == PINNED[path]


def test_every_name_has_a_docstring_and_types():
    for path in NAMES:
        thing = found(path)
        assert inspect.getdoc(thing), path
        if inspect.isfunction(thing):
            unsaid = [
                n for n in inspect.signature(thing).parameters if n not in thing.__annotations__
            ]
            assert not unsaid, path


def test_names_that_are_not_there_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'Ecosytem'"):
        _ = ecosystem.Ecosytem  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(ImportError):
        from experiments import atlantis  # noqa: F401  # pyright: ignore
    assert set(ecosystem.__all__) <= set(dir(ecosystem))


def test_no_name_is_hidden_by_a_module():
    for module in (ecosystem, experiments):
        home = Path(str(module.__file__)).parent
        inside = {path.stem for path in home.iterdir()}
        assert not inside & set(module.__all__)


def test_packages_load_nothing_until_a_name_is_used():
    program = (
        "import sys, ecosystem, experiments\n"
        "print(sorted({'mesa', 'numpy', 'pydantic', 'duckdb'} & set(sys.modules)))\n"
        "ecosystem.load_world\n"
        "print('pydantic' in sys.modules, 'mesa' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["[]", "True False"], done.stderr


def test_packages_say_that_they_are_typed():
    for package in ("ecosystem", "experiments", "viz"):
        assert (ROOT / package / "py.typed").is_file()


def test_rooms_that_are_checked_strictly_are_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    strict = project["tool"]["pyright"]["strict"]
    rooms = {Path(path).stem for path in strict}
    assert rooms == {"cluster", "delivery", "society", "institutions", "market"}
    assert all((ROOT / path).exists() for path in strict)


def blocks(page: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("page", ["README.md", "docs/api.md", "docs/tutorial.md"])
def test_pages_for_users_import_public_names_alone(page: str):
    for block in blocks(page):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and node.module:
                package = node.module.partition(".")[0]
                if package in ("ecosystem", "experiments", "viz"):
                    used = {f"{node.module}.{name.name}" for name in node.names}
                    assert used <= set(NAMES), page


def test_the_page_of_the_api_tells_every_name():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert sorted(rows) == sorted(path.partition(".")[2] for path in NAMES)


def test_the_example_of_the_api_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.chdir(tmp_path)
    for block in blocks("docs/api.md"):
        exec(compile(block, "docs/api.md", "exec"), {})
    assert "usable compute" in capsys.readouterr().out
