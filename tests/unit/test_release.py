"""A release switches the whole site in one step, and leaves nothing beside it that may not be shown."""

from __future__ import annotations

import shutil
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from sitegen.diagnostics import TroubleError
from sitegen.engine import MANIFEST
from tests.edits import UNFINISHED, PowerCutError, fill, interrupted
from tests.properties.test_barrier import MARK, WITHHELD, secret
from tests.story import Site, everything_in, files_of


def releases(site: Site) -> list[str]:
    """What lies beside the output."""
    return sorted(path.name for path in (site.folder / "public.releases").iterdir())


def former_releases(site: Site) -> dict[str, bytes]:
    """The files of the releases that visitors no longer see."""
    folder, now = site.folder / "public.releases", site.output.resolve().name
    return {path: data for path, data in files_of(folder).items() if path.split("/")[0] != now}


def retitled(site: Site, title: str) -> Site:
    """Another edit."""
    return site.write("fd-01-gfx/a.md", title=title)


@pytest.fixture
def once(site: Site) -> Site:
    """A site with one release."""
    retitled(site, "甲办法").build(release=True)
    assert site.is_published, site.diagnostics
    return site


def test_release_equals_a_clean_build(once: Site) -> None:
    assert once.output.is_symlink()
    for number in range(3):
        assert retitled(once, f"甲办法（{number}）").build(release=True).tree() == once.clean_tree()


def test_release_before_it_can_be_gone_back_to(once: Site) -> None:
    first = once.tree()
    retitled(once, "乙办法").build(release=True)
    assert releases(once) == ["000001", "000002"]
    assert files_of(once.folder / "public.releases/000001") == first
    once.output.unlink()
    once.output.symlink_to("public.releases/000001")
    assert once.tree() == first
    assert once.build(release=True).tree() == once.clean_tree()


def test_release_with_a_search_index_can_be_gone_back_to(once: Site) -> None:
    """The names of the files of an index change with every text: those that go are nothing taken back."""
    once.build(release=True, search=True)
    retitled(once, "乙办法").build(release=True, search=True)
    assert len(releases(once)) == 2


def test_nothing_changed_makes_no_release(once: Site) -> None:
    for _ in range(20):  # until the stamps are old enough to be relied on
        once.build(release=True)
    before = releases(once)
    assert once.build(release=True).rewritten == set()
    assert releases(once) == before


def test_first_release_of_a_plain_folder_keeps_foreign_files(site: Site) -> None:
    retitled(site, "甲办法").build()
    (site.output / "verify.txt").write_bytes(b"a file of others")
    retitled(site, "乙办法").build(release=True)
    retitled(site, "丙办法").build(release=True)
    expected = site.clean_tree() | {"verify.txt": b"a file of others"}
    assert site.tree() == expected


def test_release_without_the_cache_equals_a_clean_build(once: Site) -> None:
    shutil.rmtree(once.cache)
    assert retitled(once, "乙办法").build(release=True).tree() == once.clean_tree()


def test_plain_build_after_a_release_changes_no_former_one(once: Site) -> None:
    retitled(once, "乙办法").build(release=True)
    former = former_releases(once)
    retitled(once, "丙办法").build()
    assert former_releases(once) == former
    assert once.tree() == once.clean_tree()


def test_output_that_became_a_plain_folder_again_can_be_released(site: Site) -> None:
    """As when an administrator copies the site back; `000000` is there from the first release."""
    retitled(site, "甲办法").build()
    retitled(site, "乙办法").build(release=True)
    now = site.output.resolve()
    site.output.unlink()
    now.rename(site.output)
    retitled(site, "丙办法").build(release=True)
    assert site.tree() == site.clean_tree()


def test_visitor_never_misses_a_page_nor_sees_two_releases_at_once(once: Site) -> None:
    """All that is opened below one and the same folder is of one release."""
    done = threading.Event()
    seen: list[object] = []

    def visit() -> None:
        while not done.is_set():
            try:
                now = once.output.resolve()
                title = "甲办法" if "甲办法" in once.page("index.html") else "乙办法"
                if once.output.resolve() == now and title not in (now / "doc/a/index.html").read_text("utf-8"):
                    seen.append(title)
            except OSError as error:
                if not isinstance(error, FileNotFoundError) or not once.output.is_dir():
                    seen.append(error)

    visitor = threading.Thread(target=visit)
    visitor.start()
    for title in ("乙办法", "甲办法", "乙办法"):
        retitled(once, title).build(release=True)
    done.set()
    visitor.join()
    assert seen == []


