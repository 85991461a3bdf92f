"""Generations of accelerators: what a rack holds, draws and computes."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from ecosystem.errors import InputError
from ecosystem.units import FloatArray

type Precision = Literal["bf16", "fp8", "fp4"]

REQUIRED = (
    "accelerators_per_rack",
    "rack_kw",
    "allin_kw_per_accelerator",
    "hbm_gb",
    "hbm_tbps",
    "scaleup_tbps",
    "scaleup_domain",
    "scaleout_gbps",
)
OPTIONAL = (
    "bf16_pflops",
    "fp8_pflops",
    "fp4_pflops",
    "rack_price_usd",
    "tdp_w",
    "matmul_bf16_tflops",
    "matmul_fp8_tflops",
)
# Largest matmul rate over dense peak, median of the eleven measured in stas00/ml-engineering; for
# chips on which nobody has published one.
USUAL_MATMUL_SHARE = 0.745


@dataclass(frozen=True, slots=True, eq=False)
class Generations:
    """Rack-scale systems as arrays of shape (G,); NaN marks what is not published.

    Attributes
    ----------
    key, name : tuple of str
        Short id and full name.
    available : tuple of date
        First deliveries in volume.
    accelerators_per_rack : ndarray
        Packages in a rack (in a node where a system is sold by the node).
    rack_kw : ndarray
        IT power of that rack at its budget [kW].
    allin_kw_per_accelerator : ndarray
        Utility power per accelerator, cooling and losses included [kW].
    bf16_pflops, fp8_pflops, fp4_pflops : ndarray
        Dense peak [PFLOP/s].
    hbm_gb, hbm_tbps : ndarray
        Memory [GB] and its bandwidth [TB/s].
    scaleup_tbps : ndarray
        Link inside the scale-up domain, both directions [TB/s].
    scaleup_domain : ndarray
        Accelerators in that domain.
    scaleout_gbps : ndarray
        Network per accelerator beyond it, one direction [Gb/s].
    rack_price_usd : ndarray
        Price of a rack [USD].
    tdp_w : ndarray
        Thermal design power of an accelerator [W].
    matmul_bf16_tflops, matmul_fp8_tflops : ndarray
        Largest matrix multiplication rate that was measured [TFLOP/s].
    """

    key: tuple[str, ...]
    name: tuple[str, ...]
    available: tuple[date, ...]
    accelerators_per_rack: FloatArray
    rack_kw: FloatArray
    allin_kw_per_accelerator: FloatArray
    bf16_pflops: FloatArray
    fp8_pflops: FloatArray
    fp4_pflops: FloatArray
    hbm_gb: FloatArray
    hbm_tbps: FloatArray
    scaleup_tbps: FloatArray
    scaleup_domain: FloatArray
    scaleout_gbps: FloatArray
    rack_price_usd: FloatArray
    tdp_w: FloatArray
    matmul_bf16_tflops: FloatArray
    matmul_fp8_tflops: FloatArray

    def __len__(self) -> int:
        return len(self.key)

    def index(self, key: str) -> int:
        """Return the position of `key`; an unknown one is refused."""
        if key not in self.key:
            raise InputError(f"Unknown generation '{key}'; known are {', '.join(self.key)}.")
        return self.key.index(key)

    def select(self, *keys: str) -> Self:
        """Return only `keys`, in that order."""
        at = [self.index(key) for key in keys]
        texts: dict[str, Any] = {
            f: tuple(getattr(self, f)[i] for i in at) for f in ("key", "name", "available")
        }
        numbers: dict[str, Any] = {f: getattr(self, f)[at] for f in (*REQUIRED, *OPTIONAL)}
        return type(self)(**texts, **numbers)

    def join(self, other: Self) -> Self:
        """Return the generations of both tables, `other` last."""
        texts: dict[str, Any] = {
            f: getattr(self, f) + getattr(other, f) for f in ("key", "name", "available")
        }
        numbers: dict[str, Any] = {
            f: np.concatenate([getattr(self, f), getattr(other, f)]) for f in (*REQUIRED, *OPTIONAL)
        }
        return type(self)(**texts, **numbers)

    def peak_flop_per_s(self, precision: Precision) -> FloatArray:
        """Return dense peaks [FLOP/s], shape (G,); a precision that a chip lacks is refused."""
        peak = {"bf16": self.bf16_pflops, "fp8": self.fp8_pflops, "fp4": self.fp4_pflops}
        if precision not in peak:
            raise InputError(f"Unknown precision '{precision}'; known are {', '.join(peak)}.")
        lacking = [k for k, p in zip(self.key, peak[precision], strict=True) if np.isnan(p)]
        if lacking:
            raise InputError(
                f"No dense {precision} peak is known for {', '.join(lacking)}. "
                "Use fp8, which every generation has, or select other generations."
            )
        return peak[precision] * 1e15

    def matmul_flop_per_s(self, precision: Precision) -> FloatArray:
        """Return the rate that large matrix multiplications reach [FLOP/s], shape (G,).

        Measured where it was; else the usual share of the peak. FP4 reaches the share of FP8.
        """
        peak = self.peak_flop_per_s(precision)
        if precision == "bf16":
            share = self.matmul_bf16_tflops / (self.bf16_pflops * 1e3)
        else:
            share = self.matmul_fp8_tflops / (self.fp8_pflops * 1e3)
        return peak * np.where(np.isnan(share), USUAL_MATMUL_SHARE, share)


def load_generations(path: Path | None = None) -> Generations:
    """Read a table of generations; without `path` the one that ships with the package.

    Raises
    ------
    InputError
        On a missing column, a value that is no positive number, a date that is none, or a key
        that occurs twice.
    """
    if path is None:
        return _shipped()
    return _read(path.read_text(encoding="utf-8"), str(path))


@lru_cache(maxsize=1)
def _shipped() -> Generations:
    """Read the shipped table once, so that what is cached per table is found again."""
    source = files("ecosystem") / "data" / "hardware.csv"
    return _read(source.read_text(encoding="utf-8"), "hardware.csv")


@lru_cache(maxsize=1)
def every_generation() -> Generations:
    """Return the shipped generations and those that only the past and validation need."""
    past = files("ecosystem") / "data" / "hardware_past.csv"
    return _shipped().join(_read(past.read_text(encoding="utf-8"), "hardware_past.csv"))


def _read(text: str, source: str) -> Generations:
    """Return the generations in a CSV `text` that came from `source`."""
    rows = list(csv.DictReader(text.splitlines()))
    keys = tuple(row.get("key", "") for row in rows)
    if not rows or "" in keys or len(set(keys)) < len(keys):
        raise InputError(f"{source}: every generation needs a key of its own; found {keys}.")
    return Generations(
        key=keys,
        name=tuple(row["name"] for row in rows),
        available=tuple(_day(row) for row in rows),
        **{f: np.array([_positive(row, f, False) for row in rows]) for f in REQUIRED},
        **{f: np.array([_positive(row, f, True) for row in rows]) for f in OPTIONAL},
    )


def _day(row: dict[str, str]) -> date:
    try:
        return date.fromisoformat(row["available"])
    except (KeyError, ValueError) as error:
        raise InputError(f"Generation '{row['key']}': available must be YYYY-MM-DD.") from error


def _positive(row: dict[str, str], field: str, may_lack: bool) -> float:
    """Return a cell as a number > 0, NaN where it is empty and may be."""
    text = row.get(field)
    if text == "" and may_lack:
        return np.nan
    try:
        value = float(text or "")
    except ValueError:
        value = np.nan
    if not 0 < value < np.inf:
        raise InputError(f"Generation '{row['key']}': {field} must be above 0, not '{text}'.")
    return value
