"""Many runs of the model and what they say; the public names, loaded when first used."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.conclude import tell, write_answer
    from experiments.design import Experiment
    from experiments.runner import run_all
    from experiments.store import read

__all__ = ["Experiment", "read", "run_all", "tell", "write_answer"]
_HOMES = {
    "Experiment": "design",
    "read": "store",
    "run_all": "runner",
    "tell": "conclude",
    "write_answer": "conclude",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: no command waits for what it does not need."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
