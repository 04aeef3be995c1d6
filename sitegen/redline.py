"""Turn two texts of a rule into what changed between them: by 条 or paragraph, and inside these by words.

Exports `Change`, `Mark`, `Piece`, `Place`, `Part`, `Comparison`, `compare`.

Articles are told by their words, not by their numbers: an inserted 条 leaves those after it as they were but for their
numbers. What `compare` guarantees, for any two bodies:

- the pieces alone give both texts back: `Comparison.old` and `Comparison.new` are exactly `old.text` and `new.text`;
- a text compared with itself has no difference;
- with the two exchanged, what was added is removed and what was removed is added, piece for piece.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby
from typing import NamedTuple

from sitegen.gongwen import article_number
from sitegen.model import Body

# ---------------------------------------------------------------- values


class Change(StrEnum):
    """What became of one 条, heading or paragraph."""

    SAME = "same"
    RENUMBERED = "renumbered"  # only its number changed
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"  # stands elsewhere now, perhaps with other words; the pieces are here
    LEFT = "left"  # the place where a moved one stood; its words are where it stands now


class Mark(StrEnum):
    """To which of the two texts a piece belongs."""

    BOTH = ""
    DELETED = "del"  # to the old one only
    INSERTED = "ins"  # to the new one only


class Piece(NamedTuple):
    """A stretch of text. A line feed in it ends a paragraph."""

    text: str
    mark: Mark = Mark.BOTH
    is_quiet: bool = False  # only the writing differs: spaces, full and half width


class Place(NamedTuple):
    """Where a part stands in one of the texts."""

    anchor: str  # of the section that it is, or is in
    number: str = ""  # 第五条, 第二章; "" where it has none
    is_article: bool = False


class Part(NamedTuple):
    """One 条, heading or paragraph of either text or of both. What it is in `old` or `new` is None where it is not."""

    change: Change
    old: Place | None
    new: Place | None
    pieces: tuple[Piece, ...]
    other: int = -1  # of MOVED and LEFT: which part is the other half

    @property
    def is_article(self) -> bool:
        """Whether it is a 条."""
        return any(place is not None and place.is_article for place in (self.old, self.new))


class Comparison(NamedTuple):
    """All of both texts, cut into what is the same and what is not, in the order of the new text."""

    parts: tuple[Part, ...]

    @property
    def old(self) -> str:
        """The old text, from the pieces: what is added is dropped."""
        return self._text(Mark.INSERTED, Change.MOVED)

    @property
    def new(self) -> str:
        """The new text, from the pieces: what is removed is dropped."""
        return self._text(Mark.DELETED, Change.LEFT)

    def _text(self, without: Mark, elsewhere: Change) -> str:
        texts: list[str] = []
        for part in self.parts:
            if part.change is elsewhere:
                continue
            source = self.parts[part.other] if part.change is Change.LEFT else part
            texts.extend(piece.text for piece in source.pieces if piece.mark is not without)
        return "".join(texts).removesuffix("\n")


# ---------------------------------------------------------------- comparing


def compare(old: Body, new: Body) -> Comparison:
    """What changed from the text of `old` to that of `new`.

    The two are always looked at in the same order, whichever is the older one: so the way back is the way there.
    """
    units, others = _units(old), _units(new)
    if old.text == new.text:
        before = units if len(units) == len(others) else others  # they may be cut into sections in another way
        return Comparison(
            tuple(Part(Change.SAME, a.place, b.place, (Piece(b.text),)) for a, b in zip(before, others, strict=True))
        )
    if old.text <= new.text:
        return Comparison(tuple(_parts(units, others, _matches(units, others))))
    back = [_Match(j, i, _turned(pieces), moved) for i, j, pieces, moved in _matches(others, units)]
    return Comparison(tuple(_parts(units, others, back)))


class _Match(NamedTuple):
    """A unit of the old text and what became of it in the new one."""

    old: int
    new: int
    pieces: tuple[Piece, ...]
    is_moved: bool


def _turned(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The same differences seen from the other side; of each pair what is removed stands first again."""
    back = {Mark.DELETED: Mark.INSERTED, Mark.INSERTED: Mark.DELETED, Mark.BOTH: Mark.BOTH}
    turned = [piece._replace(mark=back[piece.mark]) for piece in pieces]
    i = 0
    while i < len(turned) - 1:
        if turned[i].mark is Mark.INSERTED and turned[i + 1].mark is Mark.DELETED:
            turned[i], turned[i + 1] = turned[i + 1], turned[i]
            i += 1
        i += 1
    return tuple(turned)


