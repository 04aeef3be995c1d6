"""What a text shows about itself: its title, 文号, 题注, dates, issuers, repeal clauses.

Exports `DATE`, `REPEAL_NOTE`, `Found`, `collect`, `label_field`, `read_date`, `read_doc_no`, `read_genre`,
`read_issuers`, `split_issuers`, `repeats_title`, `looks_like_title`, `order_in_caption`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib import resources

import yaml

from sitegen import gongwen
from sitegen.importers.blocks import Block, Heading, Item, Paragraph, Run, Table, plain, squeeze, tidy, to_markdown
from sitegen.importers.draft import Draft, FieldValue, Note, NoteKind

# ---------------------------------------------------------------- labels


@cache
def _labels() -> Mapping[str, str]:
    """The labels that real sites use for a field, from data/vocabularies.yaml, and the fields' own two names."""
    data = resources.files("sitegen") / "data"
    aliases = yaml.safe_load((data / "vocabularies.yaml").read_text("utf-8"))["field_aliases"]
    fields = yaml.safe_load((data / "fields.yaml").read_text("utf-8"))["fields"]
    found = {name: entry["id"] for entry in fields for name in (entry["id"], entry["name"])}
    for group in ("fields", "layout_only"):
        found |= {label: field_id for field_id, labels in aliases.get(group, {}).items() for label in labels}
    return found | {
        "文件名称": "title",
        "信息名称": "title",
        "author": "issuer",
        "时间": "pub_date",
    }


def label_field(label: str) -> str:
    """The field that a label such as “索 引 号：” stands for, or ""."""
    return _labels().get(squeeze(label).strip(":：*"), "")


# ---------------------------------------------------------------- single values

_PART = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
DATE = rf"(?:\d{{4}}|[一二三四五六七八九〇○零]{{4}})年\s*{_PART}月\s*{_PART}日"
_ANY_DATE = re.compile(DATE + r"|\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{4}\.\d{1,2}\.\d{1,2}(?!\d)")
_DAY_MISSING = re.compile(r"\d{4}年\d{1,2}月\d{1,2}$")


def read_date(text: str) -> date | None:
    """The first date in the text, whatever stands around it."""
    line = tidy(text)
    if _DAY_MISSING.search(line):
        line += "日"
    found = _ANY_DATE.search(line)
    if found is None:
        return None
    value = gongwen.parse_date(squeeze(found[0]).replace("/", "-").replace(".", "-").replace("○", "〇"))
    return value if isinstance(value, date) else None


def read_doc_no(text: str) -> str:
    """The canonical 文号 of a line that is nothing but one, or ""."""
    line = tidy(text).strip("（）()")
    if len(line) > 40 or not line.endswith("号"):
        return ""
    value = gongwen.parse_doc_no(gongwen.normalize_doc_no(squeeze(line)))
    return "" if isinstance(value, gongwen.Problem) else str(value)


# ---------------------------------------------------------------- 题注, 落款, clauses

