"""Find what is commonly miswritten in official Chinese, with the correction; never rewrite.

Exports `find_wording`, `CODES`, `Entry`, `entries`. The words are data (`sitegen/data/wording.yaml`) and the site's own
(`Screen`); the forms of numbers and punctuation are here. Titles in 《》, links, code and tags are left as they are.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from sitegen.diagnostics import CodeInfo, Severity
from sitegen.screening.patterns import later
from sitegen.screening.spots import Screen, Spot

_W, _I = Severity.WARNING, Severity.INFO

CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "D300",
        "正文里的文号写法不对",
        _W,
        "GB/T 9704—2012：年份用六角括号〔〕括入并写全四位，序号不编虚位、不加“第”，不留空格。",
        "`国办发[2016]80号`、`国办发〔2016〕第80号`",
        "国办发〔2016〕80号",
    ),
    CodeInfo(
        "D301",
        "错别字",
        _W,
        "表述错误、错别字逐个扣分（国办秘函〔2019〕19号）。词表在 sitegen/data/wording.yaml，不能查出全部错误。",
        "截止2024年6月底、工作部暑、银行帐户",
        "截至2024年6月底、工作部署、银行账户",
    ),
    CodeInfo(
        "D302",
        "中文里用了半角标点",
        _W,
        "中文句子用全角标点（GB/T 15834—2011）；半角的挤在一起，读屏软件也停顿不对。",
        "经市政府同意,现印发给你们:",
        "经市政府同意，现印发给你们：",
    ),
    CodeInfo(
        "D303",
        "中文里用了半角括号",
        _I,
        "层次序数和夹注用全角括号（GB/T 9704—2012，7.3.3：“一、”“（一）”“1.”“（1）”）。",
        "(一)加强领导；《办法(试行)》",
        "（一）加强领导；《办法（试行）》",
    ),
    CodeInfo(
        "D304",
        "重复的字词",
        _W,
        "多半是修改时没有删净。",
        "关于关于印发、市政府的的决定",
        "关于印发、市政府的决定",
    ),
    CodeInfo(
        "D305",
        "重复的标点",
        _W,
        "两个点号不连用，省略号是“……”（GB/T 15834—2011）。",
        "认真落实。。、一是加强领导，。",
        "认真落实。、一是加强领导。",
    ),
    CodeInfo(
        "D306",
        "数字或序数写法不对",
        _W,
        "年份中的零用“〇”，阿拉伯数字用半角，“第”与序数、“条”之间不留空格（GB/T 15835—2011）。",
        "二○二一年、二O二一年、２０２１年、第 三 条",
        "二〇二一年、2021年、第三条",
    ),
    CodeInfo(
        "D307",
        "固定提法写错",
        _W,
        "重要提法一字不能错；严重表述错误是国办秘函〔2019〕19号的单项否决项。",
        "依法制国、筑牢中华民族共同体意识、二十大三中全会",
        "依法治国、铸牢中华民族共同体意识、二十届三中全会",
    ),
    CodeInfo(
        "D308",
        "机构的旧名称",
        _I,
        "成文时机构已经更名或者并入别的机构；说的是过去的事，前面加“原”。",
        "2024年的通知写“国土资源部门会同环境保护部”",
        "会同生态环境部",
    ),
    CodeInfo(
        "D309",
        "不是推荐的词形",
        _I,
        "同一个词有几种写法时用推荐的一种（《第一批异形词整理表》，GF 1001—2001）。",
        "身分证明、交待、涵义",
        "身份证明、交代、含义",
    ),
    CodeInfo(
        "D310",
        "本站的易错词",
        _W,
        "本站在 site.yaml 的 checks（检查）、wording（易错词）里定的写法。",
        "本站写了“高新区管委会: 高新技术产业开发区管理委员会”，正文用了前一个",
        "用后一个",
    ),
    CodeInfo(
        "D311",
        "机构名称写得不对",
        _W,
        "机构名称用本站在 site.yaml 的 checks（检查）、agencies（机构名称）里定的规范写法。",
        "本站写了“市科技厅: 市科学技术局”，正文用了前一个",
        "用后一个",
    ),
)

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\u3007"
_NUMERAL = "一二三四五六七八九十百零〇○"


class Entry(NamedTuple):
    """One word of the table: what is wrong, what is right, and where it is."""

    code: str
    wrong: str
    right: str
    why: str = ""
    when: str = ""  # a regular expression that must match from the first character of `wrong` on
    example: str = ""  # where it is wrong, if not everywhere
    fine: str = ""  # what looks like it and is right
    since: tuple[int, int] = (0, 0)  # year and month: only in documents that were written later


@functools.cache
def entries() -> tuple[Entry, ...]:
    """The words of `sitegen/data/wording.yaml`."""
    text = files("sitegen").joinpath("data", "wording.yaml").read_text(encoding="utf-8")
    loaded: Any = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # our own file
    found: list[Entry] = []
    for group in loaded["groups"]:
        code, why, when = group["code"], group.get("why", ""), group.get("when", "")
        for wrong, right in group.get("pairs", {}).items():
            found.append(Entry(code, wrong, right, why, when.replace("{wrong}", wrong)))
        for item in group.get("where", ()):
            year, _, month = str(item.get("since", "")).partition("-")
            found.append(
                Entry(
                    code,
                    item["wrong"],
                    item["right"],
                    item.get("why", why),
                    item.get("when", when.replace("{wrong}", item["wrong"])),
                    item.get("example", ""),
                    item.get("fine", ""),
                    (int(year), int(month)) if year else (0, 0),
                )
            )
    return tuple(found)


# ---------------------------------------------------------------- one pattern for all

# From the most frequent on: a word is looked for by the one of its characters that comes last here, or is not here at
# all. So the pattern stops at few places of a text in which nothing is wrong.
_FREQUENT = (
    "，、。；：“”（）0123456789　 "
    "的人第条和行国法定应政当十关规管民有务业理会部者以机门或工用作二一保公员生制设产主三经家事发本地对其市中不合在"
    "可动级等全位建责为单进府资施监实区院证及出构品依安查物要照上提四由方开处委护大体计所自报准职技营并内境他通得组"
    "权时五件议化任同展学案日企成检下标办育审按信年表请代项防据重术运环督情期向织共量分立交服收教社取申利律文违专能"
    "加场相科治性与农批明备质外调划予个使各县活水决告统六度章具改常执息新记于负采范源密省金商持况款程电列例费强入供"
    "过核接七高军目受求根需指力许原反罚污限确口八意现药放料月后海支域止九基未染之修导测华书推医正面矿是协种效察布认"
    "验从直格式害输登次起承预销评给障置结符前系点造知平车措财益数研健气排价名特形总网围令集复广长到义城道称将税励济"
    "必领解无则究元投属路间土辖传被配算录险适态消疗续际变除校见养联档装村货船节完类因果托草影整严助担包参培卫转器更"
    "控号补身纳序送线优存履易司举注局征废台烟犯融万问涉材维损非罪创售乡示禁容象病子鼓危好增响移诉训偿届考额须流策户"
    "善促别手识守清劳队急失题型做遗房警秘先居住购团普了视故志超食约游旅租编然互刑已奖河停何小享灾该众步没风央追女裁"
    "突遵签救订客师疫站达镇引试综疾满免坚震册付播空洋减康卖色宣族残落退储附观筑积最说少舶天山革破值选缴射层心多假港"
    "绿载授字畜北回群继士升础争询江兵但航官论括份码室林精械终至还状党东券馆估低票断就侵每才库挥络模留庭驶役拒率擅战"
    "真致贸待燃印撤勘烈简私干获显坏妇园仲筹银煤如殊延临便副周再即碍渔纪充毒让汇带派古屋绩剂快占素深讼历段赔探石武两"
    "债独辆功来听百席鉴习扣岗均途比换竞京图极账聘禽野献署招绝宗嫌驾植封也命声样母稳儿"
)


def _is_repeated(entry: Entry) -> bool:
    """Whether the word is one or two characters written twice: those are all found by two patterns of their own."""
    half = len(entry.wrong) // 2
    return half in (1, 2) and entry.wrong[:half] == entry.wrong[half:]


_USUAL = 330  # so many of them are met too often to stop at each


class _Table(NamedTuple):
    """Words, and what finds the characters they are told by: those seldom met alone, the others with the word."""

    seldom: re.Pattern[str]
    usual: re.Pattern[str]
    by_anchor: Mapping[str, tuple[tuple[int, Entry], ...]]  # offset of the character in the word
    by_pair: Mapping[str, tuple[tuple[int, Entry], ...]]  # the same by the character and one beside it, if there is one


def _anchor(wrong: str) -> int:
    """The place in `wrong` of its most seldom character."""
    ranks = [_FREQUENT.find(c) for c in wrong]
    return ranks.index(-1) if -1 in ranks else ranks.index(max(ranks))


def _table_of(words: Iterable[Entry], forms: Sequence[str] = ()) -> _Table:
    by_anchor: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for entry in words:
        offset = _anchor(entry.wrong)
        by_anchor[entry.wrong[offset]].append((offset, entry))
    by_pair: dict[str, list[tuple[int, Entry]]] = defaultdict(list)
    for group in by_anchor.values():
        for offset, entry in group:
            begin = offset if offset + 1 < len(entry.wrong) else max(offset - 1, 0)
            by_pair[entry.wrong[begin : begin + 2]].append((offset, entry))
    usual = [c for c in by_anchor if 0 <= _FREQUENT.find(c) < _USUAL]
    seldom = [(offset, entry.wrong) for c, group in by_anchor.items() if c not in usual for offset, entry in group]
    anchors = _one_of(word[k] for k, word in seldom)
    after = _one_of(word[k + 1] for k, word in seldom if k + 1 < len(word))
    before = _one_of(word[k - 1] for k, word in seldom if 0 < k == len(word) - 1)
    alone = _one_of(word for _, word in seldom if len(word) == 1)
    parts = []
    for anchor in usual:
        group = by_anchor[anchor]
        around = {f"(?<={re.escape(e.wrong[: k + 1])})(?={re.escape(e.wrong[k + 1 :])})": None for k, e in group}
        parts.append(f"{re.escape(anchor)}(?:{'|'.join(around)})")
    return _Table(
        re.compile(f"{anchors}(?:(?={after})|(?<={before}.)|(?<={alone}))", re.DOTALL),
        re.compile("|".join([*parts, *forms]) or "(?!)"),
        {c: tuple(group) for c, group in by_anchor.items()},
        {pair: tuple(group) for pair, group in by_pair.items()},
    )


def _one_of(characters: Iterable[str]) -> str:
    """A pattern for any of the characters."""
    found = "".join(map(re.escape, dict.fromkeys(characters)))
    return f"[{found}]" if found else "(?!)"


_OPEN, _CLOSE = "[【（(〖［﹝〔〈{", "]】）)〗］﹞〕〉}"
_DIGITS = "[0-9０-９]"
_DOC_NO = later(
    rf"(?P<open>[{re.escape(_OPEN)}])[ ]?(?P<year>(?:19|20)?{_DIGITS}{{2}})年?[ ]?[{re.escape(_CLOSE)}]"
    rf"[ ]?(?P<di>第?)[ ]?0*(?P<serial>[1-9][0-9]{{0,4}})[ ]?号"
)
_BEFORE_DOC_NO = later(r"[发函办规字令政知电告审批复纪通建教科财农水林卫市监局委厅府组党工税人社环]\s?$")
_TWO_DIGITS_MEAN_1900 = 49  # 〔49〕 and later
_ZEROS = "○◯ＯO0０零o〇"
_YEAR = later(rf"[一二][{_ZEROS}一二三四五六七八九]{{3}}(?=年)")
_HALF = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！"}
_FULL_DIGITS = {ord(full): ord(half) for full, half in zip("０１２３４５６７８９．％", "0123456789.%", strict=True)}
_SPACED = later(  # not 第一 条件
    rf"第(?:[ \u3000]+[{_NUMERAL}]+[ \u3000]*|[{_NUMERAL}]+[ \u3000]+)[条款项章节编]"
    "(?![件例约文块目额式程能日假制号辑])"
)
_FULL_NUMBER = later("[０-９]+(?:[．][０-９]+)?[％]?")

# Each begins with one character as it is: only then the search skips everything else at once.
_FORMS: tuple[str, ...] = (
    *(rf"{re.escape(c)}(?<=[{_HAN}”）》】].)(?=[{_HAN}“（《\s]|$)" for c in _HALF),
    rf"\((?=[{_HAN}])",
    *(rf"{re.escape(c)}(?=[ ]?{_DIGITS}{{2,4}}年?[ ]?[{re.escape(_CLOSE)}][ 第0-9]{{1,7}}[ ]?号)" for c in _OPEN),
    *(rf"{c}(?<=[一二三四五六七八九〇○]{c})(?=[{_ZEROS}一二三四五六七八九]{{1,2}}年|年)" for c in _ZEROS if c != "〇"),
    *(f"{c}(?<![０-９]{c})(?<![０-９]．{c})" for c in "０１２３４５６７８９"),
    rf"第(?=[ \u3000]+[{_NUMERAL}]|[{_NUMERAL}]+[ \u3000]+[条款项章节编])",
)


@functools.cache
def _standard() -> _Table:
    return _table_of((entry for entry in entries() if not _is_repeated(entry)), _FORMS)


class _Repeats(NamedTuple):
    """The words written twice."""

    patterns: tuple[re.Pattern[str], ...]
    by_word: Mapping[str, Entry]


@functools.cache
def _repeats() -> _Repeats:
    words = {entry.wrong: entry for entry in entries() if _is_repeated(entry)}
    singles = "".join(word[0] for word in words if len(word) == 2)
    firsts, seconds = ("".join(sorted({word[i] for word in words if len(word) == 4})) for i in (0, 1))
    return _Repeats((re.compile(rf"([{singles}])\1"), re.compile(rf"([{firsts}][{seconds}])\1")), words)


@functools.lru_cache(maxsize=8)
def _of_site(wording: tuple[tuple[str, str], ...], agencies: tuple[tuple[str, str], ...]) -> _Table | None:
    own = [Entry("D310", wrong, right) for wrong, right in wording if wrong and wrong != right]
    own += [Entry("D311", wrong, right) for wrong, right in agencies if wrong and wrong != right]
    return _table_of(own) if own else None


@functools.lru_cache(maxsize=1024)
def _condition(when: str) -> re.Pattern[str]:
    return re.compile(when, re.MULTILINE)


# ---------------------------------------------------------------- what was found


class _Hit(NamedTuple):
    code: str
    start: int
    end: int
    right: str
    message: str
    hint: str


def find_wording(text: str, screen: Screen) -> tuple[Spot, ...]:
    """What is wrongly written in the text: for each fault its first place, how often it occurs, and the correction.

    Nothing is said about titles in 《》, links, code, tags, and words in quotation marks of their own.
    """
    hits = [*_repeated(text), *_pointed_twice(text), *_found(text, _standard())]
    own = _of_site(screen.wording, screen.agencies)
    if own is not None:
        hits.extend(_found(text, own))
    if not hits:
        return ()
    guarded = _Guarded(text)
    first: dict[tuple[str, str], _Hit] = {}
    count: dict[tuple[str, str], int] = defaultdict(int)
    for hit in sorted(hits):
        if guarded.covers(hit):
            continue
        key = hit.code, hit.message
        first.setdefault(key, hit)
        count[key] += 1
    return tuple(
        Spot(
            hit.code,
            text.count("\n", 0, hit.start) + 1,
            hit.start - text.rfind("\n", 0, hit.start),
            hit.message + (f"（共 {count[key]} 处）" if count[key] > 1 else ""),
            hit.hint,
        )
        for key, hit in sorted(first.items(), key=lambda item: item[1])
    )


def _found(text: str, table: _Table) -> Iterator[_Hit]:
    """The words of the table, and the faults of numbers and punctuation."""
    by_pair = table.by_pair
    for match in table.seldom.finditer(text):
        place = match.start()
        for pair in (text[place : place + 2], text[place - 1 : place + 1], text[place]):
            if pair in by_pair:
                yield from _words_at(text, place, by_pair[pair])
    for match in table.usual.finditer(text):
        place = match.start()
        yield from _words_at(text, place, table.by_anchor.get(match[0], ()))
        form = _FORM_OF.get(match[0])
        if form is not None and (hit := form(text, place)) is not None:
            yield hit


def _words_at(text: str, place: int, words: Iterable[tuple[int, Entry]]) -> Iterator[_Hit]:
    """Those of the words that are written there and wrong, each with the offset in it of the place."""
    for offset, entry in words:
        start = place - offset
        if start >= 0 and text.startswith(entry.wrong, start) and _holds(text, start, entry):
            yield _Hit(entry.code, start, start + len(entry.wrong), entry.right, *_said(entry))


def _repeated(text: str) -> Iterator[_Hit]:
    for pattern in _repeats().patterns:
        for match in pattern.finditer(text):
            entry = _repeats().by_word.get(match[0])
            if entry is not None and _holds(text, match.start(), entry):
                yield _Hit(entry.code, match.start(), match.end(), entry.right, *_said(entry))


def _holds(text: str, start: int, entry: Entry) -> bool:
    """Whether the word is wrong just there."""
    if entry.when and not _condition(entry.when).match(text, start):
        return False
    within = entry.right.find(entry.wrong)  # 科技局 inside 市科技局, which is right
    while within >= 0:
        if start >= within and text.startswith(entry.right, start - within):
            return False
        within = entry.right.find(entry.wrong, within + 1)
    return entry.since == (0, 0) or _written(text) > entry.since


def _said(entry: Entry) -> tuple[str, str]:
    if entry.since != (0, 0):
        year, month = entry.since
        return f"“{entry.wrong}”已是旧名称", f"{year}年{month}月起为“{entry.right}”；说的是过去的事，前面加“原”。"
    verb = "推荐写作" if entry.code == "D309" else "应为"
    return f"“{entry.wrong}”{verb}“{entry.right}”", f"改为“{entry.right}”。{entry.why}"


_DATE_LINE = later(r"^[ \u3000]*(20[0-9]{2})年([0-9]{1,2})月[0-9]{1,2}日[ \u3000]*$", re.MULTILINE)


@functools.lru_cache(maxsize=1)
def _written(text: str) -> tuple[int, int]:
    """Year and month of the 成文日期 under the text; (0, 0) if there is none."""
    found = _DATE_LINE.findall(text)
    return (int(found[-1][0]), int(found[-1][1])) if found else (0, 0)


_POINTS_TWICE = later("[，。、；：！？](?=[，。、；：！？])")
_DOUBLED = later("([，、；：])\\1+|。{2,}|[，、；：][。！？，、；：]|[。！？][，、；：]|[！？]。")


def _pointed_twice(text: str) -> Iterator[_Hit]:
    end = 0
    for place in _POINTS_TWICE.finditer(text):
        match = _DOUBLED.match(text, place.start()) if place.start() >= end else None
        if match:
            end = match.end()
            first, last = match[0][0], match[0][-1]
            right = "……" if match[0].startswith("。。。") else first if first in "。！？" else last
            yield _Hit("D305", match.start(), end, right, f"标点“{match[0]}”连用", f"改为“{right}”。")


def _half_width(text: str, start: int) -> _Hit:
    c = text[start]
    right = _HALF[c]
    return _Hit("D302", start, start + 1, right, f"中文里用了半角的“{c}”", f"改为“{right}”。")


def _bracket(text: str, start: int) -> _Hit | None:
    if (hit := _document_number(text, start)) is not None or text[start] != "(":
        return hit
    return _Hit("D303", start, start + 1, "（", "中文里用了半角括号“()”", "改为“（）”。")


def _document_number(text: str, start: int) -> _Hit | None:
    match = _DOC_NO.match(text, start)
    before = text[max(0, start - 2) : start]
    if match is None or not _BEFORE_DOC_NO.search(before):
        return None
    year = match["year"].translate(_FULL_DIGITS)
    if len(year) == 2:
        year = ("19" if int(year) >= _TWO_DIGITS_MEAN_1900 else "20") + year
    right = f"〔{year}〕{match['serial']}号"
    if match[0] == right:
        return None
    if match["di"] and match["open"] in "（(" and before.strip()[-1:] in "字告令":
        return None  # numbers of certificates and announcements have forms of their own
    return _Hit("D300", start, match.end(), right, f"文号“{match[0]}”的写法不对", f"改为“{right}”。")


def _number(text: str, start: int) -> _Hit | None:
    if match := _FULL_NUMBER.match(text, start):
        right = match[0].translate(_FULL_DIGITS)
        return _Hit("D306", start, match.end(), right, f"数字“{match[0]}”是全角的", f"改为半角“{right}”。")
    for back in (1, 2, 3):
        match = _YEAR.match(text, start - back) if start >= back else None
        if match:
            right = re.sub(f"[{_ZEROS}]", "〇", match[0])
            if right != match[0]:
                return _Hit("D306", match.start(), match.end(), right, f"年份“{match[0]}”中的零写法不对",
                            f"改为“{right}”。")  # fmt: skip
    return None


def _ordinal(text: str, start: int) -> _Hit | None:
    match = _SPACED.match(text, start)
    if match is None:
        return None
    right = re.sub(r"[ \u3000]", "", match[0])
    return _Hit("D306", start, match.end(), right, f"序数“{match[0]}”中间有空格", f"改为“{right}”。")


_FORM_OF: Mapping[str, Callable[[str, int], _Hit | None]] = {
    **dict.fromkeys(_HALF, _half_width),
    **dict.fromkeys(_OPEN, _bracket),
    **dict.fromkeys(_ZEROS, _number),
    **dict.fromkeys("０１２３４５６７８９", _number),
    "第": _ordinal,
}


# ---------------------------------------------------------------- where nothing is said

_AS_IT_IS = later(
    r"`[^`\n]*`|《[^《》\n]*(?:《[^《》\n]*》[^《》\n]*)*+》|\]\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)?\)|<[^<>\n]*>|\{[^{}\n]*\}|\[\[[^\[\]\n]*\]\]"
    r"|(?:https?|ftp|mailto):[^\s\u3000-\uffff]+|^:::.*$|^\[\^?[^\]\n]*\]:.*$"
)
_FENCE = later(r" {0,3}(?:```+|~~~+)")
_QUOTES = {"“": "”", "‘": "’", '"': '"', "「": "」"}


class _Guarded:
    """The stretches of a text that are quoted or meant for machines; looked up only where something was found."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: dict[int, list[tuple[int, int]]] = {}
        may_have_code = any(sign in text for sign in ("```", "~~~", "\n    ", "\n\t"))
        self.code = frozenset(_code_lines(text)) if may_have_code else frozenset[int]()

    def covers(self, hit: _Hit) -> bool:
        text = self.text
        if hit.start and hit.end < len(text) and _QUOTES.get(text[hit.start - 1]) == text[hit.end]:
            return True
        begin = text.rfind("\n", 0, hit.start) + 1
        if begin not in self.lines:
            end = text.find("\n", begin)
            line = text[begin : end if end >= 0 else len(text)]
            self.lines[begin] = [(begin + m.start(), begin + m.end()) for m in _AS_IT_IS.finditer(line)]
        return begin in self.code or any(start <= hit.start < end for start, end in self.lines[begin])


def _code_lines(text: str) -> Iterator[int]:
    """Where the lines begin that are code: in fences, or indented after an empty line."""
    begin, is_fenced, is_after_gap = 0, False, True
    for line in text.split("\n"):
        fence = _FENCE.match(line) is not None
        if fence or is_fenced or (is_after_gap and line.startswith(("    ", "\t"))):
            yield begin
        if fence:
            is_fenced = not is_fenced
        is_after_gap = not line.strip() or (is_after_gap and line.startswith(("    ", "\t")))
        begin += len(line) + 1
