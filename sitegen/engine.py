"""Turn tasks into outputs, and outputs into published files: whole files only, nothing before everything succeeded.

A task whose key is known, and whose file lies in the output as it was written, is not carried out again. What has to
be made is written beside the output first, by whichever process made it, and put in its place when all is made.

Exports `Outputs`, `Made`, `PublishReport`, `Rows`, `Produce`, `key_of`, `execute`, `staging`, `published`,
`lost_addresses`, `publish`, `overwrite`, `release`, `forget_releases`, `digest_in`,
`record`, `record_some`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from sitegen.diagnostics import CacheError, SitegenError, TroubleError
from sitegen.listing import is_settled, stamp_of
from sitegen.model import Body, Format, Kit, Recipe, Task

MANIFEST = ".sitegen-manifest"  # in the output folder; the sample server configurations do not serve it
_UNFINISHED = ".sitegen-new"  # the folder of what is made and not yet in its place, and how earlier versions named it
_DOCUMENT = re.compile(r"doc/[^/]+/index\.html")
_COMES_AND_GOES = re.compile(r"(catalog|updates|search|pagefind)/|.*/page/\d+/index\.html$|doc/.*/compare/")
_SIZE = 16  # bytes of keys and digests

Rows = MutableMapping[str, bytes]
"""What is known of the files of one output folder, by path: key and digest, then the stamp if it can be relied on."""


class Made(NamedTuple):
    """An output file: the key of its task, the digest of its bytes, and where they wait to be put in their place."""

    key: bytes
    digest: bytes
    staged: str = ""  # "" if the file that lies there has these bytes
    is_stamped: bool = False  # its row tells the stamp that the file has


Outputs = Mapping[str, Made]


# ---------------------------------------------------------------- keys


def key_of(task: Task, fingerprint: str, program: str) -> bytes:
    """The key of a task: equal keys, equal bytes.

    It is made of the path, the format, what the format reads besides the model (`fingerprint`), the model, and the
    version of the program. b"" for a model that has no canonical text; such a task is carried out every time.
    """
    text = f"{task.path}\0{task.format}\0{task.template}\0{fingerprint}\0{program}\0{task.model!r}"
    if " object at 0x" in text:
        return b""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_SIZE).digest()


def digest_of(data: bytes) -> bytes:
    """The digest by which outputs are compared."""
    return blake2b(data, digest_size=_SIZE).digest()


# ---------------------------------------------------------------- carrying out


@dataclass(frozen=True)
class Produce:
    """Carries out tasks, here or in another process, and writes what is new into the folder `staging`."""

    kit: Kit
    formats: Mapping[str, Format]
    bodies: Mapping[str, Body]
    out: Path
    staging: Path

    def __call__(self, batch: Sequence[tuple[Task, bytes]]) -> list[Made | Failure]:
        return [self._made(task, key) for task, key in batch]

    def _made(self, task: Task, key: bytes) -> Made | Failure:
        try:
            recipe = task.model
            model = recipe.make(self.bodies) if isinstance(recipe, Recipe) else recipe
            data = self.formats[task.format].produce(task._replace(model=model), self.kit)
        except CacheError:
            raise
        except SitegenError as error:
            return Failure(task.path, str(error), False)
        except Exception as error:  # the worker loop: name the task, whatever went wrong in it
            return Failure(task.path, f"{type(error).__name__}: {error}", True)
        return stage(task.path, key, data, self.out, self.staging)


@dataclass(frozen=True, slots=True)
class Failure:
    """A task that could not be carried out."""

    path: str
    message: str
    is_ours: bool


def stage(path: str, key: bytes, data: bytes, out: Path, staging: Path) -> Made:
    """`data` written to where it waits to be put in its place; nothing is written if it is what lies there."""
    digest = digest_of(data)
    if _is_same(f"{out}/{path}", data):
        return Made(key, digest)
    name = blake2b(path.encode("utf-8", "surrogatepass"), digest_size=_SIZE).hexdigest()
    try:
        with open(f"{staging}/{name}", "wb") as file:  # noqa: PTH123 - a Path would cost as much as the write
            file.write(data)
    except OSError as error:
        raise _trouble(out, path, error) from error
    return Made(key, digest, name)


def execute(
    tasks: Iterable[Task],
    keys: Callable[[Task], bytes],
    rows: Mapping[str, bytes],
    out: Path,
    carry_out: Callable[[Iterator[tuple[Task, bytes]]], Iterator[Made | Failure]],
    progress: Callable[[int], None] = lambda _: None,
    there: Outputs | None = None,
) -> Outputs:
    """What every task gives, by path. Raises `SitegenError` naming the first task that fails.

    `rows` tells what lies in `out`; only other tasks are carried out. `there` tells it without a look at the files,
    for a folder into which nobody else writes. `progress` is told how many more are done.
    """
    outputs: dict[str, Made] = {}
    missing: list[str] = []

    def misses() -> Iterator[tuple[Task, bytes]]:
        for task in tasks:
            key = keys(task)
            if there is None:
                known = _lying(rows.get(task.path, b""), f"{out}/{task.path}", key)
            else:
                known = there.get(task.path)
            if key and known is not None and known.key == key:
                outputs[task.path] = known
                progress(1)
            else:
                outputs[task.path] = Made(key, b"")  # keeps the order; what it is comes below
                missing.append(task.path)
                yield task, key

    for number, made in enumerate(carry_out(misses())):
        if isinstance(made, Failure):
            if made.is_ours:
                raise RuntimeError(f"{made.path}: {made.message}")
            raise SitegenError(f"生成“{made.path}”时出错：{made.message}")
        outputs[missing[number]] = made
        progress(1)
    return outputs


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """The folder where new files wait, in `out` so that they need only be renamed; what a crash left there goes first.

    Nothing of it is left behind, nor of `out` if it was not there before.
    """
    if out.exists() and not out.is_dir():
        raise TroubleError(f"建不了输出文件夹 {out}：已有一个同名的文件。请移走它，或用 --output 换一个位置。")
    folder = out / _UNFINISHED
    was_there = out.exists()
    with ExitStack() as stack:
        if not was_there:
            stack.callback(_remove_if_empty, out)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            stack.enter_context(_alone(folder, out))
            _empty(folder)
        except OSError as error:
            raise _trouble(out, out.name, error) from error
        yield folder


def clear_unfinished(out: Path) -> None:
    """Remove what a build that was killed left behind: it may hold what may no longer be shown."""
    for folder in (out, releases_of(out)):
        if (folder / _UNFINISHED).exists():
            with suppress(TroubleError), staging(folder):  # another build is at work, and will remove it itself
                pass


_LOCK = "lock"


@contextmanager
def _alone(folder: Path, out: Path) -> Iterator[None]:
    """Have the folder for this process alone, until it ends, however it ends; then remove it.

    Raises `TroubleError` if another process has it.
    """
    connection = sqlite3.connect(folder / _LOCK, timeout=0, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as error:
        connection.close()
        raise TroubleError(f"另一次构建正在写输出文件夹 {out}，这次没有发布。等它结束后再构建。") from error
    try:
        yield
    finally:
        try:
            _empty(folder)
        finally:
            connection.close()
        shutil.rmtree(folder, ignore_errors=True)


def _empty(folder: Path) -> None:
    for left in folder.iterdir():
        if not left.name.startswith(_LOCK):
            shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def _trouble(out: Path, path: str, error: OSError) -> TroubleError:
    return TroubleError(
        f"写不了输出文件夹 {out} 里的 {Path(path).name}（{error.strerror}）。"
        "请检查磁盘空间、权限，或是否有程序正打开它，然后重新构建。"
    )


# ---------------------------------------------------------------- what lies in the output


def _stamp(path: str, now: int | None = None) -> bytes:
    """The stamp of the file or folder; b"" if there is none, or (with `now`) if a later change might not show in it."""
    try:
        stamp = stamp_of(os.lstat(path))
    except OSError:
        return b""
    return b"" if now is not None and not is_settled(stamp, now) else stamp


def _is_untouched(row: bytes, path: str) -> bool:
    """Whether the file at `path` has the stamp that `row` tells."""
    stamp = row[2 * _SIZE :]
    return bool(stamp) and stamp == _stamp(path)


def _has_digest(row: bytes, path: str) -> bool:
    """Whether the file at `path` has the bytes that `row` tells."""
    try:
        if os.path.islink(path):  # noqa: PTH114 - as above
            return False
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return digest_of(file.read()) == digest_in(row)
    except OSError:
        return False


def digest_in(row: bytes) -> bytes:
    """The digest of the bytes that `row` tells."""
    return row[_SIZE : 2 * _SIZE]


def made_of(row: bytes, path: str) -> Made | None:
    """The file that lies at `path` as it is, without a key if `row` tells of another; None if none does."""
    if made := _lying(row, path):
        return made
    digest = _digest_at(Path(path))
    return Made(b"", bytes.fromhex(digest)) if digest else None


def _lying(row: bytes, path: str, key: bytes = b"") -> Made | None:
    """What lies at `path` if it is what `row` tells, of a task with this key; else None."""
    if not row.startswith(key):
        return None
    is_stamped = _is_untouched(row, path)
    if not is_stamped and not _has_digest(row, path):
        return None
    return Made(row[:_SIZE], digest_in(row), is_stamped=is_stamped)


def everything_in(out: Path) -> Mapping[str, str]:
    """Every file of the folder with its digest, for a folder into which nobody else writes."""
    return {path: _digest_at(out / path) for path in sorted(_files(out))}


def _is_same(path: str, data: bytes) -> bool:
    try:
        if os.path.islink(path) or os.path.getsize(path) != len(data):  # noqa: PTH114, PTH202 - as above
            return False
        with open(path, "rb") as file:  # noqa: PTH123 - as above
            return file.read() == data
    except OSError:
        return False


def overwrite(
    outputs: Outputs, before: Mapping[str, bytes], out: Path, waiting: Path, *, with_manifest: bool = True
) -> tuple[str, ...] | None:
    """Give the `outputs` their places, where files of ours with the digests `before` lie: the paths of what is written.

    None, and nothing done, if the manifest does not know these.
    """
    written = tuple(sorted(path for path, made in outputs.items() if made.staged))
    if not written:
        return ()
    try:
        if with_manifest:
            lines = (out / MANIFEST).read_text(encoding="utf-8").split("\n")
            changed = {
                f'{_quoted(path)}: "{before[path].hex()}"': f'{_quoted(path)}: "{outputs[path].digest.hex()}"'
                for path in written
            }
            for number, line in enumerate(lines):
                entry = line.removesuffix(",")
                lines[number] = changed.pop(entry, entry) + line[len(entry) :]
            if changed:
                return None
            (waiting / "last").write_text("\n".join(lines), encoding="utf-8", newline="\n")
            (waiting / "last").replace(out / MANIFEST)  # first, so that a crash in between is noticed by the next build
        for path in written:
            _put(f"{waiting}/{outputs[path].staged}", f"{out}/{path}")
    except OSError as error:
        raise _trouble(out, str(error.filename or "文件"), error) from error
    return written


def record_some(
    rows: Rows, folders: MutableMapping[str, bytes], outputs: Outputs, written: Iterable[str], out: Path, now: int
) -> None:
    """Make `rows` tell of `outputs`, of which `overwrite` has `written` some; of all others they tell already.

    The `folders` of what was written are looked into the next time.
    """
    for path, made in outputs.items():
        rows[path] = _row_of(path, made, out, now)
    rows[MANIFEST] = _manifest_row(out)
    for path in written:
        folder = path.rpartition("/")[0]
        if folder in folders:
            folders[folder] = _LOOK


def _row_of(path: str, made: Made, out: Path, now: int) -> bytes:
    return made.key.ljust(_SIZE, b"\0") + made.digest + _stamp(f"{out}/{path}", now)


def record(rows: Rows, outputs: Outputs, out: Path, now: int) -> None:
    """Make `rows` tell of what was published; `now` is what the clock of the file system says."""
    for path, made in outputs.items():
        if not made.is_stamped or path not in rows:
            rows[path] = _row_of(path, made, out, now)
    for path in [path for path in rows if path not in outputs]:
        del rows[path]
    rows[MANIFEST] = _manifest_row(out)


def published_before(rows: Rows, out: Path, secret: Collection[str]) -> Mapping[str, str] | None:
    """What `published` gives, from `rows`; None if these do not tell.

    They do not if another build, with another cache, has been at work since, nor what else lies beside secret pages.
    """
    if not are_of_last_build(rows, out) or any(
        (out / path).parent.is_dir() for path in secret if _DOCUMENT.fullmatch(path)
    ):
        return None
    return {path: digest_in(row).hex() for path, row in rows.items() if path != MANIFEST}


def are_of_last_build(rows: Rows, out: Path) -> bool:
    """Whether `rows` tell of the build that published into `out` last."""
    return MANIFEST in rows and rows[MANIFEST] == _manifest_row(out)


def untouched(rows: Rows, out: Path) -> Outputs | None:
    """What lies in `out`, by `rows`; None if a single file may have been changed."""
    outputs = {}
    for path, row in rows.items():
        if path == MANIFEST:
            continue
        made = _lying(row, f"{out}/{path}")
        if made is None:
            return None
        outputs[path] = made
    return outputs


def are_untouched(rows: Rows, out: Path, now: int) -> bool:
    """Whether every file in `out` is what `rows` tell; these then tell the stamps of those that had none."""
    settled = {}
    for path, row in rows.items():
        if path == MANIFEST:
            continue
        place = f"{out}/{path}"
        stamp = row[2 * _SIZE :]
        if stamp:
            if stamp != _stamp(place):
                return False
        else:
            stamp = _stamp(place, now)  # before it is read
            if not _has_digest(row, place):
                return False
            if stamp:
                settled[path] = row + stamp
    rows.update(settled)
    return True


def compare(out: Path, clean: Path) -> tuple[str, ...]:
    """The paths at which the files that builds put into the two folders differ."""
    ours, theirs = read_manifest(out) or {}, read_manifest(clean) or {}
    return tuple(
        path
        for path in sorted(ours.keys() | theirs.keys())
        if path not in ours or path not in theirs or not _is_equal(out / path, clean / path)
    )


def _is_equal(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def _manifest_row(out: Path) -> bytes:
    try:
        return b"\0" * _SIZE + digest_of((out / MANIFEST).read_bytes())
    except OSError:
        return b""


_LOOK = b"?"  # instead of a stamp, of a folder that has to be looked into


def unknown_files(outputs: Outputs, out: Path, folders: MutableMapping[str, bytes], now: int) -> tuple[str, ...]:
    """The files in the output that no build put there.

    `folders` tells the stamps of the folders in which there was none the last time; only the others are looked into.
    """
    ours = {""}
    for path in outputs:
        above = path.rpartition("/")[0]
        while above not in ours:
            ours.add(above)
            above = above.rpartition("/")[0]
    found = list(_strangers(out, "", outputs, ours))  # every build changes the stamp of the topmost
    ours.remove("")
    for folder in ours:
        if folders.get(folder, _LOOK) == _stamp(f"{out}/{folder}"):
            continue
        fresh = _stamp(f"{out}/{folder}", now)  # before it is read
        strangers = list(_strangers(out, folder, outputs, ours))
        found += strangers
        folders[folder] = fresh if fresh and not strangers else _LOOK
    for folder in [folder for folder in folders if folder not in ours]:
        del folders[folder]
    return tuple(sorted(path for path in found if not path.endswith("/")))


def folders_are_untouched(rows: Rows, out: Path, folders: MutableMapping[str, bytes], now: int) -> bool:
    """Whether no folder of the output has got or lost a file since `unknown_files` looked, which found none of others.

    Only where `rows` are those of the same build. `folders` then tell the stamps of those that had none.
    """
    settled = {}
    for folder, stamp in folders.items():
        if stamp == _LOOK:
            if fresh := _stamp(f"{out}/{folder}", now):  # before it is read
                settled[folder] = fresh
            try:
                if not all(path.endswith("/") for path in _strangers(out, folder, rows, folders)):
                    return False
            except OSError:
                return False
        elif stamp != _stamp(f"{out}/{folder}"):
            return False
    folders.update(settled)
    return all(path.endswith("/") for path in _strangers(out, "", rows, folders))


def _strangers(out: Path, folder: str, outputs: Collection[str], ours: Collection[str]) -> Iterator[str]:
    """The files in the folder that are not ours, and the folders (these with a slash at the end)."""
    with os.scandir(f"{out}/{folder}") as entries:
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.is_dir(follow_symlinks=False):
                if path not in ours and path != _UNFINISHED:
                    yield f"{path}/"
                    yield from _strangers(out, path, outputs, ours)
            elif path not in outputs and path != MANIFEST:
                yield path


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
        ours |= {path for path in present if path.split("/")[1:2] == ["compilation"] and path.split("/", 1)[0] in tops}
        documents = tuple(path.removesuffix("index.html") for path in ours if _DOCUMENT.fullmatch(path))
        ours |= {path for path in present if path.startswith(documents)}
    found = known or {}
    return {**{path: _digest_at(out / path) for path in sorted(ours) if path not in found}, **found}


def _digest_at(path: Path) -> str:
    return digest_of(path.read_bytes()).hex() if path.is_file() else ""  # a broken link


def lost_addresses(outputs: Iterable[str], before: Iterable[str], documents: Collection[str]) -> tuple[str, ...]:
    """The pages of documents and columns, the redirects, and the attachments of the public `documents` (ids), which
    stood there `before` and would now be gone (contract, section 6).

    Not pages of a longer list, which come and go with it, nor images, which are part of their page. A redirect at the
    address of a former attachment (`doc/x/a.pdf/index.html`) keeps it, and the attachment itself that redirect.
    """
    kept = set(outputs)
    lost = []
    for path in sorted(before):
        if not kept.isdisjoint((path, f"{path}/index.html", path.removesuffix("/index.html"))) or _COMES_AND_GOES.match(
            path
        ):
            continue
        is_attachment = (
            path.startswith("doc/")
            and path.split("/")[1] in documents
            and not path.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp", _UNFINISHED))
        )
        if path.endswith((".html", ".htm", ".shtml")) or is_attachment:
            lost.append(path)
    return tuple(lost)


@dataclass(frozen=True, slots=True)
class PublishReport:
    """What publishing changed: paths by kind, and the files in the output that no build of ours put there."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    unknown: tuple[str, ...] = ()


