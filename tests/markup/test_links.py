"""Identity, canonical form, cleaning and showing of addresses; the rows of the tables are in test_link_rules."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from markup import link_parts, links
from markup.links import ArxivId

VIDEO = "https://www.bilibili.com/video/BV1xx411c7mD/"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://A.Example:443/Path?B=C#D", "https://a.example/Path?B=C#D"),
        ("http://a.example:80/", "http://a.example/"),
        ("http://a.example:8080/", "http://a.example:8080/"),
        ("http://a.example./x", "http://a.example/x"),
        ("http://github.com:8080/x", "http://github.com:8080/x"),
        ("https://a.example/?", "https://a.example/"),
        ("https://a.example/#", "https://a.example/"),
        ("https://a.example/x?player=", "https://a.example/x?player="),
        ("https://a.example/x#tdsub", "https://a.example/x#tdsub"),
        ("https://a.example/?a=1&utm_source=2&b=3#c", "https://a.example/?a=1&b=3#c"),
        ("https://a.example/?a=1&amp;utm_source=2", "https://a.example/?a=1"),
        ("  https://a.example/x\n", "https://a.example/x"),
        ("https://a.example/a b<c>", "https://a.example/a%20b%3Cc%3E"),
        ("https://a.example/\u202eexe", "https://a.example/%E2%80%AEexe"),
        ("https://a.example/\ud800", "https://a.example/%EF%BF%BD"),
        ("https://zh.example/大模型", "https://zh.example/大模型"),
        ("https://user@a.example/", "https://user@a.example/"),
        ("https://arxiv.org/pdf/2307.09288v2.pdf", "https://arxiv.org/pdf/2307.09288v2.pdf"),
        # wrappers within wrappers, encoded twice, without a target
        (
            "https://link.zhihu.com/?target=https%3A//link.juejin.cn%3Ftarget%3Dhttps%253A//a.example/%253Futm_id%253D1",
            "https://a.example/",
        ),
        ("https://link.zhihu.com/?target=https%253A//a.example/x", "https://a.example/x"),
        ("https://link.zhihu.com/?target=https%3A//a.example/大", "https://a.example/%E5%A4%A7"),
        ("https://link.zhihu.com/?target=https%3A//a.example/x#part", "https://a.example/x#part"),
        (
            "https://link.zhihu.com/?target=javascript%3Aalert(1)",
            "https://link.zhihu.com/?target=javascript%3Aalert(1)",
        ),
        ("https://link.zhihu.com/?target=", "https://link.zhihu.com/?target="),
        ("https://link.zhihu.com/", "https://link.zhihu.com/"),
        # what is no http address
        ("mailto:a@b.example", "mailto:a@b.example"),
        ("/episodes/005/", "/episodes/005/"),
        ("https://", "https://"),
        ("https://:80/x", "https://:80/x"),
        ("https://a:b:c/", "https://a:b:c/"),
        ("", ""),
    ],
)
def test_canonical(url, expected):
    assert links.canonical(url) == expected


def test_a_chain_of_wrappers_is_opened_up_to_a_bound():
    wrapped = "https://link.zhihu.com/?target=" * 7 + "https://a.example/x"
    assert links.canonical(wrapped) == "https://a.example/x"
    too_often = "https://link.zhihu.com/?target=" * 9 + "https://a.example/x"
    assert links.canonical(too_often) == too_often


def test_an_address_that_is_too_long_is_kept():
    url = "https://a.example/?utm_source=1&x=" + "y" * link_parts.MAX_LENGTH
    assert links.canonical(url) == links.key(url) == url
    assert links.scrub(url) == url


def test_fields_of_a_shared_video_come_out_short():
    url = (
        "https://m.bilibili.com/video/BV1xx411c7mD?buvid=Z0&is_story_h5=false&mid=89%2FdL%3D%3D&p=1&plat_id=114"
        "&share_from=ugc&share_medium=iphone&share_plat=ios&share_session_id=C-1&share_source=WEIXIN&share_tag=s_i"
        "&timestamp=1688803945&unique_k=2Z&up_id=503"
    )
    assert links.canonical(url) == VIDEO


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("http://www.a.example/x/", "https://a.example/x"),
        ("https://m.a.example", "https://a.example/#top"),
        ("https://a.example/%e4%b8%ad%41~", "https://a.example/中A%7E"),
        ("https://a.example/x_(y)", "https://a.example/x_%28y%29"),
        ("https://a.example/?b=2&a=1", "https://a.example/?a=1&&b=2&"),
        ("https://a.example/?a=1&utm_source=x", "https://a.example/?a=1"),
        ("https://a.example/a b", "https://a.example/a%20b"),
        ("https://a.example/50%", "https://a.example/50%25"),
        ("https://a.example/#/", "https://a.example/"),
        ("https://hf.co/x", "https://huggingface.co/x"),
        ("https://link.zhihu.com/?target=http%3A//www.a.example/", "https://a.example"),
    ],
)
def test_same(first, second):
    assert links.key(first) == links.key(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://a.example/x", "https://a.example/X"),
        ("https://a.example/x", "https://b.a.example/x"),
        ("https://a.example/?a=1", "https://a.example/?a=2"),
        ("https://a.example/?a=1&a=2", "https://a.example/?a=1"),
        ("https://a.example/a%2Fb", "https://a.example/a/b"),
        ("https://a.example:8080/", "https://a.example/"),
        ("https://a.example/#/one", "https://a.example/#/two"),
        ("https://a.example/#!one", "https://a.example/"),
        ("https://www.com/", "https://m.com/"),
        ("https://user@a.example/", "https://a.example/"),
    ],
)
def test_not_the_same(first, second):
    assert links.key(first) != links.key(second)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://arxiv.org/abs/2307.09288", ArxivId("2307.09288")),
        ("http://arxiv.org/pdf/2307.09288v12.pdf#page=3", ArxivId("2307.09288", 12)),
        ("https://www.arxiv.org/pdf/2307.09288v1/", ArxivId("2307.09288", 1)),
        ("https://export.arxiv.org/abs/2307.09288?context=cs.CL", ArxivId("2307.09288")),
        ("https://arxiv.org/html/2401.00001v1#S3.F1", ArxivId("2401.00001", 1)),
        ("https://arxiv.org/abs/arXiv:2307.09288", ArxivId("2307.09288")),
        ("https://arxiv.org/abs/2307.09288%EF%BC%8C%E5%90%8E", ArxivId("2307.09288")),
        ("https://arxiv.org/abs/0704.0001", ArxivId("0704.0001")),
        ("https://arxiv.org/abs/1412.7878", ArxivId("1412.7878")),
        ("https://arxiv.org/abs/9912.12345v2", ArxivId("9912.12345", 2)),
        ("https://arxiv.org/abs/astro-ph/0601001v2", ArxivId("astro-ph/0601001", 2)),
        ("https://arxiv.org/pdf/math.GT/0309136.pdf", ArxivId("math/0309136")),
        ("https://arxiv.org/abs/HEP-TH/9901001", ArxivId("hep-th/9901001")),
        ("https://link.zhihu.com/?target=https%3A//arxiv.org/abs/2307.09288", ArxivId("2307.09288")),
        ("https://huggingface.co/papers/2307.09288#community", ArxivId("2307.09288")),
        # ids that arXiv never gave
        ("https://arxiv.org/abs/2210.107605", None),
        ("https://arxiv.org/abs/2210.0760", None),
        ("https://arxiv.org/abs/1412.07878", None),
        ("https://arxiv.org/abs/0703.0001", None),
        ("https://arxiv.org/abs/2313.00001", None),
        ("https://arxiv.org/abs/2300.00001", None),
        ("https://arxiv.org/abs/0000.0000", None),
        ("https://arxiv.org/abs/2307.00000", None),
        ("https://arxiv.org/abs/math/0704001", None),
        ("https://arxiv.org/abs/math/9106001", None),
        ("https://arxiv.org/abs/poetry/0601001", None),
        ("https://arxiv.org/abs/math/06010011", None),
        # pages that are no paper
        ("https://arxiv.org/list/cs.CL/recent", None),
        ("https://huggingface.co/papers", None),
        ("https://arxiv.org.example/abs/2307.09288", None),
        ("https://notarxiv.org/abs/2307.09288", None),
        ("2307.09288", None),
        ("", None),
    ],
)
def test_arxiv_id(url, expected):
    assert links.arxiv_id(url) == expected


def test_all_pages_and_versions_of_a_paper_have_one_key():
    urls = [
        "https://arxiv.org/abs/math.GT/0309136",
        "http://export.arxiv.org/pdf/math/0309136v3.pdf",
        "https://ar5iv.org/abs/math/0309136",
    ]
    assert {links.key(url) for url in urls} == {"arxiv:math/0309136"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("arXiv:2307.09288v2 和 arxiv 2306.02858", ["2307.09288", "2306.02858"]),
        ("ＡｒＸｉｖ：２３０７．０９２８８", ["2307.09288"]),
        ("论文 [arXiv:math.GT/0309136]，arXiv: hep-th/9901001", ["math/0309136", "hep-th/9901001"]),
        ("arxiv.org/abs/2307.09288，没有协议头", ["2307.09288"]),
        ("arXiv 编号：2307.09288；arxiv id 2306.02858", ["2307.09288", "2306.02858"]),
        ("见https://arxiv.org/pdf/2307.09288.pdf和（https://hf.co/papers/2306.02858）", ["2307.09288", "2306.02858"]),
        ("[论文](http://arxiv.org/abs/2307.09288v1) arXiv:2307.09288", ["2307.09288"]),
        ("[https://arxiv.org/abs/2307.0...](https://arxiv.org/abs/2307.09288)", ["2307.09288"]),
        ("doi:10.48550/arXiv.2307.09288", ["2307.09288"]),
        ("版本 2307.09288 没有前缀，价格 2023.1234", []),
        ("[arxiv](https://arxiv.org/abs/2210.107605) arXiv:2210.107605", []),
        ("superarxiv:2307.09288 arXiv 2013.00001", []),
        ("", []),
    ],
)
def test_arxiv_ids(text, expected):
    assert links.arxiv_ids(text) == expected


def test_the_first_version_named_with_a_paper_counts():
    text = (
        "arXiv:2307.09288, https://arxiv.org/abs/2307.09288v2 和 arXiv:2307.09288v1; https://arxiv.org/abs/1706.03762"
    )
    assert links.arxiv_versions(text) == {"2307.09288": 2, "1706.03762": None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("没有地址，utm_source=1", "没有地址，utm_source=1"),
        ("https://a.example/?utm_source=1，后文", "https://a.example/，后文"),
        ("(https://a.example/?b=1&utm_source=1).", "(https://a.example/?b=1)."),
        ("https://a.example/?utm_source=1&amp;b=1#c", "https://a.example/?b=1#c"),
        ("https://A.example:443//x?b=%e4&utm_id=1", "https://A.example:443//x?b=%e4"),
        ('[字](https://a.example/x_(y)?utm_id=1 "题")', '[字](https://a.example/x_(y) "题")'),
        (
            "[https://v.example/?share\\\\_source=copy\\\\_web&t=1](https://v.example/?share_source=copy_web&t=1)",
            "[https://v.example/?t=1](https://v.example/?t=1)",
        ),
        ("<https://a.example/?utm_source=（）&b=c>", "<https://a.example/?b=c>"),
        ("https://link.zhihu.com/?target=https%3A//a.example/%3Fb%3D1%26utm_id%3D2，", "https://a.example/?b=1，"),
        ("[字](https://link.zhihu.com/?target=https%3A//a.example/%28中%29)", "[字](https://a.example/(%E4%B8%AD))"),
        # m. and p=1 are no trackers
        ("https://m.bilibili.com/video/BV1xx411c7mD?p=1&mid=2", "https://m.bilibili.com/video/BV1xx411c7mD?p=1"),
        # cleaned, these would be read differently
        ("https://a.example/x.?utm_source=1", "https://a.example/x.?utm_source=1"),
        ("https://a.example/?utm_id=1https://b.example", "https://a.example/?utm_id=1https://b.example"),
        (
            "（https://link.zhihu.com/?target=https%3A//a.example/%29）",
            "（https://link.zhihu.com/?target=https%3A//a.example/%29）",
        ),
    ],
)
def test_scrub(text, expected):
    assert links.scrub(text) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/x", True),
        ("http://a.example", True),
        ("HTTPS://a.example/大模型", True),
        ("mailto:a@b.example", True),
        ("https://name@a.example/", True),
        ("javascript:alert(1)", False),
        ("java\tscript:alert(1)", False),
        ("JAVASCRIPT://a.example/%0Aalert(1)", False),
        ("data:text/html,x", False),
        ("vbscript:x", False),
        ("//evil.example", False),
        ("/episodes/005/", False),
        ("episodes/005/", False),
        ("#top", False),
        ("https:evil", False),
        ("https:///evil.example", False),
        ("https:\\\\evil.example", False),
        ("https://a.example\\@evil.example", False),
        (" https://a.example", False),
        ("https://a.example/\n", False),
        ("https://a.example/\x00", False),
        ("https://a.example/\u202e", False),
        ("https://a.example/\ud800", False),
        ("mailto:", False),
        ("", False),
    ],
)
def test_is_safe_href(url, expected):
    assert links.is_safe_href(url) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/", True),
        ("/episodes/005/#q1", True),
        ("https://a.example", True),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/\t/evil.example", False),
        ("\\/evil.example", False),
        ("javascript:alert(1)", False),
        ("", False),
    ],
)
def test_is_safe_href_of_the_site(url, expected):
    assert links.is_safe_href(url, allow_site_path=True) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://mp.weixin.qq.com/s/abc", "mp.weixin.qq.com"),
        ("https://www.zhihu.com/question/1", "zhihu.com"),
        ("https://www.com/", "www.com"),
        ("https://user:secret@A.example:8080/x", "a.example"),
        ("https://аpple.example/", "xn--pple-43d.example"),
        ("https://例子.中国/", "xn--fsqu00a.xn--fiqs8s"),
        ("https://" + "例" * 80 + ".中国/", "%E4%BE%8B" * 80 + ".%E4%B8%AD%E5%9B%BD"),
        ("mailto:a@b.example", ""),
        ("", ""),
    ],
)
def test_host(url, expected):
    assert links.host(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.zhihu.com/question/1/answer/2?utm_id=0", "zhihu.com/question/1/answer/2"),
        ("http://a.example/", "a.example"),
        ("https://a.example:8080/x/", "a.example:8080/x"),
        ("https://zh.example/wiki/%E5%A4%A7%E6%A8%A1%E5%9E%8B#%E8%AE%AD", "zh.example/wiki/大模型#训"),
        ("https://a.example/%E2%80%AEexe%E3%80%80%2F%20", "a.example/%E2%80%AEexe%E3%80%80%2F%20"),
        ("https://a.example/%E4%E4", "a.example/%E4%E4"),
        ("https://a.example/?q=%E4%B8%AD", "a.example/?q=中"),
        ("https://mp.weixin.qq.com/s/abc", "mp.weixin.qq.com"),
        ("https://user@a.example/x", "a.example/x"),
        ("/episodes/005/", "/episodes/005/"),
        ("x\u202ey", "x%E2%80%AEy"),
    ],
)
def test_display(url, expected):
    assert links.display(url) == expected


def test_display_is_cut():
    assert links.display("https://a.example/" + "x" * 100) == "a.example/" + "x" * 69 + "…"
    assert links.display("https://a.example/xyz", limit=12) == "a.example/x…"


pieces = st.sampled_from(
    [
        *("https://", "http://", "HTTPS://", "a.example", "www.", "m.", "user@", ":80", ":443", ":", ".", "/", "//"),
        *("?", "&", "&amp;", "amp;", "=", "#", "utm_source=1", "utm_id", "spm=2", "mid=3", "p=1", "t=610", "x=1"),
        *("%E4%B8%AD", "%", "%2", "%25", "%20", "%29", "https%3A%2F%2Fb.example%2F%3Futm_a%3D1", "%00"),
        *("link.zhihu.com/?target=", "www.google.com/url?q=", "m.bilibili.com", "/video/BV1xx411c7mD", "b23.tv/"),
        *("player.bilibili.com/player.html?bvid=BV1xx411c7mD&page=2", "arxiv.org/abs/", "hf.co/papers/"),
        *("2307.09288", "v2", ".pdf", "math.GT/0309136", "github.com/A/b", ".git", "?tab=x", "mp.weixin.qq.com/s"),
        *("?__biz=a==&mid=1&idx=1&sn=2", "#rd", "#:~:text=a", "#/route", "#!x", "，", "中文", "（", "(", ")", "[", "]"),
        *("](", "](<", "<", ">", "\\", "\\_", "*", "**", "~~", "'", '"', "`", "|", "{", "}", ";", ",", "!", " ", "\n"),
        *("\t", "\x00", "\ud800", "\u202e", "\u3000", "é", "😀", "…", "...", "[^1]", "&lt;"),
    ]
)
texts = st.lists(pieces, max_size=24).map("".join)
urls = st.tuples(st.sampled_from(["https://", "http://", ""]), texts).map("".join) | st.text()


@given(urls)
def test_canonical_is_stable_and_keeps_the_identity(url):
    once = links.canonical(url)
    assert links.canonical(once) == once
    assert links.key(once) == links.key(url)


@given(urls)
def test_a_canonical_address_can_be_put_anywhere(url):
    once = links.canonical(url)
    if links.host(once):
        assert not any(char in once for char in ' \t\r\n\x00<>"`\\{}|^\u202e\ud800')
        assert links.is_safe_href(once)


@given(urls)
def test_nothing_raises(url):
    links.arxiv_id(url)
    links.arxiv_ids(url)
    links.is_safe_href(url)
    assert not any(char in links.host(url) for char in "/?#@ ")
    assert len(links.display(url)) <= 80
    assert not any(char in links.display(url) for char in "\n\u202e\ud800")


@given(texts | st.text())
def test_scrub_is_stable_and_loses_no_address(text):
    once = links.scrub(text)
    assert links.scrub(once) == once
    assert [links.key(found.url) for found in links.find(once)] == [links.key(found.url) for found in links.find(text)]


# No wrapper among these: what scrub gives is then the text with pieces taken out.
@given(st.lists(st.tuples(st.text(), st.sampled_from(["utm_source=1", "x=1", "spm=2&y=3", "z"])), max_size=4))
def test_scrub_changes_nothing_but_trackers(parts):
    text = "".join(f"{prose}\n<https://a.example/?{query}>\n" for prose, query in parts)
    expected = text
    for tracked, clean in (
        ("<https://a.example/?utm_source=1>", "<https://a.example/>"),
        ("<https://a.example/?spm=2&y=3>", "<https://a.example/?y=3>"),
    ):
        expected = expected.replace(tracked, clean)
    assert links.scrub(text) == expected


@given(texts)
def test_scrub_only_takes_away_when_there_is_no_wrapper(text):
    text = text.replace("zhihu", "").replace("google", "")
    once = links.scrub(text)
    rest = iter(text)
    assert all(char in rest for char in once)


@pytest.mark.proof
@pytest.mark.parametrize(
    "unit",
    [
        "https://a.example/?utm_source=1 ",
        "https://a.example/?" + "utm_source=1&" * 50 + " ",
        "https://link.zhihu.com/?target=" * 20 + "https://a.example ",
        "https://a.example/%E4%B8%AD" + "%" * 50 + " ",
        "arxiv 2307.",
    ],
)
def test_time_grows_with_length_only(unit):
    def seconds(size):
        text = unit * (size // len(unit))
        started = time.process_time()
        links.scrub(text)
        links.arxiv_ids(text)
        return time.process_time() - started

    seconds(2_000)
    # Ten times the text; a quadratic reader would need a hundred times.
    assert seconds(100_000) < 40 * max(seconds(10_000), 0.005)
