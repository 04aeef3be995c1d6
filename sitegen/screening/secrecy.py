"""Find the marks that say a text is secret, for inside use only, or not to be published, where they stand as marks.

Exports `find_secrecy`, `CODES`. A mark is a line of its own, a 附注 in brackets, the edge of a line in brackets, or a
table cell; words about secrecy in running text (保守国家秘密, 商业秘密, 密级的确定) are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sitegen.diagnostics import CodeInfo, Severity
from sitegen.screening.patterns import later
from sitegen.screening.spots import Screen, Spot

CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "S110",
        "文中有密级标志",
        Severity.ERROR,
        "带密级标志的是国家秘密载体，不得公开（《保守国家秘密法》；《政府信息公开条例》第十四条）；"
        "“泄露国家秘密”是国办秘函〔2019〕19号的单项否决项。",
        "首行是“机密★1年”，或者标题后面有“（秘密）”",
        "先查明是否已经解密：没有解密的，公开属性改为“不予公开”，移出内容文件夹；已经解密的，用去掉标志的文本",
    ),
    CodeInfo(
        "S111",
        "文中有内部使用的标志",
        Severity.ERROR,
        "写明内部使用、不得外传的材料没有经过公开审查（《政府信息公开条例》第十六条、第十七条）。",
        "文末是“（内部资料，注意保存）”",
        "送审查确定能否公开：不能公开的改公开属性，能公开的用去掉标志的文本",
    ),
    CodeInfo(
        "S112",
        "文中写明不公开，公开属性却是主动公开",
        Severity.ERROR,
        "公开属性在拟制公文时确定，文中的标注和信息头必须一致（《政府信息公开条例》第十三条至第十七条）。",
        "信息头是“公开属性: 主动公开”，文末是“（此件依申请公开）”",
        "公开属性照文中的标注填写；已经批准公开的，文末改为“（此件公开发布）”",
    ),
    CodeInfo(
        "S113",
        "文中留有内部流转的标记",
        Severity.WARNING,
        "电报的等级、发电单位和传达范围是给收文单位看的，公开的文本不应带有；也提示这份材料可能不是公开件。",
        "首行是“特急·明电”，或者文末是“（此件发至县处级）”",
        "核对原件能否公开；能公开的，删去这些标记",
    ),
)

_LEVEL = "绝密|机密|秘密"
_STAR = "[★☆✩✭⭐✱*]"
_TERM = "长期|永久|(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})(?:年|个月|天|日)"
_URGENT = "(?:紧急程度:?)?(?:特提|特急|加急|平急|急件)"
_SECRET = later(
    rf"(?:(?:份号:?)?[0-9]{{1,8}})?(?:{_URGENT})?(?:(?:密级|保密等级|保密级别)(?:和保密期限)?:?)?"
    rf"(?:(?P<level>{_LEVEL})级?(?:{_STAR}(?:{_TERM}|[0-9]{{1,3}})?|{_TERM})?(?:件|文件|材料|资料|文电)?"
    rf"|密码电报|加密电报|机要电报|密电)(?:{_URGENT})?"
)

_BARE = later(f"(?:{_LEVEL})级?")
_STARRED = later(f"(?:{_LEVEL})级?[★☆✩✭⭐✱](?:{_TERM})?")
_LEVELS = later(_LEVEL)

_FORBIDDEN = "(?:请|切)?(?:请勿|切勿|不得|严禁|禁止|不准|不要|勿)(?:对外|向外|随意|擅自|私自)?"
_INSIDE = (
    "内部(?:资料|文件|材料|刊物|明电|传真电报)|(?:密级|保密级别|保密等级):?内部|[仅只][供限]内部(?:工作)?(?:参考|使用|传阅|交流|掌握|学习|阅读)?"
    "|[仅只]供(?:领导|机关内部|系统内部|本单位)(?:参阅|参考|使用)|(?:敬?请)?注意(?:保存|保密)"
    rf"|{_FORBIDDEN}(?:外传|外泄|泄露|泄密)|(?:会|阅|用)后(?:请)?(?:收回|清退|销毁|退回|交回|即焚)"
    rf"|(?:核心|普通)?商(?:密|业秘密){_STAR}(?:{_TERM})?|工作秘密{_STAR}(?:{_TERM})?"
)
_BESIDES = (
    "内部(?:使用|参考|掌握|传阅|交流|发行|阅读|学习)|妥善保[管存]|不(?:对外)?公开|不上网|工作秘密"
    rf"|{_FORBIDDEN}(?:扩散|传播|转发|转载|上网|翻印|复制|复印|摘抄|公开|发布|拍照|网络传播|公开引用)"
)
_BETWEEN = "[,、;·.。!:★—-]*"
_OF_THIS = "(?:[此本该](?:件|文|文件|材料|资料|刊))?[为属系]?"
_INTERNAL = later(
    rf"{_OF_THIS}(?:(?:{_BESIDES}){_BETWEEN})*(?:{_INSIDE})(?:{_BETWEEN}(?:{_INSIDE}|{_BESIDES}))*{_BETWEEN}"
)
_INTERNAL_NOTE = later("内部(?:使用|参考|掌握|传阅|交流|发行|阅读|学习)|工作秘密")  # in brackets only

_NOT_PUBLIC = (
    "(?:暂)?(?:不予|不宜|不得|不能|不可|不向社会|不对外|不主动|不)公开(?:发布|刊登|报道|印发)?"
    "|(?:属|属于|为|按)?(?:政府信息)?依申请公开(?:信息|件)?|不上网(?:发布|公开)?|不予发布"
)
_REFUSAL = later(rf"[此本该](?:件|文|文件|函|公文|信息|通知|批复|复函|意见|材料)(?:内容)?(?:{_NOT_PUBLIC})[.。]?")
_REFUSAL_NOTE = later(rf"(?:{_NOT_PUBLIC})")  # in brackets, on a line of its own
_OPTION_NAME = "(?:政府)?信息公开(?:选项|属性|类别|方式|类型|形式)|公开(?:属性|选项|类别|方式|类型|形式)"
_OPTION = later(rf"(?:{_OPTION_NAME}):?(?P<value>.{{3,40}})")
_OPTION_LABEL = later(rf"(?:{_OPTION_NAME}):?")
_CHOICE = later("(?P<box>[☑✓✔√■●☒□○☐])?(?P<name>主动公开|依申请公开|不予公开|不公开|免予公开)")
_TICKED = frozenset("☑✓✔√■●☒")

_TELEGRAM = later(
    "(?:等级:?)?(?:(?:特提|特急|加急|平急)[·.•]?)?(?:明电|明传电报|传真电报)|发电单位:?.{0,30}签批(?:盖章)?:?.{0,20}"
)
_PASSED_TO = later("[此本]件(?:只|仅)?(?:发|传达|印发)至?.{1,12}级(?:及以[上下])?(?:单位|党委|党组|干部)?")

# One of these is in every mark. Each begins with one character as it is: so one search finds them all.
_WORD = later(
    "密|内部|內部|外传|外傳|外泄|注意保存|即焚|后收回|后请收回|后销毁|后清退|后退回|后交回"
    "|仅供领导|仅供本单位|仅供机关|仅供系统|件仅发|只供领导|件只发|不上网|件发|件传达|件印发"
    "|明电|明传|电报|发电单位|明電|明傳|電報"
    "|不公开|申请公开|不予公开|不宜公开|不得公开|不能公开|不可公开|社会公开|外公开|不主动公开"
    "|不公開|申請公開|不予公開|不予发布"
)

# Same length in and out, so that places hold: full width to half width, the traditional characters of the marks.
_PLAIN: Mapping[int, int | str] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **{ord(a): b for a, b in zip("機絕內資傳開電報級長發後請參會", "机绝内资传开电报级长发后请参会", strict=True)},
}
_BLANK = later(r"<[^<>]*>|&(?:[a-z]+|#\d+);|[\u200b-\u200f\u2060\ufeff\ufe0f\u00ad]")
_CELL = later(r"[^|\t]+")
_FIELD = later(r"\s*(?:标题|内容概述|题注|来源|关键词):")  # as the fields of a document are put into one text
_BULLET = later(r"\s*[*+-]\s")
_EDGES = "*_~`#>\\★☆ "
_BRACKETS = {"(": ")", "[": "]", "【": "】", "〔": "〕", "〖": "〗", "{": "}", "<": ">", "『": "』", "「": "」"}
_FIRST_BRACKET = later(r"[(\[【〔]([^()\[\]【】〔〕]{2,24})[)\]】〕]")
_LAST_BRACKET = later(r"[(\[【〔]([^()\[\]【】〔〕]{2,24})[)\]】〕][.。]?$")
_QUOTED = later('“[^“”]*”|「[^「」]*」|《[^《》]*》|"[^"]*"')
_EDGE_LINES = 15  # lines with words at the head and at the foot, where a document bears its marks
_SENTENCE = later("[。；，]|,|;")
_LONGEST = 60  # characters of a line that is a mark and nothing else
_MARK_IN_LONG_LINE = later(r"^\W*[(（【\[〔]|[★☆✩✭⭐✱|\t]")
_MARK_AT_ITS_END = later(r"[)）】\]〕]\W*$")


class _Cell(NamedTuple):
    """A line, or a cell of a table row, without spaces and in half width."""

    text: str
    line: int
    columns: tuple[int, ...]  # where each character stands in the source
    is_bracketed: bool
    is_table: bool
    is_listed: bool  # an item of a list: it speaks about something
    is_edge: bool  # near the head or the foot of the text

    def spot(self, code: str, start: int, message: str, hint: str) -> Spot:
        column = self.columns[start] if start < len(self.columns) else 1
        return Spot(code, self.line, column, message, hint)


_SECRET_HINT = "没有解密的不得公开：公开属性改为“不予公开”并移出内容文件夹；已经发布过的，立即撤下并报告保密部门。"
_INTERNAL_HINT = "先送公开审查：不能公开的，改公开属性；能公开的，用去掉这个标志的文本。"
_REFUSAL_HINT = "公开属性照文中的标注填写；已经批准公开的，把文中的标注改为“（此件公开发布）”。"
_TELEGRAM_HINT = "核对原件能否公开；能公开的，从正文里删去。"


def find_secrecy(text: str, screen: Screen) -> tuple[Spot, ...]:
    """The marks in a text that is about to be published, at most one for each line.

    They are found with spaces inside, in full width, in traditional characters, with the star in any shape.
    """
    del screen  # no site may allow a secrecy mark; a document is spared by its own 豁免
    compact = text.replace(" ", "").replace("\u3000", "").replace("\xa0", "")
    if not _WORD.search(compact):
        return ()
    candidates = [
        number
        for number, line in enumerate(compact.split("\n"))
        if (len(line) <= _LONGEST or _MARK_IN_LONG_LINE.search(line) or _MARK_AT_ITS_END.search(line[-_LONGEST:]))
        and _WORD.search(line)
    ]
    if not candidates:
        return ()
    lines = text.split("\n")
    filled = [number for number, line in enumerate(lines) if line and not line.isspace()]
    edges = {*filled[:_EDGE_LINES], *filled[-_EDGE_LINES:]}
    tables: dict[int, bool] = {}
    spots = (
        next(_marks(_cells(lines[number], number, is_edge=number in edges), lines, tables), None)
        for number in candidates
    )
    return tuple(spot for spot in spots if spot is not None)


def _cells(line: str, number: int, *, is_edge: bool) -> tuple[_Cell, ...]:
    plain = _BLANK.sub(lambda match: " " * len(match[0]), line.translate(_PLAIN))
    if field := _FIELD.match(plain):
        plain = " " * field.end() + plain[field.end() :]
    parts = list(_CELL.finditer(plain))
    is_listed = _BULLET.match(line) is not None
    cells = []
    for part in parts:
        places = [part.start() + i for i, c in enumerate(part[0]) if not c.isspace()]
        start, end = 0, len(places)
        is_bracketed = False
        while start < end:
            first, last = plain[places[start]], plain[places[end - 1]]
            if first in _EDGES:
                start += 1
            elif last in _EDGES:
                end -= 1
            elif _BRACKETS.get(first) == last and end - start > 2:
                start, end, is_bracketed = start + 1, end - 1, True
            else:
                break
        if start < end:
            text = "".join(plain[place] for place in places[start:end])
            columns = tuple(place + 1 for place in places[start:end])
            cells.append(_Cell(text, number + 1, columns, is_bracketed, len(parts) > 1, is_listed, is_edge))
    return tuple(cells)


def _marks(cells: Sequence[_Cell], lines: Sequence[str], tables: dict[int, bool]) -> Iterator[Spot]:
    """`tables` is what is known of the lines that are rows: whether their table is about levels of secrecy."""
    for position, cell in enumerate(cells):
        yield from _secret(cell, lines, tables)
        yield from _internal(cell, len(cells))
        yield from _refused(cell, cells[1:] if position == 0 else ())
        if cell.is_edge and _TELEGRAM.fullmatch(cell.text):
            yield cell.spot("S113", 0, "文中留有电报的标记", _TELEGRAM_HINT)
        elif cell.is_bracketed and _PASSED_TO.fullmatch(cell.text):
            yield cell.spot("S113", 0, "文中留有传达范围的标记", _TELEGRAM_HINT)


def _secret(cell: _Cell, lines: Sequence[str], tables: dict[int, bool]) -> Iterator[Spot]:
    match = _SECRET.fullmatch(cell.text)
    if match and not cell.is_listed:
        is_bare = _BARE.fullmatch(cell.text) is not None
        if not (is_bare and cell.is_table and _is_about_levels(cell, lines, tables)):
            yield cell.spot("S110", 0, f"文中有密级标志“{cell.text}”", _SECRET_HINT)
        return
    starred = _STARRED.search(cell.text)
    if starred and not any(q.start() < starred.start() < q.end() for q in _QUOTED.finditer(cell.text)):
        at_an_edge = starred.start() == 0 or starred.end() == len(cell.text)
        if at_an_edge or not _SENTENCE.search(cell.text):
            yield cell.spot("S110", starred.start(), f"文中有密级标志“{starred[0]}”", _SECRET_HINT)
            return
    for note in _notes(cell):
        if _SECRET.fullmatch(note[1]) and len(_LEVELS.findall(cell.text)) == 1:
            yield cell.spot("S110", note.start(1), f"文中有密级标志“{note[1]}”", _SECRET_HINT)


def _notes(cell: _Cell) -> Iterator[re.Match[str]]:
    """What stands in brackets at the head or the foot of a longer line, as in 关于某事的通知（机密）."""
    for match in (_FIRST_BRACKET.match(cell.text), _LAST_BRACKET.search(cell.text)):
        if match:
            yield match


def _is_about_levels(cell: _Cell, lines: Sequence[str], tables: dict[int, bool]) -> bool:
    """Whether the table that holds the cell explains the levels, rather than marking one document.

    A register with 密级 as a later column marks; a table that names several levels otherwise explains.
    """
    first = last = cell.line - 1
    if first in tables:
        return tables[first]
    while first > 0 and ("|" in lines[first - 1] or "\t" in lines[first - 1]):
        first -= 1
    while last + 1 < len(lines) and ("|" in lines[last + 1] or "\t" in lines[last + 1]):
        last += 1
    rows = [[c.text for c in _cells(lines[n], n, is_edge=False)] for n in range(first, last + 1)]
    marks = any(name in row[1:] for row in rows[:2] for name in ("密级", "保密级别", "保密等级"))
    levels = {match[0] for row in rows for text in row if (match := _LEVELS.match(text)) and _BARE.fullmatch(text)}
    is_about = not marks and len(levels) > 1
    tables.update(dict.fromkeys(range(first, last + 1), is_about))
    return is_about


_MOST_CELLS = 3  # of a row that lays out the head of a document; a longer row holds data


def _internal(cell: _Cell, cells: int) -> Iterator[Spot]:
    if cell.is_listed or cells > _MOST_CELLS:
        return
    if _INTERNAL.fullmatch(cell.text) or (cell.is_bracketed and _INTERNAL_NOTE.fullmatch(cell.text)):
        yield cell.spot("S111", 0, f"文中有内部使用的标志“{cell.text}”", _INTERNAL_HINT)
        return
    for note in _notes(cell):
        if _INTERNAL.fullmatch(note[1]) or _INTERNAL_NOTE.fullmatch(note[1]):
            yield cell.spot("S111", note.start(1), f"文中有内部使用的标志“{note[1]}”", _INTERNAL_HINT)


def _refused(cell: _Cell, after: Sequence[_Cell]) -> Iterator[Spot]:
    """`after` are the other cells of its row, if it is the first."""
    if _REFUSAL.fullmatch(cell.text) or (
        cell.is_bracketed and cell.is_edge and not cell.is_table and _REFUSAL_NOTE.fullmatch(cell.text)
    ):
        yield cell.spot("S112", 0, f"文中标注“{cell.text}”，公开属性却是主动公开", _REFUSAL_HINT)
        return
    for note in _notes(cell):
        if _REFUSAL.fullmatch(note[1]):
            yield cell.spot("S112", note.start(1), f"文中标注“{note[1]}”，公开属性却是主动公开", _REFUSAL_HINT)
            return
    if not cell.is_edge:
        return
    option = _OPTION.fullmatch(cell.text)
    value = option["value"] if option else ""
    if not value and after and len(after) <= _MOST_CELLS and _OPTION_LABEL.fullmatch(cell.text):
        value = after[0].text if not any(_CHOICE.fullmatch(other.text) for other in after[1:]) else ""
    if chosen := _chosen(value):
        yield cell.spot("S112", 0, f"文中的公开选项是“{chosen}”，公开属性却是主动公开", _REFUSAL_HINT)


def _chosen(value: str) -> str:
    """The one option that a 公开选项 has chosen, if it is not 主动公开: by its tick, or as the only one named."""
    choices = list(_CHOICE.finditer(value))
    if any(choice["box"] for choice in choices):
        names = [choice["name"] for choice in choices if choice["box"] in _TICKED]
    else:
        names = [choice["name"] for choice in choices] if _CHOICE.fullmatch(value.strip(".。;；")) else []
    return names[0] if len(names) == 1 and names[0] != "主动公开" else ""
