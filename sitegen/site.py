"""Turn options into a built or checked site: the composition, readable from top to bottom.

Exports `Options`, `Extensions`, `BUILTIN`, `BuildResult`, `CheckResult`, `build_site`, `check_site`, `codes`,
`import_files`, `new_document`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sitegen import catalog as catalogs
from sitegen import load, markdown
from sitegen.address import page_at, quote_path
from sitegen.catalog import Catalog, build_catalog
from sitegen.checks import RULES, RuleInfo, run_checks
from sitegen.diagnostics import CodeInfo, Diagnostic, Severity, Span, UsageError, sort_diagnostics
from sitegen.engine import Outputs, PublishReport, SerialExecutor, execute, lost_addresses, publish, published
from sitegen.formats import FORMATS, asset_tasks
from sitegen.history import read_history
from sitegen.importers import IMPORTERS, Importer, ImportReport, dump_front_matter, read_drafts, write_drafts
from sitegen.load import load_tree, locate
from sitegen.model import ColumnId, Disclosure, Format, Internal, Tree
from sitegen.search import FOLDERS as INDEX_FOLDERS
from sitegen.search import index_search, indexed_titles
from sitegen.store import Store, open_store
from sitegen.views import VIEWS, View, plan, search_records
from sitegen.views.redirects import RULES_FILE

Progress = Callable[[str, int, int], None]  # the step, how much is done, of how much


def _silent(step: str, done: int, of: int) -> None:
    """Nobody is watching."""
    del step, done, of


SITE_CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "L201",
        "已发布的地址会失效",
        Severity.ERROR,
        "公开过的网页地址被引用、收藏、存档，不能悄悄消失。",
        "直接删去已发布的稿件",
        "保留稿件并写 撤回；并入别的稿件时，在那份稿件写 旧地址",
    ),
    CodeInfo(
        "L202",
        "转为不公开的稿件已从输出中删去",
        Severity.INFO,
        "转为不公开的稿件不留任何内容，原地址随之失效。",
        "已发布的稿件改为依申请公开",
        "应当给读者留下说明的，写 撤回",
    ),
)


@dataclass(frozen=True, slots=True)
class Options:
    """What to build, from where, to where, for when."""

    content: Path
    output: Path
    themes: Path
    as_of: datetime
    label: str = "content"  # how the content folder is called in messages
    theme: str = ""
    cache: Path | None = None
    preview: bool = False
    search: bool = True
    strict: bool = False
    keep_going: bool = False


@dataclass(frozen=True, slots=True)
class Extensions:
    """The rules, pages, formats and importers in use."""

    rules: tuple[RuleInfo, ...] = ()
    views: tuple[View, ...] = ()
    formats: Mapping[str, Format] = field(default_factory=dict)
    importers: Mapping[str, Importer] = field(default_factory=dict)

    def plus(
        self,
        rules: Sequence[RuleInfo] = (),
        views: Sequence[View] = (),
        formats: Sequence[Format] = (),
        importers: Sequence[tuple[str, Importer]] = (),
    ) -> Extensions:
        """These and a site's own."""
        return Extensions(
            (*self.rules, *rules),
            (*self.views, *views),
            {**self.formats, **{entry.name: entry for entry in formats}},
            {**self.importers, **dict(importers)},
        )


BUILTIN = Extensions(RULES, VIEWS, FORMATS, IMPORTERS)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What is wrong, and the site as far as it is known."""

    diagnostics: tuple[Diagnostic, ...]
    catalog: Catalog
    tree: Tree
    notes: tuple[str, ...] = ()

    def blocks(self, strict: bool) -> bool:
        """Whether nothing may be published."""
        return blocks(self.diagnostics, strict=strict)


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What is wrong; and what was published, unless nothing was."""

    diagnostics: tuple[Diagnostic, ...]
    report: PublishReport | None = None
    documents: int = 0
    withheld: int = 0
    pages: int = 0
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def build_site(
    options: Options,
    extensions: Extensions = BUILTIN,
    executor: Executor | None = None,
    progress: Progress = _silent,
) -> BuildResult:
    """Build the site; publish it only if there is no error and every task succeeds."""
    with open_store(options.cache) as store:
        checked = _check(options, extensions, store, progress)
        if checked.blocks(options.strict):
            return BuildResult(checked.diagnostics, skipped=checked.tree.skipped, notes=checked.notes)
        tree, catalog = checked.tree, checked.catalog
        tasks = (*plan(catalog, extensions.views), *asset_tasks(tree.kit))
        outputs = execute(
            tasks,
            tree.kit,
            extensions.formats,
            executor or SerialExecutor(),
            _counter(progress, "生成网页", len(tasks)),
        )
        secret = _secret_pages(tree)
        before = published(outputs, secret, options.output)
        secret |= _secret_redirects(options.output, before, tree)
        gone = _gone(options, tree, outputs, before, secret)
        diagnostics = sort_diagnostics((*checked.diagnostics, *gone))
        if blocks(diagnostics, strict=options.strict):
            return BuildResult(diagnostics, notes=checked.notes)
        outputs, keep = _with_search(options, tree, catalog, outputs, before, progress)
        report = publish(outputs, before, options.output, keep)
    return BuildResult(
        diagnostics,
        report,
        documents=len(catalog.documents),
        withheld=sum(record.is_withheld for record in tree.internal),
        pages=sum(path.endswith(".html") for path in outputs),
        skipped=tree.skipped,
        notes=checked.notes,
    )