def _matches(old: Sequence[_Unit], new: Sequence[_Unit]) -> list[_Match]:
    """Which unit of one became which of the other: those that kept their order first, then those moved."""
    likely = _likely(old, new)
    pairs = _in_order(likely, old, new)
    in_order = len(pairs)
    used, taken = {i for i, _ in pairs}, {j for _, j in pairs}
    moves = sorted(
        (
            (-likeness, i, j)
            for (i, j), likeness in likely.items()
            if likeness >= _MOVED and min(len(old[i].core), len(new[j].core)) >= _LONG_ENOUGH_TO_MOVE
        ),
    )
    for _, i, j in moves:
        if i not in used and j not in taken:
            used.add(i)
            taken.add(j)
            pairs.append((i, j))
    return [
        _Match(i, j, tuple(_differences(old[i], new[j])), position >= in_order) for position, (i, j) in enumerate(pairs)
    ]


def _parts(old: Sequence[_Unit], new: Sequence[_Unit], matches: Sequence[_Match]) -> Iterator[Part]:
    """Both texts in the order of the new one; what is gone stands before what came in its place."""
    moved = [match for match in matches if match.is_moved]
    to = {match.old: match for match in moved}
    from_ = {match.new: match for match in moved}
    kept = {(match.old, match.new): match for match in matches if not match.is_moved}
    order: list[tuple[int, int]] = []  # -1 where it is not
    at_old = at_new = 0
    for i, j in [*sorted(kept), (len(old), len(new))]:
        order.extend(_interleaved(old, new, range(at_old, i), range(at_new, j)))
        order.append((i, j))
        at_old, at_new = i + 1, j + 1
    order.pop()
    place_of_old = {i: number for number, (i, j) in enumerate(order) if i >= 0 and j < 0}
    place_of_new = {j: number for number, (i, j) in enumerate(order) if j >= 0 and i < 0}
    for i, j in order:
        if (i, j) in kept:
            yield Part(_kind_of(old[i], new[j]), old[i].place, new[j].place, kept[i, j].pieces)
        elif j in from_:
            match = from_[j]
            yield Part(Change.MOVED, old[match.old].place, new[j].place, match.pieces, place_of_old[match.old])
        elif j >= 0:
            yield Part(Change.ADDED, None, new[j].place, (Piece(new[j].text, Mark.INSERTED),))
        elif i in to:
            yield Part(Change.LEFT, old[i].place, new[to[i].new].place, (), place_of_new[to[i].new])
        else:
            yield Part(Change.REMOVED, old[i].place, None, (Piece(old[i].text, Mark.DELETED),))


def _kind_of(old: _Unit, new: _Unit) -> Change:
    if old.key == new.key:
        return Change.SAME
    return Change.RENUMBERED if old.core == new.core and old.number and new.number else Change.CHANGED


def _interleaved(old: Sequence[_Unit], new: Sequence[_Unit], gone: range, come: range) -> Iterator[tuple[int, int]]:
    """What has no partner between two that have one: a new 条 stands right after the old one of its number."""
    numbers = {new[j].number: j for j in reversed(come) if new[j].number}
    at = come.start
    for i in gone:
        yield i, -1
        same = numbers.get(old[i].number, -1)
        if same >= at:
            yield from ((-1, j) for j in range(at, same + 1))
            at = same + 1
    yield from ((-1, j) for j in range(at, come.stop))


# ---------------------------------------------------------------- units

_NUMERALS = "〇零一二三四五六七八九十百千万两"
_ITEM = re.compile(
    rf"\s*(?:第[{_NUMERALS}0-9０-９\s]{{1,12}}(?:分?编|章|节|条)(?:之[一二三四五六七八九十]{{1,3}})?"
    rf"|[（(]?[{_NUMERALS}0-9０-９]{{1,5}}(?:[、．.）)](?![0-9０-９])))\s*"
)
_LONGEST_HEADING = 60
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full-width forms of ASCII
_GAP = re.compile(r"[^\S\n]+")


def _written(text: str) -> str:
    """The text without what is only writing: spaces, full and half width."""
    return _GAP.sub("", text).translate(_WIDE)


