"""The dots of a person's page: who is credited for a section was there."""

import pytest

from members.actors import SYSTEM
from members.models import Person
from talks.actions.imports import import_file, json_bytes
from talks.views.people import dots_of

pytestmark = pytest.mark.django_db


def test_a_contributor_of_a_section_was_there(make, now):
    section = make.section("news", "本周新闻", groups=[], items=[], contributors=["阿岚"])
    value = make.document(131, sections=[section], questions=[], parts=[])
    import_file(data=json_bytes(value), name="131.json", by=SYSTEM, now=now)
    (dot,) = dots_of(Person.objects.get(name="阿岚"), None)
    assert dot.kind != "away"
