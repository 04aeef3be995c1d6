"""Laws of redlines: the differences between two texts hold both of them, whatever the texts are."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sitegen.gongwen import to_chinese_numeral
from sitegen.markdown import parse_body
from sitegen.model import Body, Section
from sitegen.redline import Change, Comparison, Mark, compare

_WORDS = (
    "本办法",
    "行政机关",
    "应当",
    "可以",
    "公开",
    "政府信息",
    "五日",
    "十日",
    "的",
    "，",
    "。",
    "；",
    "（一）",
    "和",
    "X1",
    " ",
)
_sentences = st.lists(st.sampled_from(_WORDS), max_size=12).map("".join)
_articles = st.lists(st.lists(_sentences, min_size=1, max_size=3).map("\n\n".join), max_size=8)


def _law(articles: list[str]) -> Body:
    text = "\n\n".join(f"第{to_chinese_numeral(number)}条 {words}" for number, words in enumerate(articles, 1))
    return parse_body(text, 1).body


_laws = _articles.map(_law)
_plain = st.lists(_sentences, max_size=8).map(lambda lines: parse_body("\n\n".join(lines), 1).body)
_raw = st.lists(  # no parser gives such bodies
    st.builds(
        Section,
        st.text(max_size=3),
        st.sampled_from(("", "第一条", "第二章 总则", "一、总体要求", "\n")),
        st.text(alphabet="第一二条章（）()，,　 \t\r\n甲乙丙ab１1.", max_size=30),
    ),
    max_size=6,
).map(lambda sections: Body("", sections=tuple(sections)))
_bodies = st.one_of(_laws, _plain, _raw)


def _texts(comparison: Comparison, mark: Mark) -> Counter[str]:
    return Counter(piece.text for part in comparison.parts for piece in part.pieces if piece.mark is mark)


@given(_bodies, _bodies)
def test_the_pieces_give_both_texts_back(old: Body, new: Body) -> None:
    comparison = compare(old, new)
    assert comparison.old == old.text
    assert comparison.new == new.text


@given(_bodies)
def test_a_text_compared_with_itself_has_no_difference(body: Body) -> None:
    comparison = compare(body, body)
    assert all(part.change is Change.SAME for part in comparison.parts)
    assert all(piece.mark is Mark.BOTH for part in comparison.parts for piece in part.pieces)


@given(_bodies, _bodies)
def test_the_way_back_adds_what_the_way_there_removes(old: Body, new: Body) -> None:
    there, back = compare(old, new), compare(new, old)
    assert _texts(there, Mark.INSERTED) == _texts(back, Mark.DELETED)
    assert _texts(there, Mark.DELETED) == _texts(back, Mark.INSERTED)


@given(_bodies, _bodies)
def test_the_same_texts_give_the_same_comparison(old: Body, new: Body) -> None:
    assert compare(old, new) == compare(old, new)


@given(_bodies, _bodies)
def test_moved_parts_name_their_other_half(old: Body, new: Body) -> None:
    parts = compare(old, new).parts
    for position, part in enumerate(parts):
        if part.change in (Change.MOVED, Change.LEFT):
            other = parts[part.other]
            assert {part.change, other.change} == {Change.MOVED, Change.LEFT}
            assert other.other == position
            assert (part.old, part.new) == (other.old, other.new)
        else:
            assert part.other == -1


@given(_articles, st.integers(0, 8), _sentences)
def test_an_inserted_article_changes_no_other_one(articles: list[str], at: int, words: str) -> None:
    """With words of its own: an article that repeats another one could as well be that one."""
    before = [f"{word}{number}号事项" for number, word in enumerate(articles)]
    after = [*before[:at], f"{words}新增事项", *before[at:]]
    changes = Counter(part.change for part in compare(_law(before), _law(after)).parts)
    assert changes[Change.ADDED] == 1
    assert set(changes) <= {Change.ADDED, Change.SAME, Change.RENUMBERED}
