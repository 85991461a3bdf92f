"""What a comparison says in plain words: never more than its intervals show."""

from collections.abc import Mapping, Sequence

from ecosystem.observables import CAUSES
from experiments.compare import COST, COST_OF_GAIN, MIN_FUTURES, PRIMARY, Row, Verdict
from experiments.explain import EventKey, Explanation
from experiments.wording import between, three, with_unit


def answer(rows: Sequence[Row], baseline: str) -> tuple[str, str, str]:
    """Say in three sentences who gains usable compute, who does not, and at what cost.

    Parameters
    ----------
    rows : sequence of Row
        From :func:`experiments.compare.compare`.
    baseline : str
        Key of the baseline.
    """
    gains = [row for row in rows if row.outcome == PRIMARY and row.strategy != baseline]
    of: dict[Verdict, list[Row]] = {}
    for row in gains:
        of.setdefault(row.verdict, []).append(row)
    return (
        _who_gains(of.get("more", []), gains, baseline),
        _who_does_not(of, gains, baseline),
        _what_it_costs(of.get("more", []), rows, baseline),
    )


def why(explanation: Explanation, strategy: str, baseline: str, future: int) -> list[str]:
    """Say in a few lines where the difference between two runs of one future comes from."""
    place = "the central future" if future == 0 else f"future {future}"
    return differences_told(explanation, strategy, baseline, place)


def differences_told(
    explanation: Explanation, strategy: str, baseline: str, place: str
) -> list[str]:
    """Say in a few lines what sets two runs apart; `place` is where both were made."""
    if explanation.identical:
        return [f"{strategy} and {baseline} are identical in {place}: every site, every event."]
    moved = [row for row in explanation.sites if row["usable_gw_years_diff"] != 0]
    total = sum(row["usable_gw_years_diff"] for row in moved)
    if moved:
        sites = f"{len(moved)} site{'s differ' if len(moved) > 1 else ' differs'}"
        lines = [
            f"{strategy} against {baseline} in {place}: {three(total, sign=True)} GW yr usable "
            f"over all sites; {sites}, led by:"
        ]
        lines += [f"  {_site(row, strategy, baseline)}" for row in moved[:5]]
    else:
        lines = [f"{strategy} against {baseline} in {place}: no site's usable compute differs."]
    for key, found in ((strategy, explanation.first_b), (baseline, explanation.first_a)):
        lines += [f"  First only under {key}: {_event(event)}" for event in found[:3]]
    return lines


def _who_gains(clear: list[Row], gains: list[Row], baseline: str) -> str:
    if not gains:
        return f"Only {baseline} was run, so there is nothing to compare."
    moved = [row for row in gains if row.verdict != "identical"]
    if moved and all(row.verdict == "too few futures" for row in moved):
        n = max(row.n for row in moved)
        return (
            f"{n} future{' is' if n == 1 else 's are'} too few for an interval ({MIN_FUTURES} "
            "are needed), so no difference can be called clear."
        )
    if not clear:
        return f"No strategy shows a clear gain in usable compute over {baseline}."
    parts = [
        f"{row.strategy} by {with_unit(three(row.diff), 'GW yr')} in the median future "
        f"(90% interval {between(row.diff_low, row.diff_high)}; better in "
        f"{round(row.p_better * row.n)} of {row.n})"
        for row in sorted(clear, key=lambda row: -row.diff)
    ]
    return f"More usable compute than {baseline}: {_and(parts)}."


def _who_does_not(of: Mapping[Verdict, list[Row]], gains: list[Row], baseline: str) -> str:
    parts: list[str] = []
    if rows := of.get("unclear"):
        shown = [
            f"{r.strategy} ({between(r.diff_low, r.diff_high, sign=True)} GW yr)" for r in rows
        ]
        parts.append(f"no clear difference from {baseline}: {_and(shown)}")
    if rows := of.get("too few futures"):
        shown = [f"{r.strategy} ({three(r.diff, sign=True)} GW yr)" for r in rows if r.n]
        shown += [f"{r.strategy} (no run to compare)" for r in rows if not r.n]
        parts.append(f"median difference without an interval: {_and(shown)}")
    if rows := of.get("less"):
        shown = [f"{r.strategy} ({between(r.diff_low, r.diff_high)} GW yr)" for r in rows]
        parts.append(f"less usable compute than {baseline}: {_and(shown)}")
    if rows := of.get("identical"):
        shown = [f"{r.strategy} in all {r.n} futures" for r in rows]
        parts.append(f"the same usable compute as {baseline}: {_and(shown)}")
    if parts:
        text = "; ".join(parts) + "."
        return text[0].upper() + text[1:]
    return f"All compared strategies differ clearly from {baseline}." if gains else "No others."


def _what_it_costs(clear: list[Row], rows: Sequence[Row], baseline: str) -> str:
    costs = {row.strategy: row for row in rows if row.outcome == COST}
    ratios = {row.strategy: row for row in rows if row.outcome == COST_OF_GAIN}
    parts: list[str] = []
    for strategy, cost in costs.items():
        if strategy == baseline or not cost.n:
            continue
        if cost.verdict == "identical":
            parts.append(f"{strategy} nothing")
            continue
        text = f"{strategy} {with_unit(three(cost.diff, sign=True), 'USD')}"
        if interval := between(cost.diff_low, cost.diff_high, sign=True):
            text += f" ({interval})"
        ratio = ratios[strategy]
        if strategy in {row.strategy for row in clear} and ratio.value == ratio.value:
            text += f", that is USD {three(ratio.value)} per GW yr gained"
            text += f" ({between(ratio.low, ratio.high)})"
        parts.append(text)
    if not parts:
        return "No cost can be compared."
    return f"Median extra spending beyond {baseline}, not discounted: {'; '.join(parts)}."


def _site(row: Mapping[str, object], strategy: str, baseline: str) -> str:
    gain, finish = float(str(row["usable_gw_years_diff"])), float(str(row["finish_diff_weeks"]))
    text = f"{row['site']} {three(gain, sign=True)} GW yr"
    if finish == finish and finish != 0:
        text += f", buildings {three(abs(finish))} weeks {'earlier' if finish < 0 else 'later'}"
        moved = {cause: float(str(row[f"lost_{cause}_diff_weeks"])) for cause in CAUSES}
        moved["own work"] = float(str(row["own_work_diff_weeks"]))
        largest = sorted(moved.items(), key=lambda item: -abs(item[1]))[:2]
        causes = [f"{name} {three(weeks, sign=True)}" for name, weeks in largest if weeks]
        text += f" ({', '.join(causes)})" if causes else ""
    for key, name in (("mw_only_b", strategy), ("mw_only_a", baseline)):
        if float(str(row[key])) > 0:
            text += f", {three(float(str(row[key])))} MW finished only under {name}"
    return text


def _event(event: EventKey) -> str:
    day, kind, site, _, text = event
    return f"{day} {site or kind}: {text}"


def _and(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
