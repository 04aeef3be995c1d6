"""The composition of a build, readable from top to bottom: documents, catalog, findings, pages, published files.

Exports `Build`, `BUILTIN`, `CheckResult`, `codes`, `INDEX_FOLDERS`.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from sitegen import catalog as catalogs
from sitegen import load, markdown, screening
from sitegen.address import page_at, quote_path
from sitegen.catalog import Catalog, build_catalog
from sitegen.checks import RETIRED, RULES, run_checks
from sitegen.diagnostics import CodeInfo, Diagnostic, Finding, Severity, SitegenError, Span, sort_diagnostics
from sitegen.engine import (
    Outputs,
    Produce,
    PublishReport,
    are_of_last_build,
    are_untouched,
    everything_in,
    execute,
    forget_releases,
    key_of,
    lost_addresses,
    made_of,
    publish,
    published,
    published_before,
    read_manifest,
    record,
    release,
    releases_of,
    stage,
    staging,
    unknown_files,
    untouched,
)
from sitegen.fonts import FONTS, digest_of_fonts, fonts_known
from sitegen.formats import FORMATS, asset_tasks, compile_templates
from sitegen.formats.bundle import Bundled, Member
from sitegen.importers import IMPORTERS
from sitegen.listing import NO_STAMP
from sitegen.load import Bodies, Entry, Kept, finish, load_tree, locate
from sitegen.load.synonyms import read_synonyms
from sitegen.model import Bundle, Disclosure, Internal, Kit, Recipe, SiteConfig, Task, Tree, digest
from sitegen.request import (
    BuildResult,
    Extensions,
    Inputs,
    Last,
    Options,
    Progress,
    body_seen,
    named,
    rest_of,
    seen_as,
)
from sitegen.search import INDEX_FOLDERS, Filing, index_search, indexed_titles, version_of
from sitegen.store import Store
from sitegen.views import VIEWS, move_desk, plan, search_key, search_sources, tasks_of
from sitegen.views.document import DocumentRecipe
from sitegen.views.downloads import PaperRecipe, is_made
from sitegen.views.frames import desk
from sitegen.views.kept import Shown
from sitegen.views.library import bundles_of
from sitegen.views.pages import NotFoundPage
from sitegen.views.redirects import RULES_FILE
from sitegen.workers import Workers

if TYPE_CHECKING:
    from sitegen.indexing import Indexing

A = TypeVar("A")
R = TypeVar("R")

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
    CodeInfo(
        "L203",
        "下载文件不再生成",
        Severity.WARNING,
        "公开过的 Word、PDF 下载地址会失效；规章、规范性文件每件要能下载（条例第二十四条）。",
        "上次构建有 PDF，这次的机器没有中文字体",
        "装上字体，或在 site.yaml 的 下载 里恢复原来的设置；有意不再提供的不必管",
    ),
    CodeInfo(
        "L204",
        "只剩一个文本，按日期的地址失效",
        Severity.WARNING,
        "有几个文本的文件，每个文本各有地址；只剩一个的，就是文件自己的地址。",
        "另一个文本转为不公开，doc/a/2024-04-01/ 随之失效，内容在 doc/a/",
        "有人引用过这个地址的，在文件里写 旧地址: doc/a/2024-04-01/",
    ),
)


BUILTIN = Extensions(RULES, VIEWS, FORMATS, IMPORTERS)


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What is wrong, and the site as far as it is known."""

    diagnostics: tuple[Diagnostic, ...]
    catalog: Catalog
    tree: Tree
    meta: bytes = b""  # digest of everything but what the bodies say
    examined: frozenset[str] = frozenset()  # digests of the bodies that rules looked into
    notes: tuple[str, ...] = ()
    pages: str = ""  # which finished pages were looked at

    def blocks(self, strict: bool) -> bool:
        """Whether nothing may be published."""
        return blocks(self.diagnostics, strict=strict)


_SHELVES = "rows", "folders", "seen", "pages"  # of each output folder
_SECONDS_TO_READ = 1.2  # a thousand documents, in one process
_SECONDS_TO_RENDER = 0.4  # a thousand pages


@dataclass
class Warm:
    """What a build leaves in memory for the next one of the same session."""

    meta: bytes = b""
    catalog: Catalog | None = None
    problems: tuple[Finding, ...] = ()  # found in making the catalog
    outputs: Outputs | None = None  # published, into a folder that nobody else writes into
    inputs: Inputs | None = None


