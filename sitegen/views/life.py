"""Turn the life of a document into what its page says of it: the notice, since when, its texts, its relations drawn.

Exports `notice_of`, `since_when`, `rule_of`, `versions_of`, `picture_of`, `RELATIONS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from unicodedata import east_asian_width

from sitegen.catalog import Catalog
from sitegen.model import Document, Relation, RelationKind, Validity
from sitegen.validity import Turn, ValidityOn, amends, beginning
from sitegen.versions import VersionOn
from sitegen.views.compare import compare_url
from sitegen.views.pages import Crumb, Notice, Picture, PicturePoint, RelationGroup, VersionRow
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


def day_cn(day: date) -> str:
    """A date in running text.

    >>> day_cn(date(2026, 1, 2))
    '2026年1月2日'
    """
    return f"{day.year}年{day.month}月{day.day}日"


# ---------------------------------------------------------------- what a reader must know first


def notice_of(catalog: Catalog, doc: Document) -> Notice | None:
    """What a reader must know before reading; None if the document is simply in force, or has no 有效性."""
    if doc.id in catalog.version_of:
        return _notice_of_version(catalog, doc)
    state = catalog.validity.get(doc.id)
    if state is None:
        return None
    coming = _coming(catalog, doc, state) if state.state in (Validity.EFFECTIVE, Validity.AMENDED) else None
    if state.state is Validity.EFFECTIVE:
        return coming or _revised(catalog, doc)
    when = f"已于{day_cn(state.since)}" if state.since else "已"
    cause = catalog.documents.get(state.cause) if state.cause else None
    if state.state is Validity.PENDING:
        first = beginning(doc)
        text = f"本文件尚未施行，自{day_cn(first) if first else '规定的日期'}起施行。"
        return Notice(state.state.value, text, reason=state.reason)
    if state.state is Validity.AMENDED:
        text, lead = _amended(catalog, doc, state, when) + (coming.text if coming else ""), "修改依据"
    elif state.state is Validity.REPEALED:
        text, lead = f"本文件{when}废止，仅供查考。", "废止依据"
    else:
        full_term = "（有效期届满）" if state.since and doc.expire_date and not state.reason else ""
        text, lead = f"本文件{when}失效{full_term}，仅供查考。", "依据"
    return Notice(state.state.value, text, *_link(cause), state.reason, lead)


def since_when(catalog: Catalog, doc: Document) -> str:
    """From when to when the document is in the state it is in, as far as that is known: 自2021年7月1日起."""
    state = catalog.validity.get(doc.id)
    if state is None or state.since is None or state.state is not Validity.EFFECTIVE:
        return ""
    end = _end(catalog, doc)
    until = f"至{day_cn(end.day - timedelta(1))}" if end else "起"
    return f"自{day_cn(state.since)}{until}"


def _amended(catalog: Catalog, doc: Document, state: ValidityOn, when: str) -> str:
    articles = "、".join(state.articles)
    repeals = [r for r in _amendments(catalog, doc) if r.source == state.cause and r.kind is RelationKind.REPEALS]
    if articles and repeals:
        return f"本文件{articles}{when}废止，其余规定仍然有效。"
    return f"本文件{when}被修改{f'（{articles}）' if articles else ''}，以修改后的规定为准。"


def _revised(catalog: Catalog, doc: Document) -> Notice | None:
    """That the text already holds the last amendment, where it says so itself."""
    held = [r for r in _amendments(catalog, doc) if r.is_in_text and r.effective_date <= catalog.as_of]
    if not held:
        return None
    articles = f"（{'、'.join(held[-1].articles)}）" if held[-1].articles else ""
    text = f"本文件已于{day_cn(held[-1].effective_date)}修改{articles}，以下为修改后的文本。"
    return Notice(Validity.EFFECTIVE.value, text, *_link(catalog.documents[held[-1].source]), lead="修改依据")


def _amendments(catalog: Catalog, doc: Document) -> Iterator[Relation]:
    return (relation for relation in catalog.incoming.get(doc.id, ()) if amends(relation))


def _coming(catalog: Catalog, doc: Document, state: ValidityOn) -> Notice | None:
    """That a document in force will be replaced or repealed on a day that is known."""
    for version in catalog.rules.get(doc.id, ()):
        if version.day > catalog.as_of:
            text = "以下是现行文本；修改后的文本已经公布，尚未施行。"
            name, url = f"{day_cn(version.day)}起施行的文本", catalog.documents[version.id].url
            return Notice(state.state.value, text, name, url, lead="见")
    end = _end(catalog, doc)
    if end is None or end.state.state is not Validity.REPEALED:
        return None
    cause = catalog.documents.get(end.cause) if end.cause else None
    text = f"本文件目前有效，将于{day_cn(end.day)}废止。"
    return Notice(state.state.value, text, *_link(cause), end.state.reason, "废止依据")


def _end(catalog: Catalog, doc: Document) -> Turn | None:
    """When the document will end, if that is known."""
    life = catalog.lives.get(doc.id)
    turns = life.changes if life else ()
    return next((turn for turn in turns if turn.day > catalog.as_of and turn.state.state in ENDED), None)


def _link(doc: Document | None) -> tuple[str, str]:
    return (doc.title, doc.url) if doc else ("", "")


# ---------------------------------------------------------------- the texts of a rule


def rule_of(catalog: Catalog, doc: Document) -> Crumb | None:
    """The page of the rule, on the page of one of its texts."""
    rule = catalog.version_of.get(doc.id)
    return Crumb(catalog.documents[rule].title, catalog.documents[rule].url) if rule else None


def _current(catalog: Catalog, versions: Sequence[VersionOn]) -> int:
    """Which text stands at the address of the rule: the one in force, or the first."""
    return max((i for i, version in enumerate(versions) if version.day <= catalog.as_of), default=0)


def _notice_of_version(catalog: Catalog, doc: Document) -> Notice | None:
    rule = catalog.version_of[doc.id]
    versions = catalog.rules[rule]
    here = next(i for i, version in enumerate(versions) if version.id == doc.id)
    version, current = versions[here], _current(catalog, versions)
    link = _link(catalog.documents[rule])
    name = f"《{doc.title}》"
    if version.day > catalog.as_of:
        text = f"这是{name}自{day_cn(version.day)}起施行的文本，现在尚未施行。"
        return Notice(Validity.PENDING.value, text, *link, lead="现行文本")
    text = f"这是{name}{day_cn(version.day)}起施行的文本"
    end = catalog.validity.get(rule)
    if here < current:
        after = versions[here + 1]
        text = f"{text}，已于{day_cn(after.day)}被修改{f'（{after.doc_no}）' if after.doc_no else ''}。"
        return Notice(Validity.AMENDED.value, text, *link, lead="最后的文本" if _is_ended(end) else "现行文本")
    if end and _is_ended(end):
        text = f"{text}，已于{day_cn(end.since)}{end.state.value}。" if end.since else f"{text}，已{end.state.value}。"
        return Notice(end.state.value, text, *link, end.reason, "说明见")
    return Notice(version.state.state.value, f"{text}，也是现行文本。", *link, lead="长期网址")


def _is_ended(state: ValidityOn | None) -> bool:
    return state is not None and state.state in ENDED


def versions_of(catalog: Catalog, doc: Document) -> tuple[VersionRow, ...]:
    """历次文本, earliest first, on the page of the rule and of each of its texts; none for a rule with one text."""
    rule = catalog.version_of.get(doc.id, doc.id)
    versions = catalog.rules.get(rule, ())
    end = catalog.validity.get(rule)
    last = end.since - timedelta(1) if end and end.since and _is_ended(end) else None
    current = _current(catalog, versions)
    rows = []
    for i, version in enumerate(versions):
        until = versions[i + 1].day - timedelta(1) if i + 1 < len(versions) else last
        rows.append(
            VersionRow(
                day=version.day.isoformat(),
                until=until.isoformat() if until else "",
                url=catalog.documents[version.id].url,
                state=version.state.state.value,
                doc_no=version.doc_no,
                kind=version.kind,
                is_current=i == current,
                is_here=version.id == doc.id or (doc.id == rule and i == current),
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
