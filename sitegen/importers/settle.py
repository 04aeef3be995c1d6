"""Give each draft its place: the manifest's values, column, dates, a unique id, and the files and pages it links to.

Exports `Raw`, `settle`, `slug`, `default_column`.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from sitegen.importers.blocks import LINK, Run, link, squeeze, tidy, unescape
from sitegen.importers.draft import Attached, Draft, FieldValue, Note, NoteKind
from sitegen.importers.evidence import order_in_caption, read_date, read_doc_no, read_genre, split_issuers
from sitegen.importers.relations import relate
from sitegen.importers.versions import Periods, Text, title_key
from sitegen.model import Column, ColumnId, Genre

# The order of contract section 4, as far as an import can fill it.
_ORDER = (
    "title", "disclosure", "pub_date", "written_date", "issuer", "doc_no", "index_no", "genre", "topic", "validity",
    "effective_date", "expire_date", "repeal_date", "repeals", "amends", "interprets", "version_of", "caption",
    "revisions", "summary", "keywords", "source", "unit", "report_year", "draft",
)  # fmt: skip
_COLUMNS: Mapping[str, ColumnId] = {
    "宪法": "zd-fg",
    "法律": "zd-fg",
    "行政法规": "zd-fg",
    "地方性法规": "zd-fg",
    "司法解释": "zd-fg",
    "国务院文件": "zd-gj",
    "部门规章": "fd-01-gz",
    "地方政府规章": "fd-01-gz",
    "规章": "fd-01-gz",
    "规范性文件": "fd-01-gfx",
    "行政规范性文件": "fd-01-gfx",
    "政策解读": "fd-01-jd",
    "年度报告": "nb",
    "年报": "nb",
    "政府工作报告": "fd-15-zxqk",
}
_OTHER: ColumnId = "fd-01-qt"
# Where repealed 规章 and 规范性文件 go: the other two columns list only what is in force (国办公开办函〔2021〕33号).
_RETIRED: Mapping[ColumnId, ColumnId] = {"fd-01-gz": "fd-01-gzfz", "fd-01-gfx": "fd-01-gfxfz"}
_NOT_IN_FORCE = ("失效", "废止", "已修改")
_FILE = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|pptx?|zip|rar|7z|txt|csv|ofd|jpe?g|png|gif)$", re.IGNORECASE)
_NOTHING = {"无", "暂无", "未知", "不详", "-", "—", "/"}
_LONGEST_ID = 50


@dataclass(frozen=True, slots=True)
class Raw:
    """An importer's draft with what is known of it from outside: its row of the manifest, the file it came from."""

    draft: Draft
    path: Path
    row: Mapping[str, str]


