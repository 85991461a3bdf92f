"""Sections on the choice: risk, regret and trade-offs, what a million buys, what it depends on."""

from collections.abc import Sequence
from html import escape

import numpy as np

from ecosystem.parameters import cards
from experiments.compare import PRIMARY
from experiments.decision import GOOD_ENOUGH, pareto, reached_by, satisficing, standings, values_of
from experiments.dependence import FEWEST, dependences
from experiments.outcomes import MILESTONES_GW
from experiments.wording import three, with_unit
from viz.figures import Spot, reached, tradeoff
from viz.flips import boxes, chances_of_failure, million, ranking
from viz.sections.html import blocks_html, figure_html, table_html
from viz.sections.material import (
    GOAL_GW,
    MEANING_OF,
    Material,
    ordered,
    percent,
    value_and_change,
    year_of,
)


def risk(m: Material) -> str:
    """Return how likely failure is, by each definition."""
    head = ["Strategy", "Median", "10% of futures below", "Mean of the worst tenth"]
    names = ("secured_then_cancelled", "late_mw", "short_sites")
    head += [MEANING_OF[name] for name in names]
    body = [
        [
            s.strategy,
            *map(three, (s.median, s.p10, s.cvar)),
            *(value_and_change(m.row(s.strategy, name)) for name in names),
        ]
        for s in ordered(m, standings(m.outcomes))
    ]
    note = (
        "Usable compute in GW yr over futures, then three definitions of failure: cancelled after "
        "it was secured, more than 104 weeks late, less than half in use at the end."
    )
    failing = "<h3>How often it fails</h3>"
    failing += blocks_html([chances_of_failure(m.experiment, m.outcomes, m.keys)])
    return (
        table_html("Poor futures and failures", head, body, note, base=True)
        + failing
        + _reaching(m)
    )


def _reaching(m: Material) -> str:
    goal = next((gw for gw in (GOAL_GW, *MILESTONES_GW[::-1]) if _ever(m, gw)), MILESTONES_GW[0])
    found = reached_by(m.outcomes, goal)
    times = {key: found[key] for key in m.keys}
    weeks = float(m.outcomes["horizon_weeks"].max())
    start = year_of(m.experiment.world.start)
    first = times[m.keys[0]]
    share = np.isfinite(first).mean() if len(first) else float("nan")
    title = f"{goal} GW usable: reached in {share:.0%} of futures under {m.keys[0]}"
    note = f"share of futures that have reached {goal} GW by then; dashed: {m.keys[0]}"
    chart = reached(title, times, weeks, start, note)
    cells = [
        [
            key,
            value_and_change(m.row(key, f"reached_{goal}gw")),
            value_and_change(m.row(key, f"weeks_to_{goal}gw")),
        ]
        for key in m.keys
    ]
    head = ["strategy", "share that get there", "weeks, restricted mean"]
    text = figure_html(chart, head, cells, f"time_to_{goal}gw")
    note = "Restricted mean: a run that does not get there counts with the horizon."
    return text + f"<p class='note'>{note}</p>"


def _ever(m: Material, gw: int) -> bool:
    return any(np.isfinite(times).any() for times in reached_by(m.outcomes, gw).values())


def choice(m: Material) -> str:
    """Return regret, bad futures and trade-offs."""
    good = satisficing(m.outcomes, m.experiment.baseline)
    front = pareto(m.outcomes, m.experiment.baseline)
    head = ["Strategy", "Best in", "Mean regret", "Largest regret", "Good enough in", "Front"]
    body = [
        [
            s.strategy,
            percent(s.best),
            with_unit(three(s.mean_regret), "GW yr"),
            with_unit(three(s.max_regret), "GW yr"),
            percent(good[s.strategy]),
            "yes" if s.strategy in front else "-",
        ]
        for s in ordered(m, standings(m.outcomes))
    ]
    limits = ", ".join(
        f"{MEANING_OF[c.outcome]} as good as {m.experiment.baseline}"
        if c.limit is None
        else f"{MEANING_OF[c.outcome]} within {c.limit:g}"
        for c in GOOD_ENOUGH
    )
    note = (
        "Regret: usable compute short of the best strategy of the same future. Best in: share of "
        f"futures, ties in equal parts. Good enough, all in one future: {limits} (a convention, "
        "not a finding). Front: no other is better in one of compute, local benefit, households "
        "losing and cost without being worse in another (paired medians)."
    )
    return table_html("Regret over futures", head, body, note, base=True) + _tradeoff(m, front)


def _tradeoff(m: Material, front: Sequence[str]) -> str:
    def span(key: str, name: str) -> tuple[float, float, float]:
        row = m.row(key, name)
        if key == m.experiment.baseline:
            return (0.0, 0.0, 0.0)
        return (row.diff_low, row.diff, row.diff_high)

    name = "benefit_usd_per_household"
    spots = [
        Spot(key, span(key, PRIMARY), span(key, name), key in front, key in m.live)
        for key in m.keys
    ]
    chart = tradeoff(
        f"Compute against local benefit, differences to {m.experiment.baseline}",
        "usable compute, GW yr",
        "net benefit per host household, USD",
        spots,
        "paired medians with 90% intervals; filled: in the front"
        + ("; click a point to see its central run live" if m.live else ""),
    )
    cells = [
        [s.name, *map(three, s.x), *map(three, s.y), "yes" if s.front else "no"] for s in spots
    ]
    head = ["strategy", "GW yr low", "GW yr", "GW yr high", "USD low", "USD", "USD high", "front"]
    return figure_html(chart, head, cells, "tradeoff")


def depends(m: Material) -> str:
    """Return the numbers that differences go with."""
    e = m.experiment
    if e.futures < FEWEST:
        return (
            f"<p>{e.futures} futures are too few to say on which of the uncertain numbers the "
            f"difference depends: at least {FEWEST} are needed, and a hundred say more. "
            f"<code>ecosystem compare --futures 100</code></p>"
        )
    values, rows = e.sample()[1:], []
    keys, compute = values_of(m.outcomes, PRIMARY)
    meaning = {card.path: card.meaning for card in cards(e.world)}
    for key in m.keys[1:]:
        gap = compute[keys.index(key)] - compute[keys.index(e.baseline)]
        found = dependences(values, gap, e.seed)
        clear = [d for d in found if d.clear]
        shown = clear[:5] or found[:1]
        rows += [
            [
                key if i == 0 else "",
                d.path.removeprefix("numbers."),
                meaning.get(d.path, ""),
                f"{d.rho:+.2f}",
                f"{d.chance:.2f}",
                "clear" if d.clear else "no evidence",
            ]
            for i, d in enumerate(shown)
        ]
    head = ["Strategy", "Number", "Meaning", "Rank correlation", "By chance", ""]
    note = (
        f"How the difference in usable compute to {e.baseline} goes with each sampled number. By "
        "chance: what the strongest of all numbers reaches in one of twenty samples if none "
        "matters."
    )
    caption = "Numbers that the difference goes with"
    return table_html(caption, head, rows, note) if rows else "<p>Nothing differs.</p>"


def million_buys(m: Material) -> str:
    """Return what each extra million buys."""
    return blocks_html(million(m.bought))


def flips(m: Material) -> str:
    """Return where the order of strategies turns."""
    text = "<h3>Which strategy comes first</h3>"
    text += blocks_html(ranking(m.experiment, m.outcomes, m.keys))
    if m.said.break_even:
        text += f"<h3>At which effect</h3><pre>{escape(m.said.break_even)}</pre>"
    return f"{text}<h3>Under which assumptions</h3>{blocks_html(boxes(m.found, m.experiment))}"
