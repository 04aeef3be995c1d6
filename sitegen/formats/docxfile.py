"""Turn a paper into a Word file. What writes it is loaded only when one is made. Exports `DOCX`."""

from __future__ import annotations

from functools import partial

from sitegen.formats.pictures import read_picture
from sitegen.model import Format, Kit, Task
from sitegen.paper import Paper


def _produce(task: Task, kit: Kit) -> bytes:
    from sitegen.formats.docxwriter import write_word

    paper = task.model
    assert isinstance(paper, Paper)
    return write_word(paper, partial(read_picture, kit))


DOCX = Format("docx", _produce, seconds=5)
