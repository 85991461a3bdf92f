"""What a run means for people: who gains and loses, jobs, taxes, voice, who pays whom."""

from math import ceil
from typing import NamedTuple

import numpy as np

from ecosystem.ledger import ACCOUNTS
from ecosystem.results import RunResult, Table
from ecosystem.units import BoolArray, FloatArray

TERCILES = ("low", "middle", "high")
PLACES = ("near", "far")
NAN = float("nan")
_ROUNDING = 1e-12


def cell_name(tercile: str, place: str, yearly: bool = False) -> str:
    """Return the name of the outcome that holds a cell of the matrix."""
    return f"net_usd_{'year_' if yearly else ''}{tercile}_{place}"


def per_household(groups: Table, chosen: BoolArray, column: str) -> float:
    """Return the mean net benefit of a household in the chosen groups [USD]; NaN if none is."""
    households = float(groups["households"][chosen].sum())
    return float(groups[column][chosen].sum()) / households if households else NAN


def cell(result: RunResult, tercile: str, place: str, column: str = "benefit_usd") -> float:
    """Return the net benefit per household of one income tercile, near or far, of all hosts [USD].

    `column`: ``benefit_usd`` to date, ``benefit_usd_year`` over the last 52 weeks.
    """
    groups = result.tables["groups"]
    mine = (groups["tercile"] == tercile) & (groups["place"] == place)
    return per_household(groups, mine, column)


def share_losing(result: RunResult) -> float:
    """Return the share of host households whose group has lost to date, NaN without a host."""
    groups = result.tables["groups"]
    households = float(groups["households"].sum())
    lost = float(groups["households"][groups["benefit_usd"] < 0].sum())
    return lost / households if households else NAN


def share_losing_year(result: RunResult) -> float:
    """Return the share of host households whose group lost over the last 52 weeks."""
    groups = result.tables["groups"]
    households = float(groups["households"].sum())
    lost = float(groups["households"][groups["benefit_usd_year"] < 0].sum())
    return lost / households if households else NAN


def worst_decile(result: RunResult) -> float:
    """Return the mean net benefit per household, to date, of the worst tenth of groups [USD].

    Groups are community by tercile by near or far, each counting alike; at least one is in it.
    """
    groups = result.tables["groups"]
    each = np.sort(groups["benefit_usd"] / groups["households"])
    return float(each[: ceil(len(each) / 10)].mean()) if len(each) else NAN


def _sum(result: RunResult, *columns: str) -> float:
    hosts = result.tables["hosts"]
    return float(sum(hosts[column].sum() for column in columns))


def local_job_years(result: RunResult) -> float:
    """Return job-years of residents, craft and permanent (a craft job-year is 2,000 hours)."""
    return _sum(result, "craft_job_years_local", "permanent_job_years_local")


def job_years(result: RunResult) -> float:
    """Return job-years at the sites, craft and permanent, whoever holds them."""
    return _sum(result, "craft_job_years", "permanent_job_years")


def permanent_job_years(result: RunResult) -> float:
    """Return job-years of permanent staff, whoever holds them."""
    return _sum(result, "permanent_job_years")


def tax_usd(result: RunResult) -> float:
    """Return local taxes after abatement to date [USD]."""
    return _sum(result, "tax_usd")


def co2_t(result: RunResult) -> float:
    """Return the CO2 of the electricity used to date [t]."""
    return float(result.series("co2_t").sum())


def contacts_per_year(result: RunResult) -> float:
    """Return the times a year that a host community was heard, the mean; NaN without a host."""
    heard = result.tables["hosts"]["contacts_per_year"]
    return float(heard.mean()) if len(heard) else NAN


def openness(result: RunResult) -> float:
    """Return the openness that host communities met, 0 to 1, the mean; NaN without a host."""
    met = result.tables["hosts"]["openness"]
    return float(met.mean()) if len(met) else NAN


def promises_kept(result: RunResult) -> float:
    """Return the share of promises to hosts that were kept, of those judged; NaN if none was."""
    kept, broken = _sum(result, "promises_kept"), _sum(result, "promises_broken")
    return kept / (kept + broken) if kept + broken else NAN


def opposed_hosts(result: RunResult) -> float:
    """Return the share of host communities whose mean opinion is below 0 at the end."""
    support = result.tables["hosts"]["support"]
    return float((support < 0).mean()) if len(support) else NAN


def bills_by_region(hosts: Table) -> dict[str, float]:
    """Return the change of a household's bill at the end of a run by region with hosts [USD/yr]."""
    return dict(
        zip(hosts["region"].tolist(), hosts["bill_usd_per_household_year"].tolist(), strict=True)
    )


class Veto(NamedTuple):
    """A host community that would say no if it were asked, and why."""

    community: str
    support: float
    losing: tuple[str, ...]


def vetoes(hosts: Table, groups: Table) -> list[Veto]:
    """Return the hosts with a mean opinion, or a group whose net benefit to date, below 0.

    Those against come first, the most against of all first.
    """
    found: list[Veto] = []
    for key, support in zip(hosts["community"].tolist(), hosts["support"].tolist(), strict=True):
        lost = (groups["community"] == key) & (groups["benefit_usd"] < 0)
        names = zip(groups["tercile"][lost], groups["place"][lost], strict=True)
        losing = tuple(f"{tercile} {place}" for tercile, place in names)
        if support < 0 or losing:
            found.append(Veto(str(key), support, losing))
    return sorted(found, key=lambda veto: (veto.support, veto.community))


def parties(ledger: Table) -> Table:
    """Return what each party paid each other one over a run, all purposes together.

    Columns ``payer``, ``payee``, ``usd``; a pair appears once in each direction that was used.
    """
    money = ledger["unit"] == "USD"
    total: dict[tuple[str, str], float] = {}
    for payer, payee, usd in zip(
        *(ledger[name][money].tolist() for name in ("payer", "payee", "amount")), strict=True
    ):
        if usd:
            total[payer, payee] = total.get((payer, payee), 0.0) + usd
    pairs = sorted(total, key=lambda pair: (ACCOUNTS.index(pair[0]), ACCOUNTS.index(pair[1])))
    return {
        "payer": np.array([payer for payer, _ in pairs], dtype=object),
        "payee": np.array([payee for _, payee in pairs], dtype=object),
        "usd": np.array([total[pair] for pair in pairs], dtype=float),
    }


def net_by_account(paid: Table) -> dict[str, float]:
    """Return received less paid by account [USD]: what someone gains, someone pays; sum 0."""
    net: FloatArray = np.zeros(len(ACCOUNTS))
    turnover: FloatArray = np.zeros(len(ACCOUNTS))
    for payer, payee, usd in zip(
        *(paid[name].tolist() for name in ("payer", "payee", "usd")), strict=True
    ):
        net[ACCOUNTS.index(payer)] -= usd
        net[ACCOUNTS.index(payee)] += usd
        turnover[[ACCOUNTS.index(payer), ACCOUNTS.index(payee)]] += usd
    net[np.abs(net) < _ROUNDING * turnover] = 0.0  # what came in went out again
    return dict(zip(ACCOUNTS, net.tolist(), strict=True))
