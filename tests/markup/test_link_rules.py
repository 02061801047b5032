"""Every row of the tables has its example here; a row without one fails."""

import pytest

from markup import link_rules, links

VIDEO = "https://www.bilibili.com/video/BV1xx411c7mD/"
ARTICLE = "https://mp.weixin.qq.com/s?__biz=MzA4&mid=22&idx=1&sn=ab"

# name of the row: (address, canonical address)
TRACKERS = {
    "utm": (
        "https://a.example/x?utm_source=wechat_session&id=7&utm_Medium=social",
        "https://a.example/x?id=7",
    ),
    "facebook": ("https://a.example/?fbclid=IwAR0", "https://a.example/"),
    "google ads": ("https://a.example/?gclid=1&q=2", "https://a.example/?q=2"),
    "other ads": ("https://a.example/?msclkid=1", "https://a.example/"),
    "newsletters": ("https://a.example/?mc_cid=1&mc_eid=2", "https://a.example/"),
    "matomo": ("https://a.example/?mtm_campaign=1&pk_source=2", "https://a.example/"),
    "alibaba spm": ("https://help.aliyun.example/doc?spm=a2c4g.1&id=1", "https://help.aliyun.example/doc?id=1"),
    "bilibili share": (
        VIDEO + "?share_source=copy_web&vd_source=0123&t=610&share_session_id=A-B&buvid=Z",
        VIDEO + "?t=610",
    ),
    "bilibili visit": (VIDEO + "?plat_id=114&up_id=5", VIDEO),
    "bilibili sharer": (VIDEO + "?mid=89ds%2F%3D%3D&timestamp=1688803945&p=2", VIDEO + "?p=2"),
    "zhihu": ("https://zhuanlan.zhihu.com/p/1?s_r=0", "https://zhuanlan.zhihu.com/p/1"),
    "wechat article": (ARTICLE + "&chksm=ce&scene=21&sharer_shareid=9&pass_ticket=secret", ARTICLE),
    "csdn": (
        "https://blog.csdn.net/u/article/details/1?ops_request_misc=%257B&depth_1-utm_source=d",
        "https://blog.csdn.net/u/article/details/1",
    ),
    "juejin": ("https://juejin.cn/post/1?searchId=2023", "https://juejin.cn/post/1"),
    "youtube": (
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&si=abc&t=4s",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4s",
    ),
    "twitter": ("https://twitter.com/u/status/1?s=20&t=x", "https://twitter.com/u/status/1"),
    "google documents": (
        "https://drive.google.com/file/d/1/view?usp=sharing&resourcekey=0-7",
        "https://drive.google.com/file/d/1/view?resourcekey=0-7",
    ),
}

TARGET = "https://arxiv.org/abs/2307.09288"
ENCODED = "https%3A%2F%2Farxiv.org%2Fabs%2F2307.09288"
WRAPPERS = {
    "zhihu link": f"https://link.zhihu.com/?target={ENCODED}",
    "juejin link": f"https://link.juejin.cn?target={ENCODED}",
    "csdn link": f"https://link.csdn.net/?from_id=1&target={ENCODED}",
    "jianshu link": f"https://link.jianshu.com/?t={ENCODED}",
    "jianshu jump": f"https://www.jianshu.com/go-wild?ac=2&url={ENCODED}",
    "gitee link": f"https://gitee.com/link?target={ENCODED}",
    "oschina link": f"https://www.oschina.net/action/GoToLink?url={ENCODED}",
    "infoq link": f"https://xie.infoq.cn/link?target={ENCODED}",
    "yuque link": f"https://www.yuque.com/r/goto?url={ENCODED}",
    "leetcode link": f"https://leetcode.cn/link/?target={ENCODED}",
    "nowcoder link": f"https://hd.nowcoder.com/link.html?target={ENCODED}",
    "sspai link": f"https://sspai.com/link?target={ENCODED}",
    "afdian link": f"https://afdian.com/link?target={ENCODED}",
    "douban link": f"https://www.douban.com/link2/?url={ENCODED}",
    "weibo link": f"https://weibo.cn/sinaurl?luicode=1&toasturl={ENCODED}",
    "qq chat link": f"https://c.pc.qq.com/middlem.html?pfurl={ENCODED}&pfuin=0",
    "qq mail link": f"https://mail.qq.com/cgi-bin/readtemplate?t=safety&gourl={ENCODED}",
    "qq documents link": f"https://docs.qq.com/scenario/link.html?url={ENCODED}",
    "wechat warning": f"https://weixin110.qq.com/cgi-bin/mmspamsupport-bin/x?main_type=2&url={ENCODED}",
    "wechat developers": f"https://developers.weixin.qq.com/community/middlepage/href?href={ENCODED}",
    "bilibili link": f"https://game.bilibili.com/linkfilter/?url={ENCODED}",
    "steam link": f"https://steamcommunity.com/linkfilter/?u={ENCODED}",
    "google result": f"https://www.google.com.hk/url?sa=t&url={ENCODED}&usg=1",
    "youtube link": f"https://www.youtube.com/redirect?event=video_description&q={ENCODED}",
    "facebook link": f"https://l.facebook.com/l.php?u={ENCODED}&h=AT0",
    "reddit link": f"https://out.reddit.com/t3_1?url={ENCODED}&token=1",
    "slack link": f"https://slack-redir.net/link?url={ENCODED}",
    "outlook link": f"https://eur01.safelinks.protection.outlook.com/?url={ENCODED}&data=05",
}