class _Unit:
    """What is compared as a whole: a 条, a heading or a paragraph; a line of one of these is one as well."""

    __slots__ = ("core", "grams", "key", "number", "place", "text")

    def __init__(self, text: str, place: Place) -> None:
        """`text` ends with a line feed."""
        found = _ITEM.match(text)
        self.text = text
        self.place = place
        self.key = _written(text)
        self.number = place.number or (_written(found[0]) if found else "")
        self.core = _written(text[found.end() :] if found else text)
        self.grams = Counter(map("".join, zip(self.core, self.core[1:], strict=False)))


def _units(body: Body) -> list[_Unit]:
    """The whole text in units. A 条 is one with all its paragraphs; elsewhere each paragraph is one."""
    units = []
    for section in body.sections:
        number = article_number(section.heading)
        is_article = "条" in number
        lines = [section.text] if is_article else section.text.split("\n")
        for line in lines:
            units.append(_Unit(f"{line}\n", Place(section.anchor, number, is_article)))
            number = ""  # the paragraphs below the heading of a 章 have none
    return units


# ---------------------------------------------------------------- which became which

_LIKE = 0.4  # from here on two units are taken for two forms of one
_LIKE_WITH_NUMBER = 0.2  # the same for two that have the same number
_MOVED = 0.6
_LONG_ENOUGH_TO_MOVE = 16
_COMMON = 24  # what stands in more units than this tells nothing
_NEAREST = 4  # how many are looked at closely

_Likely = dict[tuple[int, int], float]


def _likely(old: Sequence[_Unit], new: Sequence[_Unit]) -> _Likely:
    """Pairs of units that may be two forms of one, with how alike they are, from 0 to 1."""
    found: _Likely = {}
    for i, j in _candidates(old, new):
        likeness = _likeness(old[i], new[j])
        same_number = bool(old[i].number) and old[i].number == new[j].number
        if likeness >= (_LIKE_WITH_NUMBER if same_number else _LIKE):
            found[i, j] = likeness
    return found


def _candidates(old: Sequence[_Unit], new: Sequence[_Unit]) -> Iterator[tuple[int, int]]:
    """Pairs with the same words, with words in common that few others have, or with the same number."""
    for i, j in {*_same(old, new, "core"), *_same(old, new, "key"), *_same(old, new, "number")}:
        if old[i].core == new[j].core or old[i].place.is_article == new[j].place.is_article:
            yield i, j
    where: defaultdict[str, list[int]] = defaultdict(list)
    for j, unit in enumerate(new):
        for gram in _shingles(unit.core):
            where[gram].append(j)
    for i, unit in enumerate(old):
        shared: Counter[int] = Counter()
        for gram in sorted(_shingles(unit.core)):
            places = where.get(gram, ())
            if len(places) <= _COMMON:
                for j in places:
                    shared[j] += 1
        for j, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:_NEAREST]:
            yield i, j


def _same(old: Sequence[_Unit], new: Sequence[_Unit], name: str) -> Iterator[tuple[int, int]]:
    """Units of which this is the same: the first with the first, and so on, counted from both ends."""
    groups: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, units in enumerate((old, new)):
        for position, unit in enumerate(units):
            groups[getattr(unit, name)][side].append(position)
    for word, (left, right) in groups.items():
        if word:
            yield from zip(left, right, strict=False)
            yield from zip(reversed(left), reversed(right), strict=False)


def _shingles(core: str) -> set[str]:
    words = f"^{core}"
    return {words[i : i + 3] for i in range(len(words) - 2)}


def _likeness(old: _Unit, new: _Unit) -> float:
    """How much two units have in common; one that holds all of the other is like it however long it is."""
    if old.core == new.core:
        return 1.0
    left, right = old.grams, new.grams
    sizes = sorted((len(old.core) - 1, len(new.core) - 1))
    if sizes[0] <= 0:
        return 0.0
    if len(left) > len(right):
        left, right = right, left
    common = sum(min(count, right[gram]) for gram, count in left.items() if gram in right)
    alike = 2 * common / sum(sizes)
    return max(alike, 0.7 * common / sizes[0]) if sizes[0] >= _LONG_ENOUGH_TO_MOVE else alike


