"""Where an address begins and ends, in Chinese prose and in Markdown."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markup import link_scan
from markup.links import find

URL = "https://a.example/x"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Chinese and its marks end an address
        ("某人：https://github.com/x/y，好像提的不多？", ["https://github.com/x/y"]),
        ("https://zhuanlan.zhihu.com/p/1；可参考", ["https://zhuanlan.zhihu.com/p/1"]),
        ("「https://a.example/x」、（https://b.example/y）", [URL, "https://b.example/y"]),
        ("https://a.example/x看这里", [URL]),
        ("“https://a.example/x”…", [URL]),
        ("https://a.example/x。https://b.example", [URL, "https://b.example"]),
        ("https://a.example/x\u3000后文", [URL]),
        ("https://a.example/x\u200b后文", [URL]),
        ("https://a.example/x～", [URL]),
        # glued to what stands before, or to the next one
        ("longchathttps://a.example/x", [URL]),
        ("from-https://a.example/x", [URL]),
        ("链接:HTTPS://a.example/x", ["HTTPS://a.example/x"]),
        (
            "https://arxiv.org/abs/2307.09288https://b.example",
            ["https://arxiv.org/abs/2307.09288", "https://b.example"],
        ),
        ("https://a.example/x,https://b.example", [URL, "https://b.example"]),
        ("https://https://a.example/x", [URL]),
        ("https://web.archive.org/web/2023/http://b.example/", ["https://web.archive.org/web/2023/http://b.example/"]),
        ("https://r.example/?to=https://b.example", ["https://r.example/?to=https://b.example"]),
        ("https://r.example/?to=ftp://b.example", ["https://r.example/?to=ftp://b.example"]),
        # marks of a sentence
        ("See https://a.example/x.", [URL]),
        ("https://a.example/x?!,;:'", [URL]),
        ("https://a.example/x...", [URL]),
        ("https://a.example/?player=", ["https://a.example/?player="]),
        ("https://a.example/x/?", ["https://a.example/x/"]),
        ("https://a.example/a_b__c-", ["https://a.example/a_b__c-"]),
        # brackets
        ("(https://en.example/wiki/X_(Y)).", ["https://en.example/wiki/X_(Y)"]),
        ("https://en.example/wiki/X_(Y)Z", ["https://en.example/wiki/X_(Y)Z"]),
        ("https://a.example/x(星数多)", [URL]),
        ("https://a.example/x(beta", [URL]),
        ("[https://a.example/x]", [URL]),
        ("{https://a.example/x},", [URL]),
        ("https://a.example/x?a[]=1", ["https://a.example/x?a[]=1"]),
        ("https://a.example/(]x", ["https://a.example/"]),
        ("http://[::1]:8000/x", ["http://[::1]:8000/x"]),
        # Markdown
        ("<https://a.example/x>，后文", [URL]),
        ("<https://a.example/x，后文>", ["https://a.example/x，后文"]),
        ("<u>https://a.example/x</u>", [URL]),
        ("**https://a.example/x**后文", [URL]),
        ("**https://a.example/x**more", [URL]),
        ("~~https://a.example/x~~", [URL]),
        ("_https://a.example/x_", [URL]),
        ("`https://a.example/x`", [URL]),
        ("|https://a.example/x|y|", [URL]),
        ("https://a.example/x[^1]", [URL]),
        ("[字](https://a.example/x)", [URL]),
        ("[字](https://a.example/x '题')。", [URL]),
        ('[字](https://a.example/x "题")', [URL]),
        ("[字](<https://a.example/x y>)", ["https://a.example/x y"]),
        ("[字](https://zh.example/wiki/大模型)后", ["https://zh.example/wiki/大模型"]),
        ("[字](https://a.example/x_(y))", ["https://a.example/x_(y)"]),
        ("[字](https://a.example/x\\)y)", ["https://a.example/x)y"]),
        ("[字](https://a.example/x 不是链接", [URL]),
        ("[字](https://a.example/x<y)", [URL]),
        ("[字](https://a.example/x]y)", ["https://a.example/x]y"]),
        ("[字](https://a.example/x](https://b.example)", [URL, "https://b.example"]),
        ("![图](https://a.example/x.png)", ["https://a.example/x.png"]),
        ("[1]: https://a.example/x", [URL]),
        ('<a href="https://a.example/x">字</a>', [URL]),
        ("f('https://a.example/x','https://b.example')", [URL, "https://b.example"]),
        # escapes
        ("https://a.example/x\\_y\\&z=1", ["https://a.example/x_y&z=1"]),
        ("https://a.example/x\\\\_y", ["https://a.example/x_y"]),
        ("https://a.example/x\\后文", [URL]),
        ("https://a.example/x\\\n后文", [URL]),
        ("https://a.example/x\\n", [URL]),
        ("(https://a.example/x\\)", [URL]),
        ("https://a.example/?a=1&amp;b=2", ["https://a.example/?a=1&b=2"]),
        ("https://a.example/?a=1&#38;b=2", ["https://a.example/?a=1&b=2"]),
        ("https://a.example/?a=1&amp;", ["https://a.example/?a=1&"]),
        ("https://a.example/x&lt;y", [URL]),
        ("https://a.example/?a=1&copy=2", ["https://a.example/?a=1&copy=2"]),
        # no address
        ("http:// 或 https://，还有 https://.", []),
        ("ftp://a.example www.a.example mailto:a@b.example", []),
        ("", []),
    ],
)
def test_find(text, expected):
    assert [found.url for found in find(text)] == expected


DOUBLE = (
    "[https://v.example/BV1/?share\\\\_source=copy\\\\_web&vd\\\\_source=1]"
    "(https://v.example/BV1/?share_source=copy_web&vd_source=1)"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (DOUBLE, ["https://v.example/BV1/?share_source=copy_web&vd_source=1"]),
        ("[https://a.example/x](https://a.example/x)", [URL]),
        ("[https://a.example/x](https://a.example/x/)", ["https://a.example/x/"]),
        ("[**https://a.example/x**](<https://a.example/x>)", [URL]),
        ("[https://a.example/abs/2307.0...](https://a.example/abs/2307.09288)", ["https://a.example/abs/2307.09288"]),
        ("[https://a.example/abs…](https://a.example/abs/2307.09288)", ["https://a.example/abs/2307.09288"]),
        # a text that names another address than its target: both are there
        ("[https://b.example](https://a.example/x)", ["https://b.example", URL]),
        ("https://a.example/x [字](https://a.example/x)", [URL, URL]),
    ],
)
def test_a_link_text_that_repeats_the_target_counts_once(text, expected):
    found = find(text)
    assert [item.url for item in found] == expected
    assert text[found[-1].start :].startswith("https://")
    assert text[found[-1].start - 1] in "(<"


def test_offsets_are_those_of_the_text():
    text = "前文 https://a.example/x\\_y，[字](<https://b.example/z>)"
    assert [text[found.start : found.end] for found in find(text)] == [
        "https://a.example/x\\_y",
        "https://b.example/z",
    ]


pieces = st.sampled_from(
    [
        *("https://", "http://", "a.example", "/", "?", "&", "&amp;", "=", "#", "%20", "x", "_", "\\_", "\\", "\\\\"),
        *("，", "中文", "（", "“", "(", ")", "[", "]", "](", "](<", "<", ">", "*", "**", "~~", "'", '"', "`", "|"),
        *(".", "...", "…", ":", "//", " ", "\n", "\u3000", "é", "한", "😀", "\x00", "\ud800", "[^1]", "&lt;", "{", "}"),
    ]
)
texts = st.lists(pieces, max_size=30).map("".join) | st.text()


@given(texts)
def test_readings_are_in_order_and_apart_and_hold_what_they_say(text):
    position = 0
    for reading in link_scan.readings(text):
        assert position <= reading.start < reading.end <= reading.stop
        assert text[reading.start : reading.start + 4].lower() == "http"
        raw = text[reading.start : reading.end]
        assert reading.url == link_scan.cooked(raw)
        assert len(link_scan.units(raw)) == len(reading.url)
        assert "".join(raw[slice(*span)] for span in link_scan.units(raw)) == raw
        position = reading.end


@given(texts)
def test_every_scheme_before_a_host_belongs_to_a_reading(text):
    spans = [(reading.start, reading.end) for reading in link_scan.readings(text)]
    start = text.find("https://a")
    if start >= 0:
        assert any(first <= start < last for first, last in spans)


@given(texts)
def test_a_plain_address_ends_before_anything_chinese(text):
    for char in "，。；：、！？（）《》【】「」“”中":
        before = text.replace("<", "").replace("(", "")
        found = find(f"{before} {URL}{char}{text}")
        assert URL in [item.url for item in found]


@pytest.mark.proof
@pytest.mark.parametrize(
    "unit",
    [
        "https://",
        "https://a",
        "https://a/",
        "https://a/(/",
        "<https://a",
        "](https://a，",
        "](https://a((",
        "](https://a 'x\n",
        "](<https://a ",
        "https://a\\\\\\",
        "https://a/(((",
        "https://a/...",
        "https://a/?b&amp;",
    ],
)
def test_time_grows_with_length_only(unit):
    def seconds(size):
        text = unit * (size // len(unit))
        started = time.process_time()
        find(text)
        return time.process_time() - started

    seconds(10_000)
    # Ten times the text; a quadratic reader would need a hundred times.
    assert seconds(300_000) < 40 * max(seconds(30_000), 0.005)
