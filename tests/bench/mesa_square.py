"""The trivial model of :mod:`engines` for Mesa, importable by its processes."""

from mesa import Model
from mesa.datacollection import DataCollector


class Square(Model):
    """Collect ``y = x * x`` once."""

    def __init__(self, x: float = 0.0, rng: int | None = None) -> None:
        super().__init__(rng=rng)
        self.x = x
        self.datacollector = DataCollector(model_reporters={"y": lambda m: m.x * m.x})

    def step(self) -> None:
        """Collect the outcome and end."""
        self.datacollector.collect(self)
        self.running = False
