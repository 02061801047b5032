"""Code with its words marked by class: keyword, string, comment, defined name; four kinds are enough.

Written here because a page must not hang on its code: the lexers of Pygments are quadratic (20,000 line ends read as
C take it 13 seconds). One pass, every character is read once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import escape

CLASSES = frozenset("kscf")

# Unfinished comments and strings reach to the end they can have, so nothing is read twice.
_HASH = r"#[^\n]*"
_SLASHES = r"//[^\n]*"
_DASHES = r"--[^\n]*"
_PERCENT = r"%[^\n]*"
_STARRED = r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
_ANGLED = r"<!--(?:[^-]|-(?!->))*+(?:-->)?"
_DOUBLE = r'"(?:[^"\\\n]|\\.)*+"?'
_SINGLE = r"'(?:[^'\\\n]|\\.)*+'?"
_BACKTICK = r"`(?:[^`\\]|\\.)*+`?"
_TRIPLE = r'"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?' + r"|'''(?:[^'\\]|\\.|'(?!''))*+(?:''')?"
_CHARACTER = r"'(?:[^'\\\n]|\\.)'"
_WORD = r"[^\W\d]\w*"

_DEFINING = frozenset({"class", "def", "enum", "fn", "func", "function", "interface", "struct", "trait", "type"})

_PYTHON = (
    "False None True and as assert async await break case class continue def del elif else except finally for from"
    " global if import in is lambda match nonlocal not or pass raise return try while with yield"
)
_C = (
    "auto bool break case catch char class const constexpr continue default delete do double else enum explicit extern"
    " false float for friend goto if inline int long mutable namespace new nullptr operator private protected public"
    " register return short signed sizeof static struct switch template this throw true try typedef typename union"
    " unsigned using virtual void volatile while __device__ __global__ __host__ __shared__"
)
_SCRIPT = (
    "abstract as async await boolean break case catch class const continue debugger declare default delete do else enum"
    " export extends false finally for from function if implements import in instanceof interface let new null number"
    " of private protected public readonly return static string super switch this throw true try type typeof undefined"
    " var void while yield"
)
_JAVA = (
    "abstract assert boolean break byte case catch char class continue default do double else enum extends final"
    " finally float for fun if implements import instanceof int interface is long native new null object override"
    " package private protected public record return short static super switch synchronized this throw throws true"
    " false try val var void volatile when while"
)
_GO = (
    "break case chan const continue default defer else fallthrough false for func go goto if import interface map nil"
    " package range return select struct switch true type var"
)
_RUST = (
    "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut"
    " pub ref return self Self static struct super trait true type unsafe use where while"
)
_SHELL = (
    "alias case cd do done echo elif else esac exit export fi for function if in local pip return select set shift"
    " source sudo then unset until while"
)
_SQL = (
    "add all alter and as asc begin between by case create cross delete desc distinct drop else end exists false from"
    " full group having in index inner insert into is join key left like limit not null offset on or order outer"
    " primary references right select set table then true union unique update values view when where with"
)


@dataclass(frozen=True, slots=True)
class _Language:
    """How a language is read: its comments, its strings, its keywords."""

    comments: tuple[str, ...]
    strings: tuple[str, ...]
    keywords: frozenset[str]
    folds_case: bool = False

    def pattern(self) -> re.Pattern[str]:
        kinds = [("c", self.comments), ("s", self.strings), ("word", (_WORD,))]
        groups = (f"(?P<{name}>{'|'.join(parts)})" for name, parts in kinds if parts)
        return re.compile("|".join(groups), re.DOTALL)


def _language(comments: tuple[str, ...], strings: tuple[str, ...], words: str, *, folds: bool = False) -> _Language:
    return _Language(comments, strings, frozenset(words.split()), folds)


_FAMILIES = {
    "python py python3 py3 ipython": _language((_HASH,), (_TRIPLE, _DOUBLE, _SINGLE), _PYTHON),
    "c c++ cpp cc h hpp cuda cu": _language((_SLASHES, _STARRED), (_DOUBLE, _CHARACTER), _C),
    "javascript js jsx typescript ts tsx": _language((_SLASHES, _STARRED), (_DOUBLE, _SINGLE, _BACKTICK), _SCRIPT),
    "java kotlin kt scala": _language((_SLASHES, _STARRED), (_TRIPLE, _DOUBLE, _CHARACTER), _JAVA),
    "go golang": _language((_SLASHES, _STARRED), (_DOUBLE, _BACKTICK, _CHARACTER), _GO),
    "rust rs": _language((_SLASHES, _STARRED), (_DOUBLE, _CHARACTER), _RUST),
    "bash sh shell zsh console dockerfile docker makefile": _language((_HASH,), (_DOUBLE, _SINGLE), _SHELL),
    "sql": _language((_DASHES, _STARRED), (_SINGLE, _DOUBLE), _SQL, folds=True),
    "json jsonc json5": _language((_SLASHES, _STARRED), (_DOUBLE,), "true false null"),
    "yaml yml toml ini": _language((_HASH,), (_DOUBLE, _SINGLE), "true false null yes no"),
    "html xml svg": _language((_ANGLED,), (_DOUBLE,), ""),
    "css": _language((_STARRED,), (_DOUBLE, _SINGLE), ""),
    "latex tex": _language((_PERCENT,), (), ""),
}
_LANGUAGES = {name: language for names, language in _FAMILIES.items() for name in names.split()}


def highlight(code: str, language: str) -> str:
    """The code escaped, with spans of the classes k (keyword), s (string), c (comment) and f (what is defined)."""
    known = _LANGUAGES.get(language.lower())
    if known is None:
        return escape(code, quote=False)
    pieces: list[str] = []
    position, is_defined = 0, False
    for match in _pattern(known).finditer(code):
        kind = match.lastgroup or ""
        if kind == "word":
            kind = _kind(known, match[0], is_defined)
            is_defined = kind == "k" and match[0] in _DEFINING
        pieces.append(escape(code[position : match.start()], quote=False))
        text = escape(match[0], quote=False)
        pieces.append(f'<span class="{kind}">{text}</span>' if kind else text)
        position = match.end()
    pieces.append(escape(code[position:], quote=False))
    return "".join(pieces)


@cache
def _pattern(language: _Language) -> re.Pattern[str]:
    return language.pattern()


def _kind(language: _Language, word: str, is_defined: bool) -> str:
    if (word.lower() if language.folds_case else word) in language.keywords:
        return "k"
    return "f" if is_defined else ""
