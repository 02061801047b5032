"""What we know about addresses, as tables: one row is one rule with its source, and tests hold an example of each row.

Whoever changes a row raises RULES_VERSION: keys and canonical addresses are stored beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RULES_VERSION = 1

_ADGUARD = "AdGuard URL Tracking filter, general_url.txt"
_REAL = "seen in the addresses of the series' own documents"
_JUMPS = "jump pages listed by the open-source redirect skippers AutoRedirector and auto-redirect"


@dataclass(frozen=True, slots=True)
class Tracker:
    """Query parameters that say who shared or clicked; a name may end in `*`; no hosts means everywhere."""

    name: str
    source: str
    parameters: tuple[str, ...]
    hosts: tuple[str, ...] = ()
    path: str = ".*"


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A page that only forwards: the address meant is the value of the first of these parameters."""

    name: str
    source: str
    place: str
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """Another address of one resource, written in its usual form.

    `place` is matched against host and path; its groups fill `path`. With `id_parameter` the group is the value
    of that parameter. `renamed` and `kept` treat the query, `defaults` are left out of it.
    """

    name: str
    source: str
    place: str
    host: str
    path: str
    id_parameter: str = ""
    renamed: tuple[tuple[str, str], ...] = ()
    kept: tuple[str, ...] | None = None
    defaults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """When two addresses are the same: `place` (no www., no m., no last slash) to a key.

    Only the parameters in `only` tell two addresses apart (None: all of them, but those in `without`).
    The groups in `folded` ignore case.
    """

    name: str
    source: str
    place: str
    key: str
    only: tuple[str, ...] | None = ()
    without: tuple[str, ...] = ()
    folded: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PaperPage:
    """A page that stands for one arXiv paper; `place` is followed by the arXiv id."""

    name: str
    source: str
    place: str


@dataclass(frozen=True, slots=True)
class FragmentMark:
    """A fragment, or the tail of one, that names no place in the page."""

    name: str
    source: str
    pattern: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecureHost:
    """A host that answers http only with a redirect to https, so that http may be written https."""

    name: str
    source: str
    hosts: tuple[str, ...]


_WATCHED = r"/(?:video|read|opus|bangumi)/.*|/BV.*"

