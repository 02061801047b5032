r"""TeX to MathML: the only place that knows math-core; strict, so what it does not know is shown as its source.

Its answer is reduced to pure MathML without `style`, `id`, links or HTML inside, for a page without inline styles.
"""

from __future__ import annotations

import colorsys
import html
import re

from math_core import LatexToMathML

# math-core recurses on the machine stack and kills the process when that ends. Measured on a stack of 1 MiB: it stands
# 341 levels of braces, and chains of any of its 934 commands that are as long as these three limits allow.
MAX_FORMULA = 2_000
MAX_BRACES = 50
_CHAIN = re.compile(r"(?:\\[A-Za-z]++[\s{^_]*+){50}")
# Browsers flatten what stands deeper than 512 elements; nobody reads a formula of a quarter of that.
MAX_DEPTH = 100
# A row of `align` is two characters of TeX and 250 of MathML.
MAX_MATHML = 60_000

# What math-core writes as style, declaration by declaration, and the class that says the same in the stylesheet.
STYLE_CLASSES = {
    "text-align: left": "math-start",
    "text-align: right": "math-end",
    "padding-left: 0": "math-flush-start",
    "padding-right: 0": "math-flush-end",
    "padding-left:1em": "math-second",
    "border-left: 0.05em solid currentcolor": "math-line-start",
    "border-left: 0.05em dashed currentcolor": "math-line-start",
    "border-right: 0.05em solid currentcolor": "math-line-end",
    "border-right: 0.05em dashed currentcolor": "math-line-end",
    "border-top: 0.05em solid currentcolor": "math-line-top",
    "border-top: 0.05em dashed currentcolor": "math-line-top",
    "width: 100%": "math-wide",
    "width: 50%": "math-half",
}
COLOR_CLASSES = ("math-red", "math-amber", "math-green", "math-blue", "math-violet")
CLASSES = frozenset({*STYLE_CLASSES.values(), *COLOR_CLASSES, "math-box", "math-strike", "math-back"})

# A command that writes braces would nest deeper than what stands in the text, and one that repeats itself grow.
_DEFINITION = re.compile(r"\\(?:(?:re)?newcommand|providecommand|[egx]?def|let|global|DeclareMathOperator)(?![A-Za-z])")
_PERCENT = re.compile(r"(\\.)|%", re.DOTALL)
_OPENING = re.compile(r"\\.|([{}])", re.DOTALL)
_STYLE = re.compile(r' style="([^"]*)"')
_COLOR = re.compile(r"color:#([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})([0-9A-Fa-f]{2})")
_LABEL = re.compile(r' id="[^"]*"')
_NOT_MATHML = re.compile(r"</?(?:a|b|i|em|s|u|code|span)(?: [^>]*)?>")
_ENCLOSED = re.compile(r'<menclose notation="([^"]*)">')
_STROKE = re.compile(r'<mrow class="menclose-[a-z]+"></mrow>')
_TAG = re.compile(r"<(/?)[a-z][^>]*?(/?)>")


def to_mathml(tex: str, *, is_display: bool) -> str | None:
    """The formula as MathML, on its own line or in one; None when it is no TeX we can show, or too long or deep.

    A bare % is a percent sign here, never a comment: nothing of what a member wrote may vanish.
    """
    if len(tex) > MAX_FORMULA or _brace_depth(tex) > MAX_BRACES:
        return None
    if _CHAIN.search(tex) or _DEFINITION.search(tex):
        return None
    tex = _PERCENT.sub(lambda match: match[1] or r"\%", tex)
    mathml = _converted(tex, is_display)
    if mathml is None and is_display and is_tagged(tex):
        mathml = _converted(rf"\begin{{equation*}}{tex}\end{{equation*}}", is_display)
    if mathml is None or len(mathml) > MAX_MATHML or _depth(mathml) > MAX_DEPTH or not letters(mathml).strip():
        return None
    return _reduced(mathml)


def is_tagged(tex: str) -> bool:
    r"""Whether the formula has a number of its own (\tag), which only a formula on its own line can show."""
    return r"\tag" in tex


def letters(mathml: str) -> str:
    """The characters of a formula without its elements."""
    return html.unescape(_TAG.sub("", mathml))


def _converted(tex: str, is_display: bool) -> str | None:
    try:
        converter = LatexToMathML(fancy_error=False)
        return converter.convert_with_local_state(tex, displaystyle=is_display)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of the Rust code is no Exception
        return None


def _brace_depth(tex: str) -> int:
    depth = deepest = 0
    for match in _OPENING.finditer(tex):
        depth += {"{": 1, "}": -1}.get(match[1], 0)
        deepest = max(deepest, depth)
    return deepest


def _depth(mathml: str) -> int:
    depth = deepest = 0
    for closing, is_empty in _TAG.findall(mathml):
        depth += -1 if closing else not is_empty
        deepest = max(deepest, depth)
    return deepest


def _reduced(mathml: str) -> str:
    mathml = _NOT_MATHML.sub("", _LABEL.sub("", mathml))
    mathml = _ENCLOSED.sub(_row, _STROKE.sub("", mathml)).replace("</menclose>", "</mrow>")
    return _STYLE.sub(_class, mathml)


def _row(match: re.Match[str]) -> str:
    return f'<mrow class="{"math-strike" if "strike" in match[1] else "math-box"}">'


def _class(match: re.Match[str]) -> str:
    declarations = [declaration.strip() for declaration in match[1].split(";")]
    names = [STYLE_CLASSES[declaration] for declaration in declarations if declaration in STYLE_CLASSES]
    if match[1].startswith("margin-left:-"):
        names.append("math-back")
    if color := _COLOR.match(match[1]):
        names.extend(_named_color(*(int(part, 16) for part in color.groups())))
    return f' class="{" ".join(names)}"' if names else ""


def _named_color(red: int, green: int, blue: int) -> list[str]:
    """The color of the palette that comes nearest: any other could be unreadable in one of the themes."""
    hue, _, saturation = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if saturation < 0.2:
        return []
    for end, name in ((20, "red"), (70, "amber"), (170, "green"), (255, "blue"), (330, "violet")):
        if hue * 360 < end:
            return [f"math-{name}"]
    return ["math-red"]
