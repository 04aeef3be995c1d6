"""Turn a paper into a PDF file: the page of GB/T 9704, tagged, with bookmarks (PDF/A-2a, PDF/UA-1).

typst sets it by `data/paper.typ`, which gets all words as values; what it may use of fonts is what `Kit.fonts` names.

Exports `PDF`.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from unicodedata import category

from sitegen.diagnostics import SitegenError
from sitegen.formats.pictures import read_picture
from sitegen.model import Font, Format, Kit, Task
from sitegen.paper import (
    IMPRINT,
    TEXT_WIDTH,
    WIDEST_CAPTION,
    Block,
    Cell,
    Divider,
    Figure,
    Footnotes,
    Image,
    List,
    Paper,
    Paragraph,
    Quote,
    Run,
    Runs,
    Table,
    blocks_of,
    facts_of,
    from_right,
    imprint_of,
    is_kept,
    is_title,
    note_indent,
    notes_of,
    placed,
    runs_in,
    sheet_of,
    title_lines,
)
from sitegen.screening.images import read_image

if TYPE_CHECKING:
    import typst

_STANDARDS = ["a-2a", "ua-1"]
_ROLE_NAMES = {"title": "小标宋", "fangsong": "仿宋", "kai": "楷体", "hei": "黑体", "song": "宋体"}
_FIRST_DAY = date(1970, 1, 1)
_HEADING_FACES = {"chapter": "hei", "level-1": "hei", "level-2": "kai"}
_MARKS = {"\n": "break", "\u3000": "space"}  # the second is as wide as it is, however the line is justified
_PIECES = re.compile("[\n\u3000]|[^\n\u3000]+")
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")  # no font has it
_LEADS_OUT = re.compile("(?:https?|mailto|tel|ftp):", re.IGNORECASE)
_PICTURES = ((b"\x89PNG", "png"), (b"\xff\xd8", "jpg"), (b"GIF8", "gif"), (b"RIFF", "webp"))

Json: TypeAlias = dict[str, Any]  # as paper.typ reads it
Pictures: TypeAlias = Mapping[str, tuple[bytes, str]]  # by `src`: the bytes and the kind


@lru_cache(maxsize=1)
def _template() -> bytes:
    return (Path(__file__).parent.parent / "data" / "paper.typ").read_bytes()


@lru_cache(maxsize=1)
def _version() -> str:
    """The version of typst that is installed, without loading it."""
    spec = find_spec("typst")
    assert spec is not None
    assert spec.origin is not None
    return " ".join(sorted(folder.name for folder in Path(spec.origin).parent.parent.glob("typst-*.dist-info")))


def _fingerprint(template: str, kit: Kit) -> str:
    """A digest of the fonts, wherever they lie, of typst's version and of the template."""
    del template
    fonts = [(font.role, font.digest, font.number, font.is_own) for font in kit.fonts]
    return blake2b(f"{fonts!r} {_version()}\n".encode() + _template(), digest_size=16).hexdigest()


def _produce(task: Task, kit: Kit) -> bytes:
    paper = task.model
    assert isinstance(paper, Paper)
    import typst

    lacking: set[str] = set()
    pictures = _pictures_of(paper, kit)
    while True:
        setting = _Setting(_spelled(paper, lacking), kit.fonts, pictures)
        try:
            return _set(setting, paper, kit, lacking)
        except typst.TypstError as error:
            found = _lacking(error.diagnostic) - lacking
            unreadable = set() if found else _unreadable(pictures, kit)
            if not (found or unreadable):
                raise SitegenError(f"《{paper.title}》不能生成 PDF：{error.message}") from error
            lacking |= found
            pictures = {src: picture for src, picture in pictures.items() if src not in unreadable}


