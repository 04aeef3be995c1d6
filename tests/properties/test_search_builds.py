"""The search index of a site: however it came to be made it is that of a clean build, and an edit changes few files."""

from __future__ import annotations

import json
import marshal
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sitegen.search import INDEX_FOLDERS
from sitegen.search.shards import unpack
from sitegen.site import build_site
from tests.edits import HIDDEN
from tests.searching import terms_of_shards, terms_of_texts
from tests.story import SMALL, Site

WITHHELD: dict[str, object] = {"disclosure": "不予公开", "disclosure_reason": "条例第十四条"}
TABLE = "search/data/index.bin"
LONG = "公积金管理委员会会议。\n\n" * 250  # of two units


@pytest.fixture
def small(site: Site) -> Site:
    """Three documents and few columns, so that builds are short."""
    hidden = ", ".join(f"{{id: {column}, reason: 没有}}" for column in HIDDEN)
    site.columns(f"hide: [{hidden}]\n")
    site.write("fd-01-gfx/a.md", title="甲办法", doc_no="示科发〔2024〕1号", body="第一条　节水。\n\n第二条　节电。")
    site.write("fd-01-gfx/b.md", title="乙办法", body="见[甲办法](a)。", pub_date="2024-03-06")
    return site.write("fd-01-qt/c.md", title="丙通知", body=LONG)


def index_of(site: Site) -> dict[str, bytes]:
    return {path: data for path, data in site.tree().items() if path.startswith(INDEX_FOLDERS)}


def rewritten(site: Site) -> set[str]:
    return {path for path in site.rewritten if path.startswith(INDEX_FOLDERS)}


def is_that_of_a_clean_build(site: Site) -> bool:
    return site.tree() == site.clean_tree(search=True)


# ---------------------------------------------------------------- in one part or in several


@pytest.fixture(scope="module")
def workers() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


def many(site: Site, count: int) -> Site:
    for number in range(count):
        text = f"第{number}号公积金{'办法通知决定'[number % 3 * 2 :][:2]}，节水{number % 7}。"
        site.write(f"fd-01-qt/{number}.md", title=f"第{number % 5}次通知", body=text * (1 + number % 4))
    return site


