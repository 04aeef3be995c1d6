"""Turn a catalog into tasks: one for every file of the site. Pure.

Exports `VIEWS`, `View`, `plan`, `tasks_of`, `search_sources`, `record_of`, `search_key`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from sitegen.catalog import Catalog
from sitegen.diagnostics import SitegenError
from sitegen.model import DocId, Task
from sitegen.views import (
    catalogue,
    column,
    compare,
    document,
    downloads,
    home,
    library,
    notices,
    redirects,
    search,
    updates,
)
from sitegen.views.frames import move_desk
from sitegen.views.search import record_of, search_key, search_sources

__all__ = ["VIEWS", "View", "move_desk", "plan", "record_of", "search_key", "search_sources", "tasks_of"]

View = Callable[[Catalog], Iterator[Task]]

VIEWS: tuple[View, ...] = (
    home.tasks,
    column.tasks,
    document.tasks,
    downloads.tasks,
    compare.tasks,
    library.tasks,
    redirects.tasks,
    catalogue.tasks,
    updates.tasks,
    search.tasks,
    notices.tasks,
)


def plan(catalog: Catalog, views: Sequence[View] = VIEWS) -> Iterator[Task]:
    """All tasks, one after the other. Raises `SitegenError` when two want to write one path, or one outside the site.

    What a path collides with may come later, so the last task can raise what concerns the first.
    """
    paths: dict[str, str] = {}  # as they are, by how a careless file system sees them
    folders: set[str] = set()
    for view in views:
        for task in view(catalog):
            path = task.path
            folder = path.rpartition("/")[0]
            if folder not in folders or "\\" in path:
                parts = path.split("/")
                if (
                    not {"", ".", ".."}.isdisjoint(parts)
                    or "\\" in path
                    or path.startswith(("pagefind/", "search/data/", "assets/"))
                ):
                    raise SitegenError(f"地址“{path}”不能用，请改稿件里的旧地址（old_urls）或附件名。")
                while folder and folder not in folders:
                    folders.add(folder)
                    folder = folder.rpartition("/")[0]
            if paths.setdefault(path.casefold(), path) is not path:
                raise SitegenError(f"两个页面要用同一个地址“{path}”，请检查旧地址（old_urls）和稿件编号。")
            yield task
    taken = folders.intersection(paths.values())
    for above in sorted(taken):
        inside = min(path for path in paths.values() if path.startswith(f"{above}/"))
        raise SitegenError(f"“{above}”已是一个文件，不能又是“{inside}”的文件夹，请改旧地址（old_urls）。")


def tasks_of(catalog: Catalog, ids: Collection[DocId]) -> Iterator[Task]:
    """The tasks that read the bodies of these documents: their pages, and those of columns that show one of them."""
    yield from document.tasks_of(catalog, [catalog.documents[doc_id] for doc_id in sorted(ids)])
    yield from downloads.tasks_of(catalog, sorted(ids))
    for entry in catalog.columns.values():
        task = column.single_task(catalog, entry)
        if task and isinstance(task.model, document.DocumentRecipe) and task.model.doc.id in ids:
            yield task
    yield from compare.tasks_of(catalog, ids)
    yield from library.tasks_of(catalog, ids)