def slug(text: str) -> str:
    """A legal id made of the words of `text`: small letters, digits, Chinese characters, and `-` for the rest."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[^a-z0-9\u3400-\u9fff\u3007._]+", "-", text)
    text = re.sub(r"-{2,}", "-", text).strip("-._") or "document"
    if len(text) > _LONGEST_ID:
        text = f"{text[:_LONGEST_ID].rstrip('-._')}-{_digest(text)}"
    return f"{text}-1" if re.fullmatch(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", text) else text


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=3).hexdigest()


def default_column(kind: str, title: str) -> ColumnId:
    """The column for a kind of document as the manifest calls it; without one, what the title says."""
    if kind:
        return _COLUMNS.get(kind, _OTHER)
    name = re.sub(r"[（(][^（）()]*[）)]$", "", squeeze(title))
    if "政府信息公开" in name and name.endswith("年度报告"):
        return "nb"
    if re.search(r"解读|问答|一图读懂", name):
        return "fd-01-jd"
    return _OTHER


def settle(
    raws: Sequence[Raw],
    files: Mapping[str, Path],
    column: ColumnId,
    columns: Mapping[ColumnId, Column],
    topics: set[str],
    periods: Periods | None = None,
) -> tuple[Draft, ...]:
    """The drafts as they will be written, in the order of their sources.

    `files` are the inputs that are no documents themselves, by path; one that a draft links to goes beside it.
    `periods` is what lists of versions say.
    """
    filled = [(raw, _fill(raw, topics)) for raw in sorted(raws, key=lambda raw: (raw.draft.source, raw.draft.id))]
    ids = _ids(filled)
    texts = [
        Text.of(replace(draft, id=ids[i]), tidy(raw.row.get("status", "")), raw.draft.get("effective_date"))
        for i, (raw, draft) in enumerate(filled)
    ]
    related = relate(texts, periods or {})
    judged = [
        draft if draft.id in related.told else _judge(draft, text.status)
        for text, draft in zip(texts, related.drafts, strict=True)
    ]
    pages = {_without_ending(draft.source): draft.id for draft in judged}
    return _name_files(
        _resolve(_place(raw, draft, column, columns, related.names), files, pages)
        for (raw, _), draft in zip(filled, judged, strict=True)
    )


# ---------------------------------------------------------------- fields


def _fill(raw: Raw, topics: set[str]) -> Draft:
    """The draft with the manifest's values, where it has them, and its dates in order."""
    row = {name: "" if squeeze(value) in _NOTHING else value for name, value in raw.row.items()}
    notes = list(raw.draft.notes)
    values: dict[str, FieldValue] = dict(raw.draft.fields)
    _title(values, row, raw.draft, notes)
    values["disclosure"] = "主动公开"
    _doc_no(values, tidy(row.get("doc_no", "")), notes)
    if "issuer" not in values and tidy(row.get("issuer", "")):
        values["issuer"] = split_issuers(row["issuer"])
    if "issuer" not in values:
        notes.append(Note(NoteKind.GUESSED, "来源没有写明发文机关，请补上（不写就按本机关处理）"))
    _dates(values, row, raw.draft, notes)
    if "genre" not in values and read_genre(str(values["title"])):
        values["genre"] = read_genre(str(values["title"]))
    if values.get("genre") not in (None, *Genre):
        del values["genre"]
    topic = str(values.get("topic", ""))
    if topic and topic not in topics:
        notes.append(Note(NoteKind.DROPPED, "主题分类不在词表里", topic))
        del values["topic"]
    begins = read_date(row.get("status", "")) if "尚未施行" in row.get("status", "") else None
    if begins is not None:
        values.setdefault("effective_date", begins.isoformat())
    return replace(raw.draft, fields=_ordered(values), notes=tuple(notes))


def _ordered(values: Mapping[str, FieldValue]) -> tuple[tuple[str, FieldValue], ...]:
    return tuple((name, values[name]) for name in _ORDER if values.get(name))


def _title(values: dict[str, FieldValue], row: Mapping[str, str], draft: Draft, notes: list[Note]) -> None:
    listed = re.sub(r"\.(?:md|txt|html?|csv|docx?|pdf)$", "", tidy(row.get("title", "")))
    shown = str(values.get("title", ""))
    if listed and shown and squeeze(listed) != squeeze(shown):
        notes.append(Note(NoteKind.GUESSED, "清单的标题与正文不同，用了清单的；正文的标题在此", shown))
    if not listed and not shown:
        notes.append(Note(NoteKind.GUESSED, "找不到标题，用了文件名", draft.id))
    values["title"] = listed or shown or draft.id


def _doc_no(values: dict[str, FieldValue], listed: str, notes: list[Note]) -> None:
    number = read_doc_no(listed)
    if listed and not number:
        notes.append(Note(NoteKind.DROPPED, "文号不合规范，没有采用", listed))
    elif number and values.get("doc_no") not in (None, number):
        notes.append(
            Note(NoteKind.GUESSED, "清单的文号与正文不同，用了正文的", f"清单：{listed}；正文：{values['doc_no']}")
        )
    elif number:
        values["doc_no"] = number
    ordered = order_in_caption(str(values.get("caption", "")))
    if "doc_no" not in values and ordered:
        values["doc_no"] = ordered
        notes.append(Note(NoteKind.GUESSED, "文号取自题注", ordered))