def publish(
    outputs: Outputs, before: Mapping[str, str], out: Path, waiting: Path, *, with_manifest: bool = True
) -> PublishReport:
    """Make the folder `out` hold exactly `outputs`, as far as our own files go; unknown files stay and are named.

    What differs lies in the folder `waiting` and is put in its place, each file whole; what stood there `before` (see
    `published`) and is no more is removed. The manifest comes last, so that a crash in between is healed by the next
    build. Without one, nothing in `out` says whose it is: for a folder that does not outlive the program.
    """
    digests = {path: made.digest.hex() for path, made in outputs.items()}
    written = [path for path, made in outputs.items() if made.staged]
    gone = [path for path in before if path not in outputs]
    removed = [path for path in gone if _is_file(out / path)]
    _make_way(written, gone, out)
    try:
        # What was published stays known even if this is interrupted: nothing of it may be left behind unknown.
        if not with_manifest or written or removed or before != digests or read_manifest(out) is None:
            # Everything that takes room comes first, so that a full disk changes nothing.
            if with_manifest:
                last = _write_manifest(waiting / "last", digests)
                first = _write_manifest(waiting / "first", {**before, **digests})
            _make_folders(written, removed, out)
            if with_manifest:
                first.replace(out / MANIFEST)
            for path in gone:  # first, since what goes may be what must not be seen
                if _is_file(out / path):  # a folder may stand there now
                    (out / path).unlink()
                remove_empty(out, (out / path).parent)
            for path in written:
                _put(f"{waiting}/{outputs[path].staged}", f"{out}/{path}")
            if with_manifest:
                last.replace(out / MANIFEST)
    except OSError as error:
        raise _trouble(out, str(error.filename or "文件"), error) from error
    return PublishReport(tuple(sorted(written)), tuple(removed), len(outputs) - len(written))


