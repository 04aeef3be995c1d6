"""Turn the git history of the content folder into public changes: which document, which day, what kind.

Exports `read_history`, and `start_history` with `Pending` for who has other work to do while git answers. Never who
and never why: of a commit only its id, its parents and its committer date are read.
"""

from __future__ import annotations

import posixpath
import subprocess
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from sitegen import __version__
from sitegen.gongwen import Problem, parse_moment
from sitegen.model import Change, ChangeKind, Disclosure, History, Redated

if TYPE_CHECKING:
    import yaml  # when the program runs, only what reads an old version of a document loads it

_CACHE_KEY = "history"
_CACHE_FORMAT = f"sitegen {__version__} history 3"

# Plumbing commands, and these options, keep the user's settings out of the result: the same commits, the same history.
# No transport is allowed, so that a partial clone is not completed over the network in the middle of a build.
_GIT = ("git", "--no-pager", "--no-replace-objects", "--literal-pathspecs", "-c", "protocol.allow=never")
_DIFF = ("--stdin", "--root", "-r", "-z", "--raw", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--relative")
# A file that changes its name, its id and more than a third of itself at once is another document.
_RENAMES = ("-M65%", "-l1000")

_SHANGHAI = timedelta(hours=8)  # no summer time since 1991
_LAST_SECOND = 253_402_000_000  # of year 9999; git takes later ones

_NO_GIT = "没有找到 git 程序，无从得知文件的修改历史。提示：安装 git，并使命令行能够找到它。"
_NO_REPOSITORY = "内容文件夹不在 git 仓库中，无从得知文件的修改历史。提示：用 git init 建立仓库并提交内容文件夹。"
_NO_COMMIT = "内容文件夹还没有提交过，无从得知文件的修改历史。提示：用 git add 和 git commit 提交内容文件夹。"
_OTHER_REPOSITORY = (
    "环境变量指定了另一个 git 仓库，修改历史未读取。提示：清除环境变量 GIT_DIR 和 GIT_WORK_TREE 后重新生成。"
)
_NOT_TRUSTED = (
    "git 不信任这个仓库（仓库属于另一个用户），修改历史未读取。"
    "提示：确认仓库可信后运行 git config --global --add safe.directory 仓库路径，或改用仓库所属的用户生成。"
)
_SHALLOW = "git 仓库是浅克隆，只知道 {day} 以来的修改。提示：运行 git fetch --unshallow 取回全部历史。"


def read_history(
    content: Path, cache: MutableMapping[str, bytes] | None = None, paths: Iterable[str] | None = None
) -> tuple[History, tuple[str, ...]]:
    """What the git history of `content` says about its documents, and notes on why something is not known.

    The published state is the mainline, so only first parents are followed: a merged branch counts as one change, on
    the day of its merge. Days are those of Asia/Shanghai. A change stands between two consecutive versions that both
    were public in form (主动公开, neither 草稿 nor 撤回); whether the document is public today, and since when, is for
    the catalog to judge. Changes are in the order of days, then of paths; every path exists in the newest commit.

    With `paths` only the changes of these documents are told: nobody has to ask git for the names of all files.

    The cache keeps digests of paths, days and kinds, never a name, an id or a text; it is used only if its commit is
    still on the mainline, and makes no difference to the result.
    """
    return start_history(content, cache).result(paths)


def start_history(content: Path, cache: MutableMapping[str, bytes] | None = None) -> Pending:
    """`read_history` in two steps: git is asked which commit is the newest, and answers until `result` is called."""
    return Pending(content, {} if cache is None else cache)


class Pending:
    """A history that git has been asked for."""

    def __init__(self, content: Path, cache: MutableMapping[str, bytes]) -> None:
        self._content = content
        self._cache = cache
        self._repository: _Repository | _UnknownError | None = None
        self._thread = Thread(target=self._ask)
        self._thread.start()

    def _ask(self) -> None:
        try:
            self._repository = _locate(self._content)
        except _UnknownError as unknown:
            self._repository = unknown

    def result(self, paths: Iterable[str] | None = None) -> tuple[History, tuple[str, ...]]:
        """What `read_history` gives."""
        self._thread.join()
        try:
            if isinstance(self._repository, _UnknownError):
                raise self._repository
            assert self._repository is not None, "the thread leaves an answer"
            return _read_history(self._content, self._repository, self._cache, paths)
        except _UnknownError as unknown:
            return History(), (str(unknown),)


class _UnknownError(Exception):
    """Nothing is known of the history; the message is the Chinese note that says why and what to do."""


class _Known:
    """What has been found up to the commit `head`."""

    def __init__(self, head: str = "", since: date | None = None) -> None:
        self.head = head
        self.since = since
        self.changes: dict[bytes, dict[int, int]] = {}  # by digest of the path, by ordinal of the day: a sum of _BITS
        self.redated: dict[bytes, tuple[int, int]] = {}  # ordinals: day of the change, 发布日期 before it
        self.present: set[bytes] = set()  # of the digests in `changes`, at least those whose document is in `head`


_BITS: Mapping[ChangeKind, int] = {kind: 1 << place for place, kind in enumerate(ChangeKind)}
_KINDS = [tuple(kind for kind in ChangeKind if bits & _BITS[kind]) for bits in range(1 << len(ChangeKind))]


def _read_history(
    content: Path, repository: _Repository, cache: MutableMapping[str, bytes], paths: Iterable[str] | None
) -> tuple[History, tuple[str, ...]]:
    known = _Known() if repository.is_shallow else _load(cache, repository.prefix)
    commits: Sequence[_Commit] = ()
    if known.head != repository.head:
        commits, is_all = _commits_after(content, repository.head, known.head)
        if is_all:
            known = _Known()
        tree = _Tree(_files_of(content, known.head) if known.head else {})
        _replay(content, commits, tree, known)
        known.head = repository.head
        if not repository.is_shallow:
            _save(known, cache, repository.prefix)
        if paths is None:
            paths = tree.documents()
    elif paths is None:
        paths = filter(_is_document, _files_of(content, known.head))
    if known.since is None:
        raise _UnknownError(_NO_COMMIT)
    paths = tuple(paths)
    changes, redated = tuple(_changes(known, paths)), tuple(_redated(known, paths))
    if repository.is_shallow:
        oldest = commits[0].day
        return History(oldest, changes, redated), (_SHALLOW.format(day=oldest.isoformat()),)
    return History(known.since, changes, redated), ()


def _changes(known: _Known, paths: Iterable[str]) -> list[Change]:
    told = known.changes.keys() & known.present
    found = [(path, known.changes[key]) for path in paths if (key := _digest(path)) in told]
    changes = [Change(path, date.fromordinal(day), _KINDS[bits]) for path, days in found for day, bits in days.items()]
    return sorted(changes, key=lambda change: (change.day, change.path))


def _redated(known: _Known, paths: Iterable[str]) -> Iterator[Redated]:
    if not known.redated:
        return
    for path in sorted(paths):
        key = _digest(path)
        if key in known.redated and key in known.present:
            day, before = known.redated[key]
            yield Redated(path, date.fromordinal(day), date.fromordinal(before))


# ---------------------------------------------------------------- the cache


# One change: the digest of the path, the ordinal of the day, its kinds, whether the document is in the commit, and the
# 发布日期 that it was the first to change, as an ordinal (0 for none).
_RECORD = Struct("<16sIB?I")


def _load(cache: Mapping[str, bytes], prefix: str) -> _Known:
    """What the cache knows of this folder; nothing, if it is damaged or was not written by this version."""
    seal, _, payload = cache.get(_CACHE_KEY, b"").partition(b"\n")
    if seal != _seal(payload, prefix):
        return _Known()
    head, since, records = payload.split(b"\n", 2)
    known = _Known(head.decode(), date.fromisoformat(since.decode()) if since else None)
    for key, day, bits, is_present, before in _RECORD.iter_unpack(records):
        known.changes.setdefault(key, {})[day] = bits
        if before:
            known.redated[key] = day, before
        if is_present:
            known.present.add(key)
    return known


def _save(known: _Known, cache: MutableMapping[str, bytes], prefix: str) -> None:
    redated = {(key, day): before for key, (day, before) in known.redated.items()}
    records = (
        _RECORD.pack(key, day, bits, key in known.present, redated.get((key, day), 0))
        for key, days in sorted(known.changes.items())
        for day, bits in days.items()
    )
    since = known.since.isoformat() if known.since else ""
    payload = f"{known.head}\n{since}\n".encode() + b"".join(records)
    cache[_CACHE_KEY] = _seal(payload, prefix) + b"\n" + payload


def _seal(payload: bytes, prefix: str) -> bytes:
    """A digest over the cached bytes, the folder and the version: what it does not fit is not trusted."""
    return _digest(f"{_CACHE_FORMAT}\0{prefix}\0{_digest(payload).hex()}").hex().encode()


def _digest(value: str | bytes) -> bytes:
    data = value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    return blake2b(data, digest_size=16).digest()


# ---------------------------------------------------------------- git


class _Repository(NamedTuple):
    """Where the content folder lies in its repository, and the newest commit there."""

    prefix: str
    head: str
    is_shallow: bool


class _Commit(NamedTuple):
    id: str
    parent: str  # its first; "" for a root and at the edge of a shallow clone
    day: date


class _Diff(NamedTuple):
    """What one commit did to the files of the folder: their blobs before and after it, and the renames git saw."""

    day: date
    before: dict[str, str]
    after: dict[str, str]
    renames: list[tuple[str, str]]


def _git(content: Path, *arguments: str, stdin: bytes = b"", accepted: tuple[int, ...] = (0,)) -> bytes:
    try:
        done = subprocess.run([*_GIT, "-C", str(content), *arguments], input=stdin, capture_output=True, check=False)
    except OSError:
        raise _UnknownError(_NO_GIT) from None
    if done.returncode not in accepted:
        raise _failure(_text(done.stderr))
    return done.stdout


def _failure(said: str) -> _UnknownError:
    if "safe.directory" in said:  # the name of the setting is in every translation of the message
        return _UnknownError(_NOT_TRUSTED)
    first = next(iter(said.strip().splitlines()), "没有说明原因")
    return _UnknownError(f"git 读不出修改历史（{first}）。提示：运行 git fsck 检查仓库，或重新克隆后再生成。")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _locate(content: Path) -> _Repository:
    """The repository as git answers at once."""
    if not any((folder / ".git").exists() for folder in (content.resolve(), *content.resolve().parents)):
        raise _UnknownError(_NO_REPOSITORY)
    asked = ("--is-shallow-repository", "--show-toplevel", "--show-prefix", "--revs-only", "HEAD^{commit}")
    shallow, top, prefix, *head = _text(_git(content, "rev-parse", *asked)).split("\n")[:-1]
    if not (Path(top) / ".git").exists():
        raise _UnknownError(_OTHER_REPOSITORY)
    if not head:
        raise _UnknownError(_NO_COMMIT)
    return _Repository(prefix, head[0], shallow == "true")


def _commits_after(content: Path, head: str, known: str) -> tuple[Sequence[_Commit], bool]:
    """The commits of the mainline that follow `known`, oldest first; all, and True, if it is not on the mainline."""
    commits = list(_mainline(content, head, f"^{known}")) if known else []
    for number, commit in enumerate(commits, 1):
        if commit.parent == known:
            return commits[:number][::-1], False
    return list(_mainline(content, head))[::-1], True


def _mainline(content: Path, *revisions: str) -> Iterator[_Commit]:
    """The commits along first parents, newest first; none if a revision is no longer there."""
    asked = ("rev-list", "--first-parent", "--parents", "--timestamp", *revisions)
    for line in _git(content, *asked, accepted=(0, 128) if len(revisions) > 1 else (0,)).decode().splitlines():
        seconds, commit, *parents = line.split()
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=min(int(seconds), _LAST_SECOND)) + _SHANGHAI
        yield _Commit(commit, parents[0] if parents else "", moment.date())