def _dates(values: dict[str, FieldValue], row: Mapping[str, str], draft: Draft, notes: list[Note]) -> None:
    """发布日期 and 成文日期 from the best evidence there is; 成文 is never later than 发布."""
    basis = row.get("date_basis", "")
    listed = read_date(row.get("date", ""))
    in_name = re.search(r"(\d{4})-?(\d{2})-?(\d{2})(?!\d)", draft.id)
    named = read_date("-".join(in_name.groups())) if in_name else None
    if listed is not None and "成文" in basis:
        values.setdefault("written_date", listed.isoformat())
    candidates = (
        ("清单的日期" + (f"（{basis}）" if basis else ""), listed.isoformat() if listed else ""),
        ("成文日期", str(values.get("written_date", ""))),
        ("文件名", named.isoformat() if named else ""),
        ("施行日期", str(values.get("effective_date", ""))),
    )
    if "pub_date" not in values:
        what, day = next(((what, day) for what, day in candidates if day), ("", ""))
        if day:
            is_shown = ("发布" in basis and what.startswith("清单")) or "publish" in basis
            values["pub_date"] = max(day, str(values.get("written_date", "")))
            if not is_shown:
                notes.append(Note(NoteKind.GUESSED, f"发布日期取自{what}", str(values["pub_date"])))
    if "pub_date" not in values:
        values["draft"] = "true"
        notes.append(Note(NoteKind.GUESSED, "找不到任何日期，作为草稿写出；补上发布日期后删去 draft"))
        return
    published = str(values["pub_date"])[:10]
    if str(values.get("written_date", "")) > published:
        notes.append(Note(NoteKind.GUESSED, "成文日期晚于发布日期，没有采用", str(values.pop("written_date"))))
    written = str(values.get("written_date", ""))
    effective = str(values.get("effective_date", ""))
    if effective and effective < (written or published):
        # an amended text keeps the day on which its first version took effect
        notes.append(Note(NoteKind.DROPPED, "施行日期早于这个文本的日期（是最初版本的），没有采用", effective))
        del values["effective_date"]
    if str(values.get("expire_date", "9")) < (written or published):
        notes.append(Note(NoteKind.DROPPED, "有效期早于这个文本的日期，没有采用", str(values.pop("expire_date"))))


def _judge(draft: Draft, status: str) -> Draft:
    """The draft with 有效性, if the source says that the text is not in force and nothing else shows it."""
    notes = draft.notes
    if "尚未施行" in status:
        value = "" if draft.get("effective_date") else "尚未施行"
    elif "同名新版本" in status or status == "已修改":
        value = "已修改"
    elif "废止或被修订" in status:
        # the source does not say which; 失效 claims only that this text is no longer in force
        value = "失效"
        notes += (Note(NoteKind.GUESSED, "来源只说已废止或被修订，有效性写作“失效”，请核对", status),)
    else:
        value = next((word for word in ("废止", "失效") if word in status), "")
    fields = _ordered({**dict(draft.fields), "validity": value})
    return replace(draft, fields=fields, notes=notes)


# ---------------------------------------------------------------- column


