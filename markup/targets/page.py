"""The site's own HTML for use elsewhere: what a page shows, with the paths of the site made addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from markup import html
from markup.targets.options import Converted, check_names, number, site

OPTIONS = ("site_url", "heading_base")

# Safe only for what `html.render` returns: there < begins a tag wherever it stands, and values are in double quotes.
_TAG = re.compile(r'<(?:a|img)(?: [a-z-]+(?:="[^"]*")?)+>')
_SITE_PATH = re.compile(r' (href|src)="(?=/(?!/))')


def convert(text: str, options: Mapping[str, str]) -> Converted:
    """The text as safe HTML. Options: site_url, heading_base=1…6; raises UnknownOption and TextTooLong."""
    check_names(options, OPTIONS)
    site_url = escape(site(options))
    page = html.render(text, heading_base=number(options, "heading_base", 3, 1, 6))
    if site_url:
        page = _TAG.sub(lambda tag: _SITE_PATH.sub(lambda found: found[0] + site_url, tag[0]), page)
    return Converted(page)
