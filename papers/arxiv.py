"""arXiv's API: what to ask, and what its answers say.

Addresses are built and answers read by the `arxiv` package. What it passes over in silence (torn answers, entries
without dates, errors dressed as papers) is told apart here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import arxiv
from arxiv import _feed
from django.utils.translation import gettext as _
from lxml import etree

from markup import links
from members.rules import FORBIDDEN
from papers import tex
from papers.facts import Author, PaperFacts
from papers.models import FilledFrom

# The most that arXiv gives in one answer without breaking (API user's manual, section 3.1.1.2), and the most ids that
# fit into an address.
PAGE = 100
# What is longer is no title, no abstract: a server that answers anything must not fill the record with it.
TITLE, ABSTRACT, REMARK, NAME = 1_000, 20_000, 2_000, 200
_CATEGORY, _DOI = 40, 200
_DATES = ("published", "updated")
_YEARS = range(1990, 2200)
_ATOM = "{http://www.w3.org/2005/Atom}"
_ERRORS = "arxiv.org/api/errors"
_WITHDRAWN = re.compile(
    r"\b(?:this (?:paper|article|submission|work|manuscript) (?:has been|is|was) withdrawn|withdrawn (?:by|due|because)"
    r"|(?:paper|article|submission) withdrawn)\b|^\W*(?:withdrawn|retracted)\b",
    re.IGNORECASE,
)


class Unreadable(Exception):
    """The answer is none that arXiv gives; asking again may help."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An entry of an answer that is no paper; `message` is arXiv's own for its errors."""

    code: str
    message: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one answer says. `total` counts the whole result, of which this is the page from `start`."""

    papers: tuple[PaperFacts, ...]
    troubles: tuple[Trouble, ...]
    start: int
    total: int
    entries: int


def address(api: str, *, ids: Sequence[str] = (), query: str = "", start: int = 0, size: int = PAGE) -> str:
    """The address that asks for these papers, or for a page of a query with the newest first."""
    search = arxiv.Search(
        query=query,
        id_list=list(ids),
        sort_by=arxiv.SortCriterion.SubmittedDate if query else arxiv.SortCriterion.Relevance,
        sort_order=arxiv.SortOrder.Descending,
    )
    client = arxiv.Client(page_size=size)
    client.query_url_format = api + "?{}"
    return client._format_url(search, start, size)


def read(body: bytes) -> Answer:
    """What an answer says, whatever its status: an error comes as an entry too. Raises Unreadable."""
    try:
        root = etree.fromstring(body, parser=etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise Unreadable(_("It is not well-formed: %(error)s") % {"error": error}) from error
    if root is None or root.tag != f"{_ATOM}feed":
        raise Unreadable(_("It is no Atom feed."))
    entries = list(root.iterfind(f"{_ATOM}entry"))
    ids = [(entry.findtext(f"{_ATOM}id") or "").strip() for entry in entries]
    papers, troubles = [], list(_errors(root))
    undated = [entry for entry in entries if not _has_dates(entry)]
    for entry in undated:  # the package would give up all for the sake of one
        root.remove(entry)
    feed = _feed.parse(etree.tostring(root) if undated else body)
    for result in feed.results:
        if _ERRORS in result.entry_id:
            continue
        facts = facts_of(result)
        if facts is None:
            troubles.append(Trouble("no_identifier", "the entry names no paper", result.entry_id))
        else:
            papers.append(facts)
    read_ids = {result.entry_id.strip() for result in feed.results}
    troubles += [
        Trouble("incomplete", "the entry has no id, or no dates that can be right", one)
        for one in ids
        if one not in read_ids and _ERRORS not in one
    ]
    return Answer(tuple(papers), tuple(troubles), feed.header.start_index, feed.header.total_results, len(ids))


def _has_dates(entry: etree._Element) -> bool:
    """Whether both dates can be read, and can be dates of a paper."""
    try:
        said = [(entry.findtext(f"{_ATOM}{name}") or "").strip().replace("Z", "+00:00") for name in _DATES]
        moments = [datetime.fromisoformat(one) for one in said]
        return all((one if one.tzinfo else one.replace(tzinfo=UTC)).astimezone(UTC).year in _YEARS for one in moments)
    except (ValueError, OverflowError):
        return False


def _errors(root: etree._Element) -> Iterator[Trouble]:
    for entry in root.iterfind(f"{_ATOM}entry"):
        identifier = (entry.findtext(f"{_ATOM}id") or "").strip()
        if _ERRORS in identifier:
            yield Trouble("arxiv_error", " ".join((entry.findtext(f"{_ATOM}summary") or "").split()), identifier)


def facts_of(result: arxiv.Result) -> PaperFacts | None:
    """What an entry says about its paper; None when its id is none of a paper."""
    found = links.arxiv_id(result.entry_id.strip())
    if found is None:
        return None
    comment = _line(result.comment, REMARK)
    abstract = tex.plain(_line(result.summary, ABSTRACT))
    category, doi = _line(result.primary_category, REMARK), _line(result.doi, REMARK)
    return PaperFacts(
        arxiv_id=found.id,
        source=FilledFrom.API.value,
        version=found.version,
        title=tex.plain(_line(result.title, TITLE)),
        abstract=abstract,
        authors=tuple(_author(author) for author in result.authors),
        primary_category=category if len(category) <= _CATEGORY else "",
        categories=tuple(name for one in result.categories if (name := _line(one, REMARK)) and len(name) <= _CATEGORY),
        comment=comment,
        journal_ref=_line(result.journal_ref, REMARK),
        doi=doi if len(doi) <= _DOI else "",
        is_withdrawn=is_withdrawn(comment, abstract),
        published_at=result.published,
        submitted_at=result.updated,
    )


def _author(said: arxiv.Result.Author) -> Author:
    return Author(tex.plain(_line(said.name, NAME)), tuple(_line(one, NAME) for one in said.affiliation))


def _line(said: str | None, limit: int) -> str:
    """A text in one line without what neither a page nor a database takes; a cut is shown by …"""
    line = " ".join(FORBIDDEN.sub("", " ".join((said or "").split())).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_withdrawn(comment: str, abstract: str) -> bool:
    """Whether the paper is said to be withdrawn: in the comment, or as the first words of the abstract."""
    return bool(_WITHDRAWN.search(comment) or _WITHDRAWN.match(abstract))