TRACKERS = (
    Tracker("utm", _ADGUARD + "; " + _REAL, ("utm_*",)),
    Tracker("facebook", _ADGUARD, ("fbclid", "fb_action_ids", "fb_action_types", "fb_source", "fb_ref")),
    Tracker("google ads", _ADGUARD, ("gclid", "gclsrc", "gbraid", "wbraid", "dclid", "_ga", "_gl")),
    Tracker("other ads", _ADGUARD, ("msclkid", "yclid", "ysclid", "twclid", "ttclid", "mkt_tok")),
    Tracker("newsletters", _ADGUARD, ("mc_cid", "mc_eid", "_hsenc", "_hsmi")),
    Tracker("matomo", _ADGUARD, ("mtm_*", "pk_campaign", "pk_medium", "pk_source")),
    Tracker("alibaba spm", "Super Position Model of Alibaba's sites, also on CSDN and Zhihu", ("spm",)),
    Tracker(
        "bilibili share",
        _REAL + "; userscript 471831 of greasyfork.org names the same",
        (
            "vd_source",
            "share_source",
            "share_medium",
            "share_plat",
            "share_tag",
            "share_session_id",
            "share_from",
            "share_times",
            "unique_k",
            "buvid",
            "spm_id_from",
            "from_spmid",
            "is_story_h5",
        ),
    ),
    Tracker(
        "bilibili visit",
        _REAL + "; userscript 471831 of greasyfork.org names the same",
        ("plat_id", "up_id", "msource", "bsource", "csource", "from_source", "seid", "visit_id", "launch_id"),
        ("bilibili.com", "b23.tv"),
    ),
    Tracker(
        # Elsewhere on the site some of these names carry meaning (mid is a user there).
        "bilibili sharer",
        _REAL + "; userscript 471831 of greasyfork.org names the same",
        ("mid", "timestamp", "from", "source", "session_id", "tab", "callback"),
        ("bilibili.com", "b23.tv"),
        _WATCHED,
    ),
    Tracker(
        "zhihu",
        _REAL + "; uBlock Origin filters (uAssets issue 10995)",
        ("s_r", "hybrid_search_source", "hybrid_search_extra", "share_code"),
        ("zhihu.com",),
    ),
    Tracker(
        # __biz, mid, idx and sn say which article it is; uin, key and pass_ticket belong to the reader.
        "wechat article",
        _REAL + "; the permanent form that the WeChat editor gives out has none of these",
        (
            "chksm",
            "scene",
            "subscene",
            "ascene",
            "srcid",
            "mpshare",
            "sharer_*",
            "from",
            "isappinstalled",
            "clicktime",
            "click_id",
            "enterid",
            "sessionid",
            "session_us",
            "devicetype",
            "version",
            "nettype",
            "lang",
            "countrycode",
            "exportkey",
            "pass_ticket",
            "uin",
            "key",
            "wx_header",
            "fontgear",
            "fontscale",
            "abtest_cookie",
            "poc_token",
            "wxshare_count",
            "wxwork_userid",
            "realreporttime",
            "search_click_id",
            "color_scheme",
            "xtrack",
        ),
        ("mp.weixin.qq.com",),
        r"/s(?:/.*)?",
    ),
    Tracker(
        "csdn",
        "marks that CSDN's search results and share button add",
        (
            "ops_request_misc",
            "request_id",
            "biz_id",
            "depth_1-*",
            "sharetype",
            "shareid",
            "sharerefer",
            "sharesource",
            "sharefrom",
            "fromshare",
        ),
        ("csdn.net",),
    ),
    Tracker("juejin", "marks that Juejin's search and app add", ("searchid", "share_token"), ("juejin.cn",)),
    Tracker(
        "youtube",
        "share button (si) and search results (pp) of YouTube",
        ("si", "feature", "pp", "ab_channel"),
        ("youtube.com", "youtu.be"),
    ),
    Tracker(
        "twitter",
        "share button of Twitter and X",
        ("s", "t", "ref_src", "ref_url"),
        ("twitter.com", "x.com"),
        r"/[^/]+/status/.*",
    ),
    Tracker(
        "google documents",
        "share dialog of Google Drive",
        ("usp", "pli", "ouid"),
        ("docs.google.com", "drive.google.com"),
    ),
)

