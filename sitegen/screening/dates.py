"""Find the day that stands under a text, where it is not the day its author says. Exports `contradicting_date`."""

from __future__ import annotations

import re
from datetime import date

from sitegen.gongwen import Problem, Role, format_date_cn, parse_date, structure
from sitegen.screening.patterns import later
from sitegen.screening.spots import Spot

_MARKS = later(r"^[\s>#*_]+|[\s*_\\]+$")
_ENDS_IN_DAY = later(r"日[\s*_\\]*$", re.MULTILINE)
_LONGEST = 24


def contradicting_date(text: str, written_date: date | None) -> Spot | None:
    """Where the text is signed on another day than `written_date`: a day alone on its line, under the signature.

    Only the first signature counts, for annexes may bear their own; and none of them does where one bears the right
    day, for a text may hold several documents.
    """
    if written_date is None:
        return None
    found: list[tuple[int, date]] = []
    lines = text.split("\n")
    for ending in _ENDS_IN_DAY.finditer(text):
        number = text.count("\n", 0, ending.start())
        bare = _MARKS.sub("", lines[number])
        if bare.endswith("日") and len(bare) <= _LONGEST:
            day = parse_date(bare)
            if day == written_date:
                return None
            if not isinstance(day, Problem):
                found.append((number, day))
    if not found:
        return None
    numbers = [number for number, line in enumerate(lines) if line.strip()]
    roles = dict(zip(numbers, structure([_MARKS.sub("", lines[number]) for number in numbers]), strict=True))
    for number, day in found:
        before = max((other for other in numbers if other < number), default=number)
        if roles[number] is Role.SIGN_DATE and roles[before] is Role.SIGNATURE:
            return Spot(
                "D263",
                number + 1,
                1,
                f"落款的日期是{format_date_cn(day)}，信息头的成文日期是 {written_date.isoformat()}",
                "对照原件，改正其中写错的一个；落款写的是印发日期的，成文日期照签发日期。",
            )
    return None
