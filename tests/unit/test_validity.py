"""What state a document is in on any day, and by what: every case that has a defined answer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sitegen.model import BodyRef, Document, Relation, RelationKind, Terms, UpdateKind, Validity
from sitegen.validity import Life, Text, ValidityOn, lives, text_on
from sitegen.versions import texts_of_rules, versions_on

DAY = date(2026, 11, 22)
ONE = timedelta(days=1)
PENDING, EFFECTIVE, AMENDED, EXPIRED, REPEALED = Validity
NAMES = {kind.name.lower(): kind for kind in RelationKind}


def document(doc_id: str = "a", **fields: Any) -> Document:
    usual: dict[str, Any] = {
        "id": doc_id,
        "path": f"fd-01-gfx/{doc_id}.md",
        "title": "甲办法",
        "pub_date": date(2020, 3, 5),
        "issuers": ("某局",),
        "columns": ("fd-01-gfx",),
        "body": BodyRef(),
    }
    return Document(**usual | fields)


def lives_of(*documents: Document, relations: tuple[Relation, ...] = ()) -> dict[str, Life]:
    """The lives of these documents; those that only act need not be named."""
    known = {doc.id: doc for doc in documents}
    for relation in relations:
        known.setdefault(relation.source, document(relation.source))
        known.setdefault(relation.target, document(relation.target))
    incoming = {
        doc_id: tuple(sorted((r for r in relations if r.target == doc_id), key=lambda r: (r.effective_date, r.source)))
        for doc_id in known
    }
    texts = texts_of_rules(known, {doc.id: doc.version_of for doc in known.values() if doc.version_of})
    return dict(lives(known, incoming, texts))


def act(what: str, day: date = DAY, *articles: str, is_in_text: bool = False) -> Relation:
    """A relation from a short text: `b repeals a`."""
    source, kind, target = what.split()
    return Relation(NAMES[kind], source, target, day, articles, is_in_text)


def on(day: date, *documents: Document, relations: tuple[Relation, ...] = (), of: str = "a") -> ValidityOn:
    return lives_of(*documents, relations=relations)[of].on(day)


# ---------------------------------------------------------------- dates


def test_document_of_which_nothing_is_known_has_no_life_of_its_own() -> None:
    assert lives_of(document()) == {}


@pytest.mark.parametrize("fields", [{"effective_date": DAY}, {"stated": Terms(effective=DAY)}])
def test_document_is_pending_until_the_day_it_takes_effect(fields: dict[str, Any]) -> None:
    written = date(2020, 3, 1)
    doc = document(written_date=written, **fields)
    assert on(DAY - ONE, doc) == ValidityOn(PENDING, written)
    assert on(DAY, doc) == ValidityOn(EFFECTIVE, DAY)


def test_document_expires_the_day_after_its_last() -> None:
    doc = document(expire_date=DAY)
    assert on(DAY, doc).state is EFFECTIVE
    assert on(DAY + ONE, doc) == ValidityOn(EXPIRED, DAY + ONE)


def test_term_in_the_text_ends_it_and_is_named_as_the_reason() -> None:
    doc = document(stated=Terms(DAY - ONE, DAY, "第十条", "有效期五年"))
    assert on(DAY, doc).state is EFFECTIVE
    assert on(DAY + ONE, doc) == ValidityOn(EXPIRED, DAY + ONE, reason="正文第十条：有效期五年")


def test_front_matter_goes_before_the_text() -> None:
    stated = Terms(DAY - ONE, DAY, "第十条", "有效期五年")
    doc = document(effective_date=DAY, expire_date=DAY + 9 * ONE, stated=stated)
    assert on(DAY - ONE, doc).state is PENDING
    assert on(DAY + 9 * ONE, doc).state is EFFECTIVE
    assert on(DAY + 10 * ONE, doc) == ValidityOn(EXPIRED, DAY + 10 * ONE)


def test_the_earlier_end_counts() -> None:
    assert on(DAY, document(expire_date=DAY - ONE, repeal_date=DAY - 9 * ONE)).state is REPEALED
    assert on(DAY, document(expire_date=DAY - 9 * ONE, repeal_date=DAY)).state is EXPIRED


def test_the_last_day_of_all_is_no_crash() -> None:
    assert on(date.max, document(expire_date=date.max)).state is EFFECTIVE


# ---------------------------------------------------------------- words


def test_declared_state_counts_where_nothing_dated_says_anything() -> None:
    assert on(DAY, document(declared_validity=REPEALED)) == ValidityOn(REPEALED)


@pytest.mark.parametrize(
    ("word", "fields"),
    [
        (REPEALED, {"repeal_date": DAY + ONE}),
        (EXPIRED, {"expire_date": DAY + ONE}),
        (EXPIRED, {"stated": Terms(expire=DAY + ONE)}),
        (PENDING, {"effective_date": DAY}),
        (PENDING, {"stated": Terms(effective=DAY)}),
    ],
)
def test_word_that_a_date_contradicts_does_not_count(word: Validity, fields: dict[str, Any]) -> None:
    assert on(DAY, document(declared_validity=word, **fields)).state is EFFECTIVE


# ---------------------------------------------------------------- repeals and changes


def test_repeal_counts_from_the_day_it_takes_effect() -> None:
    relations = (act("b repeals a"),)
    assert on(DAY - ONE, relations=relations).state is EFFECTIVE
    assert on(DAY, relations=relations) == ValidityOn(REPEALED, DAY, "b")


def test_repeal_counts_even_before_the_document_takes_effect() -> None:
    doc = document(effective_date=DAY + 9 * ONE)
    life = lives_of(doc, relations=(act("b repeals a"),))["a"]
    assert [life.on(day).state for day in (DAY - ONE, DAY, DAY + 9 * ONE)] == [PENDING, REPEALED, REPEALED]
    assert [turn.kind for turn in life.changes] == [UpdateKind.REPEALED]


def test_repeal_of_some_articles_changes_the_document_and_names_them() -> None:
    state = on(DAY, relations=(act("b repeals a", DAY, "第三条", "第五条"),))
    assert state == ValidityOn(AMENDED, DAY, "b", ("第三条", "第五条"))


def test_change_that_the_text_holds_already_is_told_and_changes_no_state() -> None:
    life = lives_of(relations=(act("b amends a", is_in_text=True),))["a"]
    assert life.on(DAY).state is EFFECTIVE
    assert [(turn.day, turn.kind, turn.cause) for turn in life.changes] == [(DAY, UpdateKind.AMENDED, "b")]


def test_the_last_change_counts() -> None:
    assert on(DAY, relations=(act("b amends a"), act("c amends a", DAY - ONE))) == ValidityOn(AMENDED, DAY, "b")


def test_document_changed_before_it_takes_effect_is_changed_when_it_does() -> None:
    life = lives_of(document(effective_date=DAY + ONE), relations=(act("b amends a"),))["a"]
    assert life.on(DAY).state is PENDING
    assert life.on(DAY + ONE) == ValidityOn(AMENDED, DAY, "b")


@pytest.mark.parametrize("kind", ["interprets", "forwards", "supports", "based_on"])
def test_other_relations_leave_it_in_force(kind: str) -> None:
    assert on(DAY, relations=(act(f"b {kind} a"),)).state is EFFECTIVE


def test_of_two_causes_on_one_day_both_count_and_a_repeal_is_named_first() -> None:
    doc = document(expire_date=DAY - ONE)
    assert on(DAY, doc, relations=(act("c repeals a"), act("b repeals a"))) == ValidityOn(REPEALED, DAY, "b")
    assert on(DAY, document(expire_date=DAY - ONE, repeal_date=DAY)) == ValidityOn(REPEALED, DAY)


def test_change_on_the_day_of_the_end_is_told_before_it() -> None:
    life = lives_of(relations=(act("c repeals a"), act("b amends a")))["a"]
    assert [turn.kind for turn in life.changes] == [UpdateKind.AMENDED, UpdateKind.REPEALED]
    assert life.on(DAY).state is REPEALED


# ---------------------------------------------------------------- repeals of repeals


def test_repeal_that_was_repealed_before_it_took_effect_never_does() -> None:
    relations = (act("b repeals a", DAY), act("c repeals b", DAY - ONE))
    assert on(DAY, relations=relations).state is EFFECTIVE


def test_nothing_revives_when_the_repealing_document_is_repealed_later() -> None:
    relations = (act("b repeals a", DAY), act("c repeals b", DAY + ONE))
    assert on(DAY + 9 * ONE, relations=relations) == ValidityOn(REPEALED, DAY, "b")


def test_repeal_by_a_document_that_has_expired_before_does_not_count() -> None:
    known = (document(), document("b", expire_date=DAY - 2 * ONE))
    assert on(DAY, *known, relations=(act("b repeals a"),)).state is EFFECTIVE
    assert on(DAY, *known, relations=(act("b amends a"),)).state is EFFECTIVE


def test_documents_that_repeal_each_other_on_one_day_both_end() -> None:
    life = lives_of(relations=(act("a repeals b"), act("b repeals a")))
    assert life["a"].on(DAY) == ValidityOn(REPEALED, DAY, "b")
    assert life["b"].on(DAY) == ValidityOn(REPEALED, DAY, "a")


def test_of_documents_that_repeal_each_other_in_turn_the_first_repeal_counts() -> None:
    life = lives_of(relations=(act("a repeals b", DAY), act("b repeals c", DAY + ONE), act("c repeals a", DAY + ONE)))
    assert life["b"].on(DAY).state is REPEALED
    assert "c" not in life or life["c"].on(DAY + 9 * ONE).state is EFFECTIVE
    assert life["a"].on(DAY + ONE) == ValidityOn(REPEALED, DAY + ONE, "c")


# ---------------------------------------------------------------- rules with several texts

FIRST, SECOND, THIRD = date(2013, 5, 1), date(2019, 11, 1), date(2027, 1, 1)
LAW = document("law", effective_date=SECOND, doc_no="主席令第29号")
OLD = document("law-2013", effective_date=FIRST, version_of="law")
NEW = document("law-2026", effective_date=THIRD, written_date=date(2026, 6, 1), version_of="law")
OWN = "law/2019-11-01"


def test_texts_stand_in_the_order_of_their_days() -> None:
    texts = texts_of_rules({doc.id: doc for doc in (NEW, LAW, OLD)}, {"law-2013": "law", "law-2026": "law"})["law"]
    assert texts == (Text("law-2013", "law-2013", FIRST), Text(OWN, "law", SECOND), Text("law-2026", "law-2026", THIRD))
    life = lives_of(LAW, OLD, NEW)["law"]
    days = FIRST - ONE, FIRST, SECOND, THIRD - ONE, THIRD
    shown = [text_on([text.page for text in texts], life, day) for day in days]
    assert shown == ["law-2013", "law-2013", OWN, OWN, "law-2026"]


def test_rule_is_as_its_text_in_force_and_each_text_gives_way_to_the_next() -> None:
    life = lives_of(LAW, OLD, NEW)
    assert life["law"].on(FIRST - ONE).state is PENDING
    assert [life["law"].on(day) for day in (SECOND, THIRD)] == [ValidityOn(EFFECTIVE, d) for d in (SECOND, THIRD)]
    assert life["law-2013"].on(SECOND) == ValidityOn(AMENDED, SECOND, OWN)
    assert life[OWN].on(SECOND - ONE).state is PENDING
    assert life[OWN].on(DAY) == ValidityOn(EFFECTIVE, SECOND)
    assert life[OWN].on(THIRD) == ValidityOn(AMENDED, THIRD, "law-2026")
    assert life["law-2026"].on(DAY) == ValidityOn(PENDING, date(2026, 6, 1))
    assert life["law-2026"].on(THIRD) == ValidityOn(EFFECTIVE, THIRD)


def test_texts_are_told_by_day_with_the_state_of_each() -> None:
    known = {doc.id: doc for doc in (LAW, OLD, NEW)}
    texts = texts_of_rules(known, {"law-2013": "law", "law-2026": "law"})["law"]
    told = versions_on(texts, known, lives(known, {}, {"law": texts}), DAY)
    assert [(v.id, v.source, v.day, v.state.state) for v in told] == [
        ("law-2013", "law-2013", FIRST, AMENDED),
        (OWN, "law", SECOND, EFFECTIVE),
        ("law-2026", "law-2026", THIRD, PENDING),
    ]
    assert [v.doc_no for v in told] == ["", "主席令第29号", ""]


@pytest.mark.parametrize("target", ["law", "law-2026"])
def test_rule_ends_with_a_repeal_of_it_or_of_its_text_in_force(target: str) -> None:
    day = THIRD + 30 * ONE
    life = lives_of(LAW, OLD, NEW, relations=(act(f"b repeals {target}", day),))
    assert {name: life[name].on(day) for name in ("law", "law-2013", OWN, "law-2026")} == dict.fromkeys(
        ("law", "law-2013", OWN, "law-2026"), ValidityOn(REPEALED, day, "b")
    )


def test_repeal_of_a_text_that_is_no_longer_in_force_leaves_the_rule() -> None:
    life = lives_of(LAW, OLD, NEW, relations=(act("b repeals law-2013", DAY),))
    assert life["law"].on(DAY).state is EFFECTIVE
    assert life["law-2013"].on(DAY) == ValidityOn(REPEALED, DAY, "b")


def test_text_repealed_before_its_day_never_comes_into_force() -> None:
    life = lives_of(LAW, OLD, NEW, relations=(act("b repeals law-2026", DAY),))
    assert life["law"].on(THIRD) == life[OWN].on(THIRD) == ValidityOn(EFFECTIVE, SECOND)
    assert life["law-2026"].on(THIRD) == ValidityOn(REPEALED, DAY, "b")


def test_text_that_would_begin_after_the_rule_ended_revives_nothing() -> None:
    life = lives_of(LAW, OLD, NEW, relations=(act("b repeals law", DAY),))
    assert life["law"].on(THIRD) == life["law-2026"].on(THIRD) == ValidityOn(REPEALED, DAY, "b")


def test_change_of_a_rule_counts_until_the_next_text_holds_it() -> None:
    relations = (act("b amends law", DAY), act("c amends law", THIRD))
    life = lives_of(LAW, OLD, NEW, relations=relations)
    assert life["law"].on(DAY) == life[OWN].on(DAY) == ValidityOn(AMENDED, DAY, "b")
    assert life["law"].on(THIRD) == life["law-2026"].on(THIRD) == ValidityOn(EFFECTIVE, THIRD)


def test_change_of_a_text_counts_while_it_is_in_force() -> None:
    too_late = lives_of(LAW, OLD, NEW, relations=(act("b amends law-2013", DAY),))
    assert too_late["law"].on(DAY).state is EFFECTIVE
    too_early = lives_of(LAW, OLD, NEW, relations=(act("b amends law-2026", DAY),))
    assert too_early["law"].on(DAY).state is EFFECTIVE
    assert too_early["law"].on(THIRD) == ValidityOn(AMENDED, DAY, "b")


def test_term_of_the_text_in_force_ends_the_rule_and_one_of_an_earlier_text_does_not() -> None:
    own = LAW._replace(stated=Terms(expire=date(2024, 10, 31), where="第九条", words="有效期五年"))
    assert lives_of(own, OLD)["law"].on(DAY) == ValidityOn(EXPIRED, date(2024, 11, 1), reason="正文第九条：有效期五年")
    replaced = NEW._replace(effective_date=date(2022, 1, 1))
    assert lives_of(own, OLD, replaced)["law"].on(DAY) == ValidityOn(EFFECTIVE, date(2022, 1, 1))
    given = LAW._replace(expire_date=date(2024, 10, 31))
    assert lives_of(given, replaced)["law"].on(DAY).state is EXPIRED
    longer = replaced._replace(expire_date=date(2030, 1, 1))
    assert lives_of(given, longer)["law"].on(DAY).state is EFFECTIVE


def test_document_based_on_a_text_of_an_ended_rule_can_end_nothing() -> None:
    relations = (act("law-2026 repeals a", THIRD), act("b repeals law", DAY))
    assert on(THIRD, LAW, NEW, document(), relations=relations).state is EFFECTIVE
