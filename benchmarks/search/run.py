"""Judge the search of a site: what it finds, what it misses, what it loads, and how long that takes.

Run: python benchmarks/search/run.py [--node | --browser chromium,firefox] [--size 320] [--half tuning] [--misses]

Exports `table`, `misses`, `verdicts_of`.
"""

from __future__ import annotations

import argparse
import gzip
import json
import pickle
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any
from urllib.parse import quote, unquote

REPO = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.search.asking import Asker, EngineError, Node, Worker, answer_of, ask, search_arguments  # noqa: E402
from benchmarks.search.browsers import BROWSERS, ENTER, Browser, BrowserError  # noqa: E402
from benchmarks.search.judge import Answer, Figures, Library, Query, Verdict, figures, judge, percentile  # noqa: E402
from benchmarks.search.queries import HANDMADE, KINDS, make_queries  # noqa: E402
from benchmarks.search.serving import Served, serve, serve_by_nginx  # noqa: E402
from benchmarks.search.sites import NoCorpusError, Site, add_site_options, make_site  # noqa: E402

ASSETS = REPO / "themes/standard/assets"
HALVES = ("tuning", "held-back")

# ---------------------------------------------------------------- asking


def queries_of(site: Site, seed: int, each: int) -> tuple[Query, ...]:
    """The queries for a site; those of the last run where neither the site nor the way to make them has changed."""
    sources = [Path(__file__).with_name(name) for name in ("judge.py", "queries.py")]
    state = blake2b(b"".join(path.read_bytes() for path in (*sources, HANDMADE, site.folder / "facts.pickle")))
    kept = site.folder / f"queries-{seed}-{each}-{state.hexdigest()[:16]}.pickle"
    if not kept.exists():
        for old in site.folder.glob(f"queries-{seed}-{each}-*.pickle"):
            old.unlink()
        kept.write_bytes(pickle.dumps(make_queries(site.library, seed, each)))
    found: tuple[Query, ...] = pickle.loads(kept.read_bytes())
    return found


def verdicts_of(asker: Asker, queries: Sequence[Query], library: Library) -> list[Verdict]:
    """Ask them all, one after another, as in one visit; a search that fails has found nothing."""
    asker.open()
    found = []
    for query in queries:
        try:
            answer = ask(asker, query, library)
        except EngineError as error:
            answer = Answer((), full=(), failure=str(error))
        found.append(judge(query, answer, library))
    return found


def first_searches(asker: Asker, queries: Sequence[Query]) -> list[tuple[float, int]]:
    """Milliseconds and bytes of searches each of which is the first of a visit, after the fixed files."""
    found = []
    for query in queries:
        asker.open()
        answer = answer_of(asker.search(search_arguments(query.text)))
        found.append((answer.milliseconds, answer.size))
    return found


def asked_again(asker: Asker, queries: Sequence[Query]) -> list[float]:
    """Milliseconds of searches whose files were loaded just before; another search lies between the two."""
    found = []
    for query, other in zip(queries, [*queries[1:], *queries[:1]], strict=True):
        for text in (query.text, other.text):
            asker.search(search_arguments(text))
        found.append(asker.search(search_arguments(query.text)).milliseconds)
    return found


def sample(queries: Sequence[Query], count: int, seed: int) -> list[Query]:
    """Some of every kind that has answers, in turn."""
    by_kind: dict[str, list[Query]] = {}
    for query in queries:
        if query.right:
            by_kind.setdefault(query.kind, []).append(query)
    random = Random(f"{seed}/first")
    rows = [random.sample(kind, len(kind)) for kind in by_kind.values()]
    turns = (row[turn] for turn in range(max(map(len, rows), default=0)) for row in rows if turn < len(row))
    return [query for query, _ in zip(turns, range(count), strict=False)]


# ---------------------------------------------------------------- what visitors wait for, and load