FORMS = {
    "bilibili video": ("http://m.bilibili.com/video/BV1xx411c7mD?p=1", VIDEO),
    "bilibili short address of a video": ("https://b23.tv/BV1xx411c7mD", VIDEO),
    "bilibili player": (
        "https://player.bilibili.com/player.html?aid=1&bvid=BV1xx411c7mD&page=3&autoplay=0",
        VIDEO + "?p=3",
    ),
    "arxiv mirror": ("http://export.arxiv.org/abs/2307.09288v2", "https://arxiv.org/abs/2307.09288v2"),
    "hugging face short host": (
        "https://hf.co/meta-llama/Llama-2-7b",
        "https://huggingface.co/meta-llama/Llama-2-7b",
    ),
}

FRAGMENTS = {
    "text fragment": ("https://a.example/x#intro:~:text=a,b", "https://a.example/x#intro"),
    "wechat mark": (ARTICLE + "#rd", ARTICLE),
}

PAPER_PAGES = {
    "arxiv": "http://xxx.arxiv.org/pdf/2307.09288v2.pdf",
    "hugging face papers": "https://hf.co/papers/2307.09288",
    "alphaxiv": "https://www.alphaxiv.org/zh/overview/2307.09288v1",
    "ar5iv": "https://ar5iv.labs.arxiv.org/html/2307.09288",
    "cool papers": "https://papers.cool/arxiv/2307.09288",
    "scirate": "https://scirate.com/arxiv/2307.09288",
    "doi": "https://doi.org/10.48550/arXiv.2307.09288",
}

# name of the row: (key, addresses that have it, addresses that have another)
IDENTITIES = {
    "bilibili": (
        "bilibili:BV1xx411c7mD?p=2&t=610",
        [VIDEO + "?t=610&p=2", "http://m.bilibili.com/video/BV1xx411c7mD?p=2&t=610&unknown=1#reply"],
        [VIDEO, VIDEO + "?p=2", "https://www.bilibili.com/video/BV1xx411c7md/?p=2&t=610"],
    ),
    "zhihu article": (
        "zhihu:p/626828066",
        ["https://zhuanlan.zhihu.com/p/626828066/?utm_id=0", "http://zhuanlan.zhihu.com/p/626828066#h"],
        ["https://zhuanlan.zhihu.com/p/62682806", "https://zhuanlan.zhihu.com/"],
    ),
    "zhihu article in a search engine": (
        "zhihu:p/626828066",
        ["https://www.zhihu.com/tardis/zm/art/626828066?source_id=1003"],
        ["https://www.zhihu.com/tardis/zm/art/1"],
    ),
    "zhihu answer": (
        "zhihu:answer/3128340188",
        ["https://www.zhihu.com/question/601328258/answer/3128340188", "https://zhihu.com/answer/3128340188"],
        ["https://www.zhihu.com/question/601328258"],
    ),
    "zhihu question": (
        "zhihu:question/601328258",
        ["https://www.zhihu.com/question/601328258?write", "https://m.zhihu.com/question/601328258/"],
        ["https://www.zhihu.com/question/601328259"],
    ),
    "wechat short form": (
        "weixin:s/kAPl_-eFAmC_HdTmgQ",
        ["http://mp.weixin.qq.com/s/kAPl_-eFAmC_HdTmgQ?poc_token=1&unknown=2#rd"],
        ["https://mp.weixin.qq.com/s/KAPl_-eFAmC_HdTmgQ"],
    ),
    "wechat long form": (
        "weixin:s?__biz=MzA4&idx=1&mid=22&sn=ab",
        [ARTICLE, "https://mp.weixin.qq.com/s?sn=ab&idx=1&mid=22&__biz=MzA4&lang=zh_CN#wechat_redirect"],
        [ARTICLE.replace("idx=1", "idx=2"), ARTICLE.replace("mid=22", "mid=23")],
    ),
    "github repository": (
        "github:openllmai/openrlhf",
        ["https://github.com/OpenLLMAI/OpenRLHF.git", "http://www.github.com/openllmai/openrlhf/?tab=readme-ov-file"],
        ["https://github.com/OpenLLMAI", "https://github.com/OpenLLMAI/OpenRLHF2"],
    ),
    "github page of a repository": (
        "github:openllmai/openrlhf/blob/main/README.md",
        ["https://github.com/openLLMAI/OpenRLHF/blob/main/README.md#install"],
        ["https://github.com/OpenLLMAI/OpenRLHF/blob/main/readme.md"],
    ),
    "youtube": (
        "youtube:?v=dQw4w9WgXcQ",
        ["https://www.youtube.com/watch?feature=share&v=dQw4w9WgXcQ", "https://m.youtube.com/watch?v=dQw4w9WgXcQ"],
        ["https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=4s"],
    ),
    "youtube short forms": (
        "youtube:?v=dQw4w9WgXcQ",
        ["https://youtu.be/dQw4w9WgXcQ?si=1", "https://www.youtube.com/shorts/dQw4w9WgXcQ"],
        ["https://youtu.be/dQw4w9WgXcq"],
    ),
}


