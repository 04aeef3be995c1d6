"""The cache: it remembers, and whatever happens to it costs time only."""

from __future__ import annotations

import pickle
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.diagnostics import CacheError
from sitegen.store import FILE, Store, open_store
from tests.story import Site

KNOWN: Mapping[str, bytes] = {"a": b"first", "b": b"", "body/0": bytes(range(256)), "正文": "正文".encode()}


@contextmanager
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    """The file as another program sees it."""
    with closing(sqlite3.connect(folder / FILE)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # so that tests need not wait for the disk
        yield connection
        connection.commit()


def fill(folder: Path, values: Mapping[str, bytes] = KNOWN) -> None:
    """A cache with these values."""
    with open_store(folder) as store:
        store.update(values)


def rows_of(folder: Path) -> dict[str, bytes]:
    """What lies in the file, with its seals."""
    with database(folder) as connection:
        return dict(connection.execute("SELECT key, value FROM memo ORDER BY key").fetchall())


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


# ---------------------------------------------------------------- values


def test_value_of_one_build_is_there_in_the_next(tmp_path: Path) -> None:
    fill(tmp_path)
    with open_store(tmp_path) as store:
        assert dict(store) == KNOWN
        assert store.notes == ()
        assert list(store) == sorted(KNOWN)


@pytest.mark.parametrize("key", KNOWN)
def test_any_flipped_byte_of_a_value_makes_it_missing(tmp_path: Path, key: str) -> None:
    fill(tmp_path)
    sealed = rows_of(tmp_path)[key]
    with open_store(tmp_path) as writing, database(tmp_path) as connection:
        for position in range(len(sealed)):
            harmed = bytearray(sealed)
            harmed[position] ^= 1 << position % 8
            connection.execute("UPDATE memo SET value = ? WHERE key = ?", (bytes(harmed), key))
            connection.commit()
            assert writing.get(key) is None, position
            assert "损坏" in writing.notes[0]
            assert {other: writing[other] for other in KNOWN if other != key}.items() <= KNOWN.items()


@pytest.mark.parametrize("value", [b"", b"short", None, 7, "text"])
def test_value_of_another_kind_is_missing(tmp_path: Path, value: object) -> None:
    fill(tmp_path)
    with database(tmp_path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        if value is not None:
            connection.execute("UPDATE memo SET value = ? WHERE key = 'a'", (value,))
        else:
            connection.execute("UPDATE memo SET value = x'' WHERE key = 'a'")
    with open_store(tmp_path) as store:
        assert store.get("a") is None
        assert store.notes


def test_value_that_was_moved_to_another_key_is_missing(tmp_path: Path) -> None:
    fill(tmp_path)
    with database(tmp_path) as connection:
        connection.execute("UPDATE memo SET key = 'c' WHERE key = 'a'")
        connection.execute("UPDATE memo SET value = (SELECT value FROM memo WHERE key = 'b') WHERE key = '正文'")
    with open_store(tmp_path) as store:
        assert [store.get(key) for key in ("a", "c", "正文")] == [None, None, None]
        assert store["b"] == b""


def test_flipped_bit_anywhere_in_the_file_gives_no_wrong_value(tmp_path: Path) -> None:
    """The values are right or missing; or the file is of no use, which is told or raises `CacheError`."""
    fill(tmp_path)
    good = (tmp_path / FILE).read_bytes()
    for number in range(130):
        position = number * 7919 % len(good)
        harmed = bytearray(good)
        harmed[position] ^= 1 << number % 8
        (tmp_path / FILE).write_bytes(harmed)
        try:
            with open_store(tmp_path) as store:
                found = {key: value for key in KNOWN if (value := store.get(key)) is not None}
                assert found.items() <= KNOWN.items(), position
                assert found or store.notes, position
        except CacheError:
            pass


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE about SET program = CAST(x'ff' AS TEXT)",
        "UPDATE about SET program = 'other'",
        "DELETE FROM about",
        "DROP TABLE about",
    ],
)
def test_file_that_cannot_be_understood_is_made_anew_and_told(tmp_path: Path, harm: str) -> None:
    """What nobody can read must not lie there for ever: it may tell of what is no longer public."""
    fill(tmp_path, {"a": b"a secret since" * 100})
    with database(tmp_path) as connection:
        connection.execute(harm)
    with open_store(tmp_path) as store:
        assert "重新建立" in store.notes[0]
        store["b"] = b"1"
    with open_store(tmp_path) as store:
        assert dict(store) == {"b": b"1"}
        assert store.notes == ()
    assert b"a secret since" not in (tmp_path / FILE).read_bytes()


