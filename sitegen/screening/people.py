"""Tell whether an author in the properties of a file is a person.

Exports `names_of`.
"""

from __future__ import annotations

from sitegen.screening.patterns import later

_SEPARATORS = later(r"[;；,，、|/]+")
_CHINESE = later(r"[\u3400-\u9fff][\u3400-\u9fff·]{1,9}")
_LATIN = later(r"[A-Z][a-z]+(?:[ .-][A-Z][a-z]*)+")
_NOBODY = later(  # offices, programs, and what systems call their users
    r"局|委|办|厅|科|处|室|部|府|院|中心|公司|单位|机关|学校|医院|集团|协会|站|所|队|网|系统|用户|管理|印|打字|电脑"
    r"|[Oo]ffice|[Ww]ord|[Ee]xcel|WPS|[Pp]ython|[Aa]crobat|[Mm]icrosoft|[Aa]pache|[Aa]dmin|[Uu]ser|[Ww]indows|[Ss]ystem"
)
_LONGEST = 4  # characters of a Chinese name; more with a dot between them


def names_of(author: str) -> tuple[str, ...]:
    """The names of persons in an author property: 张三, 张三;李四, Zhang San; none of offices and programs.

    >>> names_of("张三; 某市科学技术局;Administrator"), names_of("Zhang San")
    (('张三',), ('Zhang San',))
    """
    return tuple(name for part in _SEPARATORS.split(author) if (name := part.strip()) and _is_person(name))


def _is_person(name: str) -> bool:
    if _NOBODY.search(name):
        return False
    if _CHINESE.fullmatch(name):
        return len(name) <= _LONGEST or "·" in name
    return _LATIN.fullmatch(name) is not None
