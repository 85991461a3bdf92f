"""Questions to the model, each with the answer that was expected beforehand."""

from collections.abc import Mapping
from difflib import get_close_matches

from ecosystem.errors import InputError
from experiments.catalogue import (
    e01_starts_capped,
    e05_closed_loop,
    e06_vendor_outage,
    e07_without_abilene,
)
from experiments.catalogue.engine import Entry

ENTRIES: Mapping[str, Entry] = {
    module.ENTRY.key: module.ENTRY
    for module in (e01_starts_capped, e05_closed_loop, e06_vendor_outage, e07_without_abilene)
}


def entry(key: str) -> Entry:
    """Return an entry by key, e.g. ``E3``; an unknown one raises :class:`InputError`."""
    found = ENTRIES.get(key.strip().upper())
    if found is None:
        near = get_close_matches(key.upper(), ENTRIES, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise InputError(f"No experiment {key!r}; there are {', '.join(ENTRIES)}.{hint}")
    return found
