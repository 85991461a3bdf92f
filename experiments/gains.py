"""Who gains, who loses, who is heard and who pays, as tables in plain text."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ecosystem.results import RunResult, Table
from experiments import people
from experiments.compare import Row, write_csv
from experiments.people import PLACES, TERCILES
from experiments.store import read
from experiments.summary import grid, paragraph
from experiments.wording import three

_SHOWN_VETOES = 12
_WIDE = ("baseline", "strategy", "payer", "payee", "usd")


def run_gains(result: RunResult) -> str:
    """Tell what one run means for people."""
    groups, hosts = result.tables["groups"], result.tables["hosts"]
    if not len(hosts["community"]):
        return "No host community: nobody gains or loses at a site."
    rows = [
        [
            f"{tercile} income",
            *(
                three(people.cell(result, tercile, place, column), sign=True)
                for column in ("benefit_usd", "benefit_usd_year")
                for place in PLACES
            ),
        ]
        for tercile in TERCILES
    ]
    head = ["", *(f"{place}, {when}" for when in ("to date", "final year") for place in PLACES)]
    bills = [
        f"{region} {three(usd, sign=True)}" for region, usd in people.bills_by_region(hosts).items()
    ]
    jobs = [people.job_years(result), people.permanent_job_years(result)]
    lines = [
        f"Host households in a group that lost: {_percent(people.share_losing(result))} to date, "
        f"{_percent(people.share_losing_year(result))} in the final year; worst tenth of groups "
        f"{three(people.worst_decile(result), sign=True)} USD per household to date.",
        f"Jobs: {three(people.local_job_years(result))} job-years of residents, of "
        f"{three(jobs[0])} at the sites, {three(jobs[0] - jobs[1])} of them craft and "
        f"{three(jobs[1])} permanent. Local taxes after abatement: "
        f"USD {three(people.tax_usd(result))}. "
        f"CO2 of electricity used: {three(people.co2_t(result))} t.",
        f"Household bills at the end, USD/yr: {', '.join(bills)}.",
        f"Voice: a host was heard {three(people.contacts_per_year(result))} times a year, openness "
        f"{three(people.openness(result))} of 1; promises to hosts kept: "
        f"{_percent(people.promises_kept(result))}.",
        *_vetoes(hosts, groups),
    ]
    return "\n\n".join(
        [
            "Net benefit of host households, USD per household (simulated)\n" + grid(head, rows),
            "\n".join(map(paragraph, lines)),
            "Hosts: job-years of residents and in all, taxes, water, times heard, promises\n"
            + _by_site(hosts),
            "Who paid whom, USD over the run, net; what someone gains someone pays\n"
            + _accounts({"net": people.net_by_account(people.parties(result.tables["ledger"]))}),
        ]
    )


def compare_gains(
    rows: Sequence[Row], baseline: str, folder: Path, runs: Mapping[str, str], future: int
) -> str:
    """Tell what strategies mean for people.

    Parameters
    ----------
    rows : sequence of Row
        The comparison.
    baseline : str
    folder : Path
        Of the experiment.
    runs : mapping of str to str
        By strategy, the run of the future that is told in detail.
    future : int
        Its number.
    """
    of = {(row.strategy, row.outcome): row for row in rows}
    keys = list(dict.fromkeys(row.strategy for row in rows))
    parts = [
        "Net benefit per host household, USD to date, by income tercile, near a site and far:\n"
        f"median over futures, and paired difference to {baseline} with its 90% interval\n"
        + _matrix(of, keys, baseline)
    ]
    paid = {key: read(folder, "parties", [run]) for key, run in runs.items()}
    place = "the central future" if future == 0 else f"future {future}"
    parts.append(
        f"What someone gains someone pays: USD received less paid in {place}, and change against\n"
        f"{baseline}; every column sums to 0\n" + _accounts(_against(paid, baseline))
    )
    lines: list[str] = []
    for key, run in runs.items():
        hosts, groups = read(folder, "hosts", [run]), read(folder, "groups", [run])
        lines += [f"{key}, {place}: {line}" for line in _vetoes(hosts, groups)]
    return "\n\n".join([*parts, "\n".join(map(paragraph, lines))])


def write_parties(folder: Path, baseline: str, runs: Mapping[str, str]) -> None:
    """Write ``parties.csv``: who paid whom in one run of each strategy."""
    paid = {key: read(folder, "parties", [run]) for key, run in runs.items()}
    write_csv(
        folder / "parties.csv",
        [
            {"strategy": key, "baseline": baseline, "payer": a, "payee": b, "usd": usd}
            for key, table in paid.items()
            for a, b, usd in zip(table["payer"], table["payee"], table["usd"], strict=True)
        ],
        _WIDE,
    )


def _matrix(of: Mapping[tuple[str, str], Row], keys: Sequence[str], baseline: str) -> str:
    """Lay out tercile by place, a row for each strategy and tercile."""
    body: list[list[str]] = []
    for key in keys:
        for tercile in TERCILES:
            cells = [of[key, people.cell_name(tercile, place)] for place in PLACES]
            body.append([key if tercile == TERCILES[0] else "", tercile, *map(_with_change, cells)])
    head = ["strategy", "income", *(f"{place} (- {baseline})" for place in PLACES)]
    return grid(head, body, left=(0, 1))


def _with_change(row: Row) -> str:
    text = three(row.value, sign=True)
    if not np.isfinite(row.diff):
        return text
    if row.verdict == "identical":
        return f"{text} (identical)"
    text += f" ({three(row.diff, sign=True)}"
    if np.isfinite(row.diff_low):
        text += f" [{three(row.diff_low, sign=True)}, {three(row.diff_high, sign=True)}]"
    return text + (")*" if row.verdict in ("more", "less") else ")")


def _against(paid: Mapping[str, Table], baseline: str) -> dict[str, dict[str, float]]:
    """Return net receipts by account: of the baseline, then the change under each strategy."""
    base = people.net_by_account(paid[baseline])
    found = {baseline: base}
    for key, table in paid.items():
        if key != baseline:
            net = people.net_by_account(table)
            found[f"{key} - {baseline}"] = {name: net[name] - base[name] for name in base}
    return found


def _accounts(columns: Mapping[str, dict[str, float]]) -> str:
    names = next(iter(columns.values()))
    rows = [
        [name, *(three(net[name], sign=True) for net in columns.values())]
        for name in names
        if any(net[name] for net in columns.values())
    ]
    rows.append(["sum", *(_zero(net) for net in columns.values())])
    return grid(["account", *columns], rows)


def _zero(net: Mapping[str, float]) -> str:
    """Return a sum that is only rounding as 0."""
    total = sum(net.values())
    return "0" if abs(total) <= 1e-9 * sum(map(abs, net.values())) else three(total, sign=True)


def _by_site(hosts: Table) -> str:
    jobs = ("craft_job_years", "permanent_job_years")
    local = sum(hosts[f"{name}_local"] for name in jobs)
    whole = sum(hosts[name] for name in jobs)
    columns = [local, whole, hosts["tax_usd"], hosts["water_m3"], hosts["contacts_per_year"]]
    rows = [
        [
            str(key),
            *(three(float(column[i])) for column in columns),
            f"{hosts['promises_kept'][i]:.0f} / {hosts['promises_broken'][i]:.0f}",
        ]
        for i, key in enumerate(hosts["community"])
    ]
    head = ["host", "local", "job-years", "tax USD", "water m3", "heard/yr", "kept / broken"]
    return grid(head, rows)


def _vetoes(hosts: Table, groups: Table) -> list[str]:
    """Say which hosts would veto, by name."""
    found = people.vetoes(hosts, groups)
    if not found:
        return ["No host community would veto: none is against, no group loses."]
    told = [
        f"{veto.community} ({three(veto.support, sign=True)}"
        + (f"; loses: {', '.join(veto.losing)}" if veto.losing else "")
        + ")"
        for veto in found[:_SHOWN_VETOES]
    ]
    more = len(found) - len(told)
    mood, support = float(hosts["mood"][0]), hosts["support"]
    worse = np.count_nonzero(support < min(mood, 0.0))
    return [
        f"{len(found)} of {len(hosts['community'])} host communities would veto: "
        f"{np.count_nonzero(support < 0)} have a mean opinion (-1 to 1) below 0, in "
        f"{sum(bool(veto.losing) for veto in found)} a group has lost: {', '.join(told)}"
        + (f" and {more} more. " if more else ". ")
        + f"National mood is {three(mood, sign=True)}"
        + (", so that most places would say no to most projects" if mood < 0 else "")
        + f"; {worse} are more against than that and than 0."
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%" if share == share else "-"
