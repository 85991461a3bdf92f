"""What the pages say of the code exists in it; links lead somewhere; files shown can be used."""

import ast
import fnmatch
import re
import tomllib
from functools import cache
from html import unescape
from itertools import pairwise, product
from pathlib import Path

import pytest
from typer.testing import CliRunner

import ecosystem
import experiments
from ecosystem.parameters import cards
from ecosystem.scenario import load_strategy, load_world, uncertain
from experiments.cli import app
from experiments.sweep import load_plan

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "ecosystem/data/README.md",
]
ROOMS = ("ecosystem", "experiments", "viz", "tests", "docs")
CODE = re.compile(r"`([^`\n]+)`")


@cache
def files() -> dict[str, Path]:
    """Every file of the repository that a page may name, by its path from the root."""
    found = [ROOT / name for name in ("Makefile", "pyproject.toml", "CITATION.cff", "LICENSE")]
    found += [path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file()]
    return {
        path.relative_to(ROOT).as_posix(): path for path in found if "__pycache__" not in str(path)
    }


def named(path: str) -> list[Path]:
    """Files whose path ends like `path`, which starts at the root, a room or a folder in it."""
    if path.endswith("/"):
        return [file for name, file in files().items() if f"/{path}" in f"/{name}"]
    return [file for name, file in files().items() if f"/{name}".endswith(f"/{path}")]


@cache
def names_of(path: Path) -> frozenset[str]:
    """Names of a module, and of the members of its classes with and without the class."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        for name in bound(node):
            found.add(name)
            if isinstance(node, ast.ClassDef):
                members = {member for inner in node.body for member in bound(inner)}
                found |= members | {f"{name}.{member}" for member in members}
    return frozenset(found)


def bound(node: ast.stmt) -> list[str]:
    """Return the names that a statement binds."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.TypeAlias):
        return [node.name.id]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    flat = [t for target in targets if target for t in getattr(target, "elts", [target])]
    return [t.id for t in flat if isinstance(t, ast.Name)]


def text_of(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )


def spans(pattern: str) -> list[tuple[str, re.Match[str]]]:
    """Return what stands in code marks on a page and fits a pattern as a whole."""
    return [
        (page.name, match)
        for page in PAGES
        for code in CODE.findall(text_of(page))
        if (match := re.fullmatch(pattern, code))
    ]


def test_every_name_that_follows_a_file_is_in_it():
    found = spans(r"([\w/.-]+\.py):([\w., *]+)")
    assert len(found) > 80
    wrong = [
        f"{page}: {match[0]}"
        for page, match in found
        for name in match[2].split(", ")
        if not any(fnmatch.filter(names_of(path), name) for path in named(match[1]))
    ]
    assert not wrong


def test_every_file_that_is_named_exists_or_is_written():
    found = spans(
        r"[a-z0-9_/-]+(?:\.py|\.csv|\.toml|\.css|\.json|\.html)|[a-z0-9_-]+(?:/[a-z0-9_-]+)*/"
    )
    assert len(found) > 100
    code = "".join(path.read_text() for path in (ROOT / "experiments").rglob("*.py"))
    code += (ROOT / "viz/report.py").read_text() + (ROOT / "docs/own.md").read_text()
    wrong = [
        f"{page}: {match[0]}"
        for page, match in found
        if not named(match[0])
        and not re.search(
            rf"\b{re.escape(match[0].removeprefix('results/compare/').rstrip('/'))}", code
        )
    ]
    assert not wrong


def test_every_dotted_name_of_the_packages_exists():
    found = spans(r"(?:python -m )?((?:ecosystem|experiments|viz)(?:\.\w+)+)(?:\(.*\))?")
    public = {f"{m.__name__}.{name}" for m in (ecosystem, experiments) for name in m.__all__}
    wrong = []
    for page, match in found:
        if match[1] in public:
            continue
        parts = match[1].split(".")
        homes = [
            (ROOT.joinpath(*parts[:i]).with_suffix(".py"), ".".join(parts[i:]))
            for i in range(1, len(parts) + 1)
        ]
        if (
            not any(path.is_file() and (not name or name in names_of(path)) for path, name in homes)
            and not ROOT.joinpath(*parts).is_dir()
        ):
            wrong.append(f"{page}: {match[0]}")
    assert not wrong


