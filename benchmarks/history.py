"""Measure `read_history` on a repository of 10,000 documents and 5,000 commits, made anew in a temporary folder.

Run: python benchmarks/history.py [documents] [commits]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from sitegen.history import read_history

FOLDER_SIZE = 250
FIRST_SECOND = 1_577_836_800  # 2020-01-01
TEXT = "各有关单位应当按照本办法的规定，及时、准确地公开政府信息，并对其真实性负责。\n\n"


def main() -> None:
    """Print the seconds of a cold reading, of one with nothing new and of one with a single new commit."""
    documents, commits = (int(argument) for argument in (*sys.argv[1:], *("10000", "5000")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "content").mkdir()
        subprocess.run(["git", "-C", folder, "init", "--quiet", "--initial-branch=main"], check=True)
        fast_import(root, stream(documents, commits))
        cache: dict[str, bytes] = {}
        print(f"{documents} documents, {commits} commits")
        measure("cold", root, cache)
        measure("cached, nothing new", root, cache)
        fast_import(root, [commit(commits), b"from refs/heads/main^0\n", *file(path(7), source(7, commits))])
        measure("cached, one new commit", root, cache)
        print(f"cache: {sum(map(len, cache.values())) / 1e6:.2f} MB")


def measure(name: str, root: Path, cache: dict[str, bytes]) -> None:
    start = perf_counter()
    history, _ = read_history(root / "content", cache)
    print(f"{name}: {perf_counter() - start:.2f} s, {len(history.changes)} changes")


def stream(documents: int, commits: int) -> Iterator[bytes]:
    """All documents at once, then edits, moves and new attachments, one document a commit."""
    paths = [path(number) for number in range(documents)]
    for number in range(commits):
        yield commit(number)
        if number == 0:
            for i, where in enumerate(paths):
                yield from file(where, source(i, 0))
                yield from file(attachment(where, i), b"0")
            continue
        i = number * 37 % documents
        where = paths[i]
        if number % 10 == 1:
            yield from file(attachment(where, i), b"%d" % number)
        elif number % 10 == 2:
            paths[i] = where.replace("content/", "content/moved/", 1)
            yield f"D {where}\nD {attachment(where, i)}\n".encode()
            yield from file(paths[i], source(i, number))
            yield from file(attachment(paths[i], i), b"0")
        else:
            yield from file(where, source(i, number))


def path(number: int) -> str:
    return f"content/fd-{number // FOLDER_SIZE:02}/通知-{number:05}.md"


def attachment(where: str, number: int) -> str:
    return f"{where.rpartition('/')[0]}/{number:05}.xlsx"


def source(number: int, version: int) -> bytes:
    """A document of about 8 KB."""
    head = (
        f"title: 关于第{number}号事项的通知\ndisclosure: 主动公开\npub_date: 2020-01-01\nwritten_date: 2019-12-31\n"
        f"doc_no: 示科规〔2019〕{number}号\nindex_no: 000000000/2019-{number:05}\ntopic: '科技、教育\\科技'\n"
        f"summary: 第{version // 3}版\nkeywords: [科技计划, 项目管理, 立项]\ndrafter: 某人\n"
        f"attachments:\n  - {{file: {number:05}.xlsx, title: 附表}}\n"
    )
    return f"---\n{head}---\n\n{TEXT * 65}第{version}次修改，事项{number}。\n".encode()


def commit(number: int) -> bytes:
    return f"commit refs/heads/main\ncommitter x <x> {FIRST_SECOND + number * 36_000} +0800\ndata 0\n".encode()


def file(where: str, data: bytes) -> Iterator[bytes]:
    yield f"M 100644 inline {where}\ndata {len(data)}\n".encode() + data + b"\n"


def fast_import(root: Path, parts: Iterator[bytes] | list[bytes]) -> None:
    with subprocess.Popen(["git", "-C", str(root), "fast-import", "--quiet"], stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        for part in parts:
            process.stdin.write(part)


if __name__ == "__main__":
    main()
