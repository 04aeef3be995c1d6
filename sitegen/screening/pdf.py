"""Turn a PDF into its texts: pages, notes, form fields, bookmarks, properties, and the files inside.

Exports `read_pdf`. The only user of pypdf.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, BinaryIO

import pypdf
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

from sitegen.screening.packed import damaged
from sitegen.screening.parts import Found, Inside, Part, UnreadError
from sitegen.screening.patterns import later
from sitegen.screening.people import names_of
from sitegen.screening.spots import Spot

_MOST_PAGES = 2000
_BROKEN = (  # what pypdf raises when a file is not as it should be
    *(PyPdfError, ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError, ArithmeticError),
    *(RecursionError, NotImplementedError, EOFError, OSError, LookupError),
)

_CLEAN = "在生成它的 Word、WPS 里：文件—信息—检查文档，清除作者后重新导出；或在 PDF 阅读器的文档属性里删去。"
_READABLE = later(r"[\s\x20-\x7e\u00a0-\u00ff\u2010-\u27bf\u3000-\u30ff\u3220-\u33ff\u3400-\u9fff\uff00-\uffef]")


def read_pdf(source: BinaryIO) -> Iterator[Found]:
    """Everything that the file says; raises `UnreadError` where it cannot be read."""
    _quiet()
    reader = _open(source)
    try:
        count = len(reader.pages)
    except (DependencyError, FileNotDecryptedError) as error:
        raise _locked() from error
    except _BROKEN as error:
        raise damaged() from error
    yield from _properties(reader)
    lines: list[str] = []
    numbers: list[int] = []
    unread: list[int] = []
    apart: list[str] = []
    for number in range(1, min(count, _MOST_PAGES) + 1):
        try:
            page = reader.pages[number - 1]
            text = page.extract_text()
            apart.extend(_notes(page))
            is_unread = not _is_readable(text) and _has_marks(page)
        except DependencyError as error:
            raise _locked() from error
        except _BROKEN:
            unread.append(number)
            continue
        if is_unread:
            unread.append(number)
        found = text.split("\n")
        lines += found
        numbers += [number] * len(found)
    if lines:
        yield Part("", "\n".join(lines), "页", tuple(numbers))
    if apart:
        yield Part("注释和表单", "\n".join(apart))
    if unread:
        which = "、".join(map(str, unread[:5])) + (f" 等 {len(unread)} 页" if len(unread) > 5 else " 页")
        yield Spot("S247", 1, 1, f"未检查：没有文字层（第 {which}，共 {count} 页）", _LOOK)
    if count > _MOST_PAGES:
        yield Spot("S249", 1, 1, f"有 {count} 页，只检查了前 {_MOST_PAGES} 页", "拆成几个小一些的文件。")
    yield from _inside(reader)


_LOOK = "由人逐页看过，没有身份证号、电话、住址等；能换成有文字的电子版就换。看过的写“豁免”，注明理由和期限。"


@cache
def _quiet() -> None:
    """What pypdf has to say about faulty files is no message for editors."""
    logger = logging.getLogger("pypdf")
    logger.propagate = False
    logger.addHandler(logging.NullHandler())


def _locked() -> UnreadError:
    return UnreadError("L122", "有密码或加密，无法检查", "去掉密码和权限限制，重新导出后再上传。")


def _open(source: BinaryIO) -> pypdf.PdfReader:
    try:
        reader = pypdf.PdfReader(source)
        is_open = not reader.is_encrypted or bool(reader.decrypt(""))
    except DependencyError as error:
        raise _locked() from error
    except _BROKEN as error:
        raise damaged() from error
    if not is_open:
        raise _locked()
    return reader


def _properties(reader: pypdf.PdfReader) -> Iterator[Found]:
    try:
        properties = {key: str(value) for key, value in (reader.metadata or {}).items()}
        root: Any = reader.trailer["/Root"]
        packet = root.get("/Metadata")
        xmp = packet.get_object().get_data().decode("utf-8", "replace") if packet is not None else ""
    except _BROKEN:
        properties, xmp = {}, ""
    creators = re.findall(r"<dc:creator>(.*?)</dc:creator>", xmp, re.DOTALL)
    authors = [properties.get("/Author", ""), *(re.sub(r"<[^<>]*>", ";", found) for found in creators)]
    if any(names_of(author) for author in authors):
        yield Spot("S240", 1, 1, "文件属性里的作者是个人姓名", _CLEAN)
    texts = [text for text in (*properties.values(), *re.findall(r">([^<>]*\S[^<>]*)<", xmp)) if text.strip()]
    if texts:
        yield Part("文件属性", "\n".join(texts))
    try:
        titles = list(_titles(reader.outline))
    except _BROKEN:
        titles = []
    if titles:
        yield Part("书签", "\n".join(titles))


def _titles(entries: Sequence[Any]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _titles(entry)
        else:
            yield str(entry.title)


def _notes(page: pypdf.PageObject) -> Iterator[str]:
    """What notes say and what was filled into forms."""
    for reference in page.get("/Annots") or ():
        note = reference.get_object()
        for key in ("/Contents", "/V", "/T", "/TU"):
            if isinstance(note.get(key), str):
                yield str(note[key])
        action = note.get("/A")
        if action is not None and isinstance(action.get_object().get("/URI"), str):
            yield str(action.get_object()["/URI"])


def _is_readable(text: str) -> bool:
    letters = [char for char in text if not char.isspace()]
    return bool(letters) and sum(1 for char in letters if _READABLE.match(char)) >= 0.7 * len(letters)


def _has_marks(page: pypdf.PageObject) -> bool:
    """Whether anything is drawn on the page."""
    contents = page.get_contents()
    return contents is not None and len(contents.get_data().strip()) > 20


def _inside(reader: pypdf.PdfReader) -> Iterator[Found]:
    try:
        files = [(name, data) for name, versions in reader.attachments.items() for data in versions]
    except _BROKEN:
        yield Spot("S249", 1, 1, "里面附带的文件读不了，没有检查", "把附带的文件取出来，作为附件另外上传。")
        return
    for name, data in files:
        yield Inside(name, bytes(data))