def test_file_without_its_values_is_of_no_use(tmp_path: Path) -> None:
    fill(tmp_path)
    with database(tmp_path) as connection:
        connection.execute("ALTER TABLE memo RENAME TO meno")
    with open_store(tmp_path) as store:
        for use in (lambda: store.get("a"), lambda: list(store), lambda: store.update({"a": b""}), lambda: len(store)):
            with pytest.raises(CacheError):
                use()


# ---------------------------------------------------------------- shelves

SHELF: Mapping[str, object] = {**{f"k{number}": number for number in range(200)}, "栏目": ("多个", b"\0")}


def shelve(folder: Path) -> None:
    with open_store(folder) as store:
        store.shelf("rows").update(SHELF)


def test_shelf_is_as_it_was_left(tmp_path: Path) -> None:
    shelve(tmp_path)
    with open_store(tmp_path) as store:
        assert dict(store.shelf("rows")) == SHELF
        assert dict(store.shelf("other")) == {}
        assert store.shelf("rows") is store.shelf("rows")
        assert store.notes == ()


def test_change_of_a_shelf_writes_a_small_part_of_it(tmp_path: Path) -> None:
    shelve(tmp_path)
    before = rows_of(tmp_path)
    with open_store(tmp_path) as store:
        store.shelf("rows")["k7"] = "changed"
        store.flush()
        store.flush()
    after = rows_of(tmp_path)
    assert after.keys() == before.keys()
    assert len([key for key in after if after[key] != before[key]]) == 2  # its part and the head
    with open_store(tmp_path) as store:
        assert dict(store.shelf("rows")) == {**SHELF, "k7": "changed"}


