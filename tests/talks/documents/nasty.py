"""Texts in which Markdown, GitHub's form of it or our own documents could see something else than words."""

from hypothesis import strategies as st

LINES = [
    "```", "```py", "````", "~~~", "~~~~ x", "  ```", "<!-- x -->", "<!--", "-->", "<!-- generated -->", "<!-- /generated -->",
    "# 一", "## 本周新闻", "### 1. 问", "#### 追问：", "###### 附注", "==", "===", "---", "- - -", "***", "___", "- a", "* b", "+ c",
    "1. d", "2) e", "- [ ] f", "| a | b |", "|---|---|", "|-", "$$", "$x$", "$$ x $$", "$`x`$", "```math", "好\\", "\\", "\\\\", "\\```",
    "    code", "\tcode", "> q", ">", "> [!NOTE]", "[a]: https://a.example/x", "[a]", "[^1]: 注", "[^1]", "小结：好", "小结：", "答：", "答：好",
    "问：好", "问 3：好", "Q1: 好", "**Q1** 好", "[**Q1**](https://t.example/q/021-1/)", "/q/021-1/", "—甲", "好 —甲", "【提问者】：丙",
    "【回答者】：丁", "【回答者】：小结", "", "", "   ", "　", "&lt;", "&emsp;", "<b>x</b>", "<details>", "</details>", "<span></span>",
    "<span></span>```", "<br>", "<br> 答：", "好  ", "a_b *c* ~d~ `e`", "@a #1", "http://a.example/a_b", "![x](y.png)", "</p>", "<!DOCTYPE x>", "<?php",
    "<![CDATA[", "追问：x", "附注", "正文", "{#id}", "\u200b",
]  # fmt: skip
line = st.one_of(
    st.sampled_from(LINES),
    st.tuples(st.sampled_from(LINES), st.sampled_from(LINES)).map(" ".join),
    st.sampled_from(LINES).map(lambda text: f"\\{text}"),
    st.text("`~<!->#=*+|$\\[]: 答问1.a好", max_size=14),
)
body = st.lists(line, min_size=1, max_size=6).map("\n".join).filter(str.strip)