WRAPPERS = (
    Wrapper("zhihu link", "contract of the project; " + _JUMPS, r"link\.zhihu\.com/?", ("target",)),
    Wrapper("juejin link", _JUMPS, r"link\.juejin\.(?:cn|im)/?", ("target",)),
    Wrapper("csdn link", _JUMPS, r"link\.csdn\.net/?", ("target",)),
    Wrapper("jianshu link", _JUMPS, r"link\.jianshu\.com/?", ("t",)),
    Wrapper("jianshu jump", _JUMPS, r"www\.jianshu\.com/go(?:-wild)?/?", ("url", "to")),
    Wrapper("gitee link", _JUMPS, r"gitee\.com/link/?", ("target",)),
    Wrapper("oschina link", _JUMPS, r"www\.oschina\.net/action/GoToLink", ("url",)),
    Wrapper("infoq link", _JUMPS, r"(?:xie|www)\.infoq\.cn/link/?", ("target",)),
    Wrapper("yuque link", _JUMPS, r"www\.yuque\.com/r/goto", ("url",)),
    Wrapper("leetcode link", _JUMPS, r"leetcode\.cn/link/?", ("target",)),
    Wrapper("nowcoder link", _JUMPS, r"hd\.nowcoder\.com/link\.html", ("target",)),
    Wrapper("sspai link", _JUMPS, r"sspai\.com/link/?", ("target",)),
    Wrapper("afdian link", _JUMPS, r"(?:www\.)?afdian\.(?:net|com)/link/?", ("target",)),
    Wrapper("douban link", _JUMPS, r"www\.douban\.com/link2/?", ("url",)),
    Wrapper("weibo link", _JUMPS, r"weibo\.cn/sinaurl/?", ("u", "toasturl")),
    Wrapper("qq chat link", _JUMPS, r"c\.pc\.qq\.com/\w+\.html", ("pfurl", "url")),
    Wrapper("qq mail link", _JUMPS, r"(?:en\.)?mail\.qq\.com/cgi-bin/readtemplate", ("gourl",)),
    Wrapper("qq documents link", _JUMPS, r"docs\.qq\.com/scenario/link\.html", ("url",)),
    Wrapper("wechat warning", _JUMPS, r"weixin110\.qq\.com/.*", ("url",)),
    Wrapper("wechat developers", _JUMPS, r"developers\.weixin\.qq\.com/community/middlepage/href", ("href",)),
    Wrapper("bilibili link", _JUMPS, r"game\.bilibili\.com/linkfilter/?", ("url",)),
    Wrapper("steam link", _JUMPS, r"steamcommunity\.com/linkfilter/?", ("url", "u")),
    Wrapper(
        "google result",
        "links in Google results and Google Docs",
        r"(?:www\.)?google\.(?:[a-z]{2,3}|com?\.[a-z]{2})/url",
        ("q", "url"),
    ),
    Wrapper("youtube link", "links in YouTube descriptions", r"www\.youtube\.com/redirect", ("q",)),
    Wrapper("facebook link", "links on Facebook", r"lm?\.facebook\.com/l\.php", ("u",)),
    Wrapper("reddit link", "links on Reddit", r"out\.reddit\.com/.*", ("url",)),
    Wrapper("slack link", "links in Slack", r"slack-redir\.net/link", ("url",)),
    Wrapper(
        "outlook link",
        "Safe Links of Microsoft Defender, documented",
        r"[a-z0-9]+\.safelinks\.protection\.outlook\.com/.*",
        ("url",),
    ),
)

_BV = r"[Bb][Vv]([0-9A-Za-z]{10})"
_BILIBILI = "www.bilibili.com"

FORMS = (
    Form(
        "bilibili video",
        _REAL + " (m. and www. of one video); page 1 is the default",
        rf"(?:(?:www|m)\.)?bilibili\.com/(?:s/)?video/{_BV}/?",
        _BILIBILI,
        "/video/BV{0}/",
        defaults=(("p", "1"),),
    ),
    Form(
        "bilibili short address of a video",
        "b23.tv followed by a BV id leads to the video; its other codes can only be asked for",
        rf"b23\.tv/{_BV}/?",
        _BILIBILI,
        "/video/BV{0}/",
        defaults=(("p", "1"),),
    ),
    Form(
        "bilibili player",
        "embedding code of Bilibili's share dialog",
        r"player\.bilibili\.com/player\.html",
        _BILIBILI,
        "/video/BV{0}/",
        id_parameter="bvid",
        renamed=(("page", "p"),),
        kept=("p", "t"),
        defaults=(("p", "1"),),
    ),
    Form(
        "arxiv mirror",
        "arXiv: export.arxiv.org serves programs, browse. and www. lead to arxiv.org",
        r"(?:export|browse|www)\.arxiv\.org(/.*)?",
        "arxiv.org",
        "{0}",
    ),
    Form(
        "hugging face short host",
        "hf.co is Hugging Face's own short host, also in its documentation",
        r"(?:www\.)?hf\.co(/.*)?",
        "huggingface.co",
        "{0}",
    ),
)

FRAGMENTS = (
    FragmentMark("text fragment", "WICG Scroll to Text Fragment", r":~:.*"),
    FragmentMark("wechat mark", _REAL, r"^(?:rd|wechat_redirect|wechat_webview_type=\d+)$", ("mp.weixin.qq.com",)),
)

SECURE_HOSTS = (
    SecureHost(
        "https only",
        "these hosts redirect every http request (HSTS)",
        (
            "arxiv.org",
            "github.com",
            "huggingface.co",
            "bilibili.com",
            "b23.tv",
            "zhihu.com",
            "mp.weixin.qq.com",
            "youtube.com",
            "youtu.be",
            "juejin.cn",
        ),
    ),
)

