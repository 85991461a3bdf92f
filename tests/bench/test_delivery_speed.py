"""Time per call for 200 phases with about 300 open activities; limits leave room for noise."""

from time import perf_counter

import numpy as np
import pytest

from ecosystem.delivery.activities import Cause, Power, build_network
from ecosystem.delivery.attribution import attribute, lost_weeks
from ecosystem.delivery.critical_path import remaining_cpm
from ecosystem.delivery.progress import advance, begin, open_rows
from ecosystem.delivery.record import Log, rate_of

pytestmark = pytest.mark.bench
PHASES, PER_SITE = 200, 8
BASE = np.array([8, 12, 26, 16, 30, 80, 17, 39, 78, 26, 26, 12, 24, 24, 4, 10, 6.0])


def test_a_week_of_delivery_fits_its_share_of_the_budget():
    rng = np.random.default_rng(1)
    net = build_network(np.arange(PHASES) // PER_SITE, np.full(PHASES, int(Power.BRIDGE_THEN_GRID)))
    duration = BASE * rng.lognormal(0, 0.3, net.used.shape)
    progress, log = begin(net, duration), Log()
    not_before = np.broadcast_to(rng.integers(0, 60, PHASES)[:, None], net.used.shape).astype(float)
    active = np.ones(PHASES, dtype=bool)
    spent = dict.fromkeys(["open", "log", "advance", "lost", "cpm", "attribute"], 0.0)
    most_open = 0

    def timed(name, function, *args):
        begin_s = perf_counter()
        value = function(*args)
        spent[name] += perf_counter() - begin_s
        return value

    critical = remaining_cpm(net, progress, not_before, active, 0).critical
    weeks = 200
    for week in range(weeks):
        opened = timed("open", open_rows, net, progress, not_before, active, week)
        offers = np.ones((len(opened.rows), len(Cause)), dtype=np.float32)
        short = rng.random(offers.shape) < 0.05
        offers[short] = rng.random(np.count_nonzero(short))
        rate = rate_of(offers)
        timed("log", log.append, week, opened.rows, opened.cols, offers)
        timed("advance", advance, net, progress, opened, rate, week)
        timed("lost", lost_weeks, net, opened, offers, rate, critical)
        critical = timed("cpm", remaining_cpm, net, progress, not_before, active, week + 1).critical
        most_open = max(most_open, len(opened.rows))
    runs = log.runs()
    for lead in np.unique(net.lead):
        timed("attribute", attribute, net, progress, runs, not_before, duration, int(lead))
    week_us = (spent["open"] + spent["log"] + spent["advance"]) / weeks * 1e6
    site_ms = spent["attribute"] / (PHASES / PER_SITE) * 1e3
    print({name: f"{seconds * 1e6 / weeks:.0f} us a week" for name, seconds in spent.items()})
    print(f"{most_open} open at most; attribution {site_ms:.1f} ms a site")
    assert most_open > 250
    assert week_us < 300
    assert spent["lost"] / weeks < 300e-6
    assert spent["cpm"] / weeks < 3e-3
    assert site_ms < 40