@dataclass
class Build:
    """One build, step by step; each step is given what the ones before it made."""

    options: Options
    extensions: Extensions
    program: str
    store: Store
    workers: Workers
    progress: Progress
    warm: Warm = field(default_factory=Warm)
    shown: dict[str, list[Shown]] | None = None  # by source path, after a full plan
    shared: set[str] = field(default_factory=set)  # digests of bodies that are shown in files of several documents

    def run(self, inputs: Inputs, last: Last | None) -> BuildResult:
        """Publish, unless something stands against it."""
        checked = self.check(inputs)
        if checked.blocks(self.options.strict):
            return BuildResult(checked.diagnostics, skipped=checked.tree.skipped, notes=checked.notes)
        out = self.options.output
        with staging(releases_of(out) if self.options.release else out) as waiting:
            return self.publish(inputs, checked, waiting, last)

    # ------------------------------------------------ what goes in

    def check(self, inputs: Inputs) -> CheckResult:
        """Read the documents and find what is wrong with them."""
        options = self.options
        self.progress("读取稿件", 0, len(inputs.listing.documents))
        kept = Kept(self.store.shelf("entries"), self.store, inputs.now)
        count = _counter(self.progress, "读取稿件", len(inputs.listing.documents))

        def run(function: Callable[[Sequence[A]], Sequence[R]], items: Sequence[A]) -> Iterator[R]:
            count(len(inputs.listing.documents) - len(items))
            for result in self.workers.run(function, items, _SECONDS_TO_READ, _path_of):
                count(1)
                yield result

        try:
            tree = load_tree(
                options.content,
                options.themes,
                options.as_of,
                label=options.label,
                theme=options.theme,
                is_preview=options.preview,
                is_passing=options.is_ours,
                keep_going=options.keep_going,
                listing=inputs.listing,
                kept=kept,
                run=run,
            )
        finally:  # whatever else is wrong: what may no longer be shown is no longer kept
            if kept.has_forgotten:
                self.forget()
            self.store.flush()
        finish(kept)
        return self.judge(tree, inputs)

    def judge(self, tree: Tree, inputs: Inputs) -> CheckResult:
        """What is wrong with the tree, and its catalog; with `keep_going` without the faulty documents."""
        options, extensions, warm = self.options, self.extensions, self.warm
        known = (*catalogs.CODES, *(rule.manual for rule in extensions.rules))
        severities = {info.code: info.severity for info in known}
        while True:
            meta = self.meta(inputs, tree)
            if warm.catalog is not None and warm.meta == meta:
                catalog, problems = warm.catalog.with_bodies(tree.documents, tree.bodies), warm.problems
                move_desk(catalog, warm.catalog)
            else:
                catalog, problems = build_catalog(tree, inputs.history, options.as_of.date())
            warm.meta, warm.catalog, warm.problems = meta, catalog, problems
            bodies = tree.bodies
            assert isinstance(bodies, Bodies)
            bodies.asked.clear()
            found = run_checks(catalog, tree.internal, extensions.rules, tree.checking, inputs.history)
            findings = (*problems, *found)
            examined = frozenset(bodies.asked)
            located = locate(findings, tree.marks, severities, options.label)
            faulty = {f.where for f in findings if severities[f.code] is Severity.ERROR}
            faulty &= {doc.path for doc in tree.documents} | {gone.path for gone in tree.withdrawn}
            if not options.keep_going or not faulty:
                break
            tree = _without(tree, faulty, located)
        diagnostics = tree.diagnostics + located
        if options.keep_going:  # what is left out is told, and no longer stops the rest
            skipped = {f"{options.label}/{path}" for path in tree.skipped}
            diagnostics = tuple(
                replace(d, severity=Severity.WARNING) if d.span.path in skipped else d for d in diagnostics
            )
        kept, unused = _exempted(diagnostics, tree, {rule.code for rule in extensions.rules}, options.label)
        diagnostics = (*kept, *unused)
        notes = (*inputs.notes, *self.store.notes)
        return CheckResult(sort_diagnostics(map(_masked, diagnostics)), catalog, tree, meta, examined, notes)

    def forget(self) -> None:
        """Drop what may name a document that is no longer kept: results, and what is known of other output folders."""
        self.store.holds_traces = True
        for shelf in ("seen", "pages"):
            self.store.shelf(self.named(shelf)).clear()
        mine = tuple(self.named(f"shelf/{shelf}") for shelf in _SHELVES)
        names = [name for shelf in _SHELVES for name in self.store.names(f"shelf/{shelf}/")]
        indexes = (name for name in self.store.names("index/") if name != self.named("index"))
        for name in (*self.store.names("last/"), *self.store.names("drawer/"), *indexes):
            self.store.pop(name, None)
        for name in names:
            if not name.startswith(mine):
                self.store.pop(name, None)

    def inspect(self, checked: CheckResult) -> CheckResult:
        """The result with what is wrong with the finished pages in the output folder."""
        from sitegen.inspection import CODES, inspect_output, pages_of_documents, site_facts, told_of

        out, tree, catalog = self.options.output, checked.tree, checked.catalog
        manifest = read_manifest(out)
        looked_at = told_of(out, manifest)
        if manifest is None:
            return replace(checked, pages=looked_at)
        names, facts = pages_of_documents(catalog, self.options.label), site_facts(tree.config, tree.checking)
        rows, now = self.store.shelf(self.named("rows")), self.store.clock()
        key = b""
        if are_of_last_build(rows, out) and are_untouched(rows, out, now):
            key = digest((sorted(manifest.items()), sorted(names.items()), facts))
        name = self.named("last/pages")
        known = pickle.loads(self.store.get(name) or b"N.")
        if key and known and known[0] == key:
            found = known[1]
        else:
            memo = self.store.shelf(self.named("pages"))
            found = inspect_output(out, manifest, names, facts, memo, self.workers.run, now)
            if key:
                self.store[name] = pickle.dumps((key, found), pickle.HIGHEST_PROTOCOL)
        found, _ = _exempted(found, tree, {info.code for info in CODES}, self.options.label)
        return replace(checked, diagnostics=sort_diagnostics((*checked.diagnostics, *found)), pages=looked_at)

    # ------------------------------------------------ what comes out

    def publish(self, inputs: Inputs, checked: CheckResult, waiting: Path, last: Last | None) -> BuildResult:
        """Make what has changed and put it in place."""
        options, tree, catalog = self.options, checked.tree, checked.catalog
        rows = self.store.shelf(self.named("rows"))
        bundles = tuple(bundles_of(catalog))
        outputs = None
        if last is not None and last.meta == checked.meta:
            outputs = self.only_bodies(checked, waiting, last, {bundle.path for bundle in bundles})
        if outputs is None:
            self.shown = {}
            tasks = chain(self.noted(plan(catalog, self.extensions.views)), asset_tasks(tree.kit))
            outputs = self.execute(tasks, checked, waiting)
        outputs = {**outputs, **self.bundle(bundles, outputs, checked, waiting)}
        secret = _secret_pages(tree)
        before = self.known_before() if options.is_ours else published_before(rows, options.output, secret)
        if before is None:
            before = published(outputs, secret, options.output)
        secret |= _secret_redirects(options.output, before.keys() - outputs.keys(), tree)
        gone = _gone(options, tree, outputs, before, secret)
        diagnostics = sort_diagnostics((*checked.diagnostics, *gone))
        if blocks(diagnostics, strict=options.strict):
            return BuildResult(diagnostics, notes=checked.notes)
        found = {**outputs, **self.search(tree, catalog, before, waiting)}
        if options.release:
            with release(options.output) as folder:
                report = publish(found, before, folder, waiting)
            found = {path: made._replace(is_stamped=False) for path, made in found.items()}  # links change stamps
        else:
            report = publish(found, before, options.output, waiting, with_manifest=not options.is_ours)
        # What was taken back may not lie beside either (条例第十三至十六条), and with it goes the way back.
        withdrawn = {gone.url: found[gone.url].digest.hex() for gone in catalog.withdrawn.values()}
        forget_releases(options.output, _secret_pages(tree), withdrawn)
        now = self.store.clock()
        if options.is_ours:
            self.warm.outputs = {
                path: made._replace(staged="") if made.staged else made for path, made in found.items()
            }
        else:
            record(rows, found, options.output, now)
            folders = self.store.shelf(self.named("folders"))
            report = replace(report, unknown=unknown_files(found, options.output, folders, now))
        result = BuildResult(
            diagnostics,
            report,
            documents=len(catalog.sources),
            withheld=sum(record.is_withheld for record in tree.internal),
            pages=sum(path.endswith(".html") for path in outputs),
            skipped=tree.skipped,
            notes=checked.notes,
        )
        self.remember(inputs, checked, result, last)
        return result

    def noted(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """The tasks; what the files of documents show besides these is noted, so that an edit can be shown alone.

        And which bodies are read for files of more than one document.
        """
        assert self.shown is not None
        for task in tasks:
            model = task.model
            if isinstance(model, DocumentRecipe | PaperRecipe):
                self.shown.setdefault(model.doc.path, []).append(Shown.of(task))
            elif isinstance(model, Recipe):
                self.shared.update(getattr(model, "reads", ()))
            yield task

    def known_before(self) -> Mapping[str, str]:
        """What the last build of this session published, with digests; all that is there, if it failed."""
        if self.warm.outputs is None:
            return everything_in(self.options.output)
        return {path: made.digest.hex() for path, made in self.warm.outputs.items()}

    def execute(self, tasks: Iterable[Task], checked: CheckResult, waiting: Path) -> Outputs:
        """What the tasks give; those whose files lie in the output are not carried out.

        What takes long comes last, so that as many processes are started as it is worth; the preview goes without it.
        """
        kit = self.with_code(checked.tree.kit)
        formats = self.extensions.formats
        slow: list[Task] = []

        def quick() -> Iterator[Task]:
            for task in tasks:
                if formats[task.format].is_slow:
                    slow.append(task)
                else:
                    yield task

        count = _counter(self.progress, "生成网页", 2 * len(checked.catalog.documents))
        outputs = self.carry_out(quick(), kit, checked.tree, waiting, _SECONDS_TO_RENDER, count)
        if not slow or self.options.preview:
            return outputs
        seconds = sum(formats[task.format].seconds for task in slow) / len(slow)
        count = _counter(self.progress, "生成下载文件", len(slow), 5)
        return {**outputs, **self.carry_out(slow, kit, checked.tree, waiting, seconds, count)}

    def bundle(self, bundles: Iterable[Bundle], outputs: Outputs, checked: CheckResult, waiting: Path) -> Outputs:
        """The zips of files that have just been made, or lie in the output."""
        tasks, sources = [], {}
        for bundle in bundles:
            if not all(path in outputs for _, path in bundle.members):
                continue  # a site that leaves out our views has nothing to pack
            if bundle.path in outputs:
                raise SitegenError(f"两个文件要用同一个地址“{bundle.path}”，请检查旧地址（old_urls）。")
            members = []
            for name, path in bundle.members:
                made = outputs[path]
                sources[made.digest.hex()] = str(waiting / made.staged if made.staged else self.options.output / path)
                members.append(Member(name, made.digest.hex()))
            tasks.append(Task(bundle.path, "zip", Bundled(bundle.texts, tuple(members))))
        if not tasks:
            return {}
        return self.carry_out(
            tasks, Kit({}, sources=sources), checked.tree, waiting, _SECONDS_TO_RENDER, lambda _: None
        )

    def carry_out(
        self,
        tasks: Iterable[Task],
        kit: Kit,
        tree: Tree,
        waiting: Path,
        seconds: float,
        count: Callable[[int], None],
    ) -> Outputs:
        """What the tasks give, of which a thousand take about so many `seconds`."""
        options, formats = self.options, self.extensions.formats
        fingerprints: dict[tuple[str, str], str] = {}

        def key(task: Task) -> bytes:
            kind = task.format, task.template
            if kind not in fingerprints:
                fingerprints[kind] = formats[task.format].fingerprint(task.template, kit)
            return key_of(task, fingerprints[kind], self.program)

        return execute(
            map(_at_root, tasks) if options.preview else tasks,
            key,
            self.store.shelf(self.named("rows")),
            options.output,
            lambda misses: self.workers.run(
                Produce(kit, formats, tree.bodies, options.output, waiting),
                misses,
                seconds,
                _task_path,
            ),
            count,
            self.warm.outputs,
        )

    def only_bodies(self, checked: CheckResult, waiting: Path, last: Last, packed: Collection[str]) -> Outputs | None:
        """What a full plan would give when nothing but bodies has changed: the files that show them are made.

        Without those `packed` of others. None if something else in the output has changed too. Only for our own views,
        of which it is known what reads bodies.
        """
        if self.extensions.views != BUILTIN.views:
            return None
        rows, out = self.store.shelf(self.named("rows")), self.options.output
        outputs = self.warm.outputs if self.options.is_ours else untouched(rows, out)
        if outputs is None or len(outputs) != last.files:
            return None
        documents = checked.catalog.documents.values()
        seen = self.store.shelf(self.named("seen"))
        changed = {doc.id for doc in documents if body_seen(seen, doc.path) != doc.body.digest}
        made = self.execute(tasks_of(checked.catalog, changed), checked, waiting)
        kept = {
            path: made for path, made in outputs.items() if path not in packed and not path.startswith(INDEX_FOLDERS)
        }
        return {**kept, **made}

    def search(self, tree: Tree, catalog: Catalog, before: Mapping[str, str], waiting: Path) -> Outputs:
        """The files of the search index; those of the last one, when it may stay."""
        options, rows = self.options, self.store.shelf(self.named("rows"))
        paths = [path for path in before if path.startswith(INDEX_FOLDERS)]
        if self.warm.outputs is not None:
            old = {path: self.warm.outputs[path] for path in paths}
        else:
            lying = ((path, made_of(rows.get(path, b""), f"{options.output}/{path}")) for path in paths)
            old = {path: made for path, made in lying if made is not None}
        if options.search:
            key = digest((search_key(catalog), catalog.config.search, catalog.config.everyday))
            shelf = self.store.shelf("search")
            name = self.named("files")
            if old and shelf.get(name) == (_digest_of(old), key):
                return old
            made = self.indexed(catalog, old, waiting)
            shelf[name] = _digest_of(made), key
            return made
        # An index that still knows what was withdrawn or withheld since may not stay (条例第十三至十六条).
        titles = {doc.url: doc.title for doc in catalog.entries.values()}
        indexed = indexed_titles(options.output) if old else {}
        # Under another title an id may have gone to another document; only where nothing is withheld is that harmless.
        is_public = bool(indexed) and set(indexed) <= set(titles)
        if any(record.is_withheld for record in tree.internal):
            is_public = is_public and all(titles[url] == title for url, title in indexed.items())
        if is_public:
            return old
        self.store.pop(self.named("index"), None)  # it tells digests of what may no longer be kept
        return {}

    def indexed(self, catalog: Catalog, old: Outputs, waiting: Path) -> Outputs:
        """The files of the index, made as the site has chosen."""
        self.progress("建立检索", 0, 1)
        config = catalog.config
        filings = [Filing(*source) for source in search_sources(catalog)]
        if config.search == "pairs":
            return self.indexing(config, waiting).files(filings, catalog.bodies, old)
        records = [replace(record, sections=catalog.bodies[body].sections) for record, body in filings]
        files = index_search(records, config.search, self.everyday(config))
        version = self.index_version(config)
        made = {path: stage(path, version, data, self.options.output, waiting) for path, data in files.items()}
        self.progress("建立检索", 1, 1)
        return made

    def indexing(self, config: SiteConfig, waiting: Path) -> Indexing:
        """What makes the index of pairs."""
        from sitegen.indexing import Indexing  # its tables cost a build more than they may that makes no index

        return Indexing(
            self.store,
            self.workers,
            self.named("index"),
            self.index_version(config),
            self.options.output,
            waiting,
            partial(self.everyday, config),
            partial(self.progress, "建立检索"),
        )

    def index_version(self, config: SiteConfig) -> bytes:
        """What tells one way of making the index from another."""
        return version_of(self.program, config.everyday)

    def everyday(self, config: SiteConfig) -> Mapping[str, tuple[str, ...]]:
        """The everyday words of the site and of the product."""
        return read_synonyms(config.everyday, self.options.label)[0].words

    # ------------------------------------------------ what is remembered

    def remember(self, inputs: Inputs, checked: CheckResult, result: BuildResult, before: Last | None) -> None:
        """Remember this build, unless what it said is about a file of which nothing may be kept."""
        tree = checked.tree
        withheld = [record for record in tree.internal if record.is_withheld]
        paths = [record.path for record in withheld] + [gone.path for gone in tree.withdrawn]
        secret = {f"{self.options.label}/{path}" for path in paths}
        told = {span.path for d in result.diagnostics for span in (d.span, *(span for span, _ in d.related))}
        if secret & told or result.skipped or result.notes != inputs.notes:
            self.store.pop(self.named("last"), None)
            self.store.holds_traces |= self.store.empty(self.named("shown"))
            self.store.shelf(self.named("seen")).clear()
            return
        is_awaited = any(record.disclosure is Disclosure.ACTIVE and not record.is_due for record in tree.internal)
        assert result.report is not None
        seen = self.store.shelf(self.named("seen"))
        entries = self.store.shelf("entries")
        for doc in tree.documents:
            entry: Entry | None = entries.get(doc.path)
            stamp = inputs.listing.files.get(doc.path, NO_STAMP)
            value = b""
            if entry is not None and entry.stamp == stamp:
                value = seen_as(stamp, entry.source, doc.body.digest, inputs.now)
            if value != seen.get(doc.path, b""):
                seen[doc.path] = value
        for path in seen.keys() - {doc.path for doc in tree.documents if seen.get(doc.path)}:
            del seen[path]  # of what may not be kept, not even the path
        if self.shown is not None:
            self.store.fill(self.named("shown"), dict(self.kept_pages(tree, seen)))
            self.store[self.named("chrome")] = pickle.dumps(desk(checked.catalog).chrome, pickle.HIGHEST_PROTOCOL)
        last = Last(
            inputs.ground,
            self.fonts(inputs, tree.kit),
            rest_of(inputs, seen, self.options.content),
            self.options.as_of if is_awaited else None,
            checked.meta,
            len(result.report.written) + result.report.unchanged,
            self.judged(result, entries),
            checked.examined,
            self.shown_elsewhere(checked.catalog, before).intersection(seen),
            unchanged(result),
        )
        self.store[self.named("last")] = pickle.dumps(last, pickle.HIGHEST_PROTOCOL)

    def fonts(self, inputs: Inputs, kit: Kit) -> bytes:
        """What the next build must find of the fonts, to be the same; if they were too new to be kept, it will not."""
        known = fonts_known(self.options.content.parent / FONTS, self.store, inputs.now)
        return known or (digest_of_fonts(kit.fonts) if kit.fonts else b"")

    def shown_elsewhere(self, catalog: Catalog, before: Last | None) -> frozenset[str]:
        """The source paths of documents whose words stand in more than their own files, or under several addresses.

        Those that are packed are among them: what is packed is compiled too. Without a full plan these are the ones
        they were.
        """
        if self.shown is None:
            return before.shared if before else frozenset()
        return frozenset(
            doc.path
            for doc in catalog.documents.values()
            if doc.body.digest in self.shared or doc.id in catalog.version_of or doc.id in catalog.rules
        )

    def judged(self, result: BuildResult, entries: Mapping[str, Entry]) -> frozenset[str]:
        """The source paths about which more was said than their entries say themselves."""
        own = {diagnostic for entry in entries.values() for diagnostic in entry.diagnostics}
        spans = (
            span for d in result.diagnostics if d not in own for span in (d.span, *(span for span, _ in d.related))
        )
        return frozenset(span.path.removeprefix(f"{self.options.label}/") for span in spans)

    def kept_pages(self, tree: Tree, seen: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """By source path, what was noted of the pages of documents that may be kept, if it names no other documents."""
        assert self.shown is not None
        others = [doc for doc in tree.documents if doc.path not in seen]
        if self.options.is_ours:
            others = []  # what is kept goes when the preview ends
        words = {word.encode("utf-8", "surrogatepass") for doc in others for word in (doc.id, doc.title)}
        for path, pages in self.shown.items():
            if path in seen:
                blob = pickle.dumps(pages, pickle.HIGHEST_PROTOCOL)
                if not any(word in blob for word in words):
                    yield path, blob

    def meta(self, inputs: Inputs, tree: Tree) -> bytes:
        """A digest of everything that catalog and pages are made of, besides what the bodies say."""
        kit = (tree.kit.variables, tuple((name, blake2b(data).digest()) for name, data in tree.kit.files.items()))
        # Only where files that may not be shown are do their records count: others might name them.
        hidden = tuple(record for record in tree.internal if record.is_withheld)
        options = (self.options.preview, self.options.keep_going, self.options.as_of.toordinal())
        documents = tuple(doc.meta for doc in tree.documents)
        columns = tuple(tree.columns.values())
        site = (tree.config, columns, tree.hidden, kit, tree.forms, digest_of_fonts(tree.kit.fonts))
        return digest((site, documents, tree.withdrawn, tree.left_out, hidden, tree.broken, inputs.history, options))

    def with_code(self, kit: Kit) -> Kit:
        """The kit with its templates as code, compiled once for each theme."""
        theme = blake2b(digest_size=16)
        for name, data in kit.files.items():
            theme.update(name.encode() + b"\0" + data + b"\0")
        name = f"templates/{theme.hexdigest()}"
        if blob := self.store.get(name):
            return replace(kit, compiled=pickle.loads(blob))
        for old in self.store.names("templates/"):
            del self.store[old]
        kit = replace(kit, compiled=compile_templates(kit))
        self.store[name] = pickle.dumps(kit.compiled, pickle.HIGHEST_PROTOCOL)
        return kit

    def named(self, what: str) -> str:
        """The name under which something about this output folder is kept."""
        return named(what, self.options.output)


_OF_ONE_BUILD = ("L202", "L203", "L204")  # told of what is gone from then on


def unchanged(result: BuildResult) -> BuildResult:
    """What the same build would say once more: that nothing is written."""
    assert result.report is not None
    count = len(result.report.written) + result.report.unchanged
    diagnostics = tuple(d for d in result.diagnostics if d.code not in _OF_ONE_BUILD)
    return replace(result, report=PublishReport((), (), count, result.report.unknown), diagnostics=diagnostics)


def blocks(diagnostics: Sequence[Diagnostic], strict: bool) -> bool:
    """Whether the diagnostics forbid publishing."""
    fatal = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    return any(diagnostic.severity in fatal for diagnostic in diagnostics)


def codes(extensions: Extensions = BUILTIN) -> Mapping[str, CodeInfo]:
    """The manual pages of all codes."""
    from sitegen import inspection  # slow to import, and seldom needed

    known = (
        *load.CODES,
        *markdown.CODES,
        *screening.codes().values(),
        *catalogs.CODES,
        *SITE_CODES,
        *(rule.manual for rule in extensions.rules),
        *RETIRED,
        *inspection.CODES,
    )
    return dict(sorted((info.code, info) for info in known))


# ---------------------------------------------------------------- steps


def _exempted(
    diagnostics: Sequence[Diagnostic], tree: Tree, rules: Collection[str], label: str
) -> tuple[tuple[Diagnostic, ...], tuple[Diagnostic, ...]]:
    """The diagnostics without what a document is exempt from (豁免): findings of rules and any warning, no other error.

    And, apart, what is said about exemptions of no use.
    """
    exempt = {(f"{label}/{record.path}", code): record for record in tree.internal for code, *_ in record.exempt}
    used: set[tuple[str, str]] = set()
    kept = []
    for diagnostic in diagnostics:
        key = (diagnostic.span.path, diagnostic.code)
        if key in exempt and (diagnostic.code in rules or diagnostic.severity is not Severity.ERROR):
            used.add(key)
        else:
            kept.append(diagnostic)
    stands = {(diagnostic.span.path, diagnostic.code) for diagnostic in kept}
    unused = [
        Diagnostic(
            "F141",
            Severity.WARNING,
            f"豁免 {code} 没有用上",
            Span(path, *tree.marks(internal.path).get("exempt", (1, 1))),
            "这个问题不能豁免，改正以后删去这一项。"
            if (path, code) in stands
            else "这份稿件没有这个问题，删去这一项。",
        )
        for (path, code), internal in exempt.items()
        if (path, code) not in used and not internal.is_withheld and code not in _codes_of_pages()
    ]
    return tuple(kept), tuple(unused)


@cache
def _codes_of_pages() -> frozenset[str]:
    """The codes of finished pages, which only `check` looks at."""
    from sitegen.inspection import CODES  # slow to import, and seldom needed

    return frozenset(info.code for info in CODES)


def _masked(diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic; what it quotes of a field or a link may be the number of a person, which it may not repeat."""
    message, hint = screening.without_numbers(diagnostic.message), screening.without_numbers(diagnostic.hint)
    if (message, hint) == (diagnostic.message, diagnostic.hint):
        return diagnostic
    return replace(diagnostic, message=message, hint=hint)


def _without(tree: Tree, faulty: set[str], told: Sequence[Diagnostic]) -> Tree:
    """The tree without the faulty documents, whose diagnostics stay; what that breaks is found in the next round."""
    return replace(
        tree,
        documents=tuple(doc for doc in tree.documents if doc.path not in faulty),
        withdrawn=tuple(gone for gone in tree.withdrawn if gone.path not in faulty),
        left_out=(*tree.left_out, *(gone for gone in tree.withdrawn if gone.path in faulty)),
        skipped=tuple(sorted({*tree.skipped, *faulty})),
        diagnostics=sort_diagnostics((*tree.diagnostics, *told)),
    )


def _counter(progress: Progress, step: str, total: int, often: int = 100) -> Callable[[int], None]:
    """Counts what is done; tells now and then, since telling costs more than most of what is counted."""
    done = told = 0

    def count(more: int) -> None:
        nonlocal done, told
        done += more
        if done == total or done - told >= often:
            told = done
            progress(step, done, max(total, done))

    return count


def _secret_redirects(out: Path, lost: Iterable[str], tree: Tree) -> dict[str, Internal]:
    """Those of the lost pages that lead to what may no longer be shown, whatever became of its 旧地址."""
    withheld = {
        f"{quote_path(record.id)}/index.html".encode(): record for record in tree.internal if record.is_withheld
    }
    found = {}
    for path in lost if withheld else ():
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


def _digest_of(files: Outputs) -> bytes:
    """What tells these files from others."""
    return digest(sorted(made.digest for made in files.values()))


def _gone(
    options: Options, tree: Tree, outputs: Outputs, before: Mapping[str, str], secret: Mapping[str, Internal]
) -> list[Diagnostic]:
    """Addresses that this build would lose; those of what may no longer be shown go without a trace."""
    if options.preview:
        return []
    documents = {doc.id: doc for doc in tree.documents}
    lost = lost_addresses(outputs, before, documents)
    if not lost:
        return []
    skipped = {record.id: record.path for record in tree.internal if record.path in tree.skipped}
    dated, were_dated = ({text[1] for path in of if (text := _LASTING.fullmatch(path))} for of in (outputs, before))
    forgotten = {record.id for record in secret.values()} | {gone.id for gone in tree.withdrawn}
    their_files = {digest for path, digest in before.items() if path.startswith("doc/") and _folder(path) in forgotten}
    found = []
    downloads = 0
    for path in lost:
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
        elif parts[0] == "doc" and (parts[1] in forgotten or (parts[1] in were_dated and before[path] in their_files)):
            continue  # told of with its page; at the address of a rule its texts' files go with them
        elif parts[0] == "doc" and _is_of_gone_text(path, outputs, dated):
            continue  # told of with the page of the text
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
        elif (text := _LASTING.fullmatch(path)) and f"doc/{text[1]}/index.html" in outputs and text[1] not in dated:
            found.append(
                Diagnostic(
                    "L204",
                    Severity.WARNING,
                    f"《{documents[text[1]].title}》只剩一个文本，地址“{path.removesuffix('index.html')}”随之失效",
                    Span(f"{options.label}/{documents[text[1]].path}"),
                    f"有人引用过这个地址的，在这份稿件里写 旧地址: {path.removesuffix('index.html')}",
                )
            )
        elif is_made(path, before):
            downloads += 1
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
    if downloads:
        found.append(
            Diagnostic(
                "L203",
                Severity.WARNING,
                f"{downloads} 个已发布的 Word、PDF 下载文件这次没有生成，原地址随之失效",
                Span(f"{options.label}/site.yaml"),
                "装上中文字体，或恢复 site.yaml 里“下载”的设置；有意不再提供的不必管。",
            )
        )
    return found


_LASTING = re.compile(r"doc/([^/]+)/\d{4}-\d\d-\d\d/index\.html")  # of one text of a rule that has several
_BESIDE_LASTING = re.compile(r"(doc/([^/]+)/\d{4}-\d\d-\d\d/)[^/]+")


def _folder(path: str) -> str:
    """Of what `doc/a/x.pdf` is a file: a."""
    return path.split("/")[1]


def _is_of_gone_text(path: str, outputs: Outputs, dated: Collection[str]) -> bool:
    """Whether it lay beside the page of a rule's own text, which went because no other text is left."""
    beside = _BESIDE_LASTING.fullmatch(path)
    if beside is None or path.endswith("/index.html") or beside[2] in dated:
        return False
    return f"doc/{beside[2]}/index.html" in outputs


def _task_path(asked: tuple[Task, bytes]) -> str:
    return asked[0].path


def _path_of(asked: object) -> str:
    """What to call a file that is asked for."""
    return str(getattr(asked, "path", "稿件"))


def _at_root(task: Task) -> Task:
    """The task, with a 404 page for a site at the root of its server: there the preview is, whatever the `url`."""
    page = task.model
    return task._replace(model=replace(page, base="/")) if isinstance(page, NotFoundPage) else task
