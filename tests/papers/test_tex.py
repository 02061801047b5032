"""Accents that TeX spells out."""

import pytest

from papers.tex import _FORMULA, plain


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"Erd\H{o}s", "Erdős"),
        (r"Poincar\'e", "Poincaré"),
        (r"Poincar\'{e}", "Poincaré"),
        (r"G{\"o}del", "Gödel"),
        (r"na\"{\i}ve", "naïve"),
        (r"na{\"\i}ve", "naïve"),
        (r"\v{S}koda and \v Skoda", "Škoda and Škoda"),
        (r"\c{C}elik", "Çelik"),
        (r"{\L}ukasz Kaiser, S{\o}ren, Stra\ss e", "Łukasz Kaiser, Søren, Straße"),
        (r"\AA ngstr\"om", "Ångström"),
    ],
)
def test_accents_are_composed(written, meant):
    assert plain(written) == meant


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        r"$\'e$ and $\hat{x}$",
        r"\alpha-entmax",
        "{BERT}: a title",
        "C:\\users",
        r"100\% of \cite{x}",
        "a\\",
        r"\u2028",
    ],
)
def test_everything_else_stays(text):
    assert plain(text) == text


def test_beginnings_of_formulas_that_never_end_cost_no_more_than_other_text():
    """Such a text of 200,000 characters took minutes; what is left of the pattern looks 2,000 characters ahead."""
    longest = "\\(" + "x" * 2_000 + "\\)"
    assert _FORMULA.fullmatch(longest)
    assert not _FORMULA.search("\\(" + "x" * 2_001 + "\\)")
    assert plain("\\(" * 20_000) == "\\(" * 20_000
