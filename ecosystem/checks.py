"""One figure of a validation against its limit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One figure against its limit.

    Attributes
    ----------
    area, name : str
        What is checked.
    value, limit : float
        Smaller is better; `limit` is infinite where there is none.
    unit : str
        Of both.
    promised : bool
        Whether to miss the limit is a failure. What is not promised is reported: with an aim, or
        with none.
    """

    area: str
    name: str
    value: float
    limit: float
    unit: str
    promised: bool = True

    @property
    def ok(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.value <= self.limit

    @property
    def failed(self) -> bool:
        """Whether a promise is broken."""
        return self.promised and not self.ok
