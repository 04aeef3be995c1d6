"""Turn the bytes of one source file into what may be shown of it and what may not, with the place of every field.

Here is the barrier: a file that is not 主动公开, is a draft or is not yet due gives an `Internal` and nothing else
(《政府信息公开条例》第十三至十六条), and what is said about it never quotes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time

from sitegen import markdown, screening
from sitegen.diagnostics import CodeInfo, Diagnostic, Severity, Span
from sitegen.gongwen import format_date_cn
from sitegen.load import fields as f
from sitegen.load.codes import CODES
from sitegen.load.screened import screen_document
from sitegen.load.settings import field_aliases, standard_kinds
from sitegen.load.shown import parts_of
from sitegen.load.yamltree import Item, lost_to_comments, read_yaml
from sitegen.mentions import citations_in, names_of
from sitegen.model import (
    Body,
    BodyRef,
    Claim,
    Column,
    ColumnId,
    Disclosure,
    Document,
    Exempt,
    ExtraField,
    HiddenColumn,
    Internal,
    Kind,
    KindField,
    Places,
    RelationKind,
    Revision,
    SiteConfig,
    Terms,
    Withdrawn,
    are_regulations,
    digest,
)
from sitegen.review import Part
from sitegen.screening import Screen
from sitegen.terms import TELLING, article_of, find_repealed, find_terms

_CODES: Mapping[str, CodeInfo] = {info.code: info for info in (*CODES, *markdown.CODES)}
_ID = re.compile(r"[a-z0-9\u3400-\u9fff\u3007][a-z0-9\u3400-\u9fff\u3007._-]*")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_QUOTE_NOTHING = frozenset(("F104", "F108", "S102"))  # what these say is the same whatever the file says
_HINT_QUOTES = frozenset(("D201", "F110", "F111"))  # their hints repeat what was written, corrected
_ROLES = ("drafter", "reviewer", "publisher")
_RELATIONS = tuple(kind.name.lower() for kind in RelationKind)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a file is judged by: the columns, the site, the moment, and whether this is the preview."""

    config: SiteConfig
    columns: Mapping[ColumnId, Column]
    hidden: Mapping[ColumnId, HiddenColumn]
    as_of: datetime
    label: str = "content"  # how the content folder is called in diagnostics
    is_preview: bool = False
    is_passing: bool = False  # what is kept goes when this program ends: drafts may be kept too
    max_bytes: int = 5_000_000
    attachment_bytes: int = 100_000_000
    setting: bytes = b""  # digest of what the columns, the site and the limits were read from
    needs_review: bool = False  # nothing is published without a 保密审查 of just this content
    needs_roles: bool = False  # 拟稿人, 审稿人 and 发布人 on every document
    screen: Screen | None = None  # by which what is to be published is screened; None for not at all


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one file gave. At most one of `document` and `withdrawn`; `files` are what the document names."""

    path: str
    document: Document | None = None
    withdrawn: Withdrawn | None = None
    internal: Internal | None = None
    files: tuple[f.NamedFile, ...] = ()
    doc_id: str = ""  # as far as it is known
    unread: bytes = b""  # of a file that could not be read: it may name files that must not be published
    places: Places = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    parsed: markdown.Parsed | None = None  # of a document
    parts: tuple[Part, ...] = ()  # of a document, where the site wants reviews: what is published of it, without files
    since: datetime = datetime.min  # what is said here holds from this moment on
    may_end: bool = False  # a day may come from which it no longer holds

    @property
    def has_errors(self) -> bool:
        """Whether anything in the file forbids publishing it."""
        return any(d.severity is Severity.ERROR for d in self.diagnostics)


class _Notes:
    """Collects the diagnostics of one file; once `is_secret`, it says where, but no longer what stands there."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.is_secret = False
        self.found: list[Diagnostic] = []

    def add(self, code: str, line: int, column: int, message: str, hint: str = "", name: str = "") -> None:
        info = _CODES.get(code) or screening.codes()[code]
        if self.is_secret and code not in _QUOTE_NOTHING:
            message = f"{info.title}（{'字段“' + name + '”，' if name else ''}这份稿件不公开，内容不在这里显示）"
            hint = f"正确的写法，例如：{info.right}" if code in _HINT_QUOTES else hint
        self.found.append(Diagnostic(code, info.severity, message, Span(self.path, line, column), hint))


