"""Make sites to search in: a sample of real documents, and as many more as wanted, put together from their sentences.

Run: python benchmarks/search/sites.py --sizes 320,3000,10000 --corpus FOLDER --into FOLDER [--seed 0]

Quality is judged by the real documents, which are in every size; the others only make the index large. A folder of
documents with a `manifest.csv` is read by the importer of this project; nothing of it is kept in this repository.

Exports `make_site`, `Site`, `NoCorpusError`.
"""

from __future__ import annotations

import argparse
import csv
import os
import pickle
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter

import yaml

REPO = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(REPO))

from benchmarks.search.judge import Doc, Library, fold  # noqa: E402 - found only now that the folder is on the path
from benchmarks.search.queries import core, handmade  # noqa: E402

AS_OF = date(2026, 11, 22)
REAL = 320
"""Real documents that may be found, in a site of any size."""
MEDIAN_LENGTH = 2500
_MADE = "hc-"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_PLACES = _words("""
    云溪区 青禾县 临川镇 白鹭洲街道 长亭市 石桥县 南浦区 松岭县 沙坪镇 月湖区 东阁市 柳河县 望江街道 金湾区 北塘县
""")
_OFFICES = _words("""
    人民政府 人民政府办公室 教育局 民政局 财政局 生态环境局 住房和城乡建设局 交通运输局 卫生健康局 市场监督管理局
""")
_FRAMES = _words("""
    {place}{office}关于{one}有关事项的通知 {place}{one}实施细则 {place}{office}关于进一步做好{one}和{other}工作的意见
    关于{one}情况的通报 {place}{one}工作方案（{year}—{next}年） {place}{year}年{one}工作要点 关于同意{one}的批复
    {place}{office}对{one}建议的答复 《{place}{one}若干措施》解读 {place}{office}关于{other}中{one}问题的公告
""")
_GENRES = {"通知": "通知", "意见": "意见", "通报": "通报", "批复": "批复", "公告": "公告"}
_SUFFIX = re.compile(r"(?:法|条例|办法|规定|细则|规则|规范|决定|标准|名录|报告|方案|意见|通知|（.*）|\(.*\))+$")


class NoCorpusError(Exception):
    """There are no documents to make a site of."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site that was built, and what is in it."""

    folder: Path
    library: Library

    @property
    def public(self) -> Path:
        """The folder that is served."""
        return self.folder / "public"


def silent(_: str) -> None:
    """Say nothing."""


def make_site(
    size: int, corpus: Path, into: Path, seed: int = 0, tell: Callable[[str], None] = silent, *, is_anew: bool = False
) -> Site:
    """A site of about so many documents, made and built in a folder below `into`; built again only if told to."""
    folder = into / f"{size}-{seed}"
    content = folder / "content"
    if not (content / "complete").exists():
        if not (corpus / "manifest.csv").is_file():
            raise NoCorpusError(
                f"there is no manifest.csv in {corpus}: name a folder of documents to import with --corpus"
            )
        shutil.rmtree(folder, ignore_errors=True)
        _write_real(corpus, content, folder / "sample", seed)
        count = _write_made(content, size - REAL, seed)
        (content / "complete").touch()
        tell(f"{size}: {count} documents put together for scale")
    facts = folder / "facts.pickle"
    if is_anew or not facts.exists():
        start = perf_counter()
        _build(content, folder)
        tell(f"{size}: built in {perf_counter() - start:.1f} s")
        facts.write_bytes(pickle.dumps(tuple(_published(content, folder / "public"))))
    docs: tuple[Doc, ...] = pickle.loads(facts.read_bytes())
    return Site(folder, Library(docs))


# ---------------------------------------------------------------- real documents