_WATCH = """() => {
  window.hitsShown = () => new Promise((resolve) => {
    const look = () => {
      if (!document.querySelector("ol.hits li:not([data-seen]) a")) return;
      observer.disconnect();
      resolve(performance.now());
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
    setTimeout(() => { observer.disconnect(); resolve(null); }, 10000);
    look();
  });
  window.firstHits = window.hitsShown();
  addEventListener("keydown", ({ key }) => { if (key === "Enter") window.pressed = performance.now(); }, true);
}"""
_FIRST = "() => window.firstHits"
_FOCUS = """() => document.querySelector("form[data-search] [name=q]").focus()"""
_TYPED = """async () => {
  const at = await window.firstHits;
  return at === null ? null : Math.max(0, at - window.pressed);
}"""
_NEXT = """async (text) => {
  for (const one of document.querySelectorAll("ol.hits li")) one.dataset.seen = "";
  const field = document.querySelector("form[data-search] [name=q]");
  field.value = text;
  const start = performance.now();
  field.form.requestSubmit();
  const at = await window.hitsShown();
  return at === null ? null : at - start;
}"""
_LOADED_FOR_SEARCH = (".js", ".mjs", ".wasm", ".json", ".bin")


@dataclass
class Visits:
    """Milliseconds until the first results stand in the page, and what was loaded until then."""

    address: list[float] = field(default_factory=list)  # a fresh visitor follows a link to the results
    typed: list[float] = field(default_factory=list)  # a fresh visitor types, from Enter on
    next: list[float] = field(default_factory=list)  # the page is open, and searched before
    loaded: list[dict[str, int]] = field(default_factory=list)  # bytes by path, of each fresh visit
    late: list[str] = field(default_factory=list)  # queries without results in ten seconds

    @property
    def fixed(self) -> frozenset[str]:
        """What every visit loads for its search, whatever it searches for."""
        paths = [frozenset(path for path in one if path.endswith(_LOADED_FOR_SEARCH)) for one in self.loaded]
        return frozenset.intersection(*paths) if paths else frozenset()

    @property
    def sizes(self) -> list[float]:
        """Kilobytes of each search besides."""
        fixed = self.fixed
        return [
            sum(size for path, size in one.items() if path.endswith(_LOADED_FOR_SEARCH) and path not in fixed) / 1000
            for one in self.loaded
        ]


def visit(browser: Browser, served: Served, queries: Sequence[Query], more: Sequence[Query]) -> Visits:
    """Every query by a fresh visitor, in turn by its address and with the keyboard; then more of them in one visit."""
    found = Visits()
    page = f"{served.base}search/index.html"

    def note(times: list[float], taken: float | None, query: Query) -> None:
        if taken is None:
            found.late.append(query.text)
        else:
            times.append(taken)

    for turn, query in enumerate(queries):
        served.read()
        tab = browser.visit()
        tab.prepare(_WATCH)
        if turn % 2:
            tab.open(f"{page}?q={quote(query.text)}")
            note(found.address, tab.run(_FIRST), query)
        else:
            tab.open(page)
            tab.run(_FOCUS)
            tab.press(query.text.replace("\n", " ") + ENTER)
            note(found.typed, tab.run(_TYPED), query)
        found.loaded.append({sent.path: sent.size for sent in served.read()})
        tab.close()
    tab = browser.visit()
    tab.prepare(_WATCH)
    tab.open(f"{page}?q={quote('办法')}")
    tab.run(_FIRST)
    for query in more:
        note(found.next, tab.run(_NEXT, query.text), query)
    tab.close()
    return found


def fixed_size(public: Path, paths: Iterable[str]) -> tuple[int, int]:
    """Bytes of the fixed files: as they are, and with the texts compressed, as a server may send them."""
    files = [(path, (public / path).read_bytes()) for path in paths]
    packed = (len(data) if path.endswith((".bin", ".wasm")) else len(gzip.compress(data, 6)) for path, data in files)
    return sum(len(data) for _, data in files), sum(packed)


# ---------------------------------------------------------------- telling


def table(verdicts: Sequence[Verdict], halves: Sequence[str] = HALVES) -> str:
    """A line for each kind, one for each half, and one in which every kind counts alike."""
    lines = [f"{'kind':19}{'n':>5}{'r@1':>8}{'r@10':>8}{'MRR':>8}{'zero':>8}{'noise':>8}{'literal':>9}"]
    kinds = {kind: figures([v for v in verdicts if v.query.kind == kind]) for kind in KINDS}
    kinds = {kind: found for kind, found in kinds.items() if found.queries}
    lines += [_line(kind, found) for kind, found in kinds.items()]
    for half in halves:
        lines.append(_line(half, figures([v for v in verdicts if v.query.half == half])))
    lines.append(_line("all", figures(verdicts)))
    lines.append(_line("all, kinds alike", _alike(list(kinds.values()))))
    return "\n".join(lines)