Parse = Callable[[str, int], markdown.Parsed]


def load_document(path: str, data: bytes, around: Surroundings, parse: Parse = markdown.parse_body) -> Loaded:
    """The file `path` (relative to the content folder) as a document, a withdrawal or an internal record. Pure.

    The document has no attachments yet, hence no face. `parse` is `markdown.parse_body`, or gives what that gave.
    """
    notes = _Notes(f"{around.label}/{path}")
    text = _decode(data, notes, around.max_bytes)
    if text is None:
        return Loaded(path, unread=data, diagnostics=tuple(notes.found))
    split = _split(text, notes)
    if split is None:
        return Loaded(path, unread=data, diagnostics=tuple(notes.found))
    head, body, body_line = split
    item, problems = read_yaml(head, 2)
    root: Mapping[str, Item] = {}
    if item is not None and isinstance(item.value, Mapping):
        root = item.value
    elif item is not None or not problems:
        notes.add("F104", 2, 1, "信息头里没有字段", "每行写“字段名: 内容”，冒号用半角的，后面空一格。")
    notes.is_secret = _is_secret(root, around)
    for problem in (*problems, *lost_to_comments(head, 2)):
        notes.add(problem.code, problem.line, problem.column, problem.message, problem.hint)
    if item is None or not root:
        return Loaded(path, unread=data, diagnostics=tuple(notes.found))
    columns = _columns(path, root, around, notes)
    # Where the column is not known, no field of any kind is called unknown.
    kinds = tuple(around.columns[name].kind for name in columns) or tuple(standard_kinds().values())
    given, places = _read_fields(root, item.keys, kinds, notes)
    marks = dict(places)
    for name, part in root.items():
        known = f.FIELD_KEYS.get(name)
        if known and isinstance(part.value, str):
            continue  # its place is known
        for inner, deeper in part.walk(known.id if known else name):
            marks.setdefault(inner, (deeper.line, deeper.column))
    reader = _Reader(path, given, marks, notes, around, columns)
    doc_id = reader.document_id()
    internal = reader.internal(doc_id)
    named = given.get("attachments", ())
    files = named if isinstance(named, tuple) else ()
    withdraw = given.get("withdraw")
    if internal is None or internal.is_withheld:
        if internal is not None:
            internal = internal._replace(names=names_of(reader.text("title"), internal.doc_no))
        unread = data if "attachments" in places and "attachments" not in given else b""
        return Loaded(path, None, None, internal, (*files, *_named(body)), doc_id, unread, marks, tuple(notes.found))
    if isinstance(withdraw, tuple) and withdraw[0] <= around.as_of.date():
        old_urls = reader.tuple_of("old_urls")
        if around.screen is not None:
            line, column = places["withdraw"]
            for spot in screening.screen_text(f"原因：{withdraw[1]}", line, around.screen):  # readers are told it
                notes.add(spot.code, line, column, spot.message, spot.hint, "撤回")
        names = names_of(reader.text("title"), internal.doc_no)
        withdrawn = Withdrawn(doc_id, path, columns[:1], withdraw[0], withdraw[1], old_urls, internal.doc_no, names)
        told = let_pass(notes.found, internal)
        return Loaded(path, None, withdrawn, internal, (*files, *_named(body)), doc_id, b"", marks, told)
    parsed = parse(body, body_line)
    for finding in parsed.findings:
        notes.add(finding.code, finding.line, 1, finding.message, finding.hint)
    for number, line in enumerate(parsed.lines):
        marks[f"references[{number}]"] = line, 1
    marks["body"] = body_line, 1
    is_blank = not any(section.text.strip() for section in parsed.body.sections)
    document = reader.document(
        doc_id, BodyRef(parsed.body.digest, parsed.body.references, is_blank, digest(parsed.body.anchors)), internal
    )
    if document is not None:
        document = document._replace(stated=_stated(document, parsed.body))
    if document is not None and around.screen is not None and not notes.is_secret:
        is_regulation = are_regulations(columns, around.columns)
        for spot in (
            *screen_document(root, doc_id, body, body_line, parsed.body.text, around.screen),
            *screening.screen_form(
                body, body_line, document.written_date, has_files=bool(files), is_regulation=is_regulation
            ),
        ):
            notes.add(spot.code, spot.line, spot.column, spot.message, spot.hint)
    moment = given.get("pub_date")
    texts = (
        *(reader.text(name) for name in ("title", "summary", "caption", "source")),
        *reader.tuple_of("keywords"),
        *(named.title for named in files),
        *(word for correction in (document.corrections if document else ()) for word in correction[1:]),
        parsed.body.text,
    )
    return Loaded(
        path,
        document,
        None,
        internal._replace(cited=citations_in(texts)),
        files,
        doc_id,
        b"",
        marks,
        let_pass(notes.found, internal),
        parsed,
        parts_of(given, [around.columns[name].kind for name in columns], body) if around.needs_review else (),
        since=_due(moment) if isinstance(moment, tuple) else datetime.min,
        may_end="withdraw" in places or "draft" in places or any(entry.until for entry in internal.exempt),
    )


