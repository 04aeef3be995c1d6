"""Turn a style sheet into what it asks for, its colours, and which of them can hardly be read.

Only what is shown on a screen in the light theme counts: rules for print, dark mode and forced colours are passed over.

Exports `inspect_style`, `colour_of`, `contrast`, `hues_of`, `colours_in`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from sitegen.inspection.addresses import Elsewhere, Inside, place_of
from sitegen.inspection.facts import Fault, SiteFacts, StyleFacts

LEAST_CONTRAST = 4.5  # of text: GB/T 37668—2019, and WCAG 2.1, 1.4.3
_LEAST_CHROMA = 0.1  # below it a colour is a grey
_SAME_HUE = 20  # degrees
_UNKNOWN_GROUND = 1.6  # a text that cannot be seen at all on the page stands on a ground set elsewhere

_EXAMPLES = 3

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_URL = re.compile(r"url\(\s*(\"[^\"]*\"|'[^']*'|[^)\"']*)\s*\)|@import\s+(\"[^\"]*\"|'[^']*')", re.IGNORECASE)
_STRING = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_PASSED_OVER = re.compile(r"print|prefers-color-scheme:\s*dark|forced-colors|prefers-contrast|inverted-colors")
_ENTERED = ("@media", "@supports", "@layer", "@container")
_ROOTS = (":root", "html", ":host", "body", "*")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*(?:,([^()]*(?:\([^()]*\)[^()]*)*))?\)")
_COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\([^)]*\)|\b[a-z]+\b", re.IGNORECASE)
_STATE = re.compile(r"::?(?:hover|focus-visible|focus-within|focus|active|visited|link|any-link|before|after)\b")
_PARENTHESES = re.compile(r"\([^()]*\)")
_STEP = re.compile(r"\s*[>+~]\s*|\s+")
_NO_OUTLINE = re.compile(r"\boutline(?:-width)?\s*:\s*(?:0|none)\b")
_NAMES: Mapping[str, str] = {
    "white": "#ffffff", "black": "#000000", "red": "#ff0000", "blue": "#0000ff", "green": "#008000",
    "yellow": "#ffff00", "orange": "#ffa500", "purple": "#800080", "gray": "#808080", "grey": "#808080",
    "silver": "#c0c0c0", "maroon": "#800000", "navy": "#000080", "teal": "#008080", "olive": "#808000",
    "lime": "#00ff00", "aqua": "#00ffff", "cyan": "#00ffff", "fuchsia": "#ff00ff", "magenta": "#ff00ff",
    "brown": "#a52a2a", "pink": "#ffc0cb", "gold": "#ffd700", "crimson": "#dc143c", "darkred": "#8b0000",
    "darkblue": "#00008b", "darkgreen": "#006400", "lightgray": "#d3d3d3", "lightgrey": "#d3d3d3",
    "darkgray": "#a9a9a9", "darkgrey": "#a9a9a9", "dimgray": "#696969", "whitesmoke": "#f5f5f5",
}  # fmt: skip


class Colour(NamedTuple):
    """Red, green and blue from 0 to 255, and whether nothing shines through."""

    red: int
    green: int
    blue: int
    is_solid: bool = True

    def __str__(self) -> str:
        """As `#a61b1b`."""
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


_WHITE = Colour(255, 255, 255)


# ---------------------------------------------------------------- colours


def colour_of(text: str) -> Colour | None:
    """The colour that a value is; None if it is none, or one that depends on something else.

    >>> str(colour_of("#fff")), str(colour_of("rgb(166 27 27)"))
    ('#ffffff', '#a61b1b')
    """
    text = _NAMES.get(text.strip().lower(), text.strip().lower())
    if text.startswith("#"):
        digits = text[1:]
        if len(digits) in (3, 4):
            digits = "".join(2 * digit for digit in digits)
        if len(digits) not in (6, 8) or not re.fullmatch("[0-9a-f]+", digits):
            return None
        red, green, blue = (int(digits[i : i + 2], 16) for i in (0, 2, 4))
        return Colour(red, green, blue, len(digits) == 6 or digits[6:] == "ff")
    if text.startswith("rgb"):
        numbers = re.findall(r"[\d.]+%?", text)
        if len(numbers) not in (3, 4) or any(number.endswith("%") for number in numbers[:3]):
            return None
        red, green, blue = (min(255, round(float(number))) for number in numbers[:3])
        return Colour(red, green, blue, len(numbers) == 3 or numbers[3] in ("1", "1.0", "100%"))
    return None


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of two colours by WCAG 2.1: 1 for equal ones, 21 for black and white.

    >>> round(contrast(Colour(0, 0, 0), Colour(255, 255, 255)))
    21
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    parts = []
    for value in colour[:3]:
        share = value / 255
        parts.append(share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def hues_of(colours: Iterable[str]) -> tuple[str, ...]:
    """One colour of each hue (色调) among these; greys have none."""
    found: list[tuple[float, str]] = []
    for text in colours:
        colour = colour_of(text)
        if colour is None or (hue := _hue(colour)) is None:
            continue
        if all(min(abs(hue - other), 360 - abs(hue - other)) > _SAME_HUE for other, _ in found):
            found.append((hue, str(colour)))
    return tuple(text for _, text in found)


def _hue(colour: Colour) -> float | None:
    red, green, blue = colour[:3]
    most, least = max(red, green, blue), min(red, green, blue)
    if most - least < _LEAST_CHROMA * 255:
        return None
    if most == red:
        return (60 * (green - blue) / (most - least)) % 360
    if most == green:
        return 120 + 60 * (blue - red) / (most - least)
    return 240 + 60 * (red - green) / (most - least)


def colours_in(value: str) -> Iterator[str]:
    """The colours that stand in a declaration's value, as `#a61b1b`."""
    for word in _COLOUR.findall(value):
        if (colour := colour_of(word)) is not None:
            yield str(colour)


