"""Turn what git says has changed into the part of the diagnostics that an author is answerable for now.

Exports `Changed`, `changed_files`, `concerned`.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from sitegen.diagnostics import Diagnostic, UsageError
from sitegen.gongwen import normalize_doc_no
from sitegen.model import Document, Internal, Tree, Withdrawn

_GIT = ("git", "--no-pager", "--literal-pathspecs", "-c", "protocol.allow=never")
_DIFF = ("diff", "-z", "--name-only", "--no-renames", "--no-color", "--no-ext-diff", "--no-textconv", "--relative")

_NO_GIT = "--changed 要问 git 哪些文件改动过，而这里没有找到 git 程序。请安装 git，或去掉 --changed 检查全部。"
_NO_REPOSITORY = (
    "--changed 要问 git 哪些文件改动过，而“{content}”不在 git 仓库里（{reason}）。"
    "请先用 git init 建立仓库，或去掉 --changed 检查全部。"
)
_NO_COMMIT = (
    "git 仓库里没有“{since}”这个提交、分支或标签。浅克隆的，先用 git fetch 取回它；"
    "在流水线里把克隆深度设为全部（GitLab 是 GIT_DEPTH: 0）。"
)


@dataclass(frozen=True, slots=True)
class Changed:
    """The files below the content folder that are not as they were, by path, those that are gone among them."""

    paths: frozenset[str]

    @property
    def is_everything(self) -> bool:
        """Whether something has changed by which every document is judged: the settings or the site's own data."""
        return any(_is_setting(path) for path in self.paths)


def changed_files(content: Path, since: str = "") -> Changed:
    """What is staged, changed or untracked now, compared with the last commit.

    With `since` also what was committed after this branch parted from that commit. Raises `UsageError` where git cannot
    tell.
    """
    ran = _git(content, "rev-parse", "--is-inside-work-tree")
    if ran.returncode or ran.stdout.strip() != b"true":
        reason = next(iter(ran.stderr.decode("utf-8", "replace").strip().splitlines()), "不是工作区")
        raise UsageError(_NO_REPOSITORY.format(content=content, reason=reason))
    base = _base(content, since)
    if not base:  # nothing was ever committed: everything is new
        return Changed(_names(_git(content, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ".")))
    changed = _names(_git(content, *_DIFF, base, "--", "."))
    untracked = _names(_git(content, "ls-files", "-z", "--others", "--exclude-standard", "--", "."))
    return Changed(changed | untracked)


def concerned(diagnostics: Sequence[Diagnostic], changed: Changed, tree: Tree, label: str) -> tuple[Diagnostic, ...]:
    """The diagnostics that the changed files have to answer for.

    These are the ones that stand in a changed document, or in one whose attachment has changed; and what is wrong with
    the relations and links (R, L) of others that name a changed document: that may be the work of the change. When the
    settings have changed, these are all diagnostics.
    """
    if changed.is_everything:
        return tuple(diagnostics)
    names = set(_names_of(changed, tree))
    files = {PurePosixPath(path).name for path in changed.paths if not _is_document(path)}
    own = {f"{label}/{path}" for path in changed.paths}
    naming = set()
    for doc in tree.documents:
        if not changed.paths.isdisjoint(file.source for file in (*doc.attachments, *doc.images)):
            own.add(f"{label}/{doc.path}")
        if not names.isdisjoint(_named_in(doc)):
            naming.add(f"{label}/{doc.path}")

    def counts(d: Diagnostic) -> bool:
        if d.span.path in own or any(span.path in own for span, _ in d.related):
            return True
        if d.code[0] in "RL" and d.span.path in naming:
            return True
        return any(f"“{name}”" in d.message for name in files)

    return tuple(d for d in diagnostics if counts(d))


def _names_of(changed: Changed, tree: Tree) -> Iterator[str]:
    """What others may call the changed documents: by id, file name, 文号."""
    for path in changed.paths:
        if _is_document(path):
            yield PurePosixPath(path).stem
            yield PurePosixPath(path).name
    records: Iterable[Document | Internal | Withdrawn] = chain(tree.documents, tree.internal, tree.withdrawn)
    for record in records:
        if record.path in changed.paths:
            yield record.id
            if record.doc_no:
                yield normalize_doc_no(record.doc_no)


def _named_in(doc: Document) -> Iterator[str]:
    for claim in doc.claims:
        yield claim.target
        yield normalize_doc_no(claim.target)
    for revision in doc.revisions:
        yield normalize_doc_no(revision.doc_no)
    for reference in doc.body.references:
        if reference.is_citation:
            yield reference.target.partition("\t")[0]
            continue
        target = unquote(reference.target.partition("#")[0]).rstrip("/")
        yield target.rpartition("/")[2]


def _is_document(path: str) -> bool:
    return path.endswith(".md")


def _is_setting(path: str) -> bool:
    first, _, rest = path.partition("/")
    return first == "data" if rest else first.endswith((".yaml", ".yml"))


def _base(content: Path, since: str) -> str:
    """The commit to compare with; "" if there is none yet."""
    head = _commit(content, "HEAD")
    if not since:
        return head
    wanted = _commit(content, since)
    if not wanted:
        raise UsageError(_NO_COMMIT.format(since=since))
    parted = _git(content, "merge-base", wanted, head) if head else None
    return parted.stdout.decode().strip() if parted and not parted.returncode else wanted


def _commit(content: Path, name: str) -> str:
    ran = _git(content, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    return ran.stdout.decode().split("\n")[-2] if not ran.returncode else ""


def _names(ran: subprocess.CompletedProcess[bytes]) -> frozenset[str]:
    if ran.returncode:
        said = next(iter(ran.stderr.decode("utf-8", "replace").strip().splitlines()), "没有说明原因")
        raise UsageError(f"git 说不出哪些文件改动过（{said}）。运行 git status 看看，或去掉 --changed 检查全部。")
    return frozenset(os.fsdecode(name) for name in ran.stdout.split(b"\0") if name)


def _git(content: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run([*_GIT, "-C", str(content), *arguments], capture_output=True, check=False)
    except OSError:
        raise UsageError(_NO_GIT) from None
