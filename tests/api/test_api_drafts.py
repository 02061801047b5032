"""Nothing of a draft reaches anybody but organizers: no row, no name, no paper, by no address, filter or expansion."""

import pytest

from members.actions.revisions import touch
from members.models import Person
from talks.actions.questions import ask
from talks.api.urls import router
from talks.models import Episode, Item, PaperMention
from talks.models.credits import in_record
from tests.api.conftest import API

OF_ORGANIZERS = (
    *("imports", "jobs", "tokens", "notifications", "invitations", "person-requests"),
    *("reminders", "webhooks", "deliveries"),
)
PUBLIC = [
    (name, viewset)
    for name, viewset, _base in router.registry
    if name not in OF_ORGANIZERS and not name.startswith("lists/")
]
# They hold nothing of any episode.
OF_NO_EPISODE = (
    *("templates", "templates/owners", "lists", "news", "sightings", "sources", "runs"),
    *("episodes/holidays", "episodes/breaks"),
)
# What only the draft 043 holds: its code and address, who is named in it, the paper named in it.
SECRETS = ('"043', "渔人43", "yuren-43", "2401.00043")


def bodies(client, name, viewset):
    for query in ("", *(f"&expand={relation}" for relation in viewset.expandable)):
        response = client.get(f"{API}{name}/?page_size=100{query}")
        assert response.status_code == 200
        yield response.content.decode()


@pytest.mark.parametrize(("name", "viewset"), PUBLIC, ids=[name for name, _viewset in PUBLIC])
def test_no_list_holds_anything_of_a_draft(anonymous, as_member, as_organizer, record, name, viewset):
    for client in (anonymous, as_member):
        for body in bodies(client, name, viewset):
            assert [secret for secret in SECRETS if secret in body] == []
    if name not in OF_NO_EPISODE:
        assert any(secret in body for body in bodies(as_organizer, name, viewset) for secret in SECRETS)


@pytest.mark.parametrize(
    "path",
    [
        *("episodes/043/", "episodes/43/", "episodes/043/document/", "episodes/043/export/?to=json"),
        *("questions/043-1/", "questions/043-1.1/", "people/yuren-43/", "papers/2401.00043/"),
    ],
)
def test_a_row_of_a_draft_is_not_there(anonymous, as_member, as_organizer, record, problem, path):
    for client in (anonymous, as_member):
        problem(client.get(f"{API}{path}"), 404, "not_found")
    assert as_organizer.get(f"{API}{path}").status_code == 200


@pytest.mark.parametrize(
    "relation", ["sections", "items", "claims", "suggestions", "recordings", "mentions", "answers"]
)
def test_an_opaque_id_of_a_draft_is_not_there(anonymous, as_organizer, record, problem, relation):
    for row in as_organizer.get(f"{API}{relation}/?episode=043").json()["results"]:
        problem(anonymous.get(f"{API}{relation}/{row['id']}/"), 404, "not_found")


@pytest.mark.parametrize(
    "address",
    [
        *(f"/episodes/{rest}" for rest in ("043/", "43/", "043/ask/", "043.md", "043.zhihu.md", "043.json", "43.md")),
        *("/q/043-1/", "/q/43-1/", "/q/043-1.1/", "/people/yuren-43/", "/papers/2401.00043/", "/papers/2401.00043v1/"),
    ],
)
def test_a_page_of_a_draft_is_not_there(anonymous, as_member, as_organizer, record, address):
    for client in (anonymous, as_member):
        response = client.get(address)
        assert response.status_code == 404
        assert [secret for secret in ("渔人43", "为什么快", "一篇论文") if secret in response.content.decode()] == []
    assert as_organizer.get(address, follow=True).status_code == 200


@pytest.mark.parametrize("address", ["/", "/episodes/", "/people/", "/papers/", "/episodes/042/", "/episodes/999/"])
def test_no_page_tells_of_a_draft(anonymous, as_member, record, address):
    for client in (anonymous, as_member):
        body = client.get(address).content.decode()
        assert [secret for secret in (">043", "/043", *SECRETS[1:]) if secret in body] == []


def test_a_merged_name_does_not_lead_to_somebody_of_a_draft(anonymous, record, now):
    meant = Person.objects.get(handle="yuren-43")
    Person.objects.create(handle="alt", name="旧名", merged_into=meant, created_at=now, changed_at=now)
    assert anonymous.get("/people/alt/").status_code == 404


def test_a_name_is_shown_as_soon_as_something_visible_holds_it(record, member, organizer, now):
    def known(viewer):
        return set(in_record(Person.objects.current(), viewer).values_list("name", flat=True))

    assert known(None) == known(member) == {"渔人41", "渔人42", member.name, organizer.name}
    assert "渔人43" in known(organizer)
    Episode.objects.filter(code="043").update(state="collecting")
    assert "渔人43" in known(None)


def test_a_paper_of_a_row_that_was_taken_out_is_not_shown(anonymous, record, member, now):
    asked = ask(episode=record["042"], body="见 https://arxiv.org/abs/2305.14314 ？", by=member, now=now)
    assert anonymous.get("/papers/2305.14314/").status_code == 200
    type(asked).objects.update(deleted_at=now)
    Item.objects.update(state="declined")
    touch()
    assert anonymous.get("/papers/2305.14314/").status_code == 404
    assert anonymous.get(f"{API}papers/").json()["results"] == []
    assert not PaperMention.objects.standing().exists()
    assert "2305.14314" not in anonymous.get("/episodes/042/").content.decode()