# ---------------------------------------------------------------- style sheets


class _Rule(NamedTuple):
    """One rule: its selectors, and its declarations by property."""

    selectors: tuple[str, ...]
    values: Mapping[str, str]


def inspect_style(path: str, text: str, site: SiteFacts) -> StyleFacts:
    """What the style sheet at the output path says."""
    text = _COMMENT.sub("", text)
    loads, faults = _loads(path, text, site)
    rules = tuple(_rules(_STRING.sub('""', _URL.sub("url()", text))))
    variables: dict[str, str] = {}
    for rule in rules:
        if any(selector in _ROOTS for selector in rule.selectors):
            variables |= {name: value for name, value in rule.values.items() if name.startswith("--")}
    plain = [_Rule(rule.selectors, _resolved(rule.values, variables)) for rule in rules]
    used = (value for rule in plain for name, value in rule.values.items() if not name.startswith("--"))
    colours = tuple(sorted({colour for value in used for colour in colours_in(value)}))
    faults += [*_pale(plain), *_unmarked_focus(rules)]
    return StyleFacts(tuple(dict.fromkeys(loads)), colours, tuple(dict.fromkeys(faults)))


def _loads(path: str, text: str, site: SiteFacts) -> tuple[list[str], list[Fault]]:
    loads: list[str] = []
    faults: list[Fault] = []
    for match in _URL.finditer(text):
        address = (match[1] or match[2] or "").strip("\"' ")
        place = place_of(path, address, site)
        if isinstance(place, Inside):
            loads.append(place.path)
        elif isinstance(place, Elsewhere):
            faults.append(foreign_load(place.host, "样式"))
    return loads, faults


def foreign_load(host: str, what: str) -> Fault:
    """What is said of a page or style sheet that asks another host for something."""
    return (
        "L316",
        f"{what}向别的主机 {host} 取内容",
        "把字体、脚本、样式、图片放进主题或稿件旁边，由本站提供。",
    )


def _rules(text: str) -> Iterator[_Rule]:
    at = 0
    while (start := text.find("{", at)) >= 0:
        end = _end_of_block(text, start)
        prelude = text[at:start].rpartition(";")[2].strip()
        block = text[start + 1 : end]
        at = end + 1
        if prelude.startswith("@"):
            if prelude.startswith(_ENTERED) and not _PASSED_OVER.search(prelude):
                yield from _rules(block)
            continue
        yield _Rule(_split(prelude), dict(_declarations(block)))