def _set(setting: _Setting, paper: Paper, kit: Kit, lacking: Iterable[str]) -> bytes:
    """The file; what is `lacking` in the fonts has its number in its place."""
    compiler, faces = _compiler(kit.fonts)
    words = setting.words() | {"faces": faces, "title": _UNSEEN.sub("", paper.title), "issuers": paper.issuers}
    words["codes"] = _CODES if lacking else ""
    with setting.pictures() as root:
        made = compiler.compile(
            input=_template(),
            format="pdf",
            root=root,
            sys_inputs={"paper": json.dumps(words, ensure_ascii=False, separators=(",", ":"))},
            pdf_standards=_STANDARDS,  # type: ignore[arg-type]  # a list of literals
        )
    assert isinstance(made, bytes)
    return made


PDF = Format("pdf", _produce, _fingerprint, seconds=30.0)


# ---------------------------------------------------------------- what typst says


_REFUSED = re.compile(r'(?:the text|the PDF contains the codepoint|the disallowed codepoint) `"((?:[^"\\]|\\.)+)"`')
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
_CODES = "注：〔U+……〕表示本文件所用的字体里没有的字，U+后面是该字的统一码（Unicode）编号，原字见本文件的网页和文字版。"


def _lacking(diagnostic: str) -> set[str]:
    """The characters that no font has, and those of private use, which mean nothing elsewhere (PDF/A refuses them)."""
    return {
        _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], text)
        for text in _REFUSED.findall(diagnostic)
    }


def _spelled(paper: Paper, lacking: Iterable[str]) -> Paper:
    """The paper with what is lacking as 〔U+20BB7〕: never an empty box, never another character, never nothing.

    Characters that only join others or choose their look are left out.
    """
    wanted = "|".join(re.escape(text) for text in sorted(lacking, key=len, reverse=True))
    if not wanted:
        return paper
    pattern = re.compile(f"(<(?!img)[^<>]*>)|((?:{wanted})+)")  # an address of a picture is quoted, its text is shown

    def code(match: re.Match[str]) -> str:
        if match[1]:
            return match[1]
        codes = " ".join(f"U+{ord(character):04X}" for character in match[2] if not _is_joiner(character))
        return f"〔{codes}〕" if codes else ""

    def spelled(text: str) -> str:
        return pattern.sub(code, text)

    return paper._replace(
        title=spelled(paper.title),
        html=spelled(paper.html),
        caption=spelled(paper.caption),
        issuers=tuple(map(spelled, paper.issuers)),
        doc_no=spelled(paper.doc_no),
        facts=tuple((spelled(label), spelled(value)) for label, value in paper.facts),
        attachments=tuple(file._replace(title=spelled(file.title)) for file in paper.attachments),
    )


def _is_joiner(character: str) -> bool:
    return category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


# ---------------------------------------------------------------- fonts


@lru_cache(maxsize=1)
def _compiler(fonts: tuple[Font, ...]) -> tuple[typst.Compiler, Json]:
    """What sets papers in these fonts and no others but those that come with typst; its names for them, by role."""
    import typst

    with _folder_of(fonts) as folders:
        known = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)
    names = {(os.path.realpath(info.path), info.index): info for info in known.fonts() if info.path}
    try:
        found = [(font, names[os.path.realpath(font.path), font.number]) for font in fonts]
    except KeyError as error:
        path = error.args[0][0]
        raise SitegenError(f"字体文件 {path} 用不了，PDF 没有生成。请换一个 TrueType 或 OpenType 字体文件。") from None
    every = list(dict.fromkeys(info.family for _, info in found))
    faces = {}
    for font, info in found:
        if font.role != "rare":
            families = [info.family, *(family for family in every if family != info.family)]
            faces[font.role] = {"families": families, "weight": info.weight}
    return typst.Compiler(font_paths=known, ignore_system_fonts=True), faces