def releases_of(out: Path) -> Path:
    """The folder beside `out` that holds its releases."""
    return out.with_name(f"{out.name}.releases")


@contextmanager
def release(out: Path) -> Iterator[Path]:
    """A copy of what `out` holds, to be changed; then `out`, a symbolic link, leads to it, in one step.

    The copy shares the files by hard links: what is published into it is renamed into place, so the release that
    visitors see stays as it is until the last moment. When something fails, nothing has happened.
    """
    folder = releases_of(out)
    old = out.resolve() if out.is_symlink() else out
    numbers = [int(path.name) for path in folder.glob("*") if path.name.isdecimal()] if folder.is_dir() else []
    highest = max(numbers, default=-1 if out.is_dir() else 0)
    first = folder / f"{highest + 1:06}"  # what is no release yet becomes one
    new = first if out.is_symlink() or not out.is_dir() else folder / f"{highest + 2:06}"
    link = folder / f"{out.name}.new"
    try:
        folder.mkdir(exist_ok=True)
        if old.is_dir():
            shutil.copytree(old, new, symlinks=True, copy_function=_link, ignore=shutil.ignore_patterns(_UNFINISHED))
        else:
            new.mkdir()
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise _trouble(out, str(error.filename or out.name), error) from error
    try:
        yield new
        link.unlink(missing_ok=True)
        link.symlink_to(new.relative_to(out.parent), target_is_directory=True)
        if out.is_dir() and not out.is_symlink():
            out.rename(first)  # the first time there is nothing that could be switched
        link.replace(out)
    except BaseException as error:
        if not out.exists() and not out.is_symlink() and first.is_dir():
            first.rename(out)
        shutil.rmtree(new, ignore_errors=True)
        if isinstance(error, OSError):
            raise TroubleError(
                f"{out} 换不到新版（{error.strerror}），没有发布。系统可能不允许建立符号链接；去掉 --release 再构建。"
            ) from error
        raise


