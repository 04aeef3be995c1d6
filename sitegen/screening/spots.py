"""What screening says, and what the site says about screening.

Exports `Spot`, `Screen`, `screen_of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sitegen.model import CheckConfig


class Spot(NamedTuple):
    """Something found at a line and column counted from 1; the message never quotes what must stay secret."""

    code: str
    line: int
    column: int
    message: str
    hint: str = ""


class Screen(NamedTuple):
    """What the site says about screening: small, picklable, and all that a detector reads besides the text."""

    phones: tuple[str, ...] = ()  # of offices (公开电话): these may be shown
    wording: tuple[tuple[str, str], ...] = ()  # the site's own 易错词: wrong, right
    agencies: tuple[tuple[str, str], ...] = ()  # 机构名称: wrong, right


def screen_of(checking: CheckConfig, phones: tuple[str, ...] = ()) -> Screen:
    """What `checking` says about screening; `phones` are those of the agency that the site shows anyway."""
    return Screen((*checking.phones, *phones), tuple(checking.wording), tuple(checking.agencies))
