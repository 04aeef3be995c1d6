"""`build --verify` says the truth about the output, whatever the cache believes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from sitegen.site import verify_site
from tests.edits import fill
from tests.story import Site, files_of

PAGE = "doc/a/index.html"


@pytest.fixture
def built(site: Site) -> Site:
    """A site that was built, and then built again with nothing to do."""
    return site.write("fd-01-gfx/a.md", title="甲办法").build().build()


def harm(file: Path) -> None:
    """Another last byte in the same file, with the times of before, as far as they can be forged."""
    before = file.stat()
    with file.open("r+b") as opened:
        opened.seek(-1, os.SEEK_END)
        opened.write(b"#")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_ino == before.st_ino


def test_output_of_a_build_is_as_it_should_be(built: Site) -> None:
    assert verify_site(built.options()) == ()


def test_verifying_changes_nothing(built: Site) -> None:
    before = files_of(built.folder)
    verify_site(built.options())
    assert files_of(built.folder) == before


@pytest.mark.parametrize("path", [PAGE, "index.html", "404.html", "catalog/index.html"])
def test_quietly_damaged_file_is_found(built: Site, path: str) -> None:
    harm(built.output / path)
    assert verify_site(built.options()) == (path,)


def test_damaged_file_is_mended_by_the_next_build(built: Site) -> None:
    """A program cannot give a file back the time at which its state was last changed."""
    harm(built.output / PAGE)
    assert built.build().rewritten == {PAGE}
    assert verify_site(built.options()) == ()


def test_missing_and_emptied_files_are_found(built: Site) -> None:
    (built.output / PAGE).unlink()
    (built.output / "404.html").write_bytes(b"")
    assert verify_site(built.options()) == ("404.html", PAGE)


def test_output_of_other_content_is_found(built: Site) -> None:
    built.write("fd-01-gfx/a.md", title="乙办法")
    assert PAGE in verify_site(built.options())


def test_old_output_that_was_put_back_is_found(built: Site) -> None:
    old = built.tree()
    built.write("fd-01-gfx/a.md", title="乙办法").build()
    fill(built.output, old)
    assert PAGE in verify_site(built.options())


def test_files_of_others_are_passed_over(built: Site) -> None:
    (built.output / "verify.txt").write_bytes(b"a file of others")
    assert verify_site(built.build().options()) == ()


def test_lost_cache_makes_no_difference(built: Site) -> None:
    shutil.rmtree(built.cache)
    assert verify_site(built.options()) == ()


def test_released_output_is_verified_too(built: Site) -> None:
    built.write("fd-01-gfx/a.md", title="乙办法").build(release=True)
    assert verify_site(built.options(release=True)) == ()
    harm(built.output / PAGE)
    assert verify_site(built.options(release=True)) == (PAGE,)


def test_search_index_that_was_left_as_it_is_is_no_difference(built: Site) -> None:
    """`--no-search` leaves the index alone, so there is nothing to compare it with."""
    built.build(search=True).build()
    assert verify_site(built.options()) == ()


def test_damaged_search_index_is_found(built: Site) -> None:
    built.build(search=True)
    harm(built.output / "search/data/index.bin")
    assert verify_site(built.options(search=True)) == ("search/data/index.bin",)
