"""The law of incremental builds: after any edits, accidents and builds, the output is that of a clean build.

The law itself is `Desk.build` in tests/edits.py. With the environment variable `SITEGEN_THOROUGH` set, the scripts are
many, long and different each time; without it they are few and always the same.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import SitegenError, TroubleError
from sitegen.engine import MANIFEST
from sitegen.site import build_site
from tests.edits import (
    BUILDS,
    EDITS,
    Build,
    CleanBuilds,
    Desk,
    Edit,
    PowerCutError,
    break_template,
    change_attachment,
    change_quietly,
    change_theme_file,
    commit,
    fill,
    go_to_day,
    harm_cache,
    interrupted,
    quietly,
    tint,
)
from tests.story import SMALL, Site, everything_in, files_of

IS_THOROUGH = os.environ.get("SITEGEN_THOROUGH", "") not in ("", "0")
SCRIPTS = settings(
    max_examples=int(os.environ.get("SITEGEN_THOROUGH_EXAMPLES", "400")) if IS_THOROUGH else 5,
    derandomize=not IS_THOROUGH,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
ONE_EACH = settings(SCRIPTS, max_examples=40 if IS_THOROUGH else 2)
ANY_EDIT = st.one_of(*EDITS.values())
ROUNDS = st.lists(
    st.tuples(st.lists(ANY_EDIT, min_size=1, max_size=4), BUILDS),
    min_size=1,
    max_size=10 if IS_THOROUGH else 4,
)
CLEAN_BUILDS: CleanBuilds = {}  # of this run: many scripts pass through the same states


# ---------------------------------------------------------------- any script


@given(ROUNDS, st.booleans())
@SCRIPTS
def test_build_after_any_script_equals_a_clean_build(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[tuple[list[Edit], Build]], is_found: bool
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk") / "site", CLEAN_BUILDS, is_found=is_found)
    assert desk.build()
    for edits, how in rounds:
        for edit in edits:
            edit(desk)
        desk.build(how)
    desk.build()
    shutil.rmtree(desk.folder)


@given(st.tuples(*EDITS.values()))
@ONE_EACH
def test_build_after_each_kind_of_edit_equals_a_clean_build(
    tmp_path_factory: pytest.TempPathFactory, edits: tuple[Edit, ...]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk") / "site", CLEAN_BUILDS, is_found=True)
    assert desk.build()
    size = 1 if IS_THOROUGH else 6
    for first in range(0, len(edits), size):
        for edit in edits[first : first + size]:
            edit(desk)
        desk.build()
    shutil.rmtree(desk.folder)


# ---------------------------------------------------------------- the sharpest cases


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A site that has been built."""
    desk = Desk(tmp_path / "site", CLEAN_BUILDS)
    assert desk.build()
    return desk


QUIET_CHANGES = {
    "document": ("content/fd-01-gfx/a.md", "甲办法", "申办法"),
    "front matter": ("content/fd-01-gfx/a.md", "〔2024〕1号", "〔2024〕9号"),
    "attachment": ("content/fd-01-gfx/qxa.pdf", " 0", " 9"),
    "image": ("content/fd-01-qt/qxc.png", " 0", " 9"),
    "settings": ("content/site.yaml", "科学技术局", "技术科学局"),
    "columns": ("content/columns.yaml", "id: ysq", "id: gzk"),
    "template": ("themes/standard/templates/footer.html", "<footer", "<FOOTER"),
    "macros": ("themes/standard/templates/parts.html", 'class="state"', 'class="STATE"'),
    "style sheet": ("themes/standard/assets/style.css", "margin:", "MARGIN:"),
    "theme variables": ("themes/standard/theme.yaml", "#a61b1b", "#b61b1b"),
}


