"""Drafts into a content folder that builds, and a report of what was dropped or guessed; nothing is overwritten.

Exports `ImportReport`, `write_drafts`, `dump_front_matter`.
"""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sitegen.importers.blocks import tidy
from sitegen.importers.draft import Attached, Draft, Entry, FieldValue, Note, NoteKind, Refusal

_SITE = """\
# 由 import 命令写出的最小设置。请把“待填写”和 example.gov.cn 改成本机关的真实信息；各项见 docs/site.md。
agency: 待填写（机关全称）
site_name: 待填写（网站规范名称）
domain: 待填写（网站域名）
# 专栏的完整网址，以 / 结尾；订阅、站点地图和规范地址由它生成
url: https://www.example.gov.cn/zfxxgk/
id_code: 待填写（10位网站标识码）
icp: 待填写（ICP备案号）
police: 待填写（公安备案号）
marks: {party: 'https://bszs.conac.cn/', find_fault: 'https://zfwzgl.www.gov.cn/', police: 'https://beian.mps.gov.cn/'}
host: 待填写（主办单位）
contact: {phone: 待填写（联系电话）, address: 待填写（地址）}
"""
_COLUMNS = """\
# 栏目以标准栏目树为底；要增、改、藏栏目，写在下面。
extends: standard
"""
_KIND_NAMES: Mapping[NoteKind, str] = {
    NoteKind.REFUSED: "拒收",
    NoteKind.LINKED: "查出的版本和文件关系，请确认",
    NoteKind.GUESSED: "推断的内容，请核对",
    NoteKind.DROPPED: "没有带过来的内容",
    NoteKind.KEPT: "照原样保留的特殊内容",
}
_TOLD = (NoteKind.LINKED, NoteKind.GUESSED, NoteKind.DROPPED, NoteKind.KEPT)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `conflicts` are files that were there already with other words, and were left alone."""

    documents: int
    drafts: int  # of the documents, those written with `draft: true`
    attachments: int
    written: int
    unchanged: int
    conflicts: tuple[str, ...]
    refused: tuple[Refusal, ...]
    notes: tuple[tuple[NoteKind, int], ...]
    report: Path

    def summary(self) -> str:
        """The result in a few lines of Chinese; ends with a newline."""
        unlisted = sum(refusal.is_unlisted for refusal in self.refused)
        refused = [refusal for refusal in self.refused if not refusal.is_unlisted]
        lines = [
            f"稿件 {self.documents} 件（其中草稿 {self.drafts} 件），附件 {self.attachments} 个；"
            f"新写文件 {self.written} 个，已有且相同 {self.unchanged} 个。",
            *(f"已有而不同，没有覆盖：{name}" for name in self.conflicts),
            *(f"拒收 {refusal.source}：{refusal.reason}" for refusal in refused),
        ]
        if unlisted:
            lines.append(f"清单里没有而跳过的文件 {unlisted} 个。")
        counts = dict(self.notes)
        lines.append(
            f"查出版本和文件关系 {counts.get(NoteKind.LINKED, 0)} 处、推断 {counts.get(NoteKind.GUESSED, 0)} 处、"
            f"未带过来 {counts.get(NoteKind.DROPPED, 0)} 处、照原样保留 {counts.get(NoteKind.KEPT, 0)} 处，"
            f"详见 {self.report}。"
        )
        return "".join(line + "\n" for line in lines)


def write_drafts(drafts: Iterable[Draft | Refusal], into: Path) -> ImportReport:
    """Write each draft as `<into>/<folder>/<id>.md` with its attachments beside it, and the report to `_import/`.

    A file that is there already is never changed. The same drafts into an empty folder give the same bytes.
    """
    entries = tuple(drafts)
    documents = [entry for entry in entries if isinstance(entry, Draft)]
    refused = tuple(entry for entry in entries if isinstance(entry, Refusal))
    files: dict[str, Path | bytes] = {}
    for draft in documents:
        files[f"{draft.folder}/{draft.id}.md"] = render(draft).encode()
        files |= {f"{draft.folder}/{item.file}": item.origin for item in draft.attachments}
    written, unchanged, conflicts = 0, 0, []
    for name, content in sorted(files.items()):
        data = content if isinstance(content, bytes) else content.read_bytes()
        target = into / name
        if not target.exists():
            _write(target, data)
            written += 1
        elif target.is_file() and target.read_bytes() == data:
            unchanged += 1
        else:
            conflicts.append(name)
    for name, text in (("site.yaml", _SITE), ("columns.yaml", _COLUMNS)):
        if not (into / name).exists():
            _write(into / name, text.encode())
    _write(into / "_import" / "report.md", _report(documents, refused, conflicts).encode())
    _write(into / "_import" / "report.csv", _table(documents, refused, conflicts).encode("utf-8-sig"))
    counts = {kind: sum(note.kind is kind for draft in documents for note in draft.notes) for kind in NoteKind}
    return ImportReport(
        len(documents),
        sum(draft.get("draft") == "true" for draft in documents),
        len({item.origin for draft in documents for item in draft.attachments}),
        written,
        unchanged,
        tuple(conflicts),
        refused,
        tuple(counts.items()),
        into / "_import" / "report.md",
    )


def _write(path: Path, data: bytes) -> None:
    """Put a whole file in its place at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".import-", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