def _end_of_block(text: str, start: int) -> int:
    depth = 0
    for match in re.compile(r"[{}]").finditer(text, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return len(text)


def _split(prelude: str) -> tuple[str, ...]:
    """The selectors of a list, at its outer commas."""
    parts, depth, last = [], 0, 0
    for i, char in enumerate(prelude):
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append(prelude[last:i].strip())
            last = i + 1
    return (*parts, prelude[last:].strip())


def _declarations(block: str) -> Iterator[tuple[str, str]]:
    for line in block.partition("{")[0].split(";"):
        name, colon, value = line.partition(":")
        if colon:
            name = name.strip()
            yield (name if name.startswith("--") else name.lower()), value.replace("!important", "").strip()


def _resolved(values: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    return {name: _without_variables(value, variables) for name, value in values.items()}


def _without_variables(value: str, variables: Mapping[str, str]) -> str:
    for _ in range(8):  # a variable may name another; a circle ends somewhere
        if "var(" not in value:
            break
        value = _VARIABLE.sub(lambda match: variables.get(match[1], match[2] or ""), value)
    return value


# ---------------------------------------------------------------- what can be read


def _pale(rules: Sequence[_Rule]) -> Iterator[Fault]:
    """Texts that stand out too little from their ground."""
    grounds: dict[str, Colour] = {}
    for rule in rules:
        if (ground := _ground(rule.values)) is not None:
            grounds |= dict.fromkeys(map(_plain, rule.selectors), ground)
    page = next((grounds[name] for name in ("body", "html", ":root") if name in grounds), _WHITE)
    pale: dict[tuple[Colour, Colour], list[str]] = {}  # the selectors that use the pair
    for rule in rules:
        text = colour_of(rule.values.get("color", ""))
        if text is None or not text.is_solid:
            continue
        for selector in rule.selectors:
            if ":disabled" in selector or "::" in _STATE.sub("", selector):
                continue
            found = _ground(rule.values) or _ground_below(selector, grounds)
            ratio = contrast(text, found or page)
            if ratio < LEAST_CONTRAST and (found or ratio > _UNKNOWN_GROUND):
                pale.setdefault((text, found or page), []).append(selector)
    for (text, ground), selectors in pale.items():
        where = "、".join(selectors[:_EXAMPLES]) + (f" 等 {len(selectors)} 处" if len(selectors) > _EXAMPLES else "")
        yield (
            "A213",
            f"文字颜色 {text} 在底色 {ground} 上的对比度只有 {contrast(text, ground):.2f}:1，"
            f"低于 {LEAST_CONTRAST}:1（GB/T 37668—2019）：{where}",
            "把文字的颜色改深，或把底色改浅；主题的颜色变量在 theme.yaml 里。",
        )


def _ground(values: Mapping[str, str]) -> Colour | None:
    value = values.get("background-color") or values.get("background") or ""
    if "gradient" in value:
        return None
    for word in _COLOUR.findall(value):
        if (colour := colour_of(word)) is not None:
            return colour if colour.is_solid else None
    return None


def _ground_below(selector: str, grounds: Mapping[str, Colour]) -> Colour | None:
    """The ground set for the element itself, else for the nearest element around it that the selector names."""
    plain = _plain(selector)
    if plain in grounds:
        return grounds[plain]
    steps = _STEP.split(plain)
    return next((grounds[step] for step in reversed(steps) if step in grounds and step not in _ROOTS), None)


def _plain(selector: str) -> str:
    """The selector without states: `.a:hover b` is about `.a b`."""
    selector = _STATE.sub("", selector)
    while "(" in selector:
        shorter = _PARENTHESES.sub("", selector)
        if shorter == selector:
            break
        selector = shorter
    return selector.strip()


def _unmarked_focus(rules: Sequence[_Rule]) -> Iterator[Fault]:
    marked = any(
        ":focus" in selector and any(name in rule.values for name in ("outline", "box-shadow", "border-color"))
        for rule in rules
        for selector in rule.selectors
        if not _NO_OUTLINE.search(f"outline:{rule.values.get('outline', '')}")
    )
    for rule in rules:
        is_removed = _NO_OUTLINE.search(f"outline:{rule.values.get('outline', rule.values.get('outline-width', ''))}")
        general = [s for s in rule.selectors if s in ("*", "a", "button", "input", ":focus", "*:focus", "a:focus")]
        if is_removed and general and not marked:
            yield (
                "A221",
                f"“{general[0]}”去掉了焦点的轮廓，用键盘看不出停在哪里",
                "删去 outline: none，或用 :focus-visible 另写看得见的样式。",
            )
            return
