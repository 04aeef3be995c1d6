"""Many small calls in other processes: the results of one process, in its order, and nothing left behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count, islice
from pathlib import Path

import pytest

from sitegen.diagnostics import TroubleError
from sitegen.workers import Workers, cores

REPO = Path(__file__).resolve().parent.parent.parent
WORTHWHILE = 1000.0  # seconds for a thousand items: two are enough to start processes


def square(batch: Sequence[int]) -> list[int]:
    return [number * number for number in batch]


def process(batch: Sequence[int]) -> list[int]:
    return [os.getpid()] * len(batch)


def fail_at_7(batch: Sequence[int]) -> list[int]:
    if 7 in batch:
        raise ZeroDivisionError("seven")
    return list(batch)


def end_at_7(batch: Sequence[int]) -> list[int]:
    if 3 in batch and len(batch) == 1:
        raise ZeroDivisionError("three does not end its process")
    if 7 in batch:
        os._exit(3)
    return list(batch)


def end_once(batch: Sequence[Path]) -> list[Path]:
    """Ends its process the first time; then all goes well."""
    with suppress(FileExistsError):
        (batch[0].parent / "ended").touch(exist_ok=False)
        os._exit(3)
    return list(batch)


def wait_for_ever(batch: Sequence[Path]) -> list[Path]:
    """Holds a lock as long as its process lives."""
    import fcntl

    with batch[0].open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        batch[0].with_suffix(".held").touch()
        while True:
            time.sleep(60)


def named(item: object) -> str:
    return f"item {item}"


def here_alone() -> bool:
    """Whether no process that was started is still there."""
    return multiprocessing.active_children() == []


def until(is_so: Callable[[], bool], seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_there_is_a_core() -> None:
    assert cores() >= 1


@pytest.mark.parametrize(("jobs", "number"), [(1, 0), (1, 1), (1, 523), (2, 523)])
def test_results_come_in_the_order_of_the_items(jobs: int, number: int) -> None:
    with Workers(jobs) as workers:
        found = list(workers.run(square, range(number), WORTHWHILE, named))
        assert found == [n * n for n in range(number)]
        assert here_alone() == (jobs == 1)
    assert here_alone()


@pytest.mark.parametrize("number", [0, 1, 49, 50, 51, 1000])
def test_given_executor_is_used_for_everything_and_not_closed(number: int) -> None:
    with ThreadPoolExecutor(3) as executor:
        with Workers(1, executor) as workers:
            for _ in range(2):
                assert list(workers.run(square, range(number), 0.0, named)) == [n * n for n in range(number)]
        assert executor.submit(square, [3]).result() == [9]


def test_little_work_is_done_here() -> None:
    with Workers(2) as workers:
        assert set(workers.run(process, range(100), 0.1, named)) == {os.getpid()}
        assert list(workers.run(process, [], WORTHWHILE, named)) == []
        assert here_alone()


def test_processes_are_started_once_and_then_used_for_less_work_too() -> None:
    with Workers(2) as workers:
        first = set(workers.run(process, range(300), WORTHWHILE, named))
        second = set(workers.run(process, range(130), 1.0, named))
        third = set(workers.run(process, range(10), 1.0, named))
        assert os.getpid() not in first
        assert second <= {child.pid for child in multiprocessing.active_children()}
        assert third == {os.getpid()}
    assert here_alone()


def test_renewed_processes_are_others() -> None:
    with Workers(2) as workers:
        first = set(workers.run(process, range(300), WORTHWHILE, named))
        workers.renew()
        assert here_alone()
        assert first.isdisjoint(workers.run(process, range(300), WORTHWHILE, named))
    assert here_alone()


@pytest.mark.parametrize("how", ["here", "there"])
def test_items_are_asked_for_as_they_are_needed(how: str) -> None:
    asked = 0

    def items() -> Iterator[int]:
        nonlocal asked
        for number in count():
            asked += 1
            yield number

    with ThreadPoolExecutor(2) as executor, Workers(1, executor if how == "there" else None) as workers:
        results = workers.run(square, items(), WORTHWHILE, named)
        assert list(islice(results, 10)) == [n * n for n in range(10)]
        assert asked <= 500
        assert list(islice(results, 1000)) == [n * n for n in range(10, 1010)]
        assert asked <= 1500
        results.close()  # type: ignore[attr-defined]


def test_items_may_depend_on_what_came_before() -> None:
    """A task whose page lies there already is told as done while the items are asked for."""
    told: list[int] = []

    def items() -> Iterator[int]:
        for number in range(200):
            told.append(number)
            if number % 2:
                yield number

    with ThreadPoolExecutor(2) as executor, Workers(2, executor) as workers:
        assert list(workers.run(square, items(), 1.0, named)) == [n * n for n in range(1, 200, 2)]
    assert told == list(range(200))


def failing(items: Iterable[int]) -> Iterator[int]:
    yield from items
    raise ZeroDivisionError("no more items")


@pytest.mark.parametrize("jobs", [1, 2])
def test_exception_of_a_call_reaches_the_caller_and_leaves_no_process(jobs: int) -> None:
    with pytest.raises(ZeroDivisionError, match="seven"), Workers(jobs) as workers:
        list(workers.run(fail_at_7, range(300), WORTHWHILE, named))
    assert here_alone()


def test_exception_of_the_items_reaches_the_caller_and_leaves_no_process() -> None:
    with pytest.raises(ZeroDivisionError, match="no more items"), Workers(2) as workers:
        list(workers.run(square, failing(range(300)), WORTHWHILE, named))
    assert here_alone()


def test_process_that_ends_itself_is_told_with_the_item(capfd: pytest.CaptureFixture[str]) -> None:
    with Workers(2) as workers:
        with pytest.raises(TroubleError, match=r"处理“item 7”时工作进程意外退出，没有发布。.*--jobs 1"):
            list(workers.run(end_at_7, range(300), WORTHWHILE, named))
        assert here_alone()
    assert capfd.readouterr() == ("", "")


def test_items_are_told_where_none_of_them_ends_a_process_alone(tmp_path: Path) -> None:
    with Workers(2) as workers, pytest.raises(TroubleError, match=r"处理“0”到“4”时工作进程意外退出"):
        list(workers.run(end_once, [tmp_path / str(number) for number in range(5)], WORTHWHILE, lambda path: path.name))
    assert here_alone()


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
def test_process_that_was_killed_between_two_calls_is_told() -> None:
    """As a system does that has no memory left."""
    with Workers(2) as workers:
        assert len(list(workers.run(square, range(300), WORTHWHILE, named))) == 300
        killed = multiprocessing.active_children()[0].pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        assert until(here_alone)  # the others are ended by the pool, which now knows
        with pytest.raises(TroubleError, match="工作进程意外退出"):
            list(workers.run(square, range(300), WORTHWHILE, named))
    assert here_alone()


def test_break_off_by_the_consumer_leaves_no_process() -> None:
    def break_off() -> None:
        with Workers(2) as workers:
            for number in workers.run(square, range(1000), WORTHWHILE, named):
                if number == 900:
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert here_alone()


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a signal ends the process at once")
def test_workers_leave_ctrl_c_to_the_process_that_started_them() -> None:
    with Workers(2) as workers:
        results = workers.run(process, range(300), WORTHWHILE, named)
        os.kill(next(results), signal.SIGINT)
        assert len(list(results)) == 299


@pytest.mark.skipif(os.name != "posix", reason="kills a process and asks for locks")
def test_killed_process_leaves_no_orphan(tmp_path: Path) -> None:
    import fcntl

    files = [tmp_path / f"{number}.lock" for number in range(100)]
    code = (
        "import sys; from pathlib import Path; from sitegen.workers import Workers\n"
        f"from {__name__} import named, wait_for_ever\n"
        "if __name__ == '__main__':\n"
        "    with Workers(2) as workers:\n"
        f"        items = [Path(sys.argv[1], f'{{n}}.lock') for n in range(100)]\n"
        f"        list(workers.run(wait_for_ever, items, {WORTHWHILE}, named))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=REPO, stderr=subprocess.DEVNULL)
    held: list[Path] = []

    def is_held() -> bool:
        held[:] = [file for file in files if file.with_suffix(".held").exists()]
        return len(held) == 2

    def is_free() -> bool:
        for file in held:
            with file.open("w") as opened:
                try:
                    fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
        return True

    try:
        assert until(is_held)
        assert not is_free()
    finally:
        parent.kill()
        parent.wait()
    assert until(is_free)
