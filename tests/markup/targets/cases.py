"""Every construct of the Markdown rules and what each target gets, one case a row; here the blocks and formulas.

`rule` names the row of the rules' table (github: a.2, zhihu: a.1) and what it demands. A target without an expectation
has no rule of its own for the construct. For html the parts that must stand in the page are given.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    rule: str
    source: str
    github: str | None = None
    zhihu: str | None = None
    html: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)


def equation(tex: str, encoded: str, form: int = 1) -> str:
    source = f"https://www.zhihu.com/equation?tex={encoded}"
    return f'<img src="{source}" alt="{tex}" class="ee_img tr_noresize" eeimg="{form}">'


HEADINGS = (
    Case(
        "heading levels",
        "headings: one h1, no skipped level · h1–h6: top used is ##, second ###, deeper a bold paragraph",
        "前言\n\n# 甲\n\n### 乙\n\n##### 丙\n",
        "前言\n\n# 甲\n\n## 乙\n\n### 丙\n",
        "前言\n\n## 甲\n\n### 乙\n\n**丙**\n",
        ("<h3>甲</h3>",),
    ),
    Case(
        "second h1",
        "headings: one h1",
        "# 甲\n\n## 乙\n\n# 丙\n\n## 丁\n",
        "# 甲\n\n## 乙\n\n## 丙\n\n### 丁\n",
        "## 甲\n\n### 乙\n\n## 丙\n\n### 丁\n",
    ),
    Case("underlined heading", "`文字` + `---`: heading", "文字\n---\n", "## 文字\n", "## 文字\n"),
    Case(
        "rule",
        "`文字` + `---`: blank line before ---",
        "文字\n\n***\n\n后文\n",
        "文字\n\n---\n\n后文\n",
        "文字\n\n---\n\n后文\n",
        ("<hr>",),
    ),
    Case(
        "rule as first line",
        "front matter: rule + h2 in other renderers",
        "---\n\n文字\n",
        "___\n\n文字\n",
        "___\n\n文字\n",
    ),
    Case(
        "no heading",
        "headings: #标题 without space is text",
        "#标题\n\n\\# 不是\n",
        "#标题\n\n\\# 不是\n",
        "#标题\n\n\\# 不是\n",
    ),
    Case("number sign at the end", "headings", "文字\n\n## C \\#\n", "文字\n\n## C \\#\n", "文字\n\n## C \\#\n"),
)

MATH = (
    Case(
        "formula beside Chinese",
        "inline math: $`…`$ with an ASCII space before and after · the equation tag, percent-encoded, one line",
        "当$x_i+1$，后文",
        "当 $`x_i+1`$ ，后文\n",
        f"当{equation('x_i+1', 'x_i%2B1')}，后文\n",
        ("<math>", "<msub>"),
    ),
    Case(
        "formula that looks like emphasis",
        "inline math: `$x*y*z$` becomes <em>",
        "$x*y*z$ 与 ${a}_b c_{d}$",
        "$`x*y*z`$ 与 $`{a}_b c_{d}`$\n",
    ),
    Case(
        "formula with a tag",
        'inline math: escape < > " & in alt',
        '$a < b > c$ 与 $"&$',
        None,
        f"{equation('a &lt; b &gt; c', 'a%20%3C%20b%20%3E%20c')} 与 {equation('&quot;&amp;', '%22%26')}\n",
    ),
    Case(
        "GitHub's own formula",
        "inline math: recognized when it comes back",
        "当 $`a_1`$ 时",
        "当 $`a_1`$ 时\n",
        f"当 {equation('a_1', 'a_1')} 时\n",
    ),
    Case(
        "block formula",
        "block math: ```math at top level · eeimg=2, one line, blank lines around",
        "前\n\n$$\na+b\n= c\n$$\n\n后",
        "前\n\n```math\na+b\n= c\n```\n\n后\n",
        f"前\n\n{equation('a+b = c', 'a%2Bb%20%3D%20c', 2)}\n\n后\n",
        ('display="block"',),
    ),
    Case(
        "block formula that begins with a minus",
        "block math: a line that begins with - becomes a list",
        "$$\na\n- b\n$$",
        "```math\na\n- b\n```\n",
        f"{equation('a - b', 'a%20-%20b', 2)}\n",
    ),
    Case(
        "display formula in a line",
        "block math: on its own",
        "前 $$x$$ 后",
        "前\n\n```math\nx\n```\n\n后\n",
        f"前\n\n{equation('x', 'x', 2)}\n\n后\n",
    ),
    Case(
        "block formula in a list",
        "block math: in lists an indented fence",
        "- 甲\n\n  $$\n  x\n  $$\n",
        "- 甲\n\n  ```math\n  x\n  ```\n",
        f"- 甲\n\n{equation('x', 'x', 2)}\n",
    ),
    Case(
        "numbered formula in a line",
        "block math: \\tag counts as display",
        "前 $x \\tag{1}$ 后",
        None,
        f"前\n\n{equation('x TAG{1}', 'x%20%5Ctag%7B1%7D', 2)}\n\n后\n".replace("TAG", "\\tag"),
    ),
    Case(
        "old equation tag",
        "block math: the old mark eeimg=1 with \\\\ at the end",
        equation("x\\\\", "x%5C%5C"),
        "```math\nx\n```\n",
        f"{equation('x', 'x', 2)}\n",
    ),
    Case(
        "formula in a heading",
        "math in link text, footnote, heading: keep formulas out",
        "前\n\n## 为何 $n^2$\n",
        "前\n\n## 为何 `n^2`\n",
        f"前\n\n## 为何 {equation('n^2', 'n%5E2')}\n",
    ),
    Case(
        "formula in a link",
        "math in link text, footnote, heading: keep formulas out",
        "[式 $n$](https://a.example/)",
        "[式 `n`](https://a.example/)\n",
        "[式 n](https://a.example/)\n",
    ),
    Case(
        "formula in a footnote",
        "math in link text, footnote, heading: keep formulas out",
        "甲[^1]\n\n[^1]: 见 $n$",
        "甲[^1]\n\n[^1]: 见 `n`\n",
        f"甲[1]\n\n**参考资料**\n\n[1] 见 {equation('n', 'n')}\n",
    ),
    Case(
        "formula in a table",
        "table: math with \\mid or \\vert instead of |",
        "| 式 |\n| --- |\n| $\\|x\\|$ |\n",
        "| 式 |\n| --- |\n| $`\\vert x\\vert`$ |\n",
        f"| 式 |\n| --- |\n| {equation('&#124;x&#124;', '%7Cx%7C')} |\n",
    ),
    Case(
        "macro",
        "math, forbidden: \\newcommand as a code block",
        "$$\\newcommand{\\R}{x} \\R$$",
        "```math\n\\newcommand{\\R}{x} \\R\n```\n",
        "```latex\n\\newcommand{\\R}{x} \\R\n```\n",
    ),
    Case(
        "color",
        "math, forbidden: {\\color{red} x} must be {\\color{red}{x}}",
        "${\\color{red} x}$",
        None,
        equation("{\\color{red}{x}}", "%7B%5Ccolor%7Bred%7D%7Bx%7D%7D") + "\n",
    ),
    Case(
        "dollars",
        "math, other opinion: zhihu_math=dollars",
        "当$x$时\n\n$$\ny\n$$",
        None,
        "当 $$x$$ 时\n\n$$y$$\n",
        options={"zhihu_math": "dollars"},
    ),
    Case("prices", "literal $: escape", "$5 和 $10", "\\$5 和 \\$10\n", "\\$5 和 \\$10\n", ("$5 和 $10",)),
    Case("price beside a formula", "literal $: <span>$</span>", "\\$5 与 $x$", "<span>$</span>5 与 $`x`$\n"),
    Case("dollar in code", "$ in code: literal", "`$x$`", "`$x$`\n", "`$x$`\n", ("<code>$x$</code>",)),
)

CODE = (
    Case("inline code", "inline code: as is", "`a*b` 与 ``a`b``", "`a*b` 与 ``a`b``\n", "`a*b` 与 ``a`b``\n"),
    Case(
        "fenced code",
        "fenced code: fence with language",
        "```python\nprint(1)\n```",
        "```python\nprint(1)\n```\n",
        "```python\nprint(1)\n```\n",
        ("<code>print(1)</code>",),
    ),
    Case(
        "fence in a fence",
        "fenced code: a longer fence when the code holds ```",
        "~~~~\n```\n~~~\n~~~~",
        "````\n```\n~~~\n````\n",
        "````\n```\n~~~\n````\n",
    ),
    Case(
        "indented code",
        "fenced / inline code: 4-space indent is code",
        "    a  b\n",
        "```\na  b\n```\n",
        "```\na  b\n```\n",
    ),
    Case(
        "diagram",
        "fenced code: mermaid drawn · diagrams as text",
        "```mermaid\na-->b\n```",
        "```mermaid\na-->b\n```\n",
        "```text\na-->b\n```\n",
    ),
    Case("full-width indent", "fenced / inline code: full-width indent is harmless", "　　正文", "正文\n", "正文\n"),
)

TABLES = (
    Case(
        "table",
        "table: GFM · blank lines around, plain text cells",
        "前\n| 名 | **值** |\n|:-:|--:|\n| `a\\|b` | [文](https://a.example/) |\n",
        "前\n\n| 名 | **值** |\n| :-: | --: |\n| `a\\|b` | [文](https://a.example/) |\n",
        "前\n\n| 名 | 值 |\n| :-: | --: |\n| a\\|b | 文（https://a.example/） |\n",
        ("<table>", "<th"),
    ),
    Case(
        "line break in a cell",
        "table: <br> for new lines",
        "| 甲 |\n|---|\n| 一<br>二 |\n",
        "| 甲 |\n| --- |\n| 一<br>二 |\n",
        "| 甲 |\n| --- |\n| 一<br>二 |\n",
    ),
    Case(
        "bare table",
        "table: option html, a bare <table> without thead and tbody",
        "| 甲 |\n|---|\n| a < b |\n",
        None,
        "<table>\n<tr><th>甲</th></tr>\n<tr><td>a &lt; b</td></tr>\n</table>\n",
        options={"zhihu_table": "html"},
    ),
    Case("text like a table", "table", "a | b\\\n\\--- | ---", "a | b\\\n\\--- | ---\n", "a | b\n\n--- | ---\n"),
)

LISTS = (
    Case("bullets", "nested list: two levels", "* 甲\n  * 乙\n", "* 甲\n  * 乙\n", "* 甲\n  * 乙\n", ("<ul>",)),
    Case(
        "three levels",
        "nested list: ≤2 levels",
        "- 甲\n  - 乙\n    - 丙\n",
        "- 甲\n  - 乙\n    - 丙\n",
        "- 甲\n  - 乙\n  - 丙\n",
    ),
    Case(
        "numbers",
        "ordered list: simple lists as lists",
        "1. 甲\n2. 乙\n",
        "1. 甲\n2. 乙\n",
        "1. 甲\n2. 乙\n",
        ("<ol>",),
    ),
    Case(
        "number with parenthesis",
        "ordered list: 1) starts another list",
        "1) 甲\n2) 乙\n",
        "1) 甲\n2) 乙\n",
        "1) 甲\n2) 乙\n",
    ),
    Case("start", "ordered list: breaks start, number as text", "3. 甲\n4. 乙\n", "3. 甲\n4. 乙\n", "3）甲\n\n4）乙\n"),
    Case(
        "gap in the numbers",
        "ordered list: numbers as written",
        "6. 甲\n11. 乙\n",
        "6. 甲\n11. 乙\n",
        "6）甲\n\n11）乙\n",
    ),
    Case(
        "paragraphs in an item",
        "ordered list with paragraphs: indent by marker width · number as text, paragraphs outside",
        "9. 问\n\n   答\n10. 问\n\n    答\n",
        "9. 问\n\n   答\n\n10. 问\n\n    答\n",
        "9）问\n\n答\n\n10）问\n\n答\n",
    ),
    Case(
        "line that starts like a list",
        "line that starts like a list: escape",
        "2023\\. 年终\n\n\\- tan90 甲\n\n\\+ 乙\n\n\\> 丙",
        "2023\\. 年终\n\n\\- tan90 甲\n\n\\+ 乙\n\n\\> 丙\n",
        "2023\\. 年终\n\n\\- tan90 甲\n\n\\+ 乙\n\n\\> 丙\n",
    ),
    Case(
        "code in an item",
        "ordered list: items of several paragraphs",
        "- 甲\n  ```\n  x\n  ```\n- 乙\n",
        "- 甲\n  ```\n  x\n  ```\n- 乙\n",
        "- 甲\n\n```\nx\n```\n\n- 乙\n",
    ),
    Case(
        "task list",
        "task list: yes, text that begins with ( escaped · ⬜ / ✅",
        "- [x] 完成\n- [ ] (可选)\n",
        "- [x] 完成\n- [ ] \\(可选)\n",
        "- ✅ 完成\n- ⬜ (可选)\n",
        ("☑", "☐"),
    ),
    Case("text like a box", "task list", "- \\[ ] 甲\n", "- \\[ ] 甲\n", "- \\[ ] 甲\n"),
)

BLOCKS = (*HEADINGS, *MATH, *CODE, *TABLES, *LISTS)
