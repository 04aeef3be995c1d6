"""The home page of the column."""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.catalog import Catalog, listed
from sitegen.model import Column, Task, UpdateKind, Validity
from sitegen.views.frames import HOME_NAME, Frames
from sitegen.views.pages import Entry, HomePage
from sitegen.views.rows import row_of, update_row

_ROWS = 5
_UPDATES = 12


def tasks(catalog: Catalog) -> Iterator[Task]:
    """`index.html`."""
    frames = Frames(catalog)
    month = catalog.as_of.isoformat()[:7]
    of_month = [update for update in catalog.updates if update.day.isoformat().startswith(month)]
    # What was published stands in the lists of the page already.
    changes = [update for update in catalog.updates if update.kind is not UpdateKind.PUBLISHED]
    changes_of_month = [update for update in changes if update.day.isoformat().startswith(month)]
    yield Task(
        "index.html",
        "html",
        HomePage(
            frame=frames.page(
                "index.html",
                HOME_NAME,
                f"{catalog.config.agency}依法主动公开政府信息的专栏，集中公开政府信息公开指南、制度、法定主动公开内容和年度报告。",
                (HOME_NAME, "政府信息公开指南", "法定主动公开内容", "政府信息公开年报", catalog.config.agency),
                "首页",
            ),
            intro=catalog.config.intro,
            entries=tuple(_entry(catalog, frames, column) for column in catalog.top if frames.is_shown(column)),
            newest=tuple(row_of(catalog, doc) for doc in list(catalog.documents.values())[:10]),
            updates=tuple(update_row(catalog, update) for update in (changes_of_month or changes)[:_UPDATES]),
            updates_title="本月动态" if changes_of_month else "最近动态",
            total=len(catalog.documents),
            in_force=sum(state.state is Validity.EFFECTIVE for state in catalog.validity.values()),
            this_month=sum(update.kind is UpdateKind.PUBLISHED for update in of_month),
            as_of=catalog.as_of.isoformat(),
        ),
        "home.html",
    )


def _entry(catalog: Catalog, frames: Frames, column: Column) -> Entry:
    item = frames.menu_item(column)
    return Entry(
        id=column.id,
        name=column.name,
        url=column.url,
        description=column.description,
        count=item.count,
        rows=tuple(row_of(catalog, doc) for doc in listed(catalog, column.id)[:_ROWS]),
        children=item.children,
    )