def test_what_leaves_a_shelf_leaves_no_bytes(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.shelf("rows").update({"secret-1": b"secret-2" * 500, "b": b"1"})
    with open_store(tmp_path) as store:
        store.shelf("rows").pop("secret-1")
    assert not [path for path in tmp_path.iterdir() if b"secret" in path.read_bytes()]


def parts_of(folder: Path) -> list[str]:
    return [key for key in rows_of(folder) if key.startswith("shelf/rows/")]


@pytest.mark.parametrize("harm", ["lost", "damaged", "of another day", "of another day, as long"])
def test_shelf_without_one_of_its_parts_is_empty_and_that_is_told(tmp_path: Path, harm: str) -> None:
    shelve(tmp_path)
    good = (tmp_path / FILE).read_bytes()
    older = rows_of(tmp_path)
    with open_store(tmp_path) as store:
        more = range(0) if harm.endswith("as long") else range(300)
        store.shelf("rows").update({**dict.fromkeys(SHELF, "newer"), **{f"new{number}": number for number in more}})
    newer = rows_of(tmp_path)
    parts = [part for part in parts_of(tmp_path) if not part.endswith("/head")]
    assert len(parts) == 64
    for part in parts[::9]:
        (tmp_path / FILE).write_bytes(good)
        with database(tmp_path) as connection:
            if harm == "lost":
                connection.execute("DELETE FROM memo WHERE key = ?", (part,))
            else:
                value = bytearray(older[part] if harm == "damaged" else newer[part])
                value[-3] ^= harm == "damaged"
                connection.execute("UPDATE memo SET value = ? WHERE key = ?", (bytes(value), part))
        with open_store(tmp_path) as store:
            assert dict(store.shelf("rows")) == {}, part
            assert "损坏" in store.notes[-1]


@pytest.mark.parametrize("harm", ["DELETE FROM memo WHERE key = ?", "UPDATE memo SET value = x'00' WHERE key = ?"])
def test_shelf_without_its_head_is_empty_and_leaves_no_bytes(tmp_path: Path, harm: str) -> None:
    with open_store(tmp_path) as store:
        store.shelf("rows")["secret-1"] = b"secret-2" * 500
    with database(tmp_path) as connection:
        connection.execute(harm, ("shelf/rows/head",))
    with open_store(tmp_path) as store:
        assert dict(store.shelf("rows")) == {}
        store.shelf("rows")["b"] = b"1"
    with open_store(tmp_path) as store:
        assert dict(store.shelf("rows")) == {"b": b"1"}
    assert b"secret" not in (tmp_path / FILE).read_bytes()


def test_shelf_that_was_emptied_can_be_filled_again(tmp_path: Path) -> None:
    shelve(tmp_path)
    with database(tmp_path) as connection:
        connection.execute("DELETE FROM memo WHERE key = ?", (parts_of(tmp_path)[0],))
    with open_store(tmp_path) as store:
        store.shelf("rows")["b"] = 1
    with open_store(tmp_path) as store:
        assert dict(store.shelf("rows")) == {"b": 1}
        assert store.notes == ()


SHELF_KEYS = st.sampled_from(["a", "b", "c", "\udce4", "a/b"])
SHELF_STEPS = st.one_of(
    st.tuples(st.sampled_from(["set", "delete", "pop"]), SHELF_KEYS, st.integers(0, 3)),
    st.tuples(st.just("update"), st.dictionaries(SHELF_KEYS, st.integers(0, 3))),
    st.tuples(st.sampled_from(["clear", "flush"])),
)


def step_of(shelf: dict[str, Any], step: tuple[Any, ...]) -> None:
    """The same for a shelf and for a dict."""
    what, *given = step
    if what == "set":
        shelf[given[0]] = given[1]
    elif what == "delete" and given[0] in shelf:
        del shelf[given[0]]
    elif what == "pop":
        shelf.pop(given[0], None)
    elif what == "update":
        shelf.update(given[0])
    elif what == "clear":
        shelf.clear()


@given(st.lists(st.lists(SHELF_STEPS, max_size=8), max_size=4))
@settings(max_examples=40)
def test_shelf_is_a_dict_that_stays(
    tmp_path_factory: pytest.TempPathFactory, sessions: list[list[tuple[Any, ...]]]
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    model: dict[str, object] = {}
    for steps in [*sessions, []]:
        with open_store(folder) as store:
            shelf = store.shelf("rows")
            assert dict(shelf) == model
            assert store.notes == ()
            for step in steps:
                store.flush() if step[0] == "flush" else step_of(shelf, step)
                step_of(model, step)
                assert dict(shelf) == model
    shutil.rmtree(folder)


def test_shelf_that_was_not_flushed_is_as_it_was_before(tmp_path: Path) -> None:
    shelve(tmp_path)

    def use() -> None:
        with open_store(tmp_path) as store:
            store.shelf("rows").clear()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()
    with open_store(tmp_path) as store:
        assert dict(store.shelf("rows")) == SHELF


# ---------------------------------------------------------------- other programs and processes


def test_cache_of_another_program_is_made_anew_but_keeps_the_history(tmp_path: Path) -> None:
    with open_store(tmp_path, "one") as store:
        store.update({"history": b"dear", "a": b"cheap" * 500})
        store.shelf("rows")["a"] = 1
    with open_store(tmp_path, "other") as store:
        assert "另一个版本" in store.notes[0]
        assert dict(store) == {"history": b"dear"}
        assert dict(store.shelf("rows")) == {}
    assert b"cheap" not in (tmp_path / FILE).read_bytes()
    with open_store(tmp_path, "other") as store:
        assert store.notes == ()
        assert store["history"] == b"dear"


def look(store: Mapping[str, bytes], keys: list[str]) -> list[bytes | None]:
    """What another process sees."""
    return [store.get(key) for key in keys]


def test_pickled_store_is_a_view_of_what_was_written(tmp_path: Path) -> None:
    with open_store(tmp_path) as store, ProcessPoolExecutor(1, mp_context=get_context("spawn")) as other:
        ask: Callable[..., list[bytes | None]] = lambda *keys: other.submit(look, store, list(keys)).result()  # noqa: E731
        store.update({"a": b"1"})
        assert ask("a", "b") == [b"1", None]
        store["b"] = b"2"
        store.flush()
        assert ask("a", "b") == [b"1", b"2"]
        del store["a"]
        store.flush()
        assert ask("a", "b") == [None, b"2"]
        with open_store(tmp_path / "new") as newer:
            newer.update({"a": b"of a new file"})
        (tmp_path / "new" / FILE).replace(tmp_path / FILE)
        assert ask("a", "b") == [b"of a new file", None]


def test_pickled_store_is_read_only(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.update({"a": b"1"})
        view = pickle.loads(pickle.dumps(store))
        assert dict(view) == {"a": b"1"}
        assert not isinstance(view, Store)
        assert not hasattr(view, "__setitem__")
        view.close()


def test_view_of_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.update({"a": b"1"})
        pickled = pickle.dumps(store)
    (tmp_path / FILE).unlink()
    with pytest.raises(CacheError, match="缓存读不了"):
        pickle.loads(pickled)


def test_clock_is_that_of_the_file_system(tmp_path: Path) -> None:
    with open_store(tmp_path / "cache") as store:
        before = (tmp_path / "cache" / FILE).stat().st_mtime_ns
        file = tmp_path / "file"
        now = store.clock()
        file.write_bytes(b"")
        assert before <= now <= file.stat().st_mtime_ns
        assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [".gitignore", FILE]


def test_clock_is_0_where_nothing_can_be_written(tmp_path: Path) -> None:
    with open_store(tmp_path / "cache") as store:
        (tmp_path / "cache").rename(tmp_path / "moved")
        assert store.clock() == 0


@pytest.mark.parametrize("how", ["closed", "broken off"])
def test_temporary_store_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    error = KeyboardInterrupt if how == "broken off" else ValueError

    def use() -> None:
        with open_store(None) as store:
            store["a"] = b"1"
            store.flush()
            assert len(list(tmp_path.iterdir())) == 1
            raise error

    with pytest.raises(error):
        use()
    assert list(tmp_path.iterdir()) == []


def test_what_was_not_written_when_a_build_breaks_off_is_not_there(tmp_path: Path) -> None:
    fill(tmp_path)

    def use() -> None:
        with open_store(tmp_path) as store:
            store["a"] = b"half"
            store.shelf("rows")["a"] = 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        use()
    with open_store(tmp_path) as store:
        assert dict(store) == KNOWN


def test_locked_cache_is_not_used_and_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path)
    before = rows_of(tmp_path)
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **more: real(*given, **{**more, "timeout": 0}))
    with database(tmp_path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with open_store(tmp_path) as store:
            assert store.notes == ("缓存正被另一次构建使用，这次不用缓存。",)
            store["a"] = b"other"
    assert rows_of(tmp_path) == before


@pytest.mark.parametrize("holds_traces", [True, False])
def test_file_is_written_anew_where_nothing_may_be_left_in_unused_parts(tmp_path: Path, holds_traces: bool) -> None:
    with open_store(tmp_path, "program") as store:
        store.fill("drawer", {str(number): b"x" * 9000 for number in range(200)})
        store["kept"] = b"kept"
        store.flush()
        assert store.empty("drawer")
        store.holds_traces = holds_traces
        store.flush()
        assert not store.holds_traces
    with closing(sqlite3.connect(tmp_path / FILE)) as connection:
        unused = connection.execute("PRAGMA freelist_count").fetchone()[0]
    assert (unused == 0) is holds_traces
    with open_store(tmp_path, "program") as store:
        assert dict(store) == {"kept": b"kept"}


def test_shelf_is_read_and_changed_in_one_part(tmp_path: Path) -> None:
    with open_store(tmp_path, "program") as store:
        store.shelf("s").update({str(number): number for number in range(300)})
    with open_store(tmp_path, "program") as store:
        assert store.one("s", "7") == 7
        assert store.one("s", "300") is None
        store.replace_one("s", "7", "seven")
        with pytest.raises(KeyError):
            store.replace_one("s", "300", 300)
    with open_store(tmp_path, "program") as store:
        assert dict(store.shelf("s")) == {str(n): n for n in range(300)} | {"7": "seven"}
        del store.shelf("s")["8"]
        store.shelf("s")["9"] = "nine"
    with open_store(tmp_path, "program") as store:
        assert dict(store.shelf("s")) == {str(n): n for n in range(300) if n != 8} | {"7": "seven", "9": "nine"}


def test_part_of_a_shelf_that_is_not_whole_gives_nothing(tmp_path: Path) -> None:
    with open_store(tmp_path, "program") as store:
        store.shelf("s").update({str(number): number for number in range(300)})
        store.flush()
        before = {name: store[name] for name in store.names("shelf/s/")}
        store.shelf("s")["7"] = "seven"
        store.flush()
        (row,) = [name for name, value in before.items() if store[name] != value and not name.endswith("/head")]
        store[row] = before[row]
    with open_store(tmp_path, "program") as store:
        assert store.one("s", "7") is None
