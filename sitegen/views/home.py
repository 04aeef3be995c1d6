"""The home page of the column."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sitegen.catalog import Catalog
from sitegen.model import Column, Task, UpdateKind, Validity
from sitegen.views.frames import HOME_NAME, Desk, desk
from sitegen.views.pages import Entry, HomePage
from sitegen.views.rows import row_of, update_row

_ROWS = 5
_UPDATES = 12


def tasks(catalog: Catalog) -> Iterator[Task]:
    """`index.html`."""
    shared = desk(catalog)
    chrome, events = shared.chrome, shared.events
    entries = catalog.entries
    year, month = catalog.as_of.year, catalog.as_of.month
    of_month = [event for event in events if event.update.day.month == month and event.update.day.year == year]
    # What was published stands in the lists of the page already.
    changes = [event for event in events if event.update.kind is not UpdateKind.PUBLISHED]
    changes_of_month = [event for event in of_month if event.update.kind is not UpdateKind.PUBLISHED]
    yield Task(
        "index.html",
        "html",
        HomePage(
            frame=chrome.page(
                "index.html",
                HOME_NAME,
                f"{catalog.config.agency}依法主动公开政府信息的专栏，集中公开政府信息公开指南、制度、法定主动公开内容和年度报告。",
                (HOME_NAME, "政府信息公开指南", "法定主动公开内容", "政府信息公开年报", catalog.config.agency),
                "首页",
            ),
            intro=catalog.config.intro,
            entries=tuple(_entry(shared, column) for column in catalog.top if shared.is_shown(column)),
            newest=tuple(row_of(shared.items[doc_id]) for doc_id in islice(entries, 10)),
            updates=tuple(update_row(chrome, event) for event in (changes_of_month or changes)[:_UPDATES]),
            updates_title="本月动态" if changes_of_month else "最近动态",
            total=len(entries),
            in_force=sum(
                state.state is Validity.EFFECTIVE for doc_id, state in catalog.validity.items() if doc_id in entries
            ),
            this_month=sum(event.update.kind is UpdateKind.PUBLISHED for event in of_month),
            as_of=catalog.as_of.isoformat(),
        ),
        "home.html",
    )


def _entry(shared: Desk, column: Column) -> Entry:
    item = shared.menu_item(column)
    return Entry(
        id=column.id,
        name=column.name,
        url=column.url,
        description=column.description,
        count=item.count,
        rows=tuple(row_of(shared.items[doc_id]) for doc_id in shared.contents[column.id][:_ROWS]),
        children=item.children,
    )