def check_site(options: Options, extensions: Extensions = BUILTIN, progress: Progress = _silent) -> CheckResult:
    """What is wrong with the content; writes nothing but the cache."""
    with open_store(options.cache) as store:
        return _check(options, extensions, store, progress)


def import_files(
    paths: Sequence[Path], into: Path, manifest: Path | None, column: ColumnId, extensions: Extensions = BUILTIN
) -> ImportReport:
    """Write the foreign files below `paths` as documents into the content folder `into`; overwrites nothing."""
    own = load.read_columns(into)
    return write_drafts(read_drafts(paths, manifest, column, own, extensions.importers), into)


def new_document(content: Path, column_id: ColumnId, doc_id: str, title: str, day: date) -> Path:
    """Write a draft into `column_id` with the fields its kind asks for; gives its path. Overwrites nothing."""
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


def blocks(diagnostics: Sequence[Diagnostic], strict: bool) -> bool:
    """Whether the diagnostics forbid publishing."""
    fatal = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    return any(diagnostic.severity in fatal for diagnostic in diagnostics)


def codes(extensions: Extensions = BUILTIN) -> Mapping[str, CodeInfo]:
    """The manual pages of all codes."""
    known = (
        *load.CODES,
        *markdown.CODES,
        *catalogs.CODES,
        *SITE_CODES,
        *(rule.manual for rule in extensions.rules),
    )
    return dict(sorted((info.code, info) for info in known))


# ---------------------------------------------------------------- steps


def _check(options: Options, extensions: Extensions, store: Store, progress: Progress) -> CheckResult:
    progress("读取稿件", 0, 1)
    tree = load_tree(
        options.content,
        options.themes,
        options.as_of,
        label=options.label,
        theme=options.theme,
        is_preview=options.preview,
        keep_going=options.keep_going,
    )
    progress("读取稿件", 1, 1)
    history, notes = read_history(options.content, store)
    severities = {code: info.severity for code, info in codes(extensions).items()}
    while True:
        catalog, problems = build_catalog(tree, history, options.as_of.date())
        findings = (*problems, *run_checks(catalog, tree.internal, extensions.rules))
        located = locate(findings, tree.marks, severities, options.label)
        faulty = {f.where for f in findings if severities[f.code] is Severity.ERROR}
        faulty &= {doc.path for doc in tree.documents} | {gone.path for gone in tree.withdrawn}
        if not options.keep_going or not faulty:
            break
        tree = _without(tree, faulty, located)
    diagnostics = tree.diagnostics + located
    if options.keep_going:  # what is left out is told, and no longer stops the rest
        skipped = {f"{options.label}/{path}" for path in tree.skipped}
        diagnostics = tuple(replace(d, severity=Severity.WARNING) if d.span.path in skipped else d for d in diagnostics)
    diagnostics = _exempted(diagnostics, tree, {rule.code for rule in extensions.rules}, options.label)
    return CheckResult(sort_diagnostics(diagnostics), catalog, tree, (*notes, *store.notes))


def _exempted(
    diagnostics: Sequence[Diagnostic], tree: Tree, rules: Collection[str], label: str
) -> tuple[Diagnostic, ...]:
    """The diagnostics without what a document is exempt from (豁免): findings of rules and any warning, no other error.

    Exemptions of no use are told.
    """
    exempt = {(f"{label}/{record.path}", code): record for record in tree.internal for code, _ in record.exempt}
    used: set[tuple[str, str]] = set()
    kept = []
    for diagnostic in diagnostics:
        key = (diagnostic.span.path, diagnostic.code)
        if key in exempt and (diagnostic.code in rules or diagnostic.severity is not Severity.ERROR):
            used.add(key)
        else:
            kept.append(diagnostic)
    for (path, code), record in exempt.items():
        if (path, code) not in used and not record.is_withheld:
            span = tree.marks.spans.get((record.path, "exempt")) or Span(path)
            kept.append(
                Diagnostic(
                    "F141", Severity.WARNING, f"豁免 {code} 没有用上", span, "这份稿件没有这个问题，删去这一项。"
                )
            )
    return tuple(kept)


