"""Look at one text or one file, and say where it holds what must not be seen or is wrongly written. Pure.

Exports `Spot`, `Screen`, `screen_of`, `screen_text`, `screen_form`, `screen_file`, `without_numbers`, `codes`. The
detectors are loaded when the first text is screened: a build that reads nothing anew does not pay for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from sitegen.diagnostics import CodeInfo
from sitegen.screening.patterns import later
from sitegen.screening.spots import Screen, Spot, screen_of

__all__ = ["Screen", "Spot", "codes", "screen_file", "screen_form", "screen_of", "screen_text", "without_numbers"]


_MOST_LINES = 3  # over which a number may be broken


def screen_text(text: str, first_line: int, screen: Screen) -> tuple[Spot, ...]:
    """What must not be seen or is wrongly written in the text; `first_line` is the line of its file it begins in."""
    from sitegen.screening.personal import find_personal
    from sitegen.screening.secrecy import find_secrecy
    from sitegen.screening.wording import find_wording

    secret = (*find_personal(text, screen), *find_secrecy(text, screen))
    near = {spot.line + more for spot in secret for more in range(_MOST_LINES)}  # wording quotes what it is about
    found = (*secret, *(spot for spot in find_wording(text, screen) if spot.line not in near))
    return tuple(spot._replace(line=spot.line + first_line - 1) for spot in sorted(found, key=_place))


def screen_file(path: Path, screen: Screen) -> tuple[Spot, ...]:
    """What must not be seen in the file, and what could not be looked at; the messages say where in it.

    The lines of the spots are those of the part of the file that the message names.
    """
    from sitegen.screening.files import look_at

    return look_at(path, screen, _find_in_file)


def screen_form(
    body: str, first_line: int, written_date: date | None, *, has_files: bool, is_regulation: bool
) -> tuple[Spot, ...]:
    """What the form of the body of a document lacks, and whether it is signed on another day."""
    from sitegen.screening.forms import find_form

    found = find_form(body, written_date, has_files=has_files, is_regulation=is_regulation)
    return tuple(spot._replace(line=spot.line + first_line - 1) for spot in found)


def without_numbers(text: str) -> str:
    """A message that may quote what somebody wrote, with the numbers of persons masked."""
    if not _MANY_DIGITS.search(text):
        return text
    from sitegen.screening.personal.identifiers import without_numbers as masked

    return masked(text)


_MANY_DIGITS = later(r"\d{11}")


def _find_in_file(text: str, screen: Screen, is_table: bool) -> tuple[Spot, ...]:
    """What must not be seen; how an attachment is worded is the business of who wrote it."""
    from sitegen.screening.personal import find_personal
    from sitegen.screening.secrecy import find_secrecy

    return (*find_personal(text, screen, is_table=is_table), *find_secrecy(text, screen))


def _place(spot: Spot) -> tuple[int, int, str]:
    return spot.line, spot.column, spot.code


@cache
def codes() -> Mapping[str, CodeInfo]:
    """The manual pages of all that screening says, by code."""
    from sitegen.screening import forms, personal, secrecy, wording
    from sitegen.screening.file_codes import CODES

    return {info.code: info for info in (*personal.CODES, *secrecy.CODES, *wording.CODES, *forms.CODES, *CODES)}
