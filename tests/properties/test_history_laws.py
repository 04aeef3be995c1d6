"""Laws of the history: the cache makes no difference and gives nothing away, and nothing in a repository is a fault."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from sitegen.history import read_history, start_history
from sitegen.model import Change, ChangeKind, History

FIRST_DAY = date(2024, 1, 1)
NOON = 1_704_081_600  # of the first day in Shanghai
Snapshot = Mapping[str, bytes]


@contextmanager
def repository(snapshots: Sequence[Snapshot], hours: int = 24) -> Iterator[tuple[Path, list[str]]]:
    """A repository with a commit every so many hours, each with exactly these files; its content folder and commits."""
    stream = []
    for number, files in enumerate(snapshots):
        stream.append(
            f"commit refs/heads/main\ncommitter x <x> {NOON + number * hours * 3600} +0000\ndata 0\n".encode()
        )
        stream.append(b"deleteall\n")
        for path, data in files.items():
            stream.append(f"M 100644 inline content/{path}\ndata {len(data)}\n".encode() + data + b"\n")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "content").mkdir()
        git(root, "init", "--quiet", "--initial-branch=main")
        git(root, "fast-import", "--quiet", stdin=b"".join(stream))
        yield root / "content", git(root, "rev-list", "--reverse", "main").split()


def git(root: Path, *arguments: str, stdin: bytes = b"") -> str:
    return subprocess.run(
        ["git", "-C", str(root), *arguments], input=stdin, capture_output=True, check=True
    ).stdout.decode()


# ---------------------------------------------------------------- edit scripts

FORMS = {
    "public": "disclosure: 主动公开",
    "withheld": "公开属性: 不予公开",
    "draft": "disclosure: 主动公开\ndraft: true",
    "withdrawn": "disclosure: 主动公开\nwithdraw: {date: 2024-01-01, reason: 更正}",
}


@dataclass(frozen=True)
class Document:
    """One document of a script."""

    stem: str
    folder: str = "甲栏"
    body: int = 0
    title: int = 0
    form: str = "public"
    id: str = ""

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.stem}.md"

    @property
    def source(self) -> bytes:
        own_id = f"id: {self.id}\n" if self.id else ""
        lines = "".join(f"第{number}条 {self.stem}。\n" for number in range(10))
        head = f"title: {self.title}\n{FORMS[self.form]}\n{own_id}attachments: [表.xlsx]\n"
        return f"---\n{head}---\n{lines}{self.body}\n".encode()


FIRST_FILES: Snapshot = {"甲栏/表.xlsx": b"0", "乙 栏/2024/表.xlsx": b"0"}


@dataclass(frozen=True)
class State:
    """The content folder at one point of a script."""

    documents: Mapping[str, Document] = field(default_factory=dict)
    files: Snapshot = field(default_factory=lambda: FIRST_FILES)

    def snapshot(self) -> Snapshot:
        return {**self.files, **{document.path: document.source for document in self.documents.values()}}


keys = st.sampled_from(["a", "b", "c"])
versions = st.fixed_dictionaries(
    {},
    optional={
        "body": st.integers(0, 2),
        "title": st.integers(0, 2),
        "form": st.sampled_from(["public", "public", *FORMS]),
        "folder": st.sampled_from(["甲栏", "乙 栏/2024"]),
    },
)
identities = st.fixed_dictionaries({"stem": st.sampled_from("pqr"), "id": st.sampled_from(["", "n-1", "n-2"])})
unread = st.just({"folder": "_草稿"})
attached = st.tuples(st.sampled_from(["甲栏", "乙 栏/2024"]), st.sampled_from([b"0", b"1", b"2"]))


def edited(now: State, key: str, changes: Mapping[str, object] | None) -> State:
    """The state after the change of one document; None removes it."""
    others = {k: document for k, document in now.documents.items() if k != key}
    if changes is None:
        return replace(now, documents=others)
    return replace(now, documents={**others, key: replace(now.documents.get(key, Document(key)), **changes)})


@st.composite
def plain_scripts(draw: st.DrawFn) -> list[State]:
    """States after edits and moves, without deletions; every document keeps its stem."""
    states = [State()]
    for _ in range(draw(st.integers(1, 7))):
        now = states[-1]
        for key, changes in draw(st.dictionaries(keys, versions, max_size=2)).items():
            now = edited(now, key, changes)
        folder, data = draw(attached)
        states.append(replace(now, files={**now.files, f"{folder}/表.xlsx": data}))
    return states


@st.composite
def wild_snapshots(draw: st.DrawFn) -> list[Snapshot]:
    """The folder after edits of every kind: deletions, other names and ids, two documents in one place."""
    now = State()
    snapshots = []
    for _ in range(draw(st.integers(1, 8))):
        for key, changes in draw(st.dictionaries(keys, versions | identities | unread | st.none(), max_size=3)).items():
            now = edited(now, key, changes)
        folder, data = draw(attached)
        files = {path: kept for path, kept in now.files.items() if not path.startswith(folder)}
        now = replace(now, files={**files, f"{folder}/表.xlsx": data} if draw(st.booleans()) else files)
        snapshots.append(now.snapshot())
    return snapshots


# ---------------------------------------------------------------- the laws


@settings(max_examples=25)
@given(wild_snapshots(), st.sets(st.integers(0, 7), min_size=1, max_size=3))
def test_reading_on_from_the_cache_gives_what_reading_anew_gives(snapshots: list[Snapshot], stops: set[int]) -> None:
    with repository(snapshots, hours=9) as (content, commits):
        cache: dict[str, bytes] = {}
        for commit in [commits[stop] for stop in sorted(stops) if stop < len(commits)] + commits[-1:]:
            git(content, "update-ref", "refs/heads/main", commit)
            fresh = read_history(content)
            assert read_history(content, cache) == fresh  # read on
            assert read_history(content, cache) == fresh  # nothing new
        documents = {path for path in snapshots[-1] if path.endswith(".md")}
        assert {change.path for change in fresh[0].changes} <= documents


@settings(max_examples=12)
@given(wild_snapshots(), st.data())
def test_asking_for_some_documents_gives_their_part_of_the_whole(
    snapshots: list[Snapshot], data: st.DataObject
) -> None:
    """Whether git or the caller has the names, the cache was made at whatever commit, and it is read on or stands."""
    names = sorted({*(path for files in snapshots for path in files), "甲栏/never.md"})
    with repository(snapshots, hours=9) as (content, commits):
        for stop, commit in enumerate(commits):
            cache: dict[str, bytes] = {}
            git(content, "update-ref", "refs/heads/main", commit)
            read_history(content, cache, data.draw(st.sampled_from([None, (), names])))
            git(content, "update-ref", "refs/heads/main", commits[-1])
            whole, notes = read_history(content)
            for asked in (names, data.draw(st.sets(st.sampled_from(names)))):
                part = tuple(change for change in whole.changes if change.path in asked)
                assert read_history(content, dict(cache), asked) == (replace(whole, changes=part), notes), stop
                assert start_history(content, cache).result(asked) == (replace(whole, changes=part), notes), stop


def kinds(old: State, new: State, key: str) -> tuple[ChangeKind, ...]:
    """What a reader who compares the two states by eye sees of a document."""
    before, after = old.documents.get(key), new.documents[key]
    if before is None or before.form != "public" or after.form != "public":
        return ()
    differs = {
        ChangeKind.TEXT: before.body != after.body,
        ChangeKind.METADATA: before.title != after.title,
        ChangeKind.ATTACHMENT: old.files.get(f"{before.folder}/表.xlsx") != new.files.get(f"{after.folder}/表.xlsx"),
    }
    return tuple(kind for kind in ChangeKind if differs[kind])


@settings(max_examples=25)
@given(plain_scripts())
def test_the_changes_are_those_a_reader_would_see(states: list[State]) -> None:
    expected: dict[str, list[tuple[date, tuple[ChangeKind, ...]]]] = {}
    for number, (old, new) in enumerate(pairwise(states), 1):
        for key in new.documents:
            if found := kinds(old, new, key):
                expected.setdefault(key, []).append((FIRST_DAY + timedelta(number), found))
    last = states[-1].documents
    changes = [Change(last[key].path, *change) for key, found in expected.items() for change in found]
    with repository([state.snapshot() for state in states]) as (content, _):
        history, notes = read_history(content)
    assert history == History(FIRST_DAY, tuple(sorted(changes, key=lambda change: (change.day, change.path))))
    assert notes == ()


@settings(max_examples=15)
@given(
    st.text("zq0123456789", min_size=8, max_size=16).map("zq".__add__),
    st.sampled_from([*FORMS.values(), "disclosure: 主动公开\npub_date: 2999-01-01"]),
    st.integers(0, 3),
)
def test_the_cache_gives_nothing_of_a_hidden_document_away(marker: str, form: str, edits: int) -> None:
    versions = [
        f"---\ntitle: {marker}\n{form}\nid: {marker}\nattachments: [{marker}.xlsx]\n---\n{marker} {number}\n".encode()
        for number in range(edits + 1)
    ]
    snapshots = [
        {
            "公开.md": Document("a", body=number).source,
            f"{marker}/{marker}.md": version,
            f"{marker}/{marker}.xlsx": version,
        }
        for number, version in enumerate(versions)
    ]
    cache: dict[str, bytes] = {}
    with repository(snapshots) as (content, commits):
        for commit in commits:
            git(content, "update-ref", "refs/heads/main", commit)
            history, _ = read_history(content, cache)
    assert sum(change.path == "公开.md" for change in history.changes) == edits
    kept = repr(cache)
    assert marker not in kept
    for version in versions:
        assert hashlib.sha1(b"blob %d\0" % len(version) + version).hexdigest() not in kept


sources = (
    st.binary(max_size=60)
    | st.text(max_size=60).map(str.encode)
    | st.text("-:[]{}&*?!|>'\"~ \n\ta公", max_size=40).map(
        lambda text: f"---\ndisclosure: 主动公开\n{text}\n---\n{text}".encode()
    )
)


@settings(max_examples=15)
@given(st.lists(st.tuples(sources, sources), min_size=1, max_size=20))
def test_no_source_at_all_is_a_fault(pairs: list[tuple[bytes, bytes]]) -> None:
    snapshots = [{f"{number}.md": pair[side] for number, pair in enumerate(pairs)} for side in (0, 1)]
    with repository(snapshots) as (content, _):
        history, notes = read_history(content, {})
    assert history.since == FIRST_DAY
    assert notes == ()
