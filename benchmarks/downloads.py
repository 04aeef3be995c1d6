"""Measure how long Word and PDF files take, and how much memory: a typical document, a long statute, the sample.

Run: python benchmarks/downloads.py [--repeat 20] [--text FILE]

`--text` is the Markdown of a long statute, as 民法典; without it, one of its length is made up. Each form is made in a
process of its own, so that its memory is its own. What happens once a process (loading, fonts) is told apart. No two
texts are the same in any paragraph, since typst keeps what it has set. Memory is what the process came to need more.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from sitegen.fonts import find_fonts, system_folders  # noqa: E402
from sitegen.formats import FORMATS  # noqa: E402 - found only now that the folder is on the path
from sitegen.markdown import parse_body, render_body  # noqa: E402
from sitegen.model import Kit, Link, Task  # noqa: E402
from sitegen.paper import Paper, text_of  # noqa: E402

TARGETS = {"docx": 15.0, "pdf": 60.0}  # milliseconds, of a typical document
_SENTENCE = "市、县人民政府应当加强对本行政区域内科学技术奖励工作的组织领导，{}，依照有关法律、行政法规的规定执行。"
_STATUTE = 117_000  # characters of 民法典


def main() -> None:
    """Print a line for each form and length, then how they compare to what was aimed at and to each other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=20, metavar="N", help="of each, the median counts")
    parser.add_argument("--text", type=Path, help="Markdown of a long statute")
    parser.add_argument("--one", nargs=2, metavar=("FORM", "LENGTH"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        form, length = given.one
        print(json.dumps(measured(form, length, given.repeat, given.text)))
        return
    print("form  document   characters     first    median   per 1000     bytes  peak memory")
    found = {}
    for form in TARGETS:
        for length in ("typical", "statute"):
            options = ["--text", str(given.text)] if given.text else []
            command = [sys.executable, __file__, "--one", form, length, "--repeat", str(given.repeat), *options]
            run = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)
            found[form, length] = run
            each = 1000 * run["median"] / run["characters"]
            print(
                f"{form:5} {length:9} {run['characters']:10,d} {run['first']:6.1f} ms {run['median']:6.1f} ms"
                f" {each:7.2f} ms {run['bytes']:9,d} {run['memory'] / 2**20:8.1f} MB"
            )
    for form, target in TARGETS.items():
        share = found[form, "typical"]["median"] / target
        print(f"{form}: {share:.2f} of the {target:.0f} ms aimed at")
    for length in ("typical", "statute"):
        print(f"pdf to docx, {length}: {found['pdf', length]['median'] / found['docx', length]['median']:.1f} times")


def measured(form: str, length: str, repeat: int, text: Path | None) -> dict[str, float]:
    """Milliseconds of the first file of this process and the median of the next ones; bytes of the file and memory."""
    count = (repeat if length == "typical" else max(1, repeat // 5)) + 1
    papers = [typical(n) if length == "typical" else statute(text, n) for n in range(count)]
    kit = Kit({}, fonts=find_fonts(REPO / "fonts", system_folders(), {}, 0))
    before = _memory()
    times = []
    made = b""
    for paper in papers:
        task = Task(f"a.{form}", form, paper)
        start = perf_counter()
        made = FORMATS[form].produce(task, kit)
        times.append(1000 * (perf_counter() - start))
    return {
        "characters": len("".join(text_of(papers[0]).split())),
        "first": times[0],
        "median": median(times[1:]),
        "bytes": len(made),
        "memory": _memory() - before,
    }


def _memory() -> int:
    """The most that this process has had so far, in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def typical(changed: int) -> Paper:
    """A notice of 2,500 characters with a small table and 落款."""
    parts = ["各县（市、区）人民政府，市政府各部门：", "现将有关事项通知如下，请认真贯彻执行。"]
    for number in "一二三四五六":
        parts.append(f"{number}、明确工作任务")
        for point in "一二三":
            sentences = "".join([_SENTENCE.format(f"做好第{changed}年第{n}项工作") for n in "甲乙"])
            parts += [f"（{point}）落实责任。{sentences}"]
    parts += ["| 序号 | 任务 | 单位 |\n|--|--|--|\n" + "".join(f"| {n} | {changed} | 某局 |\n" for n in range(1, 9))]
    parts += ["附件：1. 任务分工表", "某市科学技术局", "2026年3月4日", "（此件公开发布）"]
    return _paper("某市科学技术局关于做好科学技术奖励工作的通知", "\n\n".join(parts))


def statute(text: Path | None, changed: int) -> Paper:
    """The given text, or one of chapters and articles that is as long as 民法典."""
    if text is not None:
        return _paper(text.stem, re.sub("(?<!。)。", f"{changed}。", text.read_text(encoding="utf-8")))
    parts: list[str] = []
    length = number = 0
    while length < _STATUTE:
        number += 1
        if number % 12 == 1:
            parts.append(f"## 第{number // 12 + 1}章 规定")
        parts.append(f"第{number}条　" + "".join(_SENTENCE.format(f"行使第{changed}类第{n}项权利") for n in "甲乙"))
        length += len(parts[-1])
    return _paper("某法", "\n\n".join(parts))


def _paper(title: str, body: str) -> Paper:
    parsed = parse_body(body, 1).body
    html = render_body(parsed, [Link("") for _ in parsed.references])
    return Paper(title, html, issuers=("某市科学技术局",), doc_no="某科〔2026〕1号", day=date(2026, 3, 4))


if __name__ == "__main__":
    main()
