"""Processor time of a typical call for 200 phases with about 300 open activities.

Medians of processor time, and limits that grow with the slowness of the machine
(experiments/bench/reference.py), so that what else the machine does matters little.
"""

from statistics import median
from time import thread_time

import numpy as np
import pytest

from ecosystem.causes import Slips, Study
from ecosystem.delivery.activities import Cause, Power, build_network
from ecosystem.delivery.attribution import Held, attribute, lost_weeks
from ecosystem.delivery.critical_path import remaining_cpm
from ecosystem.delivery.progress import advance, begin, open_rows
from ecosystem.delivery.record import Log, rate_of
from ecosystem.model import Ecosystem
from ecosystem.scenario import load_strategy, load_world
from experiments.bench.reference import slowness, typical_s

pytestmark = pytest.mark.bench
PHASES, PER_SITE = 200, 8
QUARTER_WEEKS = 13
BASE = np.array([8, 12, 26, 16, 30, 80, 17, 39, 78, 26, 26, 12, 24, 24, 4, 10, 6.0])


def test_a_week_of_delivery_fits_its_share_of_the_budget():
    rng = np.random.default_rng(1)
    net = build_network(np.arange(PHASES) // PER_SITE, np.full(PHASES, int(Power.BRIDGE_THEN_GRID)))
    duration = BASE * rng.lognormal(0, 0.3, net.used.shape)
    progress, log = begin(net, duration), Log()
    not_before = np.broadcast_to(rng.integers(0, 60, PHASES)[:, None], net.used.shape).astype(float)
    active = np.ones(PHASES, dtype=bool)
    spent: dict[str, list[float]] = {}
    most_open = 0

    def timed(name, function, *args):
        begin_s = thread_time()
        value = function(*args)
        spent.setdefault(name, []).append(thread_time() - begin_s)
        return value

    critical = remaining_cpm(net, progress, not_before, active, 0).critical
    weeks, held = 200, []
    for week in range(weeks):
        opened = timed("open", open_rows, net, progress, not_before, active, week)
        offers = np.ones((len(opened.rows), len(Cause)), dtype=np.float32)
        short = rng.random(offers.shape) < 0.05
        offers[short] = rng.random(np.count_nonzero(short))
        rate = rate_of(offers)
        timed("log", log.append, week, opened.flat, offers)
        timed("advance", advance, net, progress, opened, rate, week)
        held.append(Held(opened, offers, rate))
        if len(held) == QUARTER_WEEKS:
            timed("lost", lost_weeks, net, held, critical)
            held = []
        critical = timed("cpm", remaining_cpm, net, progress, not_before, active, week + 1).critical
        most_open = max(most_open, len(opened.rows))
    runs = log.runs()
    for lead in np.unique(net.lead):
        timed("attribute", attribute, net, progress, runs, not_before, duration, int(lead))
    typical_us = {name: median(seconds) * 1e6 for name, seconds in spent.items()}
    factor = slowness()
    shown = {name: round(us) for name, us in typical_us.items()}
    print(f"{most_open} open at most; us a call: {shown}; machine slower by {factor:.2f}")
    assert most_open > 250
    assert typical_us["open"] + typical_us["log"] + typical_us["advance"] < 300 * factor
    assert typical_us["lost"] < 700 * factor
    assert typical_us["cpm"] < 2_000 * factor
    # eight phases, all eight causes at work and a new offer nearly every week
    assert typical_us["attribute"] < 10_000 * factor


def test_the_story_of_a_real_site_is_shared_out_in_ten_milliseconds():
    model = Ecosystem(load_world("stargate"), load_strategy("S0"), seed=0)
    model.run()
    study = Study.of(model)
    site = model.layout.index["abilene"]
    assert len(model.layout.network.members(int(model.layout.lead_of_site[site]))) == 8
    spent = typical_s(lambda: Slips.of(study, site), calls=3)
    factor = slowness()
    print(f"{spent * 1e3:.1f} ms; machine slower by {factor:.2f}")
    assert spent < 10e-3 * factor
