"""Turn the shipped list of question and function words into what the search page cuts off a query.

Exports `questions`. The words are data (`sitegen/data/search/questions.txt`).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

_EDGES = "# 单字"


@cache
def questions() -> tuple[tuple[str, ...], str]:
    """The phrases of citizens' questions, longest first, and the characters that go at the edges of what is left.

    Cut from the left by the longest phrase, a question leaves its content words: 低保需要什么材料 leaves 低保.
    A character at an edge goes only where two others stay.
    """
    text = files("sitegen").joinpath("data", "search", "questions.txt").read_text("utf-8")
    phrases, edges = (
        [line for line in part.splitlines() if line and not line.startswith("#")] for part in text.split(_EDGES + "\n")
    )
    return tuple(sorted(phrases, key=lambda phrase: (-len(phrase), phrase))), "".join(edges)
