"""The HTML of a 60 KB episode against markdown-it-py as it comes, which knows no formulas and sanitises nothing."""

from markdown_it import MarkdownIt

from markup.html import render
from tests.bench.bench_pages import emit, paired

SIZE = 60_000

QUESTION = """### {number}. 上下文从 4K 加到 {number}00K，位置编码要怎么改？

阿岚：先说结论，**底数要变大。**低频的分量转得越慢，远处就显得越近；*内插* 和 *extrapolation* 都有人用，
见 https://arxiv.org/abs/2309.{number:05d}，好像不需要从头训练。第 $i$ 个分量的角度是 $\\theta_i = b^{{-2i/d}}$：

$$
\\theta_i' = (s \\cdot b)^{{-2i/d}}, \\quad s = \\frac{{L'}}{{L}} \\tag{{{number}}}
$$

1. 训练时的长度不变，只改底数；约 ~{number} 小时可以微调完。
2. 再看 `rope_theta`，仓库在 [这里](https://example.org/repo/{number}?utm_source=talk)，记得先对齐分词器[^{number}]。
   - 短文本会掉一点点
   - [x] 已经试过

| 长度 | 困惑度 | 注 |
|:--|--:|---|
| 4K | {number}.21 | 原始 |
| 100K | {number}.87 | 底数乘以 {number} |

```python
def angles(dimension: int, base: float = 1e{number}):
    # 每个分量转多快
    return [base ** (-2 * i / dimension) for i in range(dimension // 2)]
```

> 渡口：那显存呢？
> 小满：键值缓存跟长度成正比，《长文》里提到可以量化到 8 位。

[^{number}]: 词表不同的两个模型不能直接比较困惑度。

"""


def episode() -> str:
    """An episode of about 60 KB in our own words."""
    parts: list[str] = []
    size = 0
    while size < SIZE:
        parts.append(QUESTION.format(number=len(parts) + 1))
        size += len(parts[-1].encode())
    return "".join(parts)


def main() -> None:
    text = episode()
    bare = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    html = render(text)
    assert html.count("<math") >= 3 * html.count("<table") > 0
    value, floor = paired(lambda: render(text), lambda: bare.render(text), rounds=15)
    emit("html_of_60_kb_episode_to_bare_markdown", value=value, floor=floor, unit="s")


if __name__ == "__main__":
    main()
