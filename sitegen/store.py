"""Keep what is worth keeping between builds, in one SQLite file in the cache folder: values by name, and shelves.

Every value is sealed by its own digest, so that a damaged one counts as missing. A file that cannot be read at all, is
foreign, or was written by another version of the program is made anew and told; a locked one is not used; none is
trusted. One process writes; others may read through a pickled `Store`.
Exports `Store`, `Shelf`, `open_store`.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sitegen.diagnostics import CacheError

FORMAT = 3
FILE = "cache.sqlite"

_TABLES = """
CREATE TABLE memo (key TEXT PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE about (program TEXT NOT NULL);
"""
_SEAL = 16  # bytes
_BUCKETS = 64  # of a shelf or drawer: a change writes a sixty-fourth of it
_SURVIVES = ("history",)  # has a version of its own, and is dear to make

V = TypeVar("V")


def _sealed(key: str, value: bytes) -> bytes:
    return _seal(key, value) + value


def _opened(key: str, sealed: object) -> bytes | None:
    if not isinstance(sealed, bytes):
        return None
    value = sealed[_SEAL:]
    return value if _seal(key, value) == sealed[:_SEAL] else None


def _seal(key: str, value: bytes) -> bytes:
    """Tells that this value was written under this name."""
    name = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_SEAL).digest()
    return hashlib.blake2b(value, digest_size=_SEAL, key=name).digest()


class _Values(Mapping[str, bytes]):
    """The values by name, read only. Raises `CacheError` when the file turns out to be damaged."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.is_damaged = False  # a value was there that is not what was written

    def __getitem__(self, key: str) -> bytes:
        row = self._ask("SELECT value FROM memo WHERE key = ?", key)
        if not row:
            raise KeyError(key)
        value = _opened(key, row[0][0])
        if value is None:
            self.is_damaged = True
            raise KeyError(key)
        return value

    def __contains__(self, key: object) -> bool:
        return bool(self._ask("SELECT 1 FROM memo WHERE key = ?", key))

    def __iter__(self) -> Iterator[str]:
        return iter([str(row[0]) for row in self._ask("SELECT key FROM memo ORDER BY key")])

    def __len__(self) -> int:
        return int(self._ask("SELECT count(*) FROM memo")[0][0])

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _ask(self, statement: str, *values: object) -> list[Any]:
        try:
            return self._connection.execute(statement, values).fetchall()
        except (sqlite3.Error, ValueError) as error:  # the second of a text that is none
            raise CacheError(f"缓存读不了（{error}）") from error


class Store(_Values, MutableMapping[str, bytes]):
    """The values by name. What is set or deleted one by one is written at the next `flush` or `update`.

    Pickled, it is a read-only view of what has been written, for another process.
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path, notes: tuple[str, ...] = ()) -> None:
        super().__init__(connection)
        self._notes = notes
        self._folder = folder
        self._shelves: dict[str, Shelf[Any]] = {}
        self.holds_traces = False  # of what was deleted, and may not even be found in unused parts of the file

    @property
    def notes(self) -> tuple[str, ...]:
        """What went wrong with the cache, in Chinese."""
        return (*self._notes, *(("缓存有损坏，损坏的部分已重新生成。",) if self.is_damaged else ()))

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return _reader, (str(self._folder / FILE),)

    def __setitem__(self, key: str, value: bytes) -> None:
        try:
            self._connection.execute("INSERT OR REPLACE INTO memo VALUES (?, ?)", (key, _sealed(key, value)))
        except sqlite3.DatabaseError as error:
            raise CacheError(f"缓存写不了（{error}）") from error

    def __delitem__(self, key: str) -> None:
        try:
            count = self._connection.execute("DELETE FROM memo WHERE key = ?", (key,)).rowcount
        except sqlite3.DatabaseError as error:
            raise CacheError(f"缓存写不了（{error}）") from error  # what must be forgotten must not stay
        if not count:
            raise KeyError(key)

    def update(self, items: Mapping[str, bytes]) -> None:  # type: ignore[override]  # all we need of it
        """Set many, and write everything."""
        rows = ((key, _sealed(key, value)) for key, value in items.items())
        try:
            self._connection.executemany("INSERT OR REPLACE INTO memo VALUES (?, ?)", rows)
            self._connection.commit()
        except sqlite3.DatabaseError as error:
            raise CacheError(f"缓存写不了（{error}）") from error

    def names(self, prefix: str) -> list[str]:
        """The names that begin so."""
        return [
            str(row[0]) for row in self._ask("SELECT key FROM memo WHERE key >= ? AND key < ?", prefix, prefix + "\x7f")
        ]

    def shelf(self, name: str) -> Shelf[Any]:
        """The shelf of that name, read whole the first time."""
        if name not in self._shelves:
            self._shelves[name] = Shelf(self, name)
        return self._shelves[name]

    def one(self, name: str, key: str) -> Any:
        """What lies on the shelf of that name under `key`, None if nothing does; without reading all of the shelf."""
        if name in self._shelves:
            return self._shelves[name].get(key)
        return self._part(name, key)[2].get(key)

    def replace_one(self, name: str, key: str, value: object) -> None:
        """Replace what lies on the shelf of that name under `key`, without reading all of the shelf."""
        if name in self._shelves:
            self._shelves[name][key] = value
            return
        count, digests, part = self._part(name, key)
        if key not in part:
            raise KeyError(key)
        part[key] = value
        row = pickle.dumps(part, pickle.HIGHEST_PROTOCOL)
        self[_row(name, _bucket(key))] = row
        digests = {**digests, _bucket(key): _digest(row)}
        self[_row(name, "head")] = pickle.dumps((count, digests), pickle.HIGHEST_PROTOCOL)

    def _part(self, name: str, key: str) -> tuple[int, dict[int, bytes], dict[str, Any]]:
        """How much lies on a shelf, the digests of its rows, and the row for `key`: {} if it is not whole."""
        number = _bucket(key)
        head, row = self.get(_row(name, "head")), self.get(_row(name, number))
        count, digests = pickle.loads(head) if head else (0, {})
        is_whole = row is not None and digests.get(number) == _digest(row)
        return count, digests, pickle.loads(row) if row and is_whole else {}

    def fill(self, name: str, values: Mapping[str, bytes]) -> None:
        """Put exactly these values into the drawer of that name: a shelf that is written whole and read in parts."""
        rows: list[dict[str, bytes]] = [{} for _ in range(_BUCKETS)]
        for key, value in values.items():
            rows[_bucket(key)][key] = value
        for number, row in enumerate(rows):
            self[f"drawer/{name}/{number}"] = pickle.dumps(row, pickle.HIGHEST_PROTOCOL)

    def empty(self, name: str) -> bool:
        """Leave nothing in the drawer of that name; whether there was anything."""
        rows = self.names(f"drawer/{name}/")
        for row in rows:
            self.pop(row, None)
        return bool(rows)

    def drawn(self, name: str, key: str) -> Any:
        """What lies in the drawer of that name under `key`; None if nothing does."""
        row = self.get(f"drawer/{name}/{_bucket(key)}")
        return pickle.loads(row).get(key) if row else None

    def flush(self) -> None:
        """Write everything, the shelves too, in one transaction."""
        for shelf in self._shelves.values():
            for key, value in shelf.changed():
                self[key] = value
        try:
            self._connection.commit()
            if self.holds_traces:  # SQLite clears what it deletes, but not what it has moved from one page to another
                self._connection.execute("VACUUM")
                self.holds_traces = False
        except sqlite3.DatabaseError as error:
            raise CacheError(f"缓存写不了（{error}）") from error

    def clock(self) -> int:
        """The time now (ns) by the clock of the file system that the cache is on; 0 if nothing can be written there."""
        try:
            probe = self._folder / f"clock-{os.getpid()}"
            probe.write_bytes(b"")
            now = probe.stat().st_mtime_ns
            probe.unlink()
        except OSError:
            return 0
        return now


class Shelf(dict[str, V]):
    """Small values by name, all in memory; what changes is written by `Store.flush`."""

    def __init__(self, store: Store, name: str) -> None:
        super().__init__()
        self._name = name
        self._store = store
        self._dirty: set[str] = set()  # keys
        self._parts: dict[int, bytes] = {}  # the rows that there are, with their digests
        head = store.get(self._row("head"))
        count, self._parts = pickle.loads(head) if head else (0, {})
        rows = {number: store.get(self._row(number)) or b"" for number in self._parts}
        if all(_digest(row) == self._parts[number] for number, row in rows.items()):
            for row in rows.values():
                super().update(pickle.loads(row))
        names = [name for name in store.names(self._row("")) if name != self._row("head")]
        if len(self) != count or sorted(names) != sorted(map(self._row, self._parts)):
            store.is_damaged = (
                True  # a part of it, or an older one, is as bad as nothing: it must not pass for the whole
            )
            super().clear()
            self._parts = {}
            for name in (*names, self._row("head")):
                store.pop(name, None)

    def __setitem__(self, key: str, value: V) -> None:
        super().__setitem__(key, value)
        self._dirty.add(key)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._dirty.add(key)

    def pop(self, key: str, default: V | None = None) -> V | None:  # type: ignore[override]
        """As of a dict."""
        self._dirty.add(key)
        return super().pop(key, default)

    def update(self, items: Mapping[str, V]) -> None:  # type: ignore[override]
        """As of a dict."""
        super().update(items)
        self._dirty.update(items)

    def clear(self) -> None:
        """As of a dict."""
        self._dirty.update(self)
        super().clear()

    def changed(self) -> Iterator[tuple[str, bytes]]:
        """The rows to be written; afterwards none."""
        if not self._dirty:
            return
        for number, row in sorted(self._rows().items()):
            blob = pickle.dumps(row, pickle.HIGHEST_PROTOCOL)
            self._parts[number] = _digest(blob)
            yield self._row(number), blob
        yield self._row("head"), pickle.dumps((len(self), self._parts), pickle.HIGHEST_PROTOCOL)
        self._dirty.clear()

    def _rows(self) -> dict[int, dict[str, V]]:
        """The rows that have changed; where few keys have, made from what was written of them."""
        numbers = {key: _bucket(key) for key in self._dirty}
        rows: dict[int, dict[str, V]] = {number: {} for number in numbers.values()}
        if len(numbers) * 10 < len(self) and rows.keys() <= self._parts.keys():
            for number in rows:
                blob = self._store.get(self._row(number), b"")
                if _digest(blob) != self._parts[number]:
                    break
                rows[number] = pickle.loads(blob)
            else:
                for key, number in numbers.items():
                    if key in self:
                        rows[number][key] = self[key]
                    else:
                        rows[number].pop(key, None)
                return rows
        rows = {number: {} for number in rows}
        for key, value in self.items():
            if (number := _bucket(key)) in rows:
                rows[number][key] = value
        return rows

    def _row(self, number: int | str) -> str:
        return _row(self._name, number)


def _row(shelf: str, number: int | str) -> str:
    return f"shelf/{shelf}/{number}"


def _digest(blob: bytes) -> bytes:
    return hashlib.blake2b(blob, digest_size=_SEAL).digest()


def _bucket(key: str) -> int:
    return zlib.crc32(key.encode("utf-8", "surrogatepass")) % _BUCKETS


# ---------------------------------------------------------------- opening


@contextmanager
def open_store(folder: Path | None, program: str = "") -> Iterator[Store]:
    """The store in `folder`, made if need be; a temporary one for None or when the folder cannot be used.

    `program` tells the versions of everything that makes what is kept; what another one kept is thrown away.
    """
    note = ""
    if folder is not None:
        connection, note = _connect(folder, program)
        if connection is not None:
            with closing(connection):
                store = Store(connection, folder, (note,) if note else ())
                yield store
                with suppress(CacheError):
                    store.flush()
            if store.holds_traces:
                discard(folder)
            return
    import tempfile  # seldom needed, and slow to import

    with tempfile.TemporaryDirectory(prefix="sitegen-", ignore_cleanup_errors=True) as temporary:
        connection, _ = _connect(Path(temporary), program)
        if connection is None:
            raise OSError("no database can be made in the temporary folder")
        with closing(connection):
            yield Store(connection, Path(temporary), (note,) if note else ())


def discard(folder: Path) -> None:
    """Remove the cache file in `folder`, with what SQLite may have left beside it."""
    for name in (FILE, f"{FILE}-journal", f"{FILE}-wal", f"{FILE}-shm"):
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)


def _connect(folder: Path, program: str) -> tuple[sqlite3.Connection | None, str]:
    """A connection, or None; and what to tell about it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        connection, known = _prepare(folder, program)
        if known == program:
            return connection, ""
        values = _Values(connection)
        kept = {name: value for name in _SURVIVES if (value := values.get(name)) is not None}
        connection.close()
        discard(folder)
        connection, _ = _prepare(folder, program)
        connection.executemany(
            "INSERT INTO memo VALUES (?, ?)", ((key, _sealed(key, value)) for key, value in kept.items())
        )
        connection.commit()
        return connection, "缓存属于另一个版本的程序，已重新建立。"
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return None, "缓存正被另一次构建使用，这次不用缓存。"
        if any(word in str(error) for word in ("readonly", "unable to open", "disk")):
            return None, f"缓存打不开（{error}），这次不用缓存。"
        return _renewed(folder, program)
    except (sqlite3.Error, CacheError, TypeError, ValueError):
        return _renewed(folder, program)
    except OSError as error:
        return None, f"缓存文件夹不能用（{error.strerror}），这次不用缓存。"


def _renewed(folder: Path, program: str) -> tuple[sqlite3.Connection | None, str]:
    discard(folder)  # not kept: nobody knows what its pages still hold
    try:
        return _prepare(folder, program)[0], "缓存已损坏或属于另一个版本，已重新建立。"
    except (OSError, sqlite3.Error, TypeError, ValueError):
        return None, "缓存已损坏，又不能替换，这次不用缓存。"


def _prepare(folder: Path, program: str) -> tuple[sqlite3.Connection, str]:
    """An open file, new if there was none, and the program whose it is."""
    connection = sqlite3.connect(folder / FILE, timeout=2)
    try:
        connection.execute("PRAGMA page_size = 16384")  # bodies are large; counts for a new file only
        connection.execute("PRAGMA secure_delete = ON")  # what is withdrawn leaves no bytes in free pages
        connection.execute("PRAGMA synchronous = OFF")  # what a crash of the machine spoils, the seals tell
        connection.execute("PRAGMA cache_size = -6000")  # KiB
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
            connection.execute("INSERT INTO about VALUES (?)", (program,))
            connection.commit()
        elif version != FORMAT:
            raise sqlite3.DatabaseError("foreign format")
        connection.execute("BEGIN IMMEDIATE")  # so that a second writer is noticed now and not at the end
        connection.commit()
        return connection, str(connection.execute("SELECT program FROM about").fetchone()[0])
    except (sqlite3.Error, TypeError, ValueError):
        connection.close()
        raise


_readers: dict[tuple[str, int], _Values] = {}


def _reader(file: str) -> _Values:
    """The values as another process sees them; one connection for each process and file, and none to a former file."""
    try:
        key = file, os.stat(file).st_ino  # noqa: PTH116
        if key not in _readers:
            for old in _readers.values():
                old.close()
            _readers.clear()
            uri = Path(file).absolute().as_uri() + "?mode=ro"
            _readers[key] = _Values(sqlite3.connect(uri, uri=True, timeout=30, check_same_thread=False))
        return _readers[key]
    except (OSError, sqlite3.Error) as error:
        raise CacheError(f"缓存读不了（{error}）") from error
