"""Turn a word that nobody knows into the known one that was meant, or none. Exports `meant`."""

from __future__ import annotations

import re
from collections.abc import Iterable


def meant(word: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word most like `word`; "" if none is, or if that one differs in its numbers only.

    Of kjgf-2021-10 nobody can tell whether kjgf-2021-04 is meant.

    >>> meant("kjgf-2021-10", ["kjgf-2021-04", "kjjf-2021-01"])
    ''
    >>> meant("kjgf-2021-4", ["kjgf-2021-14", "kjgf-2021-04"])
    'kjgf-2021-04'
    """
    from difflib import get_close_matches  # needed where something is wrong only

    words = [*known]
    shape, numbers = _parts(word)
    if same := [other for other in words if _parts(other) == (shape, numbers)]:
        return same[0]
    near = get_close_matches(word, words, 1, cutoff)
    return near[0] if near and _parts(near[0])[0] != shape else ""


_NUMBER = re.compile("[0-9]+")


def _parts(word: str) -> tuple[str, list[str]]:
    """The word with its numbers taken out, and the numbers."""
    return _NUMBER.sub("0", word), [number.lstrip("0") for number in _NUMBER.findall(word)]
