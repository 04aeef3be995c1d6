"""Turn the output folder of a finished build into diagnostics; what has not changed since the last look is not read.

Exports `inspect_output`, `told_of`.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from sitegen.diagnostics import Diagnostic, Span, sort_diagnostics
from sitegen.inspection.codes import SEVERITIES
from sitegen.inspection.facts import Fault, PageFacts, SiteFacts, Surround
from sitegen.inspection.page import inspect_page
from sitegen.inspection.styles import inspect_style
from sitegen.inspection.whole import Found, inspect_site
from sitegen.listing import is_settled, stamp_of

Memo = MutableMapping[str, bytes]
Batch = Callable[[Sequence["_Item"]], Sequence["_Read"]]
Run = Callable[[Batch, Iterable["_Item"], float, Callable[["_Item"], str]], Iterator["_Read"]]

_SECONDS = 0.6  # a thousand pages, in one process
_SIZE = 16  # bytes of digests
_STAMP = 32
_PAGES = (".html", ".htm", ".shtml")
_MANY = 10  # pages with the very same fault: one fault of the theme
_OTHERS = 5  # of these are named
_CHINA = timezone(timedelta(hours=8))


class _Item(NamedTuple):
    """A page to be read."""

    path: str
    is_document: bool


class _Read(NamedTuple):
    """What was read: the digest of the page, its facts, and those it shares with others, unless sent before."""

    digest: bytes
    facts: bytes
    surround: bytes
    sent: bytes


@dataclass(frozen=True)
class _Reader:
    """Reads pages, here or in another process."""

    out: str
    site: SiteFacts

    def __call__(self, batch: Sequence[_Item]) -> list[_Read]:
        sent: set[bytes] = set()
        found = []
        for item in batch:
            try:
                data = Path(self.out, item.path).read_bytes()
            except OSError:
                found.append(_Read(b"", b"", b"", b""))  # gone since it was listed
                continue
            facts = inspect_page(item.path, data, self.site, is_document=item.is_document)
            surround = marshal.dumps(tuple(facts.surround))
            key = _digest(surround)
            own = marshal.dumps(tuple(facts._replace(surround=Surround())[:-1]))
            found.append(_Read(_digest(data), own, key, b"" if key in sent else surround))
            sent.add(key)
        return found


def inspect_output(
    out: Path,
    manifest: Mapping[str, str],
    names: Mapping[str, str],
    site: SiteFacts,
    memo: Memo,
    run: Run,
    now: int = 0,
) -> tuple[Diagnostic, ...]:
    """What is wrong with the pages that builds have put into `out`.

    `manifest` tells the digests of its files, by path; `names` the source file of each page that shows a document.
    `memo` keeps the facts of pages; with the time `now` (ns, by the clock of the file system) a page with the stamp
    it had is not even read. Pages of documents that `names` does not know (any more) are not looked at: nothing may be
    said of them.
    """
    stamps = dict(_stamps(out, manifest))
    sizes = {path: size for path, (size, _) in stamps.items()}
    pages = dict(_pages(out, stamps, names, site, memo, run, now))
    digests = {path: digest for path, (digest, _) in pages.items()}
    facts = {path: page for path, (_, page) in pages.items() if not _is_unknown(path, page, names)}
    styles = {
        path: inspect_style(path, Path(out, path).read_text(encoding="utf-8", errors="replace"), site)
        for path in sizes
        if path.endswith(".css")
    }
    found = list(inspect_site(facts, styles, sizes, site))
    found += [
        Found(path, ("T250", "网页在生成之后被改动过", "不要直接改输出文件夹；改稿件或主题后重新生成。"))
        for path in facts
        if manifest[path] and manifest[path] != digests[path].hex()
    ]
    return sort_diagnostics(_diagnostics(found, len(facts), names, out.name))


def told_of(out: Path, manifest: Mapping[str, str] | None) -> str:
    """Which build was inspected, in one sentence."""
    if manifest is None:
        return "还没有生成网页，网页（标签、页脚、链接、无障碍）没有检查；先运行 python build.py，再检查一遍。"
    count = sum(path.endswith(_PAGES) for path in manifest)
    try:
        moment = (out / ".sitegen-manifest").stat().st_mtime
    except OSError:
        return f"检查了 {out} 里的 {count} 个网页。"
    day = datetime.fromtimestamp(moment, _CHINA)
    return f"检查了 {out} 里 {day:%Y-%m-%d %H:%M} 生成的 {count} 个网页；此后的改动要生成后才能检查。"


# ---------------------------------------------------------------- reading, or remembering


def _stamps(out: Path, manifest: Mapping[str, str]) -> Iterator[tuple[str, tuple[int, bytes]]]:
    for path in manifest:
        try:
            stat = os.stat(f"{out}/{path}")  # noqa: PTH116 - a Path for each of ten thousand would cost more than the call
        except OSError:
            continue
        yield path, (stat.st_size, stamp_of(stat))


def _pages(
    out: Path,
    stamps: Mapping[str, tuple[int, bytes]],
    names: Mapping[str, str],
    site: SiteFacts,
    memo: Memo,
    run: Run,
    now: int,
) -> Iterator[tuple[str, tuple[bytes, PageFacts]]]:
    """The digest and the facts of each page."""
    context = _digest(repr((sys.hexversion, site)).encode("utf-8", "surrogatepass"))
    items = [_Item(path, path in names) for path in stamps if path.endswith(_PAGES)]
    missing = [item for item in items if not _is_known(out, memo, item, context, stamps[item.path][1], now)]
    reader = _Reader(str(out), site)
    for item, read in zip(missing, run(reader, missing, _SECONDS, lambda item: item.path), strict=True):
        if not read.digest:
            memo.pop(item.path, None)
            continue
        if read.sent:
            memo[_shared(read.surround)] = read.sent
        stamp = _kept(stamps[item.path][1], now)
        memo[item.path] = stamp + _kind(context, item) + read.digest + read.surround + read.facts
    arounds: dict[bytes, Surround] = {}
    used = {item.path for item in items}
    for item in items:
        row = memo.get(item.path)
        if row is None:
            continue
        digest, key = row[_STAMP + _SIZE : _STAMP + 2 * _SIZE], row[_STAMP + 2 * _SIZE : _STAMP + 3 * _SIZE]
        around = arounds.get(key)
        if around is None:
            around = arounds[key] = Surround(*marshal.loads(memo[_shared(key)]))
            used.add(_shared(key))
        facts = PageFacts._make((*marshal.loads(row[_STAMP + 3 * _SIZE :]), around))
        yield item.path, (digest, facts)
    for name in [name for name in memo if name not in used]:
        del memo[name]


def _is_known(out: Path, memo: Memo, item: _Item, context: bytes, stamp: bytes, now: int) -> bool:
    """Whether `memo` has the facts of the page as it lies there: by its stamp, or by its digest."""
    row = memo.get(item.path)
    if row is None or row[_STAMP : _STAMP + _SIZE] != _kind(context, item):
        return False
    if _shared(row[_STAMP + 2 * _SIZE : _STAMP + 3 * _SIZE]) not in memo:
        return False
    if now and row[:_STAMP] == stamp:
        return True
    try:
        digest = _digest(Path(out, item.path).read_bytes())
    except OSError:
        return False
    if digest != row[_STAMP + _SIZE : _STAMP + 2 * _SIZE]:
        return False
    memo[item.path] = _kept(stamp, now) + row[_STAMP:]
    return True


def _kept(stamp: bytes, now: int) -> bytes:
    """The stamp, if a later change of the file would change it."""
    return stamp if now and is_settled(stamp, now) else bytes(_STAMP)


def _kind(context: bytes, item: _Item) -> bytes:
    """What facts depend on besides the bytes of the page."""
    return _digest(context + bytes([item.is_document]))


def _shared(key: bytes) -> str:
    return f"={key.hex()}"


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=_SIZE).digest()


def _is_unknown(path: str, page: PageFacts, names: Mapping[str, str]) -> bool:
    """Whether it shows a document that is not public now: the output is older than that decision."""
    return path.startswith("doc/") and path not in names and page.kind != "redirect" and page.is_article


# ---------------------------------------------------------------- telling


def _diagnostics(found: Sequence[Found], pages: int, names: Mapping[str, str], label: str) -> Iterator[Diagnostic]:
    """The findings; the same one of many pages is one, said of the first."""
    same: dict[Fault, list[str]] = {}
    for path, fault, others in found:
        if others:
            yield _diagnostic(path, fault, others, names, label)
        else:
            same.setdefault(fault, []).append(path)
    for fault, paths in same.items():
        if len(paths) > _MANY or (len(paths) > 2 and 2 * len(paths) > pages):
            first, *rest = sorted(paths)
            code, message, hint = fault
            yield _diagnostic(first, (code, f"{message}（{len(paths)} 个网页都是这样）", hint), rest, names, label)
        else:
            yield from (_diagnostic(path, fault, (), names, label) for path in paths)


def _diagnostic(path: str, fault: Fault, others: Sequence[str], names: Mapping[str, str], label: str) -> Diagnostic:
    code, message, hint = fault
    source = names.get(path)
    return Diagnostic(
        code,
        SEVERITIES[code],
        f"网页 {path}：{message}" if source else message,
        Span(source or f"{label}/{path}"),
        hint,
        tuple((Span(names.get(other) or f"{label}/{other}"), f"网页 {other}") for other in others[:_OTHERS]),
    )
