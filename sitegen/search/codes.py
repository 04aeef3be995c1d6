"""The terms of many texts at once, with numpy: those that `words.terms_in` finds in each of them, as numbers.

The texts are joined, and become arrays of code points; tables tell what is made of each, and of what kind it is.
Numbers, dates and 文号 are found by the patterns of `words`, so these rules are said once.

Exports `terms_of_texts`, `TEXT`, `PIECE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from sitegen.search.words import BREAKS, FOLDING, THOUSANDS, numbered

TEXT = 21  # bits for the place of a text
_CHAR = 21  # bits of a character
_OTHER = 1 << 2 * _CHAR  # above all pairs of wide characters: other terms, by their place in a list
PIECE = 300_000  # characters that are looked at together: so many that arrays pay off, so few that they stay at hand
_END = "\0"  # before, between and behind texts; no pattern looks across it, and in a text it is a mark like "\1"

_SEVERAL = 1 << 31  # what is made of a character that is not known yet, or that becomes several or none
_made_of = np.full(0x110000, _SEVERAL, np.uint32)

_MARK, _BLANK, _BREAK, _STOP, _NARROW, _WIDE, _NEW = range(7)
_FIRST_WIDE = 0x2E80
_kinds = np.full(0x110000, _NEW, np.uint8)
_kinds[ord(_END)] = _STOP


def terms_of_texts(texts: Sequence[str]) -> tuple[np.ndarray, Callable[[int], str]]:
    """One number for each occurrence of a term, and how to spell the term of such a number.

    The numbers are unsigned, of 64 bits, in no order that means anything: the term above, the place of the text among
    the texts in the low `TEXT` bits.
    """
    words: dict[str, int] = {}
    keys: list[np.ndarray] = []
    others: list[np.ndarray] = []
    other_texts: list[np.ndarray] = []
    for first, some in _pieces(texts):
        codes = _cut(_END.join(("", *some, "")))
        kinds = _kinds_of(codes)
        kept = np.flatnonzero(kinds >= _BREAK)  # between two of these stand marks, which do not count, or nothing
        codes, kinds = codes[kept], kinds[kept]
        text = (np.cumsum(kinds == _STOP) + (first - 1)).astype(np.uint64)
        is_wide = kinds == _WIDE
        pairs = np.flatnonzero(is_wide[:-1] & is_wide[1:])
        found = codes[pairs].astype(np.uint64)
        found <<= _CHAR
        found |= codes[pairs + 1]
        found <<= TEXT
        found |= text[pairs]
        keys.append(found)
        terms, at = _other_terms(codes, kinds, kept, words)
        others.append(terms)
        other_texts.append(text[at])
    distinct, number = np.unique(np.concatenate(others), return_inverse=True)
    keys.append((number.astype(np.uint64) | _OTHER) << TEXT | np.concatenate(other_texts))
    return np.concatenate(keys), _Spelling(list(words), distinct)


class _Spelling:
    """The term that a number stands for."""

    def __init__(self, words: Sequence[str], others: np.ndarray) -> None:
        self._words, self._others = words, others.tolist()

    def __call__(self, term: int) -> str:
        if term < _OTHER:
            return chr(term >> _CHAR) + chr(term & (1 << _CHAR) - 1)
        other = self._others[term - _OTHER]
        form, first, second = other >> 62, other >> 31 & (1 << 31) - 1, other & (1 << 31) - 1
        before = chr(first) if form == _WIDE_AND_WORD else self._words[first]
        if form == _WORD:
            return before
        after = chr(second) if form == _WORD_AND_WIDE else self._words[second]
        return f"{before} {after}" if form == _TWO_WORDS else before + after


_WORD, _WIDE_AND_WORD, _WORD_AND_WIDE, _TWO_WORDS = range(4)


def _other_terms(
    codes: np.ndarray, kinds: np.ndarray, kept: np.ndarray, words: dict[str, int]
) -> tuple[np.ndarray, np.ndarray]:
    """The terms that are not two wide characters, as numbers by `words`, and the places of those in the codes."""
    narrow = np.flatnonzero(kinds == _NARROW)
    begins = np.flatnonzero(np.diff(kept[narrow], prepend=-1) != 1)  # a run ends at a mark too
    start = narrow[begins]
    stop = narrow[np.append(begins[1:], len(narrow)) - 1] + 1 if len(narrow) else narrow
    letters = _spelled(codes[narrow])
    ends = [*begins[1:].tolist(), len(letters)]
    runs = [letters[begin:end] for begin, end in zip(begins.tolist(), ends, strict=False)]
    run = np.array([words.setdefault(word, len(words)) for word in runs], np.uint64)

    is_wide = kinds == _WIDE
    is_edge = (kinds == _BREAK) | (kinds == _STOP)
    alone = np.flatnonzero(is_wide[1:-1] & is_edge[:-2] & is_edge[2:]) + 1
    lone = np.array([words.setdefault(char, len(words)) for char in _spelled(codes[alone])], np.uint64)
    after = np.flatnonzero(is_wide[start - 1])
    before = np.flatnonzero(is_wide[stop])
    joined = np.flatnonzero(kinds[stop] == _NARROW)
    terms = (
        _other(_WORD, run),
        _other(_WORD, lone),
        _other(_WIDE_AND_WORD, codes[start[after] - 1], run[after]),
        _other(_WORD_AND_WIDE, run[before], codes[stop[before]]),
        _other(_TWO_WORDS, run[joined], run[joined + 1]),
    )
    return np.concatenate(terms), np.concatenate((start, alone, start[after], start[before], start[joined]))


def _other(form: int, first: np.ndarray, second: np.ndarray | None = None) -> np.ndarray:
    term = first.astype(np.uint64) << 31 | np.uint64(form << 62)
    return term if second is None else term | second.astype(np.uint64)


# ---------------------------------------------------------------- characters


def _pieces(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The texts in lists that are not too long, each with the place of its first."""
    some: list[str] = []
    room, first = PIECE, 0
    for place, text in enumerate(texts):
        if some and len(text) > room:
            yield first, some
            some, room, first = [], PIECE, place
        some.append(text.replace(_END, "\1") if _END in text else text)
        room -= len(text)
    yield first, some


