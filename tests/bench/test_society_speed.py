"""What hosts take of a run: 30 communities of 200 households, beside the rest of the same run."""

from time import thread_time

import pytest

from ecosystem import living
from ecosystem.model import Ecosystem
from ecosystem.scenario import World, load_strategy, load_world
from ecosystem.state import Society

COMMUNITIES, HOUSEHOLDS = 30, 200
SHARE = 0.2
REPEATS = 3


def crowded() -> World:
    """Return the default world with further candidates, 30 hosts in all."""
    world = load_world("stargate")
    built = [site for site in world.sites if site.role in ("programme", "candidate")]
    model = [site for site in built if site.role == "candidate"]
    more = [
        model[i % len(model)].model_copy(update={"key": f"more{i}"})
        for i in range(COMMUNITIES - len(built))
    ]
    return world.with_("sites", (*world.sites, *more))


@pytest.mark.bench
def test_society_takes_a_fifth_of_a_run_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ECOSYSTEM_AUDIT", raising=False)
    world, strategy = crowded(), load_strategy("S0")
    spent: list[float] = []
    usual = living.live

    def timed(*given: object) -> Society:
        begin = thread_time()
        after = usual(*given)  # type: ignore[arg-type]
        spent[-1] += thread_time() - begin
        return after

    monkeypatch.setattr(living, "live", timed)
    shares: list[float] = []
    for _ in range(REPEATS):
        model = Ecosystem(world, strategy, 0)
        assert model.society.opinion.shape == (COMMUNITIES, HOUSEHOLDS)
        spent.append(0.0)
        begin = thread_time()
        model.run()
        shares.append(spent[-1] / (thread_time() - begin))
    print(
        f"\n{COMMUNITIES} communities of {HOUSEHOLDS} households: {min(shares):.1%} of a run, "
        f"{spent[-1]:.3f} s"
    )
    assert all(s > 0 for s in spent)  # the model does call what is timed
    assert min(shares) <= SHARE
