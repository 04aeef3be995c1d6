"""Turn texts into the documents that they mention, by title or 文号, in a form in which nobody can read either.

So a public document can be told that it cites one that is withheld, while nothing of the withheld one is kept or passed
on. Exports `names_of`, `citations_in`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sitegen import gongwen
from sitegen.model import digest

_MARKS = re.compile(r"[\s《》〈〉<>“”\"'‘’]+")
_SHORTEST = 6  # characters of a title by which a text can be known to mean one document


def names_of(title: str, doc_no: str) -> tuple[bytes, ...]:
    """By what a document is cited or claimed, its title and its 文号, in a form that nobody can read."""
    words = (_plain(title), doc_no and gongwen.normalize_doc_no(doc_no))
    return tuple(digest(word)[:8] for word in words if word)


def citations_in(texts: Sequence[str]) -> tuple[bytes, ...]:
    """The documents that the texts name in 《》 or by a 文号 with a year: in the form of `names_of`, in fixed order."""
    found: set[str] = set()
    for text in texts:
        found.update(title for title in map(_plain, _TITLE.findall(text)) if len(title) >= _SHORTEST)
        for number in _NUMBER.finditer(text) if "号" in text else ():
            near = text[max(0, number.start() - _LONGEST_AGENCY) : number.end()]
            found.update(map(gongwen.normalize_doc_no, gongwen.find_doc_nos(near)))
    return tuple(sorted({digest(word)[:8] for word in found if word}))


# Cheaper than `gongwen.find_citations`, which wants more: every document passes here.
_TITLE = re.compile(r"《((?:[^《》\n]++|《[^《》\n]*+》)++)》")
_NUMBER = re.compile(r"[〔﹝[［【〖（(][0-9０-９]{4}年?[〕﹞\]］】〗）)][ \u3000]?第?[0-9０-９]{1,6}[ \u3000]?号")
_LONGEST_AGENCY = 40


def _plain(title: str) -> str:
    return _MARKS.sub("", title)
