"""Why sites are late, as tables: slips by cause, what bound when, what one more week costs.

The plan of a building is its plan as announced (`Works.planned_finish`), here and in all other
tables. For every building

``reached - planned = plan moved + own work + sum of Shapley weeks``.

`plan moved` is 0 unless other buildings of the site were given up: those that stood behind them
in the queue for sitework start anew from that day, in the plan of the replay too, so that what
held the site back until then shows as `plan moved` at them and under its causes at the others.
`own work` is work that took longer than its median; talks that a strategy adds to the engagement
are planned. What is not in use when the run ends counts up to then: it is `reached` at the
earliest if nothing holds it back from there on.
"""

from typing import TYPE_CHECKING

import numpy as np

from ecosystem.causes import paths, pressure, ribbon, slips, study
from ecosystem.causes.failures import failure_table
from ecosystem.causes.relax import Relaxed, relaxed, without_hearings
from ecosystem.causes.slips import COMPLETION, FIRST_POWER, GIVEN_UP, MOVED, Slips
from ecosystem.causes.study import NAMES, OWN, Study
from ecosystem.results import Table

if TYPE_CHECKING:
    from ecosystem.model import Ecosystem

__all__ = [
    "COMPLETION",
    "FIRST_POWER",
    "GIVEN_UP",
    "MOVED",
    "NAMES",
    "OWN",
    "Relaxed",
    "Slips",
    "Study",
    "failure_table",
    "relaxed",
    "tables",
    "without_hearings",
]


def tables(model: "Ecosystem", site: str | None = None) -> dict[str, Table]:
    """Explain the delays of the sites announced so far.

    Parameters
    ----------
    model : Ecosystem
        At any week.
    site : str, optional
        Key of one site, when no other is of interest.

    Returns
    -------
    dict of str to table
        ``campuses`` (one row per announced site: partners and facts), ``records`` (dated facts
        that the run was given), ``slips`` (site, phase), ``attribution`` (site, phase, cause),
        ``milestones`` and ``milestone_causes`` (first power and completion), ``lost_capacity``
        (site, cause: GW-years lost before the end of the run), ``gantt`` (site, phase, activity:
        plan and outcome), ``ribbon`` (site and stretch of weeks: what bound), ``slack`` (site,
        every fourth week, activity), ``offers`` (site, phase, activity and stretch of weeks: what
        each cause allowed), ``floats`` (open activities with their slack), ``one_more_week``
        (site, cause).

    Notes
    -----
    Computed on demand, some 20 ms a site; nothing in the model changes.
    """
    asked = Study.of(model)
    if site is not None:
        asked = asked.only(site)
    found = [Slips.of(asked, number) for number in asked.announced.tolist()]
    phases = np.concatenate([s.game.phases for s in found] or [np.zeros(0, dtype=np.int64)])
    return {
        "campuses": study.campuses(asked),
        "records": study.records(asked),
        "slips": slips.slip_table(asked, found) | paths.longest_holds(asked, phases),
        "attribution": slips.attribution(asked, found),
        "milestones": slips.milestones(asked, found),
        "milestone_causes": slips.milestone_causes(asked, found),
        "lost_capacity": slips.lost_capacity(asked, found),
        "gantt": paths.gantt(asked, found),
        **ribbon.tables(asked),
        "offers": study.offers(asked),
        "floats": pressure.floats(asked),
        "one_more_week": pressure.one_more_week(asked),
    }
