"""Turn the life of a document into what its page says of it: the notice, since when, its texts, its relations drawn.

Exports `notice_of`, `since_when`, `note_of`, `rule_of`, `versions_of`, `picture_of`, `RELATIONS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from unicodedata import east_asian_width

from sitegen.catalog import Catalog
from sitegen.gongwen import format_date_cn, normalize_doc_no
from sitegen.model import DocId, Document, Relation, RelationKind, UpdateKind, Validity
from sitegen.validity import Turn, ValidityOn, amends, beginning
from sitegen.views.compare import compare_url
from sitegen.views.frames import is_extension
from sitegen.views.pages import Crumb, Notice, NoticeLine, Picture, PicturePoint, RelationGroup, VersionRow
from sitegen.views.shelves import ENDED

RELATIONS: Mapping[RelationKind, tuple[str, str]] = {
    RelationKind.REPEALS: ("本文件废止的文件", "废止本文件的文件"),
    RelationKind.AMENDS: ("本文件修改的文件", "修改本文件的文件"),
    RelationKind.BASED_ON: ("本文件的依据", "依据本文件制定的文件"),
    RelationKind.INTERPRETS: ("本文解读的文件", "对本文件的解读"),
    RelationKind.FORWARDS: ("本文件转发的文件", "转发本文件的文件"),
    RelationKind.SUPPORTS: ("本文件配套的文件", "本文件的配套文件"),
}
"""What is said of the documents that one acts on, and of those that act on it."""


# ---------------------------------------------------------------- what a reader must know first


def notice_of(catalog: Catalog, doc: Document) -> Notice | None:
    """What a reader must know before reading; None if the document is simply in force, or has no 有效性."""
    if doc.id in catalog.version_of:
        return _notice_of_version(catalog, doc)
    state = catalog.validity.get(doc.id)
    if state is None:
        return None
    lines = [*_standing(catalog, doc, state)]
    if state.state not in ENDED:
        lines += [*_extended(catalog, doc), *_coming(catalog, doc, state)]
    return _notice(state.state, lines)


def _notice(state: Validity, lines: Sequence[NoticeLine]) -> Notice | None:
    return Notice(state.value, *lines[0], more=tuple(lines[1:])) if lines else None


def since_when(catalog: Catalog, doc: Document) -> str:
    """From when to when the document is in the state it is in, as far as that is known: 自2021年7月1日起."""
    state = catalog.validity.get(doc.id)
    if state is None or state.since is None or state.state is not Validity.EFFECTIVE:
        return ""
    life = catalog.lives.get(doc.id)
    turns = life.changes if life else ()
    end = next((turn for turn in turns if turn.day > catalog.as_of and turn.state.state in ENDED), None)
    until = f"至{format_date_cn(end.day - timedelta(1))}" if end else "起"
    return f"自{format_date_cn(state.since)}{until}"


def note_of(catalog: Catalog, doc_id: DocId) -> tuple[str, str, str]:
    """What a list says below the title of what is not in force, with title and address of what ended it."""
    state = catalog.validity.get(doc_id)
    if state is None:
        return "", "", ""
    if state.state is Validity.PENDING:
        rule = catalog.version_of.get(doc_id)
        day = next((text.day for text in catalog.rules.get(rule or "", ()) if text.id == doc_id), None)
        first = beginning(catalog.documents[doc_id])
        begins = day or first
        return f"{'新文本，' if day else ''}自{format_date_cn(begins)}起施行" if begins else "", "", ""
    if state.state not in ENDED or state.since is None:
        return "", "", ""
    reason = f"（{state.reason}）" if state.reason else ""
    return f"{format_date_cn(state.since)}{state.state.value}{reason}", *_link(_cause(catalog, state))


def _standing(catalog: Catalog, doc: Document, state: ValidityOn) -> Iterator[NoticeLine]:
    """What the document is today; nothing where it is simply in force."""
    when = f"已于{format_date_cn(state.since)}" if state.since else "已"
    cause = _cause(catalog, state)
    if state.state is Validity.EFFECTIVE:
        yield from _revised(catalog, doc)
    elif state.state is Validity.PENDING:
        first = beginning(doc)
        life = catalog.lives.get(doc.id)
        is_planned = life is not None and all(turn.kind is not UpdateKind.EFFECTIVE for turn in life.changes)
        verb = "原定自" if is_planned and first else "自"
        text = f"本文件尚未施行，{verb}{format_date_cn(first) if first else '规定的日期'}起施行。"
        yield NoticeLine(text, reason=state.reason)
    elif state.state is Validity.AMENDED:
        yield NoticeLine(_amended(catalog, doc, state, when), *_link(cause), state.reason, "修改依据")
    elif state.state is Validity.REPEALED:
        reason = state.reason or _where(catalog, doc, state.cause)
        yield NoticeLine(f"本文件{when}废止，仅供查考。", *_link(cause), reason, "废止依据")
    else:
        full_term = "（有效期届满）" if state.since and doc.expire_date and not state.reason else ""
        yield NoticeLine(f"本文件{when}失效{full_term}，仅供查考。", *_link(cause), state.reason)


def _amended(catalog: Catalog, doc: Document, state: ValidityOn, when: str) -> str:
    articles = "、".join(state.articles)
    does = {(r.source, r.effective_date, r.articles): r.kind for r in _amendments(catalog, doc)}
    if articles and does.get((state.cause or "", state.since or date.min, state.articles)) is RelationKind.REPEALS:
        return f"本文件{articles}{when}废止，其余规定仍然有效。"
    return f"本文件{when}被修改{f'（{articles}）' if articles else ''}，以修改后的规定为准。"


def _revised(catalog: Catalog, doc: Document) -> Iterator[NoticeLine]:
    """That the text already holds the last amendment, where it says so itself."""
    held = [
        relation
        for relation in _amendments(catalog, doc)
        if relation.is_in_text and relation.effective_date <= catalog.as_of and not _extends(catalog, doc, relation)
    ]
    if held:
        articles = f"（{'、'.join(held[-1].articles)}）" if held[-1].articles else ""
        text = f"本文件已于{format_date_cn(held[-1].effective_date)}修改{articles}，以下为修改后的文本。"
        yield NoticeLine(text, *_link(catalog.documents[held[-1].source]), lead="修改依据")


def _extended(catalog: Catalog, doc: Document) -> Iterator[NoticeLine]:
    """That the last day is a later one than the document had at first, where it says so among its 历次修改."""
    extensions = [relation for relation in _amendments(catalog, doc) if _extends(catalog, doc, relation)]
    if extensions:
        last = doc.expire_date or doc.stated.expire
        text = f"本文件有效期已延长{f'至{format_date_cn(last)}' if last else ''}。"
        yield NoticeLine(text, *_link(catalog.documents[extensions[-1].source]))


def _extends(catalog: Catalog, doc: Document, relation: Relation) -> bool:
    """Whether the relation does no more than move the last day: 延长有效期, 延期, 续期."""
    number = normalize_doc_no(catalog.documents[relation.source].doc_no)
    return relation.is_in_text and any(
        is_extension(revision.kind) and normalize_doc_no(revision.doc_no) == number
        for text in _texts(catalog, doc)
        for revision in text.revisions
    )


def _texts(catalog: Catalog, doc: Document) -> Sequence[Document]:
    """The files of the document: of a rule all of its texts."""
    return [catalog.sources[version.source] for version in catalog.rules.get(doc.id, ())] or [doc]


def _amendments(catalog: Catalog, doc: Document) -> Iterator[Relation]:
    """What amends the document or one of its texts, earliest first."""
    found = (relation for text in _texts(catalog, doc) for relation in catalog.incoming.get(text.id, ()))
    return iter(sorted(filter(amends, found), key=lambda relation: relation.effective_date))


def _coming(catalog: Catalog, doc: Document, state: ValidityOn) -> Iterator[NoticeLine]:
    """What is known to happen to a document: a new text, an amendment, its end by another document."""
    life = catalog.lives.get(doc.id)
    turns = [turn for turn in life.changes if turn.day > catalog.as_of] if life else []
    is_in_force = state.state is not Validity.PENDING
    new_texts = {turn.day for turn in turns if turn.kind is UpdateKind.EFFECTIVE and turn.cause}
    for turn in turns:
        day = format_date_cn(turn.day)
        if turn.kind is UpdateKind.EFFECTIVE and turn.cause:
            text = f"{'以下是现行文本；' if is_in_force else ''}新文本已经公布，自{day}起施行。"
            yield NoticeLine(text, f"{day}起施行的文本", catalog.documents[turn.cause].url, lead="见")
        elif turn.kind is UpdateKind.AMENDED and turn.day not in new_texts:
            yield from _coming_amendment(catalog, doc, turn)
        elif turn.kind is UpdateKind.REPEALED:
            text = f"本文件{'目前有效，' if state.state is Validity.EFFECTIVE else ''}将于{day}废止。"
            reason = turn.state.reason or _where(catalog, doc, turn.state.cause)
            yield NoticeLine(text, *_link(_cause(catalog, turn.state)), reason, "废止依据")


def _coming_amendment(catalog: Catalog, doc: Document, turn: Turn) -> Iterator[NoticeLine]:
    day = format_date_cn(turn.day)
    for relation in _amendments(catalog, doc):
        if relation.source != turn.cause or relation.effective_date != turn.day or _extends(catalog, doc, relation):
            continue
        articles = "、".join(relation.articles)
        link = _link(catalog.documents[relation.source])
        if relation.kind is RelationKind.REPEALS:
            yield NoticeLine(f"本文件{articles}将于{day}废止。", *link, lead="废止依据")
        elif relation.is_in_text:
            text = f"以下文本已含将于{day}施行的修改{f'（{articles}）' if articles else ''}。"
            yield NoticeLine(text, *link, lead="修改依据")
        else:
            yield NoticeLine(f"本文件{articles}将于{day}被修改。", *link, lead="修改依据")
        return


def _where(catalog: Catalog, doc: Document, cause: DocId | None) -> str:
    """The 条 of the repealing document that names this one, where its text says so."""
    source = catalog.sources.get(cause or "")
    if source is None:
        return ""
    names = {name for text in _texts(catalog, doc) for name in (_plain(text.title), normalize_doc_no(text.doc_no))}
    for name, article in zip(source.stated.repeals, source.stated.repealed_in, strict=True):
        if names & {_plain(name), normalize_doc_no(name)}:
            return article
    return ""


def _plain(title: str) -> str:
    return title.strip("《》").removeprefix("中华人民共和国")


def _cause(catalog: Catalog, state: ValidityOn) -> Document | None:
    return catalog.documents.get(state.cause) if state.cause else None


def _link(doc: Document | None) -> tuple[str, str]:
    return (doc.title, doc.url) if doc else ("", "")


# ---------------------------------------------------------------- the texts of a rule


def rule_of(catalog: Catalog, doc: Document) -> Crumb | None:
    """The page of the rule, on the page of one of its texts."""
    rule = catalog.version_of.get(doc.id)
    return Crumb(catalog.documents[rule].title, catalog.documents[rule].url) if rule else None


def _notice_of_version(catalog: Catalog, doc: Document) -> Notice | None:
    rule = catalog.version_of[doc.id]
    version = next(version for version in catalog.rules[rule] if version.id == doc.id)
    versions, shown = catalog.texts_in_turn(rule), catalog.text_shown(rule)
    link = _link(catalog.documents[rule])
    name = f"《{doc.title}》"
    if version not in versions:
        text = f"这是{name}原定{format_date_cn(version.day)}起施行的文本，施行前已经废止或失效，没有施行。"
        return Notice(version.state.state.value, text, *link, lead="见")
    if version.day > catalog.as_of:
        text = f"这是{name}自{format_date_cn(version.day)}起施行的文本，现在尚未施行。"
        return Notice(Validity.PENDING.value, text, *link, lead="现行文本")
    text = f"这是{name}{format_date_cn(version.day)}起施行的文本"
    end = catalog.validity.get(rule)
    if version.day < shown.day:
        after = versions[versions.index(version) + 1]
        text = f"{text}，已于{format_date_cn(after.day)}被修改{f'（{after.doc_no}）' if after.doc_no else ''}。"
        return Notice(Validity.AMENDED.value, text, *link, lead="最后的文本" if _is_ended(end) else "现行文本")
    if end and _is_ended(end):
        text = f"{text}，已{f'于{format_date_cn(end.since)}' if end.since else ''}{end.state.value}。"
        reason = end.reason or _where(catalog, catalog.documents[rule], end.cause)
        return Notice(end.state.value, text, *link, reason, "说明见")
    line = NoticeLine(f"{text}，也是现行文本。", *link, lead="长期网址")
    coming = _coming(catalog, catalog.documents[rule], version.state)
    return _notice(version.state.state, [line, *coming])


def _is_ended(state: ValidityOn | None) -> bool:
    return state is not None and state.state in ENDED


def versions_of(catalog: Catalog, doc: Document) -> tuple[VersionRow, ...]:
    """历次文本, earliest first, on the page of the rule and of each of its texts; none for a rule with one text."""
    rule = catalog.version_of.get(doc.id, doc.id)
    versions = catalog.rules.get(rule, ())
    end = catalog.validity.get(rule)
    last = end.since - timedelta(1) if end and end.since and _is_ended(end) else None
    if not versions:
        return ()
    shown, in_turn = catalog.text_shown(rule), catalog.texts_in_turn(rule)
    next_days = {before.id: after.day for before, after in pairwise(in_turn)}
    rows = []
    for i, version in enumerate(versions):
        after = next_days.get(version.id)
        until = after - timedelta(1) if after else last if version == in_turn[-1] else None
        rows.append(
            VersionRow(
                day=version.day.isoformat(),
                until=until.isoformat() if until and until >= version.day else "",
                url=catalog.documents[version.id].url,
                state=version.state.state.value,
                doc_no=version.doc_no,
                kind=version.kind,
                is_current=version == shown,
                is_here=version.id == doc.id or (doc.id == rule and version == shown),
                compare_url=compare_url(rule, versions[i - 1].day, version.day) if i else "",
            )
        )
    return tuple(rows)


# ---------------------------------------------------------------- a picture of the relations

_MOST = 6  # on one side
_ROW = 60
_BOX = 48
_SIDE_WIDTH, _MIDDLE_WIDTH = 28, 24  # in halves of a Chinese character
_SIGNS = {label: (kind.value, i == 1) for kind, labels in RELATIONS.items() for i, label in enumerate(labels)}


def picture_of(title: str, groups: Sequence[RelationGroup]) -> Picture | None:
    """The relations drawn, if there are more than three: left what acts on the document, right what it acts on."""
    found = [(*_SIGNS[group.label], row) for group in groups for row in group.rows]
    if len(found) <= 3:
        return None
    left = [(sign, row) for sign, is_source, row in found if is_source]
    right = [(sign, row) for sign, is_source, row in found if not is_source]
    shown_left, shown_right = left[:_MOST], right[:_MOST]
    rows = max(len(shown_left), len(shown_right), 2)
    height = rows * _ROW - (_ROW - _BOX)
    points = []
    for side in (shown_left, shown_right):
        top = (height - len(side) * _ROW + (_ROW - _BOX)) // 2
        for i, (sign, row) in enumerate(side):
            y = top + i * _ROW
            points.append(
                PicturePoint(
                    lines=broken(row.title, _SIDE_WIDTH, 2),
                    title=row.title,
                    url=row.url,
                    y=y,
                    rise=(height - _BOX) // 2 - y,
                    label=sign,
                    is_source=side is shown_left,
                )
            )
    rest = len(found) - len(points)
    return Picture(
        height=height,
        middle=broken(title, _MIDDLE_WIDTH, 3),
        points=tuple(points),
        rest=f"等{len(found)}件" if rest else "",
        text="".join(f"{group.label}：{'、'.join(row.title for row in group.rows)}。" for group in groups),
    )


_OPENING = "《〈（〔“"  # no line ends with one


def broken(text: str, width: int, most: int) -> tuple[str, ...]:
    """The text in at most so many lines of that width, a Chinese character being 2 wide; cut off with an ellipsis.

    >>> broken("示例市科学技术局关于印发办法的通知", 16, 2)
    ('示例市科学技术局', '关于印发办法的…')
    """
    lines, line, filled = [], "", 0
    for character in text:
        wide = 2 if east_asian_width(character) in "WFA" else 1
        if filled + wide > width:
            kept = line[-1:] if line[-1:] in _OPENING else ""
            lines.append(line.removesuffix(kept))
            line, filled = kept, 2 * len(kept)
        line, filled = line + character, filled + wide
    lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][:-1] + "…"]
    return tuple(lines)
