"""Files and folders, with or without a manifest, into drafts and refusals.

Exports `read_drafts`.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path

import yaml

from sitegen.diagnostics import UsageError
from sitegen.importers import IMPORTERS
from sitegen.importers.blocks import Paragraph, Run, tidy, to_markdown
from sitegen.importers.draft import Draft, Importer, Note, NoteKind, Refusal, UnreadableError
from sitegen.importers.settle import Raw, settle
from sitegen.importers.txt import decode, stem
from sitegen.importers.versions import Periods, read_periods
from sitegen.model import Column, ColumnId

_ATTACHABLE = {"pdf", "doc", "docx", "wps", "xls", "xlsx", "et", "ppt", "pptx", "ofd", "zip", "rar", "7z"}
_IMAGES = {"png", "jpg", "jpeg", "gif", "webp", "svg"}
_LARGEST = 50_000_000


def read_drafts(
    paths: Sequence[Path],
    manifest: Path | None,
    column: ColumnId,
    columns: Mapping[ColumnId, Column],
    importers: Mapping[str, Importer] = IMPORTERS,
) -> Iterator[Draft | Refusal]:
    """A draft or a refusal for every input file, and for every row of the manifest: refusals first.

    Files that are no text go beside the draft that links to them, or become a short document of their own. A draft's
    `column` is `column` if that is not empty, else it follows from the manifest's kind, else from the title. A list of
    versions (….versions.json) is no input of its own: it tells from when the texts of a rule are in force.
    """
    if column and column not in columns:
        raise UsageError(f"没有“{column}”这个栏目。")
    inputs = _walk(paths)
    rows = _rows(manifest, inputs) if manifest is not None else {}
    raws: list[Raw] = []
    files: dict[str, Path] = {}
    periods: dict[tuple[str, str], tuple[str, str]] = {}
    for source, path in inputs.items():
        ending = path.suffix.lower().removeprefix(".")
        if manifest is not None and path.resolve() == manifest.resolve():
            continue
        if (ending in _ATTACHABLE and (manifest is None or source in rows)) or ending in _IMAGES:
            files[source] = path
        elif source.endswith(".versions.json") and path.stat().st_size <= _LARGEST:
            periods |= read_periods(path.read_bytes(), source)
        elif manifest is not None and source not in rows:
            yield Refusal(source, "清单里没有这个文件，没有导入", is_unlisted=True)
        elif ending not in importers:
            yield Refusal(
                source, f"不会读“{ending or '没有扩展名'}”文件；可以先另存为 txt 或 html，或作为附件放在稿件旁边"
            )
        else:
            yield from _refusals(raws, source, path, importers[ending], rows.get(source, {}))
    for source in sorted(rows.keys() - inputs.keys()):
        yield Refusal(source, "清单里有，但没有找到这个文件")
    documents, leftover = _attachments(raws, files, rows, column, columns, periods)
    yield from leftover
    yield from documents


def _refusals(
    raws: list[Raw], source: str, path: Path, importer: Importer, row: Mapping[str, str]
) -> Iterator[Refusal]:
    """Adds the drafts of a file to `raws`; a refusal if there are none."""
    if path.stat().st_size > _LARGEST:
        yield Refusal(source, f"文件超过 {_LARGEST // 1_000_000} MB，请拆开后再导入")
        return
    count = len(raws)
    try:
        raws.extend(Raw(draft, path, row) for draft in importer(path.read_bytes(), source))
    except UnreadableError as problem:
        del raws[count:]
        yield Refusal(source, str(problem))
        return
    for raw in raws[count:]:
        if not raw.draft.body.strip() and not raw.draft.get("title"):
            raws.remove(raw)
    if len(raws) == count:
        yield Refusal(source, "文件里没有文字")


def _attachments(
    raws: list[Raw],
    files: Mapping[str, Path],
    rows: Mapping[str, Mapping[str, str]],
    column: ColumnId,
    columns: Mapping[ColumnId, Column],
    periods: Periods,
) -> tuple[tuple[Draft, ...], tuple[Refusal, ...]]:
    """The settled drafts; a file that no draft links to becomes a short document with the file attached."""
    topics = _topics()
    first = settle(raws, files, column, columns, topics, periods)
    used = {item.origin for draft in first for item in draft.attachments}
    alone = {source: path for source, path in files.items() if path not in used}
    refused = [
        Refusal(source, "没有稿件用到这张图片，没有导入", is_unlisted=source not in rows)
        for source, path in alone.items()
        if path.suffix.lower().removeprefix(".") in _IMAGES
    ]
    more = [
        Raw(_carrier(source, path), path, rows.get(source, {}))
        for source, path in alone.items()
        if path.suffix.lower().removeprefix(".") not in _IMAGES
    ]
    return (settle([*raws, *more], files, column, columns, topics, periods) if more else first), tuple(refused)


def _carrier(source: str, path: Path) -> Draft:
    """A short document for a file whose text cannot be read here."""
    body = to_markdown([Paragraph((Run("全文见附件："), Run(path.name, path.name)))])
    note = Note(NoteKind.KEPT, "文件不能转成正文，作为附件发布；正文只有一句话，请补写正文", path.name)
    return Draft(source, stem(source), "", (), body, (), (note,))


def _topics() -> set[str]:
    data = resources.files("sitegen") / "data" / "vocabularies.yaml"
    items = yaml.safe_load(data.read_text("utf-8"))["topics"]["items"]
    return {f"{item['name']}\\{sub}" for item in items for sub in item["subs"]} | {item["name"] for item in items}


# ---------------------------------------------------------------- files


def _walk(paths: Sequence[Path]) -> dict[str, Path]:
    """All input files by the path they are reported under, in order; names that begin with a dot are left out."""
    found: dict[str, Path] = {}
    for given in paths:
        if given.is_file():
            found.setdefault(given.name, given)
        elif not given.is_dir():
            raise UsageError(f"没有“{given}”这个文件或文件夹。")
        for folder, folders, names in os.walk(given):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            for name in sorted(names):
                path = Path(folder) / name
                if not name.startswith(".") and not path.is_symlink():
                    found.setdefault(path.relative_to(given).as_posix(), path)
    return dict(sorted(found.items()))


def _rows(manifest: Path, inputs: Mapping[str, Path]) -> dict[str, Mapping[str, str]]:
    """The rows of the manifest by the input they are about; `path` counts from the manifest's folder."""
    try:
        text, _ = decode(manifest.read_bytes())
        rows = list(csv.DictReader(io.StringIO(text, newline="")))
    except (OSError, UnreadableError, csv.Error) as problem:
        raise UsageError(f"读不了清单“{manifest}”：{problem}") from None
    if not rows or "path" not in rows[0]:
        raise UsageError(f"清单“{manifest}”里没有 path 列。")
    by_path = {path.resolve(): source for source, path in inputs.items()}
    found: dict[str, Mapping[str, str]] = {}
    for row in rows:
        name = tidy(row.get("path") or "")
        place = by_path.get((manifest.parent / name).resolve(), name)
        if name:
            found[place] = {key: value or "" for key, value in row.items() if key}
    return found