def _in_order(likely: _Likely, old: Sequence[_Unit], new: Sequence[_Unit]) -> list[tuple[int, int]]:
    """Of the likely pairs the heaviest ones that rise in both texts, each unit in one pair at most."""
    best: list[tuple[float, int]] = [(0.0, -1)] * (len(new) + 1)  # a Fenwick tree of the heaviest chain before each
    chains: list[tuple[tuple[int, int], int]] = []  # a pair, and the place here of the one before it
    for i, j in sorted(likely, key=lambda pair: (pair[0], -pair[1])):
        weight, before = 0.0, -1
        at = j
        while at > 0:
            if best[at][0] > weight:
                weight, before = best[at]
            at -= at & -at
        length = min(len(old[i].core), len(new[j].core), 400) + 1
        has_number = bool(old[i].number) and old[i].number == new[j].number
        weight += likely[i, j] ** 2 * length**0.5 * (1.2 if has_number else 1.0)
        chains.append(((i, j), before))
        at = j + 1
        while at < len(best):
            if weight > best[at][0]:
                best[at] = (weight, len(chains) - 1)
            at += at & -at
    top = max(best, key=lambda entry: entry[0], default=(0.0, -1))
    found = []
    position = top[1]
    while position >= 0:
        pair, position = chains[position]
        found.append(pair)
    return found[::-1]


# ---------------------------------------------------------------- inside a unit

_FLAT = 300_000  # tokens times tokens up to which paragraphs are also compared as one run of words
_FLAT_GAIN = 0.75


def _differences(old: _Unit, new: _Unit) -> list[Piece]:
    """The words that changed between two forms of one unit, after its number."""
    if old.text == new.text:
        return [Piece(old.text)]
    if not (old.place.number and new.place.number):
        return _joined(_paragraphs(old.text, new.text))
    head, start = _ITEM.match(old.text), _ITEM.match(new.text)
    at_old, at_new = head.end() if head else 0, start.end() if start else 0
    numbers = _words(old.text[:at_old], new.text[:at_new])
    words = _paragraphs(old.text[at_old:], new.text[at_new:])
    return _joined([*numbers, *words]) if old.text[:at_old] == new.text[:at_new] else [*numbers, *_joined(words)]


def _paragraphs(old: str, new: str) -> list[Piece]:
    """The words that changed between two runs of paragraphs.

    Paragraphs that stayed are kept apart. Between them it is paragraph by paragraph, or all words in a row where that
    shows less: when one paragraph was cut in two.
    """
    left = [_Unit(line, Place("")) for line in _lines(old)]
    right = [_Unit(line, Place("")) for line in _lines(new)]
    pairs = [(0, 0)] if len(left) == len(right) == 1 else _in_order(_likely(left, right), left, right)
    pieces: list[Piece] = []
    region: list[tuple[int, int]] = []
    at_old = at_new = 0
    for i, j in [*pairs, (len(left), len(right))]:
        if i < len(left) and left[i].key != right[j].key:
            region.append((i, j))
            continue
        pieces += _region(left, right, range(at_old, i), range(at_new, j), region)
        if i < len(left):
            pieces += _words(left[i].text, right[j].text)
        region, at_old, at_new = [], i + 1, j + 1
    return pieces


def _lines(text: str) -> list[str]:
    return [f"{line}\n" for line in text.removesuffix("\n").split("\n")]


def _region(
    left: Sequence[_Unit], right: Sequence[_Unit], olds: range, news: range, pairs: Sequence[tuple[int, int]]
) -> list[Piece]:
    by_line: list[Piece] = []
    at_old, at_new = olds.start, news.start
    for i, j in [*pairs, (olds.stop, news.stop)]:
        by_line += [Piece(left[k].text, Mark.DELETED) for k in range(at_old, i)]
        by_line += [Piece(right[k].text, Mark.INSERTED) for k in range(at_new, j)]
        if i < olds.stop:
            by_line += _words(left[i].text, right[j].text)
        at_old, at_new = i + 1, j + 1
    if len(olds) <= 1 and len(news) <= 1 and pairs:
        return by_line
    old = "".join(left[i].text for i in olds)
    new = "".join(right[j].text for j in news)
    if not old or not new or len(old) * len(new) > _FLAT:
        return by_line
    flat = _words(old, new)
    return flat if _cost(flat) < _FLAT_GAIN * _cost(by_line) else by_line


