import numpy as np
import pytest
from fake_ecosystem import strategy, tiny_world
from scipy import stats

from ecosystem.errors import InputError
from ecosystem.parameters import Card
from ecosystem.scenario import uncertain
from experiments.design import Experiment, futures, quantile


def card(shape, sample, value=1.0) -> Card:
    return Card("a.b", value, "1", "", "", "C", sample, shape, "")


def test_future_zero_is_the_central_world():
    world = tiny_world()
    sample = futures(world, 4, seed=1)
    assert len(sample) == 5
    assert world.with_values(sample[0]) == world
    assert set(sample[1]) == {c.path for c in uncertain(world)}


def test_every_slice_of_every_number_holds_one_future():
    world, n = tiny_world(), 16
    sample = futures(world, n, seed=3)[1:]
    checked = 0
    for c in uncertain(world):
        if c.shape != "lognormal" and not isinstance(c.value, int):
            low, high = c.sample
            mode = (c.value - low) / (high - low)
            law = stats.uniform(low, high - low)
            if c.shape == "triangular":
                law = stats.triang(mode, low, high - low)
            shares = law.cdf([future[c.path] for future in sample])
            assert sorted(np.floor(shares * n).astype(int).tolist()) == list(range(n)), c.path
            checked += 1
    assert checked > 50


def test_the_columns_of_the_sample_are_not_in_step():
    world = tiny_world()
    paths = [c.path for c in uncertain(world) if not isinstance(c.value, int)]
    sample = futures(world, 200, seed=0)[1:]
    ranks = np.array([[future[path] for future in sample] for path in paths]).argsort().argsort()
    correlation = np.corrcoef(ranks)[np.triu_indices(len(paths), 1)]
    assert np.abs(correlation).max() < 0.35  # 5 standard errors of independent ranks


def test_the_sample_depends_on_the_seed_and_on_nothing_else():
    world = tiny_world()
    assert futures(world, 3, seed=5) == futures(world, 3, seed=5)
    assert futures(world, 3, seed=5)[1] != futures(world, 3, seed=6)[1]
    other = tiny_world(name="other", weeks=100, title="Elsewhere")
    assert futures(other, 3, seed=5) == futures(world, 3, seed=5)


def test_sampled_worlds_are_valid():
    world = tiny_world()
    for values in futures(world, 12, seed=2):
        world.with_values(values)


@pytest.mark.parametrize("share", [0.01, 0.2, 0.5, 0.9])
def test_quantiles_agree_with_scipy(share):
    low, mode, high = 2.0, 3.0, 7.0
    uniform = stats.uniform(low, high - low).ppf(share)
    assert quantile(card("uniform", (low, high)), share) == pytest.approx(uniform)
    triangle = stats.triang((mode - low) / (high - low), low, high - low).ppf(share)
    assert quantile(card("triangular", (low, high), mode), share) == pytest.approx(triangle)
    sigma = np.log(high / low) / (2 * stats.norm.ppf(0.95))
    lognormal = stats.lognorm(sigma, scale=np.sqrt(low * high)).ppf(share)
    assert quantile(card("lognormal", (low, high)), share) == pytest.approx(lognormal)


def test_a_lognormal_range_is_its_5_and_95_percent_quantile():
    assert quantile(card("lognormal", (4, 60)), 0.05) == pytest.approx(4)
    assert quantile(card("lognormal", (4, 60)), 0.95) == pytest.approx(60)


def test_whole_numbers_are_equally_likely_up_to_both_ends():
    shares = (np.arange(600) + 0.5) / 600
    drawn = [quantile(card("uniform", (1, 6), 3), share) for share in shares]
    assert all(isinstance(value, int) for value in drawn)
    assert [drawn.count(k) for k in range(1, 7)] == [100] * 6
    assert quantile(card("uniform", (1, 6), 3), 1.0) == 6


def test_strategies_share_futures_and_seeds():
    experiment = Experiment(tiny_world(), (strategy("S0"), strategy("S2")), "S0", 3, seed=40)
    specs = experiment.specs()
    assert [s.key for s in specs[:4]] == [
        ("tiny", "S0", 0, 40),
        ("tiny", "S2", 0, 40),
        ("tiny", "S0", 1, 41),
        ("tiny", "S2", 1, 41),
    ]
    assert specs[2].values == specs[3].values
    assert len({s.run for s in specs}) == len(specs) == 8


