"""Measure how long the formats take for the pages of a content folder, this repository's sample by default.

Run: python benchmarks/render.py [content] [theme]
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from statistics import mean, median
from time import process_time

from sitegen.catalog import build_catalog
from sitegen.formats import FORMATS, asset_tasks, compile_templates
from sitegen.load import load_tree
from sitegen.model import History, Kit, Task
from sitegen.views import VIEWS, plan

REPO = Path(__file__).parent.parent
DAY = datetime(2026, 11, 22)


def main() -> None:
    """Print the CPU time of what happens once a process, then of each kind of page: cold, and when all is warm."""
    content, theme = (*sys.argv[1:], *(str(REPO / "content"), "")[len(sys.argv) - 1 :])
    tree = load_tree(Path(content), REPO / "themes", DAY, label="content", theme=theme, keep_going=True)
    catalog, _ = build_catalog(tree, History(), DAY.date())
    tasks = [*plan(catalog, VIEWS), *asset_tasks(tree.kit)]

    start = process_time()
    kit = replace(tree.kit, compiled=compile_templates(tree.kit))
    print(f"load Jinja, compile {len(kit.compiled)} templates: {1000 * (process_time() - start):.1f} ms")
    used = sorted({(task.format, task.template) for task in tasks})
    start = process_time()
    for name, template in used:
        FORMATS[name].fingerprint(template, kit)
    print(f"{len(used)} fingerprints: {1000 * (process_time() - start):.1f} ms")

    cold, warm = times(tasks, kit), times(tasks, kit)
    print(f"{len(tasks)} files: cold {sum(map(sum, cold.values())) / 1000:.2f} s, ", end="")
    print(f"warm {sum(map(sum, warm.values())) / 1000:.2f} s\n")
    print("kind               files   cold   warm  median ms")
    for kind in sorted(warm):
        print(
            f"{kind:18} {len(warm[kind]):5} {mean(cold[kind]):6.3f} {mean(warm[kind]):6.3f} {median(warm[kind]):7.3f}"
        )


def times(tasks: list[Task], kit: Kit) -> dict[str, list[float]]:
    """Milliseconds of each task, by template."""
    found = defaultdict(list)
    for task in tasks:
        start = process_time()
        FORMATS[task.format].produce(task, kit)
        found[task.template or task.format].append(1000 * (process_time() - start))
    return found


if __name__ == "__main__":
    main()