def let_pass(found: Sequence[Diagnostic], internal: Internal) -> tuple[Diagnostic, ...]:
    """The diagnostics; errors of personal data that the document is exempt from are warnings: these it spares."""
    codes = {entry.code for entry in internal.exempt if entry.until and entry.code.startswith(_PERSONAL)}
    return tuple(replace(d, severity=Severity.WARNING) if d.code in codes else d for d in found)


_PERSONAL = "S2"  # personal data, and files that may hold some


_ENACTED = ("公布", "发布")


def caption_of(doc: Document, *, is_regulation: bool = False) -> str:
    """The 题注 as written, or made from 历次修改: when it was issued, amended and began, in the order of the days.

    （2019年12月12日某令第2号公布　自2020年1月12日起施行　根据2021年2月22日某令第3号修订）: 公布时间及文号、修订时间及
    文号、施行时间 (国办公开办函〔2021〕33号). Of 规章 also where nothing was revised.
    """
    if doc.caption or not (doc.revisions or is_regulation):
        return doc.caption
    if not doc.revisions:
        begins = doc.effective_date or doc.stated.effective
        issued = doc.written_date or doc.pub_date
        if not doc.doc_no or (begins and begins < issued):
            return ""  # not a day on which it can have been issued
        since = f"　自{format_date_cn(begins)}起施行" if begins else ""
        return f"（{format_date_cn(issued)}{doc.doc_no}公布{since}）"
    revisions: tuple[Revision, ...] = doc.revisions
    parts: list[tuple[date, str]] = []
    is_later = revisions[0].day == doc.written_date  # the text was itself made by the first of them
    if revisions[0].kind not in _ENACTED and doc.written_date and not is_later:
        parts.append((doc.written_date, f"{format_date_cn(doc.written_date)}{doc.doc_no}公布"))
    for revision in revisions:
        by = f"{format_date_cn(revision.day)}{revision.doc_no}"
        parts.append((revision.day, f"{by}公布" if revision.kind in _ENACTED else f"根据{by}{revision.kind}"))
        if revision.effective and revision.effective != doc.effective_date:
            parts.append((revision.effective, f"自{format_date_cn(revision.effective)}起施行"))
    if begins := doc.effective_date:
        before = next((i for i, (day, _) in enumerate(parts) if i and day > begins), len(parts))
        parts.insert(before, (begins, f"自{format_date_cn(begins)}起施行"))
    return "（" + "　".join(words for _, words in parts) + "）"


def _stated(doc: Document, body: Body) -> Terms:
    """What the text says of its own life. What an amended text says of its beginning is about the first one."""
    paragraphs = markdown.paragraphs_near(body, TELLING)
    if not paragraphs:
        return Terms()
    found = find_terms(paragraphs, doc.written_date or doc.pub_date, doc.effective_date)
    repealed: dict[str, str] = {}
    for position, paragraph in enumerate(paragraphs):
        for name in find_repealed([paragraph]):
            repealed.setdefault(name, article_of(paragraphs, position))
    found = found._replace(repeals=tuple(repealed), repealed_in=tuple(repealed.values()))
    if not doc.revisions and not doc.version_of:
        return found
    return found._replace(effective=None, where=found.where if found.expire else "")