def test_workers_make_the_index_of_one(small: Site, workers: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    many(small, 37).build(search=True)
    expected = index_of(small)
    monkeypatch.setattr("sitegen.indexing._RANGE", 16)
    monkeypatch.setattr("sitegen.indexing._AT_ONCE", 100)
    for executor in (None, workers):
        shutil.rmtree(small.output)
        assert index_of(small.build(search=True, cache=None, executor=executor)) == expected


def test_index_is_the_same_without_numpy(small: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = index_of(many(small, 5).build(search=True))
    monkeypatch.setitem(sys.modules, "sitegen.search.bulk", None)
    shutil.rmtree(small.output)
    assert index_of(small.build(search=True, cache=None)) == expected


def test_documents_without_a_text_are_in_the_index(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="甲办法", body="").build(search=True)
    assert is_that_of_a_clean_build(site)
    assert "search/data/text/0/0-0.bin" in site.tree()


# ---------------------------------------------------------------- edits

TITLES = st.sampled_from(["甲办法", "公积金管理办法", "关于节水的通知"])
BODIES = st.sampled_from(["正文。", "第一条　公积金。\n\n第二条　节水。", LONG, "", LONG * 3])
EDITS = st.one_of(
    st.tuples(st.just("write"), st.sampled_from("abcde"), st.tuples(TITLES, BODIES)),
    st.tuples(st.just("date"), st.sampled_from("abc"), st.sampled_from(["2024-03-05", "2024-03-09", "2024-03-02"])),
    st.tuples(st.just("withhold"), st.sampled_from("abc"), st.just("")),
    st.tuples(st.just("words"), st.just(""), st.sampled_from(["- {规范: [节水], 俗称: [省水]}\n", ""])),
    st.tuples(st.just("harm"), st.integers(0, 99), st.sampled_from(["other", "cut", "gone"])),
)


def carry_out(site: Site, what: str, name: object, value: object) -> None:
    path = f"fd-01-gfx/{name}.md"
    if what == "write":
        assert isinstance(value, tuple)
        site.write(path, title=value[0], body=value[1])
    elif what == "date":
        site.write(path, pub_date=value)
    elif what == "withhold":
        site.write(path, **WITHHELD)
    elif what == "words":
        site.file("data/synonyms.yaml", str(value))
    else:
        paths = sorted(index_of(site))
        assert isinstance(name, int)
        if paths:
            harm(site.output / paths[name % len(paths)], str(value))


@given(st.lists(st.tuples(st.lists(EDITS, min_size=1, max_size=3), st.booleans()), min_size=1, max_size=5))
@settings(max_examples=2, phases=[Phase.explicit, Phase.reuse, Phase.generate])  # shrinking would take minutes
def test_index_after_any_edits_is_that_of_a_clean_build(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[tuple[list[tuple[str, object, object]], bool]]
) -> None:
    site = Site(tmp_path_factory.mktemp("site"))
    site.columns("hide: [{}]\n".format(", ".join(f"{{id: {column}, reason: 没有}}" for column in HIDDEN)))
    many(site, 2).write("fd-01-gfx/a.md", title="甲办法").build(search=True)
    for edits, is_found in rounds:
        for edit in edits:
            carry_out(site, *edit)
        site.build(search=is_found)  # without, what is kept is old, and may be brought up to date afterwards
        site.build(search=True)
        assert site.is_published, site.diagnostics
        assert is_that_of_a_clean_build(site)
        assert terms_of_shards(site.tree()) == terms_of_texts(site.tree())
    shutil.rmtree(site.folder)


def test_edit_of_a_body_changes_the_shards_of_its_words_alone(small: Site) -> None:
    many(small, 30).build(search=True)
    small.write("fd-01-gfx/b.md", title="乙办法", body="见[甲办法](a)，龘靐。", pub_date="2024-03-06").build(
        search=True
    )
    changed = rewritten(small)
    assert TABLE not in changed
    assert {path for path in changed if "/text/" in path} == {"search/data/text/0/32-0.bin"}
    assert len(changed) <= 6
    assert is_that_of_a_clean_build(small)


def test_index_follows_edits_of_bodies_that_are_published_alone(small: Site) -> None:
    """Where nothing else can have changed, nothing else is looked at."""
    edit_and_build(small, "水。")
    alone = []
    for body in ("公积金。", "公积金，节水。", "水", LONG, f"{LONG}节水", "水，水"):
        build_until_known(small)
        if "建立检索" not in edit_and_build(small, body):
            alone.append(body)
        assert is_that_of_a_clean_build(small)
    assert {"公积金。", "水"} <= set(alone)
    assert LONG not in alone  # it has more units


def test_harm_is_noticed_when_a_body_is_published_alone(small: Site) -> None:
    build_until_known(small.build(search=True))
    for path in sorted(index_of(small))[::5]:
        harm(small.output / path, "other")
    edit_and_build(small, "第一条　公积金。")
    assert is_that_of_a_clean_build(small)


def test_index_that_was_changed_alone_is_known_to_be_another(small: Site) -> None:
    """The text comes back as it was when the index was last looked at as a whole; the index has to follow."""
    edit_and_build(small, "水。")
    build_until_known(small)
    assert "建立检索" not in edit_and_build(small, "公积金。")
    small.write("fd-01-qt/x.md", title="不公开的通知", **WITHHELD)  # so that the whole site is looked at
    edit_and_build(small, "水。")
    assert is_that_of_a_clean_build(small)


def edit_and_build(site: Site, body: str) -> list[str]:
    """Build with another text of b, and give the steps that were told."""
    steps: list[str] = []
    site.write("fd-01-gfx/b.md", title="乙办法", body=body, pub_date="2024-03-06")
    build_site(site.options(search=True), SMALL, progress=lambda step, *_: steps.append(step))
    return steps


def build_until_known(site: Site) -> None:
    """Build until the stamps are old enough to be relied on, so that there is nothing to do."""
    for _ in range(300):
        steps: list[str] = []
        build_site(site.options(search=True), SMALL, progress=lambda step, *_, steps=steps: steps.append(step))
        if not steps:
            return
    raise AssertionError("there is always something to do")


@pytest.mark.parametrize("count", [1, 5, 40], ids=["few", "some", "too many to patch"])
def test_new_documents_are_added_to_the_index(small: Site, count: int) -> None:
    small.build(search=True)
    for number in range(count):
        small.write(f"fd-01-qt/n{number}.md", title="新通知", pub_date="2025-01-01", body=LONG)
    assert is_that_of_a_clean_build(small.build(search=True))


def test_document_grows_and_shrinks_by_units(small: Site) -> None:
    small.build(search=True)
    for body in (LONG, "水。", "", LONG + LONG):
        small.write("fd-01-gfx/b.md", title="乙办法", body=body).build(search=True)
        assert is_that_of_a_clean_build(small)


def test_last_documents_go_from_the_index(small: Site) -> None:
    small.write("fd-01-qt/d.md", title="丁通知", pub_date="2025-01-01", body=LONG).build(search=True)
    assert "search/data/text/0/3-1.bin" in small.tree()
    for path in ("fd-01-qt/d.md", "fd-01-gfx/b.md", "fd-01-qt/c.md", "fd-01-gfx/a.md"):
        small.write(path, **WITHHELD).build(search=True)
        assert is_that_of_a_clean_build(small)
    assert json.loads(unpack(index_of(small)[TABLE]))["docs"] == 0


def test_day_on_which_only_validity_changes_rewrites_the_table_alone(small: Site) -> None:
    small.write("fd-01-gfx/a.md", title="甲办法", expire_date="2026-11-22").build("2026-11-22", search=True)
    small.build("2026-11-23", search=True)
    assert rewritten(small) == {TABLE}
    assert small.tree() == small.clean_tree("2026-11-23", search=True)


# ---------------------------------------------------------------- settings


def test_everyday_words_of_the_site_change_the_index_and_nothing_else(small: Site) -> None:
    small.build(search=True)
    small.file("data/synonyms.yaml", "- {规范: [节水], 俗称: [省水窍门]}\n").build(search=True)
    assert small.is_published, small.diagnostics
    assert small.rewritten == rewritten(small) != set()
    assert all(path.startswith("search/data/shards/") for path in small.rewritten)
    assert is_that_of_a_clean_build(small)
    small.delete("data/synonyms.yaml").build(search=True)
    assert is_that_of_a_clean_build(small)


def test_other_backend_takes_the_files_of_the_first_away(small: Site) -> None:
    first = index_of(small.build(search=True))
    small.setting(agency="示例市科学技术局", search="pagefind").build(search=True)
    assert small.is_published, small.diagnostics
    other = index_of(small)
    assert "pagefind/pagefind.js" in other
    assert not [path for path in other if path.endswith(".bin")]
    assert is_that_of_a_clean_build(small)
    small.setting(agency="示例市科学技术局", search="pairs").build(search=True)
    assert index_of(small) == first


# ---------------------------------------------------------------- accidents


def harm(file: Path, how: str) -> None:
    data = file.read_bytes()
    if how == "gone":
        file.unlink()
    elif how == "cut":
        file.write_bytes(data[:-1])
    else:
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))


