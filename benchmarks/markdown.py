"""Measure `parse_body` on made-up documents, in processor time: other work on the machine does not count.

Run: python benchmarks/markdown.py [folder of Markdown files]
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import process_time

from sitegen.markdown import parse_body

SENTENCE = "各有关单位应当按照本办法的规定，及时、准确地公开政府信息，并对其真实性负责，不得隐瞒、谎报、拖延。"
NUMBERS = "一二三四五六七八九十"
BEST_OF = 30


def main() -> None:
    """Print the milliseconds of each document, the best of many runs, and of a folder of real ones in the mean."""
    for name, text in documents().items():
        parse_body(text, 1)
        best = min(seconds([text] * 3) / 3 for _ in range(BEST_OF))
        print(f"{name:24} {len(text):6} characters {best * 1000:8.3f} ms")
    for folder in sys.argv[1:]:
        texts = [path.read_text(encoding="utf-8-sig") for path in sorted(Path(folder).rglob("*.md"))]
        bodies = [text[text.find("\n---\n", 3) + 5 :] if text.startswith("---\n") else text for text in texts]
        mean = min(seconds(bodies) for _ in range(3)) / len(bodies)
        print(f"{folder}: {len(bodies)} files, {mean * 1000:.3f} ms each")


def seconds(texts: list[str]) -> float:
    start = process_time()
    for text in texts:
        parse_body(text, 1)
    return process_time() - start


def documents() -> dict[str, str]:
    """A document of each kind: short, typical (2,500 characters), pasted, a regulation, marked up, a table, long."""
    items = [
        f"（{number}）加强组织领导。{SENTENCE}{'2024年12月31日前完成率达到95%。' if i % 3 == 0 else ''}"
        for i, number in enumerate(NUMBERS[:8])
    ]
    parts = [line for number in NUMBERS[:4] for line in (f"{number}、总体要求和工作目标", *items)]
    lines = ["各区人民政府，市政府各部门：", "　　现就有关事项通知如下：", *parts, "附件：1.任务分工表"]
    lines += ["某市人民政府", "2024年3月1日"]
    typical = "\n\n".join(lines) + "\n"
    marked = f"- **甲**：{SENTENCE}\n- 乙{SENTENCE}\n\n见[附件](a.docx)。\n"
    rows = "".join(f"| {i} | 某某项目建设工程 | {i * 1000}.00 | 已完成 |\n" for i in range(60))
    return {
        "short": f"各区人民政府：\n\n{SENTENCE}\n\n{SENTENCE}\n\n某市人民政府\n\n2024年3月1日\n",
        "typical": typical,
        "pasted line by line": "\n".join(lines) + "\n",
        "regulation": "\n\n".join(f"第{number}条　{SENTENCE}" for number in NUMBERS * 2),
        "lists, bold and links": "\n".join(f"## {number}、标题\n\n{SENTENCE}\n\n{marked}" for number in NUMBERS[:8]),
        "table of 60 rows": f"表格：\n\n| 序号 | 名称 | 金额 | 备注 |\n| --- | --- | ---: | --- |\n{rows}",
        "long": "\n\n".join(f"## 第{i}部分\n\n{typical}" for i in range(20)),
        "left to the rules": f"> 引用 `码` *斜*\n\n- 甲\n\n  {SENTENCE}\n\n" * 10,
    }


if __name__ == "__main__":
    main()
