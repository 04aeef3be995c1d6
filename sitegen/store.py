"""Keep what is worth keeping between builds: memos by key, in one SQLite file in the cache folder.

A file that is damaged, foreign or of another version is made anew and told, a locked one is not used; none is trusted.
Exports `Store`, `open_store`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, MutableMapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

FORMAT = 2

_TABLES = """
CREATE TABLE memo (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""


class Store(MutableMapping[str, bytes]):
    """The memo table as a mapping. One writer: the process that builds; what cannot be kept is done anew next time."""

    def __init__(self, connection: sqlite3.Connection, notes: tuple[str, ...] = ()) -> None:
        self._connection = connection
        self.notes = notes  # what went wrong with the cache, in Chinese

    def __getitem__(self, key: str) -> bytes:
        row = self._connection.execute("SELECT value FROM memo WHERE key = ?", (key,)).fetchone()
        if row is None:
            raise KeyError(key)
        return bytes(row[0])

    def __setitem__(self, key: str, value: bytes) -> None:
        with suppress(sqlite3.OperationalError), self._connection:
            self._connection.execute("INSERT OR REPLACE INTO memo VALUES (?, ?)", (key, value))

    def __delitem__(self, key: str) -> None:
        with self._connection:
            if not self._connection.execute("DELETE FROM memo WHERE key = ?", (key,)).rowcount:
                raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter([str(row[0]) for row in self._connection.execute("SELECT key FROM memo ORDER BY key")])

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM memo").fetchone()[0])


@contextmanager
def open_store(folder: Path | None) -> Iterator[Store]:
    """The store in `folder`, made if need be; one in memory for None or when the folder cannot be used."""
    connection, notes = _connect(folder)
    with closing(connection):
        yield Store(connection, notes)


def _connect(folder: Path | None) -> tuple[sqlite3.Connection, tuple[str, ...]]:
    if folder is None:
        return _prepare(sqlite3.connect(":memory:")), ()
    file = folder / "cache.sqlite"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        return _prepare(sqlite3.connect(file, timeout=2)), ()
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            return _in_memory(f"缓存打不开（{error}），这次不用缓存。")
        return _in_memory("缓存正被另一次构建使用，这次不用缓存。")
    except sqlite3.DatabaseError:
        try:
            file.unlink()  # not kept: nobody knows what its pages still hold
            return _prepare(sqlite3.connect(file, timeout=2)), ("缓存已损坏或属于另一个版本，已重新建立。",)
        except (OSError, sqlite3.Error):
            return _in_memory("缓存已损坏，又不能替换，这次不用缓存。")
    except OSError as error:
        return _in_memory(f"缓存文件夹不能用（{error.strerror}），这次不用缓存。")


def _in_memory(note: str) -> tuple[sqlite3.Connection, tuple[str, ...]]:
    return _prepare(sqlite3.connect(":memory:")), (note,)


def _prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA secure_delete = ON")  # what is withdrawn leaves no bytes in free pages
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0 and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            with connection:
                connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
        elif version != FORMAT:
            raise sqlite3.DatabaseError("foreign format")
        connection.execute("SELECT count(*) FROM memo").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