def test_every_number_that_is_named_exists():
    known = {card.path.removeprefix("numbers.") for card in cards(load_world("stargate"))}
    groups = {path.partition(".")[0] for path in known}
    found = [
        (page, match[1])
        for page, match in spans(r"(?:numbers\.)?(\w+\.\w+)")
        if match[1].partition(".")[0] in groups and not match[1].endswith((".py", ".csv", ".toml"))
    ]
    assert len(found) > 60
    wrong = [f"{page}: {path}" for page, path in found if path not in known]
    assert not wrong


def sources() -> dict[str, str]:
    """Return the sources of the pictures of docs/architecture.md by name."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    house, week = re.findall(r"```mermaid\n(.*?)```", page, re.DOTALL)
    return {"house": house, "week": week}


def test_the_pictures_are_those_of_their_sources():
    for name, source in sources().items():
        drawn = (ROOT / f"docs/{name}.svg").read_text(encoding="utf-8")
        shown = re.sub(r"\s", "", unescape("".join(re.findall(r">([^<>]+)<", drawn))))
        labels = re.findall(r'\["([^"]+)"\]', source)
        assert len(labels) > 10
        missing = [label for label in labels if re.sub(r"<br>|\s", "", label) not in shown]
        assert not missing, f"{name}: python tests/ui/draw_architecture.py draws it again"
        arrows = sum(
            len(a.split("&")) * len(b.split("&"))
            for line in source.splitlines()
            for a, b in pairwise(re.split(r"-->|~~~|-\..*?\.->", line))
        )
        assert drawn.count("flowchart-link LS-") == arrows


def modules(name: str) -> list[Path]:
    path = ROOT / name.replace(".", "/")
    return [path.with_suffix(".py")] if path.with_suffix(".py").is_file() else [*path.rglob("*.py")]


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def test_every_arrow_of_the_house_is_an_import():
    room, boxes, wrong = "", dict[str, list[str]](), []
    for line in sources()["house"].splitlines():
        if match := re.match(r"\s*subgraph (\w+)", line):
            room = match[1]
        elif match := re.match(r'\s*(\w+)\["(.+)<br>[^<"]+"\]', line):
            boxes[match[1]] = [
                f"{room}.{n.strip()}" for n in match[2].replace("<br>", "").split(",")
            ]
        for left, right in pairwise(line.split("-->")):
            for a, b in product(left.split("&"), right.split("&")):
                callers = [path for name in boxes[a.strip()] for path in modules(name)]
                known = set[str]().union(*map(imported, callers))
                if not any(
                    f"{k}.".startswith(f"{name}.") for k in known for name in boxes[b.strip()]
                ):
                    wrong.append(f"{a.strip()} --> {b.strip()}")
    assert len(boxes) > 20
    assert not [name for names in boxes.values() for name in names if not modules(name)]
    assert not wrong


def test_the_glossary_explains_every_term_once():
    page = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    terms = [
        t for t in re.findall(r"^\| ([^|]+) \|", page, re.MULTILINE) if t not in ("Term", "State")
    ]
    assert len(terms) >= 150
    assert not {term for term in terms if terms.count(term) > 1}


ELEMENTS = (
    "Purpose and patterns",
    "Entities, state variables, and scales",
    "Process overview and scheduling",
    "Design concepts",
    "Initialization",
    "Input data",
    "Submodels",
)
CONCEPTS = (
    *("Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction"),
    *("Sensing", "Interaction", "Stochasticity", "Collectives", "Observation"),
)


def test_the_odd_has_the_elements_and_concepts_of_the_protocol():
    page = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (\d)\. (.*)$", page, re.MULTILINE)
    assert heads[:7] == [(str(i), name) for i, name in enumerate(ELEMENTS, start=1)]
    concepts = page.split("## 4. Design concepts")[1].split("\n## ")[0]
    assert tuple(re.findall(r"^- \*\*([\w ]+)\.\*\*", concepts, re.MULTILINE)) == CONCEPTS


def test_every_submodel_names_its_function_its_reason_and_an_alternative():
    page = (ROOT / "docs/odd.md").read_text(encoding="utf-8")
    parts = re.split(r"^### (7\.\w+) .*$", page, flags=re.MULTILINE)[1:]
    texts = [text.split("\n## ")[0] for text in parts[1::2]]
    submodels = dict(zip(parts[::2], texts, strict=True))
    assert len(submodels) >= 20
    for number, text in submodels.items():
        for mark in (
            r"`[\w/]+\.py:[\w.]+",
            r"\*Why",
            r"\*Alternatives?\*|\*Null\*",
            r"\*(Assumed|Limits?)\*",
        ):
            assert re.search(mark, text), f"{number}: {mark}"


def test_pages_tell_how_many_numbers_are_sampled():
    sampled = len(uncertain(load_world("stargate")))
    pages = " ".join((ROOT / f"docs/{name}.md").read_text() for name in ("odd", "reading"))
    told = re.findall(r"about (\d+)(?: uncertain numbers|\) is drawn)", pages)
    assert len(told) == 2
    assert all(abs(int(number) - sampled) <= 0.05 * sampled for number in told)


def slug(heading: str) -> str:
    """Return the anchor that a heading has on GitHub."""
    plain = re.sub(r"[^\w\- ]", "", re.sub(r"`|\[|\]\([^)]*\)", "", heading).strip().lower())
    return plain.replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    return frozenset(map(slug, re.findall(r"^#+ (.*)$", text_of(page), re.MULTILINE)))


def test_every_link_leads_somewhere():
    wrong, count = [], 0
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text_of(page)):
            count += 1
            path, _, anchor = target.partition("#")
            to = (page.parent / path).resolve() if path else page
            if not to.exists() or (anchor and anchor not in anchors(to)):
                wrong.append(f"{page.name}: {target}")
    assert count > 60
    assert not wrong


def test_files_that_are_shown_can_be_used(tmp_path: Path):
    page = (ROOT / "docs/own.md").read_text(encoding="utf-8")
    experiment, strategy, numbers = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "strong.toml").write_text(strategy, encoding="utf-8")
    strong = load_strategy(tmp_path / "strong.toml")
    assert (strong.key, strong.levers.openness, strong.where.min_gw) == ("S2strong", 0.9, 1.0)
    (tmp_path / "my_experiment.toml").write_text(experiment, encoding="utf-8")
    assert len(load_plan(tmp_path / "my_experiment.toml").arms) == 2 * 3 * 2
    stargate = (ROOT / "ecosystem/data/worlds/stargate.toml").read_text(encoding="utf-8")
    (tmp_path / "busy_grid.toml").write_text(f"{stargate}\n{numbers}", encoding="utf-8")
    assert load_world(tmp_path / "busy_grid.toml").numbers.grid.study_slots == 1


def test_the_layers_are_those_that_the_contract_has():
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ][0]
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    shown = re.search(r"## Layers.*?```\n(.*?)```", page, re.DOTALL)
    assert shown

    def line(layer: str) -> list[str]:
        first, *rest = layer.split(" | ")
        room = first.partition(".")[0]
        return [first, *(name if "." in name else f"{room}.{name}" for name in rest)]

    assert [line(each) for each in shown[1].splitlines()] == [
        line(each) for each in contract["layers"]
    ]


@pytest.mark.slow
def test_the_tour_shows_what_the_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    excerpts = re.findall(r"```\n\$ ecosystem ([^\n]+)\n(.*?)```", page, re.DOTALL)
    assert len(excerpts) == 5
    for words, shown in excerpts:
        done = CliRunner().invoke(app, words.split(), prog_name="ecosystem")
        assert done.exit_code == 0, done.output
        printed = {"…", *map(str.rstrip, done.stdout.splitlines())}
        missing = set(shown.splitlines()) - printed
        assert not missing, words
