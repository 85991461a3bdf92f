"""E4: whether half a year is worth the same wherever it is lost."""

from collections.abc import Mapping, Sequence

import numpy as np

from ecosystem.scenario import World, load_strategy
from ecosystem.units import FloatArray
from experiments.catalogue.engine import Arm, Entry, Seen
from experiments.catalogue.judging import Finding, expect
from experiments.compare import PRIMARY
from experiments.wording import three

WEEKS = 26.0
USUAL = "no shock"
WORK: Mapping[str, str] = {
    "community": "permit_weeks",
    "grid": "interconnect_weeks",
    "power on site": "bridge_weeks",
    "equipment": "equipment_weeks",
    "chips": "chips_weeks",
    "building": "shell_weeks",
}
"""What takes longer, by whom one waits for."""


def arms(world: World) -> Sequence[Arm]:
    """Return the world at its usual medians, and with each of them longer by itself."""
    policy, delivery = load_strategy("S0"), world.numbers.delivery
    usual = {
        f"numbers.delivery.{field}": float(getattr(delivery, field)) for field in WORK.values()
    }
    found = [Arm(USUAL, world, policy, usual)]
    for cause, field in WORK.items():
        path = f"numbers.delivery.{field}"
        found.append(Arm(cause, world, policy, usual | {path: usual[path] + WEEKS}))
    return found


def apart(lost: FloatArray) -> FloatArray:
    """Return by how much the costliest shock costs more than the cheapest, by future, shape (F,).

    Which two that are is read off the other futures (largest and smallest median): picked on the
    same ones, the largest would beat the smallest even where all are alike.

    Parameters
    ----------
    lost : ndarray, shape (causes, F)
        NaN where a run failed.
    """
    found = np.full(lost.shape[1], np.nan)
    for future in range(lost.shape[1]):
        others = np.delete(lost, future, axis=1)
        others = others[:, ~np.isnan(others).any(axis=0)]
        if others.size:
            middle = np.median(others, axis=1)
            found[future] = lost[middle.argmax(), future] - lost[middle.argmin(), future]
    return found


def judge(seen: Seen) -> Sequence[Finding]:
    """Compare what the shocks cost."""
    lost = np.stack([-seen.gap(cause, USUAL, PRIMARY) for cause in WORK])
    medians = dict(zip(WORK, np.nanmedian(lost, axis=1).tolist(), strict=True))
    order = sorted(medians, key=lambda cause: -medians[cause])
    told = ", ".join(f"{cause} {three(medians[cause], sign=True)}" for cause in order)
    unequal = expect("the costliest costs more than the cheapest", apart(lost), 1, "GW yr")
    return (
        expect("shocks cost compute, on average", lost.mean(axis=0), 1, "GW yr"),
        unequal._replace(shown=f"{unequal.shown}; lost, medians: {told}"),
    )


ENTRY = Entry(
    key="E4",
    title="Equal shocks",
    question="Is half a year worth the same wherever it is lost?",
    expectation="Equal +26-week shocks have unequal effects.",
    design=f"S0 with the median of one work longer by {WEEKS:g} weeks at all sites: permit, grid "
    "connection, power on site, equipment, chips, shell; these medians are the central ones in all "
    "futures. Costliest and cheapest are read off the other futures in each.",
    arms=arms,
    judge=judge,
)
