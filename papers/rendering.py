"""The HTML of a paper's title and abstract, made by markup.html and stored beside them."""

from __future__ import annotations

import re

from markup import html
from papers.models import Paper

HTML_FIELDS = ("title_html", "abstract_html", "html_version")


def render(paper: Paper) -> None:
    """Fill the HTML fields. What is longer than a page may be is cut there; the text itself stays whole."""
    paper.title_html = html.render_inline(paper.title[: html.MAX_CHARACTERS])
    # The row may not be written yet: the identifier names it, not its key.
    prefix = f"paper{re.sub('[^0-9A-Za-z]', '-', paper.arxiv_id)}-"
    paper.abstract_html = html.render(paper.abstract[: html.MAX_CHARACTERS], prefix=prefix)
    paper.html_version = html.HTML_VERSION