def _files_of(content: Path, commit: str) -> dict[str, str]:
    """The blob of each file of the folder in `commit`."""
    files = {}
    for entry in _text(_git(content, "ls-tree", "-r", "-z", commit)).split("\0")[:-1]:
        if _is_file(entry):
            meta, _, path = entry.partition("\t")
            files[path] = meta.rpartition(" ")[2]
    return files


def _is_file(mode: str) -> bool:
    return mode.startswith("100")  # neither a symbolic link nor another repository


def _diffs(content: Path, commits: Sequence[_Commit]) -> Iterator[_Diff]:
    """What each commit that touched the folder did to it, compared with its first parent."""
    days = {commit.id: commit.day for commit in commits}
    asked = "".join(f"{commit.id} {commit.parent}".rstrip() + "\n" for commit in commits)
    said = _git(content, "diff-tree", *_DIFF, *_RENAMES, "--", ".", stdin=asked.encode())
    tokens = iter(_text(said).split("\0")[:-1])
    diff: _Diff | None = None
    for token in tokens:
        if token.startswith(":"):
            assert diff is not None, "git names the commit before its files"
            _add_entry(diff, token, tokens)
            continue
        if diff is not None:
            yield diff
        diff = _Diff(days[token], {}, {}, [])
    if diff is not None:
        yield diff


