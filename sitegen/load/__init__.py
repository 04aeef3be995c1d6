"""Turn the content folder and the theme into a `Tree`: the only reader of both.

Exports `load_tree`, `read_for_review`, `locate`, `front_matter_schema`, `read_columns`, `field_names`,
`is_document_id`, `Kept`, `Bodies`, what reading one document anew takes (`read_edited`, `surroundings`, …), the
standard data, and `CODES`.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from sitegen.diagnostics import Diagnostic, Finding, Severity, SitegenError, Span, sort_diagnostics
from sitegen.fonts import FONTS, find_fonts, forget_fonts, system_folders
from sitegen.listing import Listing, walk
from sitegen.load import fields as f
from sitegen.load.between import refuse_equal_ids, refuse_shared_files
from sitegen.load.codes import CODES
from sitegen.load.documents import Loaded, Surroundings, is_document_id, load_document
from sitegen.load.files import with_files
from sitegen.load.holidays import is_holiday_file, read_holidays
from sitegen.load.records import (
    Bodies,
    Entry,
    Kept,
    Run,
    body_name,
    finish,
    here,
    places_name,
    places_of,
    read_edited,
    read_entries,
    reason_of,
    unpack_body,
)
from sitegen.load.settings import (
    Settings,
    column_places,
    read_settings,
    standard_columns,
    standard_data,
    standard_kinds,
)
from sitegen.load.synonyms import SYNONYMS_FILE, read_synonyms
from sitegen.load.theme import read_theme
from sitegen.model import Column, ColumnId, DocId, Downloads, Font, Marks, Places, Tree, digest
from sitegen.screening import screen_of

__all__ = [
    "CODES",
    "Bodies",
    "Entry",
    "Kept",
    "Listing",
    "Loaded",
    "Run",
    "Settings",
    "body_name",
    "field_names",
    "finish",
    "fonts_for",
    "front_matter_schema",
    "is_document_id",
    "kept_settings",
    "load_tree",
    "locate",
    "places_name",
    "read_columns",
    "read_edited",
    "read_for_review",
    "read_site_settings",
    "read_theme",
    "standard_columns",
    "standard_data",
    "standard_kinds",
    "surroundings",
    "unpack_body",
]


def load_tree(
    content: Path,
    themes: Path,
    as_of: datetime,
    *,
    label: str = "content",
    theme: str = "",
    is_preview: bool = False,
    is_passing: bool = False,
    keep_going: bool = False,
    listing: Listing | None = None,
    kept: Kept | None = None,
    run: Run = here,
) -> Tree:
    """Everything below `content` and the theme, read and judged once; mistakes of all files are collected.

    `label` is how the content folder is called in diagnostics. With `keep_going` a faulty document is left out and
    named in `skipped`. What is `kept` from earlier builds is read from there as far as it still holds; with
    `is_passing` it goes when the program ends, so that drafts may be kept as well. Raises
    `SitegenError` for a theme that cannot be used.
    """
    listing = walk(content, label) if listing is None else listing
    kept = Kept({}, {}, 0) if kept is None else kept
    settings = kept_settings(content, label, kept.blobs, listing)
    around = surroundings(settings, as_of, label, is_preview=is_preview, is_passing=is_passing)
    entries: Sequence[Entry] = read_entries(content, listing, around, kept, run)
    kit = read_theme(themes, theme or settings.config.theme)  # may be refused: not before what is kept is up to date
    fonts = fonts_for(content, settings.config.downloads, kept.blobs, kept.now)
    by_path = {entry.path: entry for entry in entries if entry.places}

    def marks(path: str) -> Places:
        if path == "columns.yaml":
            return column_places(_bytes(content / path))
        return places_of(path, by_path, content, around, kept)

    entries = refuse_shared_files(entries, content, label, marks)
    entries = refuse_equal_ids(entries, label, marks)
    diagnostics = [*settings.diagnostics, *listing.problems, *(d for entry in entries for d in entry.diagnostics)]
    if fonts == ():
        diagnostics.append(_no_fonts(label))
    skipped: tuple[str, ...] = ()
    left_out = tuple(e.withdrawn for e in entries if keep_going and e.has_errors and e.withdrawn)
    if keep_going:
        unread = {d.span.path.removeprefix(f"{label}/") for d in listing.problems if d.severity is Severity.ERROR}
        skipped = tuple(sorted({entry.path for entry in entries if entry.has_errors} | unread))
        entries = [e._replace(document=None, withdrawn=None) if e.has_errors else e for e in entries]
    documents = tuple(e.document for e in entries if e.document)
    files = (file for doc in documents for file in (*doc.attachments, *doc.images))
    return Tree(
        config=settings.config,
        columns=settings.columns,
        hidden=settings.hidden,
        documents=documents,
        withdrawn=tuple(e.withdrawn for e in entries if e.withdrawn),
        internal=tuple(e.internal for e in entries if e.internal),
        kit=replace(kit, sources={file.digest: str(content / file.source) for file in files}, fonts=fonts or ()),
        marks=marks,
        diagnostics=sort_diagnostics(diagnostics),
        bodies=Bodies(kept.blobs, {e.document.body.digest: e.body for e in entries if e.body and e.document}),
        skipped=skipped,
        broken=() if keep_going else tuple(_broken(entries)),
        checking=settings.checking,
        left_out=left_out,
        forms=("docx", "pdf") if fonts else ("docx",),
    )


def fonts_for(
    content: Path, downloads: Downloads, blobs: MutableMapping[str, bytes], now: int
) -> tuple[Font, ...] | None:
    """What PDF files are set in; None if the site makes none."""
    if "pdf" not in downloads.forms or not (downloads.kinds or downloads.columns):
        forget_fonts(blobs)
        return None
    return find_fonts(content.parent / FONTS, system_folders(), blobs, now)


def _no_fonts(label: str) -> Diagnostic:
    hint = (
        "把中文字体文件（ttf、otf、ttc）放进与内容文件夹并列的 fonts/ 文件夹，或者在电脑上装一种；"
        "不要 PDF 的，在 site.yaml 的 downloads（下载）里只留 Word。"
    )
    return Diagnostic("T130", Severity.WARNING, "没有找到中文字体，不生成 PDF", Span(f"{label}/site.yaml"), hint)


def read_for_review(content: Path, path: str, data: bytes, as_of: datetime, label: str) -> Loaded:
    """The file `path` with the bytes `data` as a document with all its parts, whether or not it is due or a draft.

    What stands against publishing it without another review is among the diagnostics, as a warning.
    """
    settings = read_site_settings(content, label)
    around = replace(surroundings(settings, as_of, label, is_preview=True), needs_review=True)
    return with_files(load_document(path, data, around), content, around)[0]


def surroundings(
    settings: Settings, as_of: datetime, label: str, *, is_preview: bool, is_passing: bool = False
) -> Surroundings:
    """What files are judged by."""
    return Surroundings(
        config=settings.config,
        columns=settings.columns,
        hidden={column.id: column for column in settings.hidden},
        as_of=as_of,
        label=label,
        is_preview=is_preview,
        is_passing=is_passing,
        max_bytes=settings.document_bytes,
        attachment_bytes=settings.attachment_bytes,
        setting=settings.digest,
        needs_review=settings.checking.review,
        needs_roles=settings.checking.roles,
        screen=screen_of(settings.checking, (settings.config.contact.phone, settings.config.contact.fax)),
    )


def kept_settings(content: Path, label: str, blobs: MutableMapping[str, bytes], listing: Listing) -> Settings:
    """The settings, from what is kept if the files are the same."""
    site, columns = _bytes(content / "site.yaml"), _bytes(content / "columns.yaml")
    own = {path: _bytes(content / path) or b"" for path in sorted(listing.files) if is_holiday_file(path)}
    everyday = _bytes(content / SYNONYMS_FILE) if SYNONYMS_FILE in listing.files else None
    name = f"settings/{digest((site, columns, label, own, everyday)).hex()}"
    if blob := blobs.get(name):
        found: Settings = pickle.loads(blob)
        return found
    settings = read_settings(site, columns, label)
    holidays, wrong = read_holidays(own, label)
    _, unsaid = read_synonyms(everyday, label) if everyday is not None else (None, ())
    settings = replace(
        settings,
        config=replace(settings.config, everyday=everyday),
        checking=replace(settings.checking, holidays=holidays),
        diagnostics=(*settings.diagnostics, *wrong, *unsaid),
    )
    for old in [old for old in blobs if old.startswith("settings/")]:
        del blobs[old]
    blobs[name] = pickle.dumps(settings, pickle.HIGHEST_PROTOCOL)
    return settings


def read_site_settings(content: Path, label: str) -> Settings:
    """What `site.yaml` and `columns.yaml` say."""
    return read_settings(_bytes(content / "site.yaml"), _bytes(content / "columns.yaml"), label)


def read_columns(content: Path) -> Mapping[ColumnId, Column]:
    """The column tree of the site in `content`; the standard one when it has no settings of its own."""
    return read_site_settings(content, "").columns


def field_names() -> Mapping[str, str]:
    """The Chinese name of every front matter field, those of the column kinds among them, by id."""
    own = {entry.id: entry.name for kind in standard_kinds().values() for entry in kind.fields}
    return own | {entry.id: entry.name for entry in f.FIELDS}


def locate(
    findings: Iterable[Finding], marks: Marks, severities: Mapping[str, Severity], label: str = "content"
) -> tuple[Diagnostic, ...]:
    """The findings as diagnostics, each with the place of the field it is about; of one not written, of the title."""

    def place(where: str, field: str) -> Span:
        name, places = field, marks(where)
        while name:
            if name in places:
                return Span(f"{label}/{where}", *places[name])
            name = name.rpartition("[")[0] if name.endswith("]") else name.rpartition(".")[0]
        return Span(f"{label}/{where}", *(places.get("title", (1, 1)) if field else (1, 1)))

    return tuple(
        Diagnostic(
            finding.code,
            severities[finding.code],
            finding.message,
            place(finding.where, finding.field),
            finding.hint,
            tuple((place(where, field), text) for where, field, text in finding.related),
        )
        for finding in findings
    )


def front_matter_schema() -> dict[str, object]:
    """The JSON Schema (2020-12) of a document's front matter, for editors that check while one types."""
    data = standard_data("fields.yaml")
    explained = {entry["id"]: entry for entry in (*data["fields"], data["identity"])}
    properties: dict[str, object] = {}
    for entry in f.FIELDS:
        about = explained.get(entry.id, {})
        schema: dict[str, object] = {"title": entry.name, "description": about.get("help", entry.name)}
        choices = about.get("choices")
        if choices:
            schema["enum"] = list(choices)
        properties[entry.id] = schema
        properties[entry.name] = {"$ref": f"#/properties/{entry.id}"}
    for kind in standard_kinds().values():
        for own in kind.fields:
            about_own: dict[str, object] = {"title": own.name, "description": f"“{kind.name}”类栏目的信息项"}
            if own.choices:
                about_own["enum"] = list(own.choices)
            properties.setdefault(own.id, about_own)
            properties.setdefault(own.name, about_own)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "政府信息公开专栏稿件的信息头",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "allOf": [
            {"anyOf": [{"required": ["title"]}, {"required": ["标题"]}]},
            {"anyOf": [{"required": ["disclosure"]}, {"required": ["公开属性"]}]},
        ],
    }


def _broken(entries: Iterable[Entry]) -> Iterator[tuple[DocId, str]]:
    for entry in entries:
        is_known = entry.document or entry.withdrawn or (entry.internal and entry.internal.is_withheld)
        if not is_known:
            yield entry.doc_id or PurePosixPath(entry.path).stem, entry.path


def _bytes(path: Path) -> bytes | None:
    """The bytes of a settings file; None if there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SitegenError(f"{path.name} 读不了（{reason_of(error)}）。它应是普通文件，并允许读取。") from error