def forget_releases(out: Path, secret: Collection[str], withdrawn: Mapping[str, str]) -> None:
    """Remove the releases beside the one that `out` leads to, but for the last as long as it may be gone back to.

    It may not if it holds a page of what is `secret` now, or shows one that was `withdrawn` since (path, digest of the
    note that stands there).
    """
    folder = releases_of(out)
    if not folder.is_dir():
        return
    now = out.resolve().name
    older = sorted(path for path in folder.glob("*") if path.name.isdecimal() and path.name != now)
    for number, path in enumerate(older, 1):
        manifest = read_manifest(path)
        is_fit = manifest is not None and not any(page in manifest for page in secret)
        is_fit = is_fit and all((manifest or {}).get(page, note) == note for page, note in withdrawn.items())
        if number < len(older) or not is_fit:
            shutil.rmtree(path, ignore_errors=True)


def _link(source: str, target: str) -> None:
    """The same file under another name; a copy where the file system has no such thing."""
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


# Plain strings and `os` below: with tens of thousands of files, a Path for each costs more than the calls themselves.


def _make_folders(written: Iterable[str], removed: Collection[str], out: Path) -> None:
    """The folders for what is written, except below a file that has to go first; none if one cannot be made."""
    ours = set(removed)
    top = str(out)
    made: list[str] = []
    known = {""}
    try:
        for path in written:
            folder = path.rpartition("/")[0]
            missing = []
            while folder not in known and not os.path.isdir(f"{top}/{folder}"):  # noqa: PTH112
                missing.append(folder)
                folder = folder.rpartition("/")[0]
            known.add(path.rpartition("/")[0])
            if folder in ours or not ours.isdisjoint(missing):
                continue
            for new in reversed(missing):
                os.mkdir(f"{top}/{new}")  # noqa: PTH102
                made.append(new)
                known.add(new)
    except OSError:
        for folder in reversed(made):
            with suppress(OSError):
                os.rmdir(f"{top}/{folder}")  # noqa: PTH106
        raise


