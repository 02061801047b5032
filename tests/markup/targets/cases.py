"""Every construct of the Markdown rules and what each target gets, one case a row.

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

PICTURES = (
    Case(
        "picture",
        "image: absolute URL · remote image: https",
        "![图](http://a.example/x.png)",
        "![图](http://a.example/x.png)\n",
        "![图](https://a.example/x.png)\n",
        ('href="http://a.example/x.png"',),
    ),
    Case(
        "space in a picture's address",
        "image: %20",
        "![图](<https://a.example/x y.png>)",
        "![图](https://a.example/x%20y.png)\n",
        "![图](https://a.example/x%20y.png)\n",
    ),
    Case(
        "picture of the site",
        "image: absolute URL",
        "![图](/media/x.png)",
        "![图](https://talk.example/media/x.png)\n",
        "![图](https://talk.example/media/x.png)\n",
        ('src="https://talk.example/media/x.png"',),
        {"site_url": "https://talk.example"},
    ),
    Case(
        "picture inside the text",
        "image: data: breaks · data: → （图：alt）",
        "![图](data:image/png;base64,AA)",
        "（图：图）\n",
        "（图：图）\n",
    ),
    Case(
        "relative picture",
        "image: relative paths · local image: dropped silently",
        "![图](assets/x.png)",
        "![图](assets/x.png)\n",
        "（图：图）\n",
    ),
    Case(
        "svg",
        "image: svg as file · svg: a link",
        "![图](https://a.example/x.svg)",
        "![图](https://a.example/x.svg)\n",
        "[图](https://a.example/x.svg)\n",
    ),
    Case(
        "picture in text",
        "image touching text: blank line between",
        "前 ![图](https://a.example/x.png) 后",
        "前 ![图](https://a.example/x.png) 后\n",
        "前\n\n![图](https://a.example/x.png)\n\n后\n",
    ),
    Case(
        "picture in a link",
        "image caption / link: image, then the link on its own line",
        "[![图](https://a.example/x.png)](https://b.example/)",
        "[![图](https://a.example/x.png)](https://b.example/)\n",
        "![图](https://a.example/x.png)\n\n[https://b.example/](https://b.example/)\n",
    ),
    Case(
        "video file",
        "video: link",
        "![片](https://a.example/x.mp4)",
        "[片](https://a.example/x.mp4)\n",
        "[片](https://a.example/x.mp4)\n",
    ),
    Case(
        "Bilibili frame",
        "video: link · bilibili: plain link, canonical",
        '<iframe src="//player.bilibili.com/player.html?bvid=BV1xx411c7mD&page=2" width="600"></iframe>',
        "<https://www.bilibili.com/video/BV1xx411c7mD/?p=2>\n",
        "[https://www.bilibili.com/video/BV1xx411c7mD/?p=2](https://www.bilibili.com/video/BV1xx411c7mD/?p=2)\n",
        ("&lt;iframe",),
    ),
    Case(
        "Bilibili link with trackers",
        "addresses stay as written · bilibili: canonical",
        "[片](https://www.bilibili.com/video/BV1xx411c7mD?vd_source=1&t=9)",
        "[片](https://www.bilibili.com/video/BV1xx411c7mD?vd_source=1&t=9)\n",
        "[片](https://www.bilibili.com/video/BV1xx411c7mD/?t=9)\n",
    ),
)

LINKS = (
    Case(
        "link",
        "link: [t](u)",
        "[文](https://a.example/x_y)",
        "[文](https://a.example/x_y)\n",
        "[文](https://a.example/x_y)\n",
        ('href="https://a.example/x_y"',),
    ),
    Case(
        "bare address",
        "bare URL: <url> · [url](url) with the exact end",
        "见 https://a.example/MNBVC，好像",
        "见 <https://a.example/MNBVC>，好像\n",
        "见 [https://a.example/MNBVC](https://a.example/MNBVC)，好像\n",
        (">https://a.example/MNBVC</a>，",),
    ),
    Case(
        "bold address",
        "bare URL: **https://a** swallows **",
        "**https://a.example/**",
        "**<https://a.example/>**\n",
        "**[https://a.example/](https://a.example/)**\n",
    ),
    Case(
        "address with underscores",
        "_ in URL: never \\_ in a URL",
        "https://a.example/G_-eF_H",
        "<https://a.example/G_-eF_H>\n",
        "[https://a.example/G_-eF_H](https://a.example/G_-eF_H)\n",
    ),
    Case(
        "text escaped twice",
        "link text: \\\\_ of the source doubles",
        "[https://a.example/x\\\\_y](https://a.example/x_y)",
        "<https://a.example/x_y>\n",
        "[https://a.example/x_y](https://a.example/x_y)\n",
    ),
    Case(
        "brackets in a title",
        "link text: escape the title, never the URL",
        "[\\[论文\\] \\*新* \\_x\\_](https://a.example/)",
        "[\\[论文\\] \\*新\\* \\_x\\_](https://a.example/)\n",
        "[\\[论文\\] \\*新\\* \\_x\\_](https://a.example/)\n",
    ),
    Case(
        "parentheses in an address",
        "link text: URL with (…) or space in <…>",
        "[文](<https://a.example/(x) y>)",
        "[文](<https://a.example/(x) y>)\n",
        "[文](<https://a.example/(x) y>)\n",
    ),
    Case(
        "path of the site",
        "site_url makes site paths absolute",
        "[五](/episodes/005/)",
        "[五](https://talk.example/episodes/005/)\n",
        "[五](https://talk.example/episodes/005/)\n",
        ('href="https://talk.example/episodes/005/"',),
        {"site_url": "https://talk.example"},
    ),
    Case(
        "reference link",
        "link",
        "[文][r] 与 [r]\n\n[r]: https://a.example/ '题'",
        '[文](https://a.example/ "题") 与 [r](https://a.example/ "题")\n',
        '[文](https://a.example/ "题") 与 [r](https://a.example/ "题")\n',
    ),
    Case(
        "unused definition",
        "law 5: no address is lost",
        "文\n\n[1]: https://a.example/",
        "文\n\n[1\\]: <https://a.example/>\n",
        "文\n\n[1\\]: [https://a.example/](https://a.example/)\n",
    ),
    Case(
        "address that is none",
        "bare URL",
        "https\\://a.example，www.a.example",
        "https\\://a.example，www.a.example\n",
        "https\\://a.example，www.a.example\n",
    ),
)

NOTES = (
    Case(
        "footnote",
        "footnote: [^1] · [1] in text and a 参考资料 list",
        "甲[^a] 乙。\n\n[^a]: 说明\n",
        "甲[^a] 乙。\n\n[^a]: 说明\n",
        "甲[1] 乙。\n\n**参考资料**\n\n[1] 说明\n",
        ("说明",),
    ),
    Case(
        "footnote of two paragraphs",
        "footnote",
        "甲[^1]\n\n[^1]: 一\n\n    二\n\n乙",
        "甲[^1]\n\n乙\n\n[^1]: 一\n\n    二\n",
        "甲[1]\n\n乙\n\n**参考资料**\n\n[1] 一\n\n二\n",
    ),
    Case("mention in a file", "@name, #12: not in files", "@someone 见 #12", "@someone 见 #12\n", "@someone 见 #12\n"),
    Case(
        "mention in an issue",
        "@name, #12: @<!-- -->name",
        "@someone 见 #12，@张三",
        "@<!-- -->someone 见 #<!-- -->12，@张三\n",
        None,
        options={"place": "issue"},
    ),
    Case("mention that comes back", "@name: a form exporters write", "@<!-- -->someone", "@someone\n", "@someone\n"),
)

BREAKS = (
    Case(
        "soft break in Chinese",
        "soft break: nothing between Han",
        "上文\n下文。\n“引”\n文",
        "上文下文。“引”文\n",
        "上文下文。“引”文\n",
    ),
    Case("soft break in English", "soft break: one space next to Latin", "one\ntwo", "one\ntwo\n", "one two\n"),
    Case(
        "soft break in an issue",
        "hard break: a <br> in issues",
        "one\ntwo",
        "one two\n",
        None,
        options={"place": "issue"},
    ),
    Case(
        "hard break",
        "hard break: \\ · new paragraph",
        "上\\\n下  \n末<br>尾",
        "上\\\n下\\\n末\\\n尾\n",
        "上\n\n下\n\n末\n\n尾\n",
        ("<br>",),
    ),
    Case("blank lines", "3+ blank lines: one", "上\n\n\n\n\n下", "上\n\n下\n", "上\n\n下\n"),
)

MARKS = (
    Case(
        "bold before Chinese",
        "bold next to CJK punctuation: <strong> · move punctuation out",
        "**强调。**后文",
        "<strong>强调。</strong>后文\n",
        "**强调**。后文\n",
        ("<strong>强调。</strong>后文",),
    ),
    Case(
        "bold book title",
        "bold next to CJK punctuation: 《**书**》",
        "读**《书》**后",
        "读<strong>《书》</strong>后\n",
        "读《**书**》后\n",
    ),
    Case(
        "bold percentage",
        "bold next to CJK punctuation: ASCII spaces outside",
        "提升**15%**左右",
        "提升<strong>15%</strong>左右\n",
        "提升 **15%** 左右\n",
    ),
    Case(
        "bold that works",
        "bold next to CJK punctuation: works",
        "甲**强调**。后文",
        "甲**强调**。后文\n",
        "甲**强调**。后文\n",
    ),
    Case("bold and emphasis", "bold", "***甲*** 与 *乙*", "***甲*** 与 *乙*\n", "**甲** 与 *乙*\n"),
    Case(
        "star in text",
        "exporters must escape * in plain text",
        "2\\*3\\*4 与 a * b",
        "2\\*3\\*4 与 a * b\n",
        "2\\*3\\*4 与 a * b\n",
    ),
    Case(
        "underscore in a word",
        "_: in words not needed",
        "snake_case 与 \\_x\\_",
        "snake_case 与 \\_x\\_\n",
        "snake_case 与 \\_x\\_\n",
    ),
    Case(
        "tilde",
        "tilde: \\~",
        "共~10 分钟；~15 分钟",
        "共\\~10 分钟；\\~15 分钟\n",
        "共~10 分钟；~15 分钟\n",
        ("共~10 分钟；~15 分钟",),
    ),
    Case("struck text", "strikethrough: text only", "~~旧~~新", "~~旧~~新\n", "旧新\n"),
    Case("entity", "&: a reader would see a character", "\\&lt; 与 AT&T", "\\&lt; 与 AT&T\n", "\\&lt; 与 AT&T\n"),
)

FORMS = (
    Case(
        "HTML",
        "HTML: raw HTML is text",
        "a <div> 与 a < b",
        "a \\<div> 与 a < b\n",
        "a \\<div> 与 a < b\n",
        ("&lt;div&gt;",),
    ),
    Case(
        "bold tag",
        "bold: a form exporters write",
        "<strong>甲。</strong>乙",
        "<strong>甲。</strong>乙\n",
        "**甲**。乙\n",
    ),
    Case("tag without partner", "HTML", "<strong>甲", "\\<strong>甲\n", "\\<strong>甲\n"),
    Case(
        "details",
        "HTML: details allowed · details → bold line + content",
        "<details><summary>更多 <b>内容</b></summary>\n\n正文\n\n</details>\n",
        "<details>\n<summary>更多 内容</summary>\n\n正文\n\n</details>\n",
        "**更多 内容**\n\n正文\n",
        ("&lt;details&gt;",),
    ),
    Case("quote", "blockquote", "> 甲\n> 乙\n\n丙", "> 甲乙\n\n丙\n", "> 甲乙\n\n丙\n", ("<blockquote>",)),
    Case(
        "list in a quote",
        "blockquote: lists inside lost",
        "> - 甲\n> - 乙\n",
        "> - 甲\n> - 乙\n",
        "> • 甲\n>\n> • 乙\n",
    ),
    Case(
        "alert",
        "alerts: top level · quote with bold label",
        "> [!TIP]\n> 甲\n",
        "> [!TIP]\n> 甲\n",
        "> **提示**\n>\n> 甲\n",
    ),
    Case(
        "alert in a list",
        "alerts: breaks inside lists",
        "- > [!NOTE]\n  > 甲\n",
        "- > **说明**\n  >\n  > 甲\n",
        "> **说明**\n>\n> 甲\n",
    ),
    Case("text like an alert", "alerts", "> \\[!TIP]\n> 甲", "> \\[!TIP]\n> 甲\n", "> \\[!TIP] 甲\n"),
    Case("emoji", "emoji: characters", "好😀 :smile:", "好😀 :smile:\n", "好😀 :smile:\n"),
    Case("front matter", "front matter: none", "---\ntitle: 题\n---\n\n文", "文\n", "文\n"),
    Case("contents mark", "front matter, [TOC]: drop", "[TOC]\n\n文", "[TOC]\n\n文\n", "文\n"),
    Case(
        "contents",
        "toc=true: contents list first",
        "# 题\n\n## 甲\n\n### 乙：丙\n\n## 甲\n",
        "- [甲](#甲)\n  - [乙：丙](#乙丙)\n- [甲](#甲-1)\n\n# 题\n\n## 甲\n\n### 乙：丙\n\n## 甲\n",
        None,
        options={"toc": "true"},
    ),
    Case(
        "lead",
        "h1–h6: the body does not begin with a heading",
        "## 甲",
        None,
        "导语 *不是* 强调\n\n## 甲\n".replace("*", "\\*"),
        options={"lead": "导语 *不是* 强调"},
    ),
    Case(
        "heading base",
        "h1–h6: make the base level configurable",
        "文\n\n# 甲\n\n## 乙",
        None,
        "文\n\n### 甲\n\n#### 乙\n",
        options={"heading_base": "3"},
    ),
)

CASES = (*HEADINGS, *MATH, *CODE, *TABLES, *LISTS, *PICTURES, *LINKS, *NOTES, *BREAKS, *MARKS, *FORMS)
