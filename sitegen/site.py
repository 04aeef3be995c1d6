"""The front door: options in, a built or checked site out. What an unchanged site does not need is not even loaded.

Exports `Options`, `Extensions`, `BuildResult`, `build_site`, `check_site`, `verify_site`, `session`, `import_files`,
`new_document`; and, from `building`, `BUILTIN`, `CheckResult`, `codes`, `INDEX_FOLDERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sitegen.diagnostics import CacheError, UsageError
from sitegen.engine import are_of_last_build, are_untouched, clear_unfinished, folders_are_untouched
from sitegen.history import start_history
from sitegen.listing import again, walk
from sitegen.model import ColumnId, digest
from sitegen.program import PRODUCT_THEMES, program_of
from sitegen.request import BuildResult, Extensions, Inputs, Last, Options, Progress, changed_since, named, silent
from sitegen.store import Store, discard, open_store

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sitegen.building import CheckResult, Warm
    from sitegen.importers import ImportReport

__all__ = [
    "BuildResult",
    "Extensions",
    "Options",
    "Progress",
    "build_site",
    "check_site",
    "import_files",
    "new_document",
    "session",
    "silent",
    "verify_site",
]


def __getattr__(name: str) -> Any:
    """What `building` has: loaded when somebody asks for it."""
    if name in ("BUILTIN", "CheckResult", "codes", "INDEX_FOLDERS"):
        from sitegen import building

        return getattr(building, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# ---------------------------------------------------------------- building


def build_site(
    options: Options,
    extensions: Extensions | None = None,
    executor: Executor | None = None,
    progress: Progress = silent,
) -> BuildResult:
    """Build the site; publish it only if there is no error and every task succeeds. No extensions: `BUILTIN`."""
    with session(options, extensions, executor) as build:
        return build(progress, None)


@contextmanager
def session(
    options: Options, extensions: Extensions | None = None, executor: Executor | None = None
) -> Iterator[Callable[[Progress, Collection[str] | None], BuildResult]]:
    """A way to build again and again, with what was read and made the last time in memory.

    It may be told the paths in the content folder that have changed since, if it is known that no others have.

    A cache that turns out to be damaged is thrown away, and the build begun anew.
    """
    program = _program(extensions)
    cache = options.cache if program else None
    memory: list[Warm] = []  # of the build before
    with ExitStack() as stack:
        store = stack.enter_context(open_store(cache, program))

        def build(progress: Progress, changed: Collection[str] | None = None) -> BuildResult:
            nonlocal store
            try:
                return _build(options, extensions, program, store, executor, progress, memory, changed)
            except CacheError:
                if cache is None:
                    raise
            memory.clear()
            stack.close()
            discard(cache)
            store = stack.enter_context(open_store(None, program))
            result = _build(options, extensions, program, store, executor, progress, memory)
            return replace(result, notes=(*result.notes, "缓存有损坏，已删去；这次没有用它。"))

        yield build


def _build(
    options: Options,
    extensions: Extensions | None,
    program: str,
    store: Store,
    executor: Executor | None,
    progress: Progress,
    memory: list[Warm],
    changed: Collection[str] | None = None,
) -> BuildResult:
    clear_unfinished(options.output)
    warm_inputs = memory[0].inputs if memory else None
    inputs = read_inputs(options, store, program, warm_inputs, changed)
    last = Last.of(store, options.output)
    edited: tuple[str, ...] | None = None
    is_known = bool(memory) or not options.is_ours  # how far a build that failed got in such a folder, nobody knows
    if last is not None and is_known and last.holds(inputs, options) and not is_unfinished(store):
        edited = changed_since(inputs, last, store.shelf(named("seen", options.output)), options.content)
        if edited is not None and not options.is_ours and not _is_untouched(options.output, store, inputs.now):
            edited = None
    if last is not None and edited == ():
        if memory:
            memory[0].inputs = inputs
        return last.result
    from sitegen.amending import amend
    from sitegen.building import BUILTIN, Build, Warm
    from sitegen.workers import Workers

    warm = memory.pop() if memory else Warm()
    warm.inputs = inputs
    with Workers(options.jobs, executor) as workers:
        build = Build(options, extensions or BUILTIN, program, store, workers, progress, warm)
        result = amend(build, inputs, last, edited) if last and edited else None
        if result is None:
            result = build.run(inputs, last)
    memory.append(warm)  # not after a failure: nobody knows how far it got
    return result


def check_site(
    options: Options,
    extensions: Extensions | None = None,
    progress: Progress = silent,
    *,
    with_pages: bool = False,
) -> CheckResult:
    """What is wrong with the content; writes nothing but the cache.

    With `with_pages` also what is wrong with the finished pages in the output folder, as the last build left them.
    """
    from sitegen.building import BUILTIN, Build
    from sitegen.workers import Workers

    program = _program(extensions)
    cache = options.cache if program else None
    try:
        with open_store(cache, program) as store, Workers(options.jobs) as workers:
            build = Build(options, extensions or BUILTIN, program, store, workers, progress)
            checked = build.check(read_inputs(options, store, program))
            return build.inspect(checked) if with_pages else checked
    except CacheError:
        if cache is None:
            raise
        discard(cache)
        return check_site(replace(options, cache=None), extensions, progress, with_pages=with_pages)


def verify_site(options: Options, extensions: Extensions | None = None, progress: Progress = silent) -> tuple[str, ...]:
    """The paths at which the output differs from what a build from nothing gives; none if all is well.

    The other build is made in a temporary folder, without cache, in one process. Files that no build put into the
    output are passed over.
    """
    import tempfile  # slow to import, and needed here only

    from sitegen.building import INDEX_FOLDERS
    from sitegen.engine import compare

    with tempfile.TemporaryDirectory(prefix="sitegen-verify-") as folder:
        clean = Path(folder, "public")
        build_site(replace(options, output=clean, cache=None, jobs=1, release=False), extensions, None, progress)
        different = compare(options.output, clean)
        return different if options.search else tuple(path for path in different if not path.startswith(INDEX_FOLDERS))


def _program(extensions: Extensions | None) -> str:
    """The program, with what a site adds to it and leaves out; "" if that cannot be told."""
    program = program_of(_own(extensions))
    if not program or extensions is None:
        return program
    from sitegen.building import BUILTIN

    missing = [rule.code for rule in BUILTIN.rules if rule not in extensions.rules]
    return f"{program}-{digest(missing).hex()}" if missing else program


def _own(extensions: Extensions | None) -> Iterator[Callable[..., object]]:
    """What a site added of its own."""
    if extensions is None:
        return
    from sitegen.building import BUILTIN

    yield from (rule.find for rule in extensions.rules if rule not in BUILTIN.rules)
    yield from (view for view in extensions.views if view not in BUILTIN.views)
    for name, entry in extensions.formats.items():
        if BUILTIN.formats.get(name) is not entry:
            yield entry.produce
            yield entry.fingerprint


# ---------------------------------------------------------------- whether anything has changed


def read_inputs(
    options: Options, store: Store, program: str, before: Inputs | None = None, changed: Collection[str] | None = None
) -> Inputs:
    """Look at everything, read nothing that is known to be unchanged.

    With the inputs of the build `before` and the paths that have `changed` since, only these are looked at where that
    is enough.
    """
    pending = start_history(options.content, store)
    now = store.clock()
    if before is not None and changed and (found := again(options.content, before.listing, changed)) is not None:
        history, notes = pending.result(found.documents)
        is_same = (history, notes) == (before.history, before.notes)
        return Inputs(now, found, history, notes, before.ground if is_same else b"")
    listing = walk(options.content, options.label)
    history, notes = pending.result(listing.documents)
    state = (
        program,
        replace(options, as_of=datetime.combine(options.as_of, time.min), cache=None, jobs=None, release=False),
        listing.problems,
        _digest_of_themes(options.themes),
        history,
        notes,
    )
    return Inputs(now, listing, history, notes, digest(state))


def is_unfinished(store: Store) -> bool:
    """Whether a build was broken off that had begun to keep what it read (`load.records`)."""
    return "unfinished" in store


def _is_untouched(output: Path, store: Store, now: int) -> bool:
    """Whether the output is as the last build left it, with nobody else's files in it."""
    rows = store.shelf(named("rows", output))
    if not are_of_last_build(rows, output) or not are_untouched(rows, output, now):
        return False
    return folders_are_untouched(rows, output, store.shelf(named("folders", output)), now)


