"""What both targets do to the addresses of links and pictures; elsewhere they stay as written."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markup import links

_VIDEO = re.compile(r"\.(?:mp4|webm|mov|m4v|ogv)$", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def absolute(url: str, site_url: str) -> str:
    """A path of the site behind the address of the site; any other address as it is."""
    is_site_path = url.startswith("/") and not url.startswith("//")
    return site_url + url if is_site_path and site_url else url


def is_absolute(url: str) -> bool:
    """Whether an address leads somewhere from any place: it has a scheme or a host."""
    return url.startswith("//") or bool(_SCHEME.match(url))


def path(url: str) -> str:
    """The path of an address; its end tells pictures from videos."""
    try:
        return urlsplit(url).path
    except ValueError:
        return url


def is_video_file(url: str) -> bool:
    """Whether an address is that of a video file."""
    return bool(_VIDEO.search(path(url)))


def described(alt: str) -> str:
    """The words that stand for a picture that cannot be shown."""
    return f"（图：{alt}）" if alt else "（图）"


def is_linkable(url: str) -> bool:
    """Whether a document may link to the address: http, https, mailto, a path or an anchor of its own."""
    return links.is_safe_href(url, allow_site_path=True) or bool(re.fullmatch(r"#\S+", url))