def _write_real(corpus: Path, content: Path, sample: Path, seed: int) -> None:
    """Import a sample, and fill in what a site would have: index numbers, and dates where the source has none."""
    from sitegen.site import import_files

    with (corpus / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    chosen = _chosen(rows, seed)
    for row in chosen:
        target = sample / row["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(corpus / row["path"], target)
    with (sample / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(chosen)
    import_files([sample], content, sample / "manifest.csv", "")
    with (content / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("下载: 无\n")
    for number, path in enumerate(sorted(content.rglob("*.md"))):
        if not any(part.startswith("_") for part in path.relative_to(content).parts):
            _complete(path, number, seed)


def _chosen(rows: Sequence[dict[str, str]], seed: int) -> list[dict[str, str]]:
    """About `REAL` titles, with all texts of each; those that the queries made by hand are about are among them."""
    titles: dict[str, list[dict[str, str]]] = {}
    attached = [row for row in rows if row["path"].startswith("cee-attachments/")]
    for row in rows:
        if row not in attached:
            titles.setdefault(fold(core(row["title"])), []).append(row)
    wanted = set()
    for entry in handmade()["questions"]:
        wanted |= {fold(part) for part in entry["in"]}
    for entry in handmade()["synonyms"]:
        wanted.add(next((name for part in entry["official"] if (name := _first(titles, part))), ""))
    wanted.add(_first(titles, "移送适用行政拘留环境违法案件"))  # has attachments, as has 环境保护税法
    wanted.add("环境保护税法")
    seeds = {title for title, texts in titles.items() if texts[0]["path"].startswith("seeds/")}
    named = [title for title in titles if title in seeds or any(part and part in title for part in wanted)]
    others = sorted(set(titles) - set(named))
    more = Random(f"{seed}/sample").sample(others, max(0, min(len(others), REAL - len(named))))
    return [*attached, *(row for title in sorted([*named, *more]) for row in titles[title])]


def _first(titles: dict[str, list[dict[str, str]]], part: str) -> str:
    return next((title for title in sorted(titles) if fold(part) in title), "")


def _complete(path: Path, number: int, seed: int) -> None:
    head, body = _parts(path)
    random = Random(f"{seed}/{path.name}")
    if "pub_date" not in head:
        day = date(2016, 1, 4) + timedelta(days=random.randrange(3000))
        head |= {
            "pub_date": day.isoformat(),
            "written_date": (day - timedelta(days=random.randrange(1, 20))).isoformat(),
        }
        head.pop("draft", None)
    head.setdefault("index_no", f"{random.randrange(10**8):09}/{str(head['pub_date'])[:4]}-{number:05}")
    path.write_text(_document(head, body), encoding="utf-8")


def _parts(path: Path) -> tuple[dict[str, object], str]:
    """Front matter and body of a document."""
    _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
    return yaml.load(head, yaml.BaseLoader), body


def _document(head: dict[str, object], body: str) -> str:
    return f"---\n{yaml.safe_dump(head, allow_unicode=True, sort_keys=False, width=10_000)}---\n{body}"


# ---------------------------------------------------------------- for scale


def _write_made(content: Path, count: int, seed: int) -> int:
    """Documents whose titles, numbers and days are new, and whose sentences are from anywhere in the real ones."""
    random = Random(f"{seed}/made")
    subjects: list[str] = []
    paragraphs: list[str] = []
    for path in sorted(content.rglob("*.md")):
        if path.name.startswith(_MADE) or "_import" in path.parts:
            continue
        head, body = _parts(path)
        subject = _SUFFIX.sub("", core(str(head["title"])))
        subjects += [subject] if 3 <= len(subject) <= 16 else []
        paragraphs += [line for line in body.split("\n") if 30 <= len(line) <= 400 and line[0] not in "|#-!:<>[{*`"]
    paragraphs = [re.sub(r"^第[一二三四五六七八九十百千零]+条(?:之[一二三四五])?\s*", "", line) for line in paragraphs]
    titles = set()
    serials: Counter[str] = Counter()
    for number in range(max(0, count)):
        place, office = random.choice(_PLACES), random.choice(_OFFICES)
        pub = date(2008, 5, 5) + timedelta(days=random.randrange(6700))
        one, other = random.sample(subjects, 2)
        title = random.choice(_FRAMES).format(
            place=place, office=office, one=one, other=other, year=pub.year, next=pub.year + 3
        )
        if title in titles:
            title = title.replace(one, f"{one}和{random.choice(subjects)}", 1)
        titles.add(title)
        fields: dict[str, object] = {
            "title": title,
            "disclosure": "主动公开",
            "pub_date": pub.isoformat(),
            "written_date": (pub - timedelta(days=random.randrange(1, 15))).isoformat(),
            "issuer": f"{place}{office}",
            "index_no": f"{200_000_000 + number}/{pub.year}-{number % 99_999:05}",
        }
        if number % 3:
            agency = f"{place[0]}{office[0]}{'发函办字'[number % 4]}〔{pub.year}〕"
            serials[agency] += random.randrange(1, 4)
            fields["doc_no"] = f"{agency}{serials[agency]}号"
        if genre := next((genre for end, genre in _GENRES.items() if title.endswith(end)), ""):
            fields["genre"] = genre
        path = content / "fd-01-qt" / str(pub.year) / f"{_MADE}{number:06}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_document(fields, "\n".join(_body(paragraphs, random))), encoding="utf-8")
    return max(0, count)


def _body(paragraphs: Sequence[str], random: Random) -> Iterator[str]:
    """Paragraphs of a body, some of them of sentences from several; headings between."""
    length = min(30_000, int(MEDIAN_LENGTH * random.lognormvariate(0, 0.7)))
    done = heading = 0
    while done < length:
        if not done or random.random() < 0.15:
            heading += 1
            words = random.choice(paragraphs)[:8].strip("，。、；：（）")
            yield f"\n## {'一二三四五六七八九十'[heading % 10 - 1]}、{words}\n"
        text = random.choice(paragraphs)
        if random.random() < 0.4:
            text = (
                "".join(re.findall("[^。]+。", text)[:1] + re.findall("[^。]+。", random.choice(paragraphs))[-1:])
                or text
            )
        done += len(text)
        yield f"\n{text}\n"


# ---------------------------------------------------------------- building


def _build(content: Path, folder: Path) -> None:
    command = [sys.executable, str(REPO / "build.py"), "--content", str(content), "--output", str(folder / "public"),
               "--cache", str(folder / "cache"), "--as-of", AS_OF.isoformat(), "--keep-going"]  # fmt: skip
    done = subprocess.run(
        command, env={**os.environ, "SITEGEN_NO_BOOTSTRAP": "1"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the site could not be built:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def _published(content: Path, public: Path) -> Iterator[Doc]:
    """What stands in the site, and is not an older text of something else that does."""
    from sitegen.catalog import build_catalog
    from sitegen.load import load_tree
    from sitegen.model import History

    tree = load_tree(content, REPO / "themes", datetime(AS_OF.year, AS_OF.month, AS_OF.day), keep_going=True)
    catalog, _ = build_catalog(tree, History(), AS_OF)
    for doc in catalog.entries.values():
        if (public / doc.url).exists():
            days = [doc.pub_date, doc.written_date, doc.effective_date]
            yield Doc(
                id=doc.id,
                url=doc.url,
                title=doc.title,
                doc_no=doc.doc_no,
                index_no=doc.index_no,
                dates=tuple(dict.fromkeys(day.isoformat() for day in days if day)),
                names=(*(file.title for file in doc.attachments), *doc.keywords, *doc.issuers),
                passages=tuple((s.anchor, s.heading, s.text) for s in catalog.bodies[doc.body.digest].sections),
                is_real=not doc.id.startswith(_MADE),
            )


def main() -> None:
    """Make the sites."""
    parser = argparse.ArgumentParser(description="Make the sites that the search is measured on.")
    add_site_options(parser)
    parser.add_argument("--sizes", default="320", help="numbers of documents, separated by commas")
    options = parser.parse_args()
    for size in map(int, options.sizes.split(",")):
        try:
            site = make_site(size, options.corpus, options.into, options.seed, _tell, is_anew=options.build)
        except NoCorpusError as error:
            parser.exit(2, f"{error}\n")
        real = len(site.library.real)
        print(f"{size}: {len(site.library.docs)} documents to be found, {real} of them real, in {site.folder}")


def add_site_options(parser: argparse.ArgumentParser) -> None:
    """The options that tell where the documents and the sites are."""
    add = parser.add_argument
    add(
        "--corpus",
        type=Path,
        default=REPO.parent / "shared" / "corpus",
        help="real documents, with manifest.csv",
    )
    add("--into", type=Path, default=Path.home() / ".cache" / "sitegen-search", help="folder that keeps the sites")
    add("--seed", type=int, default=0)
    add("--build", action="store_true", help="build the sites again, as the program or its data have changed")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
