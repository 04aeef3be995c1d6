"""Turn a title into the terms that find it by pinyin: `~gong ji` for full syllables, `^zfg` for initials.

Exports `readings`, `syllable_pairs`, `initial_triples`. The readings are data (`sitegen/data/search/pinyin.txt`); a
character with several gives a term for each, because the title alone does not say which one is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product

# As between the atoms of a text (`sitegen.search.words`): these break, any other mark does not.
_BREAKS = frozenset(",;:!?。\n")


def readings(char: str) -> tuple[str, ...]:
    """The usual readings of a character without tones, in alphabetical order, ü as v; none for what is not Han.

    >>> readings("行"), readings("律"), readings("a")
    (('hang', 'xing'), ('lv',), ())
    """
    return _table().get(char, ())


def syllable_pairs(title: str) -> frozenset[str]:
    """The terms of every two neighbouring characters of a normalised title, in every combination of their readings.

    Marks within a sentence do not part neighbours; digits, Latin letters and the other marks do.

    >>> sorted(syllable_pairs("《银行》法2024年版"))
    ['~hang fa', '~nian ban', '~xing fa', '~yin hang', '~yin xing']
    """
    return frozenset(term for run in _runs(title) for i in range(len(run) - 1) for term in _of_pair(run[i : i + 2]))


def initial_triples(title: str) -> frozenset[str]:
    """The terms of every three neighbouring characters of a normalised title: their initials, in every combination.

    >>> sorted(initial_triples("住房公积金"))
    ['^fgj', '^gjj', '^zfg']
    """
    return frozenset(term for run in _runs(title) for i in range(len(run) - 2) for term in _of_triple(run[i : i + 3]))


def _runs(title: str) -> list[str]:
    table = _table()
    kept = [char if char in table else " " for char in title if char in table or char in _BREAKS or char.isalnum()]
    return "".join(kept).split()


@lru_cache(maxsize=1 << 16)
def _of_pair(chars: str) -> tuple[str, ...]:
    table = _table()
    return tuple(f"~{first} {second}" for first in table[chars[0]] for second in table[chars[1]])


@lru_cache(maxsize=1 << 16)
def _of_triple(chars: str) -> tuple[str, ...]:
    table = _table()
    initials = product(*({reading[0] for reading in table[char]} for char in chars))
    return tuple(f"^{first}{second}{third}" for first, second, third in initials)


@cache
def _table() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    text = files("sitegen").joinpath("data", "search", "pinyin.txt").read_text("utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            syllable, chars = line.split()
            for char in chars:
                table[char] = (*table.get(char, ()), syllable)
    return table