def test_a_run_is_named_after_all_that_it_depends_on():
    def name(world=None, seed=0, weeks=None, lever=0.0):
        policy = strategy("S0", placebo_share_of_capex=lever)
        return Experiment(world or tiny_world(), (policy,), "S0", 1, seed, weeks).specs()[0].run

    names = [
        name(),
        name(seed=1),
        name(weeks=10),
        name(lever=0.01),
        name(tiny_world().with_values({"numbers.grid.study_slots": 4})),
    ]
    assert name() == names[0]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("keys", "baseline", "n", "word"),
    [(("S0", "S0"), "S0", 2, "twice"), (("S2",), "S0", 2, "'S0'"), (("S0",), "S0", 0, "futures")],
)
def test_an_experiment_that_cannot_be_made_says_why(keys, baseline, n, word):
    with pytest.raises(InputError, match=word):
        Experiment(tiny_world(), tuple(strategy(key) for key in keys), baseline, n)


def test_a_doubled_sample_keeps_its_first_half_and_is_a_latin_hypercube():
    world, n = tiny_world(), 6
    first, grown = futures(world, n, seed=3), futures(world, 8 * n, seed=3, doublings=3)
    assert grown[: n + 1] == first
    assert grown[: 2 * n + 1] == futures(world, 2 * n, seed=3, doublings=1)
    checked = 0
    for c in uncertain(world):
        if c.shape == "uniform" and not isinstance(c.value, int):
            low, high = c.sample
            shares = np.array([(f[c.path] - low) / (high - low) for f in grown[1:]])
            for size in (n, 2 * n, 4 * n, 8 * n):
                slices = np.floor(shares[:size] * size + 1e-9).astype(int)
                assert sorted(slices.tolist()) == list(range(size)), c.path
            checked += 1
    assert checked > 5
    with pytest.raises(InputError, match="6 futures cannot come from 2 doublings"):
        futures(world, 6, seed=3, doublings=2)


def test_a_doubled_experiment_finds_its_earlier_runs_again():
    small = Experiment(tiny_world(), (strategy("S0"), strategy("S2")), "S0", 3, seed=40)
    large = small.doubled()
    assert [s.run for s in large.specs()[: len(small.specs())]] == [s.run for s in small.specs()]
    assert len(large.specs()) == 2 * 7


def test_the_columns_of_a_doubled_sample_are_not_in_step():
    world = tiny_world()
    paths = [c.path for c in uncertain(world) if not isinstance(c.value, int)]
    sample = futures(world, 200, seed=0, doublings=3)[1:]
    ranks = np.array([[future[path] for future in sample] for path in paths]).argsort().argsort()
    correlation = np.corrcoef(ranks)[np.triu_indices(len(paths), 1)]
    assert np.abs(correlation).max() < 0.35


def test_a_sobol_sample_is_even_and_begins_alike_however_long():
    world, n = tiny_world(), 32
    sample = futures(world, n, seed=3, sampler="sobol")
    assert futures(world, 8, seed=3, sampler="sobol") == sample[:9]
    assert futures(world, n, seed=4, sampler="sobol") != sample
    shares = {
        c.path: np.array(
            [(f[c.path] - c.sample[0]) / (c.sample[1] - c.sample[0]) for f in sample[1:]]
        )
        for c in uncertain(world)
        if c.shape == "uniform" and not isinstance(c.value, int)
    }
    for path, drawn in shares.items():
        slices = np.floor(drawn * n).astype(int)
        assert sorted(slices.tolist()) == list(range(n)), path
    first, second = np.array([c.path for c in uncertain(world)])[:2]
    assert sample[1][first] != sample[1][second]
    assert len(shares) > 5


def test_a_sobol_sample_of_another_size_is_refused_with_one_that_does():
    with pytest.raises(InputError, match="power of two of them, such as 8"):
        Experiment(tiny_world(), (strategy("S0"),), "S0", 6, sampler="sobol")
    with pytest.raises(InputError, match="latin-hypercube, sobol"):
        Experiment(tiny_world(), (strategy("S0"),), "S0", 6, sampler="dice")  # type: ignore[arg-type]
    small = Experiment(tiny_world(), (strategy("S0"),), "S0", 4, sampler="sobol")
    grown = small.doubled()
    assert [s.run for s in grown.specs()[: len(small.specs())]] == [s.run for s in small.specs()]
