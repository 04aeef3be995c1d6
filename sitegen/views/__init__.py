"""Turn a catalog into tasks: one for every file of the site. Pure.

Exports `VIEWS`, `View`, `plan`, `search_records`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sitegen.catalog import Catalog
from sitegen.diagnostics import SitegenError
from sitegen.model import Task
from sitegen.views import catalogue, column, document, home, notices, redirects, search, updates
from sitegen.views.search import search_records

__all__ = ["VIEWS", "View", "plan", "search_records"]

View = Callable[[Catalog], Iterator[Task]]

VIEWS: tuple[View, ...] = (
    home.tasks,
    column.tasks,
    document.tasks,
    redirects.tasks,
    catalogue.tasks,
    updates.tasks,
    search.tasks,
    notices.tasks,
)


def plan(catalog: Catalog, views: Sequence[View] = VIEWS) -> tuple[Task, ...]:
    """All tasks, by path. Raises `SitegenError` when two want to write one path, or one outside the site."""
    tasks: dict[str, Task] = {}
    folded: dict[str, str] = {}
    for view in views:
        for task in view(catalog):
            parts = task.path.split("/")
            if (
                "" in parts
                or "." in parts
                or ".." in parts
                or "\\" in task.path
                or task.path.startswith(("pagefind/", "search/data/", "assets/"))
            ):
                raise SitegenError(f"地址“{task.path}”不能用，请改稿件里的旧地址（old_urls）或附件名。")
            other = folded.setdefault(task.path.casefold(), task.path)
            if other in tasks:
                raise SitegenError(f"两个页面要用同一个地址“{task.path}”，请检查旧地址（old_urls）和稿件编号。")
            tasks[task.path] = task
    for task in tasks.values():
        above = task.path.rpartition("/")[0]
        while above:
            if above in tasks:
                raise SitegenError(f"“{above}”已是一个文件，不能又是“{task.path}”的文件夹，请改旧地址（old_urls）。")
            above = above.rpartition("/")[0]
    return tuple(tasks[path] for path in sorted(tasks))
