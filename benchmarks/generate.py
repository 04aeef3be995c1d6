"""Turn a number and a seed into a whole site folder: settings, documents and attachments; same seed, same bytes.

Run: python benchmarks/generate.py N --into DIR [--seed 0] [--git COMMITS]

Exports `Head`, `Item`, `heads`, `item`, `document_text`, `write_site`, `write_plain`, `menu`, `places`, `AS_OF`. Text
is put together from the parts below; nothing is taken from anybody's documents. Documents are written one by one, so
that memory stays small.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, TypedDict

import yaml

REPO = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPO))

from tests.packed import docx, paragraph, pdf, xlsx  # noqa: E402 - found only now that the folder is on the path

AS_OF = date(2026, 11, 22)
FIRST_DAY = date(2011, 11, 20)
DAYS = 15 * 365
LONG_SHARE = 0.05
MEDIAN_LENGTH = 2500  # characters of a body


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


Value = str | list[str] | list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Column:
    """A leaf column of the standard tree, and what its documents are like."""

    id: str
    weight: int
    title: str
    genre: str = ""
    doc_no: str = ""  # the agency's short name in 文号; "" where documents have none
    is_official: bool = False  # has a validity, may be repealed
    fields: tuple[str, ...] = ()  # of the column's kind


COLUMNS = (
    Column("zd-bj", 1, "{thing}公开审查制度", "其他", "示府公规", True),
    Column("fd-01-gfx", 14, "示例市{thing}管理办法", "其他", "示府规", True),
    Column("fd-01-qt", 16, "关于做好{year}年度{thing}工作的通知", "通知", "示府办", True),
    Column("fd-01-jd", 5, "《{target}》政策解读", fields=("interpret_form", "interpret_unit")),
    Column("fd-01-zqyj", 2, "关于公开征求{thing}实施意见的公告", "公告", fields=("comment_stage",)),
    Column("fd-01-hb", 1, "{year}年{thing}制度文件汇编"),
    Column("fd-03-zx", 1, "示例市{thing}专项规划", "通知", "示府规划", True),
    Column("fd-03-nd", 2, "{year}年{thing}工作要点", "通知", "示府计", True),
    Column("fd-04", 6, "{year}年{month}月{thing}统计数据", fields=("stat_period",)),
    Column("fd-05-yj", 3, "{thing}办事指南", fields=("item_name", "item_basis", "item_phone")),
    Column(
        "fd-05-jg",
        8,
        "关于{party}{thing}申请的办理结果",
        fields=("party", "decision_no", "decision_date", "licence_content", "authority"),
    ),
    Column("fd-05-qd", 1, "{thing}事项权责清单（{year}年版）"),
    Column(
        "fd-06-jd",
        6,
        "{party}违反{thing}规定的行政处罚决定",
        fields=(
            "party",
            "decision_no",
            "decision_date",
            "violation",
            "penalty_basis",
            "penalty_kind",
            "penalty_content",
            "authority",
        ),
    ),
    Column("fd-06-ssj", 2, "{year}年{month}月{thing}随机抽查结果"),
    Column(
        "fd-07-bm", 2, "示例市{thing}服务中心{year}年部门预算", fields=("budget_unit", "budget_year", "budget_item")
    ),
    Column("fd-07-zx", 2, "{year}年{thing}专项资金绩效评价结果", fields=("budget_unit", "budget_year", "budget_item")),
    Column("fd-09-gg", 4, "{thing}采购项目公告", "公告", fields=("project_name", "amount")),
    Column("fd-09-jg", 3, "{thing}采购项目成交结果公告", "公告", fields=("project_name", "supplier", "amount")),
    Column("fd-10-2", 2, "关于{thing}工程初步设计的批复", "批复", "示府复", fields=("project_name",)),
    Column("fd-11-jy", 2, "关于{year}年{thing}资助名单的公示"),
    Column("fd-11-sb", 3, "{year}年{month}月{thing}资金发放情况"),
    Column("fd-11-jiuye", 2, "关于申报{year}年{thing}补贴的通告", "通告"),
    Column("fd-12-ya", 1, "示例市{thing}应急预案", "通知"),
    Column("fd-13-hb", 3, "{year}年{month}月{thing}监测情况"),
    Column("fd-13-aq", 3, "{thing}隐患整改情况通报", "通报"),
    Column("fd-15-ya", 3, "对{thing}建议的答复", "函", "示府函"),
    Column("fd-15-zxqk", 2, "{year}年{thing}重点任务执行情况"),
)
WEIGHTS = tuple(column.weight for column in COLUMNS)

ISSUERS = (
    "示例市人民政府",
    "示例市人民政府办公室",
    "示例市发展和改革委员会",
    "示例市教育局",
    "示例市财政局",
    "示例市人力资源和社会保障局",
    "示例市生态环境局",
    "示例市交通运输局",
    "示例市水务局",
    "示例市农业农村局",
    "示例市应急管理局",
    "示例市市场监督管理局",
)
UNITS = ("综合科", "政策法规科", "规划财务科", "行政审批科", "监督管理科", "公共服务科")
TOPICS = (
    r"综合政务\政务公开",
    r"综合政务\电子政务",
    r"综合政务\应急管理",
    r"国民经济管理、国有资产监管\宏观经济",
    r"国民经济管理、国有资产监管\统计",
    r"财政、金融、审计\财政",
    r"国土资源、能源\土地",
    r"国土资源、能源\水资源",
    r"农业、林业、水利\水利",
    r"工业、交通\公路",
    r"商贸、海关、旅游\旅游",
    r"市场监管、安全生产监管\安全生产监管",
    r"市场监管、安全生产监管\标准",
    r"城乡建设、环境保护\城市规划",
    r"城乡建设、环境保护\节能与资源综合利用",
    r"科技、教育\科技",
    r"科技、教育\教育",
    r"文化、广电、新闻出版\文化",
    r"卫生、体育\卫生",
    r"劳动、人事、监察\劳动就业",
    r"劳动、人事、监察\社会保障",
    r"民政、扶贫、救灾\社会福利",
)
FIELDS = _words("城市 农村 社区 园区 校园 企业 港口 河道 公园 集市 景区 街区")
MATTERS = _words(
    "供水 排水 照明 停车 绿化 垃圾分类 公共自行车 养老助餐 托育服务 职业培训 数据共享 信用评价 节水 节能改造 "
    "消防设施 食品摊点 校车 图书借阅 文物保护 健身设施 雨水收集 道路养护 桥梁检测 种子储备 农机作业 技术转移 "
    "创业孵化 法律援助 人才公寓 老旧电梯"
)
SUBJECTS = _words(
    "各县（市、区）人民政府 市有关部门 项目承担单位 受理窗口 牵头单位 行业主管部门 乡镇人民政府和街道办事处 "
    "运营单位 第三方评估机构 财政部门 审计机关 申请单位 居民委员会 行业协会 市级工作专班 监督检查人员 资金使用单位 "
    "设计和施工单位 档案管理人员 联合审查小组"
)
DUTIES = _words("应当 要 须 可以 负责 继续 统一 逐项 及时 定期")
MANNERS = _words(
    "按照职责分工 通过政务服务平台 会同有关部门 在职权范围内 根据实际需要 结合年度计划 以书面形式 采取随机抽取的方式 "
    "在征求意见之后 经集体讨论 依据核定的标准 依照规定的程序 在同级财政预算内 利用现有场地和人员 分类别、分区域"
)
ACTIONS = _words(
    "建立工作台账 核对申报材料 公布办理结果 完善应急处置流程 编制年度计划 更新设施名录 组织现场核查 听取群众意见 "
    "提出整改要求 归集基础数据 开展业务培训 签订责任书 拨付补助资金 复核评分结果 登记备案信息 设置明显标志 "
    "配备专职人员 留存影像资料 通报进展情况 公开咨询电话 控制运行成本 调整服务时间 检查设备状态 处理投诉举报 "
    "统计服务人次 评估实施效果 修订操作规程 压缩办理环节 推广典型做法 落实安全措施"
)
AIMS = _words(
    "确保专款专用 方便群众查询 防止重复建设 减少往返次数 保证数据真实完整 做到有据可查 提高设施利用率 消除安全隐患 "
    "形成长效机制 避免层层加码 保障公平公正 接受社会监督 不得增加基层负担 不得收取任何费用 逾期不再受理"
)
CASES = _words(
    "材料不齐全 情况发生变化 逾期没有整改 涉及两个以上部门 不具备实施条件 评价结果不合格 需要专家论证 当事人有异议 "
    "资金结余较大 设施长期闲置 数据明显异常 发现弄虚作假"
)
HEADINGS = _words(
    "总体要求 工作目标 适用范围 重点任务 职责分工 实施步骤 申报条件 办理程序 资金安排 保障措施 监督检查 绩效评价 "
    "组织领导 宣传引导 信息公开 安全管理 服务标准 其他事项"
)
CHAPTERS = _words("总则 职责 规划与建设 申请与受理 审查与决定 运行管理 资金管理 服务规范 监督检查 法律责任 附则")
ATTACHMENTS = (("pdf", "情况表"), ("xlsx", "明细表"), ("docx", "申请表"))
PARTIES = "示例市{}{}有限公司"
SURNAMES = _words("东江 西岭 南湖 北原 青山 白石 金桥 银杏 长宁 永和 安平 丰谷")
MENDED = {"repeals": "废止", "amends": "修改", "interprets": "解读"}
INVERSE = {"repeals": "被废止", "amends": "被修改", "interprets": "对本文件的解读"}
EXTRA_NAMES = {
    "interpret_form": "解读形式",
    "interpret_unit": "解读机构",
    "comment_stage": "征集阶段",
    "stat_period": "统计期",
    "item_name": "事项名称",
    "item_basis": "设定依据",
    "item_phone": "联系电话",
    "party": "行政相对人",
    "decision_no": "决定书文号",
    "decision_date": "决定日期",
    "licence_content": "许可内容",
    "authority": "决定机关",
    "violation": "违法事实",
    "penalty_basis": "处罚依据",
    "penalty_kind": "处罚种类",
    "penalty_content": "处罚内容",
    "budget_unit": "单位全称",
    "budget_year": "年度",
    "budget_item": "事项",
    "project_name": "项目名称",
    "supplier": "中标供应商",
    "amount": "金额",
}


# ---------------------------------------------------------------- the plan of the site


@dataclass(slots=True)
class Head:
    """What other documents need to know of one: made first for all, in the order of time."""

    number: int
    id: str
    column: Column
    day: date
    title: str
    thing: str
    relation: tuple[str, int] | None = None  # its kind, and the number of an earlier document
    incoming: list[tuple[str, int]] = field(default_factory=list)

    @property
    def is_repealed(self) -> bool:
        """Whether a later document repeals it."""
        return any(kind == "repeals" for kind, _ in self.incoming)

    @property
    def path(self) -> str:
        """Its place below the content folder."""
        return f"{self.column.id}/{self.day.year}/{self.id}.md"


def heads(count: int, seed: int) -> list[Head]:
    """The documents in the order of time; some repeal, amend or interpret an earlier one."""
    rng = Random(f"{seed} heads")
    found: list[Head] = []
    official: list[Head] = []
    titles: Counter[str] = Counter()
    for number in range(count):
        column = rng.choices(COLUMNS, WEIGHTS)[0]
        if column.id == "fd-01-jd" and not official:
            column = COLUMNS[1]
        day = FIRST_DAY + timedelta(days=number * DAYS // count)
        thing = rng.choice(FIELDS) + rng.choice(MATTERS)
        relation = None
        target = ""
        if official:
            old = rng.choice(official)
            if column.id == "fd-01-jd":
                relation, target = ("interprets", old.number), old.title
            elif column.is_official and rng.random() < 0.08 and not old.is_repealed:
                relation = (rng.choice(("repeals", "repeals", "amends")), old.number)
        title = column.title.format(
            year=day.year, month=day.month, thing=thing, target=target, party=PARTIES.format(rng.choice(SURNAMES), "")
        )
        if column.is_official:
            titles[title] += 1
            title += f"（第{titles[title]}批）" if titles[title] > 1 else ""
        head = Head(number, f"{column.id.split('-')[-1]}-{number + 1}", column, day, title, thing, relation)
        if relation:
            found[relation[1]].incoming.append((relation[0], number))
        found.append(head)
        if column.is_official:
            official.append(head)
    return found


@dataclass(frozen=True, slots=True)
class Item:
    """One document, before it is written the way a program wants it; links in the body are written `](@id)`."""

    head: Head
    fields: Mapping[str, Value]
    body: str
    attachments: tuple[tuple[str, str, bytes], ...] = ()  # name, title, bytes

    @property
    def validity(self) -> str:
        """Its 有效性 on the day `AS_OF`."""
        if not self.head.column.is_official:
            return ""
        if self.head.is_repealed:
            return "废止"
        if str(self.fields.get("expire_date", "9999")) < AS_OF.isoformat():
            return "失效"
        return "尚未施行" if str(self.fields.get("effective_date", "")) > AS_OF.isoformat() else "现行有效"


def item(plan: Sequence[Head], number: int, seed: int) -> Item:
    """The document of that number; it depends on the plan, the number and the seed alone."""
    rng = Random(f"{seed} item {number}")
    head = plan[number]
    attachments = _attachments(rng, head)
    fields = _fields(rng, plan, head)
    if attachments:
        fields["attachments"] = [{"file": name, "title": title} for name, title, _ in attachments]
    return Item(head, fields, _body(rng, plan, head), attachments)


def _attachments(rng: Random, head: Head) -> tuple[tuple[str, str, bytes], ...]:
    if rng.random() >= 0.10:
        return ()
    kinds = rng.sample(ATTACHMENTS, rng.choice((1, 1, 2)))
    return tuple(
        (f"{head.id}-{n}.{kind}", head.thing + title, _attachment(rng, kind))
        for n, (kind, title) in enumerate(kinds, 1)
    )


def _attachment(rng: Random, kind: str) -> bytes:
    """A file that opens, with some text: attachments are read before they are published."""
    if kind == "pdf":
        return pdf(*(f"Annex {rng.randrange(1000)}, page {number + 1}." for number in range(rng.randrange(1, 4))))
    if kind == "docx":
        return docx("".join(paragraph(_sentence(rng)) for _ in range(rng.randrange(5, 60))))
    rows = range(1, rng.randrange(10, 120))
    return xlsx(
        "".join(
            f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{rng.choice(MATTERS)}</t></is></c>'
            f'<c r="B{n}"><v>{rng.randrange(10_000)}</v></c></row>'
            for n in rows
        )
    )


def _fields(rng: Random, plan: Sequence[Head], head: Head) -> dict[str, Value]:
    column, day, number = head.column, head.day, head.number
    fields: dict[str, Value] = {"title": head.title}
    if rng.random() < 0.05:
        issuers = rng.sample(ISSUERS, rng.choice((2, 2, 3)))
        fields["issuer"] = issuers
    else:
        issuers = [rng.choice(ISSUERS)]
        fields["issuer"] = issuers[0]
    if column.doc_no:
        fields["doc_no"] = f"{column.doc_no}〔{day.year}〕{number + 1}号"
    fields["index_no"] = f"000000000/{day.year}-{number + 1:06}"
    if column.genre:
        fields["genre"] = column.genre
    topics = rng.sample(TOPICS, 1 if rng.random() < 0.9 else 2)
    fields["topic"] = topics if len(topics) > 1 else topics[0]
    written = day - timedelta(days=rng.randrange(12))
    fields["written_date"] = written.isoformat()
    fields["pub_date"] = f"{day} {rng.randrange(8, 18):02}:{rng.randrange(60):02}" if rng.random() < 0.7 else f"{day}"
    if column.is_official and rng.random() < 0.5:
        start = min(written + timedelta(days=rng.choice((1, 15, 30))), AS_OF)
        fields["effective_date"] = start.isoformat()
        if rng.random() < 0.7:
            fields["expire_date"] = (start + timedelta(days=365 * rng.choice((2, 5, 5)))).isoformat()
    if head.relation:
        fields[head.relation[0]] = [plan[head.relation[1]].id]
    pick = rng.choice
    fields["summary"] = f"{head.thing}方面，{pick(SUBJECTS)}{pick(MANNERS)}{pick(ACTIONS)}、{pick(ACTIONS)}。"
    fields["keywords"] = [head.thing, *dict.fromkeys((pick(MATTERS), pick(HEADINGS)))]
    fields["unit"] = pick(UNITS)
    fields["disclosure"] = "主动公开"
    fields["source"] = issuers[0]
    fields.update({name: _extra(rng, head, name, issuers[0]) for name in column.fields})
    return fields


def _extra(rng: Random, head: Head, name: str, issuer: str) -> str:
    given: dict[str, Callable[[], str]] = {
        "interpret_form": lambda: rng.choice(("文字解读", "问答", "专家解读")),
        "interpret_unit": lambda: issuer,
        "comment_stage": lambda: rng.choice(("公开征集", "采纳反馈")),
        "stat_period": lambda: f"{head.day.year}年{head.day.month}月",
        "item_name": lambda: f"{head.thing}申请",
        "item_basis": lambda: f"示例市{head.thing}管理办法",
        "item_phone": lambda: f"0990-{rng.randrange(1_000_000, 10_000_000)}",
        "party": lambda: PARTIES.format(rng.choice(SURNAMES), head.thing[:2]),
        "decision_no": lambda: f"示决字〔{head.day.year}〕{head.number + 1}号",
        "decision_date": lambda: (head.day - timedelta(days=rng.randrange(1, 6))).isoformat(),
        "budget_unit": lambda: f"示例市{head.thing}服务中心",
        "budget_year": lambda: str(head.day.year),
        "budget_item": lambda: "部门预算",
        "project_name": lambda: f"{head.thing}项目",
        "supplier": lambda: PARTIES.format(rng.choice(SURNAMES), "工程"),
        "amount": lambda: f"{rng.randrange(5, 900)}.{rng.randrange(10)}万元",
        "authority": lambda: issuer,
        "penalty_kind": lambda: rng.choice(("警告", "罚款", "责令停产停业")),
    }
    return given[name]() if name in given else _sentence(rng).rstrip("。")


# ---------------------------------------------------------------- text


def _pick(rng: Random, words: Sequence[str]) -> str:
    return words[int(rng.random() * len(words))]  # much quicker than `choice`, and there are many


def _sentence(rng: Random) -> str:
    kind = int(rng.random() * 6)
    who, does, what = _pick(rng, SUBJECTS), _pick(rng, DUTIES), _pick(rng, ACTIONS)
    if kind == 0:
        return f"{who}{does}{_pick(rng, MANNERS)}{what}，{_pick(rng, AIMS)}。"
    if kind == 1:
        return f"{_pick(rng, MANNERS)}，{who}{does}{what}、{_pick(rng, ACTIONS)}，{_pick(rng, AIMS)}。"
    if kind == 2:
        return f"{_pick(rng, CASES)}的，{who}{does}自发现之日起{int(rng.random() * 28) + 2}个工作日内{what}。"
    if kind == 3:
        case, matter = _pick(rng, CASES), _pick(rng, MATTERS)
        return f"{_pick(rng, FIELDS)}{matter}由{who}{what}；{case}的，{_pick(rng, MANNERS)}{_pick(rng, ACTIONS)}。"
    if kind == 4:
        share = int(rng.random() * 90) + 5
        return f"到年底，{_pick(rng, FIELDS)}{_pick(rng, MATTERS)}覆盖率达到{share}%以上，{who}{does}{what}。"
    return f"{who}{does}{what}，每{_pick(rng, ('月', '季度', '半年'))}汇总一次，{_pick(rng, AIMS)}。"


def _paragraph(rng: Random, room: int) -> str:
    parts = [_sentence(rng)]
    while len(parts) < 7 and room > 40 and rng.random() < 0.75:
        parts.append(_sentence(rng))
        room -= len(parts[-1])
    return "".join(parts)


def _body(rng: Random, plan: Sequence[Head], head: Head) -> str:
    """Mostly official prose; some with tables, lists, footnotes, emphasis and links to other documents."""
    if rng.random() < LONG_SHARE:
        blocks = list(_articles(rng, rng.randrange(10_000, 40_000)))
    else:
        blocks = list(_prose(rng, head, min(9_000, max(250, int(rng.lognormvariate(0, 0.55) * MEDIAN_LENGTH)))))
    if rng.random() < 0.15:
        blocks.insert(-1, _table(rng))
    if rng.random() < 0.10:
        blocks.insert(-1, "\n".join(f"- {_sentence(rng)}" for _ in range(rng.randrange(3, 9))))
    if head.number and rng.random() < 0.10:
        for _ in range(rng.choice((1, 1, 2, 4))):
            other = plan[rng.randrange(head.number)]
            if other.is_repealed:
                continue
            blocks.insert(
                rng.randrange(1, len(blocks)), f"本项工作**参照**[《{other.title}》](@{other.id})的规定办理。"
            )
    if rng.random() < 0.02:
        blocks[0] += "[^1]"
        blocks.append(f"[^1]: {_sentence(rng)}")
    return "\n\n".join(blocks) + "\n"


def _prose(rng: Random, head: Head, length: int) -> Iterator[str]:
    """一、（一）1. in turn, until it is long enough."""
    mark = _pick(rng, ("## ", ""))
    yield f"为做好{head.thing}工作，{_sentence(rng)}现就有关事项明确如下："
    done = 60
    section = 0
    while done < length:
        section += 1
        yield f"{mark}{chinese(section)}、{_pick(rng, HEADINGS)}"
        done += 6
        if rng.random() < 0.2:
            steps = [f"{n}. {_paragraph(rng, 120)}" for n in range(1, rng.randrange(3, 6))]
            done += sum(map(len, steps))
            yield "\n".join(steps)
            continue
        for n in range(1, rng.randrange(2, 7)):
            text = _paragraph(rng, length - done)
            if rng.random() < 0.06:
                text = f"**{_pick(rng, HEADINGS)}。**{text}"
            yield f"（{chinese(n)}）{text}"
            done += len(text) + 3
            if done >= length:
                break
    yield f"联系人：{_pick(rng, UNITS)}，电话：0990-{1_000_000 + int(rng.random() * 9_000_000)}。"


def _articles(rng: Random, length: int) -> Iterator[str]:
    """Chapters and articles, in one of the two ways in which editors write them."""
    mark = _pick(rng, ("**", ""))
    done = article = 0
    share = length / len(CHAPTERS)
    for number, name in enumerate(CHAPTERS, 1):
        yield f"## 第{chinese(number)}章　{name}"
        while done < share * number:
            article += 1
            text = f"{mark}第{chinese(article)}条{mark}　{_paragraph(rng, 200)}"
            done += len(text)
            yield text
            if rng.random() < 0.3:
                for n in range(1, int(rng.random() * 5) + 3):
                    text = f"（{chinese(n)}）{_pick(rng, ACTIONS)}，{_pick(rng, AIMS)}；"
                    done += len(text)
                    yield text
    yield "本办法由制定机关负责解释。"


def _table(rng: Random) -> str:
    rows = [
        f"| 序号 | {_pick(rng, ('事项', '项目', '单位'))} | 数量 | 金额（万元） | 说明 |",
        "| --- | --- | ---: | ---: | --- |",
    ]
    for n in range(1, rng.randrange(5, 26)):
        name = _pick(rng, FIELDS) + _pick(rng, MATTERS)
        rows.append(f"| {n} | {name} | {int(rng.random() * 500)} | {rng.random() * 900:.2f} | {_pick(rng, ACTIONS)} |")
    return "\n".join(rows)


def chinese(number: int) -> str:
    """A number below 1000 as articles are counted.

    >>> [chinese(n) for n in (1, 10, 12, 20, 105, 110, 312)]
    ['一', '十', '十二', '二十', '一百零五', '一百一十', '三百一十二']
    """
    digits = "零一二三四五六七八九"
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones else "")


# ---------------------------------------------------------------- our site folder

SITE = """\
agency: 示例市人民政府办公室
agency_short: 市政府办公室
site_name: 示例市人民政府
domain: bench.example.gov.cn
url: https://bench.example.gov.cn/zfxxgk/
id_code: "9900000099"
icp: 示ICP备00000099号-1
police: 示公网安备 99000000000099号
portal: {name: 示例市人民政府门户网站, url: "https://bench.example.gov.cn/"}
contact:
  phone: 0990-0000000
  email: xxgk@example.gov.cn
  address: 示例市人民路1号
  postcode: "000000"