_ACT = r"(?:通过|公布|发布|颁布|批准|修正|修订|修改|施行|实施|印发|起草)"
_CAPTION_LINE = re.compile(
    rf"[（(]\s*.*(?:{DATE}).*{_ACT}.*[）)]$|(?:根据|经|自)?\s*(?:{DATE}).*{_ACT}[）)]?$|(?:{DATE})\s*施行$",
    re.DOTALL,
)
_ENACTED = re.compile(rf"({DATE})(?:(?!{DATE}).)*?(?:通过|公布|发布|颁布|修正|修订)")
_ORG = re.compile(
    r"[\u4e00-\u9fff、\s（）]{2,30}(?:政府|办公厅|办公室|委员会|委|局|厅|部|署|院|会|行|社|中心|集团|公司|军委|总局|党委|中央)$"
)
_ISSUER_IN_TITLE = re.compile(
    r"^([\u4e00-\u9fff、\s]{2,40}?(?:人民政府|政府办公厅|政府办公室|办公厅|办公室|委员会|国务院|军委|[\u4e00-\u9fff]局"
    r"|[\u4e00-\u9fff]厅|[^干]部|总署|法院|检察院))"
    r"(?:关于|印发|转发|对)"
)
_IN_FORCE = re.compile(
    rf"(?:本|该)[^。；，]{{1,14}}自\s*({DATE})\s*起(?:正式)?(?:施行|实施|生效|执行|试行)(?!以来|的)"
    rf"|自\s*({DATE})\s*起(?:正式)?(?:施行|实施|生效|执行|试行)(?!以来|的)"
)
_BEGINS = re.compile(
    r"(?:(?:本|该)[^。；，]{1,14})?自[^。；，]{2,24}?起[^。；，]{0,12}?(?:施行|实施|生效|执行|试行)(?=[，,。；;（(、\s]|$)"
)
_NUMBER = r"[0-9０-９]{1,3}|[一二两三四五六七八九十]{1,3}"
# how long a document is valid, said of itself (本办法有效期…) or in the words after its beginning (…起施行，有效期…)
_TERM = re.compile(
    r"(?:(?:本|该)[^。；，、]{1,14}?的?|(?:^|(?<=[，,。；;、（(\s]))其?)"
    r"(?:(?:有效|试行|施行|实施|执行)(?:期限|期)|试行)(?:暂定)?(?:为|是|：)?\s*"
    rf"(?:(?:自[^。；，]{{2,24}}?起?)?(?:截?至|到)\s*(?P<until>{DATE})|(?P<count>{_NUMBER})\s*(?P<unit>年|个月)(?!半|以))"
)
_UNTIL = re.compile(
    rf"(?:本|该)[^。；，]{{1,14}}?自\s*{DATE}\s*起(?:施行|实施|生效|执行|试行|有效)[，,]?\s*(?:有效)?(?:截?至|到)\s*(?P<until>{DATE})"
)
_REPEAL = re.compile(r"[^。；\n]*《[^》]+》[^。；\n]*(?:同时)?废止[^。；\n]*[。；]?")
_REPEALING = re.compile(rf"{_REPEAL.pattern}|[^。；\n]*废止[^。；\n]*《[^》]+》[^。；\n]*[。；]?")
REPEAL_NOTE = "正文中有废止条款，请核对后填写“废止”关系"
_TITLE_END = re.compile(
    r"(?:法|条例|规定|办法|细则|规则|规程|章程|解释|决定|决议|命令|公报|公告|通告|意见|通知|通报|报告|请示|批复|议案|函|纪要"
    r"|方案|规划|计划|纲要|要点|清单|目录|标准|修正案)(?:[（(][^（）()]*[）)])?$"
)
_GENRES = ("决议", "决定", "公报", "公告", "通告", "意见", "通知", "通报", "报告", "请示", "批复", "议案", "函", "纪要")


def read_genre(title: str) -> str:
    """The 文种 that a title ends with, or ""."""
    end = re.sub(r"[（(][^（）()]*[）)]$", "", squeeze(title))
    if re.search(r"(?:主席|国务院|政府|[部局委署])令$|命令$", end):
        return "命令（令）"
    # 规定、决定 end alike, and a 工作报告 is one; “办法”, “条例” and the like are no 文种
    return next((genre for genre in _GENRES if end.endswith(genre)), "")


def read_issuers(title: str) -> tuple[str, ...]:
    """The bodies that a title names before 关于."""
    found = _ISSUER_IN_TITLE.match(tidy(title))
    return split_issuers(found[1]) if found else ()


def split_issuers(text: str) -> tuple[str, ...]:
    """The bodies of a joint document, in their order."""
    parts = [tidy(part) for part in re.split(r"[/、;；]|\s{1,}(?=[\u4e00-\u9fff]{2,})", text)]
    return tuple(dict.fromkeys(part for part in parts if part))


