"""Rules about what a public document may tell of those that are not (family S)."""

from __future__ import annotations

from collections.abc import Iterator

from sitegen.checks.rules import Review, RuleInfo, rule
from sitegen.diagnostics import Finding, Severity
from sitegen.mentions import citations_in, names_of
from sitegen.model import Disclosure, Document


@rule("S145", "提到了不公开的文件", Severity.ERROR)
def withheld_documents_are_not_cited(review: Review) -> Iterator[Finding]:
    """检查公开稿件的标题、概述、题注、附件标题和正文没有用文号或《标题》提到本站不公开的稿件。

    为何：条例第十三至十六条：文件不公开，它的标题、文号也不应由另一份公开的文件说出来；主动公开件里不得夹带不公开的内容。
    错误：正文写“根据《某某工作方案》”，而本站的这份方案是依申请公开
    正确：删去对它的引用，或先公开那份文件；确实可以提到的，写 豁免: {S145: 理由}
    """
    secret = {
        name
        for record in review.internal.values()
        if record.is_withheld and record.disclosure in (Disclosure.ON_REQUEST, Disclosure.WITHHELD)
        for name in record.names
    }
    if not secret:
        return
    documents = review.catalog.documents
    records = review.internal
    found = [doc for doc in documents.values() if not secret.isdisjoint(records[doc.path].cited)]
    if not found:
        return
    secret.difference_update(*(names_of(doc.title, doc.doc_no) for doc in documents.values()))  # an open one is meant
    for doc in found:
        if not secret.isdisjoint(records[doc.path].cited):
            yield Finding(
                doc.path,
                "body",
                f"{_place(review, doc, secret)}提到了本站不公开的文件（这里不显示是哪一份）",
                "S145",
                "删去这一处，或先公开那份文件；确实可以提到的，写 豁免: {S145: 理由}。",
            )


def _place(review: Review, doc: Document, secret: set[bytes]) -> str:
    """Where the first mention stands, told without quoting it."""
    if not secret.isdisjoint(citations_in((doc.title, doc.summary))):
        return "标题或内容概述"
    for section in review.catalog.bodies[doc.body.digest].sections:
        if not secret.isdisjoint(citations_in((section.heading,))):
            return "正文的一个标题"
        if not secret.isdisjoint(citations_in((section.text,))):
            return f"正文“{section.heading}”之下" if section.heading else "正文开头"
    return "题注、来源、关键词或附件的标题"


RULES: tuple[RuleInfo, ...] = (withheld_documents_are_not_cited,)