# ---------------------------------------------------------------- a document


def render(draft: Draft) -> str:
    """The source text of a document: front matter, an empty line, the body."""
    return f"---\n{dump_front_matter(draft.fields, draft.attachments)}---\n\n{draft.body}"


def dump_front_matter(fields: Sequence[tuple[str, FieldValue]], attachments: Sequence[Attached] = ()) -> str:
    """YAML that reads back to the same texts, one field after another in the order given."""
    lines: list[str] = []
    for name, value in fields:
        if isinstance(value, str):
            lines.append(f"{name}: {_scalar(value)}" if value else f"{name}:")
        elif len(value) == 1 and isinstance(value[0], str):
            lines.append(f"{name}: {_scalar(value[0])}")
        else:
            lines.append(f"{name}:")
            lines.extend(f"  - {_inline(part) if isinstance(part, Entry) else _scalar(part)}" for part in value)
    if attachments:
        lines.append("attachments:")
    for item in attachments:
        lines.extend((f"  - file: {_scalar(item.file)}", f"    title: {_scalar(item.title)}"))
    return "".join(line + "\n" for line in lines)


def _inline(entry: Entry) -> str:
    """The parts of an entry in one line of YAML."""
    parts = (
        f"{name}: {_scalar(value) if isinstance(value, str) else '[' + ', '.join(map(_scalar, value)) + ']'}"
        for name, value in entry.parts
    )
    return "{" + ", ".join(parts) + "}"


_PLAIN = re.compile(
    r"[0-9A-Za-z\u3400-\u9fff《（“〔][^\x00-\x1f\x7f-\xa0\ud800-\uf8ff\u2028\u2029\ufeff\uffff:#'\"\[\]{},&*!|>%@`\\]*"
)
_PRINTABLE = re.compile(r"[\x20-\x7e\xa1-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")


def _scalar(value: str) -> str:
    """A text as a YAML scalar: plain if nothing in it has a meaning in YAML, else in single quotes, else in double."""
    if _PLAIN.fullmatch(value) and value == value.strip():
        return value
    if _PRINTABLE.fullmatch(value):
        return "'" + value.replace("'", "''") + "'"
    return '"' + "".join(c if _PRINTABLE.fullmatch(c) and c not in '"\\' else _code(c) for c in value) + '"'


def _code(character: str) -> str:
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


# ---------------------------------------------------------------- the report


