"""Turn the content folder and the theme into a `Tree`: the only reader of both.

Exports `load_tree`, `locate`, `front_matter_schema`, `read_columns`, `field_names`, `is_document_id`,
the standard data, and `CODES`.
"""

from __future__ import annotations

import errno
import hashlib
import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from sitegen.diagnostics import Diagnostic, Finding, Severity, SitegenError, Span, sort_diagnostics
from sitegen.load import fields as f
from sitegen.load.codes import CODES
from sitegen.load.documents import Loaded, Surroundings, is_document_id, load_document
from sitegen.load.settings import (
    Settings,
    read_settings,
    standard_columns,
    standard_data,
    standard_kinds,
)
from sitegen.load.theme import read_theme
from sitegen.model import Attachment, Column, ColumnId, DocId, Document, Marks, Tree

__all__ = [
    "CODES",
    "field_names",
    "front_matter_schema",
    "is_document_id",
    "load_tree",
    "locate",
    "read_columns",
    "standard_columns",
    "standard_data",
    "standard_kinds",
]

# What a reader's computer opens and does not run, and what no server takes for something else.
_FORMATS = frozenset(
    (
        *("pdf", "ofd", "ceb", "cebx", "doc", "docx", "wps", "wpt", "odt", "rtf", "txt", "epub"),
        *("xls", "xlsx", "et", "ods", "csv", "json", "geojson", "ppt", "pptx", "dps", "odp"),
        *("jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "dwg", "shp"),
        *("mp3", "m4a", "wav", "mp4", "mov", "avi", "zip", "rar", "7z"),
    )
)
_LONGEST_NAME = 200  # bytes; file systems take 255
_IMAGES = frozenset((".png", ".jpg", ".jpeg", ".gif", ".webp"))


def load_tree(
    content: Path,
    themes: Path,
    as_of: datetime,
    *,
    label: str = "content",
    theme: str = "",
    is_preview: bool = False,
    keep_going: bool = False,
) -> Tree:
    """Everything below `content` and the theme, read and judged once; mistakes of all files are collected.

    `label` is how the content folder is called in diagnostics. With `keep_going` a faulty document is left out and
    named in `skipped`. Raises `SitegenError` for a theme that cannot be used.
    """
    settings = read_settings(_bytes(content / "site.yaml"), _bytes(content / "columns.yaml"), label)
    kit = read_theme(themes, theme or settings.config.theme)
    around = Surroundings(
        config=settings.config,
        columns=settings.columns,
        hidden={column.id: column for column in settings.hidden},
        as_of=as_of,
        label=label,
        is_preview=is_preview,
        max_bytes=settings.document_bytes,
    )
    problems: list[Diagnostic] = []
    loaded: list[Loaded] = []
    for path in _source_files(content, label, problems):
        try:
            data = _read(content / path, settings.document_bytes)
        except OSError as error:
            problems.append(
                Diagnostic(
                    "F115",
                    Severity.ERROR,
                    f"文件读不了（{_reason(error)}）",
                    Span(f"{label}/{path}"),
                    "检查文件是否被占用、有没有权限；断了的链接换成文件本身。",
                )
            )
            continue
        loaded.append(load_document(path, data, around))
    sources: dict[str, str] = {}
    filed = [_with_files(entry, content, settings, label, sources) for entry in loaded]
    filed = _refuse_shared_files(filed, content, label)
    filed = _refuse_equal_ids(filed, label)
    diagnostics = [*settings.diagnostics, *problems, *(d for entry in filed for d in entry.diagnostics)]
    skipped: tuple[str, ...] = ()
    if keep_going:
        unread = {d.span.path.removeprefix(f"{label}/") for d in problems if d.severity is Severity.ERROR}
        skipped = tuple(sorted({entry.path for entry in filed if entry.has_errors} | unread))
        filed = [replace(e, document=None, withdrawn=None) if e.has_errors else e for e in filed]
    return Tree(
        config=settings.config,
        columns=settings.columns,
        hidden=settings.hidden,
        documents=tuple(e.document for e in filed if e.document),
        withdrawn=tuple(e.withdrawn for e in filed if e.withdrawn),
        internal=tuple(e.internal for e in filed if e.internal),
        kit=replace(kit, sources=sources),
        marks=Marks({(e.path, name): span for e in filed for name, span in e.marks.items()}),
        diagnostics=sort_diagnostics(diagnostics),
        skipped=skipped,
        broken=() if keep_going else tuple(_broken(filed)),
    )


def read_columns(content: Path) -> Mapping[ColumnId, Column]:
    """The column tree of the site in `content`; the standard one when it has no settings of its own."""
    return read_settings(_bytes(content / "site.yaml"), _bytes(content / "columns.yaml"), "").columns


def field_names() -> Mapping[str, str]:
    """The Chinese name of every front matter field, those of the column kinds among them, by id."""
    own = {entry.id: entry.name for kind in standard_kinds().values() for entry in kind.fields}
    return own | {entry.id: entry.name for entry in f.FIELDS}


def locate(
    findings: Iterable[Finding], marks: Marks, severities: Mapping[str, Severity], label: str = "content"
) -> tuple[Diagnostic, ...]:
    """The findings as diagnostics, each with the place of the field it is about."""

    def place(where: str, field: str) -> Span:
        name = field
        while name:
            if span := marks.spans.get((where, name)):
                return span
            name = name.rpartition("[")[0] if name.endswith("]") else name.rpartition(".")[0]
        return Span(f"{label}/{where}")

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


def _broken(entries: Iterable[Loaded]) -> Iterator[tuple[DocId, str]]:
    for entry in entries:
        is_known = entry.document or entry.withdrawn or (entry.internal and entry.internal.is_withheld)
        if not is_known:
            yield entry.doc_id or PurePosixPath(entry.path).stem, entry.path


# ---------------------------------------------------------------- reading


def _bytes(path: Path) -> bytes | None:
    """The bytes of a settings file; None if there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SitegenError(f"{path.name} 读不了（{_reason(error)}）。它应是普通文件，并允许读取。") from error


def _read(path: Path, limit: int) -> bytes:
    """The bytes of the file; of one that is too large anyway, only as many as show it."""
    if path.exists() and not path.is_file():
        raise OSError("a pipe or a device: reading it might never end")
    with path.open("rb") as file:
        data = file.read(limit + 1)
        if len(data) > limit:
            return data + b" " * max(0, path.stat().st_size - len(data))
        return data


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError) or error.errno == errno.ELOOP:
        return "链接指向的文件不存在"
    if isinstance(error, PermissionError):
        return "没有权限"
    if isinstance(error, IsADirectoryError):
        return "它是文件夹"
    return error.strerror or "不是普通文件"


def _is_inside(path: Path, content: Path) -> bool:
    """Whether the path, all links followed, lies in the content folder."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(content))  # `resolve` raises on a circle


def _source_files(content: Path, label: str, problems: list[Diagnostic]) -> Iterator[str]:
    """The Markdown files below `content`, sorted; nothing through a link that leads out of it."""
    for folder, folders, names in os.walk(content):
        here = Path(folder)
        inside = PurePosixPath(here.relative_to(content).as_posix())
        is_top = here == content
        kept = []
        for name in sorted(folders):
            if name.startswith(("_", ".")) or (is_top and name == "data"):
                continue
            if (here / name).is_symlink():
                _refuse_link(f"{label}/{inside / name}", problems)
                continue
            kept.append(name)
        folders[:] = kept
        for name in sorted(names):
            if name.startswith(("_", ".")) or not name.lower().endswith((".md", ".markdown")):
                if name.lower().endswith(".md.txt"):
                    span = Span(f"{label}/{(inside / name).as_posix()}")
                    hint = f"把文件名改为“{name[:-4]}”（先在资源管理器里打开“显示文件扩展名”）。"
                    problems.append(
                        Diagnostic("F118", Severity.WARNING, "这个文件没有读取：扩展名多了 .txt", span, hint)
                    )
                continue
            path = here / name
            if path.is_symlink() and not _is_inside(path, content):
                _refuse_link(f"{label}/{inside / name}", problems)
                continue
            yield (inside / name).as_posix()


def _refuse_link(path: str, problems: list[Diagnostic]) -> None:
    problems.append(
        Diagnostic(
            "F116",
            Severity.ERROR,
            "这是通向别处的符号链接，不读取",
            Span(path),
            "把文件本身复制到内容文件夹里，删去链接。",
        )
    )


# ---------------------------------------------------------------- attachments


def _with_files(entry: Loaded, content: Path, settings: Settings, label: str, sources: dict[str, str]) -> Loaded:
    """The document with the files it names; `sources` learns where each is read from. Only public files are opened."""
    document = entry.document
    if document is None:
        return entry
    problems: list[Diagnostic] = []
    folder = PurePosixPath(document.path).parent
    taken: dict[str, str] = {"index.html": ""}

    def take(file: str, title: str, field: str) -> Attachment | None:
        span = entry.marks.get(field) or Span(f"{label}/{document.path}")
        bad = _unfit_name(file, taken)
        source = folder / file
        path = content / source
        if not bad and not _is_inside(path, content):
            bad = "F116", f"“{file}”是通向内容文件夹之外的链接", "把文件本身复制到稿件旁边。"
        if not bad and _is_link(path, content):
            bad = "F116", f"“{file}”是通向别的文件的链接，不读取", "把文件本身复制到稿件旁边，删去链接。"
        if not bad and not path.is_file():
            bad = "L101", f"找不到“{file}”", _missing_hint(path, source)
        if not bad and path.stat().st_size > settings.attachment_bytes:
            limit = settings.attachment_bytes // 1_000_000
            bad = "L102", f"“{file}”超过 {limit} MB", "压缩或拆成几个文件；上限在 site.yaml 的 limits 里改。"
        if bad and not (bad[0] == "L101" and field.startswith("references")):  # L112 tells of a missing image
            problems.append(Diagnostic(bad[0], Severity.ERROR, bad[1], span, bad[2]))
        if bad:
            return None
        data = path.read_bytes()
        digest = hashlib.blake2b(data, digest_size=32).hexdigest()
        sources[digest] = str(path)
        taken[source.name.casefold()] = file
        return Attachment(source.name, title, source.as_posix(), len(data), digest)

    attachments = [take(named.file, named.title, f"attachments[{i}]") for i, named in enumerate(entry.files)]
    named_files = {named.file for named in entry.files}
    images = [
        take(file, "", f"references[{number}]") for number, file in _image_files(document) if file not in named_files
    ]
    return replace(
        entry,
        document=replace(
            document,
            attachments=tuple(a for a in attachments if a),
            images=tuple(a for a in images if a),
        ),
        diagnostics=(*entry.diagnostics, *problems),
    )


def _is_link(path: Path, content: Path) -> bool:
    """Whether the file, or a folder on the way to it, is a symbolic link: it may lead to what is not public."""
    return any(step.is_symlink() for step in (path, *path.parents) if step.is_relative_to(content) and step != content)


def _image_files(document: Document) -> Iterator[tuple[int, str]]:
    """The files that the body shows as images, each once, with the number of its first reference."""
    seen: set[str] = set()
    for number, reference in enumerate(document.body.references):
        file = reference.target.removeprefix("./")
        if not reference.is_image or file in seen or ":" in file.split("/", 1)[0] or file.startswith(("/", "#")):
            continue
        if PurePosixPath(file).suffix.lower() in _IMAGES:
            seen.add(file)
            yield number, file


def _unfit_name(file: str, taken: Mapping[str, str]) -> tuple[str, str, str] | None:
    path = PurePosixPath(file)
    if path.is_absolute() or "\\" in file or ".." in path.parts or ":" in file:
        return "L102", f"“{file}”不在稿件旁边", "把文件放在稿件所在的文件夹里，只写文件名。"
    if any(part.startswith(("_", ".")) for part in path.parts):
        return "L102", f"“{file}”的名字以 _ 或 . 开头，这样的文件不读取", "改名。"
    if path.suffix.lower() in (".md", ".markdown"):
        return "L102", f"“{file}”是稿件，不是附件", "要让读者看到那份稿件，在正文里写指向它的链接。"
    if len(path.name.encode("utf-8", "surrogatepass")) > _LONGEST_NAME:
        return "L102", "附件的文件名太长", "改短一些，最多 60 个汉字。"
    if path.suffix.lower().removeprefix(".") not in _FORMATS:
        return "L102", f"“{file}”这类文件不能作为附件", "换成 docx、xlsx、pdf、jpg、zip 等格式，扩展名要写对。"
    if any(ord(char) < 32 or char in '<>"|?*' for char in file) or path.name.endswith((" ", ".")):
        return "L102", f"“{file}”的名字里有不能用的符号", '改名，不用 < > " | ? * 和看不见的字符。'
    if path.name.casefold() in taken:
        return "L102", f"“{file}”与另一个附件或网页同名", "改成不同的名字（大小写不同也算同名）。"
    return None


def _missing_hint(path: Path, source: PurePosixPath) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"没有文件夹“{source.parent}”；附件放在稿件旁边。"
    near = f.nearest(path.name, sorted(p.name for p in folder.iterdir() if p.is_file()))
    return f"是不是“{near}”？" if near else "把文件放在稿件旁边，名字和扩展名要完全一致。"


def _published_files(document: Document | None) -> Iterator[tuple[str, Attachment]]:
    """The files a document publishes, each with the name of the place that asks for it."""
    if document is None:
        return
    for i, attachment in enumerate(document.attachments):
        yield f"attachments[{i}]", attachment
    shown = {PurePosixPath(file).name: number for number, file in reversed(list(_image_files(document)))}
    for image in document.images:
        yield f"references[{shown[image.file]}]", image


def _refuse_shared_files(entries: list[Loaded], content: Path, label: str) -> list[Loaded]:
    """No file that a document without a public page names may be published through another one."""

    def place(source: PurePosixPath) -> tuple[object, ...]:
        path = Path(os.path.normpath(content / source))  # `none/../a.pdf` is a file, though there is no folder `none`
        try:
            found = path.stat()
        except (OSError, ValueError):
            return (unicodedata.normalize("NFC", source.as_posix()).casefold(),)
        return found.st_dev, found.st_ino  # whatever it is called, and however often it is linked

    withheld: dict[tuple[object, ...], str] = {}
    unread: list[Loaded] = []
    for entry in entries:
        if entry.document is None:
            for named in entry.files:
                withheld.setdefault(place(PurePosixPath(entry.path).parent / named.file), entry.path)
        if entry.unread:
            unread.append(entry)

    def naming(source: PurePosixPath) -> str:
        """The file without a public page that names this one, or might: nobody knows what an unreadable one is."""
        name = source.name
        mentions = [name.encode(), name.encode("gb18030", "ignore"), name.encode("utf-16-le", "ignore")]
        return withheld.get(place(source)) or next(
            (e.path for e in unread if any(mention and mention in e.unread for mention in mentions)), ""
        )

    checked = []
    for entry in entries:
        problems = []
        for field, attachment in _published_files(entry.document):
            if other := naming(PurePosixPath(attachment.source)):
                span = entry.marks.get(field) or Span(f"{label}/{entry.path}")
                problems.append(
                    Diagnostic(
                        "S101",
                        Severity.ERROR,
                        "这个文件也是一份不公开（或已撤回）稿件的附件，不能发布",
                        span,
                        f"另一份是 {label}/{other}；两份稿件的附件分开存放。",
                    )
                )
        checked.append(replace(entry, diagnostics=(*entry.diagnostics, *problems)) if problems else entry)
    return checked


def _refuse_equal_ids(entries: list[Loaded], label: str) -> list[Loaded]:
    """Every id stands once in the site, public or not; each of the equal ones is told of the others."""
    by_id: dict[str, list[Loaded]] = defaultdict(list)
    for entry in entries:
        if entry.internal:
            by_id[entry.internal.id].append(entry)
    checked = []
    for entry in entries:
        same = [other for other in by_id[entry.internal.id] if other is not entry] if entry.internal else []
        if same and entry.internal:
            others = "、".join(f"{label}/{other.path}" for other in same)
            is_open = all(one.document for one in (entry, *same))
            named = f"编号“{entry.internal.id}”" if is_open else "编号"
            problem = Diagnostic(
                "F112",
                Severity.ERROR,
                f"{named}与 {others} 相同",
                entry.marks.get("id") or Span(f"{label}/{entry.path}"),
                "编号就是网页地址：改其中一个的文件名，或在信息头写不同的 id。",
                tuple((Span(f"{label}/{other.path}"), "同一编号") for other in same),
            )
            entry = replace(entry, diagnostics=(*entry.diagnostics, problem))
        checked.append(entry)
    return checked