@pytest.mark.parametrize("what", QUIET_CHANGES)
def test_other_bytes_of_the_same_size_and_time_are_seen(desk: Desk, what: str) -> None:
    name, old, new = QUIET_CHANGES[what]
    file = desk.folder / name
    data = file.read_text(encoding="utf-8")
    assert old in data
    before = desk.site.tree()
    quietly(file, data.replace(old, new, 1).encode())
    assert desk.build()
    assert desk.site.tree() != before
    quietly(file, data.encode())
    assert desk.build()
    assert desk.site.tree() == before


@pytest.mark.parametrize("what", ["document", "attachment", "style sheet"])
def test_file_replaced_by_a_rename_with_the_old_time_is_seen(desk: Desk, what: str) -> None:
    name, old, new = QUIET_CHANGES[what]
    file = desk.folder / name
    other = file.with_name("_other")
    shutil.copy2(file, other)
    quietly(other, file.read_bytes().replace(old.encode(), new.encode(), 1))
    before = desk.site.tree()
    other.replace(file)
    assert desk.build()
    assert desk.site.tree() != before


def test_change_while_the_content_is_read_is_seen_by_the_next_build(site: Site) -> None:
    """Even if all that the file system says of the file stays as it was: its clock ticks slowly."""
    site.write("zn/a.md", title="甲1", written_date=None).columns("hide: [{id: fd-02, reason: 没有}]")
    file = site.content / "zn/a.md"
    first = file.read_bytes()
    second = first.replace("甲1".encode(), "甲2".encode())
    time = file.stat().st_mtime_ns

    def put(data: bytes) -> None:
        file.write_bytes(data)
        os.utime(file, ns=(time, time))

    def edit_meanwhile(step: str, done: int, of: int) -> None:
        if step == "读取稿件":
            put(second if done == of else first)

    for _ in range(40 if IS_THOROUGH else 8):
        build_site(site.options(), SMALL, progress=edit_meanwhile)
        titles = {title for title in ("甲1", "甲2") if title in site.page("doc/a/index.html")}
        assert len(titles) == 1
        assert "甲2" in site.build().page("doc/a/index.html")
    assert site.tree() == site.clean_tree()


def test_touching_everything_writes_nothing(desk: Desk) -> None:
    for when in (1, 2_145_916_800):
        for path in (*desk.content.rglob("*"), *desk.site.themes.rglob("*"), *desk.site.output.rglob("*")):
            os.utime(path, (when, when))
        assert desk.site.build().rewritten == set()
    assert desk.build()


@pytest.mark.parametrize("with_times", [False, True])
def test_two_files_that_exchange_their_contents_are_both_seen(desk: Desk, with_times: bool) -> None:
    one, other = desk.content / "fd-01-gfx/a.md", desk.content / "fd-01-gfx/b.md"
    desk.save("b", desk.docs["b"].having(repeals=None, id=None))
    desk.build()
    pages = desk.site.page("doc/a/index.html"), desk.site.page("doc/b/index.html")
    data, times = (one.read_bytes(), other.read_bytes()), (one.stat(), other.stat())
    one.write_bytes(data[1])
    other.write_bytes(data[0])
    if with_times:
        os.utime(one, ns=(times[1].st_atime_ns, times[1].st_mtime_ns))
        os.utime(other, ns=(times[0].st_atime_ns, times[0].st_mtime_ns))
    a, b = desk.docs["a"], desk.docs["b"]
    desk.docs |= {"a": b, "b": a}
    desk.build()
    assert ("乙办法" in desk.site.page("doc/a/index.html")) == ("乙办法" in pages[1])


def test_two_files_that_exchange_their_names_are_both_seen(site: Site) -> None:
    site.write("fd-01-gfx/a.md", title="甲办法").write("fd-01-gfx/b.md", title="乙办法").build()
    site.move("fd-01-gfx/a.md", "_x").move("fd-01-gfx/b.md", "fd-01-gfx/a.md").move("_x", "fd-01-gfx/b.md").build()
    assert "乙办法" in site.page("doc/a/index.html")
    assert "甲办法" in site.page("doc/b/index.html")
    assert site.tree() == site.clean_tree()