def _named(body: str) -> tuple[f.NamedFile, ...]:
    """What a body that is not published links to or shows: no other document may publish such a file either."""
    if "[" not in body and "<" not in body:
        return ()
    references = markdown.parse_body(body, 1).body.references
    targets = (reference.target for reference in references if not reference.is_citation)
    return tuple(f.NamedFile(name, "") for target in targets for name in dict.fromkeys((target, target.split("#")[0])))


def _decode(data: bytes, notes: _Notes, max_bytes: int) -> str | None:
    if not data.strip(b"\xef\xbb\xbf \t\r\n"):
        notes.add("F101", 1, 1, "文件是空的", "写上信息头和正文，或删去这个文件。")
        return None
    if len(data) > max_bytes:
        notes.add(
            "F114",
            1,
            1,
            f"文件有 {len(data) / 1e6:.1f} MB，超过 {max_bytes / 1e6:.0f} MB",
            "把大的表格、图片作为附件，正文只留文字。",
        )
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data:
        line = data[: max(data.find(b"\x00"), 0)].count(b"\n") + 1
        notes.add("F113", line, 1, "文件不是纯文本，或用 UTF-16 编码保存", "在记事本里“另存为”，编码选 UTF-8。")
        return None
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        column = len(data[data.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
        looks = "（像是 GBK，即“ANSI”）" if _is_gb18030(data) else ""
        notes.add("F113", line, column, f"文件不是 UTF-8 编码{looks}", "在记事本里“另存为”，编码选 UTF-8。")
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n") if b"\r" in data else text


def _is_gb18030(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return True


_FENCE = re.compile(r"---[^\S\n]*(?=\n|\Z)")
_NEXT_FENCE = re.compile(r"\n---[^\S\n]*(?=\n|\Z)")


def _split(text: str, notes: _Notes) -> tuple[str, str, int] | None:
    fence = _FENCE.match(text)
    if fence is None:
        first = text.partition("\n")[0].rstrip()
        near = first.strip() in ("---", "----", "－－－", "———", "—--") or not first
        notes.add(
            "F102",
            1,
            1,
            "文件开头没有信息头",
            "第一行必须正好是三个减号 ---。"
            if near
            else "第一行写 ---，接着写 标题、公开属性、发布日期，再写一行 ---。",
        )
        return None
    end = _NEXT_FENCE.search(text, fence.end())
    if end is None:
        notes.add("F103", 1, 1, "信息头没有结束", "在最后一个字段之后单独写一行 ---。")
        return None
    line = text.count("\n", 0, end.end()) + 1
    return text[fence.end() + 1 : end.start()], text[end.end() + 1 :], line + 1


def _stem(path: str) -> str:
    """The name of the file without its last suffix."""
    name = path.rpartition("/")[2]
    stem, _, suffix = name.rpartition(".")
    return stem if stem and suffix else name


def is_document_id(doc_id: str) -> bool:
    """Whether a document may have this id, which is its address and the name of a folder."""
    is_name = _ID.fullmatch(doc_id) and not _RESERVED.fullmatch(doc_id) and not doc_id.endswith(".")
    return bool(is_name) and len(doc_id.encode()) <= 200  # file systems take names of 255 bytes


def _is_secret(root: Mapping[str, Item], around: Surroundings) -> bool:
    """Whether the file may be quoted to nobody: judged before anything else is read of it."""
    disclosures = [f.FIELD_IDS["disclosure"].parse(root[name]) for name in ("disclosure", "公开属性") if name in root]
    if disclosures != [Disclosure.ACTIVE]:
        return True
    if around.is_preview:
        return False
    if any(f.flag(root[name]) is not False for name in ("draft", "草稿") if name in root):
        return True
    withdrawals = [f.withdraw(root[name]) for name in ("withdraw", "撤回") if name in root]
    if any(not isinstance(found, tuple) or found[0] <= around.as_of.date() for found in withdrawals if found):
        return True
    moments = [f.moment(root[name]) for name in ("pub_date", "发布日期") if name in root]
    return any(isinstance(moment, tuple) and _due(moment) > around.as_of for moment in moments)


def _due(moment: tuple[date, str]) -> datetime:
    return datetime.combine(moment[0], time.fromisoformat(moment[1] or "00:00"))


def _read_fields(
    root: Mapping[str, Item], keys: Mapping[str, tuple[int, int]], kinds: Sequence[Kind], notes: _Notes
) -> tuple[dict[str, object], dict[str, tuple[int, int]]]:
    given: dict[str, object] = {}
    places: dict[str, tuple[int, int]] = {}
    by_id: Mapping[str, KindField] = {}
    by_name: Mapping[str, KindField] = {}
    for key, item in root.items():
        line, column = keys[key]
        known, own = f.FIELD_KEYS.get(key), None
        if known is None:
            by_id = by_id or {entry.id: entry for kind in kinds for entry in kind.fields}
            by_name = by_name or {entry.name: entry for entry in by_id.values()}
            own = by_id.get(key) or by_name.get(key)
        entry = known or own
        if entry is None:
            choices = [*f.FIELD_NAMES, *f.FIELD_IDS, *by_id, *by_name]
            meant = field_aliases().get(key, "")
            near = f.FIELD_IDS[meant].name if meant else f.nearest(key, choices)
            if guessed := f.FIELD_KEYS.get(near):
                places.setdefault(guessed.id, (line, column))  # nobody needs to hear that it is missing as well
            hint = f"是不是“{near}”？" if near else "字段名见 python build.py schema，或 README.zh-CN.md。"
            notes.add("F106", line, column, f"没有“{key}”这个字段", hint)
            continue
        if entry.id in places:
            notes.add(
                "F107",
                line,
                column,
                f"“{entry.name}”（{entry.id}）写了两次，第一次在第 {places[entry.id][0]} 行",
                "中文名和英文名只写一个。",
                entry.name,
            )
            continue
        places[entry.id] = item[1:3]
        parse = known.parse if known else f.kind_parser(own) if own else f.text
        value = parse(item)
        if isinstance(value, f.Bad):
            at = value.item or item
            notes.add(value.code, at.line, at.column, f"{entry.name}：{value.message}", value.hint, entry.name)
            continue
        given[entry.id] = value
    return given, places


def _columns(path: str, root: Mapping[str, Item], around: Surroundings, notes: _Notes) -> tuple[ColumnId, ...]:
    item = root.get("column") or root.get("栏目")
    line, at = (item.line, item.column) if item else (1, 1)
    wanted: tuple[str, ...] = ()
    if item is not None:
        value = f.texts(item)
        wanted = () if isinstance(value, f.Bad) else value
        if isinstance(value, f.Bad):
            return ()
    if not wanted:
        folders = path.split("/")[-2::-1]
        known = [part for part in folders if part in around.columns or part in around.hidden]
        if not known:
            near = next((n for part in folders if (n := f.nearest(part, list(around.columns)))), "")
            notes.add(
                "F120",
                line,
                at,
                "不知道这份稿件属于哪个栏目",
                f"上级文件夹没有一个是栏目编号{'，是不是想写“' + near + '”' if near else ''}；"
                "移到栏目文件夹里，或在信息头写 栏目。",
                "栏目",
            )
            return ()
        wanted = (known[0],)
    columns: list[ColumnId] = []
    for name in wanted:
        if name in around.hidden:
            notes.add(
                "F123",
                line,
                at,
                f"栏目“{name}”（{around.hidden[name].name}）已被本站隐藏",
                "换一个栏目，或在 columns.yaml 里不再隐藏它。",
                "栏目",
            )
        elif name not in around.columns:
            by_name = next((c.id for c in around.columns.values() if name in (c.name, c.full_name)), "")
            near = by_name or f.nearest(name, list(around.columns))
            hint = f"是不是“{near}”（{around.columns[near].name}）？" if near else "栏目编号见 docs/columns.md。"
            notes.add("F121", line, at, f"没有“{name}”这个栏目", hint, "栏目")
        else:
            if around.columns[name].children and not around.columns[name].gathers:
                leaf = around.columns[name].children[0]
                notes.add(
                    "F122",
                    line,
                    at,
                    f"栏目“{name}”（{around.columns[name].name}）下面还有栏目，信息应归入末级栏目",
                    f"改为末级栏目，例如“{leaf}”（{around.columns[leaf].name}）。",
                    "栏目",
                )
            columns.append(name)
    return tuple(columns)


@dataclass(frozen=True, slots=True)
class _Reader:
    """The fields of one file, read; makes the values out of them."""

    path: str
    given: Mapping[str, object]
    places: Mapping[str, tuple[int, int]]
    notes: _Notes
    around: Surroundings
    columns: tuple[ColumnId, ...]

    def text(self, name: str) -> str:
        value = self.given.get(name, "")
        return value if isinstance(value, str) else ""

    def tuple_of(self, name: str) -> tuple[str, ...]:
        value = self.given.get(name, ())
        return value if isinstance(value, tuple) else ()

    def date(self, name: str) -> date | None:
        value = self.given.get(name)
        return value if isinstance(value, date) else None

    def document_id(self) -> str:
        written = self.text("id")
        doc_id = written or _stem(self.path)
        if not is_document_id(doc_id):
            line, column = self.places.get("id", (1, 1))
            better = re.sub(r"[^a-z0-9\u3400-\u9fff\u3007._-]+", "-", doc_id.lower()).strip("-._")[:60]
            example = f"，例如“{better}”" if is_document_id(better) else ""
            shown = "编号" if written else "文件名（就是编号）"
            self.notes.add(
                "F111",
                line,
                column,
                f"{shown}“{doc_id}”不能作为网页地址",
                f"只用小写字母、数字、. _ - 和汉字，最多 60 个字{example}。"
                + ("" if written else "改文件名，或在信息头写 id。"),
                "稿件编号",
            )
        return doc_id

    def require(self, name: str, hint: str) -> None:
        if name not in self.places or self.given.get(name) in ("", None, ()):
            if name in self.places and name not in self.given:
                return  # a problem of its own is already noted
            entry = f.FIELD_IDS[name]
            line, column = self.places.get(name, (1, 1))
            self.notes.add("F108", line, column, f"缺少“{entry.name}”（{name}）", hint, entry.name)

    def internal(self, doc_id: str) -> Internal | None:
        """The internal record; None when the file is too broken to know whether it may be shown."""
        disclosure = self.given.get("disclosure")
        is_draft = "draft" in self.places and self.given.get("draft") is not False
        self.require("disclosure", "写 主动公开、依申请公开 或 不予公开。")
        if not isinstance(disclosure, Disclosure):
            return None
        if disclosure is not Disclosure.ACTIVE and not self.text("disclosure_reason"):
            line, column = self.places["disclosure"]
            self.notes.add(
                "S102", line, column, f"公开属性是“{disclosure}”，没有写“不公开理由”", "写明依据的条款和理由。"
            )
        moment = self.given.get("pub_date")
        is_due = True
        if isinstance(moment, tuple):
            is_due = _due(moment) <= self.around.as_of
        elif disclosure is Disclosure.ACTIVE and not is_draft:
            self.require("pub_date", "写首次公开的日期，例如 2024-03-05；构建的日期不会代替它。")
            is_due = False  # never published without a date of its own
        is_withheld = disclosure is not Disclosure.ACTIVE or ((is_draft or not is_due) and not self.around.is_preview)
        review = self.given.get("secrecy_review", ())
        exempt = self.given.get("exempt", ())
        assert isinstance(review, tuple)
        assert isinstance(exempt, tuple)
        if not is_withheld:
            exempt = tuple(entry for entry in exempt if self.counts(entry))
        return Internal(
            doc_id,
            self.path,
            disclosure,
            is_withheld,
            self.text("disclosure_reason"),
            is_draft,
            is_due,
            isinstance(moment, tuple),
            self.columns,
            self.text("drafter"),
            self.text("reviewer"),
            self.text("publisher"),
            review,
            exempt,
            self.text("doc_no"),
            self.tuple_of("old_urls"),
        )

    def counts(self, entry: Exempt) -> bool:
        """Whether the exemption counts today; one that does not is told."""
        line, column = self.places[f"exempt.{entry.code}"]
        if entry.until is not None and entry.until < self.around.as_of.date():
            hint = "重新确认：已改好的删去这一项，还要放行的改 期限。"
            self.notes.add("F143", line, column, f"豁免 {entry.code} 的期限（{entry.until}）已过", hint)
            return False
        if entry.until is None and entry.code.startswith(_PERSONAL):
            hint = f"写成 {entry.code}: {{理由: …, 期限: 2027-12-31}}，期限是最后一天。"
            self.notes.add("F142", line, column, f"豁免 {entry.code} 没有写期限，不算数", hint)
            return False
        return True

    def document(self, doc_id: str, body: BodyRef, internal: Internal) -> Document | None:
        """The public document; None if a field it cannot do without is missing."""
        self.require("title", "写文件的全称。")
        title = self.text("title")
        moment = self.given.get("pub_date")
        if not isinstance(moment, tuple):
            if not (internal.is_draft and self.around.is_preview):
                return None
            moment = (self.around.as_of.date(), "")
        kinds = [self.around.columns[name].kind for name in self.columns]
        if any(kind.official for kind in kinds) and not internal.is_draft:
            self.require("written_date", "写文件签发的日期（成文日期）。")
        self._require_of_kind()
        if self.around.needs_roles and not internal.is_draft:
            self._require_roles()
        if not title or not self.columns:
            return None
        extra = tuple(
            ExtraField(entry.id, entry.name, value, entry.is_shown)
            for kind in dict.fromkeys(kinds)
            for entry in kind.fields
            if (value := self.text(entry.id))
        )
        roles = tuple(ExtraField(name, f.FIELD_IDS[name].name, value) for name in _ROLES if (value := self.text(name)))
        badge = "草稿" if internal.is_draft else "" if internal.is_due else "待发布"
        claims: list[Claim] = []
        for name in _RELATIONS:
            found = self.given.get(name, ())
            assert isinstance(found, tuple)
            claims.extend(found)
        revisions = self.given.get("revisions", ())
        corrections = self.given.get("corrections", ())
        assert isinstance(revisions, tuple)
        assert isinstance(corrections, tuple)
        return Document(
            id=doc_id,
            path=self.path,
            title=title,
            pub_date=moment[0],
            pub_time=moment[1],
            issuers=self.tuple_of("issuer") or (self.around.config.agency,),
            columns=self.columns,
            body=body,
            written_date=self.date("written_date"),
            doc_no=self.text("doc_no"),
            index_no=self.text("index_no"),
            genre=self.given.get("genre"),  # type: ignore[arg-type]
            topics=self.tuple_of("topic"),
            declared_validity=self.given.get("validity"),  # type: ignore[arg-type]
            effective_date=self.date("effective_date"),
            expire_date=self.date("expire_date"),
            repeal_date=self.date("repeal_date"),
            claims=tuple(claims),
            caption=self.text("caption"),
            revisions=revisions,
            summary=self.text("summary"),
            keywords=self.tuple_of("keywords"),
            source=self.text("source"),
            unit=self.text("unit"),
            service_objects=self.tuple_of("service_object"),
            unified_no=self.text("unified_no"),
            extra=extra,
            roles=roles if self.around.config.show_roles else (),
            old_urls=self.tuple_of("old_urls"),
            badge=badge,
            version_of=self.text("version_of"),
            corrections=corrections,
        )

    def _require_roles(self) -> None:
        """三审: what the site asks for; the names themselves are never told."""
        missing = [f.FIELD_IDS[name].name for name in _ROLES if not self.text(name)]
        if missing:
            self.notes.add("D253", 1, 1, f"没有写{'、'.join(missing)}（本站设置：三审）", "在信息头补上。")
        if self.text("drafter") and self.text("drafter") == self.text("reviewer"):
            line, column = self.places["reviewer"]
            self.notes.add("D254", line, column, "拟稿人和审稿人是同一个人（本站设置：三审）", "请另一个人审稿。")

    def _require_of_kind(self) -> None:
        for name in self.columns:
            column = self.around.columns[name]
            required = [(entry.id, entry.name) for entry in column.kind.fields if entry.required]
            required += [(entry, f.FIELD_IDS[entry].name) for entry in column.kind.requires]
            for entry_id, entry_name in required:
                if entry_id not in self.places or self.given.get(entry_id) in ("", (), None):
                    self.notes.add(
                        "F140",
                        1,
                        1,
                        f"“{column.kind.name}”类信息没有写“{entry_name}”（{entry_id}）",
                        f"在信息头补上 {entry_name}。",
                        entry_name,
                    )
