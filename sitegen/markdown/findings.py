"""What can be wrong with a body: `BodyFinding`, and the manual page of each code in `CODES`."""

from __future__ import annotations

from typing import NamedTuple

from sitegen.diagnostics import CodeInfo, Severity


class BodyFinding(NamedTuple):
    """Something wrong in a body, at a line of its file."""

    line: int
    code: str
    message: str
    hint: str


CODES: tuple[CodeInfo, ...] = (
    CodeInfo(
        "A101",
        "图片没有替代文字",
        Severity.ERROR,
        "看不见图片的读者靠替代文字了解图片内容（无障碍环境建设法第三十二条）。",
        "![](流程图.png)",
        "![申请办理流程：提交、受理、答复](流程图.png)",
    ),
    CodeInfo(
        "A130",
        "链接没有文字",
        Severity.ERROR,
        "读屏软件读出的是链接文字；没有文字的链接没人能点到。",
        "[](申请表.docx)",
        "[申请表](申请表.docx)",
    ),
    CodeInfo(
        "D130",
        "列表或引用嵌套太深",
        Severity.WARNING,
        "超过十层的列表无法排版，更深的部分按普通文字显示，符号也会显示出来。",
        "- - - - - - - - - - - - 内容",
        "- 内容",
    ),
    CodeInfo(
        "F130",
        "原始 HTML 不起作用",
        Severity.WARNING,
        "正文里的 HTML 标记不会生效，会作为文字原样显示给读者。",
        "<b>重要</b>",
        "**重要**",
    ),
    CodeInfo(
        "F131",
        "注释没有结束",
        Severity.ERROR,
        "写在 <!-- 和 --> 之间的文字不会公开；没有 --> 的，后面的文字会显示给读者。",
        "<!-- 此处待核",
        "<!-- 此处待核 -->",
    ),
    CodeInfo(
        "F132",
        "链接的括号是全角的",
        Severity.WARNING,
        "链接和图片的地址要写在英文括号里；写在全角括号里的不起作用，会作为文字原样显示。",
        "[申请表]（申请表.docx）",
        "[申请表](申请表.docx)",
    ),
    CodeInfo(
        "F133",
        "链接地址里有空格",
        Severity.WARNING,
        "地址在空格处就断了，链接和图片不起作用，会作为文字原样显示。",
        "![办理流程](流程 1.png)",
        "![办理流程](<流程 1.png>)",
    ),
    CodeInfo(
        "F134",
        "粘贴来的表格没有成为表格",
        Severity.WARNING,
        "从电子表格粘贴来的各行只用制表符隔开，网页上会连成一段，读者分不清行和列。",
        "地区\t人数\n甲区\t12",
        "| 地区 | 人数 |\n| --- | --- |\n| 甲区 | 12 |",
    ),
    CodeInfo(
        "L103",
        "不安全的链接地址",
        Severity.ERROR,
        "只有网页、邮件和电话地址可以点击；脚本、本机文件和内嵌数据的地址不安全，也打不开。",
        "[附件](file:///C:/附件.docx)",
        "[附件](附件.docx)",
    ),
    CodeInfo(
        "L133",
        "图片在别的网站上",
        Severity.ERROR,
        "网页不应向别的网站取图：对方删改后图片就没有了，读者的访问也会被对方知道。",
        "![流程图](https://example.com/a.png)",
        "![流程图](a.png)",
    ),
    CodeInfo(
        "L130",
        "链接没有地址",
        Severity.ERROR,
        "没有地址的链接或图片不会显示。",
        "[申请表]()",
        "[申请表](申请表.docx)",
    ),
    CodeInfo(
        "L131",
        "脚注没有定义",
        Severity.WARNING,
        "正文引用的脚注找不到内容，脚注标记会作为文字原样显示。",
        "见说明[^1]。（全文没有以 [^1]: 开头的行）",
        "见说明[^1]。\n\n[^1]: 说明的内容。",
    ),
    CodeInfo(
        "L132",
        "脚注没有被引用",
        Severity.WARNING,
        "正文里没有引用的脚注不会显示，读者看不到它的内容。",
        "[^1]: 说明的内容。（正文里没有 [^1]）",
        "见说明[^1]。\n\n[^1]: 说明的内容。",
    ),
)
