"""The WSGI application that granian serves."""

import os
import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from config.proxies import read_forwarding

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
site = get_wsgi_application()

CHARSET = re.compile(r';\s*charset\s*=\s*("[^"]*"|[^;]*)', re.IGNORECASE)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request. Everything is UTF-8: Django would read the address, too, in any charset a body claims,
    and fails on those that are no text encoding."""
    if "charset" in environ.get("CONTENT_TYPE", "").lower():
        environ["CONTENT_TYPE"] = CHARSET.sub("", environ["CONTENT_TYPE"])
    read_forwarding(environ, settings.TRUSTED_PROXIES)
    return site(environ, start_response)
