"""Which runs an experiment consists of: sampled futures, shared by all strategies."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from math import exp, floor, log, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any, Literal, Self, get_args, overload
from zlib import crc32

import numpy as np

from ecosystem.errors import InputError
from ecosystem.parameters import Card
from ecosystem.results import versions
from ecosystem.scenario import Strategy, World, targets, uncertain
from ecosystem.units import FloatArray, IntArray

type Values = Mapping[str, float]
type Pairs = tuple[tuple[str, float], ...]
type Sampler = Literal["latin-hypercube", "sobol"]
SAMPLERS: tuple[Sampler, ...] = get_args(Sampler.__value__)

_ROOT = Path(__file__).parents[1]
_Z95 = NormalDist().inv_cdf(0.95)
_TAIL = 1e-9
_BITS = 30  # of a point of the Sobol sequence: 10**9 futures


@dataclass(frozen=True, slots=True)
class RunSpec:
    """One run: everything that a worker needs to rebuild and replay it.

    Attributes
    ----------
    world, strategy : World, Strategy
        As loaded; the numbers of the future are not yet in the world.
    future : int
        Number of the future; 0 is the central one.
    seed : int
        Seed of the model's random streams, the same for all strategies in a future.
    weeks : int or None
        Length of the run; None means the world's own.
    values : tuple of (path, value)
        The numbers that this future changes.
    run : str
        16 hex digits over inputs, code and versions: equal names mean equal results.
    options : tuple of (name, values)
        Of the model: ``nulls`` and ``silent``.
    """

    world: World = field(repr=False, compare=False)
    strategy: Strategy = field(repr=False, compare=False)
    future: int
    seed: int
    weeks: int | None
    values: "Pairs" = field(repr=False)
    run: str
    options: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def key(self) -> tuple[str, str, int, int]:
        """World, strategy, future and seed: unique within an experiment."""
        return (self.world.name, self.strategy.key, self.future, self.seed)


@dataclass(frozen=True, slots=True)
class Experiment:
    """Strategies on the same futures and seeds.

    Parameters
    ----------
    world : World
    strategies : tuple of Strategy
        With different keys.
    baseline : str
        Key of the strategy to which the others are compared.
    futures : int
        Sampled futures, >= 1. The central one is run besides, as number 0.
    seed : int
        Seed of the sample. Future `i` runs with model seed ``seed + i``, so that future 0 is the
        run that a user sees with this seed.
    weeks : int, optional
        Length of a run.
    doublings : int
        How often the sample was doubled to reach `futures`; see :func:`futures`.
    sampler : {"latin-hypercube", "sobol"}
        How futures are drawn; see :func:`futures`.
    """

    world: World
    strategies: tuple[Strategy, ...]
    baseline: str
    futures: int = 8
    seed: int = 0
    weeks: int | None = None
    doublings: int = 0
    sampler: Sampler = "latin-hypercube"

    def __post_init__(self) -> None:
        keys = [strategy.key for strategy in self.strategies]
        for key in keys:
            if keys.count(key) > 1:
                raise InputError(f"Strategy {key!r} is given twice: a comparison needs each once.")
        if self.baseline not in keys:
            raise InputError(f"The baseline {self.baseline!r} is none of {', '.join(keys)}.")
        for strategy in self.strategies:
            targets(strategy, self.world)
        if self.futures < 1:
            raise InputError(f"futures = {self.futures}: a comparison needs at least 1.")
        if self.sampler not in SAMPLERS:
            raise InputError(f"sampler {self.sampler!r}: it is one of {', '.join(SAMPLERS)}.")
        if self.sampler == "sobol" and self.futures & (self.futures - 1):
            raise InputError(
                f"futures = {self.futures}: a Sobol sequence is even over a power of two of them, "
                f"such as {2 ** self.futures.bit_length()}."
            )

    def sample(self) -> list[dict[str, float]]:
        """Return the values of all futures; number 0 is the central one."""
        return futures(self.world, self.futures, self.seed, self.doublings, self.sampler)

    def doubled(self) -> "Experiment":
        """Return the experiment on twice the futures, of which the first half is this one's."""
        return replace(self, futures=2 * self.futures, doublings=self.doublings + 1)

    def specs(self) -> "Specs":
        """Return all runs, future by future, in each of them strategy by strategy."""
        return Specs(self)


