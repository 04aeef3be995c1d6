"""Find texts whose form says nothing: only “see the annex”, only a link elsewhere, an order where the rules should be.

Exports `find_form`, `CODES`. Whoever reads a document calls it with what its front matter says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from sitegen.diagnostics import CodeInfo, Severity
from sitegen.screening.dates import contradicting_date
from sitegen.screening.patterns import later
from sitegen.screening.spots import Spot

CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "D260",
        "正文只有一句“见附件”",
        Severity.WARNING,
        "正文只有一句话、内容全在附件里，页面上读不到，附件是扫描件时也搜不到（数据采集者反映的普遍问题；"
        "附件不能代替正文是通行做法，不是国家规定）。",
        "正文：详见附件。",
        "把主要内容写进正文，附件供下载",
    ),
    CodeInfo(
        "D261",
        "正文只有跳转链接",
        Severity.WARNING,
        "只放跳转链接的条目，监测程序按没有内容计（某县栏目监测标准，地方做法，不是国家规定）；对方网址一变就成了死链。",
        "正文：[点击查看](https://example.gov.cn/x.html)",
        "把主要内容写进正文，链接作为来源",
    ),
    CodeInfo(
        "D262",
        "规章页贴了公布的命令",
        Severity.WARNING,
        "规章集中公开只列标题、题注和正文，不重复放负责人签署的命令（国办公开办函〔2021〕33号）。"
        "网页和下载版自动略去开头的命令，其中的日期、文号读者就看不到了，要写进题注。",
        "正文开头是“某市人民政府令　第2号　……现予公布……市长　某某”",
        "公布的日期、文号和施行日期写进题注，正文从目录或第一条写起",
    ),
    CodeInfo(
        "D263",
        "落款日期与成文日期不一致",
        Severity.WARNING,
        "成文日期是负责人签发的日期，与落款一致（GB/T 9704—2012）；两处不同，有一处写错，"
        "20 个工作日的期限也会算错。按落款的写法判断，可能误判。",
        "落款 2024年5月20日，成文日期: 2024-05-24",
        "两处写同一天",
    ),
)

_LINK = later(r"!?\[([^\]\n]*)\]\([^)\n]*\)|<https?://[^>\s]+>|https?://[^\s）)]+")
_NOT_TEXT = later(r"[\s*_#>\\|:：。，、；,.;（）()\-—]+")
_SHORT = 40
_SEE = later("附件|下载|点击|全文见|详见|请见|见下|扫描件")
_JUMP = later("点击|查看|详见|链接|跳转|原文|全文|更多|进入|网址|请见|阅读|访问|请|见|详情|此处|这里|的|到|内容|来源")

_ENACTS = later("(?:现予|予以)(?:公布|发布)")
_ORDER = later(
    r"^[\s*#>]*(?:[^\s，。]{2,40}令|令)[\s*]*$|^[\s*#>]*第\s*[0-9〇零一二三四五六七八九十百]+\s*号[\s*]*$", re.MULTILINE
)
_HEAD = 800


def find_form(body: str, written_date: date | None, *, has_files: bool, is_regulation: bool) -> Iterator[Spot]:
    """What the form of a body lacks; `has_files`: it has attachments. Lines count from 1 in the body."""
    if len(body) <= 2000:
        yield from _says_nothing(body, has_files=has_files)
    if (
        is_regulation
        and (enacts := _ENACTS.search(body, 0, _HEAD))
        and (order := _ORDER.search(body, 0, enacts.start()))
    ):
        line = body.count("\n", 0, order.end() - len(order[0].lstrip())) + 1
        hint = "网页和下载版自动略去命令，其中的日期、文号要写进“题注”；写好以后，从稿件里也可以删去。"
        yield Spot("D262", line, 1, "正文开头贴了公布规章的命令", hint)
    if (spot := contradicting_date(body, written_date)) is not None:
        yield spot


def _says_nothing(body: str, *, has_files: bool) -> Iterator[Spot]:
    if "![" in body or "|" in body:
        return
    line = next((number for number, text in enumerate(body.split("\n"), 1) if text.strip()), 1)
    if has_files:
        words = _NOT_TEXT.sub("", _LINK.sub(lambda match: match[1] or "", body))
        if words and len(words) <= _SHORT and _SEE.search(words):
            message = f"正文只有 {len(words)} 个字，内容都在附件里"
            yield Spot("D260", line, 1, message, "把主要内容写进正文，附件供下载。")
    elif any("http" in match[0] and "[]" not in match[0] for match in _LINK.finditer(body)):
        outside = _NOT_TEXT.sub("", _LINK.sub("", body))
        if len(_JUMP.sub("", outside)) <= 4:
            yield Spot("D261", line, 1, "正文只有跳转链接", "把主要内容写进正文，链接作为来源。")
