"""TeX to MathML: strict, pure, bounded."""

import threading

import pytest

from markup import formulas
from markup.formulas import to_mathml
from tests import forbidden


@pytest.mark.parametrize(
    ("tex", "letters"),
    [
        (r"\frac{1}{\sqrt{d_k}}", "1dk"),
        (r"\mathrm{softmax}(x)", "softmax(x)"),
        (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}", "(abcd)"),
        (r"\text{层数} \times 2", "层数×2"),
        (r"a<b \And c>d", "a<b&c>d"),
        ("a < b", "a<b"),
        (r"\text{<img src=x onerror=alert(1)>}", "<img src=x onerror=alert(1)>"),
        ("90%", "90%"),
        (r"90\% \text{的 }%x", "90%的 %x"),
        ("概率 p", "概率p"),
    ],
)
def test_letters_stay(tex, letters):
    mathml = to_mathml(tex, is_display=False)
    assert (None if mathml is None else formulas.letters(mathml).replace("\xa0", " ").replace(" & ", "&")) == letters


def test_display_is_marked():
    assert to_mathml("x", is_display=True) == '<math display="block"><mi>x</mi></math>'
    assert to_mathml("x", is_display=False) == "<math><mi>x</mi></math>"


@pytest.mark.parametrize(
    "tex",
    [
        r"\frac{1}{",
        r"\unknown",
        r"\href{javascript:alert(1)}{x}",
        r"\ce{H2O}",
        r"\newcommand{\a}{\a\a}\a",
        r"\def\a{x}\a",
        r"\label{a}",
        "",
        "   ",
        r"\,",
        "x" * (formulas.MAX_FORMULA + 1),
        "{" * 51 + "x" + "}" * 51,
        r"\hat" * 400 + "x",
        r"\begin{align}" + r"\\" * 900 + r"\end{align}",
    ],
)
def test_what_cannot_be_shown_is_none(tex):
    assert to_mathml(tex, is_display=True) is None


# The shortest ways to nest without braces, as long as a formula may be, on a stack of one MiB.
@pytest.mark.parametrize("tex", [r"\hat", r"\bm", r"\sqrt", r"\not", r"\left(", "{", "x^{", "_{", r"\frac1", "'"])
def test_no_formula_ends_the_process(tex):
    longest = tex * (formulas.MAX_FORMULA // len(tex))
    results = []
    before = threading.stack_size(1024 * 1024)
    try:
        thread = threading.Thread(target=lambda: results.append(to_mathml(longest, is_display=True)))
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert len(results) == 1


@pytest.mark.parametrize(
    ("tex", "html"),
    [
        (r"\color{red}{x}", '<mrow class="math-red"><mi>x</mi></mrow>'),
        (r"\textcolor{blue}{x}", '<mrow class="math-blue"><mi>x</mi></mrow>'),
        (r"\textcolor{gray}{x}", "<mrow><mi>x</mi></mrow>"),
        (r"\boxed{x}", '<mrow class="math-box"><mi>x</mi></mrow>'),
        (r"\cancel{x}", '<mrow class="math-strike"><mi>x</mi></mrow>'),
        (r"\text{a \textbf{b}}", "<mrow><mtext>a\xa0</mtext><mtext>b</mtext></mrow>"),
    ],
)
def test_styles_become_classes_and_only_mathml_is_left(tex, html):
    assert to_mathml(tex, is_display=False) == f"<math>{html}</math>"


@pytest.mark.parametrize(
    "tex",
    [
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\begin{align} a &= b \label{eq:x} \\ c &= \eqref{eq:x} \end{align}",
        r"\begin{array}{l|r:c} a & b & c \\ \hline d & e & f \\ \hdashline g & h & i \end{array}",
        r"\begin{cases} a & b \\ c & d \end{cases}",
        r"\begin{multline} a \\ b \end{multline}",
        r"\sum_{i=1}^{n} \! \phantom{y} \overbrace{a}^{b} \xrightarrow[a]{b}",
        r"\text{a \texttt{b} \textit{c} \textsc{d} \textsf{e} \emph{f}}",
    ],
)
def test_nothing_else_than_allowed_mathml(tex):
    mathml = to_mathml(tex, is_display=True)
    assert mathml is not None
    assert " style=" not in mathml
    assert " id=" not in mathml
    assert forbidden.found(mathml) == []


def test_a_number_of_its_own_needs_a_line_of_its_own():
    assert to_mathml(r"x \tag{7}", is_display=False) is None
    assert "<mtext>(7)</mtext>" in to_mathml(r"x \tag{7}", is_display=True)


def test_threads_do_not_disturb_each_other():
    wrong = []

    def convert(number):
        for _ in range(200):
            mathml = to_mathml(rf"\begin{{align}} x &= {number} \end{{align}}", is_display=True)
            if mathml is None or f"<mn>{number}</mn>" not in mathml or "(1)" not in mathml:
                wrong.append(mathml)

    threads = [threading.Thread(target=convert, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
