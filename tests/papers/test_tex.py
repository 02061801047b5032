"""Accents that TeX spells out."""

import pytest

from papers.tex import plain


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
