"""Regular expressions that are compiled when they are first used: most texts need few of the hundreds there are.

Exports `later`.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, Generic, cast


def later(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, compiled when one of its methods is first asked for."""
    return cast(re.Pattern[AnyStr], _Later(text, flags))


class _Later(Generic[AnyStr]):
    """Stands for a pattern; after the first use its methods are those of the compiled one."""

    def __init__(self, text: AnyStr, flags: int) -> None:
        self._text: AnyStr = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        method = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, method)
        return method
