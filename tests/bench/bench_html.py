"""A 60 KB Chinese text made into safe HTML, against bare markdown-it-py on the same text in the same run."""

from markdown_it import MarkdownIt

from markup import html
from tests.bench.bench_pages import emit, paired

PIECES = (
    "## 本周新闻\n\n这一周最值得聊的是**长上下文**：同样的显存，谁能放下更多的词？见 https://arxiv.org/abs/2309.00071，文中有表。\n\n",
    "1. 位置内插把位置压进训练过的范围；\n2. NTK 让高频不动、低频伸长；\n3. YaRN 再按频段分开处理。\n\n",
    "注意力的代价是 $O(n^2 d)$，其中 $n$ 是长度。分块以后峰值显存只和块长有关。\n\n",
    "| 方法 | 要再训练吗 | 一句话 |\n|---|---|---|\n| 位置内插 | 要一点 | 最省事 |\n| YaRN | 要一点 | 最稳 |\n\n",
    "```python\ndef scale(position, factor):\n    return position / factor\n```\n\n",
    "> “省下来的显存，最后都变成了更长的提示词。”\n\n《论文》里*没有*说的是：推理时的缓存也会变大~\n\n",
)


def main() -> None:
    text = ""
    while len(text.encode()) < 60_000:
        text += "".join(PIECES)
    bare = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    ours, floor = paired(lambda: html.render(text, prefix="bench-"), lambda: bare.render(text), rounds=15)
    emit("render_60kb_to_bare_markdown_it", value=ours, floor=floor, unit="s")


if __name__ == "__main__":
    main()