@pytest.mark.parametrize(("how", "is_old"), [("other", False), ("other", True), ("cut", True), ("gone", True)])
def test_harmed_file_of_the_index_is_noticed(small: Site, how: str, is_old: bool) -> None:
    whole = small.build(search=True).tree()
    if is_old:
        settle(small)
    paths = sorted(index_of(small))
    for path in (TABLE, paths[len(paths) // 2], paths[-1]):
        harm(small.output / path, how)
        assert small.build(search=True).tree() == whole
        assert small.rewritten == {path}
        if is_old:
            settle(small)


@pytest.mark.parametrize("how", ["other", "gone"])
def test_edit_beside_harm_makes_a_whole_index(small: Site, how: str) -> None:
    small.build(search=True)
    settle(small)
    for path in sorted(index_of(small))[::9]:
        harm(small.output / path, how)
    small.write("fd-01-gfx/a.md", title="甲办法", body="第一条　节电。").build(search=True)
    assert is_that_of_a_clean_build(small)


def test_harm_is_noticed_after_a_build_without_the_search_too(small: Site) -> None:
    whole = small.build(search=True).tree()
    settle(small)
    harm(small.output / "search/data/shards/00/0003.bin", "other")
    small.build(search=False)
    assert small.build(search=True).tree() == whole


def test_file_that_was_put_beside_the_index_stays(small: Site) -> None:
    small.build(search=True)
    (small.output / "search/data/shards/00/ffff.bin").write_bytes(b"of others")
    small.build(search=True)
    assert small.rewritten == set()


def settle(site: Site) -> None:
    """The files are as old as if they had been written yesterday, and the builds know them by their stamps."""
    for path in site.output.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    site.build(search=True)


# ---------------------------------------------------------------- without the search


def test_build_without_the_search_keeps_the_index(small: Site) -> None:
    before = index_of(small.build(search=True))
    small.write("fd-01-gfx/a.md", title="另一个办法").build(search=False)
    assert index_of(small) == before
    assert index_of(small.build(search=False, cache=None)) == before
    assert is_that_of_a_clean_build(small.build(search=True))


@pytest.mark.parametrize("path", ["fd-01-gfx/a.md", "fd-01-qt/c.md"])
def test_build_without_the_search_drops_an_index_that_knows_too_much(small: Site, path: str) -> None:
    small.write("fd-01-gfx/b.md", title="乙办法").build(search=True)
    small.write(path, **WITHHELD).build(search=False)
    assert small.is_published, small.diagnostics
    assert index_of(small) == {}
    assert is_that_of_a_clean_build(small.build(search=True))


def test_build_with_nothing_to_do_leaves_the_index_alone(small: Site) -> None:
    small.build(search=True)
    for _ in range(3):
        assert small.build(search=True).rewritten == set()


# ---------------------------------------------------------------- what is remembered


def test_nothing_but_digests_and_numbers_is_remembered_of_the_index(small: Site) -> None:
    small.write("fd-01-gfx/a.md", title="甲办法", body="龘靐。").build(search=True)
    with closing(sqlite3.connect(small.cache / "cache.sqlite")) as connection:
        rows = connection.execute("SELECT key, value FROM memo WHERE key LIKE '%index%'").fetchall()
    states = [marshal.loads(value[16:]) for key, value in rows if isinstance(value, bytes)]
    assert len(states) == 1
    version, files, shards, places, digests, sizes = states[0]
    assert isinstance(version, bytes)
    assert all(isinstance(number, int) for number in (files, shards, places))
    assert {len(digest) for digest in digests} == {12}
    assert all(isinstance(number, int) for size in sizes for number in size)