def _issuers_above(blocks: Sequence[Block], title: str) -> tuple[str, ...]:
    """The bodies named before the title where a full title (with its bodies) comes again at the head of the body."""
    lines = [tidy(plain(block)) for block in blocks[:6]]
    for line, following in zip(lines, [*lines[1:], ""], strict=False):
        if squeeze(title) and squeeze(following) == squeeze(title) and len(line) <= 40:
            bodies = split_issuers(line)
            return bodies if all(map(_ORG.fullmatch, bodies)) else ()
        if len(squeeze(line)) > len(squeeze(title)) and squeeze(line).endswith(squeeze(title)):
            return read_issuers(line)
    return ()


# ---------------------------------------------------------------- a whole text


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader of one format found: values under labels, the blocks, and what it had to leave out.

    `labels` maps a field id to the text as written; `publisher` is the owner of the site, who need not be the issuer.
    """

    source: str
    id: str
    blocks: tuple[Block, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    publisher: str = ""
    caption: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def repeats_title(blocks: Sequence[Block], title: str) -> int:
    """How many leading paragraphs together repeat `title` (it is often split over several); 0 if they do not."""
    wanted, joined = _letters(title), ""
    for count, block in enumerate(blocks[:6], 1):
        if isinstance(block, Table):
            return 0
        joined += _letters(plain(block))
        if joined == wanted:
            return count
        if not wanted.startswith(joined):
            return 0
    return 0


def _letters(text: str) -> str:
    return re.sub(r"[《》〈〉<>（）()“”\"：:—–-]", "", squeeze(text))


def collect(found: Found) -> Draft:
    """A draft with everything the text itself shows; what became a field is taken out of the body."""
    values: dict[str, FieldValue] = {}
    notes = list(found.notes)
    blocks = list(found.blocks)
    title = _take_title(tidy(found.labels.get("title", "")), blocks, notes)
    if title:
        values["title"] = title
    doc_no, caption = _take_head(found, blocks, notes)
    if doc_no:
        values["doc_no"] = doc_no
    if caption:
        values["caption"] = caption
    for name in ("index_no", "topic", "keywords", "source", "summary", "unit"):
        value = tidy(found.labels.get(name, ""))
        if value and not value.startswith(("http://", "https://")):
            values[name] = value
    for name in ("pub_date", "written_date", "effective_date"):
        text = tidy(found.labels.get(name, ""))
        day = read_date(text)
        if day is not None:
            values[name] = day.isoformat()
        elif text:
            notes.append(Note(NoteKind.GUESSED, "来源中的日期写得不完整，没有采用", text))
    loose = read_date(found.labels.get("date", ""))
    signed = _signature(blocks)
    if "written_date" not in values:
        written = _enacted(caption) or signed.day
        if written is not None:
            values["written_date"] = written.isoformat()
            notes.append(Note(NoteKind.GUESSED, "成文日期取自题注或落款", written.isoformat()))
    if loose is not None and "pub_date" not in values:
        values["pub_date"] = max(loose.isoformat(), str(values.get("written_date", "")))
        notes.append(Note(NoteKind.GUESSED, "发布日期取自文件头的 date，可能是施行日期", loose.isoformat()))
    values |= _terms(blocks, values, notes)
    issuers = split_issuers(found.labels.get("issuer", ""))
    if not issuers and signed.bodies:
        issuers = signed.bodies
        notes.append(Note(NoteKind.GUESSED, "发文机关取自落款", "、".join(issuers)))
    issuers = issuers or read_issuers(title)
    issuers = issuers or _issuers_above(blocks, title)
    if not issuers and found.publisher and not re.search("相关|有关|^无$|暂无", found.publisher):
        issuers = split_issuers(found.publisher)
        notes.append(Note(NoteKind.GUESSED, "发文机关取自网站的发布机构，未必是制发机关", found.publisher))
    elif found.publisher and split_issuers(found.publisher) != issuers:
        notes.append(Note(NoteKind.DROPPED, "网站的发布机构，不是发文机关", found.publisher))
    if issuers:
        values["issuer"] = issuers
    genre = read_genre(title)
    if genre:
        values["genre"] = genre
    notes.extend(_repeal_clauses(blocks, title))
    notes.extend(_odd_characters(blocks))
    if caption and not blocks:
        blocks = [Paragraph((Run(caption),))]
        notes.append(Note(NoteKind.KEPT, "除题注外没有正文，题注同时留作正文", caption))
    return Draft(found.source, found.id, "", tuple(values.items()), to_markdown(blocks), (), tuple(notes))


def _take_title(labelled: str, blocks: list[Block], notes: list[Note]) -> str:
    """The title: as labelled, else the first line if it looks like one; its repetition leaves the body."""
    if labelled:
        count = repeats_title(blocks, labelled)
        del blocks[:count]
        return labelled
    lead = _letterhead(blocks)
    if lead and len(blocks) > lead:
        notes.append(Note(NoteKind.DROPPED, "版头（发文机关标志）", " ".join(plain(block) for block in blocks[:lead])))
        del blocks[:lead]
    numbered = 1 if len(blocks) > 1 and read_doc_no(plain(blocks[0])) else 0
    if numbered == len(blocks) or not looks_like_title(plain(blocks[numbered])):
        return ""
    title = tidy(plain(blocks.pop(numbered)))
    following = tidy(plain(blocks[numbered])) if numbered < len(blocks) else ""
    if not _TITLE_END.search(title) and _TITLE_END.search(following) and looks_like_title(following):
        return title + tidy(plain(blocks.pop(numbered)))  # a long title on two lines
    return title


def _letterhead(blocks: Sequence[Block]) -> int:
    first = squeeze(plain(blocks[0])) if blocks else ""
    return 1 if re.fullmatch(r"[\u4e00-\u9fff、]{4,40}文件", first) else 0


def looks_like_title(line: str) -> bool:
    """Whether a first line can be the title: short, no sentence, no salutation, no numbering."""
    text = squeeze(line)
    if not 4 <= len(text) <= 80 or text[-1] in "。；：，;:,！!？?）)、":
        return False
    return not re.match(r"[一二三四五六七八九十]+、|[（(]|第.{1,6}[条章节编]|\d|[“\"]", text)


def _take_head(found: Found, blocks: list[Block], notes: list[Note]) -> tuple[str, str]:
    """The 文号 and the 题注, taken out of the head of the body."""
    labelled = tidy(found.labels.get("doc_no", ""))
    doc_no = read_doc_no(labelled)
    if labelled and not doc_no and labelled not in ("无", "暂无"):
        notes.append(Note(NoteKind.DROPPED, "文号不合规范，没有采用", labelled))
    caption = list(found.caption)
    position, is_taken = 0, False
    while position < min(len(blocks), 14):
        line = tidy(plain(blocks[position]))
        number = read_doc_no(line)
        if number and number == (doc_no or number) and not is_taken:
            doc_no, is_taken = number, True
            del blocks[position]
        elif _opens_caption(line, blocks[position + 1 :]):
            count = _caption_length(blocks[position:])
            caption.extend(tidy(plain(block)) for block in blocks[position : position + count])
            del blocks[position : position + count]
        elif isinstance(blocks[position], Heading | Table) or re.match(r"第[一1]条|[一1]、", line) or len(line) > 120:
            break
        else:
            position += 1
    return doc_no, _join_caption(caption)


def order_in_caption(caption: str) -> str:
    """The number of the one order (某令第N号) that a caption names, or ""; a joint order is not taken apart."""
    orders = [number for number in gongwen.find_doc_nos(caption) if "令第" in number]
    is_joint = re.search(r"、[^，。\s]{2,20}令第", caption) is not None
    return read_doc_no(orders[0]) if len(orders) == 1 and not is_joint else ""


def _opens_caption(line: str, rest: Sequence[Block]) -> bool:
    if len(line) > 1500:
        return False
    if _CAPTION_LINE.fullmatch(line):
        return True
    is_open = line.startswith(("（", "(")) and line.count("（") + line.count("(") > line.count("）") + line.count(")")
    return is_open and bool(_ANY_DATE.search(line)) and bool(rest) and bool(re.search(_ACT, line))


def _caption_length(blocks: Sequence[Block]) -> int:
    """How many paragraphs a caption takes that opens in the first one; one, if it closes there or never."""
    depth = 0
    for count, block in enumerate(blocks[:16], 1):
        line = plain(block)
        depth += len(re.findall(r"[（(]", line)) - len(re.findall(r"[）)]", line))
        if depth <= 0:
            return count
    return 1


def _join_caption(lines: Sequence[str]) -> str:
    """The caption in one pair of full-width brackets, its parts separated by a space (国办公开办函〔2021〕33号)."""
    text = " ".join(tidy(line) for line in lines if tidy(line))
    text = " ".join(text.split())
    if not text:
        return ""
    if text[0] in "（(" and text[-1] in "）)":
        text = text[1:-1].strip()
    elif text[-1] in "）)" and len(re.findall(r"[（(]", text)) < len(re.findall(r"[）)]", text)):
        text = text[:-1].strip()
    return f"（{text}）"


def _enacted(caption: str) -> date | None:
    """The day of the last passing, issuing or amending that a caption names."""
    days = [day for day in (read_date(found[1]) for found in _ENACTED.finditer(caption)) if day is not None]
    return max(days, default=None)


@dataclass(frozen=True, slots=True)
class _Signature:
    """落款: the bodies that signed and the day."""

    bodies: tuple[str, ...] = ()
    day: date | None = None


def _signature(blocks: Sequence[Block]) -> _Signature:
    """The first paragraph that is nothing but a date, with the bodies named in the lines before it.

    Not if it closes another document that is quoted in this one.
    """
    for position, block in enumerate(blocks):
        line = tidy(plain(block)) if isinstance(block, Paragraph) else ""
        if not line or len(line) > 60:
            continue
        alone = re.fullmatch(rf"[（(]?\s*({DATE})\s*[）)]?", line)
        spoken = re.match(rf"[—–―-]+\s*({DATE})在.*会议上$", line)
        if spoken is not None:
            return _Signature((), read_date(spoken[1]))
        if alone is None:
            continue
        if _is_inside(blocks, position):
            return _Signature()
        bodies: list[str] = []
        for before in reversed(blocks[max(0, position - 15) : position]):
            name = tidy(plain(before))
            if not isinstance(before, Paragraph) or not _ORG.fullmatch(name):
                break
            bodies.extend(reversed(split_issuers(name)))
        return _Signature(tuple(dict.fromkeys(reversed(bodies))), read_date(alone[1]))
    return _Signature()


def _is_inside(blocks: Sequence[Block], position: int) -> bool:
    """Whether a signature stands below a heading of its own, after other text, and an annex or heading follows it."""
    texts = [i for i, block in enumerate(blocks[:position]) if isinstance(block, Paragraph)]
    headings = [i for i, block in enumerate(blocks[:position]) if isinstance(block, Heading)]
    is_below = any(i > min(texts, default=i) and not _NUMBERED.match(plain(blocks[i])) for i in headings)
    return is_below and any(
        isinstance(block, Heading) or re.fullmatch(r"附件\s*[0-9０-９一二三四五六七八九十]{0,3}[:：]?", plain(block))
        for block in blocks[position + 1 :]
    )


_NUMBERED = re.compile(r"第.{1,6}[编章节条]|[（(]?[0-9０-９一二三四五六七八九十]{1,3}[、.．）)]")


def _terms(blocks: Sequence[Block], values: Mapping[str, FieldValue], notes: list[Note]) -> dict[str, FieldValue]:
    """施行日期 and 有效期至, from the clauses that say so."""
    found: dict[str, FieldValue] = {}
    terms = list(dict.fromkeys(term for block in blocks if isinstance(block, Paragraph) for term in _terms_in(block)))
    agreed = terms[0] if len({(term.begins, term.length) for term in terms}) == 1 else None
    if "effective_date" not in values:
        hits = [hit for line in map(plain, blocks[-25:]) for hit in _IN_FORCE.finditer(line)]
        clause = agreed.words if agreed and agreed.begins else hits[-1][0] if hits else ""
        day = agreed.begins if agreed and agreed.begins else read_date(clause)
        if day is not None:
            found["effective_date"] = day.isoformat()
            notes.append(Note(NoteKind.GUESSED, "施行日期取自正文条款", tidy(clause)))
    if "expire_date" in values or not terms:
        return found
    if agreed is None:
        words = "；".join(term.words for term in terms)
        notes.append(Note(NoteKind.GUESSED, "正文有几处不同的有效期，没有采用；请核对后填写“有效期至”", words))
        return found
    begins = agreed.begins or read_date(str(values.get("effective_date", "")))
    until = agreed.length if isinstance(agreed.length, date) else begins and _last_day(begins, agreed.length)
    if until:
        found["expire_date"] = until.isoformat()
        notes.append(Note(NoteKind.GUESSED, "有效期取自正文条款", f"{agreed.words}（至{until.isoformat()}）"))
    else:
        what = "正文写有有效期，但没有写明从哪天起，推算不出；请填写“有效期至”"
        notes.append(Note(NoteKind.GUESSED, what, agreed.words))
    return found


@dataclass(frozen=True, slots=True)
class _Term:
    """How long a document says it is valid: from a day, if it names one, to a day or for some months."""

    words: str
    begins: date | None
    length: date | int


def _terms_in(block: Paragraph) -> Iterator[_Term]:
    line = plain(block)
    starts = list(_BEGINS.finditer(line))
    for term in [*_TERM.finditer(line), *_UNTIL.finditer(line)]:
        before = next((start for start in reversed(starts) if start.end() <= term.start()), None)
        is_dated = term["until"] is not None
        is_sentence = is_dated and line[: term.start()].rstrip()[-1:] in ("", "。")
        if not (before or is_sentence or term[0].startswith(("本", "该"))):
            continue  # the term of a licence or contract
        clause = tidy(line[(before or term).start() : term.end()])
        beginning = (before or term)[0]
        begins = read_date(beginning) if _IN_FORCE.search(beginning) else None
        length = read_date(term["until"]) if is_dated else _months(term["count"], term["unit"])
        if length:
            yield _Term(clause, begins, length)


def _months(count: str, unit: str) -> int:
    number = int(count) if count.isdecimal() else gongwen.from_chinese_numeral(count.replace("两", "二"))
    return (number or 0) * (12 if unit == "年" else 1)


def _last_day(begins: date, months: int) -> date | None:
    """The last day of so many months that begin on a day: the day before the same day of the month at the end."""
    year, month = divmod(begins.year * 12 + begins.month - 1 + months, 12)
    if year > date.max.year:
        return None
    day = min(begins.day, monthrange(year, month + 1)[1] + 1)
    return date(year, month + 1, 1) + timedelta(days=day - 2)


def _repeal_clauses(blocks: Sequence[Block], title: str) -> Iterator[Note]:
    """The sentences that repeal: 《甲》同时废止, and in a decision to repeal also 废止《甲》."""
    pattern = _REPEALING if re.search("废止|清理", title) else _REPEAL
    for block in blocks:
        if isinstance(block, Paragraph | Item):
            for clause in pattern.finditer(plain(block)):
                yield Note(NoteKind.GUESSED, REPEAL_NOTE, tidy(clause[0]))


def _odd_characters(blocks: Sequence[Block]) -> Iterator[Note]:
    odd = [character for block in blocks for character in plain(block) if "\ue000" <= character <= "\uf8ff"]
    if odd:
        codes = " ".join(sorted({f"U+{ord(character):04X}" for character in odd}))
        yield Note(NoteKind.KEPT, "自造字（私用区字符），别的电脑可能显示不出", codes, len(odd))
    broken = sum(plain(block).count("\ufffd") for block in blocks)
    if broken:
        yield Note(NoteKind.KEPT, "来源中有无法辨认的字符（\ufffd）", "", broken)
