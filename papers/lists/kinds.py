"""What an address is: a paper, code, a model, an article; and which words of a list say so."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markup import links

PAPER, PROJECT, MODEL, ARTICLE = KINDS = ("paper", "project", "model", "article")

# Hosts (and ends of hosts) whose pages are papers.
_PAPER_HOSTS = (
    *("arxiv.org", "aclanthology.org", "aclweb.org", "openreview.net", "proceedings.mlr.press", "jmlr.org"),
    *("proceedings.neurips.cc", "papers.nips.cc", "papers.neurips.cc", "openaccess.thecvf.com", "doi.org"),
    *("dl.acm.org", "ieeexplore.ieee.org", "semanticscholar.org", "link.springer.com", "sciencedirect.com"),
    *("ojs.aaai.org", "ijcai.org", "ssrn.com", "biorxiv.org", "alphaxiv.org", "paperswithcode.com"),
)
_CODE_HOSTS = ("github.com", "gitlab.com", "gitee.com", "bitbucket.org", "pypi.org", "codeberg.org")
_MODEL_HOSTS = ("huggingface.co", "hf.co", "modelscope.cn", "model.baai.ac.cn", "ollama.com")
_MODEL_PAGE = re.compile(r"https?://[^/]+/(?:models/|collections/)?(?!datasets/|spaces/|papers/|blog|docs/)[^/?#]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of a label → what the link is. The first row that has a word of the label decides.
LINK_WORDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("dataset", _words("dataset datasets data corpus 数据 数据集")),
    ("model", _words("model models weights weight checkpoint checkpoints ckpt huggingface hf 模型 权重")),
    ("demo", _words("demo demos playground space spaces colab 演示 试用")),
    ("project", _words("project page homepage home website web site 主页 项目 官网 项目主页")),
    (
        "code",
        _words(
            "code codes codebase github git gitlab repo repository official implementation pytorch tensorflow 代码 源码"
        ),
    ),
    (
        "paper",
        _words(
            "paper papers pdf arxiv abs acl openreview preprint abstract html bib doi report 论文 原文 报告 技术报告"
        ),
    ),
    ("video", _words("video videos youtube bilibili talk recording 视频 录像")),
    ("slides", _words("slides slide ppt poster 幻灯片 课件")),
    (
        "article",
        _words(
            "blog blogs post article news tweet twitter zhihu medium notion explanation summary review tutorial"
            " 博客 文章 知乎 解读 介绍"
        ),
    ),
)
# Words that name nothing: a label of these alone says no more than that there is a link.
EMPTY_WORDS = _words("link links url here this 链接 地址 网址 传送门 click download see more website")
_WORDS = re.compile(r"[a-z]+(?:-[a-z]+)*|[\u4e00-\u9fff]+")
_KNOWN = EMPTY_WORDS.union(*(words for _, words in LINK_WORDS))
LABEL_WORDS = 3


def words_of(label: str) -> list[str]:
    return _WORDS.findall(label.lower())


def is_link_word(label: str) -> bool:
    """Whether a label says what kind of link this is rather than naming a work: pdf, Official code, 代码."""
    words = words_of(label)
    if not words or len(label) > 40:
        return False
    return len(words) <= LABEL_WORDS and (words[-1] in _KNOWN or words[0] in _KNOWN)


def is_only_link_words(label: str) -> bool:
    """Whether a label is nothing but such words: [Paper] before a title, where [Chain-of-Thought Papers] is one."""
    words = words_of(label)
    return bool(words) and len(words) <= LABEL_WORDS and all(word in _KNOWN for word in words)


def says_nothing(label: str) -> bool:
    return all(word in EMPTY_WORDS for word in words_of(label))


def link_kind(label: str, url: str) -> str:
    """Return what a link beside an entry is: paper, code, project, model, dataset, demo, video, slides or article."""
    words = words_of(label)
    for kind, known in LINK_WORDS:
        if known.intersection(words):
            return kind
    return {PROJECT: "code", ARTICLE: "other"}.get(address_kind(url), address_kind(url))


def address_kind(url: str) -> str:
    """Return what an address is by itself: paper, project, model or article."""
    if links.arxiv_id(url):
        return PAPER
    host = links.host(url)
    if _is_host(host, _PAPER_HOSTS) or url.lower().partition("?")[0].endswith(".pdf"):
        return PAPER
    if _is_host(host, _CODE_HOSTS) or host.endswith(".github.io"):
        return PROJECT
    if _is_host(host, _MODEL_HOSTS):
        return MODEL if _MODEL_PAGE.match(url) else PROJECT if "/datasets/" in url else ARTICLE
    return ARTICLE


def entry_kind(addresses: Iterable[str], *, venue: str, link_kinds: Iterable[str]) -> str:
    """Return what an entry is by its main address, its venue and its links."""
    found = list(addresses)
    if venue or arxiv_id_of(found) or "paper" in link_kinds:
        return PAPER
    outside = [url for url in found if is_outside(url)]
    return address_kind(outside[0]) if outside else PAPER if found else ARTICLE


def arxiv_id_of(addresses: Iterable[str]) -> str | None:
    """Return the first arXiv identifier among addresses."""
    return next((known.id for url in addresses if (known := links.arxiv_id(url))), None)


def main_address(addresses: Iterable[str]) -> str | None:
    """Return the address that stands for a work whose title leads nowhere: arXiv's, else the first that is none of
    the list's own files."""
    found = list(addresses)
    known = next((url for url in found if links.arxiv_id(url)), None)
    return known or next((url for url in found if is_outside(url)), found[0] if found else None)


def is_outside(url: str) -> bool:
    return url.lower().startswith(("http://", "https://"))


def _is_host(host: str, known: tuple[str, ...]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in known)
