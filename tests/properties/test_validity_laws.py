"""Validity is a total function of the day: laws that hold for any documents with any dates, relations and texts."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sitegen.model import BodyRef, DocId, Document, Relation, RelationKind, Terms, Validity
from sitegen.validity import IN_FORCE, Life, ValidityOn, lives
from sitegen.versions import texts_of_rules

START = date(2024, 1, 1)
SPAN = 12
DAYS = [START + timedelta(n) for n in range(-2, SPAN + 3)]
ENDED = (Validity.REPEALED, Validity.EXPIRED)

days = st.integers(0, SPAN).map(lambda n: START + timedelta(n))
maybe = st.none() | days
Graph = tuple[tuple[Document, ...], tuple[Relation, ...]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """A few documents, some of them texts of the first, with relations between any of them."""
    names = "abcdef"[: draw(st.integers(2, 6))]
    documents = []
    for name in names:
        doc = Document(
            id=name,
            path=f"x/{name}.md",
            title=name,
            pub_date=START,
            issuers=("某局",),
            columns=("x",),
            body=BodyRef(),
            effective_date=draw(maybe),
            expire_date=draw(maybe),
            repeal_date=draw(st.none() | st.none() | days),
            declared_validity=draw(st.none() | st.sampled_from(Validity)),
            stated=Terms(draw(st.none() | days), draw(st.none() | days)),
            version_of="a" if name != "a" and draw(st.booleans()) else "",
        )
        documents.append(doc)
    relations = draw(st.lists(relations_among(names), max_size=8))
    return tuple(documents), tuple(relations)


def relations_among(names: str) -> st.SearchStrategy[Relation]:
    return st.builds(
        Relation,
        kind=st.sampled_from(
            [RelationKind.REPEALS, RelationKind.REPEALS, RelationKind.AMENDS, RelationKind.INTERPRETS]
        ),
        source=st.sampled_from(names),
        target=st.sampled_from(names),
        effective_date=days,
        articles=st.sampled_from([(), (), ("第一条",)]),
        is_in_text=st.booleans(),
    ).filter(lambda relation: relation.source != relation.target)


def lives_in(graph: Graph) -> dict[DocId, Life]:
    """The lives of all documents, and of the pages of texts."""
    documents = {doc.id: doc for doc in graph[0]}
    incoming = {name: tuple(r for r in graph[1] if r.target == name) for name in documents}
    texts = texts_of_rules(documents, {doc.id: doc.version_of for doc in graph[0] if doc.version_of})
    found = lives(documents, incoming, texts)
    return {name: found.get(name, IN_FORCE) for name in (*documents, *found)}


def states(life: Life) -> list[ValidityOn]:
    return [life.on(day) for day in DAYS]


def end_of(life: Life) -> date:
    """The day on which it ended by something dated; the last of all if it did not."""
    return next((turn.day for turn in life.changes if turn.state.state in ENDED and turn.state.since), date.max)


@given(graphs())
def test_every_document_has_a_state_on_every_day_and_it_began_by_then(graph: Graph) -> None:
    for life in lives_in(graph).values():
        for day, state in zip(DAYS, states(life), strict=True):
            is_by_word = state == life.first
            assert is_by_word or state.since is None or state.since <= day


@given(graphs())
def test_state_changes_only_on_the_days_of_changes(graph: Graph) -> None:
    for life in lives_in(graph).values():
        assert [turn.day for turn in life.changes] == sorted(turn.day for turn in life.changes)
        for day in DAYS[1:]:
            if life.on(day) != life.on(day - timedelta(1)):
                assert day in {turn.day for turn in life.changes}


@given(graphs(), st.sampled_from(DAYS), st.sampled_from(DAYS))
def test_pages_change_between_two_days_only_where_a_life_does(graph: Graph, one: date, other: date) -> None:
    first, last = sorted((one, other))
    for life in lives_in(graph).values():
        if not any(first < turn.day <= last for turn in life.changes):
            assert life.on(first) == life.on(last)


@given(graphs())
def test_what_has_ended_stays_ended(graph: Graph) -> None:
    for life in lives_in(graph).values():
        end = end_of(life)
        assert all((life.on(day).state in ENDED and life.on(day).since == end) for day in DAYS if day >= end)


@given(graphs())
def test_what_has_begun_is_not_pending_again(graph: Graph) -> None:
    for life in lives_in(graph).values():
        is_pending = [state.state is Validity.PENDING and bool(life.changes) for state in states(life)]
        assert is_pending == sorted(is_pending, reverse=True)


@given(graphs(), st.randoms(use_true_random=False))
def test_order_of_files_does_not_matter(graph: Graph, random: object) -> None:
    documents, relations = list(graph[0]), list(graph[1])
    random.shuffle(documents)  # type: ignore[attr-defined]
    random.shuffle(relations)  # type: ignore[attr-defined]
    before, after = lives_in(graph), lives_in((tuple(documents), tuple(relations)))
    assert {name: states(life) for name, life in before.items()} == {name: states(after[name]) for name in before}


@given(graphs(), st.data())
def test_another_repeal_never_lets_its_target_end_later(graph: Graph, data: st.DataObject) -> None:
    documents, relations = graph
    names = "".join(doc.id for doc in documents)
    more = data.draw(relations_among(names))._replace(kind=RelationKind.REPEALS, articles=())
    before, after = lives_in(graph), lives_in((documents, (*relations, more)))
    assert end_of(after[more.target]) <= end_of(before[more.target])


@given(graphs(), st.data())
def test_repeal_by_a_document_that_never_ends_takes_effect_on_its_day(graph: Graph, data: st.DataObject) -> None:
    documents, relations = graph
    source = Document("z", "x/z.md", "z", START, ("某局",), ("x",), BodyRef())
    target, day = data.draw(st.sampled_from([doc.id for doc in documents if not doc.version_of])), data.draw(days)
    repeal = Relation(RelationKind.REPEALS, "z", target, day)
    life = lives_in(((*documents, source), (*relations, repeal)))[target]
    assert end_of(life) <= day


@given(graphs())
def test_rule_is_in_the_state_of_one_of_its_texts(graph: Graph) -> None:
    found = lives_in(graph)
    texts = texts_of_rules({doc.id: doc for doc in graph[0]}, {d.id: d.version_of for d in graph[0] if d.version_of})
    for rule, of_rule in texts.items():
        for day in DAYS:
            assert found[rule].on(day) in [found[text.page].on(day) for text in of_rule]
