"""Turn a file that is to be published into what must not be seen in it, and what could not be looked at.

Exports `look_at`. A file inside a file is looked at as well, two deep.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, NamedTuple

from sitegen.screening.images import read_image
from sitegen.screening.kinds import IMAGES, KIND_NAMES, fits, is_binary, kind_of
from sitegen.screening.packed import Budget, damaged, open_package
from sitegen.screening.parts import MAX_BYTES, Found, Inside, Part, UnreadError
from sitegen.screening.patterns import later
from sitegen.screening.people import names_of
from sitegen.screening.spots import Screen, Spot

Detect = Callable[[str, Screen, bool], tuple[Spot, ...]]

_DEEPEST = 2  # a file in a zip in a zip
_AT_MOST = 5  # of one code are told of one file; the last says how many more there are
_SMALLEST = 64  # pixels: what is smaller holds no text
_LARGEST_IMAGE = 32_000_000
_OFFICE = frozenset(("docx", "xlsx", "pptx", "odt", "ods", "odp", "ofd", "epub"))


class _Way(NamedTuple):
    """How far the look has come."""

    screen: Screen
    detect: Detect
    budget: Budget
    depth: int
    where: str  # “材料.zip”里的“名单.xlsx”


def look_at(path: Path, screen: Screen, detect: Detect) -> tuple[Spot, ...]:
    """What is to be said about the file; each message begins with its name and the place inside it.

    `detect` says what is wrong with a text: the text, the site's settings, whether it is a table.
    """
    with path.open("rb") as source:
        budget = Budget.of(path.stat().st_size)
        found = list(_look(path.name, source, _Way(screen, detect, budget, 0, f"“{_masked(path.name)}”")))
    total = Counter(spot.code for spot in found)
    seen: Counter[str] = Counter()
    told = []
    for spot in found:
        seen[spot.code] += 1
        rest = total[spot.code] - seen[spot.code]
        if seen[spot.code] == _AT_MOST and rest:
            spot = spot._replace(message=f"{spot.message}（同类还有 {rest} 处）")
        if seen[spot.code] <= _AT_MOST:
            told.append(spot)
    return tuple(told)


def _masked(name: str) -> str:
    """The name without long numbers: it may itself hold what must not be quoted."""
    return re.sub(r"(\d\d)[\dXx \-－—]{5,}(\d\d)", r"\1…\2", name)


def _look(name: str, source: BinaryIO, way: _Way) -> Iterator[Spot]:
    try:
        for found in _read(name, source, way):
            if isinstance(found, Part):
                yield from _screened(found, way)
            elif isinstance(found, Inside):
                inner = way._replace(depth=way.depth + 1, where=f"{way.where}里的“{_masked(found.name)}”")
                yield from _look(found.name, io.BytesIO(found.data), inner)
            else:
                yield found._replace(message=f"{way.where}{found.message}")
    except UnreadError as error:
        yield error.spot._replace(message=f"{way.where}{error.spot.message}")
    except RecursionError:
        yield damaged().spot._replace(message=f"{way.where}{damaged().spot.message}")


def _screened(part: Part, way: _Way) -> Iterator[Spot]:
    for spot in way.detect(part.text, way.screen, part.is_table):
        number = part.numbers[spot.line - 1] if 0 < spot.line <= len(part.numbers) else spot.line
        place = f"{part.place}第 {number} {part.unit}"
        yield spot._replace(line=number, message=f"{way.where}{place}：{spot.message}")


# ---------------------------------------------------------------- by kind


def _read(name: str, source: BinaryIO, way: _Way) -> Iterator[Found]:
    suffix = PurePosixPath(name).suffix.lower().removeprefix(".")
    if way.depth:
        yield Part("的文件名", PurePosixPath(name).stem, "行")
    head = source.read(4096)
    if not head:
        raise UnreadError("L121", "是空的", "换成有内容的文件。")
    kind = kind_of(head, source)
    source.seek(0)
    if not fits(suffix, kind):
        yield _misfit(suffix, kind)
    elif kind in ("", "text") and is_binary(suffix):  # also what is packed and damaged
        raise damaged()
    if kind == "pdf":
        from sitegen.screening.pdf import read_pdf  # loads pypdf, which takes longer than reading most files

        yield from read_pdf(source)
    elif kind in _OFFICE:
        from sitegen.screening.office import read_office

        yield from read_office(open_package(source, way.budget))
    elif kind == "zip":
        yield from _read_zip(source, way)
    elif kind in IMAGES:
        yield from _read_picture(source.read(_LARGEST_IMAGE))
    elif kind == "locked":
        raise UnreadError("L122", "有密码，读者打不开，也无法检查", "去掉密码再上传。")
    elif kind == "ole":
        yield from _read_old(source)
        yield _unread("是旧格式，只粗看了其中的文字", "另存为 docx、xlsx 或 pdf 再上传。")
    elif kind in ("text", "html", "xml"):
        yield from _read_text(suffix, source)
    elif kind != "program":  # of which enough is said
        yield _unread("这类文件读不了", "由人看过；能换成 docx、xlsx、pdf 的就换。")


def _misfit(suffix: str, kind: str) -> Spot:
    code = "L123" if suffix in ("jpg", "jpeg", *IMAGES) and kind in IMAGES else "L120"
    message = f"的扩展名是 {suffix}，内容却是{KIND_NAMES[kind]}"
    return Spot(code, 1, 1, message, "用原来的软件打开，另存为正确的格式；不要只改扩展名。")


def _unread(why: str, hint: str) -> Spot:
    return Spot("S248", 1, 1, f"未检查：{why}", hint)


def _read_picture(data: bytes) -> Iterator[Found]:
    picture = read_image(data)
    if picture is None:
        raise damaged()
    if picture.has_place:
        hint = "用看图软件删去位置信息（属性—详细信息—删除属性和个人信息），或另存为 png 再上传。"
        yield Spot("S241", 1, 1, "里有拍摄地点的经纬度", hint)
    if any(names_of(person) for person in picture.people):
        yield Spot("S240", 1, 1, "图片属性里的作者是个人姓名", "属性—详细信息—删除属性和个人信息。")
    if texts := [text for text in (*picture.texts, *picture.people) if text]:
        yield Part("图片属性", "\n".join(texts))
    if not picture.is_whole and len(data) < _LARGEST_IMAGE:  # of which only the beginning was read
        raise damaged()
    if min(picture.width, picture.height) >= _SMALLEST:
        yield Spot(
            "S247",
            1,
            1,
            "未检查：图片没有文字层",
            "由人看过，图上没有身份证号、电话、住址、人脸等；看过的写“豁免”，注明理由和期限。",
        )


_DELIMITERS = ",;\t"


def _read_text(suffix: str, source: BinaryIO) -> Iterator[Found]:
    data = source.read(MAX_BYTES + 1)
    text = _decoded(data[:MAX_BYTES])
    if suffix == "csv":
        first = text.partition("\n")[0]
        delimiter = max(_DELIMITERS, key=first.count)
        csv.field_size_limit(MAX_BYTES)
        rows = csv.reader(io.StringIO(text.replace("\0", ""), newline=""), delimiter=delimiter)
        lines, numbers = [], []
        for row in rows:
            lines.append("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row))
            numbers.append(rows.line_num)
        yield Part("", "\n".join(lines), "行", tuple(numbers), is_table=True)
    else:
        yield Part("", text.replace("\r\n", "\n").replace("\r", "\n"), "行")
    if len(data) > MAX_BYTES:
        yield Spot("S249", 1, 1, f"只检查了前 {MAX_BYTES // 1_000_000} MB", "拆成几个小一些的文件。")


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", "replace")


_WIDE = later(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x4e-\x9f]|[\x00-\x1f]\x30|[\x00-\xef]\xff){6,}")
_NARROW = later(rb"[0-9Xx +\-]{11,40}")
_DIGITS = later(rb"\d")


def _read_old(source: BinaryIO) -> Iterator[Part]:
    """What can be told as text in a file of Word, Excel or WPS of old: runs of UTF-16, and numbers."""
    data = source.read(MAX_BYTES)
    lines = [found.decode("utf-16-le", "replace") for found in _WIDE.findall(data)]
    lines += [found.decode("ascii") for found in _NARROW.findall(data) if len(_DIGITS.findall(found)) >= 11]
    if lines:
        yield Part("", "\n".join(lines))


def _read_zip(source: BinaryIO, way: _Way) -> Iterator[Found]:
    if way.depth >= _DEEPEST:
        raise UnreadError("S249", "是压缩包里的压缩包，没有再往里检查", "把文件直接放进外层压缩包。")
    package = open_package(source, way.budget)
    for member in package.members:
        name = member.filename
        if not member.flag_bits & 0x800:  # no UTF-8: what Windows here writes is GB 18030
            name = _decoded(name.encode("cp437", "replace"))
        try:
            yield Inside(name, package.read(member))
        except UnreadError as error:
            yield error.spot._replace(message=f"里的“{_masked(name)}”{error.spot.message}")
