"""Make queries of every kind from the documents of a site, and read those made by hand; same seed, same queries.

Text of the documents stands in a query only while the program runs: nothing of it is kept in this repository. Every
kind but `nothing` has an answer, which `judge` knows from the documents themselves.

Exports `KINDS`, `make_queries`, `core`, `distinctive`, `look_alike`, `to_traditional`, `handmade`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from benchmarks.search.judge import Doc, Library, Query, fold, is_traditional

HANDMADE = Path(__file__).parent / "handmade.yaml"
HAN = re.compile("[\u4e00-\u9fff]+")
_FUNCTION = set("的了和与及或在对应当为以由其之等并者于是不有个各该本这所将从被把可如但且至向按经")
_HEADLINE = re.compile(
    r"^(?:第[〇零一二三四五六七八九十百]+[编章节]|[（(]?[一二三四五六七八九十]+[）)、.]|\d+[.、])\s*"
)
_ARTICLE = re.compile(r"^第([〇零一二三四五六七八九十百千]+)条$")
_NUMBER = re.compile(r"^(.+)〔(\d{4})〕(\d+)号$")
_ORDER = re.compile(r"^(.+)第(\d+)号$")
_TRADITIONAL_SHARE = 0.05
OFTEN = 3
"""So many times a document holds a word that it is about."""

Maker = Callable[[Library, Random], Iterator[Query]]


def make_queries(library: Library, seed: int = 0, each: int = 24, kinds: Sequence[str] = ()) -> tuple[Query, ...]:
    """The queries of these kinds, or of all; at most `each` of a kind that is made, all that were made by hand."""
    made: dict[tuple[str, str], Query] = {}
    for kind, make in KINDS.items():
        if kinds and kind not in kinds:
            continue
        count = 0
        for query in make(library, Random(f"{seed}/{kind}")):
            key = (kind, query.text)
            if key not in made and (query.right or kind == "nothing"):
                made[key] = query
                count += 1
            if count == each and make not in _BY_HAND:
                break
    return tuple(made.values())


# ---------------------------------------------------------------- parts of titles and texts


def core(title: str) -> str:
    """What a title is about, without who sends it and as what.

    >>> core("国务院办公厅关于印发《政府网站集约化试点工作方案》的通知")
    '政府网站集约化试点工作方案'
    >>> core("某市人民政府关于加强校车管理的意见"), core("中华人民共和国气象法"), core("上海市终身教育促进条例")
    ('加强校车管理', '气象法', '上海市终身教育促进条例')
    """
    if found := re.search(r"印发《(.+)》的通知$", title):
        return found[1]
    found = re.match(
        r"^.*?关于(?:印发)?(.+?)(?:有关问题)?的(?:通知|意见|指导意见|若干意见|批复|决定|复函|函|通报|答复|公告)$", title
    )
    if found:
        return found[1]
    return title.removeprefix("中华人民共和国")


def _same_core(library: Library, doc: Doc) -> frozenset[str]:
    wanted = fold(core(doc.title))
    return frozenset(other.id for other in library.docs.values() if fold(core(other.title)) == wanted)


def _shuffled(library: Library, random: Random) -> list[Doc]:
    return random.sample(library.real, len(library.real))


def _sentences(doc: Doc) -> list[str]:
    lines = (line for _, _, text in doc.passages for line in text.split("\n"))
    found = (s.strip() for line in lines for s in re.findall("[^。；]+。", line))
    return [s for s in found if 24 <= len(s) <= 110 and not re.search(r"[|\t]", s)]


def distinctive(doc: Doc, sizes: Sequence[int] = (3, 4, 5, 6)) -> list[str]:
    """Phrases that come again and again in one document, with other words around them: most telling first."""
    counts: Counter[str] = Counter()
    before: dict[str, Counter[str]] = {}
    after: dict[str, Counter[str]] = {}
    for run in HAN.finditer(unicodedata.normalize("NFKC", "\n".join(p[2] for p in doc.passages))):
        word = run[0]
        for size in sizes:
            for at in range(len(word) - size + 1):
                gram = word[at : at + size]
                counts[gram] += 1
                if at:
                    before.setdefault(gram, Counter())[word[at - 1]] += 1
                if at + size < len(word):
                    after.setdefault(gram, Counter())[word[at + size]] += 1

    def is_free(around: Counter[str] | None, count: int) -> bool:
        return not around or 2 * max(around.values()) <= count

    kept = [
        gram
        for gram, count in counts.items()
        if count >= 3 and not _FUNCTION & {gram[0], gram[-1]}
        if not re.search("^[第条款项章号]|[第一二三四五六七八九十]$", gram)
        if is_free(before.get(gram), count) and is_free(after.get(gram), count)
    ]
    return sorted(kept, key=lambda gram: (-counts[gram] * len(gram), gram))


def _terms(library: Library, random: Random, sizes: Sequence[int] = (3, 4, 5, 6), most: int = 12) -> Iterator[str]:
    """Distinctive phrases, each of another document, that few of the real documents hold."""
    real = {doc.id for doc in library.real}
    for doc in _shuffled(library, random):
        if _is_traditional(doc):
            continue
        candidates = distinctive(doc, sizes)[:12]
        random.shuffle(candidates)
        for term in candidates[:4]:
            if 0 < len(library.holding(term) & real) <= most:
                yield term
                break


# ---------------------------------------------------------------- numbers


def _numbered(library: Library, random: Random) -> Iterator[tuple[Doc, str, str, str]]:
    """Documents with agency, year ("" in an order) and number of their 文号; of one number only one."""
    seen = set()
    for doc in _shuffled(library, random):
        found = _NUMBER.match(doc.doc_no)
        order = None if found else _ORDER.match(doc.doc_no)
        if doc.doc_no not in seen and (found or order):
            seen.add(doc.doc_no)
            yield (doc, *found.groups()) if found else (doc, order[1], "", order[2])  # type: ignore[misc,index]


def _of_number(library: Library, doc: Doc) -> frozenset[str]:
    return library.numbered[fold(doc.doc_no)]


def _doc_no(library: Library, random: Random) -> Iterator[Query]:
    for doc, *_ in _numbered(library, random):
        yield Query("doc_no", doc.doc_no, _of_number(library, doc), asked=((doc.doc_no,),), is_literal=True)


def _forms(kind: str, yearly: Sequence[str], orders: Sequence[str] = ()) -> Maker:
    """Queries that write a 文号 in other ways.

    {a} agency, {s} with blanks in it, {o} without 令; {y} year, {wy} in full width; {n} number, {c} in Chinese, {w} in
    full width.
    """

    def make(library: Library, random: Random) -> Iterator[Query]:
        turns = {"yearly": 0, "orders": 0}
        for doc, agency, year, number in _numbered(library, random):
            forms = yearly if year else orders
            if not forms:
                continue
            name = "yearly" if year else "orders"
            form = forms[turns[name] % len(forms)]
            turns[name] += 1
            text = form.format(
                a=agency,
                y=year,
                n=number,
                c=_chinese(int(number)),
                w=_wide(number),
                wy=_wide(year),
                s=" ".join(agency),
                o=agency.removesuffix("令"),
            )
            if text != doc.doc_no:
                yield Query(kind, text, _of_number(library, doc), asked=((doc.doc_no,),), note=doc.doc_no)

    return make


def _agencyless(library: Library, random: Random) -> Iterator[Query]:
    forms = (
        "〔{y}〕{n}号",
        "[{y}]{n}号",
        "({y}){n}号",
        "{y}年{n}号",
        "〔{y}〕第{n}号",
        "【{y}】{n}号",
        "（{wy}）{w}号",
    )
    numbers = Counter(found.groups()[1:] for doc in library.real if (found := _NUMBER.match(doc.doc_no)))
    turn = 0
    for doc, _, year, number in _numbered(library, random):
        if year and numbers[year, number] == 1:
            text = forms[turn % len(forms)].format(y=year, n=number, wy=_wide(year), w=_wide(number))
            turn += 1
            own = f"〔{year}〕{number}号"
            right = frozenset(d.id for d in library.docs.values() if d.doc_no.endswith(own))
            yield Query("doc_no_agencyless", text, right, asked=((own,),), note=doc.doc_no)


def _index_no(library: Library, random: Random) -> Iterator[Query]:
    ways: Sequence[Callable[[str], str]] = (
        str,
        _wide,
        lambda text: text.replace("/", " / "),
        lambda text: text.replace("-", " - "),
        lambda text: text.replace("/", ""),
        lambda text: f"索引号：{text}",
    )
    for turn, doc in enumerate(d for d in _shuffled(library, random) if d.index_no):
        text = ways[turn % len(ways)](doc.index_no)
        yield Query("index_no", text, frozenset({doc.id}), asked=((doc.index_no,),), note=doc.index_no)


def _chinese(number: int) -> str:
    """A number below 10,000 as laws count: 一千一百六十五."""
    digits, units = "零一二三四五六七八九", ("", "十", "百", "千")
    text, has_gap = "", False
    for place, digit in zip(reversed(range(len(str(number)))), str(number), strict=True):
        if digit == "0":
            has_gap = bool(text)
            continue
        text += ("零" if has_gap else "") + digits[int(digit)] + units[place]
        has_gap = False
    return text.removeprefix("一") if 10 <= number < 20 else text


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


# ---------------------------------------------------------------- titles


def _title(library: Library, random: Random) -> Iterator[Query]:
    for doc in _shuffled(library, random):
        right = frozenset(other.id for other in library.docs.values() if other.name == doc.name)
        yield Query("title", doc.title, right, asked=((doc.title,),), is_literal=True)


def _title_core(library: Library, random: Random) -> Iterator[Query]:
    for doc in _shuffled(library, random):
        text = core(doc.title)
        if text != doc.title and len(text) >= 3:
            yield Query("title_core", text, _same_core(library, doc), asked=((text,),), is_literal=True)


def _title_cut(library: Library, random: Random) -> Iterator[Query]:
    real = {doc.id for doc in library.real}
    for turn, doc in enumerate(_shuffled(library, random)):
        title = doc.title
        inside = [at for at in range(1, len(title)) if title[at - 1].isdigit() and title[at].isdigit()]
        if len(title) < 9:
            continue
        start = random.choice(inside) if inside and turn % 2 else random.randrange(0, len(title) - 7)
        text = title[start : start + random.randint(7, max(8, len(title) * 2 // 3))].strip(" 《》（）")
        right = library.titled(text)
        if len(fold(text)) >= 6 and text != title and 0 < len(right & real) <= 5:
            yield Query("title_cut", text, right, asked=((text,),))


# ---------------------------------------------------------------- words of texts


def _literal(kind: str, library: Library, text: str, asked: tuple[tuple[str, ...], ...], note: str = "") -> Query:
    return Query(kind, text, library.holding_all(asked), asked=asked, is_set=True, is_literal=True, note=note)


def _term(library: Library, random: Random) -> Iterator[Query]:
    for term in _terms(library, random):
        yield _literal("term", library, term, ((term,),))


def _several(library: Library, random: Random, size: int) -> Iterator[tuple[str, ...]]:
    """Words that stand apart from each other in some document, none of them in most documents, together in few."""
    real = {doc.id for doc in library.real}
    for doc in _shuffled(library, random):
        words = distinctive(doc, (2, 3, 4))[:25]
        random.shuffle(words)
        chosen: list[str] = []
        for word in words:
            is_apart = not any(set(word) & set(other) for other in chosen)
            if len(chosen) < size and is_apart and len(library.holding(word) & real) <= len(real) // 4:
                chosen.append(word)
        if len(chosen) == size and len(library.holding_all([(w,) for w in chosen]) & real) <= 10:
            yield tuple(chosen)


def _words(library: Library, random: Random) -> Iterator[Query]:
    pairs, triples = _several(library, random, 2), _several(library, random, 3)
    for turn in range(len(library.real)):
        words = next(triples if turn % 3 == 2 else pairs, ())
        if words:
            blank = ("  ", " ", "\u3000")[turn // 3 % 3]
            yield _literal("words", library, blank.join(words), tuple((w,) for w in words))


def _words_joined(library: Library, random: Random) -> Iterator[Query]:
    """The same without blanks; right is what has them in one passage."""
    for words in _several(library, random, 2):
        asked = tuple((w,) for w in words)
        right = frozenset(doc for doc in library.holding_all(asked) if _says(library.docs[doc], asked))
        yield Query("words_joined", "".join(words), right, asked=asked, is_set=True)


def _is_traditional(doc: Doc) -> bool:
    chars = "".join(HAN.findall("".join(p[2] for p in doc.passages)[:4000]))
    return sum(is_traditional(char) for char in chars) > _TRADITIONAL_SHARE * len(chars)


def _traditional(library: Library, random: Random) -> Iterator[Query]:
    for term in _terms(library, random):
        text = to_traditional(term)
        if text != term and fold(text) == fold(term):
            yield _literal("traditional", library, text, ((term,),), note=term)


def _simplified(library: Library, random: Random) -> Iterator[Query]:
    """Phrases of documents in traditional characters, in simplified ones."""
    docs = [doc for doc in library.real if _is_traditional(doc)]
    phrases: list[str] = []
    for doc in docs:
        raw = unicodedata.normalize("NFKC", "\n".join(p[2] for p in doc.passages))
        clauses = [run[0] for run in HAN.finditer(raw) if len(run[0]) >= 5]
        cut = [clause[: 4 + len(clause) % 6] for clause in clauses]
        phrases += dict.fromkeys(fold(c) for c in cut if any(map(is_traditional, c)) and not _FUNCTION & {c[0], c[-1]})
    random.shuffle(phrases)
    for text in phrases:
        yield _literal("simplified", library, text, ((text,),))


def to_traditional(text: str) -> str:
    """The text in traditional characters."""
    converted: str = _opencc("s2t").convert(text)
    return converted


@cache
def _opencc(direction: str) -> Any:
    from opencc import OpenCC  # type: ignore[import-untyped]

    return OpenCC(direction)


# ---------------------------------------------------------------- mistakes of the hand

_SHAPES = """
" 己已巳 未末 戊戌戍 贷货 账帐 侯候 拔拨 辨辩辫 拆折 晴睛 清请情 渔鱼 蓝篮 待侍 徒徙 幕墓慕募 竟竞
哀衷 券卷 即既 历厉 复夏 防访 坏环 城诚 保堡 营管 设没 治冶 施拖 险检 捡俭 规现 理埋 条务
责贵 评许 划戏 列例 处外 员贡 质贸 量重 标杯 准淮 证正 政攻 法注 令今 农衣 业亚 境镜 工土
地他 计什 统流 报极 告吉 审宙 批比 通迪 知和 水永 电申 气乞 海侮 公分 民氏 国围 家冢 行仃
办为 科料 技枝 术木 学字 育肓 文交 体休 卫工 生主 食良 品晶 药约 医匡
"""


@cache
def look_alike() -> dict[str, str]:
    """Characters that are mistaken for each other by their shape."""
    pairs: dict[str, str] = {}
    for group in _SHAPES.split():
        for a, b in zip(group, group[1:] + group[0], strict=True):
            if a != b:
                pairs.setdefault(a, b)
    return pairs


def _spoilt(text: str, way: str, library: Library, random: Random) -> str:
    """The text with one mistake in it, not at its ends; the same text where there is no place for it."""
    places = [at for at in range(1, len(text) - 1) if HAN.fullmatch(text[at])]
    random.shuffle(places)
    for at in places:
        char, other = text[at], ""
        if way == "missing":
            return text[:at] + text[at + 1 :]
        if way == "extra":
            return text[:at] + random.choice((char, "的", "一")) + text[at:]
        if way == "swapped" and text[at + 1] != char and HAN.fullmatch(text[at + 1]):
            return text[:at] + text[at + 1] + char + text[at + 2 :]
        if way == "sound":
            other = _same_sound(library).get(char, "")
        if way == "shape":
            other = look_alike().get(char, "")
        if other:
            return text[:at] + other + text[at + 1 :]
    return text


_sounds: dict[int, dict[str, str]] = {}


def _same_sound(library: Library) -> dict[str, str]:
    """For each character the most usual other one that sounds the same but for its tone."""
    if id(library) not in _sounds:
        from pypinyin import lazy_pinyin

        counts = Counter(char for doc in library.real for char in doc.text if HAN.fullmatch(char))
        by_sound: dict[str, list[str]] = {}
        for char, _ in counts.most_common(3000):
            by_sound.setdefault(lazy_pinyin(char)[0], []).append(char)
        found = {}
        for chars in by_sound.values():
            for char in chars:
                others = [other for other in chars if other != char]
                if others:
                    found[char] = others[0]
        _sounds[id(library)] = found
    return _sounds[id(library)]


def _typo(library: Library, random: Random) -> Iterator[Query]:
    ways = ("sound", "shape", "missing", "extra", "swapped")
    terms = _terms(library, Random(random.random()), sizes=(5, 6))
    for turn, doc in enumerate(_shuffled(library, random)):
        way = ways[turn % len(ways)]
        if turn % 4 == 3 and (term := next(terms, "")):
            intended, right = term, library.holding(term)
        else:
            intended, right = core(doc.title), _same_core(library, doc)
        text = _spoilt(intended, way, library, random) if 6 <= len(intended) <= 30 or turn % 4 == 3 else intended
        if text != intended and not library.holding(text):
            yield Query("typo", text, right, asked=((intended,),), note=f"{intended}（{way}）")


# ---------------------------------------------------------------- pinyin


def _readings(text: str) -> tuple[frozenset[str], ...]:
    from pypinyin import Style, pinyin

    return tuple(frozenset(ways) for ways in pinyin(text, style=Style.NORMAL, heteronym=True))


def _sounding(library: Library, syllables: Sequence[str], *, is_initials: bool) -> frozenset[str]:
    """The documents whose title has characters in a row that may be read so."""
    found = set()
    size = len(syllables)
    for doc in library.docs.values():
        ways = _title_readings(doc.name)
        for at in range(len(ways) - size + 1):
            row = ways[at : at + size]
            if all(
                any(way.startswith(wanted) if is_initials else way == wanted for way in either)
                for either, wanted in zip(row, syllables, strict=True)
            ):
                found.add(doc.id)
                break
    return frozenset(found)


@cache
def _title_readings(name: str) -> tuple[frozenset[str], ...]:
    return tuple(ways for run in HAN.findall(name) for ways in (*_readings(run), frozenset({" "})))


def _named(library: Library, random: Random, low: int, high: int) -> Iterator[str]:
    """Words of titles: such as the text of the document has again and again."""
    for doc in _shuffled(library, random):
        name = fold(core(doc.title))
        words = [w for w in distinctive(doc, range(low, high + 1)) if w in name]
        if words:
            yield random.choice(words[:6])


def _pinyin(library: Library, random: Random) -> Iterator[Query]:
    from pypinyin import lazy_pinyin

    for turn, word in enumerate(_named(library, random, 2, 6)):
        syllables = lazy_pinyin(word)
        text = (" " if turn % 3 == 1 else "").join(syllables)
        right = _sounding(library, syllables, is_initials=False)
        yield Query("pinyin", text.upper() if turn % 7 == 5 else text, right, asked=((word,),), note=word)


def _initials(library: Library, random: Random) -> Iterator[Query]:
    from pypinyin import lazy_pinyin

    for turn, word in enumerate(_named(library, random, 4, 7)):
        initials = [syllable[0] for syllable in lazy_pinyin(word)]
        text = "".join(initials)
        right = _sounding(library, initials, is_initials=True)
        yield Query("initials", text.upper() if turn % 7 == 5 else text, right, asked=((word,),), note=word)


# ---------------------------------------------------------------- longer and other things


def _sentence(library: Library, random: Random) -> Iterator[Query]:
    for turn, doc in enumerate(_shuffled(library, random)):
        sentences = _sentences(doc)
        if not sentences:
            continue
        whole = random.choice(sentences)
        half = len(whole) // 2
        text = (
            whole,
            re.sub(r"[^\w]", "", whole),
            whole[:half],
            whole[half:],
            f"{whole[:half]}\n{whole[half:]}",
            f" {whole[:half]} {whole[half:]}",
        )[turn % 6]
        asked = re.sub(r"\s", "", text)
        yield Query("sentence", text, library.holding(asked, with_stops=False), asked=((asked,),))


def _date(library: Library, random: Random) -> Iterator[Query]:
    forms = (
        "{y}年{m}月",
        "{y}年{m}月{d}日",
        "{y}-{m:02}",
        "{y}-{m:02}-{d:02}",
        "{m}月{d}日",
        "{y}/{m}/{d}",
        "{y}年{m:02}月{d:02}日",
        "{y}.{m}.{d}",
        "{y}年{m:02}月",
    )
    days = sorted({day for doc in library.real for day in doc.dates if day > "1995"})
    for turn, day in enumerate(random.sample(days, len(days))):
        form = forms[turn % len(forms)]
        y, m, d = map(int, day.split("-"))
        parts = (f"{y}年" if "{y}" in form else "") + f"{m}月" + (f"{d}日" if "{d" in form else "")
        text = form.format(y=y, m=m, d=d)
        holders = library.holding(parts)
        yield Query("date", text, holders, asked=((parts,),), is_set=True, note=parts)


def _article(library: Library, random: Random) -> Iterator[Query]:
    forms = (
        "{law}{han}",
        "{law}第{n}条",
        "{law}{n}条",
        "{law} {han}",
        "《{law}》{han}",
        "{full}{han}",
        "{law} {n}条",
        "《{full}》第{n}条",
    )
    for turn, doc in enumerate(_shuffled(library, random)):
        articles = [(anchor, heading) for anchor, heading, _ in doc.passages if _ARTICLE.match(heading)]
        law = core(doc.title)
        if len(articles) < 5 or len(law) > 18 or not re.search("(?:法|法典|条例|规定|办法|细则)$", law):
            continue
        anchor, heading = random.choice(articles)
        number = int(_arabic(_ARTICLE.match(heading)[1]))  # type: ignore[index]
        full = f"中华人民共和国{law}" if doc.title.startswith("中华人民共和国") else law
        text = forms[turn % len(forms)].format(law=law, full=full, han=heading, n=number)
        asked = ((law,), (heading, f"第{number}条"))
        yield Query("article", text, _same_core(library, doc), anchor=anchor, asked=asked)


def _arabic(numeral: str) -> int:
    """What a Chinese number below 10,000 comes to.

    >>> _arabic("一千一百六十五"), _arabic("十二"), _arabic("一百零三")
    (1165, 12, 103)
    """
    total = digit = 0
    for char in numeral:
        if char in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[char]
            digit = 0
        else:
            digit = "零一二三四五六七八九".find(char.replace("〇", "零"))
    return total + digit


def _heading(library: Library, random: Random) -> Iterator[Query]:
    attached = [(doc, name) for doc in library.real for name in doc.names if name.startswith("附")]
    for doc, name in attached[:8]:
        yield Query("heading", name, frozenset({doc.id}), asked=((name,),))
    for doc in _shuffled(library, random):
        headings = {
            text
            for _, heading, _ in doc.passages
            if not _ARTICLE.match(heading) and 5 <= len(text := _HEADLINE.sub("", heading).strip()) <= 24
        }
        few = [text for text in sorted(headings) if 0 < len(library.holding(text)) <= 10]
        if few:
            text = random.choice(few)
            yield _literal("heading", library, text, ((text,),))


# ---------------------------------------------------------------- made by hand


@cache
def handmade() -> dict[str, list[Any]]:
    """The queries made by hand, as they stand in the file."""
    found: dict[str, list[Any]] = yaml.safe_load(HANDMADE.read_text(encoding="utf-8"))
    return found


def _question(library: Library, _: Random) -> Iterator[Query]:
    for entry in handmade()["questions"]:
        asked = tuple(tuple(word.split("|")) for word in entry["says"])
        named = frozenset[str]().union(*(library.titled(part) for part in entry["in"]))
        holders = library.holding_all(asked, with_stops=False)
        says = {doc for doc in holders if _says(library.docs[doc], asked)}
        if named:
            yield Query("question", entry["q"], named | says, asked=asked)


def _says(doc: Doc, asked: tuple[tuple[str, ...], ...]) -> bool:
    """Whether one passage holds one text of each."""
    wanted = [[fold(text).replace("\n", "") for text in either] for either in asked]
    passages = (part.replace("\n", "") for part in doc.parts)
    return any(all(any(text in passage for text in either) for either in wanted) for passage in passages)


def _synonym(library: Library, _: Random) -> Iterator[Query]:
    for entry in handmade()["synonyms"]:
        official = entry["official"]
        right = frozenset[str]().union(*(library.titled(part) for part in official))
        names = [fold(part) for part in official]
        right |= {d.id for d in library.docs.values() if any(d.text.count(name) >= OFTEN for name in names)}
        for other in entry.get("with", ()):
            right &= library.titled(other)
        word = entry["q"].removeprefix("".join(entry.get("with", ())))
        yield Query("synonym", entry["q"], right, asked=((word, *official),), note="、".join(official))


def _nothing(library: Library, random: Random) -> Iterator[Query]:
    for text in handmade()["nothing"]:
        if not library.holding(text, with_stops=False):
            yield Query("nothing", text)
    numbered = [found for doc in library.real if (found := _NUMBER.match(doc.doc_no))]
    for found in random.sample(numbered, min(12, len(numbered))):
        text = f"{found[1]}〔{found[2]}〕{int(found[3]) + 1000 + random.randrange(900)}号"
        if fold(text) not in library.numbered and not library.holding(text):
            yield Query("nothing", text)


_BRACKETS = (
    "{a}[{y}]{n}号",
    "{a}({y}){n}号",
    "{a}（{y}）{n}号",
    "{a}【{y}】{n}号",
    "{a}［{y}］{n}号",
    "{a}{{{y}}}{n}号",
    "{a}〈{y}〉{n}号",
    "{a}《{y}》{n}号",
)
_SPELLINGS = (
    "{a}〔{wy}〕{w}号",
    "{a} 〔{y}〕 {n} 号",
    "{a}〔{y}〕第{n}号",
    "{a}{y}年{n}号",
    "{a}〔{y}〕{n}",
    "{a}{y}-{n}",
    "{a}{y} {n}号",
    "{a}（{y}年）{n}号",
    "{a}[{y}]{n}",
    "{s} 〔 {y} 〕 {n} 号",
    "{a}{y}年第{n}号",
    "{a}{y}{n}号",
)
_ORDERS = (
    "{a}第 {n} 号",
    "{a}{n}号",
    "{a}第{c}号",
    "{o}第{n}号令",
    "{a}第{w}号",
    "{a} {n}号",
    "{a}（第{n}号）",
    "{a}第{n}",
)
_WRONG = (
    "{a}〔{y}]{n}号",
    "{a}（{y}】{n}号",
    "{a}[{y}）{n}号",
    "{a}{y}〕{n}号",
    "{a}〔{y}{n}号",
    "{a}〔{y}）{n}号",
    "{a}({y}〕{n}号",
)

KINDS: dict[str, Maker] = {
    "doc_no": _doc_no,
    "doc_no_brackets": _forms("doc_no_brackets", _BRACKETS),
    "doc_no_spelling": _forms("doc_no_spelling", _SPELLINGS),
    "doc_no_orders": _forms("doc_no_orders", (), _ORDERS),
    "doc_no_agencyless": _agencyless,
    "doc_no_wrong": _forms("doc_no_wrong", _WRONG),
    "index_no": _index_no,
    "title": _title,
    "title_core": _title_core,
    "title_cut": _title_cut,
    "term": _term,
    "words": _words,
    "words_joined": _words_joined,
    "traditional": _traditional,
    "simplified": _simplified,
    "typo": _typo,
    "pinyin": _pinyin,
    "initials": _initials,
    "sentence": _sentence,
    "question": _question,
    "synonym": _synonym,
    "date": _date,
    "article": _article,
    "heading": _heading,
    "nothing": _nothing,
}
_BY_HAND = (_question, _synonym, _nothing)
