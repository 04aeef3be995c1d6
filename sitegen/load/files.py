"""The files beside a document: which may be published with it, and which may not.

Exports `with_files`, `image_files`, `digest_of_file`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from sitegen import screening
from sitegen.diagnostics import Diagnostic, Severity, Span
from sitegen.listing import is_inside
from sitegen.load.documents import Loaded, Surroundings, let_pass
from sitegen.model import Attachment, Document, Internal
from sitegen.review import FILE, IMAGE, file_part, judge
from sitegen.screening import Screen

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


def with_files(entry: Loaded, content: Path, around: Surroundings) -> tuple[Loaded, tuple[str, ...]]:
    """The document with the files it names, and the paths it was judged by. Only public files are opened.

    Where the site wants reviews, a document is told of what its own is not good for: now all is known that it covers.
    """
    found, looked_at = _with_files(entry, content, around)
    if around.needs_review and found.document is not None and found.internal is not None:
        found = _reviewed(found, found.internal, found.document, around)
    return found, looked_at


def _reviewed(entry: Loaded, internal: Internal, document: Document, around: Surroundings) -> Loaded:
    """The document with its files among its parts, and with what stands against it if its review does not hold."""
    files = [file_part(FILE, a.file, a.title, a.digest, f"{a.title}，{a.size} 字节") for a in document.attachments]
    images = [file_part(IMAGE, a.file, "", a.digest, f"{a.size} 字节") for a in document.images]
    parts = (*entry.parts, *files, *images)
    verdict = judge(dict(internal.secrecy_review), parts)
    if verdict is None:
        return replace(entry, parts=parts)
    names = ("secrecy_review.digest", "secrecy_review.摘要码", "secrecy_review", "disclosure")
    place = next((entry.places[name] for name in names if name in entry.places), (1, 1))
    severity = Severity.WARNING if around.is_preview else Severity.ERROR  # who is to review it must be able to see it
    span = Span(f"{around.label}/{entry.path}", *place)
    problem = Diagnostic(verdict.code, severity, verdict.message, span, verdict.hint)
    return replace(entry, parts=parts, diagnostics=(*entry.diagnostics, problem))


def _with_files(entry: Loaded, content: Path, around: Surroundings) -> tuple[Loaded, tuple[str, ...]]:
    document = entry.document
    if document is None:
        return entry, ()
    shown = list(image_files(document))
    if not entry.files and not shown:
        return entry, ()
    problems: list[Diagnostic] = []
    looked_at: list[str] = []
    accepted: list[tuple[Path, str]] = []
    folder = PurePosixPath(document.path).parent
    taken: dict[str, str] = {"index.html": ""}

    def take(file: str, title: str, field: str) -> Attachment | None:
        bad = _unfit_name(file, taken)
        source = folder / file
        path = content / source
        looked_at.append(source.as_posix())
        if not bad and not is_inside(path, content):
            bad = "F116", f"“{file}”是通向内容文件夹之外的链接", "把文件本身复制到稿件旁边。"
        if not bad and _is_link(path, content):
            bad = "F116", f"“{file}”是通向别的文件的链接，不读取", "把文件本身复制到稿件旁边，删去链接。"
        if not bad and not path.is_file():
            bad = "L101", f"找不到“{file}”", _missing_hint(path, source)
        if not bad and path.stat().st_size > around.attachment_bytes:
            limit = around.attachment_bytes // 1_000_000
            bad = "L102", f"“{file}”超过 {limit} MB", "压缩或拆成几个文件；上限在 site.yaml 的 limits 里改。"
        if bad and not (bad[0] == "L101" and field.startswith("references")):  # L112 tells of a missing image
            span = Span(f"{around.label}/{entry.path}", *entry.places.get(field, (1, 1)))
            problems.append(Diagnostic(bad[0], Severity.ERROR, bad[1], span, bad[2]))
        if bad:
            return None
        digest, size = digest_of_file(path)
        taken[source.name.casefold()] = file
        accepted.append((path, field))
        return Attachment(source.name, title, source.as_posix(), size, digest)

    attachments = [take(named.file, named.title, f"attachments[{i}]") for i, named in enumerate(entry.files)]
    named_files = {named.file for named in entry.files}
    images = [take(file, "", f"references[{number}]") for number, file in shown if file not in named_files]
    document = document._replace(
        attachments=tuple(a for a in attachments if a),
        images=tuple(a for a in images if a),
    )
    if around.screen is not None and entry.internal is not None:
        problems += let_pass(list(_screened(accepted, entry, around.label, around.screen)), entry.internal)
    found = replace(entry, document=document, diagnostics=(*entry.diagnostics, *problems))
    return found, tuple(dict.fromkeys(looked_at))


def _screened(files: Sequence[tuple[Path, str]], entry: Loaded, label: str, screen: Screen) -> Iterator[Diagnostic]:
    """What screening says of the files. That pictures of the body were not looked at is said once."""
    pictures: list[Diagnostic] = []
    for path, field in files:
        span = Span(f"{label}/{entry.path}", *entry.places.get(field, (1, 1)))
        is_picture = field.startswith("references")
        for spot in screening.screen_file(path, screen):
            severity = screening.codes()[spot.code].severity
            message = f"{'图片' if is_picture else '附件'}{spot.message}"
            found = Diagnostic(spot.code, severity, message, span, spot.hint)
            if is_picture and spot.code == _UNREAD_PICTURE:
                pictures.append(found)
            else:
                yield found
    if pictures:
        more = f"（正文里这样的图片共 {len(pictures)} 张）" if len(pictures) > 1 else ""
        yield replace(pictures[0], message=pictures[0].message + more)


_UNREAD_PICTURE = "S247"


def digest_of_file(path: Path) -> tuple[str, int]:
    """The digest by which `Attachment`s are told apart, and the size."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, lambda: hashlib.blake2b(digest_size=32)).hexdigest(), opened.tell()


def _is_link(path: Path, content: Path) -> bool:
    """Whether the file, or a folder on the way to it, is a symbolic link: it may lead to what is not public."""
    return any(step.is_symlink() for step in (path, *path.parents) if step.is_relative_to(content) and step != content)


def image_files(document: Document) -> Iterator[tuple[int, str]]:
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
    wanted = _written_alike(path.name)
    near = next(
        (name for name in sorted(p.name for p in folder.iterdir() if p.is_file()) if _written_alike(name) == wanted), ""
    )
    return f"是不是“{near}”？" if near else "把文件放在稿件旁边，名字和扩展名要完全一致。"


def _written_alike(name: str) -> str:
    """The name without what is easily mistaken: no other name may be told, it may be of a file that is not public."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "", plain.rpartition(".")[0] or plain)
