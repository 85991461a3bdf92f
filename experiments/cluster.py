"""Runs on an existing Dask cluster, whose workers share the folder of results with us."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from platform import node
from secrets import token_hex
from typing import TYPE_CHECKING, Any, NamedTuple

from ecosystem.errors import InputError
from ecosystem.results import versions
from experiments.design import code_digest
from experiments.store import FolderError
from experiments.workers import LostError

if TYPE_CHECKING:
    from distributed import Client

ANSWER_S = 10.0
"""How long to wait for the scheduler, and for a first worker."""


class Cluster(NamedTuple):
    """What is lent of a cluster: an executor, and how many workers it has now."""

    executor: Executor
    workers: int


class Token(NamedTuple):
    """By which a worker knows our folder and our code.

    Attributes
    ----------
    file : Path
        Written by us into the folder of results; a worker that does not see it has another folder.
    code, versions : str, dict of str to str
        Runs of other code or library versions are other runs.
    """

    file: Path
    code: str
    versions: dict[str, str]

    def refusal(self) -> str:
        """Return why this process cannot make runs for us, or nothing."""
        who, folder = f"the worker on {node()}", self.file.parent
        if not self.file.is_file():
            return f"{who} does not see {folder}: put --out on a file system that it shares"
        try:
            handle, name = tempfile.mkstemp(dir=folder, prefix=".try.")
        except OSError as error:
            return f"{who} cannot write into {folder}: {error.strerror}"
        os.close(handle)
        Path(name).unlink()
        if self.code != code_digest():
            return f"{who} has other code of this package: install the same there"
        others = [name for name, number in versions().items() if self.versions.get(name) != number]
        if others:
            return f"{who} has another version of {', '.join(others)}: install the same there"
        return ""


@contextmanager
def cluster(address: str, folder: Path) -> Iterator[Cluster]:
    """Lend the cluster whose scheduler is at an address, to write into a folder.

    Parameters
    ----------
    address : str
        ``tcp://host:port``.
    folder : Path
        Folder of results. Every worker must see it under the same absolute path.

    Raises
    ------
    InputError
        If Dask is not installed here, nobody answers within 10 s, there is no worker, or a worker
        cannot write into `folder` or has other code or versions.
    """
    client = _client(address)
    folder.mkdir(parents=True, exist_ok=True)
    token = Token(folder.resolve() / f".token.{token_hex(8)}", code_digest(), versions())
    token.file.touch()
    try:
        for refusal in _refusals(client, token, address).values():
            if refusal:
                raise InputError(f"--scheduler {address}: {refusal}.")
        cores: Mapping[str, int] = client.ncores()  # type: ignore[reportAssignmentType]
        with client.get_executor(pure=False) as inner:
            yield Cluster(_Steady(inner, token), max(1, sum(cores.values())))
    finally:
        token.file.unlink(missing_ok=True)
        client.close()


def _client(address: str) -> "Client":
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            f"--scheduler {address}: Dask is not installed here. "
            "Install it with: uv sync --extra cluster (or: pip install distributed)."
        ) from error
    try:
        client = Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, ValueError) as error:  # no such place, or no address
        raise InputError(
            f"--scheduler {address}: no Dask scheduler answered within {ANSWER_S:g} s. "
            "It is given as tcp://host:port; start one with: dask scheduler."
        ) from error
    try:
        client.wait_for_workers(1, timeout=ANSWER_S)
    except TimeoutError as error:
        client.close()
        raise InputError(
            f"--scheduler {address}: it has no workers; start some with: "
            f"dask worker {address} --nthreads 1."
        ) from error
    return client


def _refusals(client: "Client", token: Token, address: str) -> dict[str, str]:
    """Ask every worker whether it can make runs for us."""
    try:
        return client.run(token.refusal)  # type: ignore[reportReturnType]
    except ImportError as error:
        raise InputError(
            f"--scheduler {address}: a worker cannot load this package ({error}); install it there."
        ) from error


class _Steady(Executor):
    """Dask's executor, whose chunks are finished once they are handed out.

    Dask says of a chunk in hand that it can be cancelled; it would go on all the same, unseen.
    Workers that join later are checked as the first ones were.
    """

    def __init__(self, inner: Executor, token: Token) -> None:
        self._inner = inner
        self._token = token

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        outer: Future[T] = Future()
        outer.set_running_or_notify_cancel()
        inner = self._inner.submit(_checked, self._token, partial(fn, *args, **kwargs))
        inner.add_done_callback(partial(_pass_on, outer))
        return outer


def _checked[T](token: Token, job: Callable[[], T]) -> T:
    """Do a job in a worker that can do it for us."""
    if refusal := token.refusal():
        raise FolderError(refusal[0].upper() + refusal[1:])
    return job()


def _pass_on(outer: Future[Any], inner: Future[Any]) -> None:
    """Give a future what came of another, in our words where the cluster failed."""
    from distributed import KilledWorker

    if inner.cancelled():
        outer.set_exception(LostError("The cluster's scheduler was lost"))
    elif isinstance(error := inner.exception(), KilledWorker):
        outer.set_exception(LostError(f"Workers of the cluster died over one chunk: {error}"))
    elif error is not None:
        outer.set_exception(error)
    else:
        outer.set_result(inner.result())