def _report(documents: Sequence[Draft], refused: Sequence[Refusal], conflicts: Sequence[str]) -> str:
    files = {item.origin: (item, draft) for draft in documents for item in draft.attachments}
    taken = [refusal for refusal in refused if not refusal.is_unlisted]
    unlisted = [refusal for refusal in refused if refusal.is_unlisted]
    drafts = [draft for draft in documents if draft.get("draft") == "true"]
    lines = [
        "# 导入报告",
        "",
        f"- 稿件：{len(documents)} 件，其中草稿（补齐后才会发布）{len(drafts)} 件",
        f"- 附件：{len(files)} 个",
        f"- 拒收：{len(taken)} 个",
        f"- 清单里没有而跳过：{len(unlisted)} 个",
        f"- 已有而内容不同、没有覆盖：{len(conflicts)} 个",
    ]
    lines += [
        f"- {_KIND_NAMES[kind]}：{sum(note.kind is kind for draft in documents for note in draft.notes)} 处"
        for kind in _TOLD
    ]
    lines += _section("各栏目", [f"{name}：{count} 件" for name, count in _by_column(documents)])
    lines += _section("拒收", [f"{refusal.source}：{refusal.reason}" for refusal in taken])
    lines += _section("已有而内容不同，没有覆盖", conflicts)
    lines += _section("跳过", [f"{refusal.source}：{refusal.reason}" for refusal in unlisted])
    lines += _section("草稿", [f"{draft.folder}/{draft.id}.md（{draft.source}）" for draft in drafts])
    lines += _section(
        "附件", [f"{item.source or item.file} → {draft.folder}/{draft.id}.md" for item, draft in files.values()]
    )
    for kind in _TOLD:
        lines += ["", f"## {_KIND_NAMES[kind]}"]
        groups: dict[str, list[tuple[str, Note]]] = {}
        for draft in documents:
            place = f"{draft.folder}/{draft.id}.md（{draft.source}）" if kind is NoteKind.LINKED else draft.source
            for note in draft.notes:
                if note.kind is kind:
                    groups.setdefault(note.what, []).append((place, note))
        for what, notes in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])):
            lines += ["", f"### {what}（{len(notes)} 件，{sum(note.count for _, note in notes)} 处）", ""]
            if kind is NoteKind.DROPPED and not any(note.detail for _, note in notes):
                lines.append("只是排版用的标记，逐件的数目见 report.csv。")
            else:
                lines += [f"- {place}{_short(note)}" for place, note in notes]
    return "\n".join(lines) + "\n"


def _section(title: str, items: Sequence[str]) -> list[str]:
    return ["", f"## {title}", "", *(f"- {item}" for item in items)] if items else []


def _by_column(documents: Sequence[Draft]) -> list[tuple[str, int]]:
    names = [draft.folder.split("/")[0] for draft in documents]
    return [(name, names.count(name)) for name in sorted(set(names))]


def _short(note: Note) -> str:
    detail = tidy(note.detail)
    most = 400 if note.kind is NoteKind.LINKED else 80
    words = detail if len(detail) <= most else detail[:most] + "…"
    return ("：" + words if words else "") + (f"（{note.count} 处）" if note.count > 1 else "")


def _table(documents: Sequence[Draft], refused: Sequence[Refusal], conflicts: Sequence[str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("source", "document", "kind", "what", "count", "detail"))
    for refusal in refused:
        writer.writerow((refusal.source, "", "skipped" if refusal.is_unlisted else "refused", refusal.reason, 1, ""))
    for name in conflicts:
        writer.writerow(("", name, "refused", "已有而内容不同，没有覆盖", 1, ""))
    for draft in documents:
        place = f"{draft.folder}/{draft.id}.md"
        writer.writerow((draft.source, place, "draft" if draft.get("draft") == "true" else "document", "稿件", 1, ""))
        for item in draft.attachments:
            writer.writerow(
                (item.source, f"{draft.folder}/{item.file}", "attachment", f"{place} 的附件", 1, item.title)
            )
        for note in draft.notes:
            writer.writerow((draft.source, place, note.kind.value, note.what, note.count, tidy(note.detail)))
    return text.getvalue()
