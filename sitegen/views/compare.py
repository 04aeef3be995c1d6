"""Turn the texts of a rule into pages that show, for two of them, what was changed (法律、法规、规章 as amended).

Exports `tasks`, `tasks_of`, `compare_url`, `comparisons_url`, `CompareRecipe`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from html import unescape
from itertools import combinations, groupby
from typing import NamedTuple

from sitegen.catalog import Catalog, trail
from sitegen.markdown import render_body, without_order
from sitegen.model import Body, DocId, Link, Task, are_regulations
from sitegen.redline import Change, Comparison, Mark, Part, Place, compare
from sitegen.redline import Piece as Stretch
from sitegen.versions import VersionOn
from sitegen.views.frames import Chrome, Item, desk
from sitegen.views.pages import (
    ChangedPart,
    ComparedText,
    ComparePage,
    ComparisonsPage,
    Crumb,
    Frame,
    Piece,
    VersionRow,
)

_MOST_IN_ALL_PAIRS = 12  # texts; with more, each is compared with the one before it and with the current one
_LONGEST_SNIPPET = 14
_TAG = re.compile("<[^>]*>")


def compare_url(rule: DocId, old: date, new: date) -> str:
    """Where the texts of the rule that are in force from these two days are compared."""
    return f"doc/{rule}/compare/{old.isoformat()}_{new.isoformat()}/index.html"


def comparisons_url(rule: DocId) -> str:
    """Where all pairs of texts of the rule are listed that can be compared."""
    return f"doc/{rule}/compare/index.html"


# ---------------------------------------------------------------- recipes


class ComparedOn(NamedTuple):
    """One of two texts that are compared."""

    row: VersionRow
    digest: str  # of its body


class CompareRecipe(NamedTuple):
    """The page that compares two texts of a rule, the earlier one first."""

    chrome: Chrome
    rule: Item
    url: str
    old: ComparedOn
    new: ComparedOn
    versions: tuple[VersionRow, ...]
    others: tuple[Crumb, ...]
    has_orders: bool = True  # the pages of the texts show the signed order; those of 规章 do not

    def make(self, bodies: Mapping[str, Body]) -> ComparePage:
        """What the page shows."""
        face, old, new = self.rule.face, self.old, self.new
        before, after = bodies[old.digest], bodies[new.digest]
        comparison = compare(before, after) if self.has_orders else compare(_unordered(before), _unordered(after))
        parts = tuple(_shown(comparison, old.row.url, new.row.url))
        index = comparisons_url(face.id)
        return ComparePage(
            frame=_frame(self.chrome, self.rule, self.url, _pair_name(old.row, new.row), Crumb("修改对照", index)),
            rule=Crumb(face.title, face.url),
            old=old.row,
            new=new.row,
            versions=self.versions,
            others=self.others,
            parts=parts,
            summary=_summary(comparison),
            jumps=tuple(
                Crumb(f"{part.label}　{part.word}", f"#{part.anchor}")
                for part in parts
                if part.word and part.change != Change.LEFT
            ),
            index_url=index,
        )


class _ListRecipe(NamedTuple):
    """The page that lists which texts of a rule can be compared."""

    chrome: Chrome
    rule: Item
    url: str
    texts: tuple[ComparedText, ...]

    def make(self, bodies: Mapping[str, Body]) -> ComparisonsPage:
        """What the page shows."""
        del bodies
        face = self.rule.face
        frame = _frame(self.chrome, self.rule, self.url, "修改对照")
        return ComparisonsPage(frame, Crumb(face.title, face.url), self.texts)


def _unordered(body: Body) -> Body:
    """The text without the signed order and the title below it, as `without_order` leaves the page."""
    html = render_body(body, (Link(""),) * len(body.references))
    order = html.removesuffix(without_order(html))
    if not order:
        return body
    words = "".join(unescape(_TAG.sub("", order)).split())
    sections = []
    for section in body.sections:
        lines = section.text.split("\n")
        while words and lines and words.startswith(line := "".join(lines[0].split())):
            words = words[len(line) :]
            del lines[0]
        if lines:
            sections.append(section._replace(text="\n".join(lines)))
    return replace(body, sections=tuple(sections))


def _frame(chrome: Chrome, rule: Item, url: str, name: str, *above: Crumb) -> Frame:
    face = rule.face
    columns = tuple(Crumb(step.name, step.url) for step in trail(chrome.columns, face.column))
    return replace(
        chrome.column(chrome.columns[face.column], url),
        title="_".join((f"{face.title}修改对照" + (f"（{name}）" if above else ""), chrome.config.site_name)),
        trail=(chrome.home_crumb, *columns, Crumb(face.title, face.url), *above, Crumb(name)),
        noindex=True,  # the texts themselves are what should be found
    )


def _pair_name(old: VersionRow, new: VersionRow) -> str:
    return f"{old.day}与{new.day}"


# ---------------------------------------------------------------- tasks


def tasks(catalog: Catalog) -> Iterator[Task]:
    """For every rule with several texts a page for each pair of them, and one that lists the pairs."""
    for rule in catalog.rules:
        yield from _comparisons(catalog, rule)


def tasks_of(catalog: Catalog, ids: Collection[DocId]) -> Iterator[Task]:
    """The pages that read the bodies of these documents."""
    for rule, versions in catalog.rules.items():
        digests = {
            catalog.documents[version.id].body.digest
            for version in versions
            if not {rule, version.id, version.source}.isdisjoint(ids)
        }
        if digests:
            for task in _comparisons(catalog, rule):
                model = task.model
                if isinstance(model, CompareRecipe) and {model.old.digest, model.new.digest} & digests:
                    yield task


def _comparisons(catalog: Catalog, rule: DocId) -> Iterator[Task]:
    shared = desk(catalog)
    chrome, item = shared.chrome, shared.items[rule]
    versions = tuple({version.day: version for version in reversed(catalog.rules[rule])}.values())[::-1]
    current = next((i for i, version in enumerate(versions) if version == catalog.text_shown(rule)), 0)
    texts = tuple(
        ComparedOn(_row(catalog, version, i == current), catalog.documents[version.id].body.digest)
        for i, version in enumerate(versions)
    )
    rows = tuple(text.row for text in texts)
    has_orders = not are_regulations(catalog.documents[rule].columns, catalog.columns)
    urls = {(i, j): compare_url(rule, versions[i].day, versions[j].day) for i, j in _pairs(len(versions), current)}
    for (i, j), url in urls.items():
        others = tuple(
            Crumb(_pair_name(rows[a], rows[b]), other)
            for (a, b), other in urls.items()
            if (a, b) != (i, j) and {a, b} & {i, j}
        )
        recipe = CompareRecipe(chrome, item, url, texts[i], texts[j], rows, others, has_orders)
        yield Task(url, "html", recipe, "compare.html")
    listed = tuple(
        ComparedText(row, tuple(Crumb(_against(rows, i, pair), url) for pair, url in urls.items() if i in pair))
        for i, row in enumerate(rows)
    )
    index = comparisons_url(rule)
    yield Task(index, "html", _ListRecipe(chrome, item, index, listed), "comparisons.html")


def _pairs(count: int, current: int) -> Iterable[tuple[int, int]]:
    """Which texts are compared, by their places; the earlier one first."""
    if count <= _MOST_IN_ALL_PAIRS:
        return combinations(range(count), 2)
    before = {(i, i + 1) for i in range(count - 1)}
    return sorted(before | {(min(i, current), max(i, current)) for i in range(count) if i != current})


def _against(rows: Sequence[VersionRow], here: int, pair: tuple[int, int]) -> str:
    return f"与{rows[pair[0] if pair[1] == here else pair[1]].day}起施行的文本对照"


def _row(catalog: Catalog, version: VersionOn, is_current: bool) -> VersionRow:
    return VersionRow(
        day=version.day.isoformat(),
        until="",
        url=catalog.documents[version.id].url,
        state=version.state.state.value,
        doc_no=version.doc_no,
        kind=version.kind,
        is_current=is_current,
    )


# ---------------------------------------------------------------- what is shown

_WORDS: Mapping[Change, str] = {
    Change.CHANGED: "修改",
    Change.ADDED: "增加",
    Change.REMOVED: "删去",
    Change.MOVED: "移动",
    Change.LEFT: "移走",
}


def _shown(comparison: Comparison, old_url: str, new_url: str) -> Iterator[ChangedPart]:
    """The parts as a reader sees them: neighbours that say the same are one, which can be folded away."""
    parts = comparison.parts
    position = 0
    for _, group in groupby(enumerate(parts), key=lambda entry: _run_of(*entry)):
        run = [part for _, part in group]
        first, change = run[0], run[0].change
        links = _links(run, old_url, new_url)
        if change is Change.LEFT:
            links = (Crumb(f"移至{_name(first.new, parts[first.other])}", f"#{_anchor(first.other)}"), *links)
        yield ChangedPart(
            label=_label_of_run(run) if change in _QUIET and not _is_heading(first) else _label(first, parts),
            change=change.value,
            anchor=_anchor(position),
            pieces=tuple(paragraph for part in run for paragraph in _paragraphs(part.pieces)),
            word=_WORDS.get(change, ""),
            links=links,
            is_heading=_is_heading(first),
            is_said=_is_said(first, parts),
        )
        position += len(run)


_QUIET = (Change.SAME, Change.RENUMBERED)


def _run_of(position: int, part: Part) -> tuple[Change, int]:
    """Neighbours with the same key are shown as one."""
    return (part.change, -1 if part.change in _QUIET and not _is_heading(part) else position)


def _anchor(position: int) -> str:
    return f"diff-{position + 1}"


def _is_heading(part: Part) -> bool:
    return not part.is_article and any(place is not None and place.number for place in (part.old, part.new))


def _is_said(part: Part, parts: Sequence[Part]) -> bool:
    """Whether the part begins with what its label says, so that nobody needs to read it twice."""
    place = part.new if part.change is not Change.REMOVED else part.old
    text = "".join(piece.text for piece in part.pieces).lstrip()
    if place is None or not text:
        return False
    return not place.number or (
        _label(part, parts).removeprefix("原") == place.number and text.startswith(place.number)
    )


def _label(part: Part, parts: Sequence[Part]) -> str:
    """第十三条（原第十二条）; for a paragraph its first words."""
    source = parts[part.other] if part.change is Change.LEFT else part
    if part.change in (Change.LEFT, Change.REMOVED):
        return _name(part.old, source, "原")
    name = _name(part.new, source)
    if part.old and part.new and part.old.number != part.new.number and part.old.number:
        return f"{name}（原{part.old.number}）"
    return name


def _name(place: Place | None, part: Part, before: str = "") -> str:
    if place is not None and place.number:
        return before + place.number
    text = "".join(piece.text for piece in part.pieces if piece.mark is not Mark.DELETED)
    text = (text or "".join(piece.text for piece in part.pieces)).strip()
    return f"“{text if len(text) <= _LONGEST_SNIPPET else text[:_LONGEST_SNIPPET] + '…'}”"


def _label_of_run(run: Sequence[Part]) -> str:
    """第三条至第九条未改动（7条）; 第六条至第十条（原第五条至第九条）只改了序号."""
    articles = [part for part in run if part.is_article and part.old and part.new]
    new = _range([part.new.number for part in articles if part.new])
    if run[0].change is Change.RENUMBERED and new:
        old = _range([part.old.number for part in articles if part.old])
        return f"{new}（原{old}）只改了序号"
    if not articles:
        return f"{len(run)}段未改动"
    rest = len(run) - len(articles)
    if len(articles) == 1:
        return f"{new}{f'等{len(run)}段' if rest else ''}未改动"
    return f"{new}未改动（{len(articles)}条{f'，另有{rest}段' if rest else ''}）"


def _range(numbers: Sequence[str]) -> str:
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]}至{numbers[-1]}" if numbers else ""


def _links(run: Sequence[Part], old_url: str, new_url: str) -> tuple[Crumb, ...]:
    """To the first of the parts in both texts."""
    first = run[0]
    found = []
    for place, url, name in ((first.old, old_url, "修改前"), (first.new, new_url, "修改后")):
        if place is not None and (first.change, name) != (Change.LEFT, "修改后"):
            anchor = f"#{place.anchor}" if place.anchor else ""
            found.append(Crumb(f"{name}{place.number}", f"{url}{anchor}"))
    return tuple(found)


def _paragraphs(pieces: Sequence[Stretch]) -> Iterator[tuple[Piece, ...]]:
    """The pieces by paragraph. Where one was cut in two or two became one, a ¶ says so."""
    paragraph: list[Piece] = []
    for text, mark, is_quiet in pieces:
        if is_quiet and mark is Mark.DELETED:
            continue
        shown = "" if is_quiet else mark.value
        *ended, last = text.split("\n")
        for line in ended:
            paragraph += [Piece(line, shown)] if line else []
            if shown and any(piece.mark != shown for piece in paragraph):
                paragraph.append(Piece("¶", shown))
            if paragraph:
                yield tuple(paragraph)
            paragraph = []
        paragraph += [Piece(last, shown)] if last else []
    if paragraph:
        yield tuple(paragraph)


def _summary(comparison: Comparison) -> str:
    """共修改12条，增加1条，删去2条，另有3条只改了序号."""
    parts = [part for part in comparison.parts if part.change is not Change.LEFT]
    articles = [part for part in parts if part.is_article]
    unit = "条" if articles else "段"
    counted = articles or parts
    counts = {change: sum(part.change is change for part in counted) for change in Change}
    said = [f"{word}{counts[change]}{unit}" for change, word in _WORDS.items() if counts[change]]
    text = f"共{'，'.join(said)}" if said else ""
    more = []
    if counts[Change.RENUMBERED]:
        more.append(f"{counts[Change.RENUMBERED]}{unit}只改了序号")
    others = sum(part.change not in _QUIET for part in parts if not part.is_article) if articles else 0
    if others:
        more.append(f"章节标题等{others}处有改动")
    if not more:
        return f"{text}。" if text else "两个文本的文字相同。"
    return f"{text}，另有{'，'.join(more)}。" if text else f"{'，'.join(more)}。"
