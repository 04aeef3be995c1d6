"""Turn the shipped table of variant characters into what the build and the browser fold a text with.

Exports `variants`, `variants_file`, `INSIDE`. The table is data (`sitegen/data/search/variants.txt`): one character for
one, and no simplified character is a variant of another, so folding twice is folding once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

# The variants that are in GB 2312 themselves. Every other one is outside, so a browser needs the table only for a query
# with a character outside GB 2312 or one of these.
INSIDE = "夥後徵摺於菸麽"


@cache
def variants() -> Mapping[int, str]:
    """The simplified character of each variant by its code point, as `str.translate` takes it.

    >>> "關於實施衛生條例的辦法".translate(variants())
    '关于实施卫生条例的办法'
    """
    return {ord(variant): simplified for variant, simplified in zip(*_rows(), strict=True)}


def variants_file() -> bytes:
    """The table for the browser: JSON of two texts of equal length, the variants and their simplified characters."""
    return json.dumps(_rows(), ensure_ascii=False, separators=(",", ":")).encode()


def _rows() -> tuple[str, str]:
    text = files("sitegen").joinpath("data", "search", "variants.txt").read_text("utf-8")
    variant, simplified = (line for line in text.splitlines() if not line.startswith("#"))
    return variant, simplified