def _add_entry(diff: _Diff, entry: str, paths: Iterator[str]) -> None:
    """Add one entry of the raw format, `:mode mode blob blob status`, and the one or two paths that follow it."""
    mode_before, mode_after, before, after, status = entry[1:].split(" ")
    source = target = next(paths)
    if status.startswith("R"):
        target = next(paths)
        diff.renames.append((source, target))
    if _is_file(mode_before):
        diff.before[source] = before
    if _is_file(mode_after):
        diff.after[target] = after


class _Blobs:
    """The versions of documents by blob, read through one `git cat-file` process and each parsed once."""

    def __init__(self, content: Path) -> None:
        self._seen: dict[str, _Version] = {}
        command = [*_GIT, "-C", str(content), "cat-file", "--batch"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with suppress(OSError):  # of closing the pipe of a process that has gone
            self._process.__exit__(kind, error, traceback)

    def version(self, blob: str) -> _Version:
        """What the blob says."""
        if blob not in self._seen:
            self._seen[blob] = _parse(self._read(blob))
        return self._seen[blob]

    def _read(self, blob: str) -> bytes:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None
        assert answers is not None
        try:
            requests.write(blob.encode() + b"\n")
            requests.flush()
        except OSError:
            raise _failure("git cat-file 中断") from None
        header = answers.readline().split()
        if len(header) != 3:
            raise _failure("缺少文件的旧版本")
        return answers.read(int(header[2]) + 1)[:-1]  # git ends each answer with a line feed


# ---------------------------------------------------------------- versions of a document

_Value = str | list["_Value"] | dict[str, "_Value"]

_MAX_DEPTH = 10  # deeper nesting can bring the parser down, and no field needs it

# The fields that mean something here; authors may write either name.
_NAMES = {
    **{"公开属性": "disclosure", "草稿": "draft", "撤回": "withdraw", "稿件编号": "id", "附件": "attachments"},
    **{"旧地址": "old_urls", "拟稿人": "drafter", "审稿人": "reviewer", "发布人": "publisher"},
    **{"保密审查": "secrecy_review", "不公开理由": "disclosure_reason", "豁免": "exempt", "发布日期": "pub_date"},
}
_NOT_DRAFT = ("", "false", "no", "否")

# Changes of these are no news: internal fields, what every public version has in common, and addresses.
_INTERNAL = frozenset({"drafter", "reviewer", "publisher", "secrecy_review", "disclosure_reason", "exempt"})
_SILENT = _INTERNAL | {"disclosure", "draft", "withdraw", "id", "old_urls"}


class _Version(NamedTuple):
    """What one version of a document is compared by. A file that cannot be read was never public."""

    is_public: bool = False
    id: str = ""  # as written; "" if the stem is the id
    text: bytes = b""  # digest of the body
    metadata: bytes = b""  # digest of the fields that are news
    attachments: tuple[str, ...] = ()  # as named, relative to the document
    pub_date: int = 0  # as an ordinal


def _parse(data: bytes) -> _Version:
    """The version; line ends, a byte order mark and trailing white space make no difference."""
    import json

    lines = [line.rstrip() for line in data.removeprefix(b"\xef\xbb\xbf").splitlines()]
    if b"---" not in lines[1:] or lines[0] != b"---":
        return _Version()
    end = lines.index(b"---", 1)
    fields = _fields(b"\n".join(lines[1:end]))
    if fields is None:
        return _Version()
    draft = fields.get("draft", "")
    is_public = (
        fields.get("disclosure") == Disclosure.ACTIVE.value
        and not fields.get("withdraw")
        and isinstance(draft, str)
        and draft.lower() in _NOT_DRAFT
    )
    doc_id = fields.get("id", "")
    news = {name: _in_one_form(value) for name, value in fields.items() if value and name not in _SILENT}
    return _Version(
        is_public,
        doc_id if isinstance(doc_id, str) else "",
        _digest(b"\n".join(lines[end + 1 :]).strip(b"\n")),
        _digest(json.dumps(news, sort_keys=True)),
        tuple(_file_names(fields.get("attachments", ""))),
        _ordinal(fields.get("pub_date", "")),
    )


def _in_one_form(value: _Value) -> _Value:
    """The value with its days as 2024-03-01: in another form they say the same."""
    if isinstance(value, str):
        moment = parse_moment(value) if value[:1].isdigit() else Problem("", "")
        return value if isinstance(moment, Problem) else f"{moment[0].isoformat()} {moment[1]}"
    if isinstance(value, list):
        return [_in_one_form(part) for part in value]
    return {name: _in_one_form(part) for name, part in value.items()}


def _ordinal(value: _Value) -> int:
    moment = parse_moment(value) if isinstance(value, str) else Problem("", "")
    return 0 if isinstance(moment, Problem) else moment[0].toordinal()


def _fields(text: bytes) -> dict[str, _Value] | None:
    """The fields of a front matter, those of `_NAMES` by their ids; None if it is none or names one of them twice."""
    import yaml

    try:
        events = yaml.parse(text.decode(), Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
        root = _value(next(e for e in events if isinstance(e, (yaml.NodeEvent, yaml.StreamEndEvent))), events, 0)
    except (yaml.YAMLError, ValueError):
        return None
    if not isinstance(root, dict):
        return None
    fields = {_NAMES.get(name, name): value for name, value in root.items()}
    return fields if len(fields) == len(root) else None


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> _Value:
    """The part of a YAML text that begins with `event`; all scalars are text, as everywhere in this product."""
    import yaml

    if isinstance(event, yaml.ScalarEvent):
        text = str(event.value).strip()
        return "" if text in ("~", "null") and not event.style else text
    if depth == _MAX_DEPTH or not isinstance(event, yaml.CollectionStartEvent):
        raise ValueError("neither text nor a list or mapping of reasonable depth")
    parts: list[_Value] = []
    while not isinstance(event_inside := next(events), yaml.CollectionEndEvent):
        parts.append(_value(event_inside, events, depth + 1))
    if isinstance(event, yaml.SequenceStartEvent):
        return parts
    keys = [key for key in parts[::2] if isinstance(key, str)]
    if len(set(keys)) < len(parts) // 2:
        raise ValueError("a key that is no text, or given twice")
    return dict(zip(keys, parts[1::2], strict=True))


def _file_names(value: _Value) -> Iterator[str]:
    for part in value if isinstance(value, list) else [value]:
        name = part.get("file") or part.get("文件") if isinstance(part, dict) else part
        if name and isinstance(name, str):
            yield name


# ---------------------------------------------------------------- from commits to changes


class _Tree:
    """The files of the content folder as of one commit, moved on commit by commit."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self._by_folder: dict[str, set[str]] = {}  # the documents; empty until somebody asks

    def apply(self, diff: _Diff) -> None:
        """Become the tree after this commit."""
        for path in diff.before.keys() - diff.after.keys():
            del self.files[path]
            if self._by_folder and _is_document(path):
                self._by_folder[posixpath.dirname(path)].remove(path)
        self.files.update(diff.after)
        if self._by_folder:
            self._file(diff.after)

    def _file(self, paths: Iterable[str]) -> None:
        for path in filter(_is_document, paths):
            self._by_folder.setdefault(posixpath.dirname(path), set()).add(path)

    def documents(self) -> Iterator[str]:
        """All documents."""
        return filter(_is_document, self.files)

    def documents_around(self, path: str) -> Iterator[str]:
        """The documents that may name the file `path`: those of its folder and of the folders above it."""
        if not self._by_folder:
            self._file(self.files)
        folder = posixpath.dirname(path)
        yield from self._by_folder.get(folder, ())
        while folder:
            folder = posixpath.dirname(folder)
            yield from self._by_folder.get(folder, ())


def _is_document(path: str) -> bool:
    """Whether the file is read as a document (contract, section 3)."""
    if not path.lower().endswith((".md", ".markdown")) or path.startswith("data/"):
        return False
    return not any(part.startswith(("_", ".")) for part in path.split("/"))


def _replay(content: Path, commits: Sequence[_Commit], tree: _Tree, known: _Known) -> None:
    """Move `tree` and `known` on to the last of the commits."""
    with _Blobs(content) as blobs:
        for diff in _diffs(content, commits):
            known.since = known.since or diff.day
            pairs = _pairs(diff, blobs)
            found = _kinds_by_path(diff, pairs, tree, blobs)
            _follow_moves(diff, pairs, known)
            known.present.difference_update(_digest(path) for path in diff.before.keys() - diff.after.keys())
            known.present.update(_digest(path) for path in (*diff.after, *found))
            for path, kinds in found.items():
                days = known.changes.setdefault(_digest(path), {})
                days[diff.day.toordinal()] = days.get(diff.day.toordinal(), 0) | sum(_BITS[kind] for kind in kinds)
            for path, before in _redatings(diff, pairs, blobs):
                known.redated.setdefault(_digest(path), (diff.day.toordinal(), before))
            tree.apply(diff)


def _pairs(diff: _Diff, blobs: _Blobs) -> dict[str, str]:
    """The documents that were there before and after the commit: the old path by the new one.

    In this order: what lies in its place and keeps its id, what was moved unchanged, what has the same id as exactly
    one other, what git takes for a rename, and what lies in its place without an id that says otherwise.
    """
    before = {path: blob for path, blob in diff.before.items() if _is_document(path)}
    after = {path: blob for path, blob in diff.after.items() if _is_document(path)}
    pairs: dict[str, str] = {}

    def pair(old: str, new: str) -> None:
        pairs[new] = old
        del before[old], after[new]

    for path in sorted(before.keys() & after.keys()):
        if before[path] == after[path] or _id(path, before[path], blobs) == _id(path, after[path], blobs):
            pair(path, path)
    for old, new in diff.renames:
        if old in before and new in after and before[old] == after[new]:
            pair(old, new)
    if before and after:
        old_by_id, new_by_id = _by_id(before, blobs), _by_id(after, blobs)
        for doc_id in sorted(old_by_id.keys() & new_by_id.keys()):
            if len(old_by_id[doc_id]) == len(new_by_id[doc_id]) == 1:
                pair(old_by_id[doc_id][0], new_by_id[doc_id][0])
    in_place = [(path, path) for path in sorted(before.keys() & after.keys())]
    for old, new in (*diff.renames, *in_place):
        if old in before and new in after and not (blobs.version(before[old]).id and blobs.version(after[new]).id):
            pair(old, new)
    return pairs


def _by_id(files: Mapping[str, str], blobs: _Blobs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, blob in files.items():
        found.setdefault(_id(path, blob, blobs), []).append(path)
    return found


def _id(path: str, blob: str, blobs: _Blobs) -> str:
    return blobs.version(blob).id or posixpath.splitext(posixpath.basename(path))[0]


def _kinds_by_path(diff: _Diff, pairs: Mapping[str, str], tree: _Tree, blobs: _Blobs) -> dict[str, set[ChangeKind]]:
    """What the commit changed of each public document, by its new path; `tree` is still the one before it.

    An attachment that was missing and comes alone is no change: with it missing, nothing could be published.
    """
    found: dict[str, set[ChangeKind]] = {}
    for new_path, old_path in pairs.items():
        old, new = blobs.version(diff.before[old_path]), blobs.version(diff.after[new_path])
        if not (old.is_public and new.is_public):
            continue
        old_files = sorted(tree.files.get(path, "") for path in _attached(old_path, old))
        new_files = sorted(_blob_after(path, diff, tree) for path in _attached(new_path, new))
        is_different = {
            ChangeKind.TEXT: old.text != new.text,
            ChangeKind.METADATA: old.metadata != new.metadata,
            ChangeKind.ATTACHMENT: old_files != new_files,
        }
        found[new_path] = {kind for kind in ChangeKind if is_different[kind]}
    for path in diff.before.keys() & diff.after.keys():
        if _is_document(path) or diff.before[path] == diff.after[path]:
            continue
        for document in tree.documents_around(path):
            if document not in diff.before:
                version = blobs.version(tree.files[document])
                if version.is_public and path in _attached(document, version):
                    found[document] = {ChangeKind.ATTACHMENT}
    return {path: kinds for path, kinds in found.items() if kinds}


def _redatings(diff: _Diff, pairs: Mapping[str, str], blobs: _Blobs) -> Iterator[tuple[str, int]]:
    """The public documents whose 发布日期 the commit changed after that day, and the old one.

    A document that waited for its day may be given another one; one that has been published may not.
    """
    for new_path, old_path in pairs.items():
        old, new = blobs.version(diff.before[old_path]), blobs.version(diff.after[new_path])
        if old.is_public and new.is_public and 0 < old.pub_date != new.pub_date and old.pub_date < diff.day.toordinal():
            yield new_path, old.pub_date


def _blob_after(path: str, diff: _Diff, before: _Tree) -> str:
    return diff.after.get(path, "" if path in diff.before else before.files.get(path, ""))


def _attached(path: str, version: _Version) -> list[str]:
    """The paths of the files the document names."""
    return [posixpath.normpath(posixpath.join(posixpath.dirname(path), name)) for name in version.attachments]


def _follow_moves(diff: _Diff, pairs: Mapping[str, str], known: _Known) -> None:
    """Let what is known of a document move with it; another document at its old path begins anew."""
    moves = {_digest(new): _digest(old) for new, old in pairs.items() if new != old}
    moved = {new: known.changes.pop(old, {}) for new, old in moves.items()}
    redated = {new: known.redated.pop(old) for new, old in moves.items() if old in known.redated}
    for path in diff.before.keys() & diff.after.keys():
        if path not in pairs:
            known.changes.pop(_digest(path), None)
            known.redated.pop(_digest(path), None)
    known.changes.update(moved)
    known.redated.update(redated)
