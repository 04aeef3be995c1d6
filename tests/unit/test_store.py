"""The cache: it remembers, and whatever happens to it costs time only."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sitegen.store import open_store
from tests.story import Site


@given(st.dictionaries(st.text(max_size=5), st.binary(max_size=5), max_size=5))
def test_store_is_a_mapping(values: dict[str, bytes]) -> None:
    with open_store(None) as store:
        store.update(values)
        assert dict(store) == values
        assert len(store) == len(values)
        for key in values:
            del store[key]
        assert list(store) == []


def test_missing_key_is_missing() -> None:
    with open_store(None) as store:
        with pytest.raises(KeyError):
            store["nothing"]
        with pytest.raises(KeyError):
            del store["nothing"]


def test_what_is_forgotten_leaves_no_bytes(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store["secret-key"] = b"secret-value" * 1000
    with open_store(tmp_path) as store:
        del store["secret-key"]
    assert not [path for path in tmp_path.rglob("*") if b"secret" in path.read_bytes()]


@pytest.mark.parametrize("data", [b"no database at all" * 100, b"", b"SQLite format 3\0" + b"x" * 5000])
def test_damaged_cache_is_set_aside(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "cache.sqlite").write_bytes(data)
    with open_store(tmp_path) as store:
        store["a"] = b"1"
        assert dict(store) == {"a": b"1"}
        assert bool(store.notes) == bool(data)
    with open_store(tmp_path) as store:
        assert dict(store) == {"a": b"1"}


def test_cache_of_another_version_is_set_aside(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store["a"] = b"1"
    connection = sqlite3.connect(tmp_path / "cache.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with open_store(tmp_path) as store:
        assert dict(store) == {}
        assert "缓存" in store.notes[0]


def test_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("x", encoding="utf-8")
    with open_store(tmp_path / "cache") as store:
        store["a"] = b"1"
        assert "不用缓存" in store.notes[0]


def test_cache_keeps_itself_out_of_git(tmp_path: Path) -> None:
    with open_store(tmp_path / "cache"):
        pass
    assert (tmp_path / "cache" / ".gitignore").read_text(encoding="utf-8") == "*\n"


@pytest.mark.parametrize("harm", ["damaged", "removed", "foreign"])
def test_build_with_a_harmed_cache_gives_the_same_site(site: Site, harm: str) -> None:
    before = site.write("fd-01-gfx/a.md").build().tree()
    file = site.cache / "cache.sqlite"
    if harm == "removed":
        file.unlink()
    else:
        file.write_bytes(b"x" * 9000 if harm == "damaged" else file.read_bytes()[:4000])
    assert site.build().tree() == before
    assert site.codes == []
