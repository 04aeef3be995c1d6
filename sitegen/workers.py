"""Carry out many small calls: here, or in other processes once there is enough to do for them to pay off.

Exports `Workers`, `cores`.
"""

from __future__ import annotations

import gc
import os
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from sitegen.diagnostics import TroubleError
from sitegen.model import Shared

A = TypeVar("A")
R = TypeVar("R")
Batch = Callable[[Sequence[A]], Sequence[R]]  # the results of a batch of items, one each

_BATCH = 50
_IN_FLIGHT = 3  # batches for each worker, so that none waits for the next
_WORTH = 1.0  # seconds of work from which starting processes pays off


def cores() -> int:
    """How many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """Where the calls of one build are carried out.

    An `executor` that is given is used for everything, and not closed. Without one, `jobs` processes (None: as many as
    there are cores) are started when a call of `run` is worth it, and ended with the `with` block, whatever happens.
    """

    def __init__(self, jobs: int | None = 1, executor: Executor | None = None) -> None:
        self._jobs = cores() if jobs is None else jobs
        self._given = executor
        self._own: Executor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._close()

    def run(
        self,
        function: Batch[A, R],
        items: Iterable[A],
        seconds: float,
        names: Callable[[A], str],
        size: int = _BATCH,
    ) -> Iterator[R]:
        """What `function` gives for each of the items, in their order; it gets them in batches of `size`.

        `seconds` is about what the first thousand take one process. `items` may come slowly: they are asked for as
        they are needed. Raises `TroubleError` naming what was worked on when a process came to an unexpected end.
        """
        source = iter(items)
        first = list(islice(source, 1 + int(1000 * _WORTH / max(seconds, 1e-6))))
        executor = self._executor(len(first) * seconds / 1000)
        if executor is None:
            return _here(function, chain(first, source), size)
        return self._there(executor, function, chain(first, source), names, size)

    def renew(self) -> None:
        """End the processes, whose memory holds what was worked on before; a later call of `run` starts new ones."""
        self._close()

    def _executor(self, seconds: float) -> Executor | None:
        if self._given is not None:
            return self._given
        if self._jobs > 1 and self._own is None and seconds >= _WORTH:
            self._own = _pool(self._jobs)
        return self._own if seconds >= _WORTH / 8 else None

    def _there(
        self, executor: Executor, function: Batch[A, R], items: Iterator[A], names: Callable[[A], str], size: int
    ) -> Iterator[R]:
        pending: deque[tuple[Sequence[A], Future[Sequence[R]]]] = deque()
        asked: Sequence[A] = ()
        with _sender(function, is_own=executor is self._own) as submit:
            try:
                while True:
                    while len(pending) < _IN_FLIGHT * max(self._jobs, 2) and (batch := list(islice(items, size))):
                        asked = batch
                        pending.append((batch, submit(executor, batch)))
                    if not pending:
                        return
                    yield from pending[0][1].result()
                    pending.popleft()
            except BrokenExecutor as error:
                batches = [batch for batch, _ in pending]
                if asked and (not batches or batches[-1] is not asked):
                    batches.append(asked)  # it broke while this was handed over
                self._close()
                raise TroubleError(_crash(function, batches, names)) from error
            finally:
                for _, future in pending:
                    future.cancel()

    def _close(self) -> None:
        if self._own is not None:
            own, self._own = self._own, None
            own.shutdown(wait=True, cancel_futures=True)


# ---------------------------------------------------------------- what processes are sent


@contextmanager
def _sender(function: Batch[A, R], *, is_own: bool) -> Iterator[Callable[[Executor, list[A]], Future[Sequence[R]]]]:
    """How to submit a batch. Processes of our own read the function, which may be large, from a file, once each."""
    if not is_own:
        yield lambda executor, batch: executor.submit(function, batch)
        return
    import tempfile

    with tempfile.TemporaryDirectory(prefix="sitegen-work-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, "function")
        file.write_bytes(pickle.dumps(function, pickle.HIGHEST_PROTOCOL))
        sharing = _Sharing(folder)
        yield lambda executor, batch: executor.submit(_carry_out, str(file), sharing.dumps(batch))


class _Sharing:
    """Leaves shared values out of what is sent, each in a file of its own for whoever has not read it yet."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._files: dict[str, str] = {}
        self._table = dict.fromkeys(_kinds(Shared), self._reduced)

    def dumps(self, batch: object) -> bytes:
        """The batch, pickled."""
        out = BytesIO()
        pickler = pickle.Pickler(out, pickle.HIGHEST_PROTOCOL)
        pickler.dispatch_table = self._table
        pickler.dump(batch)
        return out.getvalue()

    def _reduced(self, value: Shared) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        if value.digest not in self._files:
            file = Path(self._folder, f"shared-{len(self._files)}")
            file.write_bytes(pickle.dumps(value, pickle.HIGHEST_PROTOCOL))
            self._files[value.digest] = str(file)
        return _load, (self._files[value.digest],)


def _kinds(kind: type[Shared]) -> Iterator[type[Shared]]:
    for inner in kind.__subclasses__():
        yield inner
        yield from _kinds(inner)


def _carry_out(file: str, batch: bytes) -> Sequence[Any]:
    """The results of a batch, in another process."""
    results: Sequence[Any] = _load(file)(pickle.loads(batch))
    gc.collect(0)
    return results


@lru_cache(maxsize=64)
def _load(file: str) -> Any:
    return pickle.loads(Path(file).read_bytes())


# ---------------------------------------------------------------- processes


def _here(function: Batch[A, R], items: Iterator[A], size: int) -> Iterator[R]:
    while batch := list(islice(items, size)):
        yield from function(batch)


def _pool(jobs: int) -> Executor:
    from concurrent.futures import ProcessPoolExecutor  # slow to import, and seldom needed
    from multiprocessing import get_context

    # `spawn` behaves the same on every system, and inherits no lock, thread or open file
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """Leave Ctrl-C to the process that started this one, and end when that one does, however it ends.

    Only what reads PDF files makes rings of objects in numbers: looked for after each batch, among what is new, they
    cost next to nothing, and looked for among everything and all the time, a third of a build.
    """
    import signal
    import threading
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    gc.disable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()

    def follow() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _crash(function: Batch[A, R], batches: Sequence[Sequence[A]], names: Callable[[A], str]) -> str:
    """What to say of a process that came to an unexpected end: the item that ends one again when it is alone."""
    way_out = "多半是内存不足，或程序库有故障；可以关掉别的程序，或加 --jobs 1 再试。"
    alone = _pool(1)
    try:
        for item in chain.from_iterable(batches):
            try:
                alone.submit(function, [item]).result()
            except BrokenExecutor:
                return f"处理“{names(item)}”时工作进程意外退出，没有发布。{way_out}"
            except Exception:  # it failed, and did not end the process: not what is looked for
                continue
    finally:
        alone.shutdown(wait=True, cancel_futures=True)
    return f"处理“{names(batches[0][0])}”到“{names(batches[-1][-1])}”时工作进程意外退出，没有发布。{way_out}"
