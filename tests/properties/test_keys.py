"""The law of incremental builds notices a key that leaves something out: each such mutant must be caught.

A mutant that is not caught would mean that the law is tested by nothing, or that what it leaves out is of no use.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partialmethod
from typing import Any

import pytest

from sitegen import building, engine, listing, store
from sitegen import site as sites
from sitegen.catalog import Catalog
from sitegen.load import records
from sitegen.model import BodyRef, Document, Face, Format, Kit, Task, TextFile, digest
from sitegen.site import BUILTIN, Extensions, build_site
from tests.edits import HIDDEN, quietly
from tests.packed import pdf, png
from tests.story import Site, files_of

PAST = 1_700_000_000_000_000_001  # ns
OFFICIAL: dict[str, object] = {"title": "甲办法", "doc_no": "示科发〔2024〕1号", "attachments": ["x.pdf"]}


# ---------------------------------------------------------------- the law


@pytest.fixture
def small(site: Site) -> Site:
    """Two documents, one with an attachment, and few columns, so that builds are short."""
    hidden = ", ".join(f"{{id: {column}, reason: 没有}}" for column in HIDDEN)
    site.columns(f"hide: [{hidden}]\n").write("fd-01-gfx/a.md", **OFFICIAL).file("fd-01-gfx/x.pdf")
    site.file("fd-01-qt/b.png")
    return site.write("fd-01-qt/b.md", title="乙通知", body="见[甲办法](a)。\n\n![图](b.png)")


def keeps_the_law(
    site: Site,
    edit: Callable[[Site], object],
    extensions: Extensions = BUILTIN,
    afterwards: Extensions | None = None,
    **options: Any,
) -> bool:
    """Whether the build after the edit gives what a clean build gives; the edit must make a difference."""
    made = site.build(extensions=extensions, **options)
    assert made.is_published, made.diagnostics
    before = site.tree()
    edit(site)
    site.build(extensions=afterwards or extensions, **options)
    assert site.is_published, site.diagnostics
    clean = site.folder / "clean"
    build_site(site.options(cache=None, output=clean, **options), afterwards or extensions)
    assert files_of(clean) != before, "the edit makes no difference"
    return files_of(clean) == site.tree()


# ---------------------------------------------------------------- keys of tasks

Key = Callable[[Task, str, str], bytes]
REAL_KEY = engine.key_of

MUTANT_KEYS: Mapping[str, Key] = {
    "model": lambda task, fingerprint, program: REAL_KEY(task._replace(model=""), fingerprint, program),
    "format": lambda task, fingerprint, program: REAL_KEY(task._replace(format=""), fingerprint, program),
    "fingerprint": lambda task, _, program: REAL_KEY(task, "", program),
    "program": lambda task, fingerprint, _: REAL_KEY(task, fingerprint, ""),
    "length of the model": lambda task, fingerprint, program: REAL_KEY(
        task._replace(model=repr(task.model)[:20]), fingerprint, program
    ),
}


def loud(task: Task, kit: Kit) -> bytes:
    """A format of a site's own, which has no template and says the same louder."""
    assert isinstance(task.model, TextFile)
    return task.model.text.upper().encode()


def low(task: Task, kit: Kit) -> bytes:
    assert isinstance(task.model, TextFile)
    return task.model.text.lower().encode()


def greeting(catalog: Catalog) -> Iterator[Task]:
    """A page whose format changes with the name of the agency, and nothing else of it."""
    yield Task("greeting.txt", "loud" if catalog.config.agency.endswith("局") else "low", TextFile("Hello"))


GREETING = BUILTIN.plus(formats=[Format("loud", loud), Format("low", low)], views=[greeting])
OTHER_LOUD = BUILTIN.plus(formats=[Format("loud", low), Format("low", low)], views=[greeting])


def change_title(site: Site) -> None:
    site.write("fd-01-gfx/a.md", **{**OFFICIAL, "title": "丙办法"})


def change_template(site: Site) -> None:
    file = site.themes / "standard/templates/footer.html"
    file.write_bytes(file.read_bytes() + b"<!-- changed -->\n")


def change_agency(site: Site) -> None:
    site.setting(agency="示例市科学技术委员会")


def nothing(site: Site) -> None:
    """What changes is the program."""


@dataclass(frozen=True)
class Case:
    """A mutant key, what brings it to light, and the site's own pages and formats before and after."""

    edit: Callable[[Site], None]
    extensions: Extensions = BUILTIN
    afterwards: Extensions | None = None


