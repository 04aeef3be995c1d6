"""Turn tasks into outputs, and outputs into published files: whole files only, nothing before everything succeeded.

Exports `Outputs`, `PublishReport`, `SerialExecutor`, `execute`, `published`, `lost_addresses`, `publish`.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from sitegen.diagnostics import SitegenError, TroubleError
from sitegen.model import Format, Kit, Task
from sitegen.store import Store

Outputs = Mapping[str, bytes]

_BATCH = 50
_IN_FLIGHT = 8

P = ParamSpec("P")
R = TypeVar("R")


class SerialExecutor(Executor):
    """Carries out each call at once, in this process."""

    def submit(self, fn: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """A future that is already done."""
        future: Future[R] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:  # the executor's contract: whatever the call raises belongs to the future
            future.set_exception(error)
        return future


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that could not be carried out."""

    path: str
    message: str
    is_ours: bool


def render_batch(tasks: Sequence[Task], kit: Kit, formats: Mapping[str, Format]) -> list[bytes | Failure]:
    """The bytes of each task, in order; a failure names its task."""
    results: list[bytes | Failure] = []
    for task in tasks:
        try:
            results.append(formats[task.format].produce(task, kit))
        except SitegenError as error:
            results.append(Failure(task.path, str(error), False))
        except Exception as error:  # the worker loop: name the task, whatever went wrong in it
            results.append(Failure(task.path, f"{type(error).__name__}: {error}", True))
    return results


def execute(
    tasks: Sequence[Task],
    kit: Kit,
    formats: Mapping[str, Format],
    executor: Executor,
    progress: Callable[[int], None] = lambda _: None,
) -> Outputs:
    """The bytes of every task by path, in task order. Raises `SitegenError` naming the first task that fails.

    `progress` is told how many more tasks are done. Batches go to the executor, a few in flight at a time.
    """
    outputs: dict[str, bytes] = {}
    batches = [tasks[i : i + _BATCH] for i in range(0, len(tasks), _BATCH)]
    pending: list[tuple[Sequence[Task], Future[list[bytes | Failure]]]] = []

    def gather() -> None:
        batch, future = pending.pop(0)
        for task, result in zip(batch, future.result(), strict=True):
            if isinstance(result, Failure):
                if result.is_ours:
                    raise RuntimeError(f"{result.path}: {result.message}")
                raise SitegenError(f"生成“{result.path}”时出错：{result.message}")
            outputs[task.path] = result
        progress(len(batch))

    for batch in batches:
        pending.append((batch, executor.submit(render_batch, batch, kit, formats)))
        if len(pending) >= _IN_FLIGHT:
            gather()
    while pending:
        gather()
    return outputs


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What publishing changed: paths by kind, and the files in the output that no build of ours put there."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    unknown: tuple[str, ...] = ()


def digest_of(data: bytes) -> str:
    """The digest by which outputs are compared."""
    return hashlib.blake2b(data, digest_size=32).hexdigest()


def published(outputs: Iterable[str], store: Store, out: Path) -> Mapping[str, str]:
    """What earlier builds put into the folder `out`, with digests, by path.

    Where the store does not know (no cache, a new one, another machine), it is what lies where only builds write:
    what may no longer be shown must go all the same, and a lost address must be noticed.
    """
    if known := store.manifest(str(out.resolve())):
        return known
    folders = {path.split("/", 1)[0] for path in outputs if "/" in path}
    present = _files(out)
    ours = {
        path
        for path in present
        if path.startswith(("search/data/", "pagefind/"))
        or (path.startswith("doc/") and "/".join((*path.split("/")[:2], "index.html")) in present)
        or (path.endswith((".html", ".xml")) and path.split("/", 1)[0] in folders)
    }
    return {path: digest_of((out / path).read_bytes()) for path in sorted(ours)}


def lost_addresses(outputs: Iterable[str], manifest: Iterable[str]) -> tuple[str, ...]:
    """The pages of documents and columns, and the redirects, that would now be gone (contract, section 6)."""
    kept = set(outputs)
    return tuple(
        path
        for path in sorted(manifest)
        if path not in kept
        and path.endswith((".html", ".htm", ".shtml"))
        and "/page/" not in path
        and not path.startswith(("catalog/", "updates/", "search/"))
    )


def publish(outputs: Outputs, store: Store, out: Path, keep: tuple[str, ...] = ()) -> PublishReport:
    """Make the folder `out` hold exactly `outputs`, as far as our own files go; unknown files stay and are named.

    Only what differs is written, each file whole; what the last manifest knew and is no more is removed; the manifest
    comes last, so a crash in between is healed by the next build. What the last build put below the folders
    `keep` stays as it is.
    """
    name = str(out.resolve())
    present = _files(out)
    before = published(outputs, store, out)
    kept = {path: digest for path, digest in before.items() if path.startswith(keep) and path in present}
    digests = {path: digest_of(data) for path, data in outputs.items()} | kept
    written: list[str] = []
    out.mkdir(parents=True, exist_ok=True)
    # What was published stays known even if this is interrupted: nothing of it may be left behind unknown.
    store.commit(name, dict(before) | digests)
    removed = [path for path in before if path not in digests and path in present]
    for path in removed:  # first, since what goes may be what must not be seen
        (out / path).unlink(missing_ok=True)
        _remove_empty(out, (out / path).parent)
    for path, data in outputs.items():
        target = out / path
        if path in present and _is_same(target, data):
            continue
        _write_whole(target, data)
        written.append(path)
    store.commit(name, digests)
    unknown = tuple(sorted(path for path in present if path not in digests and path not in before))
    return PublishReport(tuple(written), tuple(removed), len(outputs) - len(written), unknown)


def _files(out: Path) -> set[str]:
    found: set[str] = set()
    for folder, _, names in os.walk(out):
        inside = Path(folder).relative_to(out)
        found.update((inside / name).as_posix() for name in names)
    return found


def _is_same(path: Path, data: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data


def _write_whole(target: Path, data: bytes) -> None:
    temporary = target.with_name(f".{target.name[:60]}.sitegen-new")
    try:
        if target.is_dir() and not target.is_symlink():
            raise TroubleError(f"输出文件夹里“{target.name}”是文件夹，应是文件；请移走它再构建。")
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(data)
        temporary.replace(target)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise TroubleError(
            f"写不了输出文件 {target}（{error.strerror}）。请检查磁盘空间、权限，或是否有程序正打开它，然后重新构建。"
        ) from error


def _remove_empty(out: Path, folder: Path) -> None:
    while folder != out and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
