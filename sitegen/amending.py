"""Publish edits that change nothing but what bodies say, without reading the rest of the site.

What a page shows of other documents was kept when it was made; whether an edit touches anything but its own page is
told by comparing the document with what was kept of it. Where anything else may have changed, nothing is done here.

Exports `amend`.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from sitegen.building import BUILTIN, Build
from sitegen.engine import Made, Outputs, Produce, PublishReport, digest_in, key_of, overwrite, record_some, staging
from sitegen.load import (
    Entry,
    body_name,
    fonts_for,
    kept_settings,
    places_name,
    read_edited,
    read_theme,
    surroundings,
    unpack_body,
)
from sitegen.model import Document, SiteConfig, Task
from sitegen.request import BuildResult, Inputs, Last, Seen, body_seen, seen_as, source_seen
from sitegen.search import Filing
from sitegen.views import record_of
from sitegen.views.kept import Shown

_Edit = tuple[Entry, bytes, bytes]  # with the places and the body, as they are kept


def amend(build: Build, inputs: Inputs, last: Last, changed: Sequence[str]) -> BuildResult | None:
    """What building gives when nothing has changed since the build `last` but the documents `changed` (paths).

    None, and nothing done, unless only their bodies have, and no other page, nor any finding, can depend on these.
    """
    options, store = build.options, build.store
    if options.release or build.extensions.views != BUILTIN.views:
        return None
    settings = kept_settings(options.content, options.label, store, inputs.listing)
    around = surroundings(
        settings, options.as_of, options.label, is_preview=options.preview, is_passing=options.is_ours
    )
    seen: Seen = store.shelf(build.named("seen"))
    edits: dict[str, _Edit] = {}
    was: dict[str, Document] = {}
    for path in changed:
        known: Entry | None = store.one("entries", path)
        if known is None or known.document is None or known.source != source_seen(seen, path):
            return None  # another output folder has been built since, from the same cache
        if path in last.told or path in last.shared or known.document.body.digest in last.examined:
            return None
        edit = read_edited(options.content, inputs.listing, path, known, around, store, inputs.now)
        if edit is None:
            return None
        edits[path] = edit
        was[path] = known.document
    tasks = _tasks(build, edits)
    if tasks is None:
        return None
    kit = build.with_code(read_theme(options.themes, options.theme or settings.config.theme))
    if any(task.format != "html" for task in tasks):
        files = (file for entry, _, _ in edits.values() if entry.document for file in entry.document.images)
        kit = replace(
            kit,
            sources={file.digest: str(options.content / file.source) for file in files},
            fonts=fonts_for(options.content, settings.config.downloads, store, inputs.now) or (),
        )
    parsed = [unpack_body(blob)[1].body for _, _, blob in edits.values()]
    bodies = {body.digest: body for body in parsed}
    formats = build.extensions.formats
    kinds = {(task.format, task.template) for task in tasks}
    prints = {(name, template): formats[name].fingerprint(template, kit) for name, template in kinds}
    with staging(options.output) as waiting:
        produce = Produce(kit, formats, bodies, options.output, waiting)
        made = produce([(task, key_of(task, prints[task.format, task.template], build.program)) for task in tasks])
        outputs = {task.path: one for task, one in zip(tasks, made, strict=True) if isinstance(one, Made)}
        if len(outputs) != len(tasks):
            return None  # a failure is told as it always is
        if options.search and not options.is_ours:  # the preview may search what was written a moment ago
            index = _index(build, settings.config, was, edits, waiting)
            if index is None:
                return None
            outputs |= index
        written = _publish(build, outputs, waiting)
    if written is None:
        return None
    _remember(build, inputs, edits)
    return replace(last.result, report=PublishReport(written, (), last.files - len(written)))


def _tasks(build: Build, edits: Mapping[str, _Edit]) -> list[Task] | None:
    """The pages that show the edited documents, as kept; None if that is not known."""
    store = build.store
    blob = store.get(build.named("chrome"))
    if blob is None:
        return None
    chrome = pickle.loads(blob)
    tasks = []
    for path, (entry, _, _) in edits.items():
        shown: Sequence[Shown] = pickle.loads(store.drawn(build.named("shown"), path) or b"N.")
        if not shown or entry.document is None:
            return None
        formats = build.extensions.formats
        made = [page for page in shown if not (build.options.preview and formats[page.task.format].is_slow)]
        tasks += [page.of_edited(chrome, entry.document) for page in made]
    return tasks


def _index(
    build: Build, config: SiteConfig, was: Mapping[str, Document], edits: Mapping[str, _Edit], waiting: Path
) -> Outputs | None:
    """The files of the search index that change; None if it has to be looked at as a whole."""
    if config.search != "pairs":
        return None
    from sitegen.indexing import Edit  # its tables are needed here only

    rows = build.store.shelf(build.named("rows"))
    changes = []
    for path, (entry, _, body) in edits.items():
        old, new = was[path], entry.document
        assert new is not None
        before, after = (Filing(record_of(doc), doc.body.digest) for doc in (old, new))
        changes.append(Edit(before, after, unpack_body(body)[1].body))
    try:
        return build.indexing(config, waiting).amended(changes, lambda path: digest_in(rows.get(path, b"")))
    except (OSError, ValueError):  # something else lies there
        return None


def _publish(build: Build, outputs: Outputs, waiting: Path) -> tuple[str, ...] | None:
    """Put the pages in place; the paths of those that differ, or None if something else lies there."""
    options, warm = build.options, build.warm
    if options.is_ours:
        there = warm.outputs or {}
        if not outputs.keys() <= there.keys():
            return None
        before = {path: there[path].digest for path in outputs}
        written = overwrite(outputs, before, options.output, waiting, with_manifest=False)
        warm.outputs = {**there, **{path: made._replace(staged="") for path, made in outputs.items()}}
        return written
    rows = build.store.shelf(build.named("rows"))
    if not outputs.keys() <= rows.keys():
        return None
    before = {path: digest_in(rows[path]) for path in outputs}
    written = overwrite(outputs, before, options.output, waiting)
    if written is not None:
        folders = build.store.shelf(build.named("folders"))
        record_some(rows, folders, outputs, written, options.output, build.store.clock())
    return written


def _remember(build: Build, inputs: Inputs, edits: Mapping[str, _Edit]) -> None:
    """Keep the edited documents instead of what they were, in one transaction."""
    store = build.store
    seen: Seen = store.shelf(build.named("seen"))
    for path, (entry, places, body) in edits.items():
        assert entry.document is not None
        digest = entry.document.body.digest
        old = body_seen(seen, path)
        store.replace_one("entries", path, entry)
        store[places_name(path)] = places
        store[body_name(digest)] = body
        seen[path] = seen_as(entry.stamp, entry.source, digest, inputs.now)
        if not any(known.endswith(old.encode()) for known in seen.values()):
            store.pop(body_name(old), None)
    store.flush()
