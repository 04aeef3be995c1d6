"""动态更新: what was published, revised, put in force, amended, repealed, expired or withdrawn, and its feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sitegen.address import absolute
from sitegen.catalog import Catalog, Update, trail
from sitegen.model import ColumnId, Task, UpdateKind
from sitegen.views.document import history_note
from sitegen.views.frames import Frames
from sitegen.views.pages import Crumb, Feed, FeedEntry, MenuItem, UpdatesPage
from sitegen.views.rows import UPDATE_IDS, page_path, pager, pages, update_row

NAME = "动态更新"
_SIZE = 20
_FEED_SIZE = 50


def tasks(catalog: Catalog) -> Iterator[Task]:
    """The log: all of it, by month, by kind, by column; and an Atom feed for the site and for each column."""
    frames = Frames(catalog)
    by_month: dict[str, list[Update]] = defaultdict(list)
    by_kind: dict[UpdateKind, list[Update]] = defaultdict(list)
    by_column: dict[ColumnId, list[Update]] = {column_id: [] for column_id in catalog.columns}
    for update in catalog.updates:
        by_month[update.day.isoformat()[:7]].append(update)
        by_kind[update.kind].append(update)
        for column_id in _columns(catalog, update):
            by_column[column_id].append(update)
    months = tuple(
        MenuItem(month, f"{month[:4]}年{int(month[5:])}月", f"updates/{month}/index.html", len(rows))
        for month, rows in by_month.items()
    )
    kinds = tuple(
        MenuItem(UPDATE_IDS[kind], kind.value, f"updates/kind/{UPDATE_IDS[kind]}/index.html", len(by_kind[kind]))
        for kind in UpdateKind
        if kind in by_kind
    )
    columns = tuple(
        MenuItem(column.id, column.name, f"updates/column/{column.id}/index.html", len(by_column[column.id]))
        for column in catalog.columns.values()
        if by_column[column.id]
    )
    lists: list[tuple[str, str, str, Sequence[Update]]] = [("updates", NAME, "", catalog.updates)]
    lists += [(f"updates/{item.id}", item.name, item.id, by_month[item.id]) for item in months]
    lists += [
        (f"updates/kind/{UPDATE_IDS[kind]}", kind.value, UPDATE_IDS[kind], rows) for kind, rows in by_kind.items()
    ]
    lists += [(f"updates/column/{item.id}", item.name, item.id, by_column[item.id]) for item in columns]
    for folder, heading, current, rows in lists:
        for number, part in pages(rows, _SIZE):
            path = page_path(folder, number)
            detail = f"第{number}页" if number > 1 else ""
            crumbs: tuple[Crumb, ...] = (Crumb(NAME, "updates/index.html" if current or detail else ""),)
            if current:
                crumbs = (*crumbs, Crumb(heading, page_path(folder, 1) if detail else ""))
            yield Task(
                path,
                "html",
                UpdatesPage(
                    frame=frames.page(
                        path,
                        NAME if not current else f"{NAME}：{heading}",
                        f"{catalog.config.agency}政府信息公开专栏的发布、修改、施行、废止、失效和撤回记录（{heading}）。",
                        (NAME, heading, "政府信息公开"),
                        crumbs=(*crumbs, Crumb(detail)) if detail else crumbs,
                        detail=detail,
                    ),
                    heading=heading,
                    since=history_note(catalog),
                    rows=tuple(update_row(catalog, update) for update in part),
                    pager=pager(number, len(rows), _SIZE, folder),
                    months=months,
                    kinds=kinds,
                    columns=columns,
                    current=current,
                ),
                "updates.html",
            )
    yield _feed(catalog, "updates", NAME, "updates/index.html", catalog.updates)
    for column in catalog.columns.values():
        yield _feed(catalog, column.id, f"{column.name}更新", column.url, by_column[column.id])


def _columns(catalog: Catalog, update: Update) -> tuple[ColumnId, ...]:
    """The columns of the document and those above them."""
    doc, gone = catalog.documents.get(update.id), catalog.withdrawn.get(update.id)
    named = doc.columns if doc else gone.columns if gone else ()
    return tuple(dict.fromkeys(column.id for name in named for column in trail(catalog.columns, name)))


def _feed(catalog: Catalog, folder: str, name: str, page: str, updates: Sequence[Update]) -> Task:
    """An Atom feed (RFC 4287). Ids are tags of the site's own address; times are the days of the updates."""
    site = catalog.config
    base = site.url
    entries = []
    for update in updates[:_FEED_SIZE]:
        row = update_row(catalog, update)
        what = f"（{row.what}）" if row.what else ""
        entries.append(
            FeedEntry(
                id=f"{absolute(row.url, base) or 'urn:sitegen:' + update.id}#{row.kind_id}-{row.day}"
                + (f"-{update.cause}" if update.cause else ""),
                title=f"【{row.kind}】{row.title}",
                url=absolute(row.url, base),
                updated=f"{row.day}T00:00:00+08:00",
                summary=f"{row.column}：{row.kind}{what}，{row.day}",
            )
        )
    newest = updates[0].day.isoformat() if updates else "2008-05-01"  # the Regulation's first day, for an empty feed
    return Task(
        f"{folder}/atom.xml",
        "html",
        Feed(
            id=absolute(f"{folder}/atom.xml", base) or f"urn:sitegen:{folder}",
            title=f"{name}_{site.agency}政府信息公开",
            url=absolute(page, base),
            self_url=absolute(f"{folder}/atom.xml", base),
            updated=f"{newest}T00:00:00+08:00",
            author=site.agency,
            entries=tuple(entries),
        ),
        "feed.xml",
    )
