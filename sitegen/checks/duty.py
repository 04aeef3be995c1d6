"""Rules about what must be published (family P)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import Finding, Severity

# The nine elements of 条例第十二条: what to call them, the field that holds one, and words that show one in the body.
_ELEMENTS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("政府信息的分类", "", ("分类",)),
    ("编排体系", "", ("编排",)),
    ("获取方式", "", ("获取",)),
    ("政府信息公开工作机构名称", "guide_office", ("工作机构",)),
    ("办公地址", "guide_address", ("办公地址", "地址")),
    ("办公时间", "guide_hours", ("办公时间", "受理时间")),
    ("联系电话", "guide_phone", ("联系电话", "电话")),
    ("传真号码", "guide_fax", ("传真",)),
    ("互联网联系方式", "guide_net", ("互联网", "电子邮箱", "网址", "邮箱")),
)


@rule("P101", "公开指南要素不全", Severity.WARNING)
def guide_has_nine_elements(review: Review) -> Iterator[Finding]:
    """检查政府信息公开指南写全了九项要素。

    为何：《政府信息公开条例》第十二条列举了九项，缺一项即要素不全。
    错误：指南里没有传真号码
    正确：在信息头写“传真号码”，或在正文里写明；没有传真的也要写“无”
    """
    catalog = review.catalog
    guides = [column.id for column in catalog.columns.values() if column.kind.id == "guide"]
    newest = dict.fromkeys(catalog.by_column[name][0] for name in guides if catalog.by_column[name])
    for doc in (catalog.documents[doc_id] for doc_id in newest):
        given: Mapping[str, str] = {entry.id: entry.value for entry in doc.extra}
        body = catalog.bodies[doc.body.digest]
        text = body.text + "".join(heading.text for heading in body.outline)
        missing = [
            name for name, field, words in _ELEMENTS if not given.get(field) and not any(word in text for word in words)
        ]
        if missing:
            yield Finding(
                doc.path, "body", f"公开指南缺少：{'、'.join(missing)}", "P101", "在信息头或正文里写明这些要素。"
            )


RULES: tuple[RuleInfo, ...] = (guide_has_nine_elements,)
