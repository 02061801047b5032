"""Every URL pattern of the project, written as one reads it."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

GROUP = re.compile(r"\(\?P<(\w+)>")


def patterns() -> Iterator[str]:
    """Yield every pattern of the resolver, included ones too: `episodes/<code>/`, `api/v1/items/<pk>/accept/`."""
    yield from _under(get_resolver().url_patterns, "")


def _under(found: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for each in found:
        route = prefix + _readable(str(each.pattern))
        if isinstance(each, URLResolver):
            yield from _under(each.url_patterns, route)
        else:
            yield route


def _readable(route: str) -> str:
    """Return a pattern without converters, and a regular expression as the path that it means."""
    if not (route.startswith("^") or route.endswith("$")):
        return re.sub(r"<\w+:(\w+)>", r"<\1>", route)
    return _without_groups(route.removeprefix("^").removesuffix("$"))


def _without_groups(route: str) -> str:
    while found := GROUP.search(route):
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(route[end], 0)
            end += 1
        route = f"{route[: found.start()]}<{found[1]}>{route[end:]}"
    return route
