"""Whether an element of a web page can be seen, as far as the page itself says; nothing is fetched and no script run.

Looked at are the element's own style, the rules in the page's <style> with a plain selector (tag, .class, #id), and the
colours behind it. Rules that only switch an element off count where nothing on the page could switch it on again: the
text of an accordion is not hidden from its readers. Knows nothing of blocks or text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

LEAST_WORDS = 3
"""A hidden element with fewer words is a label for a machine, and not told."""

COMMENT_WORDS = 8
"""Comments are told from so many words on, if they are prose: shorter ones are marks between parts of a page."""

CLIMB = 64
"""Elements above one whose ground is looked for; behind deeper nesting the paper is taken for white."""

_END = r"\s*(?:!\s*important\s*)?(?:;|$)"
_OFF = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    rf"|(?:opacity|zoom)\s*:\s*0*(?:\.0+)?%?{_END}|(?:max-)?height\s*:\s*0(?:px)?{_END}.*overflow\s*:\s*hidden"
    rf"|overflow\s*:\s*hidden.*(?:max-)?(?:height|width)\s*:\s*0(?:px)?{_END})",
    re.IGNORECASE,
)
"""What a script or a click may switch on again."""

_AWAY = re.compile(
    rf"(?:^|[;\s])(?:font-size\s*:\s*(?:0*(?:\.\d+)?(?:px|pt|em|rem|%)?|1px){_END}|color\s*:\s*transparent{_END}"
    r"|(?:left|top|right|bottom|margin-left|margin-top|text-indent)\s*:\s*-\d{3,}(?:\.\d+)?(?:px|em|rem|pt|vw|vh|%)?"
    r"|clip\s*:\s*rect\(\s*(?:0|1px)|clip-path\s*:\s*inset\(\s*(?:50|100)%|transform\s*:\s*scale\(\s*0(?:\s*[,)]))",
    re.IGNORECASE,
)
"""What keeps text from the eye for good."""

_COLOUR = re.compile(r"(?:^|[;\s])color\s*:\s*([^;!]+)", re.IGNORECASE)
_GROUND = re.compile(r"(?:^|[;\s])background(?:-color|-image)?\s*:\s*([^;!]+)", re.IGNORECASE)
_SELECTOR = re.compile(r"[a-zA-Z]*[0-9]?(?:[.#][\w-]+)?")
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_HTML_COMMENT = re.compile(r"<!--([^<>{};=]*)-->")
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})$", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(\s*(\d+)\s*[, ]\s*(\d+)\s*[, ]\s*(\d+)\s*(?:[,/]\s*([\d.]+%?)\s*)?\)$", re.IGNORECASE)
_NAMED = {"white": (255, 255, 255), "snow": (255, 250, 250), "ivory": (255, 255, 240), "black": (0, 0, 0),
          "ghostwhite": (248, 248, 255), "whitesmoke": (245, 245, 245), "floralwhite": (255, 250, 240)}  # fmt: skip
_NEAR = 16
"""Of 255: colours that differ less in each part can't be told apart."""

Colour = tuple[int, int, int]


class Sight:
    """What one page says of its elements' looks."""

    def __init__(self, tree: LexborHTMLParser) -> None:
        css = "\n".join(style.text() or "" for style in tree.css("style"))
        self._rules = dict(_rules(_COMMENT.sub("", css)))
        moves = tree.css_first("script, link[rel=stylesheet]") is not None
        self._may_come_back = moves or bool(re.search(r":(?:hover|checked|target|focus|active)|@(?:media|import)", css))
        self._paper_is_white = tree.css_first("link[rel=stylesheet]") is None and not _GROUND.search(css)

    def hides(self, node: LexborNode) -> bool:
        """Whether the element and all in it is kept from the eye."""
        attributes = node.attributes
        if "hidden" in attributes:
            return True
        own = attributes.get("style") or ""
        ruled = ";".join(self._ruled(node)) if self._rules else ""
        if not own and not ruled and "color" not in attributes:
            return False
        if _OFF.search(own) or _AWAY.search(own) or _AWAY.search(ruled):
            return True
        return bool(not self._may_come_back and _OFF.search(ruled)) or self._as_its_ground(node, own, ruled)

    def _ruled(self, node: LexborNode) -> Iterator[str]:
        tag, attributes = node.tag or "", node.attributes
        names = [f".{name}" for name in (attributes.get("class") or "").split()]
        if attributes.get("id"):
            names.append(f"#{attributes['id']}")
        for name in (tag, *names, *(tag + name for name in names)):
            if name in self._rules:
                yield self._rules[name]

    def _as_its_ground(self, node: LexborNode, own: str, ruled: str) -> bool:
        colour = _colour(own) or _colour(ruled) or _parsed(node.attributes.get("color") or "")
        if colour is None:
            return False
        above: LexborNode | None = node
        for _ in range(CLIMB):
            if above is None or above.tag in (None, "-document"):
                break
            looks = f"{';'.join(self._ruled(above))};{above.attributes.get('style') or ''}"
            ground = _GROUND.search(looks)
            told = ground[1] if ground else above.attributes.get("bgcolor") or ""
            if told or above.attributes.get("background"):
                behind = _parsed(told.split()[0] if told.split() else "")
                return behind is not None and _alike(colour, behind)
            above = above.parent
        return self._paper_is_white and _alike(colour, _NAMED["white"])


def worth_telling(node: LexborNode) -> bool:
    """Whether a hidden element holds words and not just a label."""
    return len((node.text(deep=True) or "").split()) >= LEAST_WORDS


def hidden_comments(source: str) -> int:
    """How many comments of a page are prose."""
    return sum(len(found[1].split()) >= COMMENT_WORDS for found in _HTML_COMMENT.finditer(source))


def _rules(css: str) -> Iterator[tuple[str, str]]:
    """Plain selectors with their declarations; what stands inside @media and the like is left out."""
    depth, begin, selector = 0, 0, ""
    for found in re.finditer(r"[{}]", css):
        if found[0] == "{":
            selector = css[begin : found.start()].strip() if depth == 0 else selector
            depth += 1
        else:
            if depth == 1 and not selector.startswith("@"):
                for name in selector.split(","):
                    if _SELECTOR.fullmatch(name.strip()):
                        yield name.strip(), css[begin : found.start()]
            depth = max(0, depth - 1)
        begin = found.end()


def _colour(style: str) -> Colour | None:
    found = _COLOUR.search(style)
    return _parsed(found[1]) if found else None


def _parsed(value: str) -> Colour | None:
    value = value.strip().casefold()
    if value in _NAMED:
        return _NAMED[value]
    if found := _HEX.match(value):
        digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    if found := _RGB.match(value):
        return min(255, int(found[1])), min(255, int(found[2])), min(255, int(found[3]))
    return None


def _alike(one: Colour, other: Colour) -> bool:
    return all(abs(a - b) < _NEAR for a, b in zip(one, other, strict=True))