@pytest.mark.parametrize("how", ["full disk", "Ctrl+C", "power cut"])
def test_release_broken_off_anywhere_leaves_one_site_or_the_other(once: Site, how: str) -> None:
    before = once.tree()
    retitled(once, "乙办法").write("fd-01-gfx/n.md", title="新办法")
    expected = once.clean_tree()
    for after in range(0, 2000, 83):
        stopped = suppress(TroubleError, KeyboardInterrupt, PowerCutError)
        with interrupted(once.folder / "public.releases", how, after) as failed, stopped:
            once.build(release=True)
        tree = once.tree()
        if not failed:
            break
        assert tree in (before, expected), f"{how} after {after}"
        if tree == expected:
            break
    assert once.build(release=True).tree() == expected
    assert not [name for name in releases(once) if not name.isdecimal()]


# ---------------------------------------------------------------- nothing that may not be shown


def test_release_that_takes_something_back_leaves_no_former_one_with_it(once: Site) -> None:
    secret(once, MARK, {}).build(release=True)
    secret(once, MARK, WITHHELD).build(release=True)
    assert not [path for path, data in everything_in(former_releases(once)) if MARK.encode() in data]


def test_plain_build_that_takes_something_back_leaves_no_former_release_with_it(once: Site) -> None:
    secret(once, MARK, {}).build(release=True)
    retitled(once, "乙办法").build(release=True)
    secret(once, MARK, WITHHELD).build()
    assert once.is_published
    assert not [path for path, data in everything_in(former_releases(once)) if MARK.encode() in data]


def left_behind(folder: Path) -> None:
    """What a build that was killed left behind."""
    fill(folder / UNFINISHED, {"0123": f"<p>{MARK}</p>".encode()})
    assert MARK in (folder / UNFINISHED / "0123").read_text("utf-8")


def remains(site: Site) -> list[str]:
    """The files of the site's folder, except of the content, that hold the mark."""
    files = {path: data for path, data in files_of(site.folder).items() if not path.startswith("content/")}
    return [path for path, data in everything_in(files) if MARK.encode() in data]


@pytest.mark.parametrize("is_release", [False, True])
def test_what_a_killed_build_left_goes_with_the_next(site: Site, is_release: bool) -> None:
    """Also if it had been killed in the middle of the other way to publish."""
    retitled(site, "甲办法").build(release=True)
    left_behind(site.folder / "public.releases")
    left_behind(site.output)
    retitled(site, "乙办法").build(release=is_release)
    assert site.is_published
    assert remains(site) == []


def test_what_a_killed_build_left_in_a_plain_folder_goes_with_its_first_release(site: Site) -> None:
    retitled(site, "甲办法").build()
    left_behind(site.output)
    retitled(site, "乙办法").build(release=True)
    assert remains(site) == []


def test_what_a_killed_build_left_goes_even_if_the_next_has_nothing_to_do(site: Site) -> None:
    retitled(site, "甲办法")
    for _ in range(20):  # until the stamps are old enough to be relied on
        site.build()
    left_behind(site.output)
    site.build()
    assert remains(site) == []


def test_what_a_killed_build_left_goes_even_if_the_next_is_refused(site: Site) -> None:
    retitled(site, "甲办法").build()
    left_behind(site.output)
    site.file("fd-01-qt/bad.md", b"\xff").build()
    assert not site.is_published
    assert remains(site) == []


# ---------------------------------------------------------------- two builds at once


def test_two_builds_at_once_do_not_mix(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """One is about to publish while another makes its pages: what lies there is of one build, or will be."""
    from sitegen import building

    retitled(site, "甲办法").build()
    pause, go_on = threading.Event(), threading.Event()
    real = building.publish
    errors: list[BaseException] = []

    def other() -> None:
        try:
            Site.build(site, cache=None)
        except TroubleError as error:
            errors.append(error)
        pause.set()

    def publish(*given: object, **named: object) -> object:
        if threading.current_thread() is second:
            pause.set()
            go_on.wait(20)
        else:
            retitled(site, "丙办法")
            second.start()
            pause.wait(20)
        return real(*given, **named)  # type: ignore[arg-type]

    second = threading.Thread(target=other)
    monkeypatch.setattr(building, "publish", publish)
    retitled(site, "乙办法")
    mine: BaseException | None = None
    try:
        site.build()
    except TroubleError as error:
        mine = error
    pages = {path for path, data in site.tree().items() if "丙办法".encode() in data and path != MANIFEST}
    go_on.set()
    second.join()
    monkeypatch.undo()
    assert not pages or mine is not None, "the first build published pages of the second"
    assert retitled(site, "乙办法").build().tree() == site.clean_tree()


def test_site_with_releases_may_be_moved_as_a_whole(once: Site) -> None:
    assert not once.output.readlink().is_absolute()
    moved = once.folder / "elsewhere"
    moved.mkdir()
    (once.folder / "public.releases").rename(moved / "public.releases")
    once.output.rename(moved / "public")
    assert (moved / "public/index.html").is_file()