def _put(source: str, target: str) -> None:
    """Give the file its place."""
    try:
        os.replace(source, target)  # noqa: PTH105
    except FileNotFoundError:  # its folder stood below a file, or went with what was removed
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)  # noqa: PTH105
    except (IsADirectoryError, PermissionError):
        if not Path(target).is_dir():
            raise
        remove_empty(Path(target).parent, Path(target))
        os.replace(source, target)  # noqa: PTH105


def _make_way(written: Iterable[str], gone: Iterable[str], out: Path) -> None:
    """Raise `TroubleError` where somebody else's file stands where a folder must be, or the other way round."""
    ours = set(gone)
    folders = {above.as_posix() for path in ours for above in PurePosixPath(path).parents}  # an interruption left them
    top = str(out)
    there = {"": True}  # whether a folder is there
    for path in written:
        above = path.rpartition("/")[0]
        if above not in there:
            there[above] = _is_folder(above, top, ours, there)
        target = f"{top}/{path}"
        if not there[above] or not os.path.isdir(target) or os.path.islink(target):  # noqa: PTH112, PTH114
            continue
        inside = {file.relative_to(out).as_posix() for file in Path(target).rglob("*") if file.is_file()}
        if not inside <= ours or (not inside and path not in folders):
            raise TroubleError(f"输出文件夹里“{Path(path).name}”是文件夹，应是文件；请移走它再构建。")


