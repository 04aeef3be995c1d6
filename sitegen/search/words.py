"""The words of a text as the search compares them; the script of the search page keeps to the same rules.

What is one thing to a reader is one string here: a 文号 in any brackets, 第一千一百六十五条 and 第1165条, a date in
digits or in Chinese numerals, traditional and simplified characters. Terms are pairs of neighbouring atoms, so a phrase
is in a text where its pairs follow one another: no dictionary is needed, and none can disagree with the reader's.
`tests/fixtures/search/words.json` holds this module and `search-engine.js` to the same results.

Exports `normalize`, `plain`, `atoms`, `terms_in`, `joined`, `number_terms`, `squashed`; for `codes`, which keeps to the
same rules, `FOLDING`, `numbered`, `THOUSANDS`, `BREAKS`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from operator import add

from sitegen.search.variants import variants

_DIGITS = "〇○零一二三四五六七八九"
_NUMERAL = "〇○零一二两三四五六七八九十百千万"
_VALUE = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_UNIT = {"十": 10, "百": 100, "千": 1000}

# A character of which every single one is an atom: all letters and digits from the radicals of CJK onwards.
_WIDE = "\u2e80-\U0010ffff"
_NARROW = rf"[^\W{_WIDE}]"  # of a run; the underline among them is gone before
# These begin with what is rare, and look behind from there: each of them goes over every text that is indexed, and only
# a pattern that begins with a character, or one of a few, is looked for quickly.
_ORDINAL = re.compile(rf"第([{_NUMERAL}]+)(?=[条章节号款项编届次])")
_YEAR = re.compile(rf"((?:一九|二[〇○零])(?<![{_NUMERAL}]..)[{_DIGITS}]{{2}})年", re.DOTALL)
_MONTH = re.compile(rf"年(?<=\d年)([{_NUMERAL}]{{1,3}})月", re.ASCII)
_DAY = re.compile(rf"月(?<=\d月)([{_NUMERAL}]{{1,3}})日", re.ASCII)
_DATE = re.compile(r"([12](?<![\d.].)\d{3})([-/.])(\d{1,2})\2(\d{1,2})(?![\d.])", re.ASCII | re.DOTALL)
_PADDED = re.compile(r"0(?<=\d[年月]0)(?=[1-9][月日])", re.ASCII)
_OPEN, _CLOSE = r"[〔\[(【{〈《<﹝]", r"[〕\])】}〉》>﹞]"
_NUMBER = re.compile(rf"{_OPEN}\s*([0-9]{{4}})\s*年?\s*{_CLOSE}\s*第?\s*0*([0-9]{{1,5}})\s*号")
THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))", re.ASCII)
BREAKS = ",;:!?。\n"
_BREAK = re.compile(rf"[{BREAKS}]+")
_MARKS = re.compile(r"[^\w\n]+")
_KEPT_APART = re.compile(rf"({_NARROW}) (?={_NARROW})")
_BLANKS = re.compile(rf"[^\S\n](?<=[{_WIDE}].)[^\S\n]*(?=[{_WIDE}])")
_ATOM = re.compile(rf"[{_WIDE}]|{_NARROW}+|\n")
_RUN = re.compile(rf"{_NARROW}+")
_OWN_YEARLY = re.compile(r"〔(\d{4})〕(\d{1,5})号|(?<!\d)(\d{4})年第?0*(\d{1,5})号", re.ASCII)
_OWN = re.compile(r"第?(?<!\d)0*(\d{1,5})号", re.ASCII)


class _Folding(dict[int, str]):
    """What becomes of one character: NFKC, lower case, simplified; looked up once for each that is met."""

    def __missing__(self, code: int) -> str:
        table = variants()
        folded = unicodedata.normalize("NFKC", chr(code)).lower().translate(table)
        self[code] = folded
        return folded


FOLDING = _Folding()


def normalize(text: str) -> str:
    """The text as it is compared, with its punctuation; characters are folded one by one.

    >>> normalize("关 于印发GB/T 9704的通知（某政发［２０２４］第３号）第一千一百六十五条")
    '关于印发gb/t 9704的通知(某政发〔2024〕3号)第1165条'
    >>> normalize("二〇二一年六月三日、2021-06-03、2021年06月03日")
    '2021年6月3日、2021年6月3日、2021年6月3日'
    """
    return numbered(_BLANKS.sub("", text.translate(FOLDING)))


def numbered(folded: str) -> str:
    """A folded text with its numbers, dates and 文号 in their usual form: what is left to `normalize`."""
    folded = _ORDINAL.sub(_as_digits, folded)
    folded = _YEAR.sub(lambda found: "".join(str(_VALUE[char]) for char in found[1]) + "年", folded)
    folded = _DAY.sub(_as_digits, _MONTH.sub(_as_digits, folded))
    folded = _DATE.sub(lambda found: f"{found[1]}年{int(found[3])}月{int(found[4])}日", folded)
    return _NUMBER.sub(r"〔\1〕\2号", _PADDED.sub("", folded))


def _as_digits(found: re.Match[str]) -> str:
    value = _value(found[1])
    return found[0] if value is None else found[0].replace(found[1], str(value), 1)


@lru_cache(maxsize=1 << 12)
def _value(numeral: str) -> int | None:
    """The number that a Chinese numeral below 100,000,000 stands for; None if it is none.

    >>> [_value(numeral) for numeral in ("一千一百六十五", "十二", "二〇", "一百零三", "百", "一十十")]
    [1165, 12, 20, 103, 100, None]
    """
    if all(char in _VALUE for char in numeral):
        return int("".join(str(_VALUE[char]) for char in numeral))
    total = section = digit = 0
    last = 10_000
    for char in numeral:
        if char in _VALUE:
            digit = _VALUE[char]
        elif char == "万":
            total, section, digit, last = (total + section + digit) * 10_000, 0, 0, 10_000
        else:
            unit = _UNIT[char]
            if unit >= last:
                return None
            section, digit, last = section + (digit or 1) * unit, 0, unit
    return total + section + digit


def plain(text: str) -> str:
    """Atoms and nothing else: a line feed for each break, a blank between two atoms only where neither is wide.

    >>> plain("《节水办法》（GB/T 9704）第三条，已废止。")
    '节水办法gb t 9704第3条\\n已废止\\n'
    """
    broken = _MARKS.sub(" ", _BREAK.sub("\n", THOUSANDS.sub("", normalize(text).replace("_", " "))))
    return _KEPT_APART.sub("\\1\0", broken).replace(" ", "").replace("\0", " ")


def atoms(text: str) -> list[str]:
    """The atoms of a text in order, with a line feed for each break.

    >>> atoms("公积金2024年，A类")
    ['公', '积', '金', '2024', '年', '\\n', 'a', '类']
    """
    return _ATOM.findall(plain(text))


def terms_in(text: str) -> list[str]:
    """The terms of a text, each as often as it occurs, in no order that means anything.

    >>> sorted(terms_in("公积金2024年A类"))
    ['2024', '2024年', 'a', 'a类', '公积', '年a', '积金', '金2024']
    """
    bare = plain(text)
    wide = [pair for pair in map(add, bare, bare[1:]) if pair[0] >= "\u2e80" and pair[1] >= "\u2e80"]
    return wide + _narrow_terms(bare)


def joined(first: str, second: str) -> str:
    """The term of two neighbouring atoms.

    >>> joined("金", "2024"), joined("gb", "t")
    ('金2024', 'gb t')
    """
    return f"{first} {second}" if first[-1] < "\u2e80" and second[0] < "\u2e80" else first + second


def _narrow_terms(bare: str) -> list[str]:
    """The terms of a plain text that are not pairs of wide characters: of few letters and digits, few."""
    found = []
    for run in _RUN.finditer(bare):
        word, (start, end) = run[0], run.span()
        found.append(word)
        if start and bare[start - 1] >= "\u2e80":
            found.append(bare[start - 1] + word)
        after = bare[end : end + 1]
        if after >= "\u2e80":
            found.append(word + after)
        elif after == " ":
            follower = _RUN.match(bare, end + 1)
            assert follower is not None  # a blank stands between two runs
            found.append(f"{word} {follower[0]}")
    found += [line for line in bare.split("\n") if len(line) == 1 and line >= "\u2e80"]
    return found


def number_terms(doc_no: str, index_no: str) -> Iterator[str]:
    """The terms by which a document is known for its own numbers.

    >>> list(number_terms("云政发〔2024〕3号、云溪区人民政府令第12号", "11-2024/00012"))
    ['=2024-3', '=12', '=i:11202400012']
    """
    number = normalize(doc_no)
    yearly = [(a or c, b or d) for a, b, c, d in _OWN_YEARLY.findall(number)]
    yield from (f"={year}-{int(count)}" for year, count in yearly)
    yield from (f"={int(count)}" for count in _OWN.findall(_OWN_YEARLY.sub(" ", number)))
    if index := squashed(index_no):
        yield f"=i:{index}"


def squashed(text: str) -> str:
    """Letters and digits alone, for what is compared whole.

    >>> squashed("11-2024/ 00012 a")
    '11202400012a'
    """
    return "".join(char for char in normalize(text) if char.isalnum())
