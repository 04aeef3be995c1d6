"""What is kept of the files made of a document, so that after an edit they can be made again without the rest.

Exports `Shown`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sitegen.model import Document, Task
from sitegen.views.frames import Chrome


class Shown(NamedTuple):
    """A file made of a document, without the document and the chrome: its recipe has these in `doc` and `chrome`."""

    task: Task

    @classmethod
    def of(cls, task: Task) -> Shown:
        """What is kept of a task whose model is the recipe of one document."""
        recipe: Any = task.model
        return cls(task._replace(model=_with(recipe, None, None)))

    def of_edited(self, chrome: Chrome, doc: Document) -> Task:
        """The file of `doc`, which differs from the document that it was made for in nothing but the body."""
        return self.task._replace(model=_with(self.task.model, chrome, doc))


def _with(recipe: Any, chrome: Chrome | None, doc: Document | None) -> object:
    """The recipe with these, as far as it has them."""
    given = {"chrome": chrome, "doc": doc}
    return recipe._replace(**{name: value for name, value in given.items() if name in recipe._fields})
