"""Agent-based model of the AI-compute build-out; the public names, loaded when first used."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ecosystem.branching import branch
    from ecosystem.errors import EcosystemError
    from ecosystem.model import Ecosystem, simulate
    from ecosystem.results import RunResult
    from ecosystem.scenario import Strategy, World, load_strategy, load_world
    from ecosystem.view import View

__all__ = [
    "Ecosystem",
    "EcosystemError",
    "RunResult",
    "Strategy",
    "View",
    "World",
    "branch",
    "load_strategy",
    "load_world",
    "simulate",
]
_HOMES = {
    "Ecosystem": "model",
    "EcosystemError": "errors",
    "RunResult": "results",
    "Strategy": "scenario",
    "View": "view",
    "World": "scenario",
    "branch": "branching",
    "load_strategy": "scenario",
    "load_world": "scenario",
    "simulate": "model",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: no command waits for what it does not need."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