def _line(name: str, found: Figures) -> str:
    def number(value: float | None, digits: int = 3) -> str:
        return "–" if value is None else f"{value:.{digits}f}"

    return (
        f"{name:19}{found.queries:5}{number(found.recall_1):>8}{number(found.recall_10):>8}{number(found.mrr):>8}"
        f"{number(found.zero):>8}{number(found.noise, 2):>8}{number(found.literal, 4):>9}"
    )


def _alike(rows: Sequence[Figures]) -> Figures:
    def mean(name: str) -> float | None:
        values = [value for row in rows if (value := getattr(row, name)) is not None]
        return sum(values) / len(values) if values else None

    names = ("recall_1", "recall_10", "mrr", "zero", "noise", "literal")
    return Figures(sum(row.queries for row in rows), **{name: mean(name) for name in names})


def misses(verdicts: Sequence[Verdict], library: Library) -> str:
    """What was not found first, or not at all, or with much that nobody asked for; and what was found instead."""
    lines = []
    for verdict in verdicts:
        query, answer = verdict.query, verdict.answer
        is_found = not query.right or (verdict.rank == 1 and verdict.recall == 1)
        if is_found and verdict.noise < 3 and verdict.literal in (None, 1):
            continue
        said = [f"rank {verdict.rank or '–'}", f"r@10 {verdict.recall:.2f}", f"noise {verdict.noise}"]
        if verdict.literal is not None:
            said.append(f"literal {verdict.literal:.2f}")
        said.append(f"{answer.full_count} full, {answer.partial_count} partial")
        lines.append(f"[{query.kind}] {query.text!r}  {query.note}  ({', '.join(said)})")
        wanted = sorted(library.docs[doc].title for doc in query.right)[:3]
        if query.right and not is_found:
            lines.append(f"    wanted ({len(query.right)}): {'｜'.join(wanted)} {query.anchor}")
        if verdict.missing:
            missing = [library.docs[doc].title for doc in verdict.missing[:3]]
            lines.append(f"    not in 完全匹配 ({len(verdict.missing)}): {'｜'.join(missing)}")
        for place, hit in enumerate(answer.shown[:3], 1):
            lines.append(f"    {place}. {hit.title}  #{unquote(hit.url.partition('#')[2])}")
    return "\n".join(lines)


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# ---------------------------------------------------------------- the program


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options, with lists split."""
    parser = argparse.ArgumentParser(description="Judge the search of a site of real documents.")
    add_site_options(parser)
    add = parser.add_argument
    add("--size", type=int, default=320, help="documents of the site")
    add("--node", action="store_true", help="the engine of the theme under node, without a browser: for trying out")
    add("--browser", default="chromium,firefox", help="which browsers, separated by commas")
    add("--chromium", type=Path, help="the program; default: chromium of the PATH")
    add("--firefox", type=Path, help="the program; default: firefox-esr or firefox of the PATH")
    add("--server", choices=("ours", "nginx"), default="ours", help="who serves the site")
    add("--kinds", default="", help=f"of {', '.join(KINDS)}")
    add("--half", choices=(*HALVES, "both"), default="both", help="which half of the queries")
    add("--each", type=int, default=24, help="queries of each kind that is made")
    add("--sample", type=int, default=50, help="searches of which each is the first of a visit")
    add("--misses", action="store_true", help="list what was missed; of the tuning half unless told otherwise")
    add("--engine", type=Path, default=ASSETS / "search-engine.js", help="the script, for --node")
    add("--json", type=Path, metavar="FILE", help="write all figures and verdicts down")
    options = parser.parse_args(arguments)
    options.kinds = [kind for kind in options.kinds.split(",") if kind]
    options.browser = options.browser.split(",")
    for given, known in ((options.kinds, KINDS), (options.browser, BROWSERS)):
        if unknown := sorted(set(given) - set(known)):
            parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    return options


def main() -> None:
    """Judge, and print."""
    options = read_options()
    try:
        site = make_site(options.size, options.corpus, options.into, options.seed, _tell, is_anew=options.build)
    except NoCorpusError as error:
        sys.exit(str(error))
    start = perf_counter()
    queries = [
        query
        for query in queries_of(site, options.seed, options.each)
        if (not options.kinds or query.kind in options.kinds) and options.half in (query.half, "both")
    ]
    _tell(f"{len(queries)} queries over {len(site.library.docs)} documents ({perf_counter() - start:.1f} s)")
    results = {}
    for name in ["node"] if options.node else options.browser:
        print(f"\n{name}, {len(site.library.docs)} documents", flush=True)
        judged_by = run_node if name == "node" else run_browser
        try:
            results[name] = judged_by(options, site, queries, name)
        except (BrowserError, EngineError) as error:
            sys.exit(f"{name}: {error}")
    if options.json:
        options.json.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def run_node(options: argparse.Namespace, site: Site, queries: Sequence[Query], _: str) -> dict[str, Any]:
    """Judge the engine under node."""
    with Node(options.engine, site.public) as asker:
        verdicts = verdicts_of(asker, queries, site.library)
        first = first_searches(asker, sample(queries, options.sample, options.seed))
    told = report(options, site, verdicts)
    times = [verdict.answer.milliseconds for verdict in verdicts]
    sizes = [size / 1000 for _, size in first]
    print(_spread("first of a visit, KB", sizes))
    print(_spread("under node, ms", times))
    return told | {"kilobytes": sizes, "milliseconds": times}


def run_browser(options: argparse.Namespace, site: Site, queries: Sequence[Query], name: str) -> dict[str, Any]:
    """Judge the search in a browser: the engine by what it answers, the page by what a visitor waits for and loads."""
    served_by = serve_by_nginx if options.server == "nginx" else serve
    with served_by(site.public) as served, BROWSERS[name](getattr(options, name)) as browser:
        print(browser.version)
        tab = browser.visit()
        asker = Worker(tab, served.base)
        verdicts = verdicts_of(asker, queries, site.library)
        again = asked_again(asker, sample(queries, 200, options.seed + 2))
        tab.close()
        told = report(options, site, verdicts)
        found = [verdict.query for verdict in verdicts if verdict.answer.shown]
        firsts, more = sample(found, options.sample, options.seed), sample(found, 200, options.seed + 1)
        visits = visit(browser, served, firsts, more)
    raw, packed = fixed_size(site.public, visits.fixed)
    print(f"fixed: {raw / 1000:.1f} KB, {packed / 1000:.1f} KB compressed: {', '.join(sorted(visits.fixed))}")
    sent = sum(size for path, size in visits.loaded[0].items() if path in visits.fixed) if visits.loaded else 0
    print(f"fixed, as {options.server} sends it: {sent / 1000:.1f} KB")
    print(_spread("per search, KB", visits.sizes))
    times = {
        "engine, ms": [verdict.answer.milliseconds for verdict in verdicts],
        "engine, asked again, ms": again,
        "page, next search, ms": visits.next,
        "page, first search, from Enter, ms": visits.typed,
        "page, first search, from the link, ms": visits.address,
    }
    for what, values in times.items():
        print(_spread(what, values))
    if visits.late:
        print(f"no results in ten seconds: {'; '.join(visits.late)}")
    return told | {"version": browser.version, "fixed": [raw, packed], "kilobytes": visits.sizes, "milliseconds": times}


def _spread(what: str, values: Sequence[float]) -> str:
    return f"{what}: {percentile(values, 0.5):.1f} median, {percentile(values, 0.95):.1f} p95 of {len(values)}"


def report(options: argparse.Namespace, site: Site, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Print the table, and what was missed if that is wanted; the figures for the file."""
    halves = HALVES if options.half == "both" else ()
    print(table(verdicts, halves))
    for verdict in verdicts:
        if verdict.answer.failure:
            print(f"failed: [{verdict.query.kind}] {verdict.query.text!r}: {verdict.answer.failure}")
    if options.misses:
        shown = [v for v in verdicts if options.half != "both" or v.query.half == "tuning"]
        print(misses(shown, site.library))
    kinds = dict.fromkeys(verdict.query.kind for verdict in verdicts)
    return {
        "all": asdict(figures(verdicts)),
        "halves": {half: asdict(figures([v for v in verdicts if v.query.half == half])) for half in halves},
        "kinds": {kind: asdict(figures([v for v in verdicts if v.query.kind == kind])) for kind in kinds},
        "verdicts": [
            {"kind": v.query.kind, "half": v.query.half, "query": v.query.text, "rank": v.rank, "recall": v.recall,
             "noise": v.noise, "literal": v.literal, "shown": [hit.url for hit in v.answer.shown]}
            for v in verdicts
        ],
    }  # fmt: skip


if __name__ == "__main__":
    main()