def _cost(pieces: Sequence[Piece]) -> int:
    """What there is to read of the differences."""
    return sum(len(piece.text) + 2 for piece in pieces if piece.mark is not Mark.BOTH and not piece.is_quiet)


# ---------------------------------------------------------------- words

_TOKEN = re.compile(
    rf"(?:第[{_NUMERALS}0-9０-９]+(?:分?编|[章节条款项目])(?:之[一二三四五六七八九十]+)?"
    rf"|[（(][{_NUMERALS}0-9０-９]+[）)]"
    rf"|[A-Za-z0-9Ａ-Ｚａ-ｚ０-９]+(?:[.．][0-9０-９]+)*|[{_NUMERALS}]+|\n|.)[^\S\n]*",
    re.DOTALL,
)
_CLAUSE = frozenset("，。；：？！,;:?!")
_BOUNDARY = frozenset("，。；：、？！,;:?!（）()《》“”〔〕\n")
_STOPS = frozenset("的和或与及等在对由以")


class _Run(NamedTuple):
    """Tokens from `i` to `k` of the old text and from `j` to `m` of the new one: the same, or one in place of other."""

    is_same: bool
    i: int
    k: int
    j: int
    m: int


def _words(old: str, new: str) -> list[Piece]:
    """The differences between two texts in words and phrases: few and whole rather than short and scattered."""
    left, right = _TOKEN.findall(old), _TOKEN.findall(new)
    keys, others = [_written(token) for token in left], [_written(token) for token in right]
    runs = _slid(_smoothed(_runs(keys, others), keys, others), keys, others)
    pieces = []
    for is_same, i, k, j, m in runs:
        if not is_same:
            pieces += [Piece("".join(left[i:k]), Mark.DELETED), Piece("".join(right[j:m]), Mark.INSERTED)]
            continue
        for a, b in zip(left[i:k], right[j:m], strict=True):
            quiet = [Piece(a, Mark.DELETED, is_quiet=True), Piece(b, Mark.INSERTED, is_quiet=True)]
            pieces += [Piece(a)] if a == b else quiet
    return _joined(pieces)


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """The same with as few pieces as it takes: of what changed in one place, all that is removed and all that is added.

    Whole paragraphs and words inside of one are different places.
    """
    found: list[Piece] = []
    for key, group in groupby(
        [piece for piece in pieces if piece.text],
        key=lambda piece: (
            piece.mark is Mark.BOTH,
            piece.is_quiet,
            piece.mark is not Mark.BOTH and piece.text.endswith("\n"),
        ),
    ):
        stretch = list(group)
        for mark in (Mark.BOTH,) if key[0] else (Mark.DELETED, Mark.INSERTED):
            text = "".join(piece.text for piece in stretch if piece.mark is mark)
            if text:
                found.append(Piece(text, mark, key[1]))
    return found