def _cut(text: str) -> np.ndarray:
    """The codes of the normalised text, `words.normalize`, without the commas in numbers."""
    codes = _folded(text)
    kinds = _kinds_of(codes)
    blanks = np.flatnonzero(kinds == _BLANK)
    if len(blanks):
        is_first = np.diff(blanks, prepend=-2) != 1
        is_last = np.append(is_first[1:], True)
        wide = (codes[blanks[is_first] - 1] >= _FIRST_WIDE) & (codes[blanks[is_last] + 1] >= _FIRST_WIDE)
        codes = np.delete(codes, blanks[np.repeat(wide, np.diff(np.append(np.flatnonzero(is_first), len(blanks))))])
    return _codes(THOUSANDS.sub("", numbered(_spelled(codes))))


def _folded(text: str) -> np.ndarray:
    while True:
        codes = _codes(text)
        made: np.ndarray = _made_of[codes]
        strange = np.unique(codes[made == _SEVERAL])
        if not len(strange):
            return made
        for code in strange.tolist():
            folded = FOLDING[code]
            if len(folded) == 1:
                _made_of[code] = ord(folded)
            else:  # what it becomes is not folded again: it stays as it is
                text = text.replace(chr(code), folded)


def _kinds_of(codes: np.ndarray) -> np.ndarray:
    kinds: np.ndarray = _kinds[codes]
    unknown = np.unique(codes[kinds == _NEW])
    if len(unknown):
        _kinds[unknown] = [_kind(code) for code in unknown.tolist()]
        kinds = _kinds[codes]
    return kinds


def _kind(code: int) -> int:
    char = chr(code)
    if char in BREAKS:
        return _BREAK
    if char.isalnum():
        return _WIDE if code >= _FIRST_WIDE else _NARROW
    return _BLANK if char.isspace() else _MARK


def _codes(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")


def _spelled(codes: np.ndarray) -> str:
    return codes.tobytes().decode("utf-32-le", "surrogatepass")