def _place(
    raw: Raw, draft: Draft, column: ColumnId, columns: Mapping[ColumnId, Column], names: Mapping[str, tuple[str, ...]]
) -> Draft:
    """The draft in its folder, with the fields that the kind of its column asks for."""
    values, notes = dict(draft.fields), list(draft.notes)
    kind = tidy(raw.row.get("kind", ""))
    target = column or default_column(kind, draft.get("title"))
    if not column and values.get("validity") in _NOT_IN_FORCE:
        target = _RETIRED.get(target, target)
    if target == "fd-01-jd":
        values["interprets"] = found = _interpreted(draft, names)
        if found:
            detail = f"{'、'.join(found)}；依据题目：{draft.get('title')}"
            notes.append(Note(NoteKind.LINKED, "写成了“解读”关系", detail))
        elif not column:
            notes.append(Note(NoteKind.GUESSED, "找不到被解读的文件，没有放进政策解读", draft.get("title")))
            target = _OTHER
    if target not in columns:
        notes.append(Note(NoteKind.GUESSED, "本站没有对应的栏目，放进了另一个", target))
        target = _OTHER if _OTHER in columns else _first_leaf(columns)
    year = re.search(r"(\d{4})年", draft.get("title"))
    if columns[target].kind.id == "annual" and year is not None:
        values["report_year"] = year[1]
    if columns[target].kind.official and "written_date" not in values and "pub_date" in values:
        values["written_date"] = str(values["pub_date"])[:10]
        notes.append(Note(NoteKind.GUESSED, "成文日期没有写明，取自发布日期", str(values["written_date"])))
    missing = [entry.name for entry in columns[target].kind.fields if entry.required and entry.id not in values] + [
        name for name in columns[target].kind.requires if not values.get(name)
    ]
    if missing:
        values["draft"] = "true"
        notes.append(Note(NoteKind.GUESSED, "缺少栏目要求的信息项，作为草稿写出", "、".join(missing)))
    day = str(values.get("written_date") or values.get("pub_date") or "")
    folder = f"{target}/{day[:4]}" if day else f"{target}/undated"
    return replace(draft, folder=folder, fields=_ordered(values), notes=tuple(notes))