index_no_pattern: '[0-9A-Z]{9}/\\d{4}-\\d{6}'
layout: national
empty_columns: hide
theme: standard
"""
PLAIN = re.compile(r"[\w〔〕（）《》、，。；/.%+-]+( [\w:]+)?")
PLAIN_TEXT = re.compile(rf"(?!\d){PLAIN.pattern}")  # where 2024 would be a number and 2024-03-05 a date
COLUMNS_FILE = "extends: standard\n"


def write_site(content: Path, count: int, seed: int) -> None:
    """The content folder as our program reads it."""
    content.mkdir(parents=True, exist_ok=True)
    _write(content / "site.yaml", SITE)
    _write(content / "columns.yaml", COLUMNS_FILE)
    plan = heads(count, seed)
    for head in plan:
        one = item(plan, head.number, seed)
        path = content / head.path
        _write(path, document_text(one))
        for name, _, data in one.attachments:
            path.with_name(name).write_bytes(data)


def document_text(one: Item) -> str:
    """The document as our editors write it."""
    return f"---\n{_yaml(one.fields, PLAIN)}---\n\n{with_links(one.body, '{}')}"


def with_links(body: str, address: str) -> str:
    """The body with the links to other documents as `address` says, `{}` being the id."""
    return re.sub(r"\]\(@([\w-]+)\)", lambda match: f"]({address.format(match[1])})", body)


def _yaml(fields: Mapping[str, Value], plain: re.Pattern[str]) -> str:
    """The fields as YAML; values that match `plain` need no quotes."""

    def scalar(text: str) -> str:
        return text if plain.fullmatch(text) else f"'{text}'"

    lines = []
    for name, value in fields.items():
        if isinstance(value, str):
            lines.append(f"{name}: {scalar(value)}")
        elif value and isinstance(value[0], dict):
            lines.append(f"{name}:")
            lines += [
                f"  - {{{', '.join(f'{key}: {scalar(text)}' for key, text in entry.items())}}}"
                for entry in value
                if isinstance(entry, dict)
            ]
        else:
            lines.append(f"{name}: [{', '.join(scalar(text) for text in value if isinstance(text, str))}]")
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except FileNotFoundError:
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8", newline="\n")


# ---------------------------------------------------------------- the same for other generators


class MenuColumn(TypedDict):
    """A column of the menu."""

    id: str
    name: str
    children: list[MenuColumn]


def menu() -> list[MenuColumn]:
    """The columns that have documents, with those above them."""
    text = (REPO / "sitegen/data/columns.yaml").read_text(encoding="utf-8")
    used = {column.id for column in COLUMNS}

    def shown(columns: Sequence[Mapping[str, Any]]) -> list[MenuColumn]:
        found = [MenuColumn(id=c["id"], name=c["name"], children=shown(c.get("children", ()))) for c in columns]
        return [column for column in found if column["children"] or column["id"] in used]

    return shown(yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))["columns"])


def write_plain(folder: Path, count: int, seed: int, *, with_sections: bool = False) -> None:
    """`content/`, `static/` and `data/` for Hugo and Eleventy: nested folders for columns, YAML front matter.

    What our program works out itself is told to them: validity, and relations in both directions. Hugo wants a page
    for each section.
    """
    columns = menu()
    _write(folder / "data" / "menu.json", json.dumps(columns, ensure_ascii=False, indent=1) + "\n")
    paths = {column: path for column, _, path in places(columns)}
    if with_sections:
        for column, name, path in places(columns):
            text = f"---\ntitle: {name}\ncolumn: {column}\nurl: /{column}/\n---\n"
            _write(folder / "content" / path / "_index.md", text)
        _write(folder / "content" / "catalog" / "_index.md", "---\ntitle: 政府信息公开目录\nlayout: catalog\n---\n")
    plan = heads(count, seed)
    for head in plan:
        one = item(plan, head.number, seed)
        _write(folder / "content" / paths[head.column.id] / str(head.day.year) / f"{head.id}.md", plain_text(plan, one))
        for name, _, data in one.attachments:
            target = folder / "static" / "doc" / head.id / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


def places(columns: Sequence[MenuColumn], above: str = "") -> Iterator[tuple[str, str, str]]:
    """The id, the name and the folder of each column."""
    for column in columns:
        path = f"{above}{column['id']}"
        yield column["id"], column["name"], path
        yield from places(column["children"], f"{path}/")


def plain_text(plan: Sequence[Head], one: Item) -> str:
    """The document for Hugo and Eleventy."""
    head, given = one.head, one.fields
    issuers = given["issuer"] if isinstance(given["issuer"], list) else [given["issuer"]]
    topics = given["topic"] if isinstance(given["topic"], list) else [given["topic"]]
    day, _, minute = str(given["pub_date"]).partition(" ")
    related = [(MENDED[kind], plan[number].id) for kind, number in filter(None, [head.relation])]
    related += [(INVERSE[kind], plan[number].id) for kind, number in head.incoming]
    fields: dict[str, Value] = {
        "title": head.title,
        "date": f"{day}T{minute or '00:00'}:00+08:00",
        "shown_date": str(given["pub_date"]),
        "column": head.column.id,
        "issuers": [str(issuer) for issuer in issuers],
        "topics": list(dict.fromkeys(str(topic).split("\\")[0] for topic in topics)),
        "years": [str(head.day.year)],
        "full_topic": "；".join(str(topic) for topic in topics),
        "summary": str(given["summary"]),
        "keywords": given["keywords"],
    }
    if one.validity:
        fields["validity"] = [one.validity]
    names = ("doc_no", "index_no", "genre", "written_date", "effective_date", "expire_date", "unit", "attachments")
    fields.update({name: given[name] for name in names if name in given})
    if related:
        fields["related"] = [{"kind": kind, "id": other} for kind, other in related]
    if head.column.fields:
        fields["facts"] = [{"name": EXTRA_NAMES[name], "value": str(given[name])} for name in head.column.fields]
    return f"---\n{_yaml(fields, PLAIN_TEXT)}---\n\n{with_links(one.body, '../{}/index.html')}"


# ---------------------------------------------------------------- the command


def write_history(folder: Path, count: int, seed: int, commits: int) -> None:
    """A git repository of the folder: all documents at once, then a few edited in each further commit."""
    rng = Random(f"{seed} history")
    plan = heads(count, seed)

    def git(*arguments: str, day: date = FIRST_DAY) -> None:
        moment = f"{day}T09:00:00+0800"
        person = {"NAME": "bench", "EMAIL": "bench@example.org", "DATE": moment}
        environment = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in person.items()}
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, env={**os.environ, **environment})

    git("init", "--quiet", "--initial-branch=main")
    for number in range(commits):
        if number:
            for head in rng.sample(plan, min(5, count)):
                with (folder / "content" / head.path).open("a", encoding="utf-8", newline="\n") as file:
                    file.write(f"\n{_sentence(rng)}\n")
        git("add", "--all")
        git("commit", "--quiet", f"--message=change {number}", day=AS_OF - timedelta(days=commits - number))


def main() -> None:
    """Write a site folder."""
    parser = argparse.ArgumentParser(description="Generate a site folder for measurements.")
    parser.add_argument("count", type=int, help="documents, 1 to 200000")
    parser.add_argument("--into", type=Path, required=True, help="folder that gets content/")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--git", type=int, default=0, metavar="COMMITS", help="make a git repository of it")
    options = parser.parse_args()
    write_site(options.into / "content", options.count, options.seed)
    if options.git:
        write_history(options.into, options.count, options.seed, options.git)


if __name__ == "__main__":
    main()
