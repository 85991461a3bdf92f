import numpy as np
import pytest

from ecosystem.cluster.chain import ClusterRules, run_cluster
from ecosystem.cluster.hardware import load_generations
from ecosystem.cluster.many import CHUNK, run_many
from ecosystem.errors import InputError
from ecosystem.numbers import Cluster

RULES = ClusterRules(**Cluster().model_dump())
G = load_generations()
GB200 = G.select("gb200")


@pytest.mark.parametrize("mw", [3.0, 20.0, 150.0, 1180.0, 9000.0])
def test_one_cluster_of_many_is_the_weekly_chain(mw):
    week = run_cluster(np.array([[mw]]), np.ones(1), 1e9, 0.5, GB200, RULES)
    many = run_many(np.array([mw]), np.array([0]), 0.5, 100.0, GB200, RULES)
    assert many.it_mw[0] == pytest.approx(week.it_mw[0])
    assert many.racks[0] == pytest.approx(week.racks[0])
    assert many.accelerators[0] == pytest.approx(week.accelerators[0])
    assert many.goodput[0] == pytest.approx(week.goodput)
    assert many.mfu[0] == pytest.approx(week.mfu, rel=1e-6)
    assert many.training_flop_per_s[0] == pytest.approx(week.training_flop_per_s, rel=1e-6)
    assert many.tokens_per_s[0] == pytest.approx(week.tokens_per_s, rel=1e-6)


def test_any_shape_and_any_number_of_chunks():
    rng = np.random.default_rng(2)
    mw = rng.random((3, CHUNK)) * 1000
    generation = rng.integers(0, len(G), (1, CHUNK))
    whole = run_many(mw, generation, 0.4, 0.8, G, RULES)
    part = run_many(mw[1, 7:9], generation[0, 7:9], 0.4, 0.8, G, RULES)
    assert whole.tokens_per_s.shape == (3, CHUNK)
    assert whole.tokens_per_s[1, 7:9] == pytest.approx(part.tokens_per_s)
    assert whole.training_flop_per_s[1, 7:9] == pytest.approx(part.training_flop_per_s)


def test_no_megawatts_do_nothing():
    none = run_many(np.zeros(2), np.zeros(2, dtype=np.int64), 0.5, 0.7, G, RULES)
    assert none.training_flop_per_s.tolist() == [0.0, 0.0]
    assert none.tokens_per_s.tolist() == [0.0, 0.0]
    empty = run_many(np.zeros(0), np.zeros(0, dtype=np.int64), 0.5, 0.7, G, RULES)
    assert empty.racks.size == 0


@pytest.mark.parametrize(
    ("mw", "generation", "share", "load", "message"),
    [
        (-1.0, 0, 0.5, 1.0, "Facility MW must be finite and >= 0; the least is -1.0"),
        (np.nan, 0, 0.5, 1.0, "Facility MW"),
        (np.inf, 0, 0.5, 1.0, "Facility MW"),
        (1.0, 99, 0.5, 1.0, "Generation must be an index from 0 to 9"),
        (1.0, -1, 0.5, 1.0, "Generation must be"),
        (1.0, 0, 1.5, 1.0, "Training share"),
        (1.0, 0, 0.5, np.nan, "Load must"),
    ],
)
def test_bad_input_is_refused(mw, generation, share, load, message):
    with pytest.raises(InputError, match=message):
        run_many(np.array([mw]), np.array([generation]), share, load, G, RULES)