def _without(tree: Tree, faulty: set[str], told: Sequence[Diagnostic]) -> Tree:
    """The tree without the faulty documents, whose diagnostics stay; what that breaks is found in the next round."""
    return replace(
        tree,
        documents=tuple(doc for doc in tree.documents if doc.path not in faulty),
        withdrawn=tuple(gone for gone in tree.withdrawn if gone.path not in faulty),
        skipped=tuple(sorted({*tree.skipped, *faulty})),
        diagnostics=sort_diagnostics((*tree.diagnostics, *told)),
    )


def _counter(progress: Progress, step: str, total: int) -> Callable[[int], None]:
    done = 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        progress(step, done, total)

    return count


def _secret_redirects(out: Path, before: Iterable[str], tree: Tree) -> dict[str, Internal]:
    """The redirects in the output that lead to what may no longer be shown, whatever became of its 旧地址."""
    withheld = {
        f"{quote_path(record.id)}/index.html".encode(): record for record in tree.internal if record.is_withheld
    }
    found = {}
    for path in before if withheld else ():
        target = out / path
        if path.startswith("doc/") or not path.endswith((".html", ".htm", ".shtml")) or not target.is_file():
            continue
        if lead := _REFRESH.search(target.read_bytes()):
            for end, record in withheld.items():
                if lead[1].endswith(b"doc/" + end):
                    found[path] = record
    return found


_REFRESH = re.compile(rb'http-equiv="refresh" content="[^"]*url=([^"]+)"')


def _secret_pages(tree: Tree) -> dict[str, Internal]:
    """The files that told of documents which may not be shown: their pages, and those at their old addresses.

    A public document whose date cannot be read is faulty, not secret: its page may not vanish without a word.
    """
    base = urlsplit(tree.config.url).path or "/"
    return {
        path: record
        for record in tree.internal
        if record.is_withheld and (record.disclosure is not Disclosure.ACTIVE or record.is_draft or record.has_date)
        for path in (f"doc/{record.id}/index.html", RULES_FILE, *(page_at(old, base) for old in record.old_urls))
    }


def _gone(
    options: Options, tree: Tree, outputs: Outputs, before: Mapping[str, str], secret: Mapping[str, Internal]
) -> list[Diagnostic]:
    """Addresses that this build would lose; those of what may no longer be shown go without a trace."""
    if options.preview:
        return []
    skipped = {record.id: record.path for record in tree.internal if record.path in tree.skipped}
    found = []
    for path in lost_addresses(outputs, before, {doc.id for doc in tree.documents}):
        parts = path.split("/")
        left_out = skipped.get(parts[1], "") if parts[0] == "doc" and len(parts) > 2 else ""
        if path in secret:
            found.append(
                Diagnostic(
                    "L202",
                    Severity.INFO,
                    "这份稿件已发布过，现在不公开，原地址随之失效",
                    Span(f"{options.label}/{secret[path].path}"),
                    "应当给读者留下说明的，改写 撤回。",
                )
            )
        elif left_out:
            found.append(
                Diagnostic(
                    "L201",
                    Severity.ERROR,
                    f"这份稿件有错，留在外面的话，已发布的地址“{path}”会失效",
                    Span(f"{options.label}/{left_out}"),
                    "先改正这份稿件。",
                )
            )
        elif parts[0] == "doc" and parts[-1] != "index.html":
            found.append(
                Diagnostic(
                    "L201",
                    Severity.ERROR,
                    f"已发布的附件“{path}”会失效",
                    Span(options.label),
                    f"换附件时沿用原来的文件名；不再提供的，在那份稿件写 旧地址: {path}，读者会转到稿件页。",
                )
            )
        else:
            found.append(
                Diagnostic(
                    "L201",
                    Severity.ERROR,
                    f"已发布的地址“{path}”会失效",
                    Span(options.label),
                    "恢复这份稿件或栏目；要撤下的写 撤回；改了编号、并入别的稿件或改为不公开的，"
                    f"在现在的稿件里写 旧地址: {path.removesuffix('index.html')}",
                )
            )
    return found


def _with_search(
    options: Options, tree: Tree, catalog: Catalog, outputs: Outputs, before: Mapping[str, str], progress: Progress
) -> tuple[Outputs, tuple[str, ...]]:
    """The outputs with the search index; or without, and the folders that hold the last one, when it may stay."""
    if options.search:
        progress("建立检索", 0, 1)
        found = {**outputs, **index_search(search_records(catalog), catalog.config.search)}
        progress("建立检索", 1, 1)
        return found, ()
    # An index that still knows what was withdrawn or withheld since may not stay (条例第十三至十六条).
    titles = {doc.id: doc.title for doc in catalog.documents.values()}
    indexed = indexed_titles(options.output)
    # Under another title an id may have gone to another document; only where nothing is withheld is that harmless.
    is_public = bool(indexed) and set(indexed) <= set(titles)
    if any(record.is_withheld for record in tree.internal):
        is_public = is_public and all(titles[doc_id] == title for doc_id, title in indexed.items())
    return outputs, INDEX_FOLDERS if is_public and any(path.startswith(INDEX_FOLDERS) for path in before) else ()