def _interpreted(draft: Draft, names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The ids of the documents that the title of an interpretation quotes, of each title that only one has."""
    quoted = re.findall(r"《((?:[^《》]|《[^《》]*》)+)》", draft.get("title"))
    found = [names.get(title_key(title), ()) for title in quoted]
    return tuple(dict.fromkeys(ids[0] for ids in found if len(ids) == 1 and ids[0] != draft.id))


def _first_leaf(columns: Mapping[ColumnId, Column]) -> ColumnId:
    return next(entry.id for entry in columns.values() if not entry.children)


# ---------------------------------------------------------------- ids


def _ids(filled: Sequence[tuple[Raw, Draft]]) -> list[str]:
    """A unique id for each draft: from the 文号 or the file's name; equal ones get their date, then a digest.

    Which one of them comes first does not matter: all of them get it.
    """
    ids = [_id(draft) for _, draft in filled]
    more: tuple[Callable[[Draft], str], ...] = (
        lambda draft: draft.get("written_date") or draft.get("pub_date") or "undated",
        lambda draft: _digest(f"{draft.source}#{draft.id}"),
    )
    for suffix in more:
        repeated = {doc_id for doc_id in ids if ids.count(doc_id) > 1}
        ids = [f"{i}-{suffix(draft)}" if i in repeated else i for i, (_, draft) in zip(ids, filled, strict=True)]
    return ids


def _id(draft: Draft) -> str:
    number = draft.get("doc_no")
    return slug(number.replace("〔", "").replace("〕", "-")) if "〔" in number else slug(draft.id)


# ---------------------------------------------------------------- links and files


def _without_ending(path: str) -> str:
    return re.sub(r"\.[A-Za-z]+$", "", path)


def _resolve(draft: Draft, files: Mapping[str, Path], pages: Mapping[str, str]) -> Draft:
    """The draft with no link that leads nowhere: to a file beside it, to another draft, outwards, or just the words."""
    attached: dict[Path, Attached] = {item.origin: item for item in draft.attachments}
    lost: list[Note] = []
    kept: list[Note] = []

    def one(found: re.Match[str]) -> str:
        is_image, words, target = bool(found[1]), unescape(found[2]), unescape(found[3])
        if re.match(r"(?:https?|mailto):", target) and not is_image:
            return found[0]
        origin = _file_of(target, draft.source, files)
        if origin is not None:
            title = tidy(_FILE.sub("", words)) or origin.stem
            source = next(name for name, value in files.items() if value == origin)
            item = attached.setdefault(origin, Attached(_file_name(origin.name), title, origin, source))
            return link(Run(words, item.file, is_image=is_image))
        if is_image:
            lost.append(Note(NoteKind.DROPPED, "图片没有随来源提供", target))
            return f"（图：{found[2]}）" if words else "（图）"
        is_file = _FILE.search(target.split("?")[0]) is not None
        page = None if is_file else _page_of(target, pages)
        if page is not None and page != draft.id:
            kept.append(Note(NoteKind.KEPT, "链接改指同批导入的文件", f"{target} → {page}"))
            return link(Run(words, page))
        what = "链接的文件没有随来源提供" if is_file else "链接在这里打不开，只留文字"
        lost.append(Note(NoteKind.DROPPED, what, target))
        return found[2]

    body = LINK.sub(one, draft.body)
    return replace(draft, body=body, attachments=tuple(attached.values()), notes=(*draft.notes, *lost, *kept))


def _file_of(target: str, source: str, files: Mapping[str, Path]) -> Path | None:
    """The input file that a link of a page leads to: beside the page, or under a flattened name (a/b.pdf → a_b.pdf)."""
    clean = unquote(re.split(r"[?#]", target)[0])
    parts = [part for part in clean.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    if not parts or ":" in parts[0]:
        return None
    beside = source.rsplit("/", 1)[0] + "/" + "/".join(parts) if "/" in source else "/".join(parts)
    if not clean.startswith("/") and ".." not in clean and beside in files:
        return files[beside]
    by_name: dict[str, list[Path]] = {}
    for name, file in files.items():
        by_name.setdefault(name.rsplit("/", 1)[-1], []).append(file)
    for start in range(len(parts)):
        found = by_name.get("_".join(parts[start:]), [])
        if len(found) == 1:
            return found[0]
    return None


def _page_of(target: str, pages: Mapping[str, str]) -> str | None:
    """The id of the one draft whose source path ends as the link does (/posts/P1/x/ → cee/P1/x.md)."""
    clean = unquote(re.split(r"[?#]", target)[0]).strip("/")
    parts = [part for part in _without_ending(clean).split("/") if part not in ("", ".", "..")]
    for start in range(len(parts)):
        end = "/".join(parts[start:])
        found = [doc_id for page, doc_id in pages.items() if page == end or page.endswith("/" + end)]
        if found and (len(parts) - start > 1 or len(parts) == 1):
            return found[0] if len(found) == 1 else None
    return None


def _file_name(name: str) -> str:
    """A file name that every system can hold."""
    stem, dot, ending = name.rpartition(".")
    clean = re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', "-", unicodedata.normalize("NFC", stem or ending)).strip("-. ")
    return f"{clean or 'file'}{dot}{ending.lower()}" if stem else clean


def _name_files(drafts: Iterable[Draft]) -> tuple[Draft, ...]:
    """The drafts with no two different files of one name in one folder: such files get their draft's id in front."""
    drafts = tuple(drafts)
    origins: dict[tuple[str, str], set[Path]] = {}
    for draft in drafts:
        for item in draft.attachments:
            origins.setdefault((draft.folder, item.file.lower()), set()).add(item.origin)
    return tuple(_rename(draft, origins) for draft in drafts)


def _rename(draft: Draft, origins: Mapping[tuple[str, str], set[Path]]) -> Draft:
    body, attached = draft.body, []
    for item in draft.attachments:
        if len(origins[draft.folder, item.file.lower()]) > 1:
            new = f"{draft.id}-{item.file}"
            body = body.replace(f"](<{item.file}>)", f"](<{new}>)")
            item = replace(item, file=new)
        attached.append(item)
    return replace(draft, body=body, attachments=tuple(attached))