@pytest.mark.parametrize(
    ("rows", "examples"),
    [
        (link_rules.TRACKERS, TRACKERS),
        (link_rules.WRAPPERS, WRAPPERS),
        (link_rules.FORMS, FORMS),
        (link_rules.FRAGMENTS, FRAGMENTS),
        (link_rules.PAPER_PAGES, PAPER_PAGES),
        (link_rules.IDENTITIES, IDENTITIES),
    ],
    ids=["trackers", "wrappers", "forms", "fragments", "paper pages", "identities"],
)
def test_every_row_has_a_source_and_an_example(rows, examples):
    assert [row.name for row in rows] == list(examples)
    assert all(row.source for row in rows)


@pytest.mark.parametrize("name", TRACKERS)
def test_tracker(name):
    url, expected = TRACKERS[name]
    assert links.canonical(url) == expected
    assert links.scrub(f"见 {url}，好") == f"见 {expected}，好"


@pytest.mark.parametrize("name", TRACKERS)
def test_tracker_row_is_what_removes_it(name, monkeypatch):
    rows = tuple(row for row in link_rules.TRACKERS if row.name != name)
    monkeypatch.setattr(link_rules, "TRACKERS", rows)
    url, expected = TRACKERS[name]
    assert links.canonical(url) != expected


@pytest.mark.parametrize("row", link_rules.TRACKERS, ids=lambda row: row.name)
def test_tracker_row_names_are_compared_in_lower_case(row):
    assert [name.lower() for name in row.parameters] == list(row.parameters)


@pytest.mark.parametrize(
    "url",
    [
        # the same names carry meaning elsewhere
        "https://space.bilibili.com/1?mid=2",
        "https://a.example/?mid=1&from=2&timestamp=3&scene=4&s=5&t=6&si=7&s_r=8",
        "https://play.itdks.example/watch/10982282?player=",
        "https://mp.weixin.qq.com/mp/homepage?__biz=1&scene=18",
        "https://a.example/?autmn_source=1&xspm=2&fbclid2=3",
    ],
)
def test_other_parameters_stay(url):
    assert links.canonical(url) == url
    assert links.scrub(url) == url


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrapper(name):
    assert links.canonical(WRAPPERS[name]) == TARGET
    assert links.scrub(f"（{WRAPPERS[name]}）") == f"（{TARGET}）"


@pytest.mark.parametrize("name", FORMS)
def test_form(name):
    url, expected = FORMS[name]
    assert links.canonical(url) == expected


@pytest.mark.parametrize("name", FRAGMENTS)
def test_fragment(name):
    url, expected = FRAGMENTS[name]
    assert links.canonical(url) == expected


@pytest.mark.parametrize("row", link_rules.SECURE_HOSTS, ids=lambda row: row.name)
def test_secure_hosts(row):
    assert row.source
    for host in row.hosts:
        assert links.canonical(f"http://{host}/x") == f"https://{host}/x"
    assert links.canonical("http://notarxiv.org/x") == "http://notarxiv.org/x"


@pytest.mark.parametrize("name", PAPER_PAGES)
def test_paper_page(name):
    paper = links.arxiv_id(PAPER_PAGES[name])
    assert paper is not None
    assert paper.id == "2307.09288"
    assert links.key(PAPER_PAGES[name]) == "arxiv:2307.09288"


@pytest.mark.parametrize("name", IDENTITIES)
def test_identity(name):
    key, same, others = IDENTITIES[name]
    assert [links.key(url) for url in same] == [key] * len(same)
    assert key not in [links.key(url) for url in others]


def test_opaque_hosts_are_shown_without_their_path():
    assert [links.display(f"https://{host}/s/abc") for host in link_rules.OPAQUE_HOSTS] == list(link_rules.OPAQUE_HOSTS)


def test_the_version_of_the_rules_is_recorded():
    assert link_rules.RULES_VERSION == links.RULES_VERSION >= 1