CASES: Mapping[str, Case] = {
    "model": Case(change_title),
    "length of the model": Case(change_title),
    "fingerprint": Case(change_template),
    "format": Case(change_agency, GREETING),
    "program": Case(nothing, GREETING, OTHER_LOUD),
}


@contextmanager
def one_cache_for_all_programs() -> Iterator[None]:
    """What an earlier program kept is thrown away as a whole: without that, its version is in every key."""
    real = store.open_store
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sites, "open_store", lambda folder, program="": real(folder, ""))
        yield


def law_of(site: Site, case: Case) -> bool:
    site.own_themes()
    if case.afterwards is None:
        return keeps_the_law(site, case.edit, case.extensions)
    with one_cache_for_all_programs():
        return keeps_the_law(site, case.edit, case.extensions, case.afterwards)


@pytest.mark.parametrize("what", MUTANT_KEYS)
def test_key_without_something_is_caught(small: Site, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    monkeypatch.setattr(building, "key_of", MUTANT_KEYS[what])
    assert not law_of(small, CASES[what])


@pytest.mark.parametrize("what", [name for name in CASES if name != "length of the model"])
def test_key_with_everything_keeps_the_law(small: Site, what: str) -> None:
    assert law_of(small, CASES[what])


def test_cache_of_another_program_is_a_second_safeguard(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "key_of", MUTANT_KEYS["program"])
    assert keeps_the_law(small, nothing, GREETING, OTHER_LOUD)


def test_program_that_is_not_told_apart_is_caught(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sites, "program_of", lambda _: "always the same")
    assert not keeps_the_law(small, nothing, GREETING, OTHER_LOUD)


def test_path_counts_even_where_no_key_tells_it(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of the output is known by path: this mutant does no harm, and test_engine.py alone notices it."""
    monkeypatch.setattr(building, "key_of", lambda task, *more: REAL_KEY(task._replace(path=""), *more))
    assert keeps_the_law(small, change_title)


# ---------------------------------------------------------------- digests of documents

SEAL = Document.sealed
SEALED = ("face", "meta", "digest")
WHOLE = Document("a", "a.md", "甲", date(2024, 3, 5), ("局",), ("fd-01-gfx",), BodyRef("0"))


def blind_meta(document: Document, caption: str, name: str) -> Document:
    """A digest of the document that leaves out one field."""
    blind = SEAL(document._replace(**{name: ""}), caption)
    return SEAL(document, caption)._replace(meta=blind.meta)


def blind_face(document: Document, caption: str, name: str) -> Document:
    """A digest of what lists show of the document that leaves out one field."""
    whole = SEAL(document, caption)
    blind = whole.face._replace(digest=b"", **{name: ""})
    return whole._replace(face=whole.face._replace(digest=digest(tuple(blind))))


@pytest.mark.parametrize("name", [name for name in Document._fields if name not in (*SEALED, "body")])
def test_every_field_of_a_document_counts(name: str) -> None:
    one, other = (SEAL(WHOLE._replace(**{name: value}), "") for value in ("", "(another)"))
    assert one.meta != other.meta
    assert repr(one) != repr(other)
    assert blind_meta(one, "", name).meta == blind_meta(other, "", name).meta


@pytest.mark.parametrize("name", [name for name in Face._fields if name not in ("digest", "column", "caption")])
def test_every_field_of_a_face_counts(name: str) -> None:
    field = {"issuers": "issuers"}.get(name, name)
    one, other = (SEAL(WHOLE._replace(**{field: value}), "") for value in ("", "(another)"))
    assert repr(one.face) != repr(other.face)
    assert blind_face(one, "", name).face.digest == blind_face(other, "", name).face.digest


def test_column_and_caption_of_a_face_and_the_body_of_a_document_count() -> None:
    whole = SEAL(WHOLE, "")
    assert SEAL(WHOLE._replace(columns=("fd-01-qt",)), "").face.digest != whole.face.digest
    assert SEAL(WHOLE, "题注").face.digest != whole.face.digest
    other = SEAL(WHOLE._replace(body=BodyRef("1")), "")
    assert (other.meta, other.face) == (whole.meta, whole.face)
    assert repr(other) != repr(whole)


def rewrite(**fields: object) -> Callable[[Site], object]:
    return lambda site: site.write("fd-01-gfx/a.md", **{**OFFICIAL, **fields})


def change_image(site: Site) -> None:
    site.file("fd-01-qt/b.png", png(2))


META_EDITS: Mapping[str, Callable[[Site], object]] = {
    "title": rewrite(title="丙办法"),
    "doc_no": rewrite(doc_no="示科发〔2024〕9号"),
    "pub_date": rewrite(pub_date="2024-04-01"),
    "claims": rewrite(repeals="b"),
    "old_urls": rewrite(old_urls=["old/2020/a.html"]),
    "images": change_image,
    "attachments": lambda site: site.file("fd-01-gfx/x.pdf", pdf("another")),
}
FACE_EDITS: Mapping[str, Callable[[Site], object]] = {
    "title": META_EDITS["title"],
    "doc_no": META_EDITS["doc_no"],
    "pub_date": META_EDITS["pub_date"],
    "written_date": rewrite(written_date="2024-02-01"),
}


@pytest.mark.parametrize("name", META_EDITS)
def test_digest_of_a_document_without_a_field_is_caught(
    small: Site, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(Document, "sealed", partialmethod(blind_meta, name=name))
    assert not keeps_the_law(small, META_EDITS[name])


@pytest.mark.parametrize("name", FACE_EDITS)
def test_digest_of_a_face_without_a_field_is_caught(small: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(Document, "sealed", partialmethod(blind_face, name=name))
    assert not keeps_the_law(small, FACE_EDITS[name])


# ---------------------------------------------------------------- stamps and files


def change_quietly(site: Site) -> None:
    """As many other bytes, at the same time, in the same file."""
    file = site.content / "fd-01-gfx/a.md"
    quietly(file, file.read_bytes().replace("甲".encode(), "申".encode()))


def blind_stamp(stat: os.stat_result) -> bytes:
    """Without the time of the last change of the file, which nobody can set."""
    return struct.pack("<qqqQ", stat.st_mtime_ns, stat.st_mtime_ns, stat.st_size, stat.st_ino)


def make_old(site: Site) -> None:
    """Times that are long past, so that stamps are relied on."""
    for file in site.content.rglob("*.*"):
        os.utime(file, ns=(PAST, PAST))


@pytest.mark.parametrize("is_blind", [False, True])
def test_stamp_without_the_time_of_change_is_caught(
    small: Site, monkeypatch: pytest.MonkeyPatch, is_blind: bool
) -> None:
    make_old(small)
    if is_blind:
        monkeypatch.setattr(listing, "stamp_of", blind_stamp)
    assert keeps_the_law(small, change_quietly) != is_blind


def test_stamp_that_is_relied_on_too_early_is_caught(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the clock of the file system stands still between two writes, only the digest tells them apart."""
    monkeypatch.setattr(listing, "stamp_of", lambda stat: struct.pack("<qqqQ", PAST, PAST, stat.st_size, 1))
    with monkeypatch.context() as patch:
        patch.setattr(store.Store, "clock", lambda _: PAST)
        assert keeps_the_law(small, change_quietly)
        patch.setattr(store.Store, "clock", lambda _: PAST + 60_000_000_000)
        small.write("fd-01-gfx/a.md", **OFFICIAL)
        assert not keeps_the_law(small, change_quietly)


@pytest.mark.parametrize("what", ["attachments", "images"])
def test_entry_that_holds_whatever_became_of_its_files_is_caught(
    small: Site, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(records, "_has_same_files", lambda known, listing: True)
    assert not keeps_the_law(small, META_EDITS[what])


def change_output(site: Site) -> None:
    """Something happened to the output, and to the content something that another page tells of."""
    quietly(site.output / "doc/b/index.html", (site.output / "doc/b/index.html").read_bytes()[::-1])
    change_title(site)


@pytest.mark.parametrize("is_blind", [False, True])
def test_output_that_is_never_looked_at_is_caught(small: Site, monkeypatch: pytest.MonkeyPatch, is_blind: bool) -> None:
    if is_blind:
        monkeypatch.setattr(engine, "_is_untouched", lambda row, path: True)
    assert keeps_the_law(small, change_output) != is_blind


@pytest.mark.parametrize("is_blind", [False, True])
def test_judgement_by_other_settings_is_caught(small: Site, monkeypatch: pytest.MonkeyPatch, is_blind: bool) -> None:
    """Entries hold for the settings by which they were made: here, whether roles may be shown."""
    small.write("fd-01-gfx/a.md", **OFFICIAL, drafter="拟稿某")
    if is_blind:
        monkeypatch.setattr(records, "digest", lambda value: b"always the same")

    def show_roles() -> None:
        small.setting(agency="示例市科学技术局", show_roles=True)

    assert keeps_the_law(small, lambda _: show_roles()) != is_blind
