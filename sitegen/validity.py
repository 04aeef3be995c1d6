"""Turn documents and their relations into lives: what state each is in on any day, since when, and by what.

A life is a total function of the day. Days are gone through in order, over the whole graph at once, so that documents
that end each other have an answer too: a relation counts on its day unless its source ended before that day, all
causes of one day count, and what has ended stays ended. Pure.

Exports `ValidityOn`, `Turn`, `Life`, `Text`, `lives`, `text_on`, `first_day`, `text_begins`, `beginning`, `amends`,
`IN_FORCE`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import NamedTuple

from sitegen.model import DocId, Document, Relation, RelationKind, UpdateKind, Validity


class ValidityOn(NamedTuple):
    """A state, since when, the document that caused it, which articles it is about, and what the text says of it."""

    state: Validity
    since: date | None = None  # None when nothing but the author's word, or nothing at all, says so
    cause: DocId | None = None
    articles: tuple[str, ...] = ()
    reason: str = ""  # 正文第十条：有效期五年


class Turn(NamedTuple):
    """One event of a life, and the state from then on; a change that the text holds already leaves the state."""

    day: date
    kind: UpdateKind  # EFFECTIVE, AMENDED, REPEALED or EXPIRED
    state: ValidityOn
    cause: DocId | None = None


class Life(NamedTuple):
    """All that happens to a document, earliest first."""

    first: ValidityOn
    changes: tuple[Turn, ...] = ()

    def on(self, day: date) -> ValidityOn:
        """The state at the end of the day."""
        found = self.first
        for turn in self.changes:
            if turn.day > day:
                break
            found = turn.state
        return found


class Text(NamedTuple):
    """One text of a rule that has several."""

    page: DocId
    source: DocId  # of the file that has it
    day: date  # from which it is in force


IN_FORCE = Life(ValidityOn(Validity.EFFECTIVE))
"""The life of a document of which nothing is known."""


def beginning(doc: Document) -> date | None:
    """The day from which the document is in force, as its front matter or else its text says."""
    return doc.effective_date or doc.stated.effective


def first_day(doc: Document) -> date:
    """The day from which the document counts, as far as anything says."""
    return doc.effective_date or doc.stated.effective or doc.written_date or doc.pub_date


def text_begins(doc: Document, amenders: Mapping[str, Document] = MappingProxyType({})) -> date:
    """The day from which the text of `doc` is in force: not before the last of the changes that it holds took effect.

    `amenders` are the amending documents that the site has, by 文号: they say when a change took effect.
    """
    days = [first_day(doc)]
    for revision in doc.revisions:
        amender = amenders.get(revision.doc_no)
        known = first_day(amender) if amender is not None and amender.id != doc.id else revision.day
        days.append(revision.effective or known)
    return max(days)


def amends(relation: Relation) -> bool:
    """Whether it changes the target, and leaves it standing."""
    return relation.kind is RelationKind.AMENDS or (relation.kind is RelationKind.REPEALS and bool(relation.articles))


def lives(
    documents: Mapping[DocId, Document],
    incoming: Mapping[DocId, Sequence[Relation]],
    rules: Mapping[DocId, Sequence[Text]] | None = None,
) -> Mapping[DocId, Life]:
    """The life of each document of which anything is known; that of any other is `IN_FORCE`.

    `rules` are the texts of those that have several, earliest first. The life of a rule is that of the text in force on
    each day; the pages of the texts have lives of their own.
    """
    rules = rules or {}
    rule_of = {text.source: rule for rule, texts in rules.items() for text in texts}
    found: dict[DocId, Life] = {}
    ends: list[_End] = []
    acted_on: list[Document] = []
    for doc in documents.values():
        relations = incoming.get(doc.id, ())
        if relations or doc.expire_date or doc.repeal_date or doc.stated.expire or doc.id in rule_of:
            ends.extend(_ends(doc, relations))
            if doc.id not in rule_of:
                acted_on.append(doc)
        elif doc.effective_date or doc.stated.effective or doc.declared_validity:
            found[doc.id] = _life(doc)
    ended = _ended(ends, documents, rules, rule_of)
    for doc in acted_on:
        changes = [
            _Event(relation.effective_date, _CHANGE, relation=relation)
            for relation in incoming.get(doc.id, ())
            if _changes(relation, ended)
        ]
        found[doc.id] = _life(doc, changes, ended.by_id.get(doc.id))
    for rule, texts in rules.items():
        events = _events(rule, _began(texts, ended), incoming, ended)
        found[rule] = _life(documents[texts[0].source], events, ended.by_id.get(rule))
        found.update(_lives_of_texts(documents, texts, found[rule], rule, ended))
    return found


def text_on(pages: Sequence[DocId], life: Life, day: date) -> DocId:
    """The page of the text in force on the day, of a rule with this life; before the first one is, that one."""
    begun = {turn.cause for turn in life.changes if turn.day <= day and turn.kind is UpdateKind.EFFECTIVE}
    return next((page for page in reversed(pages) if page in begun), pages[0])


# ---------------------------------------------------------------- what ends


class _End(NamedTuple):
    """A possible end of a document; their order is that in which those of one day count: a repeal before expiry."""

    day: date
    is_expired: bool
    is_own: bool  # the document says so itself
    cause: DocId
    target: DocId
    is_stated: bool = False  # in its text
    reason: str = ""

    @property
    def turn(self) -> Turn:
        """The end as the last event of a life."""
        kind = UpdateKind.EXPIRED if self.is_expired else UpdateKind.REPEALED
        state = Validity.EXPIRED if self.is_expired else Validity.REPEALED
        cause = self.cause or None
        return Turn(self.day, kind, ValidityOn(state, self.day, cause, (), self.reason), cause)


def _ends(doc: Document, relations: Iterable[Relation]) -> Iterator[_End]:
    for relation in relations:
        if relation.kind is RelationKind.REPEALS and not relation.articles:
            yield _End(relation.effective_date, False, False, relation.source, doc.id)
    if doc.repeal_date:
        yield _End(doc.repeal_date, False, True, "", doc.id)
    last = doc.expire_date or doc.stated.expire
    if last and last < date.max:
        is_stated = not doc.expire_date
        reason = f"正文{doc.stated.where}：{doc.stated.words}" if is_stated and doc.stated.words else ""
        yield _End(last + timedelta(days=1), True, True, "", doc.id, is_stated, reason)


def _ended(
    ends: Iterable[_End],
    documents: Mapping[DocId, Document],
    rules: Mapping[DocId, Sequence[Text]],
    rule_of: Mapping[DocId, DocId],
) -> _Ended:
    """What ended, and how; a text of a rule is among them only if it ended alone, without the rule."""
    ended = _Ended({}, rule_of)
    for end in sorted(ends):
        rule = rule_of.get(end.target, "")
        if end.cause and ended.is_over(end.cause, end.day):
            continue
        target = end.target
        if rule:
            text = _text_on(rules[rule], end.day, ended)
            if text.source == target:
                target = rule
            elif target == rule and end.is_expired and (end.is_stated or _expires(documents[text.source])):
                continue  # its own words went with its own text
        ended.by_id.setdefault(target, end)
    return ended


class _Ended(NamedTuple):
    """The ends of documents, rules, and texts that ended alone."""

    by_id: dict[DocId, _End]
    rule_of: Mapping[DocId, DocId]

    def is_over(self, source: DocId, day: date) -> bool:
        """Whether a document, or the rule whose text it is, ended before that day."""
        ends = (self.by_id.get(source), self.by_id.get(self.rule_of.get(source, "")))
        return any(end is not None and end.day < day for end in ends)


def _changes(relation: Relation, ended: _Ended) -> bool:
    """Whether the relation changes its target, and took effect."""
    return amends(relation) and not ended.is_over(relation.source, relation.effective_date)


def _expires(doc: Document) -> bool:
    return bool(doc.expire_date or doc.stated.expire)


def _began(texts: Sequence[Text], ended: _Ended) -> list[Text]:
    """The texts without those that ended before their day, and so were never in force."""
    first, *later = texts
    return [first, *(text for text in later if not ((end := ended.by_id.get(text.source)) and end.day < text.day))]


def _text_on(texts: Sequence[Text], day: date, ended: _Ended) -> Text:
    """The text that is in force on the day; before the first one is, that one."""
    first, *later = _began(texts, ended)
    return next((text for text in reversed(later) if text.day <= day), first)


# ---------------------------------------------------------------- what a life is made of


def _awaited(doc: Document) -> ValidityOn:
    return ValidityOn(Validity.PENDING, doc.written_date or doc.pub_date)


def _standing(doc: Document) -> ValidityOn:
    """The state while nothing else is known; a word that a date of the document contradicts is no evidence."""
    begin = beginning(doc)
    dated = {
        Validity.PENDING: begin,
        Validity.EXPIRED: doc.expire_date or doc.stated.expire,
        Validity.REPEALED: doc.repeal_date,
    }
    if doc.declared_validity and not dated.get(doc.declared_validity):
        return ValidityOn(doc.declared_validity)
    return ValidityOn(Validity.EFFECTIVE, begin or (doc.pub_date if doc.declared_validity else None))


_BEGINNING, _CHANGE, _NEXT_TEXT, _CHANGE_OF_NEW_TEXT = range(4)  # the order of one day


class _Event(NamedTuple):
    """What may change the state of a document that has not ended."""

    day: date
    order: int
    page: DocId = ""  # of the text that comes into force
    relation: Relation | None = None


def _life(doc: Document, events: Iterable[_Event] = (), end: _End | None = None) -> Life:
    """The life that begins with the document."""
    begin = beginning(doc)
    standing = _standing(doc)
    first = _awaited(doc) if begin else standing
    state, is_pending = first, bool(begin)
    turns: list[Turn] = []
    for day, order, page, relation in sorted((*events, *([_Event(begin, _BEGINNING)] if begin else ())), key=_order):
        if end and end.day < day:
            break
        if relation is None:
            is_pending = False
            state = standing = ValidityOn(Validity.EFFECTIVE, day) if order == _NEXT_TEXT else standing
            turns.append(Turn(day, UpdateKind.EFFECTIVE, state, page or None))
            continue
        if not relation.is_in_text:
            standing = ValidityOn(Validity.AMENDED, relation.effective_date, relation.source, relation.articles)
        turns.append(Turn(day, UpdateKind.AMENDED, state := state if is_pending else standing, relation.source))
    if end:
        turns.append(end.turn)
    return Life(first, tuple(turns))


def _order(event: _Event) -> tuple[date, int, str, tuple[str, ...]]:
    relation = event.relation
    return event.day, event.order, relation.source if relation else event.page, relation.articles if relation else ()


# ---------------------------------------------------------------- rules with several texts


def _events(
    rule: DocId, texts: Sequence[Text], incoming: Mapping[DocId, Sequence[Relation]], ended: _Ended
) -> Iterator[_Event]:
    """What happens to a rule: its later texts, and the changes of it or of a text while that is in force."""

    def changes_of(source: DocId) -> Iterator[Relation]:
        return (relation for relation in incoming.get(source, ()) if _changes(relation, ended))

    for relation in changes_of(rule):
        yield _Event(relation.effective_date, _CHANGE, relation=relation)
    for number, text in enumerate(texts):
        if number:
            yield _Event(text.day, _NEXT_TEXT, text.page)
        last = texts[number + 1].day if number + 1 < len(texts) else date.max
        for relation in changes_of(text.source) if text.source != rule else ():
            if number and relation.effective_date <= text.day:
                if text.day < last:
                    yield _Event(text.day, _CHANGE_OF_NEW_TEXT, relation=relation)
            elif relation.effective_date <= last:
                yield _Event(relation.effective_date, _CHANGE, relation=relation)


def _lives_of_texts(
    documents: Mapping[DocId, Document], texts: Sequence[Text], life: Life, rule: DocId, ended: _Ended
) -> Iterator[tuple[DocId, Life]]:
    """The life of each text of a rule: that of the rule while it is in force, and then replaced by the next one."""
    begun = {turn.cause: i for i, turn in enumerate(life.changes) if turn.kind is UpdateKind.EFFECTIVE and turn.cause}
    in_turn = [text for number, text in enumerate(texts) if not number or text.page in begun]
    end = ended.by_id.get(rule)
    for text in texts:
        doc = documents[text.source]
        turns: tuple[Turn, ...] = (end.turn,) if end else ()
        if text in in_turn:
            number = in_turn.index(text)
            after = in_turn[number + 1] if number + 1 < len(in_turn) else None
            mine = life.changes[begun.get(text.page, 0) : begun[after.page] if after else None]
            if after:
                state = ValidityOn(Validity.AMENDED, after.day, after.page)
                turns = (*mine, Turn(after.day, UpdateKind.AMENDED, state, after.page), *turns)
            else:
                turns = mine
        first = life.first if text is texts[0] else _awaited(doc)
        own = ended.by_id.get(text.source) if text.source != rule else None
        if own and not (end and end.day <= own.day):
            turns = (*(turn for turn in turns if turn.day <= own.day), own.turn)
        yield text.page, Life(first, turns)