def _runs(old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Same and changed stretches by turns, over all of both."""
    runs: list[_Run] = []
    i = j = 0
    for a, b, size in [*_blocks(old, new), (len(old), len(new), 0)]:
        if runs and runs[-1].is_same and (a, b) == (i, j):
            runs[-1] = runs[-1]._replace(k=a + size, m=b + size)
        else:
            if (a, b) != (i, j):
                runs.append(_Run(False, i, a, j, b))
            if size:
                runs.append(_Run(True, a, a + size, b, b + size))
        i, j = a + size, b + size
    return runs


_SMALL = 1_000_000  # tokens times tokens that the longest-first way compares in good time
_GRAMS = (12, 6, 3)

_Block = tuple[int, int, int]


def _blocks(old: Sequence[str], new: Sequence[str]) -> list[_Block]:
    """What is the same in both, in order: where it begins in each, and how long it is.

    Long texts are cut first at stretches that stand in each of them once; a long one that has none is all changed.
    """
    found: list[_Block] = []
    waiting = [(0, len(old), 0, len(new))]
    while waiting:
        a, b, c, d = waiting.pop()
        head = 0
        while a + head < b and c + head < d and old[a + head] == new[c + head]:
            head += 1
        tail = 0
        while b - tail > a + head and d - tail > c + head and old[b - tail - 1] == new[d - tail - 1]:
            tail += 1
        found += [(a, c, head), (b - tail, d - tail, tail)]
        a, b, c, d = a + head, b - tail, c + head, d - tail
        if a == b or c == d:
            continue
        if (b - a) * (d - c) <= _SMALL:
            matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
            found += [(a + i, c + j, size) for i, j, size in matcher.get_matching_blocks()]
            continue
        at_old, at_new = a, c
        for i, j in _anchors(old[a:b], new[c:d]):
            waiting.append((at_old, a + i, at_new, c + j))
            at_old, at_new = a + i, c + j
        if (at_old, at_new) != (a, c):
            waiting.append((at_old, b, at_new, d))
    return sorted(block for block in found if block[2])


def _anchors(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Where the same tokens begin that stand in each text once, as many as keep their order."""
    for size in _GRAMS:
        left, right = _once(old, size), _once(new, size)
        found = _longest_rising(sorted((i, right[gram]) for gram, i in left.items() if gram in right))
        if found:
            return found
    return []


def _once(tokens: Sequence[str], size: int) -> dict[tuple[str, ...], int]:
    """Every stretch of that many tokens that stands there once, with its place."""
    places: dict[tuple[str, ...], int] = {}
    for i in range(len(tokens) - size + 1):
        gram = tuple(tokens[i : i + size])
        places[gram] = -1 if gram in places else i
    return {gram: i for gram, i in places.items() if i >= 0}


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of pairs sorted by their first numbers, as many as rise in both."""
    ends: list[int] = []  # the smallest second number at which a run of each length ends
    at: list[int] = []
    before: list[int] = []
    for position, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        before.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(j)
            at.append(position)
        else:
            ends[length] = j
            at[length] = position
    chain = []
    position = at[-1] if at else -1
    while position >= 0:
        chain.append(pairs[position])
        position = before[position]
    return chain[::-1]


def _smoothed(runs: Sequence[_Run], old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """Without the short stretches that happen to be the same between two longer ones that changed."""
    found: list[_Run] = []
    for run in runs:
        found.append(run)
        while (
            len(found) >= 3
            and not found[-1].is_same
            and found[-2].is_same
            and _weight(old[found[-2].i : found[-2].k]) <= min(_size(found[-3], old, new), _size(found[-1], old, new))
        ):
            last = found.pop()
            found.pop()
            first = found.pop()
            found.append(_Run(False, first.i, last.k, first.j, last.m))
    return found


def _size(run: _Run, old: Sequence[str], new: Sequence[str]) -> int:
    return max(sum(map(len, old[run.i : run.k])), sum(map(len, new[run.j : run.m])), 2)


def _weight(tokens: Sequence[str]) -> int:
    """How much a stretch that is the same tells a reader: its length, and more where a clause or paragraph ends."""
    ends = 1000 if "\n" in tokens else 4 if not _CLAUSE.isdisjoint(tokens) else 0
    return sum(map(len, tokens)) + ends


def _slid(runs: Sequence[_Run], old: Sequence[str], new: Sequence[str]) -> list[_Run]:
    """With words that were only added or only removed moved to where a clause or word begins, if it reads the same."""
    found = list(runs)
    for position in range(1, len(found) - 1):
        before, run, after = found[position - 1 : position + 2]
        if run.is_same or not (before.is_same and after.is_same) or (run.i < run.k and run.j < run.m):
            continue
        tokens, start, stop = (old, run.i, run.k) if run.i < run.k else (new, run.j, run.m)
        low = high = 0
        while -low < before.k - before.i - 1 and tokens[start + low - 1] == tokens[stop + low - 1]:
            low -= 1
        while high < after.k - after.i - 1 and tokens[start + high] == tokens[stop + high]:
            high += 1
        by = max(range(low, high + 1), key=lambda by: (_edge(tokens, start + by) + _edge(tokens, stop + by), -abs(by)))
        found[position - 1] = before._replace(k=before.k + by, m=before.m + by)
        found[position] = _Run(False, run.i + by, run.k + by, run.j + by, run.m + by)
        found[position + 1] = after._replace(i=after.i + by, j=after.j + by)
    return found


def _edge(tokens: Sequence[str], at: int) -> int:
    """How well a text is cut before token `at`."""
    if at == 0 or at == len(tokens) or tokens[at - 1] == "\n":
        return 4
    if tokens[at - 1] in _CLAUSE:
        return 3
    if tokens[at - 1] in _BOUNDARY or tokens[at] in _BOUNDARY:
        return 2
    return 1 if tokens[at] in _STOPS else 0
