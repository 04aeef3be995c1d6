"""What a character is to the rules for line ends and for `*`.

Exports `is_cjk`, `can_open`, `can_close`.
"""

from __future__ import annotations

import unicodedata

_ASCII_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_CJK_PUNCTUATION = frozenset("，。、；：？！（）《》〈〉〔〕【】「」『』〖〗［］｛｝～—…·")


def is_cjk(character: str) -> bool:
    """Whether lines are joined without a space beside it, and marks need none."""
    return (
        "\u2e80" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or ("\uff00" <= character <= "\uff65" or "\U00020000" <= character <= "\U0003ffff" or character in "“”‘’—…·")
    )


def can_open(before: str, after: str) -> bool:
    """Whether `*` between these two characters can begin emphasis.

    CommonMark asks for a space between a closing mark after punctuation and a following letter, which Chinese does not
    have. As in the "CJK friendly" amendment, full-width punctuation counts as a letter, and a Chinese character beside
    the mark as a space.
    """
    return not after.isspace() and (not _is_hard(after) or before.isspace() or _is_hard(before) or is_cjk(before))


def can_close(before: str, after: str) -> bool:
    """Whether `*` between these two characters can end emphasis."""
    return can_open(after, before)


def _is_hard(character: str) -> bool:
    """Whether it is punctuation that is not full-width Chinese punctuation."""
    if character in _ASCII_PUNCTUATION:
        return True
    return unicodedata.category(character)[0] in "PS" and character not in _CJK_PUNCTUATION