def _is_folder(folder: str, top: str, ours: Collection[str], there: dict[str, bool]) -> bool:
    """Whether the folder is there; raises where somebody else's file stands in its place, or above it."""
    above = folder.rpartition("/")[0]
    if above not in there:
        there[above] = _is_folder(above, top, ours, there)
    place = f"{top}/{folder}"
    if os.path.isdir(place):  # noqa: PTH112
        return True
    if there[above] and os.path.lexists(place) and folder not in ours:
        raise TroubleError(f"输出文件夹里“{Path(folder).name}”是文件，应是文件夹；请移走它再构建。")
    return False


def read_manifest(out: Path) -> Mapping[str, str] | None:
    """The digests of the files that builds have put into `out`, by path; None if nothing says so."""
    try:
        loaded = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(loaded, dict) or not all(isinstance(digest, str) for digest in loaded.values()):
        return None
    return {path: digest for path, digest in loaded.items() if ".." not in path.split("/") and not path.startswith("/")}


def _write_manifest(file: Path, digests: Mapping[str, str]) -> Path:
    """The file, saying what builds have put into the output."""
    lines = ",\n".join(f'{_quoted(path)}: "{digest}"' for path, digest in sorted(digests.items()))
    file.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8", newline="\n")
    return file


_quoted = json.JSONEncoder(ensure_ascii=False).encode


def remove_empty(out: Path, folder: Path) -> None:
    """Remove `folder` and those above it below `out`, as far as they are empty."""
    while folder != out and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _files(out: Path) -> set[str]:
    found: set[str] = set()
    for folder, folders, names in os.walk(out):
        inside = Path(folder).relative_to(out)
        if _UNFINISHED in folders:
            folders.remove(_UNFINISHED)
        found.update((inside / name).as_posix() for name in names)
    return found


def _is_file(path: Path) -> bool:
    return path.is_file() or path.is_symlink()
