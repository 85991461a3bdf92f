"""Questions to the model, each with the answer that was expected beforehand."""

from collections.abc import Mapping
from difflib import get_close_matches

from ecosystem.errors import InputError
from experiments.catalogue import (
    e01_starts_capped,
    e02_efficiency,
    e03_governance,
    e04_equal_shocks,
    e05_closed_loop,
    e06_vendor_outage,
    e07_without_abilene,
    e08_slow_levers,
    e09_phase_map,
    e10_generations,
    e11_full_cost_tariff,
    e12_contagion,
)
from experiments.catalogue.engine import Entry

ENTRIES: Mapping[str, Entry] = {
    module.ENTRY.key: module.ENTRY
    for module in (
        e01_starts_capped,
        e02_efficiency,
        e03_governance,
        e04_equal_shocks,
        e05_closed_loop,
        e06_vendor_outage,
        e07_without_abilene,
        e08_slow_levers,
        e09_phase_map,
        e10_generations,
        e11_full_cost_tariff,
        e12_contagion,
    )
}


def entry(key: str) -> Entry:
    """Return an entry by key, e.g. ``E3``; an unknown one raises :class:`InputError`."""
    found = ENTRIES.get(key.strip().upper())
    if found is None:
        near = get_close_matches(key.upper(), ENTRIES, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(f"No experiment {key!r}; there are {', '.join(ENTRIES)}.{hint}")
    return found
