"""Find the bank cards and accounts of persons.

An account in which a body receives or pays money is no personal data and passes: three lines around it name a body as
its holder (户名：某某局, 收款单位), or a public purpose (财政专户, 国库, 保证金, 捐赠). The name of a person as holder
outweighs that. Where nothing says whose it is, the editor is asked (S209). Exports `accounts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sitegen.screening.patterns import later
from sitegen.screening.personal.identifiers import passes_luhn
from sitegen.screening.personal.names import NAME, is_full_name
from sitegen.screening.personal.reading import (
    ACCOUNT_HEADING,
    GAP,
    ID_LABEL,
    OTHER_HEADING,
    OTHER_NUMBER,
    Hit,
    Place,
    Reading,
    masked,
    place_of,
)

_ACCOUNT = later(rf"(?<![0-9A-Za-z.])[0-9](?:[{GAP}]{{0,3}}[0-9]){{11,29}}(?![0-9A-Za-z])")

_ID = later(r"(?<![0-9])[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx](?![0-9])")

_CARD_BEGINNING = later(r"62|4|5[1-5]|9558|9559|60|65|68|69|9[468]|3[47]")

_ACCOUNT_LABEL = later(
    r"(?:卡号|账号|帐号|账户|帐户|存折号?|银行卡|一卡通号?|工资卡|储蓄卡)(?:号码?)?(?:[（(][^）)]{0,12}[）)])?[为是]?[：:\s]*$"
)

_CARD_WORD = later(
    r"卡号|银行卡|[农工建中交邮招]行|邮储|储蓄|借记卡|信用卡|一卡通|存折|工资卡|社保卡|惠农|信用社|农商行|农商银行|银行|开户|户名|打卡|转账|汇款|收款"
)

_PUBLIC_ACCOUNT = later(
    r"财政专户|财政局|国库|收款单位|缴款|汇缴|对公|基本户|基本账户|基本存款|保证金|非税|捐赠|捐款|公共资源|交易中心|公积金|社会保险(?:费|基金)|缴费|税务|投标|"
    r"采购|招标|中标|供应商|指定账户|专用账户|专户|监管账户|单位名称|单位账户|"
    r"(?:户\s*名|账户名称?|帐户名称?|收款人|开户名称?|收款方|名\s*称|全\s*称)[：:\s|]*[^\s，。；|]{0,30}"
    r"(?:局|中心|政府|公司|委员会|学校|医院|厅|会|所|站|队|处|办|院|厂|社|集团|大学|中学|小学|部|基金|银行)"
)

_HOLDER = later(
    rf"(?:户\s*名|姓\s*名|持卡人|收款人|账户名称?|开户人|领取人|户主|本人)[：:\s|为是]*({NAME})(?=[\s，。；,;、|（(]|$)"
)

_OWN_ACCOUNT = later(r"存折|一卡通|惠农|社保卡|工资卡|本人|个人账|个人银行|农户|储蓄卡|养老金|低保|补贴发放|抚恤")


def accounts(reading: Reading) -> Iterator[Hit]:
    """Cards and accounts of persons, and accounts of which nothing says whose they are."""
    for found in _ACCOUNT.finditer(reading.text):
        number = re.sub(r"\D", "", found.group())
        place = place_of(reading, found.start())
        is_labelled = bool(_ACCOUNT_LABEL.search(place.label) or ACCOUNT_HEADING.search(place.heading))
        is_card = (
            16 <= len(number) <= 19
            and passes_luhn(number)
            and _CARD_BEGINNING.match(number) is not None
            and len(set(number)) > 2
        )
        around = reading.around(place.offset, 3, 3)
        if not is_labelled and not (is_card and _is_about_a_card(place, around)):
            continue
        if _is_blocked(place):
            continue
        is_public = place.of_bodies or _PUBLIC_ACCOUNT.search(around) is not None
        of_person = place.names_person or any(is_full_name(name) for name in _HOLDER.findall(around))
        if is_public and not of_person:
            continue
        of_person = of_person or _OWN_ACCOUNT.search(f"{place.heading}{place.line}") is not None
        yield _account_hit(found.start(), found.end(), number, is_card=is_card, of_person=of_person)


def _is_about_a_card(place: Place, around: str) -> bool:
    return (
        place.names_person
        or _CARD_WORD.search(f"{place.heading}{place.line}") is not None
        or any(is_full_name(name) for name in _HOLDER.findall(around))
        or _ID.search(place.line) is not None
    )


def _is_blocked(place: Place) -> bool:
    if _ACCOUNT_LABEL.search(place.label) or ACCOUNT_HEADING.search(place.heading):
        return False
    return bool(
        OTHER_NUMBER.search(place.label) or OTHER_HEADING.search(place.heading) or ID_LABEL.search(place.heading)
    )


def _account_hit(start: int, end: int, number: str, *, is_card: bool, of_person: bool) -> Hit:
    hint = "删去；确需核对的，最多留后 4 位。"
    if is_card and (of_person or number.startswith("62")):
        return Hit(start, end, "S207", f"有完整的银行卡号（{masked(number)}）", hint)
    if of_person:
        return Hit(start, end, "S208", f"有个人的银行账号或存折号（{masked(number)}）", hint)
    return Hit(
        start,
        end,
        "S209",
        f"有银行账号（{masked(number)}），看不出是单位的还是个人的",
        "是单位的，写明户名（单位全称）；是个人的，删去。",
    )
