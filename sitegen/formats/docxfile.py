"""Turn a paper into a Word file. What writes it is loaded only when one is made. Exports `DOCX`."""

from __future__ import annotations

from pathlib import Path

from sitegen.diagnostics import SitegenError
from sitegen.model import Format, Kit, Task
from sitegen.paper import Paper


def _produce(task: Task, kit: Kit) -> bytes:
    from sitegen.formats.docxwriter import write_word

    paper = task.model
    assert isinstance(paper, Paper)

    def read(digest: str) -> bytes:
        path = kit.sources[digest]
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise SitegenError(f"读不到图片 {path}：{error.strerror}。请检查后重新构建。") from error

    return write_word(paper, read)


DOCX = Format("docx", _produce, seconds=5)
