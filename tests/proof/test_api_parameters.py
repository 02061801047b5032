"""Every parameter of every list and row of the API with odd values: an answer or a refusal that names it, no crash."""

from collections import Counter
from itertools import chain

import pytest

from papers.api.lists import SLUG
from talks.api.urls import router
from tests.api.conftest import API, episode_with_rows, keyed, list_with_rows

pytestmark = [pytest.mark.proof, pytest.mark.django_db]

EMPTY = ["", ",", ",,", "%20", "%09", "%0A"]
TORN = ["%00", "a%00b", "%FF", "%ED%A0%80", "%E2%80%AE", "%F0%9F%98%80", "%", "_", "'", "%22", "%5C", "[]", "null"]
LONG = ["x" * 5000, "9" * 5000, ",".join(["credits"] * 1000)]
NUMBERS = ["-1", "0", "1", "1e3", "1.5", "%2B5", "005", "9" * 18, "9" * 19, "٣", "３", "²", "①"]
NAMES = [
    "credits",
    "credits,",
    ",credits",
    "credits,,credits",
    "credits,x",
    "S02",
    "番外02",
    "005-1",
    "true",
    "regular",
]
MOMENTS = ["2023-01-01", "2023-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2023-13-40"]
ODD = [*EMPTY, *TORN, *LONG, *NUMBERS, *NAMES, *MOMENTS]
OF_PAGES = ("version", "lang", "format", "script")
EVERYWHERE = ("expand", "page", "page_size", "ordering", "format", "nothing")


def addresses(client, name, viewset):
    """The list of a resource, one of its rows, and what an episode can be shown as."""
    found = client.get(f"{API}{name}/").json()["results"]
    yield f"{API}{name}/"
    for row in found[:1]:
        key = row.get({"pk": "id"}.get(viewset.lookup_field, viewset.lookup_field), row.get("id"))
        yield f"{API}{name}/{key}/"
        if name == "episodes":
            yield from (f"{API}{name}/{key}/{form}/" for form in ("document", "export"))


def parameters(viewset):
    filterset = getattr(viewset, "filterset_class", None)
    return [*EVERYWHERE, *(filterset.base_filters if filterset else ()), *chain(*viewset.queries.values())]


def is_told(response, name):
    """Whether a reply is an answer, or a problem document about this parameter."""
    if response.status_code == 400:
        return response["Content-Type"] == "application/problem+json" and list(response.json()["errors"]) == [name]
    # a page that is not there, and a form that is not spoken
    return response.status_code == 200 or (response.status_code == 404 and name in ("page", "format"))


def test_an_odd_value_is_answered_or_refused_by_name(organizer, now):
    for number, state in ((41, "published"), (42, "collecting")):
        episode_with_rows(number, now, state=state, by=organizer)
    slug = list_with_rows(43, now).slug
    client = keyed(organizer, "write", now)
    seen, wrong = Counter(), []
    for pattern, viewset, _basename in router.registry:
        name = pattern.replace(f"(?P<slug>{SLUG})", slug)
        for address in addresses(client, name, viewset):
            for parameter in parameters(viewset):
                for value in ODD:
                    once = f"{parameter}={value}"
                    for query in (once, f"{once}&{once}"):
                        response = client.get(f"{address}?{query}")
                        seen[response.status_code] += 1
                        if not is_told(response, parameter):
                            wrong.append((f"{address}?{query[:80]}", response.status_code, response.content[:200]))
    for query in (f"{name}={value}" for name in OF_PAGES for value in ODD):
        for page in ("", "schema/", "docs/"):
            response = client.get(f"{API}{page}?{query}")
            seen[response.status_code] += 1
            if response.status_code not in (200, 404):
                wrong.append((f"{API}{page}?{query[:80]}", response.status_code, response.content[:200]))
    assert wrong == []
    assert seen[200] > 500
    print(f"\nparameters of the API: {sum(seen.values())} odd requests, {dict(seen)}")
