"""Turn the source of a body into tokens, its footnotes apart.

Exports `parse_source`, `clean`, `Source`, `Footnote`, `PastedRows`, `back_anchor`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from sitegen.markdown.reading import tokens_of
from sitegen.markdown.tokens import List, Table, Token, line_of


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote that is referred to; numbers count from 1."""

    number: int
    tokens: list[Token]
    references: int


@dataclass(frozen=True, slots=True)
class PastedRows:
    """Rows of a table that was pasted as text, its cells parted by tabs; the line counts from 0."""

    line: int
    rows: int
    columns: int  # of the first row


@dataclass(frozen=True, slots=True)
class Source:
    """The tokens of a body; lines count from 0."""

    tokens: list[Token]  # without footnotes
    footnotes: list[Footnote]  # in the order in which they are referred to
    unused: list[tuple[int, str]]  # line and label of footnotes that are not referred to
    too_deep: int | None  # line of the first container that was left as text because it is below too many others
    open_comment: int | None  # line of a comment that does not end, hence is shown
    pasted: list[PastedRows]


def parse_source(text: str) -> Source:
    """The tokens of any text at all, without control characters, comments and ill-formed characters."""
    source = clean(text)
    parsed, too_deep = tokens_of(source)
    pasted = list(_pasted_rows(parsed)) if "\t" in source else []
    tokens, footnotes, unused = _take_out_footnotes(parsed) if "[^" in source else (parsed, [], [])
    found = _COMMENT.search(source) if "<!--" in source else None
    comment = found.start() if found else -1
    return Source(
        tokens,
        footnotes,
        unused,
        too_deep=too_deep,
        open_comment=None if comment < 0 else source.count("\n", 0, comment),
        pasted=pasted,
    )


# ---------------------------------------------------------------- source

_COMMENT = re.compile(r"(?<!\\)<!--")  # one that is left, and not written to be shown
_DROPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff]")
_LINE_SEPARATORS = re.compile("[\u2028\u2029]")
_ILL_FORMED = re.compile("[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text without comments, control characters and what no HTML page may hold; lines stay where they are."""
    if _UNCLEAN.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = _DROPPED.sub("", text)
        text = _LINE_SEPARATORS.sub(" ", text)
        text = _ILL_FORMED.sub("\ufffd", text)
    return _drop_comments(text) if "<!--" in text else text


def _drop_comments(text: str) -> str:
    """The text without `<!-- … -->`: what an author hides in a comment must not be published as text."""
    kept = []
    position = 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        kept.append(text[position:start])
        kept.append("\n" * text.count("\n", start, end))
        position = end + 3
    kept.append(text[position:])
    return "".join(kept)


# ---------------------------------------------------------------- tables as text

_NUMBER_AND_TAB = re.compile(r"(?:第[^\s]{1,8}[编章节条]|[（(]?[一二三四五六七八九十0-9０-９]{1,4}[、.．）)])\t")
_CELLS = re.compile(r"[ \u3000]*\t[\s]*")


def _pasted_rows(tokens: Sequence[Token]) -> Iterator[PastedRows]:
    """Two and more lines of one paragraph that each have words on both sides of a tab (not the tab after a number)."""
    before = ""
    for token in tokens:
        is_paragraph = token.type == "paragraph" or before == "paragraph_open"
        before = token.type
        if not is_paragraph or "\t" not in token.content:
            continue
        widths = [
            len(_CELLS.split(_NUMBER_AND_TAB.sub("", line.strip(), count=1))) for line in token.content.split("\n")
        ]
        for start, width in enumerate(widths):
            if width > 1 and (start == 0 or widths[start - 1] == 1):
                rows = len(list(takewhile(lambda width: width > 1, widths[start:])))
                if rows > 1:
                    yield PastedRows(line_of(token) + start, rows, width)


# ---------------------------------------------------------------- footnotes


def _take_out_footnotes(tokens: Sequence[Token]) -> tuple[list[Token], list[Footnote], list[tuple[int, str]]]:
    """The tokens without footnotes, the footnotes as they are referred to, and line and label of the unused.

    Each reference gets the number of its footnote and its own place among the references to it.
    """
    body: list[Token] = []
    notes: dict[str, list[Token]] = {}
    lines: dict[str, int] = {}
    open_labels: list[str] = []
    for token in tokens:
        if token.type == "footnote_reference_open":
            label = str(token.meta["label"])
            open_labels.append(label)
            notes[label] = []
            lines[label] = line_of(token)
        elif token.type == "footnote_reference_close":
            open_labels.pop()
        else:
            (notes[open_labels[-1]] if open_labels else body).append(token)
    numbers: dict[str, int] = {}
    places: dict[str, int] = {}
    parts = [body]
    for part in parts:  # grows: a footnote may refer to others
        for reference in _footnote_references(part):
            label = str(reference.meta["label"])
            if label not in numbers:
                numbers[label] = len(numbers) + 1
                parts.append(notes[label])
            places[label] = places.get(label, 0) + 1
            reference.meta = {"number": numbers[label], "place": places[label]}
    footnotes = [Footnote(number, notes[label], places[label]) for label, number in numbers.items()]
    return body, footnotes, [(line, label) for label, line in lines.items() if label not in numbers]


def _footnote_references(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        lines = token.parts if isinstance(token, (Table, List)) else [token.children or ()]
        yield from (child for line in lines for child in line if child.type == "footnote_ref")


def back_anchor(number: int, place: int) -> str:
    """The id of the place-th reference to a footnote."""
    return f"fnref{number}" if place == 1 else f"fnref{number}-{place}"
