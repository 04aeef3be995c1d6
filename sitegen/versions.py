"""Turn the texts of one rule into its versions: which is in force on a day, and where each is found for good.

A rule is a document with a text of its own; every document with `version_of` is another text of it. The address of the
rule shows the text in force on the day, and each text has a page of its own that stays. Pure.

Exports `VersionOn`, `texts_of_rules`, `versions_on`, `shown_texts`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from sitegen.gongwen import normalize_doc_no
from sitegen.model import DocId, Document, Revision
from sitegen.validity import IN_FORCE, Life, Text, ValidityOn, text_begins


class VersionOn(NamedTuple):
    """One text of a rule, as it stands on a day."""

    id: DocId  # its page: that of its own file, or rule/day
    source: DocId  # of the file that has it
    day: date  # from which it is in force
    state: ValidityOn
    doc_no: str = ""  # by which it was made
    kind: str = ""  # 修正, 修订 …


def texts_of_rules(
    documents: Mapping[DocId, Document],
    rule_of: Mapping[DocId, DocId],
    amenders: Mapping[str, Document] = MappingProxyType({}),
) -> Mapping[DocId, tuple[Text, ...]]:
    """The texts of each rule that has several, earliest first; `rule_of` says of which rule a document is a text.

    `amenders` are documents by 文号, so that a text is not in force before the change that it holds.
    """
    others: dict[DocId, list[DocId]] = defaultdict(list)
    for doc_id, rule in rule_of.items():
        others[rule].append(doc_id)
    found = {}
    for rule in sorted(others):
        texts = [Text(doc_id, doc_id, text_begins(documents[doc_id], amenders)) for doc_id in others[rule]]
        day = text_begins(documents[rule], amenders)
        texts.append(Text(f"{rule}/{day.isoformat()}", rule, day))
        found[rule] = tuple(sorted(texts, key=lambda text: (text.day, text.source)))
    return found


def versions_on(
    texts: Sequence[Text], documents: Mapping[DocId, Document], lives: Mapping[DocId, Life], day: date
) -> tuple[VersionOn, ...]:
    """The texts of one rule as they stand on the day."""
    revisions = {
        normalize_doc_no(revision.doc_no): revision
        for text in texts
        for revision in documents[text.source].revisions
        if revision.doc_no
    }
    found = []
    for text in texts:
        doc = documents[text.source]
        by = _made_by(doc, revisions)
        number, kind = (by.doc_no or doc.doc_no, by.kind) if by else (doc.doc_no, "")
        found.append(VersionOn(*text, lives.get(text.page, IN_FORCE).on(day), number, kind))
    return tuple(found)


def _made_by(doc: Document, revisions: Mapping[str, Revision]) -> Revision | None:
    """The one of 历次修改 that made this text: that with its 文号, or else the last that its file names."""
    known = revisions.get(normalize_doc_no(doc.doc_no)) if doc.doc_no else None
    return known or (doc.revisions[-1] if doc.revisions else None)


def shown_texts(
    versions: Sequence[VersionOn], current: DocId, documents: Mapping[DocId, Document]
) -> Iterator[Document]:
    """What stands at the address of the rule, and at the lasting one of its own text.

    `current` is the page of the text in force.
    """
    page, rule = next((version.id, version.source) for version in versions if version.id != version.source)
    own = documents[rule]
    shown = own if current == page else _moved(documents[current], own)
    yield shown
    place = next(i for i, version in enumerate(versions) if version.id == current)
    left = _left_files(
        shown, [*reversed(versions[:place]), *(version for version in versions if version.id == page)], documents
    )
    yield own._replace(id=page, version_of=rule, old_urls=left.pop(page, ())).sealed(own.face.caption)
    for text, addresses in left.items():
        doc = documents[text]
        yield doc._replace(old_urls=(*doc.old_urls, *addresses)).sealed(doc.face.caption)


def _left_files(
    shown: Document, before: Iterable[VersionOn], documents: Mapping[DocId, Document]
) -> dict[DocId, tuple[str, ...]]:
    """Where files of earlier texts lay beside the rule and lie no more, by the page of the text that has them.

    No day may break a link by itself: from there the reader is led to that page.
    """
    taken = {file.file.casefold() for file in (*shown.attachments, *shown.images)}
    taken |= {f"{shown.id}{end}.{form}" for end in ("", "-全文") for form in ("docx", "pdf")}  # made of the rule
    left: dict[DocId, tuple[str, ...]] = {}
    for version in before:
        names = [file.file for file in documents[version.source].attachments if file.file.casefold() not in taken]
        taken.update(map(str.casefold, names))
        if names:
            left[version.id] = tuple(shown.folder + quote(name) for name in names)
    return left


def _moved(text: Document, rule: Document) -> Document:
    """The text at the address of the rule."""
    moved = text._replace(id=rule.id, columns=rule.columns, old_urls=rule.old_urls, version_of="")
    return moved.sealed(text.face.caption)