PAPER_PAGES = (
    PaperPage(
        "arxiv",
        "arXiv, information for interacting services: URLs for standard functions",
        r"(?:(?:export|browse|cn|xxx)\.)?arxiv\.org/(?:abs|pdf|html|format|ps|src|e-print|tb)/(?:arxiv:)?",
    ),
    PaperPage("hugging face papers", "Hugging Face Hub documentation, Paper pages", r"huggingface\.co/papers/"),
    PaperPage(
        "alphaxiv",
        "alphaxiv.org: arxiv.org with another host",
        r"alphaxiv\.org/(?:\w\w/)?(?:abs|pdf|html|overview)/",
    ),
    PaperPage("ar5iv", "ar5iv.org: an arXiv address with a 5", r"ar5iv\.(?:labs\.arxiv\.)?org/(?:abs|html|pdf)/"),
    PaperPage("cool papers", "papers.cool, linked by Chinese readers", r"papers\.cool/arxiv/"),
    PaperPage("scirate", "scirate.com: one page per arXiv id", r"scirate\.com/arxiv/"),
    PaperPage("doi", "arXiv: DOIs, 10.48550/arXiv. and the id", r"(?:dx\.)?doi\.org/10\.48550/arxiv\."),
)

_REPOSITORY = r"github\.com/([^/]+)/([^/]+?)(?:\.git)?"

IDENTITIES = (
    Identity("bilibili", "contract of the project", r"bilibili\.com/video/(BV\w{10})", "bilibili:{0}", ("p", "t")),
    Identity("zhihu article", "observed", r"zhuanlan\.zhihu\.com/p/(\d+)", "zhihu:p/{0}"),
    Identity(
        "zhihu article in a search engine",
        "Zhihu's landing pages for Baidu and others hold the same article",
        r"zhihu\.com/tardis/\w+/art/(\d+)",
        "zhihu:p/{0}",
    ),
    Identity(
        "zhihu answer",
        "answer ids are unique on the site; /answer/ID leads to the question's page",
        r"zhihu\.com/(?:question/\d+/)?answer/(\d+)",
        "zhihu:answer/{0}",
    ),
    Identity("zhihu question", "observed", r"zhihu\.com/question/(\d+)", "zhihu:question/{0}"),
    Identity("wechat short form", _REAL, r"mp\.weixin\.qq\.com/s/([\w-]+)", "weixin:s/{0}"),
    Identity("wechat long form", _REAL, r"mp\.weixin\.qq\.com/s", "weixin:s", ("__biz", "mid", "idx", "sn")),
    Identity(
        "github repository",
        "GitHub ignores case in owner and name, and .git; tab says which file is open",
        _REPOSITORY,
        "github:{0}/{1}",
        None,
        ("tab",),
        (0, 1),
    ),
    Identity(
        "github page of a repository",
        "GitHub ignores case in owner and name, not in what follows",
        _REPOSITORY + r"/(.+)",
        "github:{0}/{1}/{2}",
        None,
        (),
        (0, 1),
    ),
    Identity("youtube", "addresses of one video", r"youtube\.com/watch", "youtube:", ("v", "t", "list")),
    Identity(
        "youtube short forms",
        "youtu.be, /shorts/, /embed/ and /live/ name the video in the path",
        r"(?:youtu\.be|youtube\.com/(?:shorts|embed|live))/([\w-]{11})",
        "youtube:?v={0}",
        ("t", "list"),
    ),
)

# Archives that gave ids before April 2007; the subject class (math.GT) is no part of the id.
# Source: arXiv, Understanding the arXiv identifier, and the archive list of its front page.
OLD_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat|cs"
    "|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math-ph|math|mtrl-th|nlin|nucl-ex|nucl-th|patt-sol"
    "|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)

# Hosts whose paths tell a reader nothing, so that only the host is shown.
OPAQUE_HOSTS = frozenset({"mp.weixin.qq.com"})

# Characters that encodeURIComponent leaves as they are, so that both writings are about: RFC 3986 §2.3 and ECMA-262.
UNRESERVED = re.compile(r"[A-Za-z0-9\-._~!'()*]")
