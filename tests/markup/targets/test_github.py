"""GitHub: anchors, contents, options, losses, and forms that come back."""

from __future__ import annotations

import pytest

from markup.targets import MAX_CHARACTERS, TextTooLong, UnknownOption, convert
from markup.targets.github import anchor


@pytest.mark.parametrize(
    ("titles", "anchors"),
    [
        (["项目", "项目", "项目"], ["项目", "项目-1", "项目-2"]),
        (["线上讨论:"], ["线上讨论"]),
        (["加入/赞助我们"], ["加入赞助我们"]),
        (["重磅：LLaMA2"], ["重磅llama2"]),
        (["A  b-c_d"], ["a--b-c_d"]),
        (["1. 什么是 RLHF？"], ["1-什么是-rlhf"]),
        (["😀 好"], ["-好"]),
        (["é e\u0301 Ⅷ ½ ٣"], ["é-e\u0301---٣"]),
        (["。"], [""]),
    ],
)
def test_anchor(titles, anchors):
    """Row "anchors": lower case, spaces to hyphens, letters, marks, digits, connectors and hyphens stay."""
    seen = {}
    assert [anchor(title, seen) for title in titles] == anchors


def test_contents_are_made_anew():
    text = "# 题\n\n## 甲 `x`\n\n## 乙\n"
    once = convert(text, "github", {"toc": "true"}).text
    assert once.startswith("# 题\n\n- [甲 x](#甲-x)\n- [乙](#乙)\n\n## 甲")
    changed = once.replace("## 乙", "## 丙")
    assert convert(changed, "github", {"toc": "true"}).text == once.replace("乙", "丙")


def test_contents_are_first_without_a_title():
    assert convert("甲\n\n## 乙", "github", {"toc": "true"}).text == "- [乙](#乙)\n\n甲\n\n## 乙\n"


def test_contents_of_a_text_without_headings():
    assert convert("甲", "github", {"toc": "true"}).text == "甲\n"


@pytest.mark.parametrize(
    "options",
    [
        {"nonsense": "1"},
        {"lead": "甲"},
        {"toc": "yes"},
        {"place": "wiki"},
        {"site_url": "talk.example"},
        {"site_url": "javascript:alert(1)"},
    ],
)
def test_wrong_options(options):
    with pytest.raises(UnknownOption):
        convert("甲", "github", options)


def test_losses_are_one_line_each_and_counted():
    losses = convert(
        "---\nа: b\n---\n\n## $x$ 与 $y$\n\n![图](data:image/png;base64,AA)\n\n![](/media/x.png)", "github"
    ).losses
    assert losses == (
        "front matter is dropped",
        "a formula is not drawn in headings, link texts and footnotes: written as code (2 times)",
        "a picture inside the text is not shown: its description is written",
        "a picture of the site is not shown without site_url: /media/x.png",
    )


def test_equation_images_of_zhihu_are_formulas():
    text = '前 <img src="https://www.zhihu.com/equation?tex=%5Cfrac%7Ba%7D%7Bb%7D" alt="x" eeimg="1"> 后'
    assert convert(text, "github").text == "前 $`\\frac{a}{b}`$ 后\n"


@pytest.mark.parametrize(
    "text",
    [
        "- - [ ] 甲",
        "1. - [x] 甲",
        "- [ ] 见 \\[x]",
        "- - - 甲",
        "> 1. 甲\n>\n>    ```\n>    x\n>    ```",
        "- 甲\n\n- - 乙\n\n  - 丙",
        "* 甲\n\n[r]: https://a.example/\n\n* 乙",
        "甲[^1](乙)[^1]: 丙\n\n[^1]: 注",
        "[^1]: - 甲\n    - 乙\n\n[^1]",
        "<details>\n\n- 甲\n\n</details>\n\n</details>",
        "**甲 <strong>乙** 丙</strong>",
    ],
)
def test_corners_stay(text):
    once = convert(text, "github").text
    assert convert(once, "github").text == once


def test_size_is_capped_before_anything_is_read():
    with pytest.raises(TextTooLong):
        convert("甲" * (MAX_CHARACTERS + 1), "github")


def test_empty():
    assert convert("", "github").text == ""
    assert convert(" \n\n", "github").text == ""