def test_change_and_change_back_with_a_build_between_gives_the_first_bytes(desk: Desk) -> None:
    first = desk.site.tree()
    file = desk.content / "fd-01-gfx/a.md"
    data, time = file.read_bytes(), file.stat().st_mtime_ns
    for _ in range(2):
        file.write_bytes(data.replace("甲".encode(), "申".encode()))
        assert desk.build()
        assert desk.site.tree() != first
        file.write_bytes(data)
        os.utime(file, ns=(time, time))
        assert desk.build()
        assert desk.site.tree() == first


def test_cache_of_another_site_does_no_harm(tmp_path: Path) -> None:
    """Not even of one whose files have the same names, sizes and times."""
    one, other = Site(tmp_path / "one"), Site(tmp_path / "other")
    for site, title in ((one, "甲办法"), (other, "乙办法")):
        site.write("fd-01-gfx/a.md", title=title, attachments=["x.pdf"]).file("fd-01-gfx/x.pdf", title)
        for path in site.content.rglob("*"):
            os.utime(path, (1_700_000_000, 1_700_000_000))
    other.build()
    fill(one.cache, files_of(other.cache))
    assert one.build().tree() == one.clean_tree()
    assert not [path for path, data in everything_in(one.tree()) if "乙办法".encode() in data]
    fill(one.cache, files_of(other.cache))
    assert one.build().rewritten == set()


def test_folder_of_the_site_may_be_moved(desk: Desk) -> None:
    before = desk.site.tree()
    moved = desk.folder.with_name("moved")
    desk.folder.rename(moved)
    site = Site.__new__(Site)
    site.folder, site.content, site.output = moved, moved / "content", moved / "public"
    site.cache, site.themes = moved / ".sitegen", moved / "themes"
    assert site.build().rewritten == set()
    assert site.tree() == before == site.clean_tree()


def test_two_outputs_take_turns_with_one_cache(desk: Desk) -> None:
    for number in range(3):
        desk.save("a", desk.docs["a"].having(summary=f"第{number}次概述"))
        assert desk.build(Build("other"))
        if number != 1:
            assert desk.build()
    assert files_of(desk.folder / "other") == desk.site.tree()


def test_preview_with_the_same_cache_does_not_colour_what_is_public(desk: Desk) -> None:
    desk.save("e", desk.doc("e").having(draft=True))
    for how in (Build("preview"), Build(), Build("preview"), Build()):
        assert desk.build(how)


@pytest.mark.parametrize("steps", [(0, 1, 0), (0, 5, 1, 8, 0), (8, -1, 2)])
def test_days_forward_and_backward(desk: Desk, steps: tuple[int, ...]) -> None:
    desk.save("a", desk.docs["a"].having(effective_date="2026-11-23", expire_date="2026-11-26"))
    desk.save("b", desk.docs["b"].having(repeals=None, amends={"doc": "a", "date": "2026-11-24"}))
    desk.save("e", desk.doc("e").having(pub_date="2026-11-24"))
    desk.save("f", desk.doc("f").having(withdraw={"date": "2026-11-25", "reason": "有误"}))
    trees: dict[int, dict[str, bytes]] = {}
    for step in steps:
        go_to_day(desk, step)
        assert desk.build()
        assert trees.setdefault(step, desk.site.tree()) == desk.site.tree()
    assert len({repr(sorted(tree.items())) for tree in trees.values()}) == len(trees)


# ---------------------------------------------------------------- the cache


def changed(data: bytes, offset: int, bit: int) -> bytes:
    return data[:offset] + bytes([data[offset] ^ 1 << bit]) + data[offset + 1 :]


@pytest.fixture
def known(desk: Desk) -> Desk:
    """A site with a history, so that every kind of memory is in its cache."""
    for title in ("甲办法（一）", "甲办法（二）"):
        commit(desk)
        desk.save("a", desk.docs["a"].having(summary=title))
    commit(desk)
    assert desk.build()
    return desk