class Specs(Sequence[RunSpec]):
    """The runs of an experiment, each made when it is asked for.

    Only the sample is kept, 8 bytes a number: a hundred thousand runs fit in memory as they do in
    a list of names.
    """

    def __init__(self, experiment: Experiment) -> None:
        e = experiment
        self._experiment = e
        self._sample = Sample.of(e.world, e.futures, e.seed, e.doublings, e.sampler)
        world = sha256(e.world.model_dump_json().encode()).hexdigest()
        self._common = [code_digest(), versions(), world, e.weeks]
        self._strategies = [s.model_dump_json().encode() for s in e.strategies]
        self._last: tuple[int, Pairs, Any] = (0, *self._future(0))

    def __len__(self) -> int:
        return (self._experiment.futures + 1) * len(self._strategies)

    @overload
    def __getitem__(self, index: int) -> RunSpec: ...
    @overload
    def __getitem__(self, index: slice) -> list[RunSpec]: ...
    def __getitem__(self, index: int | slice) -> RunSpec | list[RunSpec]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        number, which = divmod(range(len(self))[index], len(self._strategies))
        if number != self._last[0]:
            self._last = (number, *self._future(number))
        _, pairs, seen = self._last
        named = seen.copy()
        named.update(self._strategies[which])
        e = self._experiment
        run = named.hexdigest()[:16]
        return RunSpec(e.world, e.strategies[which], number, e.seed + number, e.weeks, pairs, run)

    def _future(self, number: int) -> "tuple[Pairs, Any]":
        """Return the numbers of a future, and the hash of all that its runs share."""
        pairs = self._sample.pairs(number)
        inputs = [*self._common, number, self._experiment.seed + number, pairs]
        return pairs, sha256(json.dumps(inputs).encode())


@dataclass(frozen=True, slots=True)
class Sample:
    """Sampled futures of a world, compactly.

    Attributes
    ----------
    paths : tuple of str
        The uncertain numbers.
    whole : tuple of bool
        Which of them are whole numbers.
    table : ndarray, shape (F, N)
        Their values in the futures 1 to F.
    """

    paths: tuple[str, ...]
    whole: tuple[bool, ...]
    table: FloatArray

    @classmethod
    def of(
        cls,
        world: World,
        n: int,
        seed: int,
        doublings: int = 0,
        sampler: Sampler = "latin-hypercube",
    ) -> Self:
        """Draw `n` futures; see :func:`futures`."""
        cards = uncertain(world)
        table = np.empty((n, len(cards)))
        even = _sobol(len(cards), n) if sampler == "sobol" else None
        for column, card in enumerate(cards):
            rng = np.random.default_rng([seed, crc32(card.path.encode())])
            if even is None:
                shares = _shares(rng, n, doublings)
            else:
                shares = ((even[:, column] ^ rng.integers(2**_BITS)) + 0.5) / 2**_BITS
            table[:, column] = [quantile(card, share) for share in shares.tolist()]
        whole = tuple(isinstance(card.value, int) for card in cards)
        return cls(tuple(card.path for card in cards), whole, table)

    def pairs(self, number: int) -> "Pairs":
        """Return the numbers of a future by path; none in future 0, the central one."""
        if number == 0:
            return ()
        values = zip(self.paths, self.whole, self.table[number - 1].tolist(), strict=True)
        return tuple((path, int(value) if whole else value) for path, whole, value in values)


