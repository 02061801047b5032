"""One paper as BibTeX: a reference to arXiv, and nothing in a field that BibTeX or TeX would act on. Pure."""

from __future__ import annotations

import re

from papers.facts import PaperFacts
from papers.lists.bibtex import address, escaped, stem_of, year_of

_FORMULA = re.compile(r"\$([^$]+)\$")
# A formula stays one when it is made of letters, signs and these commands; any other is printed as its source.
_SIGNS = re.compile(r"[A-Za-z0-9 +\-*/=<>()\[\]|.,:;!'^_{}]*")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_KNOWN_WORDS = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell infty partial nabla "
    "times cdot pm sim approx leq le geq ge neq ne equiv to rightarrow leftarrow in subset cup cap sum "
    "prod int log exp max min sqrt frac mathcal mathbb mathbf mathrm mathit mathsf text hat bar tilde vec "
    "ast star circ bullet dagger prime "
)
_KNOWN = frozenset(_KNOWN_WORDS.split())


def write(paper: PaperFacts) -> str:
    """Return the entry of a paper. The same facts give the same bytes."""
    names = [author.name for author in paper.authors]
    year = paper.published_at.year if paper.published_at else year_of(paper.arxiv_id)
    fields = {
        "title": f"{{{_title(paper.title)}}}" if paper.title else "",
        "author": " and ".join(map(_name, names)),
        "year": str(year),
        "eprint": paper.arxiv_id,
        "archiveprefix": "arXiv",
        "primaryclass": paper.primary_category,
        "doi": address(paper.doi),
        "note": escaped("; ".join(filter(None, [paper.journal_ref, "Withdrawn" if paper.is_withdrawn else ""]))),
        "url": f"https://arxiv.org/abs/{paper.arxiv_id}",
    }
    key = stem_of(names, year, paper.title) if paper.title else f"arxiv{re.sub('[^0-9a-z]', '', paper.arxiv_id)}"
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}", ""])


def _name(name: str) -> str:
    """A name that BibTeX would split or turn round (one word, `and`, a comma) is kept together by braces."""
    is_plain = " " in name and "," not in name and " and " not in f" {name.lower()} "
    return escaped(name) if is_plain else f"{{{escaped(name)}}}"


def _title(title: str) -> str:
    pieces = _FORMULA.split(title)
    return "".join(_formula(piece) if index % 2 else escaped(piece) for index, piece in enumerate(pieces))


def _formula(source: str) -> str:
    commands = _COMMAND.findall(source)
    is_known = all(command in _KNOWN for command in commands)
    # ^^5c is a backslash to TeX
    if is_known and "^^" not in source and _SIGNS.fullmatch(_COMMAND.sub("", source)) and _is_balanced(source):
        return f"${source}$"
    return escaped(f"${source}$")


def _is_balanced(source: str) -> bool:
    depth = 0
    for char in source:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0
