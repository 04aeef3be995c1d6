"""Write docs/fields.md, columns.md, codes.md and inspection.md from the product's own data: `python docs/generate.py`.

A test keeps them in step, so a new field, column or code is not forgotten in the manual.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from sitegen.diagnostics import SEVERITY_NAMES  # noqa: E402
from sitegen.load import standard_columns, standard_data, standard_kinds  # noqa: E402
from sitegen.site import codes  # noqa: E402

_MUST = {"national": "全国必设", "statutory": "有此类信息即须公开", "local": "地方常设", "optional": "可选"}


def fields() -> Iterator[str]:
    """The manual of front matter."""
    data = standard_data("fields.yaml")
    yield "# 稿件的信息头"
    yield ""
    yield "由 `python docs/generate.py` 生成，不要手改。字段写中文名或 id 都可以，只写一个。"
    yield "日期写成 `2021-06-03` 或 `2021年6月3日`。所有的值都按文字读取，`no`、`010` 写什么就是什么。"
    yield ""
    yield "| 中文名 | id | 说明 | 写法 | 何时要写 | 依据（把握） |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for entry in (*data["fields"], data["identity"]):
        choices = "、".join(entry.get("choices") or ())
        form = choices or entry.get("value") or "一行文字"
        example = _shown(entry.get("example"))
        if example and example not in form:
            form = f"{form}，例如 `{example}`"
        shown = "（内部，不公开）" if entry["public"] == "internal" else ""
        cells = (
            entry["name"],
            f"`{entry['id']}`",
            entry["help"] + shown,
            form,
            entry["required_note"],
            f"{entry['source']}（{entry['certainty']}）",
        )
        yield _row(cells)
    yield ""
    yield "## 各类栏目自己的字段"
    yield ""
    yield "| 类型 | 字段 | id | 写法 |"
    yield "| --- | --- | --- | --- |"
    words = {"text": "文字", "date": "日期", "int": "整数", "list": "文字或清单", "choice": "取值之一"}
    for kind in standard_kinds().values():
        for own in kind.fields:
            form = words[own.type] + (f"：{'、'.join(own.choices)}" if own.choices else "")
            asked = "（应当写明）" if own.required else ""
            yield _row((f"{kind.name} `{kind.id}`", own.name + asked, f"`{own.id}`", form))


def columns() -> Iterator[str]:
    """The column tree."""
    yield "# 标准栏目树"
    yield ""
    yield "由 `python docs/generate.py` 生成，不要手改。稿件放进以末级栏目 id 命名的文件夹，或在信息头写 `栏目: id`。"
    yield "“把握”一列：A 见过来源，A-local 只是地方规定或做法，B 行业通行、没有见到原文，C 不确定。"
    yield ""
    yield "| id | 栏目 | 类型 | 设置 | 依据 | 把握 |"
    yield "| --- | --- | --- | --- | --- | --- |"
    tree = standard_columns()
    for column in tree.values():
        depth, above = 0, column.parent
        while above:
            depth, above = depth + 1, tree[above].parent
        yield _row(
            (
                f"`{column.id}`",
                "　" * depth + column.name,
                column.kind.name,
                _MUST[column.must],
                column.basis,
                column.certainty,
            )
        )


def manual_of_codes() -> Iterator[str]:
    """Every diagnostic code."""
    yield "# 检查代码"
    yield ""
    yield "由 `python docs/generate.py` 生成，不要手改。`python build.py explain 代码` 打印同样的内容。"
    for info in codes().values():
        yield ""
        yield f"## {info.code} {info.title}（{SEVERITY_NAMES[info.severity]}）"
        yield ""
        yield f"- 为何：{info.why}"
        yield f"- 错误：{_literal(info.wrong)}"
        yield f"- 正确：{_literal(info.right)}"


_LEVELS = {
    "veto": "单项否决",
    "deduct": "扣分指标",
    "bonus": "加分指标",
    "law": "法律法规和国办文件",
    "local": "地方做法（不是国家规定）",
}
_BUILD = {"yes": "能查", "part": "查一部分", "ext": "查不到", "na": "不在专栏"}


def inspection() -> Iterator[str]:
    """The inspection indicators, and what a build can know of each."""
    indicators = standard_data("inspection.yaml")["indicators"]
    yield "# 检查指标与本产品的检查"
    yield ""
    yield "由 `python docs/generate.py` 生成，不要手改；内容在 `sitegen/data/inspection.yaml`。指标是转述，以原件为准。"
    yield "“把握”：A 见过来源，A-local 只是地方规定或做法，B 行业通行、没有见到原文，C 不确定。"
    yield "代码的含义见[检查代码](codes.md)，或 `python build.py explain 代码`。"
    yield ""
    yield "**没有问题不等于检查合格。** 静态构建看不到的，列在[最后](#静态构建看不到的)。"
    for level, name in _LEVELS.items():
        yield ""
        yield f"## {name}"
        yield ""
        yield "| 指标 | 要求 | 来源（把握） | 构建 | 检查代码 | 产品自身保证 |"
        yield "| --- | --- | --- | --- | --- | --- |"
        for entry in indicators:
            if entry["level"] == level:
                yield _row(
                    (
                        entry["id"],
                        entry["rule"],
                        f"{entry['source']}（{entry['certainty']}）",
                        _BUILD[entry["build"]],
                        "、".join(entry.get("codes") or ("—",)),
                        entry.get("made") or "—",
                    )
                )
    yield ""
    yield "## 检查指标没有要求、本产品也查的"
    yield ""
    for entry in standard_data("inspection.yaml")["beyond"]:
        yield f"- {entry['why']}：{'、'.join(entry['codes'])}。"
    yield ""
    yield "## 静态构建看不到的"
    yield ""
    yield "这些要靠人、靠联网的工具或靠门户网站来查："
    yield ""
    for entry in indicators:
        if entry.get("unseen"):
            yield f"- **{entry['id']}**　{entry['unseen']}。"


_SOURCES = {
    "law": "法律法规（本站只能改得更严）",
    "veto": "单项否决指标（本站只能改得更严）",
    "national": "其他全国性文件",
    "usage": "行业惯例",
    "advice": "本产品的提醒，不是规定",
    "local": "地方做法，启用了才查",
}
_UNITS = {
    "wd": "个工作日",
    "d": "日",
    "m": "个月",
    "q": "个季度",
    "h": "小时",
    "n": "个（次）",
    "percent": "%",
    "cal": "",
}


def limits() -> Iterator[str]:
    """Every limit, with its source."""
    yield "# 时限和限额"
    yield ""
    yield "由 `python docs/generate.py` 生成，不要手改；内容在 `sitegen/data/timers.yaml`。每条检查结果都印出来源。"
    yield "在 `site.yaml` 的 `checks`（检查）里用 `limits`（时限）启用、关闭或改数，见[站点设置](site.md#checks检查)。"
    yield "“把握”：A 见过来源，A-local 只是地方规定或做法，B 行业通行、没有见到原文，推论由本产品推出。"
    timers = standard_data("timers.yaml")["timers"]
    for level, name in _SOURCES.items():
        yield ""
        yield f"## {name}"
        yield ""
        yield "| id | 要求 | 数 | 起算 | 来源（把握） |"
        yield "| --- | --- | --- | --- | --- |"
        for timer_id, entry in timers.items():
            if entry["level"] == level:
                number = "没有定数" if entry["limit"] is None else f"{entry['limit']}{_UNITS[entry['unit']]}"
                source = f"{entry['source']}（{entry['certainty']}）"
                yield _row((f"`{timer_id}`", entry["label"], number, entry["from"], source))


PAGES = {
    "fields.md": fields,
    "limits.md": limits,
    "columns.md": columns,
    "codes.md": manual_of_codes,
    "inspection.md": inspection,
}


def _literal(text: str) -> str:
    """An example that shows markup, as it is written."""
    return f"`{text}`" if set(text) & set("[]!<>*|\\") and "`" not in text else text


def _shown(example: object) -> str:
    """An example as one writes it in YAML."""
    if isinstance(example, list):
        return "[" + ", ".join(map(_shown, example)) + "]"
    if isinstance(example, dict):
        return "{" + ", ".join(f"{key}: {_shown(value)}" for key, value in example.items()) + "}"
    return str(example or "")


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def text_of(name: str) -> str:
    """The text that the file `name` should hold."""
    return "\n".join(PAGES[name]()) + "\n"


if __name__ == "__main__":
    for page in PAGES:
        (ROOT / "docs" / page).write_text(text_of(page), encoding="utf-8", newline="\n")
