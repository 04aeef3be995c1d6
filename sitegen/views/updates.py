"""动态更新: what was published, revised, put in force, amended, repealed, expired or withdrawn, and its feeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from sitegen.address import absolute
from sitegen.catalog import Catalog, trail
from sitegen.model import Body, ColumnId, Task, UpdateKind
from sitegen.views.document import history_note
from sitegen.views.frames import Chrome, Event, desk
from sitegen.views.pages import Crumb, Feed, FeedEntry, Menu, MenuItem, UpdatesPage
from sitegen.views.rows import UPDATE_IDS, page_path, pager, pages, update_row

NAME = "动态更新"
_SIZE = 20
_FEED_SIZE = 50


class _Ways(NamedTuple):
    """The ways through the log, on each of its pages."""

    months: Menu
    kinds: Menu
    columns: Menu


class UpdatesRecipe(NamedTuple):
    """One page of one list of the log."""

    chrome: Chrome
    folder: str
    heading: str
    current: str
    number: int
    events: tuple[Event, ...]
    total: int
    ways: _Ways
    since: str

    def make(self, bodies: Mapping[str, Body]) -> UpdatesPage:
        """What the page shows."""
        del bodies
        chrome, heading, current, number = self.chrome, self.heading, self.current, self.number
        path = page_path(self.folder, number)
        detail = f"第{number}页" if number > 1 else ""
        crumbs: tuple[Crumb, ...] = (Crumb(NAME, "updates/index.html" if current or detail else ""),)
        if current:
            crumbs = (*crumbs, Crumb(heading, page_path(self.folder, 1) if detail else ""))
        return UpdatesPage(
            frame=chrome.page(
                path,
                NAME if not current else f"{NAME}：{heading}",
                f"{chrome.config.agency}政府信息公开专栏的发布、修改、施行、废止、失效和撤回记录（{heading}）。",
                (NAME, heading, "政府信息公开"),
                crumbs=(*crumbs, Crumb(detail)) if detail else crumbs,
                detail=detail,
            ),
            heading=heading,
            since=self.since,
            rows=tuple([update_row(chrome, event) for event in self.events]),
            pager=pager(number, self.total, _SIZE, self.folder),
            months=self.ways.months,
            kinds=self.ways.kinds,
            columns=self.ways.columns,
            current=current,
        )


class FeedRecipe(NamedTuple):
    """An Atom feed (RFC 4287). Ids are tags of the site's own address; times are the days of the updates."""

    chrome: Chrome
    folder: str
    name: str
    page: str
    events: tuple[Event, ...]

    def make(self, bodies: Mapping[str, Body]) -> Feed:
        """What the feed says."""
        del bodies
        site = self.chrome.config
        base = site.url
        entries = []
        for event in self.events:
            row, update = update_row(self.chrome, event), event.update
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
        # the Regulation's first day, for an empty feed
        newest = self.events[0].update.day.isoformat() if self.events else "2008-05-01"
        return Feed(
            id=absolute(f"{self.folder}/atom.xml", base) or f"urn:sitegen:{self.folder}",
            title=f"{self.name}_{site.agency}政府信息公开",
            url=absolute(self.page, base),
            self_url=absolute(f"{self.folder}/atom.xml", base),
            updated=f"{newest}T00:00:00+08:00",
            author=site.agency,
            entries=tuple(entries),
        )


def tasks(catalog: Catalog) -> Iterator[Task]:
    """The log: all of it, by month, by kind, by column; and an Atom feed for the site and for each column."""
    shared = desk(catalog)
    by_month: dict[str, list[Event]] = defaultdict(list)
    by_kind: dict[UpdateKind, list[Event]] = defaultdict(list)
    by_column: dict[ColumnId, list[Event]] = {column_id: [] for column_id in catalog.columns}
    above: dict[tuple[ColumnId, ...], tuple[ColumnId, ...]] = {}  # what the columns of a document are below
    for event in shared.events:
        update = event.update
        by_month[f"{update.day.year:04}-{update.day.month:02}"].append(event)
        by_kind[update.kind].append(event)
        doc = catalog.documents.get(update.id)
        named = doc.columns if doc else event.gone.columns if event.gone else ()
        if named not in above:
            above[named] = tuple(dict.fromkeys(c.id for name in named for c in trail(catalog.columns, name)))
        for column_id in above[named]:
            by_column[column_id].append(event)
    ways = _ways(catalog, by_month, by_kind, by_column)
    lists: list[tuple[str, str, str, Sequence[Event]]] = [("updates", NAME, "", shared.events)]
    lists += [(f"updates/{item.id}", item.name, item.id, by_month[item.id]) for item in ways.months]
    lists += [
        (f"updates/kind/{UPDATE_IDS[kind]}", kind.value, UPDATE_IDS[kind], rows) for kind, rows in by_kind.items()
    ]
    lists += [(f"updates/column/{item.id}", item.name, item.id, by_column[item.id]) for item in ways.columns]
    since = history_note(catalog)
    for folder, heading, current, rows in lists:
        for number, part in pages(rows, _SIZE):
            recipe = UpdatesRecipe(shared.chrome, folder, heading, current, number, tuple(part), len(rows), ways, since)
            yield Task(page_path(folder, number), "html", recipe, "updates.html")
    feeds = [("updates", NAME, "updates/index.html", shared.events)]
    feeds += [
        (column.id, f"{column.name}更新", column.url, by_column[column.id]) for column in catalog.columns.values()
    ]
    for folder, name, page, rows in feeds:
        feed = FeedRecipe(shared.chrome, folder, name, page, tuple(rows[:_FEED_SIZE]))
        yield Task(f"{folder}/atom.xml", "html", feed, "feed.xml")


def _ways(
    catalog: Catalog,
    by_month: Mapping[str, Sequence[Event]],
    by_kind: Mapping[UpdateKind, Sequence[Event]],
    by_column: Mapping[ColumnId, Sequence[Event]],
) -> _Ways:
    return _Ways(
        Menu(
            MenuItem(month, f"{month[:4]}年{int(month[5:])}月", f"updates/{month}/index.html", len(rows))
            for month, rows in by_month.items()
        ),
        Menu(
            MenuItem(UPDATE_IDS[kind], kind.value, f"updates/kind/{UPDATE_IDS[kind]}/index.html", len(by_kind[kind]))
            for kind in UpdateKind
            if kind in by_kind
        ),
        Menu(
            MenuItem(column.id, column.name, f"updates/column/{column.id}/index.html", len(by_column[column.id]))
            for column in catalog.columns.values()
            if by_column[column.id]
        ),
    )
