"""Rules about one document's own statements (family D)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import Finding, Severity
from sitegen.model import Document


@rule("D210", "发布日期早于成文日期", Severity.ERROR)
def published_after_written(review: Review) -> Iterator[Finding]:
    """检查发布日期不早于成文日期。

    为何：文件签发之前不可能公开；日期颠倒会被当作伪造发稿日期（国办秘函〔2019〕19号单项否决）。
    错误：成文日期 2024-03-05，发布日期 2024-03-01
    正确：发布日期写首次公开的日期，不早于成文日期
    """
    for doc in review.catalog.documents.values():
        if doc.written_date and doc.pub_date < doc.written_date:
            yield Finding(
                doc.path,
                "pub_date",
                f"发布日期 {doc.pub_date.isoformat()} 早于成文日期 {doc.written_date.isoformat()}",
                "D210",
                "改正其中写错的一个。",
            )


@rule("D211", "索引号重复", Severity.ERROR)
def index_numbers_are_unique(review: Review) -> Iterator[Finding]:
    """检查索引号没有被两份文件使用。

    为何：索引号一件一号、终身不变（政府信息公开目录系统实施指引）。
    错误：两份稿件都写 000000000/2024-00001
    正确：新编一个没有用过的号
    """
    users: dict[str, list[Document]] = defaultdict(list)
    for doc in review.catalog.documents.values():
        if doc.index_no:
            users[doc.index_no].append(doc)
    for number, documents in users.items():
        first, *later = sorted(documents, key=lambda doc: (doc.pub_date, doc.pub_time, doc.id))
        for doc in later:
            yield Finding(
                doc.path,
                "index_no",
                f"索引号“{number}”已用于《{first.title}》",
                "D211",
                "换一个没有用过的索引号。",
                ((first.path, "index_no", "先用这个索引号的稿件"),),
            )


@rule("D212", "索引号不合本站格式", Severity.WARNING)
def index_numbers_follow_the_pattern(review: Review) -> Iterator[Finding]:
    """检查索引号符合 site.yaml 里写的格式。

    为何：索引号的编法由各地规定，全站应当一致。
    错误：2024-1
    正确：000000000/2024-00001
    """
    pattern = review.catalog.config.index_no_pattern
    if not pattern:
        return
    for doc in review.catalog.documents.values():
        if doc.index_no and not re.fullmatch(pattern, doc.index_no):
            yield Finding(
                doc.path, "index_no", f"索引号“{doc.index_no}”不合本站的格式", "D212", f"本站的格式是 {pattern}。"
            )


@rule("D213", "主题分类不在分类表里", Severity.WARNING)
def topics_are_known(review: Review) -> Iterator[Finding]:
    r"""检查主题分类取自国务院文件主题分类表。

    为何：读者按主题查找，写法不一就查不全。
    错误：科技\创新
    正确：科技、教育\科技
    """
    known_topics = dict(review.catalog.config.topics)
    for doc in review.catalog.documents.values():
        for i, topic in enumerate(doc.topics):
            first, _, second = topic.partition("\\")
            if first not in known_topics or (second and second not in known_topics[first]):
                inside = [f"{top}\\{first}" for top, subs in known_topics.items() if first in subs]
                known = "；".join(inside or known_topics.get(first, known_topics))
                yield Finding(doc.path, f"topic[{i}]", f"主题分类“{topic}”不在分类表里", "D213", f"可用：{known}。")


@rule("D214", "正文是空的", Severity.WARNING)
def body_is_not_empty(review: Review) -> Iterator[Finding]:
    """检查稿件有正文。

    为何：只有标题没有内容的页面，检查时按空白信息处理。
    错误：信息头之后什么也没有
    正确：写上正文；内容在附件里的，至少写明附件是什么
    """
    for doc in review.catalog.documents.values():
        if doc.body.is_blank and not doc.images and not doc.badge:
            yield Finding(doc.path, "body", "正文是空的", "D214", "写上正文；内容在附件里的，写明附件是什么。")


@rule("D215", "有效期至早于施行日期", Severity.ERROR)
def expires_after_it_takes_effect(review: Review) -> Iterator[Finding]:
    """检查有效期至不早于施行日期。

    为何：还没有施行就失效的文件不存在，多半是年份写错。
    错误：施行日期 2026-01-01，有效期至 2025-01-01
    正确：施行日期 2026-01-01，有效期至 2030-12-31
    """
    for doc in review.catalog.documents.values():
        if doc.effective_date and doc.expire_date and doc.expire_date < doc.effective_date:
            yield Finding(
                doc.path,
                "expire_date",
                f"有效期至 {doc.expire_date.isoformat()} 早于施行日期 {doc.effective_date.isoformat()}",
                "D215",
                "改正其中写错的一个。",
            )


RULES: tuple[RuleInfo, ...] = (
    published_after_written,
    index_numbers_are_unique,
    index_numbers_follow_the_pattern,
    topics_are_known,
    body_is_not_empty,
    expires_after_it_takes_effect,
)