@contextmanager
def _folder_of(fonts: Iterable[Font]) -> Iterator[list[str]]:
    """Folders that hold the fonts: one with nothing else in it if this machine makes links."""
    import tempfile

    paths = [os.path.realpath(font.path) for font in fonts]
    with tempfile.TemporaryDirectory(prefix="sitegen-fonts-", ignore_cleanup_errors=True) as folder:
        try:
            for number, path in enumerate(dict.fromkeys(paths)):
                os.symlink(path, f"{folder}/{number}{Path(path).suffix}")  # noqa: PTH211
        except OSError:
            yield list(dict.fromkeys(str(Path(path).parent) for path in paths))
        else:
            yield [folder]


# ---------------------------------------------------------------- the words


class _Setting:
    """What becomes of one paper."""

    def __init__(self, paper: Paper, fonts: Sequence[Font], pictures: Pictures) -> None:
        title, html, caption = (_UNSEEN.sub("", text) for text in (paper.title, paper.html, paper.caption))
        self._paper = paper = paper._replace(title=title, html=html, caption=caption)
        self._fonts = fonts
        self._blocks = blocks_of(paper.html)
        self._sources = pictures
        self._wanted = {run.link[1:] for run in runs_in(self._blocks) if run.link.startswith("#")}
        self._anchors: set[str] = set()  # of those that are wanted, the ones that are there
        for block in self._blocks:
            if isinstance(block, Paragraph) and block.anchor in self._wanted:
                self._anchors.add(block.anchor)
        self._claimed: set[str] = set()
        self._noted: set[int] = set()
        self._notes = notes_of(self._blocks)
        self._level = 0
        self._ids = count()

    def words(self) -> Json:
        """All that is shown, and how, as the template takes it."""
        paper = self._paper
        day = max(paper.day, _FIRST_DAY)
        language, _, region = paper.language.partition("-")
        blocks = [block for block in self._blocks if not isinstance(block, Footnotes)]
        shown = self._all([*facts_of(paper), *blocks], is_top=True)
        foot = [shown.pop()] if shown and shown[-1]["is"] == "colophon" else []
        return {
            "lines": title_lines(paper.title),
            "caption": title_lines(paper.caption, WIDEST_CAPTION) if paper.caption else [],
            "issuers": paper.issuers,
            "day": [day.year, day.month, day.day],
            "language": language.lower(),
            "region": region.lower() or None,
            "note": _note_of(self._fonts),
            "head": {"names": paper.issuers, "number": paper.doc_no} if paper.red_head and paper.issuers else None,
            "files": [(file.title, file.url if _LEADS_OUT.match(file.url) else "") for file in paper.attachments],
            "blocks": shown,
            "is-turned": bool(shown) and shown[0].get("is-turned", False) and not paper.red_head,
            "foot": foot,
            "notes": [self._all(note) for note in self._notes],
        }

    def pictures(self) -> AbstractContextManager[str | None]:
        """A folder with the pictures, for as long as they are needed."""
        return _folder_with(self._sources) if self._sources else nullcontext()

    # ------------------------------------------------ blocks

    def _all(self, blocks: Sequence[Block], wide: float = TEXT_WIDTH, *, is_top: bool = False) -> list[Json]:
        shown: list[Json] = []
        before = ""
        for i, block in enumerate(blocks):
            kind = block.kind if isinstance(block, Paragraph) else ""
            if isinstance(block, Paragraph) and kind in IMPRINT:
                row = self._imprint(block)
                if before in IMPRINT:
                    shown[-1]["rows"].append(row)
                else:
                    shown.append({"is": "colophon", "rows": [row]})
            elif isinstance(block, Paragraph):
                made = self._paragraph(block, before)
                made["is-attached"] = before == "appendix" or i == 0
                made["is-next"] = made["is-next"] or (kind == "chapter" and i == 0)
                made["is-kept"] = is_kept(blocks, i)
                following = blocks[i + 1] if i + 1 < len(blocks) else None
                made["has-caption"] = isinstance(following, Paragraph) and following.kind == "text-caption"
                if kind in ("signature", "sign-date"):
                    made["right"] = from_right(blocks, i)
                shown.append(made)
            elif isinstance(block, Table):
                table = self._table(block, wide, is_top=is_top)
                while table["is-turned"] and shown and shown[-1].get("level"):
                    table["above"].insert(0, shown.pop())
                shown.append(table)
            else:
                shown.append(self._block(block, wide))
            before = kind
        return shown

    def _paragraph(self, block: Paragraph, before: str) -> Json:
        """A paragraph; the title of a text that is issued by the one above it, or attached, begins a page."""
        level = 0
        if block.level:
            level = self._level = min(block.level - 1 or 1, self._level + 1)
        run_in = "kai" if block.kind == "level-2" else "hei"
        anchor = ""
        if block.anchor in self._anchors and block.anchor not in self._claimed:
            self._claimed.add(block.anchor)
            anchor = "at-" + block.anchor
        return {
            "is": "paragraph",
            "kind": block.kind,
            "level": level,
            "face": _HEADING_FACES.get(block.kind) or {1: "hei", 2: "kai"}.get(level, "fangsong"),
            "anchor": anchor,
            "is-next": before == block.kind or (block.kind == "sign-date" and before == "signature"),
            "is-title": is_title(block, before),
            "indent": note_indent(block.text) if block.kind == "attach-note" else [],
            "lines": title_lines(block.text) if is_title(block, before) and _is_plain(block) else [],
            "runs": [block.text] if block.kind == "code" else self._runs(block.runs, run_in),
            "id": next(self._ids),
            "has-image": any(run.image for run in block.runs),
        }

    def _imprint(self, block: Paragraph) -> Json:
        """A line of 版记; who printed it and when stand at its two ends."""
        runs, printed = imprint_of(block)
        return {"first": self._runs(runs), "last": [printed] if printed else []}

    def _block(self, block: Block, wide: float) -> Json:
        match block:
            case Figure():
                caption = self._runs(block.caption)
                return {"is": "figure", "id": next(self._ids), "image": self._image(block.image), "caption": caption}
            case List():
                return {
                    "is": "list",
                    "first": block.first,
                    "items": [self._all(item, wide - 3 * 16) for item in block.items],
                }
            case Quote():
                return {"is": "quote", "blocks": self._all(block.blocks, wide - 4 * 16)}
            case Divider():
                return {"is": "divider"}
            case _:
                raise AssertionError(block)

    def _table(self, table: Table, wide: float, *, is_top: bool) -> Json:
        sheet = sheet_of(table, wide, may_turn=is_top)
        cells = placed(table)
        headers = _header_rows(cells, table.headers)
        shown = [
            {
                "x": x,
                "y": y,
                "columns": cell.columns,
                "rows": cell.rows,
                "is-header": cell.is_header,
                "is-long": _length(cell) > _LONG,
                "align": cell.align,
                "blocks": self._all(cell.blocks, sum(sheet.widths[x : x + cell.columns]) - sheet.padding),
            }
            for x, y, cell in cells
        ]
        return {
            "is": "table",
            "id": next(self._ids),
            "widths": sheet.widths,
            "size": sheet.size,
            "padding": (sheet.padding - _SLACK) / 2,
            "is-turned": sheet.is_turned,
            "above": [],  # headings that are turned with it
            "caption": self._runs(table.caption),
            "headers": headers,
            "header": [made for made, (_, y, _) in zip(shown, cells, strict=True) if y < headers],
            "cells": [made for made, (_, y, _) in zip(shown, cells, strict=True) if y >= headers],
        }

    # ------------------------------------------------ runs

    def _runs(self, runs: Runs, run_in: str = "hei") -> list[str | Json]:
        shown: list[str | Json] = []
        for run in runs:
            if run.note:
                if run.note <= len(self._notes):
                    is_first = run.note not in self._noted
                    self._noted.add(run.note)
                    shown.append({"kind": "note", "number": run.note, "is-first": is_first})
            elif run.image:
                shown.append({"kind": "image", "image": self._image(run.image)})
            else:
                for text in _PIECES.findall(run.text):
                    if text in _MARKS:
                        shown.append({"kind": _MARKS[text]})
                    else:
                        shown.append(self._run(run, text, run_in))
        return shown

    def _run(self, run: Run, text: str, run_in: str) -> str | Json:
        face = "kai" if run.is_italic else ""
        if run.role == "run-in":
            face = run_in
        elif run.role == "article-no" or run.is_bold:
            face = "hei"
        is_inside = run.link[1:] in self._anchors and run.link.startswith("#")
        to = "at-" + run.link[1:] if is_inside else run.link if _LEADS_OUT.match(run.link) else ""
        if not (face or to or run.is_code or run.is_raised):
            return text
        return {
            "kind": "text",
            "text": text,
            "face": face,
            "is-code": run.is_code,
            "is-raised": run.is_raised,
            "to": to,
            "is-inside": is_inside,
        }

    def _image(self, image: Image) -> Json:
        path = f"/{_name_of(image.src, self._sources)}" if image.src in self._sources else ""
        return {"path": path, "alt": image.text, "width": image.width}


