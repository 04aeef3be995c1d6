"""Turn tables into the bytes of an xlsx workbook (ECMA-376): text, numbers and days, nothing that computes.

The same tables give the same bytes on every machine: fixed times, nothing compressed.

Exports `Sheet`, `Cell`, `workbook`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple
from xml.sax.saxutils import escape

Cell = str | int | float | date | None


class Sheet(NamedTuple):
    """A table: its name, the heads with the width of their columns in characters, and the rows."""

    name: str
    heads: tuple[tuple[str, int], ...]
    rows: tuple[tuple[Cell, ...], ...]


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_ROOT_RELATIONS = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_TEXT, _HEAD, _DAY = 0, 1, 2  # the cell formats below
_STYLES = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="1">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="宋体"/></font><font><b/><sz val="11"/><name val="宋体"/></font>'
    '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">'
    '<alignment vertical="top"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_EPOCH = date(1899, 12, 30)  # day 0 of the 1900 date system, with its leap day that never was
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 cannot hold
_LONGEST = 32_767  # characters in a cell


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The workbook with these sheets, each with its heads fixed above and a filter."""
    numbers = range(1, len(sheets) + 1)
    listed = "".join(
        f'<sheet name="{_text(sheet.name, quote=True)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in zip(numbers, sheets, strict=True)
    )
    files = {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for n in numbers
        )
        + "</Types>",
        "_rels/.rels": _ROOT_RELATIONS,
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n in numbers
        )
        + f'<Relationship Id="rId0" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
    for n, sheet in zip(numbers, sheets, strict=True):
        files[f"xl/worksheets/sheet{n}.xml"] = _XML + "".join(_sheet(sheet))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as packed:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 0  # whatever the machine
            packed.writestr(entry, text.encode("utf-8"))
    return target.getvalue()


def _sheet(sheet: Sheet) -> Iterator[str]:
    last = f"{_letters(len(sheet.heads))}{len(sheet.rows) + 1}"
    yield f'<worksheet xmlns="{_MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension ref="A1:{last}"/>'
    yield '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    yield 'state="frozen"/></sheetView></sheetViews><cols>'
    for number, (_, width) in enumerate(sheet.heads, 1):
        yield f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
    yield "</cols><sheetData>"
    yield from _row(1, tuple(head for head, _ in sheet.heads), _HEAD)
    for number, row in enumerate(sheet.rows, 2):
        yield from _row(number, row, _TEXT)
    yield f'</sheetData><autoFilter ref="A1:{last}"/>'
    yield '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
    yield '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'


def _row(number: int, cells: tuple[Cell, ...], style: int) -> Iterator[str]:
    yield f'<row r="{number}">'
    for place, cell in enumerate(cells, 1):
        address = f'r="{_letters(place)}{number}"'
        if isinstance(cell, date):
            yield f'<c {address} s="{_DAY}"><v>{(cell - _EPOCH).days}</v></c>'
        elif isinstance(cell, int | float):
            yield f'<c {address} s="{style}"><v>{cell}</v></c>'
        elif cell:
            yield f'<c {address} s="{style}" t="inlineStr"><is><t xml:space="preserve">{_text(cell)}</t></is></c>'
    yield "</row>"


def _text(text: str, *, quote: bool = False) -> str:
    return escape(_UNFIT.sub("\ufffd", text)[:_LONGEST], {'"': "&quot;"} if quote else {})


def _letters(number: int) -> str:
    """The name of a column: A, B … Z, AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