def _digest_of_themes(themes: Path) -> bytes:
    """A digest of every theme that a site can use."""
    found = blake2b(digest_size=16)
    for folder in dict.fromkeys((themes, PRODUCT_THEMES)):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                found.update(f"{path.relative_to(folder).as_posix()}\0".encode() + path.read_bytes() + b"\0")
    return found.digest()


# ---------------------------------------------------------------- other commands


def import_files(
    paths: Sequence[Path], into: Path, manifest: Path | None, column: ColumnId, extensions: Extensions | None = None
) -> ImportReport:
    """Write the foreign files below `paths` as documents into the content folder `into`; overwrites nothing."""
    from sitegen import load  # slow to import, as is the other
    from sitegen.importers import IMPORTERS, read_drafts, write_drafts

    importers = extensions.importers if extensions else IMPORTERS
    own = load.read_columns(into)
    return write_drafts(read_drafts(paths, manifest, column, own, importers), into)


def new_document(content: Path, column_id: ColumnId, doc_id: str, title: str, day: date) -> Path:
    """Write a draft into `column_id` with the fields its kind asks for; gives its path. Overwrites nothing."""
    from sitegen import load
    from sitegen.importers import dump_front_matter

    if not content.is_dir():
        raise UsageError(f"没有内容文件夹“{content}”。用 --content 指明它在哪里。")
    if not load.is_document_id(doc_id):
        raise UsageError(f"“{doc_id}”不能作为编号：只用小写字母、数字、. _ - 和汉字，最多 60 个字，例如 tz-2026-01。")
    columns = load.read_columns(content)
    column = columns.get(column_id)
    if column is None:
        known = "、".join(
            f"{c.id}（{c.name}）" for c in columns.values() if not c.children and c.id[:2] == column_id[:2]
        )
        raise UsageError(
            f"没有“{column_id}”这个栏目。" + (f"同类的有：{known}。" if known else "栏目编号见 docs/columns.md。")
        )
    if column.children:
        known = "、".join(f"{child}（{columns[child].name}）" for child in column.children)
        raise UsageError(f"“{column_id}”下面还有栏目，请选末级栏目：{known}。")
    path = content / column_id / str(day.year) / f"{doc_id}.md"
    if path.exists():
        raise UsageError(f"{path} 已经有了，没有改动它。换一个编号。")
    asked = [("title", title or doc_id), ("disclosure", "主动公开"), ("pub_date", "")]
    if column.kind.official:
        asked += [("written_date", ""), ("doc_no", "")]
    asked += [("index_no", ""), ("topic", ""), ("summary", ""), ("keywords", "")]
    asked += [(name, "") for name in column.kind.requires]
    asked += [(entry.id, "") for entry in column.kind.fields]
    asked += [("draft", "true")]
    own = {entry.id: entry.name for entry in column.kind.fields}  # another kind may call the same id otherwise
    names = {**load.field_names(), **own}
    given = dump_front_matter(tuple((names[field], value) for field, value in asked))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"---\n{given}---\n\n", encoding="utf-8", newline="\n")
    return path
