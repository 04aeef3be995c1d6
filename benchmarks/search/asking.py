"""Put queries to the search engine of a built site, and tell what it gave: under node, or in a page of a browser.

Exports `Asker`, `Told`, `Node`, `Worker`, `ask`, `answer_of`, `search_arguments`, `EngineError`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from benchmarks.search.browsers import BrowserError, Tab
from benchmarks.search.judge import TOP, Answer, Hit, Library, Query

NODE = Path(__file__).parent / "node.mjs"
MORE = 50
"""So many more results are asked for at a time: each may need a file of its own."""


class EngineError(Exception):
    """The engine answered with an error, or not at all."""


class Asker(Protocol):
    """Somebody who can open the engine and ask it."""

    def open(self) -> Told:
        """Begin anew: nothing is kept of earlier searches."""

    def search(self, arguments: dict[str, Any]) -> Told:
        """One search."""


class Told(NamedTuple):
    """What the engine told, how long it took, and what was loaded for it."""

    result: Any
    milliseconds: float
    size: int


def search_arguments(text: str, start: int = 0, full: int = TOP, partial: int = TOP) -> dict[str, Any]:
    """What the engine is asked for."""
    return {
        "q": text,
        "filters": {},
        "sort": "relevance",
        "full": {"from": start, "size": full},
        "partial": {"from": 0, "size": partial},
    }


def ask(asker: Asker, query: Query, library: Library) -> Answer:
    """Search as a reader does; where the query is literal look on in 完全匹配 until all is there that should be."""
    told = asker.search(search_arguments(query.text))
    answer = answer_of(told)
    if not query.is_literal:
        return answer
    wanted = library.holding_all(query.asked)
    full = tuple(hit["url"] for hit in told.result["full"]["hits"])
    while len(full) < answer.full_count and wanted - {library.id_of(url) for url in full}:
        found = asker.search(search_arguments(query.text, len(full), MORE, 0)).result["full"]["hits"]
        if not found:
            break
        full += tuple(hit["url"] for hit in found)
    return replace(answer, full=full)


def answer_of(told: Told) -> Answer:
    """What a reader sees of it."""
    full, partial = told.result["full"], told.result["partial"]
    hits = [*full["hits"], *([] if partial.get("isFolded") else partial["hits"])]
    return Answer(
        shown=tuple(Hit(hit["url"], hit["title"]) for hit in hits[:TOP]),
        full_count=full["count"],
        partial_count=partial["count"],
        milliseconds=told.milliseconds,
        size=told.size,
    )


class Node:
    """The engine under node, which reads the files of the site: quick, and no measure of a browser."""

    def __init__(self, engine: Path, public: Path) -> None:
        program = shutil.which("node")
        if program is None:
            raise EngineError("node is not installed")
        self.process = subprocess.Popen(
            [program, str(NODE), str(engine.resolve()), str(public.resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def open(self) -> Told:
        """Begin anew."""
        return self._call("open", {})

    def search(self, arguments: dict[str, Any]) -> Told:
        """One search."""
        return self._call("search", arguments)

    def _call(self, method: str, *arguments: Any) -> Told:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"method": method, "args": arguments}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise EngineError("node has ended; what it said is above")
        answer = json.loads(line)
        if "error" in answer:
            raise EngineError(f"{method} {json.dumps(arguments, ensure_ascii=False)}: {answer['error']}")
        return Told(answer["result"], answer["ms"], answer["bytes"])


# ---------------------------------------------------------------- in a browser

_START = """async (engine, root) => {
  const worker = new Worker(engine, { type: "module" });
  const waiting = new Map();
  let last = 0;
  worker.onmessage = ({ data: { id, error, result } }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(result);
  };
  const broken = new Promise((_, reject) => { worker.onerror = ({ message }) => reject(new Error(message)); });
  window.askEngine = (method, ...args) => Promise.race([broken, new Promise((resolve, reject) => {
    waiting.set(++last, { resolve, reject });
    worker.postMessage({ id: last, method, args });
  })]);
  await window.askEngine("open", root, {});
}"""
_SEARCH = """async (asked) => {
  const start = performance.now();
  const result = await window.askEngine("search", asked);
  return { result, ms: performance.now() - start };
}"""


class Worker:
    """The engine as a worker of a page that has nothing else to do."""

    def __init__(self, tab: Tab, base: str) -> None:
        self.tab, self.base = tab, base

    def open(self) -> Told:
        """Begin anew."""
        self.tab.open(f"{self.base}404.html")
        self.tab.run(_START, f"{self.base}assets/search-engine.js", self.base)
        return Told(None, 0.0, 0)

    def search(self, arguments: dict[str, Any]) -> Told:
        """One search."""
        try:
            answer = self.tab.run(_SEARCH, arguments)
        except BrowserError as error:
            raise EngineError(str(error)) from error
        return Told(answer["result"], answer["ms"], 0)
