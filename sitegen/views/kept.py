"""What is kept of the files made of a document, so that after an edit they can be made again without the rest.

Exports `Shown`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sitegen.model import Document, Task
from sitegen.views.frames import Chrome


class Shown(NamedTuple):
    """A file made of a document, without the document: it is made of this, the chrome and the document.

    `recipe` is a named tuple that begins with these two; `around` is what follows in it.
    """

    path: str
    format: str
    template: str
    recipe: Callable[..., object]
    around: tuple[object, ...]

    def task(self, chrome: Chrome, doc: Document) -> Task:
        """The file of `doc`, which differs from the document that it was made for in nothing but the body."""
        return Task(self.path, self.format, self.recipe(chrome, doc, *self.around), self.template)
