"""Turn diagnostics into text for a terminal, under the heading of the document or of the office they belong to.

Every diagnostic keeps the form of the contract, `path:line:column: 错误 CODE …`, so that tools find their way.

Exports `by_document`, `by_office`, `counted`, `counted_words`, `office_order`, `worst_first`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby

from sitegen.diagnostics import Diagnostic, Severity, render_text
from sitegen.reports.places import NOBODY, WHOLE_SITE, Places


def counted(diagnostics: Sequence[Diagnostic]) -> str:
    """How many there are of each kind, in words; "" if none."""
    return counted_words(*(sum(d.severity is severity for d in diagnostics) for severity in Severity))


def counted_words(errors: int, warnings: int, infos: int) -> str:
    """So many of each kind, in words; of what there is none, nothing."""
    counts = ((errors, "个错误"), (warnings, "个警告"), (infos, "个提示"))
    return "，".join(f"{count} {word}" for count, word in counts if count)


def by_document(diagnostics: Sequence[Diagnostic], places: Places, color: bool = False) -> str:
    """A block for each file, with its title, office and counts; those with errors first, then those with warnings."""
    blocks = []
    for path, group in groupby(worst_first(diagnostics), key=lambda d: d.span.path):
        found = tuple(group)
        place = places.of(path)
        about = "，".join(
            part
            for part in (
                f"《{place.title}》" if place.title else "",
                place.office if place.office not in (NOBODY, WHOLE_SITE) else "",
                counted(found),
            )
            if part
        )
        blocks.append(_heading(f"{path}（{about}）", color) + render_text(found, color))
    return "\n".join(blocks)


def by_office(
    diagnostics: Sequence[Diagnostic],
    places: Places,
    color: bool = False,
    overdue: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """A block for each office with its counts, the one with the most errors first; then what nobody answers for.

    `overdue` are the names of the columns of an office that are.
    """
    late = overdue or {}
    offices: dict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in worst_first(diagnostics):
        offices[places.of(diagnostic.span.path).office].append(diagnostic)
    blocks = []
    for office in sorted({*offices, *late}, key=lambda name: office_order(name, offices.get(name, ()))):
        found = offices.get(office, [])
        files = len({d.span.path for d in found})
        counts = f"{files} 个文件，{counted(found)}" if found else "没有查出问题"
        columns = f"  超期的栏目：{'、'.join(late[office])}\n" if late.get(office) else ""
        blocks.append(_heading(f"【{office}】{counts}", color) + columns + render_text(found, color))
    return "\n".join(blocks)


def worst_first(diagnostics: Sequence[Diagnostic]) -> list[Diagnostic]:
    """In the order of the files, first those with errors, then with warnings; a file stays in one piece."""
    worst: dict[str, int] = {}
    for diagnostic in diagnostics:
        path, weight = diagnostic.span.path, _WEIGHT[diagnostic.severity]
        worst[path] = min(weight, worst.get(path, weight))
    return sorted(diagnostics, key=lambda d: (worst[d.span.path], d.span))


_WEIGHT = {severity: number for number, severity in enumerate(Severity)}


def office_order(name: str, found: Sequence[Diagnostic]) -> tuple[bool, int, int, str]:
    """The most errors first, then the most warnings; those without a name last."""
    errors = sum(d.severity is Severity.ERROR for d in found)
    warnings = sum(d.severity is Severity.WARNING for d in found)
    return name in (NOBODY, WHOLE_SITE), -errors, -warnings, name


def _heading(text: str, color: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m\n" if color else f"{text}\n"
