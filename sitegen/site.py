"""The front door: options in, a built or checked site out. What an unchanged site does not need is not even loaded.

Exports `Options`, `Extensions`, `BuildResult`, `build_site`, `check_site`, `verify_site`, `session`, `import_files`,
`new_document`, `revise_document`; and, from `building`, `BUILTIN`, `CheckResult`, `codes`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from sitegen.diagnostics import CacheError, UsageError
from sitegen.engine import are_of_last_build, are_untouched, clear_unfinished, folders_are_untouched
from sitegen.fonts import FONTS, fonts_known
from sitegen.history import start_history
from sitegen.listing import again, walk
from sitegen.model import ColumnId, digest
from sitegen.program import PRODUCT_THEMES, program_of
from sitegen.request import BuildResult, Extensions, Inputs, Last, Options, Progress, changed_since, named, silent
from sitegen.store import Store, discard, open_store

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from sitegen.building import CheckResult, Warm
    from sitegen.heads import Source
    from sitegen.importers import ImportReport
    from sitegen.load import Loaded
    from sitegen.model import Kind

__all__ = [
    "BuildResult",
    "Extensions",
    "Options",
    "Progress",
    "build_site",
    "check_site",
    "import_files",
    "new_document",
    "revise_document",
    "session",
    "silent",
    "verify_site",
]


def __getattr__(name: str) -> Any:
    """What `building` has: loaded when somebody asks for it."""
    if name in ("BUILTIN", "CheckResult", "codes"):
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

    from sitegen.engine import compare
    from sitegen.search import INDEX_FOLDERS

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
        return Inputs(now, found, history, notes, before.fonts, before.ground if is_same else b"")
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
    fonts = fonts_known(options.content.parent / FONTS, store, now)
    return Inputs(now, listing, history, notes, fonts, digest(state))


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
    if column.kind.id in ("regulation", "normative", "system"):
        asked += [("effective_date", ""), ("expire_date", "")]
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


def revise_document(content: Path, doc_id: str, begins: date | None, moment: datetime) -> Path:
    """Write a draft of the next text of a rule, with the words of the one in force; gives its path.

    Overwrites nothing. Files of the text in force go with it, into a folder of its own: a draft must not name files
    that another document publishes.
    """
    from sitegen.heads import cut
    from sitegen.load import is_document_id, read_columns, read_for_review
    from sitegen.validity import text_begins

    texts, taken = _texts_of(content, doc_id, moment)
    rule = texts[0]
    public = [text.path for text in texts if text.document and not text.document.badge]
    loaded = [read_for_review(content, path, (content / path).read_bytes(), moment, content.name) for path in public]
    known = sorted((text_begins(one.document), one.path, one.document) for one in loaded if one.document)
    begun = [text for text in known if text[0] <= moment.date()]
    if not known or rule.document is None:
        raise UsageError(f"“{doc_id}”的稿件有错误，先运行 python build.py check 改好。")
    same = [path for day, path, _ in known if day == begins]
    if same:
        raise UsageError(f"“{doc_id}”已有从 {begins} 起施行的文本：{content / same[0]}。")
    path, current = (begun[-1] if begun else known[0])[1:]
    source, own = cut((content / path).read_bytes()), cut((content / rule.path).read_bytes())
    if source is None or own is None:
        raise UsageError(f"{content / (rule.path if source else path)} 不是 UTF-8 编码，先另存为 UTF-8。")
    ends = [begins.isoformat()] if begins else map(str, range(len(texts) + 1, len(texts) + len(taken) + 2))
    names = (f"{doc_id[: 59 - len(end)]}-{end}" for end in ends)
    new_id = next((name for name in names if name not in taken and is_document_id(name)), "")
    if not new_id:
        raise UsageError(f"编号“{doc_id}-{begins}”已经用了或者太长；照着原稿自己写一份，编号自己取。")
    files = {PurePosixPath(file.source) for file in (*current.attachments, *current.images)}
    home, folder = PurePosixPath(path).parent, (content / rule.path).parent
    if files:
        folder /= new_id
    target = folder / f"{new_id}.md"
    if target.exists() or (files and folder.exists()):
        raise UsageError(f"{folder if files else target} 已经有了，没有改动它。")
    kind = read_columns(content)[rule.document.columns[0]].kind
    body = source.rest.partition("\n")[2].replace("\r\n", "\n")
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(file for file in files if file.is_relative_to(home)):
        copy = folder / file.relative_to(home)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((content / file).read_bytes())
    head = _head_of_next(source, own, kind, doc_id, begins)
    target.write_text(f"---\n{head}---\n{body}", encoding="utf-8", newline="\n")
    return target


def _texts_of(content: Path, doc_id: str, moment: datetime) -> tuple[list[Loaded], set[str]]:
    """The files with the texts of a rule, its own first, and all ids in use. Says nothing of what is withheld."""
    from sitegen import load, markdown
    from sitegen.load.documents import load_document
    from sitegen.load.fields import nearest

    if not content.is_dir():
        raise UsageError(f"没有内容文件夹“{content}”。用 --content 指明它在哪里。")
    settings = load.read_site_settings(content, content.name)
    around = load.surroundings(settings, moment, content.name, is_preview=True)
    around = replace(around, screen=None, needs_review=False, needs_roles=False)
    blank = markdown.parse_body("", 1)  # what the bodies say does not matter here
    paths = walk(content, content.name).documents
    files = [load_document(path, (content / path).read_bytes(), around, lambda *_: blank) for path in paths]
    rule = next((file for file in files if file.doc_id == doc_id), None)
    if rule is None:
        known = [file.doc_id for file in files if file.document and not file.document.version_of]
        near = nearest(doc_id, known)
        hint = f"是不是“{near}”？" if near else "编号就是稿件的文件名，不带 .md。"
        raise UsageError(f"没有编号是“{doc_id}”的稿件。{hint}")
    if rule.withdrawn is not None:
        raise UsageError(f"“{doc_id}”已经撤回，不能再写它的新文本。")
    if rule.document is None:
        is_withheld = rule.internal is not None and rule.internal.is_withheld
        why = "不公开，不能照它写新文本。" if is_withheld else "的稿件有错误，先运行 python build.py check 改好。"
        raise UsageError(f"“{doc_id}”{why}")
    owner = rule.document.version_of
    if owner:
        raise UsageError(f"“{doc_id}”是“{owner}”的一个文本，新文本写在“{owner}”名下：python build.py revise {owner}")
    if rule.document.badge:
        raise UsageError(f"“{doc_id}”还没有发布，直接改 {content / rule.path} 就行，不用写新文本。")
    others = [file for file in files if file.document and file.document.version_of == doc_id]
    return [rule, *others], {file.doc_id for file in files}


def _head_of_next(source: Source, own: Source, kind: Kind, rule: str, begins: date | None) -> str:
    """The front matter of the next text: what stays as `source` has it, and what is to be filled in."""
    from sitegen import load
    from sitegen.heads import field_lines
    from sitegen.importers import dump_front_matter

    names = {**load.field_names(), **{entry.id: entry.name for entry in kind.fields}}

    def given(field: str, value: str = "") -> str:
        return dump_front_matter([(names[field], value)])

    def kept(field: str, head: Sequence[str]) -> str:
        place = field_lines(head, (field, names[field]))
        return "".join(line.rstrip("\r\n") + "\n" for line in head[slice(*place)]) if place else ""

    fields = [kept("title", source.head), kept("disclosure", source.head), given("pub_date")]
    fields += [given("written_date")] if kind.official else []
    fields += [kept("issuer", source.head)]
    fields += [given("doc_no")] if kind.official else []
    fields += [given("index_no"), kept("column", own.head)]
    fields += [kept("genre", source.head), kept("topic", source.head)]
    fields += [given("effective_date", begins.isoformat() if begins else ""), given("version_of", rule)]
    fields += [kept("revisions", source.head), given("summary")]
    fields += [kept(field, source.head) for field in ("keywords", "unit", "service_object", "attachments")]
    own_fields = dict.fromkeys((*kind.requires, *(entry.id for entry in kind.fields)))
    fields += [kept(field, source.head) or given(field) for field in own_fields]
    return "".join((*fields, given("draft", "true")))