def harmed_caches(cache: bytes) -> Iterator[bytes]:
    """The cache with one bit flipped, or cut off, at places all over the file."""
    for offset, bit in ((20, 0), (52, 0)):  # of the header: one that SQLite notices only when it reads a table
        yield changed(cache, offset, bit)
    schema = cache.index(b"CREATE TABLE")
    for number in range(60 if IS_THOROUGH else 3):  # the names of columns, and text that is no text any more
        yield changed(cache, schema + number * (1 if IS_THOROUGH else 20), 7)
        yield changed(cache, schema + number * (1 if IS_THOROUGH else 20), 0)
    for number in range(400 if IS_THOROUGH else 6):
        yield changed(cache, number * 7919 % len(cache), number % 8)
    last = len(cache.rstrip(b"\0"))
    for number in range(400 if IS_THOROUGH else 4):  # where the newest values lie
        yield changed(cache, max(0, last - 1 - number * 5), number % 8)
    for part in (1, 3, 4):
        yield cache[: len(cache) * part // 5]


def test_harm_anywhere_in_the_cache_makes_no_difference(known: Desk) -> None:
    file = known.site.cache / "cache.sqlite"
    cache = file.read_bytes()
    good = known.site.tree()
    for harmed in harmed_caches(cache):
        fill(known.site.cache, {"cache.sqlite": harmed})
        fill(known.site.output, {})
        assert known.site.build().tree() == good


def test_cache_of_an_older_day_makes_no_difference(known: Desk) -> None:
    older = files_of(known.site.cache)
    first = known.docs["a"]
    known.save("a", first.having(summary="另一份概述"))
    commit(known)
    assert known.build()
    for cache in (older, files_of(known.site.cache), older):
        fill(known.site.cache, cache)
        assert known.build()
    known.save("a", first)
    fill(known.site.cache, older)
    assert known.build()


def test_locked_cache_is_not_waited_for_in_vain(desk: Desk) -> None:
    desk.lock_cache()
    desk.save("a", desk.docs["a"].having(summary="另一份概述"))
    assert desk.build()
    assert desk.build()


def test_cache_folder_that_cannot_be_written_makes_no_difference(desk: Desk) -> None:
    desk.site.cache.chmod(0o500)
    (desk.site.cache / "cache.sqlite").chmod(0o400)
    desk.save("a", desk.docs["a"].having(summary="另一份概述"))
    assert desk.build()
    desk.site.cache.chmod(0o700)


# ---------------------------------------------------------------- interruptions


def grown(desk: Desk) -> None:
    """An edit that changes, adds and removes pages."""
    desk.save("a", desk.docs["a"].having(summary="另一份概述"))
    desk.save("e", desk.doc("e"))
    desk.save("c", desk.docs["c"].having(disclosure="依申请公开", disclosure_reason="条例第十六条"))


@pytest.mark.parametrize("how", ["Ctrl+C", "power cut"])
def test_build_broken_off_anywhere_is_healed_by_the_next(desk: Desk, how: str) -> None:
    before = desk.site.tree()
    grown(desk)
    expected = desk.site.clean_tree()
    for after in range(0, 1000, 1 if IS_THOROUGH else 40):
        fill(desk.site.output, before)
        with interrupted(desk.site.output, how, after) as failed:
            try:
                desk.site.build()
            except (KeyboardInterrupt, PowerCutError):
                assert failed
        if not failed:
            break
        now = {path: data for path, data in desk.site.tree().items() if not path.startswith(MANIFEST)}
        halves = [path for path, data in now.items() if data not in (before.get(path), expected.get(path))]
        assert all(path.startswith(".sitegen-new/") for path in halves)
        assert desk.site.build().tree() == expected
    else:
        pytest.fail("the build was never done")


def test_full_disk_at_any_file_changes_nothing(desk: Desk) -> None:
    """Not even when the last file that is written, the manifest, finds no room any more."""
    before = desk.site.tree()
    if IS_THOROUGH:
        grown(desk)
    else:
        desk.save("nb", replace(desk.docs["nb"], body="另一段正文。"))
    for after in range(1000):
        with interrupted(desk.site.output, "full disk", after) as failed:
            try:
                desk.site.build()
            except TroubleError:
                assert failed
        if not failed:
            break
        assert desk.site.tree() == before, f"with room for {after} files"
    else:
        pytest.fail("the build was never done")
    assert desk.build()


@pytest.mark.parametrize("how", ["Ctrl+C", "power cut"])
def test_what_became_secret_goes_even_if_the_build_before_was_broken_off(desk: Desk, how: str) -> None:
    first = desk.site.tree()
    for after in range(0, 80, 1 if IS_THOROUGH else 30):
        fill(desk.site.output, first)
        desk.docs = {key: doc for key, doc in desk.docs.items() if key != "e"}
        desk.save("e", desk.doc("e"))
        desk.build(Build(interruption=how, after=after))
        desk.save("e", desk.docs["e"].having(draft=True))
        assert desk.build()


# ---------------------------------------------------------------- mending


def test_deleted_document_is_refused_until_it_is_withdrawn(desk: Desk) -> None:
    before = desk.site.tree()
    text = (desk.content / "fd-01-qt/c.md").read_text(encoding="utf-8")
    desk.site.delete("fd-01-qt/c.md").build()
    assert "L201" in desk.site.codes
    assert desk.site.tree() == before
    withdrawn = text.replace("title:", 'withdraw: {"date": "2026-01-01", "reason": "内容有误"}\ntitle:', 1)
    desk.site.file("fd-01-qt/c.md", withdrawn).build()
    assert "内容有误" in desk.site.page("doc/c/index.html")
    assert desk.site.tree() == desk.site.clean_tree()
    desk.site.file("fd-01-qt/c.md", text).build()
    assert desk.site.tree() == before


def test_broken_template_stops_the_build_until_it_is_mended(desk: Desk) -> None:
    before = desk.site.tree()
    file = desk.site.themes / "standard/templates/parts.html"
    data = file.read_bytes()
    for broken in (b"{% if %}", b"{% macro table( %}"):
        quietly(file, broken + data[len(broken) :])
        with pytest.raises(SitegenError, match="模板"):
            desk.site.build()
        assert desk.site.tree() == before
        quietly(file, data)
        assert desk.site.build().rewritten == set()


def test_document_that_another_waits_for_mends_it(desk: Desk) -> None:
    before = desk.site.tree()
    desk.site.write("fd-01-qt/e.md", title="丁通知", body="见[后来的通知](later)。").build()
    assert not desk.site.is_published
    assert desk.site.tree() == before
    desk.site.write("fd-01-qt/later.md", title="后来的通知").build()
    assert "doc/later/index.html" in desk.site.rewritten
    assert desk.site.tree() == desk.site.clean_tree()


# ---------------------------------------------------------------- workers, search


@pytest.fixture(scope="module")
def workers() -> Iterator[Executor]:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


def test_workers_keep_the_law(desk: Desk, workers: Executor) -> None:
    for edit in (
        lambda: change_quietly(desk, "a", 1),
        lambda: change_theme_file(desk, "standard/templates/parts.html", 1, True),
        lambda: tint(desk, "standard", "#1b4f8f"),
        lambda: break_template(desk, "{% if %}"),
        lambda: harm_cache(desk, "deleted"),
        lambda: change_attachment(desk, "a", 2, True),
        lambda: go_to_day(desk, 5),
    ):
        edit()
        desk.build(executor=workers)


def test_search_index_keeps_the_law(desk: Desk) -> None:
    desk.site.build(search=True)
    desk.save("a", desk.docs["a"].having(summary="另一份概述"))
    desk.save("c", desk.docs["c"].having(disclosure="依申请公开", disclosure_reason="条例第十六条"))
    assert desk.site.build(search=True).tree() == desk.site.clean_tree(search=True)
    assert not [path for path, data in everything_in(desk.site.tree()) if desk.docs["c"].mark.encode() in data]
