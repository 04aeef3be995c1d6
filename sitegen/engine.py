"""Turn tasks into outputs, and outputs into published files: whole files only, nothing before everything succeeded.

Exports `Outputs`, `PublishReport`, `SerialExecutor`, `execute`, `published`, `lost_addresses`, `publish`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from sitegen.diagnostics import SitegenError, TroubleError
from sitegen.model import Format, Kit, Task

Outputs = Mapping[str, bytes]

MANIFEST = ".sitegen-manifest"  # in the output folder; the sample server configurations do not serve it
_UNFINISHED = ".sitegen-new"  # what the name of a file ends with that is not yet whole
_DOCUMENT = re.compile(r"doc/[^/]+/index\.html")
_COMES_AND_GOES = re.compile(r"(catalog|updates|search|pagefind)/|[^/]+/page/\d+/index\.html$")
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


def published(outputs: Iterable[str], secret: Collection[str], out: Path) -> Mapping[str, str]:
    """What earlier builds put into the folder `out`, with digests, by path; what an interrupted one left among it.

    The manifest lies in the folder itself, so it goes where the folder goes and is as old as its files. Where there is
    none, it is what lies where only builds write: what may no longer be shown must go all the same, and a lost address
    must be noticed. The `secret` pages count in any case, with all that lies beside those of documents.
    """
    present = _files(out)
    known = read_manifest(out)
    folders = tuple(path.removesuffix("index.html") for path in secret if _DOCUMENT.fullmatch(path))
    ours = {path for path in present if path.endswith(_UNFINISHED) or path in secret or path.startswith(folders)}
    if known is None:
        tops = {"doc", *(path.split("/", 1)[0] for path in outputs if "/" in path)}
        ours |= {path for path in present if path.startswith(("search/data/", "pagefind/"))}
        ours |= {path for path in present if path.endswith((".html", ".xml")) and path.split("/", 1)[0] in tops}
        documents = tuple(path.removesuffix("index.html") for path in ours if _DOCUMENT.fullmatch(path))
        ours |= {path for path in present if path.startswith(documents)}
    found = known or {}
    return {**{path: digest_of((out / path).read_bytes()) for path in sorted(ours) if path not in found}, **found}


def lost_addresses(outputs: Iterable[str], before: Iterable[str], documents: Collection[str]) -> tuple[str, ...]:
    """The pages of documents and columns, the redirects, and the attachments of the public `documents` (ids), which
    stood there `before` and would now be gone (contract, section 6).

    Not pages of a longer list, which come and go with it, nor images, which are part of their page. A redirect at the
    address of a former attachment (`doc/x/a.pdf/index.html`) keeps it.
    """
    kept = set(outputs)
    lost = []
    for path in sorted(before):
        if path in kept or f"{path}/index.html" in kept or _COMES_AND_GOES.match(path):
            continue
        is_attachment = (
            path.startswith("doc/")
            and path.split("/")[1] in documents
            and not path.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp", _UNFINISHED))
        )
        if path.endswith((".html", ".htm", ".shtml")) or is_attachment:
            lost.append(path)
    return tuple(lost)


def publish(outputs: Outputs, before: Mapping[str, str], out: Path, keep: tuple[str, ...] = ()) -> PublishReport:
    """Make the folder `out` hold exactly `outputs`, as far as our own files go; unknown files stay and are named.

    Only what differs is written, each file whole; what stood there `before` (see `published`) and is no more is
    removed. Everything is written beside its place first, so that a full disk or a file in the way changes nothing;
    the manifest comes last, so that a crash in between is healed by the next build. What stood below the folders
    `keep` stays as it is.
    """
    if out.exists() and not out.is_dir():
        raise TroubleError(f"建不了输出文件夹 {out}：已有一个同名的文件。请移走它，或用 --output 换一个位置。")
    present = _files(out)
    kept = {path: digest for path, digest in before.items() if path.startswith(keep) and path in present}
    digests = {path: digest_of(data) for path, data in outputs.items()} | kept
    differing = [path for path, data in outputs.items() if not _is_same(out / path, data)]
    removed = [
        path for path in before if path not in digests and _is_file(out / path) and not path.endswith(_UNFINISHED)
    ]
    ready: list[Path] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path in before:
            if path.endswith(_UNFINISHED):
                (out / path).unlink(missing_ok=True)
        for path in differing:
            ready.append(_prepare(out / path, outputs[path], removed, out))  # noqa: PERF401 - known even if one fails
        # What was published stays known even if this is interrupted: nothing of it may be left behind unknown.
        if differing or removed or read_manifest(out) != digests:
            _write_manifest(out, dict(before) | digests)
            for path in removed:  # first, since what goes may be what must not be seen
                if _is_file(out / path):  # a folder may stand there now
                    (out / path).unlink()
                remove_empty(out, (out / path).parent)
            for path, temporary in zip(differing, ready, strict=True):
                temporary.replace(out / path)
            _write_manifest(out, digests)
    except OSError as error:
        name = Path(error.filename).name if error.filename else "文件"
        raise TroubleError(
            f"写不了输出文件夹 {out} 里的 {name}（{error.strerror}）。"
            "请检查磁盘空间、权限，或是否有程序正打开它，然后重新构建。"
        ) from error
    finally:
        for temporary in ready:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    unknown = sorted(path for path in present if path not in digests and path not in before and path != MANIFEST)
    return PublishReport(tuple(differing), tuple(removed), len(outputs) - len(differing), tuple(unknown))


def read_manifest(out: Path) -> Mapping[str, str] | None:
    """The digests of the files that builds have put into `out`, by path; None if nothing says so."""
    try:
        loaded = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(loaded, dict) or not all(isinstance(digest, str) for digest in loaded.values()):
        return None
    return {path: digest for path, digest in loaded.items() if ".." not in path.split("/") and not path.startswith("/")}


def _write_manifest(out: Path, digests: Mapping[str, str]) -> None:
    text = json.dumps(dict(sorted(digests.items())), ensure_ascii=False, indent=0)
    temporary = out / (MANIFEST + _UNFINISHED)
    temporary.write_text(text + "\n", encoding="utf-8", newline="\n")
    temporary.replace(out / MANIFEST)


def remove_empty(out: Path, folder: Path) -> None:
    """Remove `folder` and those above it below `out`, as far as they are empty."""
    while folder != out and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _files(out: Path) -> set[str]:
    found: set[str] = set()
    for folder, _, names in os.walk(out):
        inside = Path(folder).relative_to(out)
        found.update((inside / name).as_posix() for name in names)
    return found


def _is_file(path: Path) -> bool:
    return path.is_file() or path.is_symlink()


def _is_same(path: Path, data: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(data) and path.read_bytes() == data


def _prepare(target: Path, data: bytes, removed: Collection[str], out: Path) -> Path:
    """A file with `data` beside `target`, to be put in its place."""
    if target.is_dir() and not target.is_symlink():
        inside = {path.relative_to(out).as_posix() for path in target.rglob("*") if path.is_file()}
        if not inside or not inside <= set(removed):
            raise TroubleError(f"输出文件夹里“{target.name}”是文件夹，应是文件；请移走它再构建。")
    for above in target.parents:
        if above != out and above.is_relative_to(out) and _is_file(above) and not above.is_dir():
            if above.relative_to(out).as_posix() not in removed:
                raise TroubleError(f"输出文件夹里“{above.name}”是文件，应是文件夹；请移走它再构建。")
            above.unlink()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name[:60]}{_UNFINISHED}")
    try:
        temporary.write_bytes(data)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    return temporary