def _is_plain(block: Paragraph) -> bool:
    return all(run == Run(run.text) for run in block.runs)


def _note_of(fonts: Iterable[Font]) -> str:
    """What readers of the file's properties are told of its fonts; "" where all are what the standard names."""
    missing = [_ROLE_NAMES[font.role] for font in fonts if not font.is_own]
    return f"{'、'.join(missing)}以开源字体代替" if missing else ""


# ---------------------------------------------------------------- pictures


def _pictures_of(paper: Paper, kit: Kit) -> Pictures:
    """The pictures of the text that a PDF can hold; what stands in the place of the others is their text."""
    digests = dict(paper.images)
    if not digests:
        return {}
    wanted = {run.image.src for run in runs_in(blocks_of(paper.html)) if run.image}
    found = {}
    for src in sorted(wanted.intersection(digests)):
        data = read_picture(kit, digests[src])
        kind = next((kind for start, kind in _PICTURES if data.startswith(start)), "")
        picture = read_image(data) if kind else None
        if picture is not None and picture.is_whole:
            found[src] = (data, kind)
    return found


def _unreadable(pictures: Pictures, kit: Kit) -> set[str]:
    """Those of the pictures that are whole, and that typst cannot read for all that."""
    import typst

    compiler, _ = _compiler(kit.fonts)
    found = set()
    for src, picture in pictures.items():
        with _folder_with({src: picture}) as root:
            try:
                compiler.compile(input=b'#image("/0.%s")' % picture[1].encode(), format="pdf", root=root)
            except typst.TypstError:
                found.add(src)
    return found


def _name_of(src: str, pictures: Pictures) -> str:
    return f"{list(pictures).index(src)}.{pictures[src][1]}"


@contextmanager
def _folder_with(pictures: Pictures) -> Iterator[str]:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="sitegen-pictures-", ignore_cleanup_errors=True) as folder:
        for src, (data, _) in pictures.items():
            Path(folder, _name_of(src, pictures)).write_bytes(data)
        yield folder


# ---------------------------------------------------------------- tables

_SLACK = 0.8  # points that rounding may take of a column
_LONG = 150  # characters of a cell that may be divided between pages


def _header_rows(cells: Iterable[tuple[int, int, Cell]], wanted: int) -> int:
    """How many of the first rows are repeated: no cell of theirs reaches below, and they are not most of a page."""
    headers = wanted
    for _, y, cell in cells:
        if y < headers:
            headers = max(headers, y + cell.rows)
    rows = 1 + max((y for _, y, _ in cells), default=0)
    words = sum(_length(cell) for _, y, cell in cells if y < headers)
    return headers if headers < rows and headers <= 5 and words <= 300 else 0


def _length(cell: Cell) -> int:
    return sum(len(run.text) for run in runs_in(cell.blocks))