def futures(
    world: World,
    n: int,
    seed: int,
    doublings: int = 0,
    sampler: Sampler = "latin-hypercube",
) -> list[dict[str, float]]:
    """Sample futures of a world: a Latin hypercube or Sobol sequence over its uncertain numbers.

    Parameters
    ----------
    world : World
    n : int
        Sampled futures, >= 1.
    seed : int
        Non-negative.
    doublings : int
        How often a sample of ``n / 2**doublings`` was doubled to `n`: its futures come first and
        stay as they are.
    sampler : {"latin-hypercube", "sobol"}
        A Sobol sequence begins with the same futures however long it is. It is as even as a Latin
        hypercube in each number, and more so in pairs once futures are many; an uncertain number
        more changes the others' samples.

    Returns
    -------
    list of dict, length ``n + 1``
        Values by dotted path for ``World.with_values``. Number 0 is empty: the central world, for
        orientation. Numbers 1 to `n` are the sample: of the `n` equally likely slices of every
        number's range each holds one future.

    Notes
    -----
    Every number has its own stream, keyed by its path (McKay, Beckman and Conover 1979, with
    independent permutations), so that declaring another one leaves the others' samples alone.
    A doubling cuts every slice in two and draws in the empty halves, in an order of its own, so
    that the whole is a Latin hypercube again (Sallaberry, Helton and Hora 2008). Points of the
    Sobol sequence (directions of Joe and Kuo 2008) are shifted digit by digit, number by number.
    """
    sample = Sample.of(world, n, seed, doublings, sampler)
    return [dict(sample.pairs(number)) for number in range(n + 1)]


def _shares(rng: np.random.Generator, n: int, doublings: int) -> FloatArray:
    """Return one number's Latin hypercube on [0, 1), shape (n,)."""
    size, rest = divmod(n, 2**doublings)
    if rest:
        raise InputError(f"{n} futures cannot come from {doublings} doublings.")
    slices, inside = rng.permutation(size), rng.random(size)
    shares = (slices + inside) / size
    for _ in range(doublings):
        upper = inside >= 0.5
        slices, inside = 2 * slices + upper, 2 * inside - upper
        empty, more = rng.permutation(slices ^ 1), rng.random(size)
        size *= 2
        slices, inside = np.append(slices, empty), np.append(inside, more)
        shares = np.append(shares, (empty + more) / size)
    return shares


def _sobol(numbers: int, n: int) -> IntArray:
    """Return the first points of a Sobol sequence in digits, shape (n, numbers)."""
    from scipy.stats import qmc  # 0.2 s that no other sample should wait for

    drawn = qmc.Sobol(numbers, scramble=False, bits=_BITS).random_base2(n.bit_length() - 1)
    return (drawn * 2**_BITS).astype(np.int64)


def quantile(card: Card, share: float) -> float:
    """Return the value below which a number lies with probability `share`.

    Parameters
    ----------
    card : Card
        With ``sample``: the ends of a uniform or triangular range (mode at the default), the 5%
        and 95% quantiles of a lognormal one. Whole numbers are equally likely or rounded.
    share : float
        In [0, 1].
    """
    if card.sample is None:
        raise InputError(f"{card.path} has no range to sample from.")
    low, high = card.sample
    whole = isinstance(card.value, int)
    if card.shape == "uniform":
        if whole:  # all whole numbers equally likely, the ends too
            return min(floor(low + share * (high - low + 1)), int(high))
        return low + share * (high - low)
    if card.shape == "triangular":
        value = _triangular(low, min(max(card.value, low), high), high, share)
    else:
        z = NormalDist().inv_cdf(min(max(share, _TAIL), 1 - _TAIL))
        value = exp((log(low) + log(high)) / 2 + z * log(high / low) / (2 * _Z95))
    return round(value) if whole else value


def _triangular(low: float, mode: float, high: float, share: float) -> float:
    if share * (high - low) < mode - low:
        return low + sqrt(share * (high - low) * (mode - low))
    return high - sqrt((1 - share) * (high - low) * (high - mode))


@cache
def code_digest() -> str:
    """Return a SHA-256 over the model's code and tables: stored runs of other code do not count."""
    seen = sha256()
    model = [p for p in (_ROOT / "ecosystem").rglob("*") if p.suffix in (".py", ".csv")]
    kept = [_ROOT / "experiments" / f"{name}.py" for name in ("outcomes", "failures", "people")]
    for path in sorted([*model, *kept]):
        seen.update(str(path.relative_to(_ROOT)).encode())
        seen.update(path.read_bytes())
    return seen.hexdigest()
