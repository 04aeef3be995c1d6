"""The law of sessions: what a session that stays open builds, after any edits, is what a clean build gives.

With the environment variable `SITEGEN_THOROUGH` set, the scripts are many, long and different each time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import SitegenError
from sitegen.engine import MANIFEST
from sitegen.site import BuildResult, build_site, session, silent
from tests.edits import EDITS, WITHHELD, Build, CleanBuilds, Desk, Edit, PowerCutError, counted, told
from tests.properties.test_barrier import MARK
from tests.story import SMALL, Site, everything_in, files_of

IS_THOROUGH = os.environ.get("SITEGEN_THOROUGH", "") not in ("", "0")
SCRIPTS = settings(
    max_examples=int(os.environ.get("SITEGEN_THOROUGH_EXAMPLES", "300")) if IS_THOROUGH else 8,
    derandomize=not IS_THOROUGH,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
NOT_IN_A_PREVIEW = (  # nobody else writes into its folder and its cache, and it is for one day
    *("harm_output", "put_foreign_file", "spoil_manifest", "put_back_manifest", "put_back_output", "empty_output"),
    *("harm_cache", "flip_bits_in_cache", "put_back_cache", "change_and_change_back", "go_to_day"),
)
LIVE = [edit for name, edit in EDITS.items() if name not in NOT_IN_A_PREVIEW]
OF_BODIES = [EDITS[name] for name in ("write_body", "link", "change_quietly", "add_image", "mend", "spoil", "retitle")]
ANY_EDIT = st.one_of(*OF_BODIES, *LIVE)
ROUNDS = st.lists(st.lists(ANY_EDIT, min_size=1, max_size=2), min_size=2, max_size=12 if IS_THOROUGH else 6)
CLEAN_BUILDS: CleanBuilds = {}  # of this run

Run = Callable[[Collection[str] | None], BuildResult | str]


@contextmanager
def preview(site: Site, *, is_ours: bool = True, **options: object) -> Iterator[Run]:
    """A way to build into `live/` again and again, told which paths have changed; gives why it could not go on."""
    given = {"output": site.folder / "live", "preview": True, "is_ours": is_ours, **options}
    with session(site.options(**given), SMALL) as build:  # type: ignore[arg-type]

        def run(changed: Collection[str] | None = None) -> BuildResult | str:
            try:
                return build(silent, changed)
            except SitegenError as error:
                return str(error).replace(str(site.folder), "")

        yield run


def shown(site: Site) -> Mapping[str, bytes]:
    """What the preview shows."""
    return {path: data for path, data in files_of(site.folder / "live").items() if path != MANIFEST}


def clean(site: Site, **options: object) -> Mapping[str, bytes]:
    """What it should show."""
    tree = site.clean_tree(preview=True, **options)
    del tree[MANIFEST]
    return tree


def wrong(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    """The paths at which they differ."""
    return [path for path in sorted(one.keys() | other.keys()) if one.get(path) != other.get(path)]


# ---------------------------------------------------------------- any script


Stamps = Mapping[str, tuple[int, int, int, int]]


def stamps(desk: Desk) -> Stamps:
    """The files whose changes a watcher tells, with what it notices them by."""
    files = [path for top in (desk.content, desk.site.themes) for path in top.rglob("*") if path.is_file()]
    found = {path.relative_to(desk.folder).as_posix(): path.stat() for path in files}
    return {path: (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino) for path, stat in found.items()}


def changed_paths(before: Stamps, after: Stamps) -> frozenset[str] | None:
    """What the watcher tells: the paths in the content folder, None if something else has changed."""
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    if not all(path.startswith("content/") for path in changed):
        return None
    return frozenset(path.removeprefix("content/") for path in changed)


@given(ROUNDS, st.booleans(), st.booleans())
@SCRIPTS
def test_session_after_any_script_equals_a_clean_build(
    tmp_path_factory: pytest.TempPathFactory, rounds: list[list[Edit]], is_ours: bool, is_told: bool
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk") / "site", CLEAN_BUILDS)
    how = Build("preview")
    with preview(desk.site, is_ours=is_ours) as build:
        build()
        seen = stamps(desk)
        for edits in rounds:
            for edit in edits:
                edit(desk)
            now = stamps(desk)
            before = shown(desk.site)
            result = build(changed_paths(seen, now) if is_told else None)
            seen = now
            expected, tree = desk.clean(how)
            if isinstance(expected, str) or expected.report is None:
                assert shown(desk.site) == before, "a refused build changed what is shown"
            if isinstance(expected, str) or isinstance(result, str):
                assert result == expected
                continue
            assert told(result) == told(expected)
            assert (result.report is None) == (expected.report is None)
            if expected.report is not None:
                assert counted(result) == counted(expected)
                expected_tree = {path: data for path, data in tree.items() if path != MANIFEST}
                assert not wrong(shown(desk.site), expected_tree)
    shutil.rmtree(desk.folder)


# ---------------------------------------------------------------- the sharpest cases


@pytest.fixture
def small(site: Site) -> Site:
    """Two documents, one of which leads to the other."""
    return site.write("fd-01-gfx/a.md", title="甲办法").write("fd-01-qt/b.md", title="乙通知", body="见[甲办法](a)。")


@pytest.mark.parametrize("is_told", [False, True])
def test_lists_show_what_was_written_in_the_build_that_was_refused(small: Site, is_told: bool) -> None:
    """The desk of the views is that of the last plan, not that of the last catalog."""
    changed = {"fd-01-gfx/a.md"} if is_told else None
    with preview(small) as build:
        build()
        small.write("fd-01-gfx/a.md", title="新名办法", body="<!-- 没有结束")
        refused = build(changed)
        assert isinstance(refused, BuildResult)
        assert refused.report is None
        small.write("fd-01-gfx/a.md", title="新名办法", body="正文。")
        build(changed)
    assert not wrong(shown(small), clean(small))


def test_sites_that_are_built_in_turns_do_not_mix(small: Site, tmp_path: Path) -> None:
    other = Site(tmp_path / "other").setting(agency="示例市水务局").write("fd-01-gfx/a.md", title="别家办法")
    with preview(small) as build, preview(other) as build_other:
        build()
        build_other()
        small.write("fd-01-gfx/a.md", title="甲办法", body="另一段。")
        other.write("fd-01-gfx/a.md", title="别家办法", body="另一段。")
        build()
        build_other()
    assert not wrong(shown(small), clean(small))
    assert not wrong(shown(other), clean(other))


def test_change_and_change_back_where_a_build_was_not_remembered(small: Site) -> None:
    """Of a withdrawn document with a warning nothing may be kept, so the build is not remembered."""
    fields = {"withdraw": {"date": "2026-01-01", "reason": "内容有误"}, "exempt": {"P999": "没有"}}
    with preview(small) as build:
        build()
        small.write("fd-01-gfx/a.md", title="新名办法").write("fd-01-qt/w.md", **fields)
        build()
        small.write("fd-01-gfx/a.md", title="甲办法").delete("fd-01-qt/w.md")
        build()
    assert not wrong(shown(small), clean(small))


def test_change_and_change_back_where_a_document_was_left_out(small: Site) -> None:
    with preview(small, keep_going=True) as build:
        build()
        small.write("fd-01-gfx/a.md", title="新名办法").file("fd-01-qt/bad.md", b"\xff")
        build()
        small.write("fd-01-gfx/a.md", title="甲办法").delete("fd-01-qt/bad.md")
        build()
    assert not wrong(shown(small), clean(small))


def test_nothing_is_left_from_before_a_build_that_could_not_go_on(small: Site) -> None:
    with preview(small) as build:
        small.write("fd-01-gfx/a.md", title="甲办法", old_urls=["old/1.html"])
        build()
        small.setting(agency="示例市科学技术局", theme="none")
        assert isinstance(build(), str)
        small.setting(agency="示例市科学技术局").write("fd-01-gfx/a.md", title="甲办法")
        build()
    assert not wrong(shown(small), clean(small))


def test_file_that_came_and_went_is_not_looked_for(small: Site) -> None:
    """What the session knows of the folder is as new as its last build, also where that had nothing to do."""
    for path in small.content.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    with preview(small, is_ours=False, preview=False) as build:
        for _ in range(20):  # until the stamps are old enough to be relied on
            build()
        small.file("fd-01-qt/bad.md", b"\xff")
        build()
        small.delete("fd-01-qt/bad.md")
        build()
        small.write("fd-01-gfx/a.md", title="甲办法", body="另一段。")
        result = build({"fd-01-gfx/a.md"})
    assert isinstance(result, BuildResult)
    assert result.report is not None, result.diagnostics


HEADINGS = ("## 一、甲\n\n文字。", "## 二、乙\n\n文字。", "## 一、甲\n\n## 二、乙", "文字。")


def test_headings_that_others_lead_to_come_and_go(small: Site) -> None:
    small.write("fd-01-qt/b.md", title="乙通知", body="见[甲](a#一甲)。")
    with preview(small, keep_going=True) as build:
        for body in (*HEADINGS, *reversed(HEADINGS)):
            small.write("fd-01-gfx/a.md", title="甲办法", body=body)
            result = build({"fd-01-gfx/a.md", "fd-01-qt/b.md"})
            expected, tree = small.clean_build(preview=True, keep_going=True)
            assert isinstance(result, BuildResult)
            assert told(result) == told(expected)
            assert not wrong(shown(small), {path: data for path, data in tree.items() if path != MANIFEST})


def test_page_in_place_of_a_list_follows_its_document(site: Site) -> None:
    site.write("zn/zn-1.md", title="指南", written_date=None, pub_date="2024-01-01")
    site.write("zn/zn-2.md", title="新指南", written_date=None)
    with preview(site) as build:
        build()
        for number in (1, 2):
            older = {"pub_date": "2024-01-01"} if number == 1 else {}
            title = "指南" if number == 1 else "新指南"
            site.write(f"zn/zn-{number}.md", title=title, body="另一段。", written_date=None, **older)
            build({f"zn/zn-{number}.md"})
            assert not wrong(shown(site), clean(site))


def test_attachment_beside_a_body_that_changes_is_seen(small: Site) -> None:
    small.write("fd-01-gfx/a.md", title="甲办法", attachments=["x.pdf"]).file("fd-01-gfx/x.pdf", b"1")
    with preview(small) as build:
        build()
        for data in (b"2", b"33"):
            small.file("fd-01-gfx/x.pdf", data).write(
                "fd-01-gfx/a.md", title="甲办法", body=str(data), attachments=["x.pdf"]
            )
            build({"fd-01-gfx/a.md", "fd-01-gfx/x.pdf"})
            assert not wrong(shown(small), clean(small))


def test_search_index_of_a_preview_follows_the_bodies(small: Site) -> None:
    with preview(small, search=True) as build:
        build()
        small.write("fd-01-gfx/a.md", title="甲办法", body="另一段，谈天文台。")
        build({"fd-01-gfx/a.md"})
    assert not wrong(shown(small), clean(small, search=True))


# ---------------------------------------------------------------- when nothing has changed


def build_until_known(site: Site, **options: object) -> BuildResult:
    """Build until the stamps are old enough to be relied on, so that there is nothing to do; gives that build."""
    told_of: list[str] = []
    for _ in range(300):
        told_of.clear()
        result = build_site(site.options(**options), SMALL, progress=lambda step, *_: told_of.append(step))  # type: ignore[arg-type]
        if not told_of:
            return result
    raise AssertionError("there is always something to do")


def test_document_that_is_due_in_an_hour_is_not_remembered_for_the_day(small: Site) -> None:
    """A preview shows it already, with a badge that goes."""
    small.write("fd-01-qt/x.md", pub_date="2026-11-22 09:00")
    evening = small.options(preview=True)
    morning = replace(evening, as_of=evening.as_of.replace(hour=8))
    for _ in range(300):
        told_of: list[str] = []
        build_site(morning, SMALL, progress=lambda step, *_, told_of=told_of: told_of.append(step))
        if not told_of:
            break
    build_site(evening, SMALL)
    assert not wrong(files_of(small.output), small.clean_tree(preview=True))


def test_build_with_nothing_to_do_says_what_a_clean_one_says(small: Site) -> None:
    small.setting(agency="示例市科学技术局", index_no_pattern=r"\d+").file("fd-01-qt/c.md.txt")
    small.write("fd-01-qt/c.md", index_no="x", body="<b>粗</b>", exempt={"P999": "没有"})
    result = build_until_known(small)
    expected, _ = small.clean_build()
    assert len(expected.diagnostics) > 3
    assert told(result) == told(expected)
    assert counted(result) == counted(expected)


def test_file_of_others_is_told_of_even_if_there_is_nothing_to_do(small: Site) -> None:
    """Also in a folder that was written so late that its stamp could not be relied on."""
    build_until_known(small)
    small.write("fd-01-gfx/a.md", title="甲办法", body="另一段。")
    wait_for_the_clock(small)
    small.build()
    (small.output / "doc/a/verify.txt").write_bytes(b"a file of others")
    report = small.build().result.report  # type: ignore[union-attr]
    assert report is not None
    assert report.unknown == ("doc/a/verify.txt",)


def wait_for_the_clock(site: Site) -> None:
    """Until what was written so far is old enough to be relied on."""
    newest = max(path.stat().st_ctime_ns for path in site.content.rglob("*"))
    probe = site.folder / "probe"
    while True:
        probe.write_bytes(b"")
        if probe.stat().st_mtime_ns > newest + 60_000_000:
            break
    probe.unlink()


# ---------------------------------------------------------------- nothing that may not be shown is kept


def kept(site: Site) -> list[str]:
    """The files of the cache that hold the mark."""
    return [path for path, data in everything_in(files_of(site.cache)) if MARK.encode() in data]


@pytest.fixture
def told_of(small: Site) -> Site:
    """A site with a warning that quotes a document, which is then withheld."""
    small.setting(agency="示例市科学技术局", index_no_pattern=r"\d+")
    small.write("fd-01-qt/x.md", index_no=MARK).build(output=small.folder / "other").build()
    assert "D212" in small.codes
    return small.write("fd-01-qt/x.md", index_no=MARK, **WITHHELD)


def test_published_build_keeps_no_message_about_what_became_secret(told_of: Site) -> None:
    """Not even of another output folder."""
    told_of.build()
    assert told_of.is_published
    assert kept(told_of) == []


def test_refused_build_keeps_no_message_about_what_became_secret(told_of: Site) -> None:
    told_of.file("fd-01-qt/bad.md", b"\xff").build()
    assert not told_of.is_published
    assert kept(told_of) == []


def test_check_keeps_no_message_about_what_became_secret(told_of: Site) -> None:
    told_of.check()
    assert kept(told_of) == []


def test_build_that_cannot_go_on_keeps_nothing_of_what_became_secret(small: Site) -> None:
    small.write("fd-01-qt/x.md", title=MARK).build()
    small.write("fd-01-qt/x.md", title=MARK, **WITHHELD).setting(agency="示例市科学技术局", theme="none")
    with pytest.raises(SitegenError):
        small.build()
    assert kept(small) == []


def test_what_a_killed_build_kept_goes_even_if_the_next_has_nothing_to_do(
    small: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_until_known(small)
    small.write("fd-01-qt/x.md", body=MARK)
    with monkeypatch.context() as patch:  # bodies are written, then the machine stops
        patch.setattr("sitegen.load.records._forget", _stop)
        patch.setattr("sitegen.store.Store.flush", lambda store: None)
        with pytest.raises(PowerCutError):
            small.build()
    assert kept(small)
    small.delete("fd-01-qt/x.md").build()
    assert small.is_published
    assert kept(small) == []


def _stop(*_: object) -> None:
    raise PowerCutError
