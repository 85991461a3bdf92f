"""Not doing the same sum twice: most weeks change little of the world."""

from collections.abc import Callable
from math import inf
from operator import is_
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Latest[*Arguments, T]:
    """A function that remembers its last value for as long as it is asked about the same objects.

    State is replaced, never written to, so that the same object stands for the same value. A
    function of what is written to must not be wrapped.
    """

    __slots__ = ("_arguments", "_function", "_value")

    def __init__(self, function: Callable[[*Arguments], T]) -> None:
        self._function = function
        self._arguments: tuple[object, ...] = ()
        self._value: T | None = None

    def __call__(self, *arguments: *Arguments) -> T:
        """Return the value of the function, worked out afresh where an argument is another one."""
        if self._value is None or not all(map(is_, arguments, self._arguments)):
            self._value = self._function(*arguments)
            self._arguments = arguments
        return self._value


def same[A: NDArray[Any]](last: A | None, fresh: A) -> A:
    """Return the last array if the fresh one has its values, so that equal ones are one object."""
    return fresh if last is None or np.count_nonzero(fresh != last) else last


class Steady[*Arguments, A: NDArray[Any]]:
    """A function to an array, which stays the same object for as long as its values do.

    It remembers as :class:`Latest` does, and what follows from its value need not be worked out
    afresh where other arguments lead to the same one.
    """

    __slots__ = ("_arguments", "_function", "_value")

    def __init__(self, function: Callable[[*Arguments], A]) -> None:
        self._function = function
        self._arguments: tuple[object, ...] = ()
        self._value: A | None = None

    def __call__(self, *arguments: *Arguments) -> A:
        """Return the value of the function."""
        last = self._value
        if last is not None and all(map(is_, arguments, self._arguments)):
            return last
        self._arguments = arguments
        self._value = fresh = same(last, self._function(*arguments))
        return fresh


class Until[*Arguments, T]:
    """A function that remembers its last value as :class:`Latest` does, but no longer than it says.

    The function is called with the week before its other arguments, and returns its value and the
    first week in which that will be another one, though all arguments be the same. Weeks only go
    forward.
    """

    __slots__ = ("_arguments", "_function", "_until", "_value")

    def __init__(self, function: Callable[[int, *Arguments], tuple[T, float]]) -> None:
        self._function = function
        self._arguments: tuple[object, ...] = ()
        self._until = -inf
        self._value: T | None = None

    def __call__(self, week: int, *arguments: *Arguments) -> T:
        """Return the value of the function in a week."""
        if (
            self._value is None
            or week >= self._until
            or not all(map(is_, arguments, self._arguments))
        ):
            self._value, self._until = self._function(week, *arguments)
            self._arguments = arguments
        return self._value
