"""Keyed random draws: a draw is a function of seed, stream, event and slot.

Who asks, and in which order, changes nothing. Two strategies with one seed therefore face the
same world (common random numbers), and an agent added to a world disturbs nobody's draws.
"""

from dataclasses import dataclass, field
from zlib import crc32

import numpy as np

from ecosystem.units import FloatArray, IntArray

_BLOCK = 64
_MANY = 4_096
"""Slots beyond which a block holds as many as are asked for: memory counts for more than time."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Uniform draws in (0, 1), to be passed to a ``ppf``.

    Parameters
    ----------
    seed : int
        Non-negative seed of the whole run.

    Notes
    -----
    A generator costs about 12 µs to build, so one is built for a block of 64 events and its
    draws are laid out slot-major: row `i` belongs to slot `i`, whatever the number of slots.
    """

    seed: int
    _blocks: dict[tuple[str, int], FloatArray] = field(
        default_factory=dict, repr=False, compare=False
    )

    def uniform(self, stream: str, event: int, slot: IntArray) -> FloatArray:
        """Return one draw per slot for this event.

        Parameters
        ----------
        stream : str
            What the draw is for, e.g. ``"hearing"``.
        event : int
            Running number of the occasion, >= 0 (usually the week).
        slot : ndarray of int, shape (n,)
            Stable numbers of the entities that draw.

        Returns
        -------
        ndarray, shape (n,)
            Draws in (0, 1).
        """
        need = int(slot.max(initial=-1)) + 1
        return self.rows(stream, event, need)[slot]

    def rows(self, stream: str, event: int, slots: int) -> FloatArray:
        """Return the draws of slots ``0..slots-1`` for this event, shape ``(slots,)``."""
        block, column = divmod(event, _BLOCK)
        key = (stream, block)
        drawn = self._blocks.get(key)
        if drawn is None or len(drawn) < slots:
            generator = np.random.default_rng([self.seed, crc32(stream.encode()), block])
            # A power of two keeps the number of rebuilds small as slots are added.
            room = max(8, 1 << (slots - 1).bit_length()) if slots <= _MANY else slots
            drawn = generator.random((room, _BLOCK))
            np.maximum(drawn, 2.0**-54, out=drawn)  # 0 has no place under a ppf
            self._blocks[key] = drawn
        return drawn[:slots, column]

    def one(self, stream: str, event: int, slot: int = 0) -> float:
        """Return a single draw."""
        return float(self.rows(stream, event, slot + 1)[slot])
