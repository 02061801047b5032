"""The table of the API: people, tokens, lists, papers, news, imports, and what organizers see of the work behind it."""

from tests.access.api_of_the_week import also, api
from tests.access.matrix import row
from tests.access.policies import (
    DRAFT,
    FORBIDDEN,
    GUESTS,
    HIDDEN,
    LEAD,
    MEMBERS,
    METHODS,
    NOTHING,
    ORGANIZERS,
    OWN,
    PUBLIC,
    RUNNERS,
    SECTION_LEADS,
    SIGNED_IN,
    UNKNOWN,
    WRITES,
)
from tests.pages.conftest import document

PERSON, LIST, STORY, SOURCE = "people/<handle>/", "lists/<slug>/", "news/<pk>/", "sources/<slug>/"
TOKEN, REQUEST = "tokens/<pk>/", "person-requests/<pk>/"
SIGNED_OUT = {role.replace(" ", "_"): UNKNOWN for role in ("anonymous", *GUESTS)}
# What is somebody else's is not there; who is signed out is asked who they are first.
OTHERS = NOTHING.but(suspended=HIDDEN, **SIGNED_OUT)
# A token makes and ends no tokens.
IN_PERSON = {"write_token": FORBIDDEN}

PEOPLE_ = [
    api("people/", GET=PUBLIC),
    api(PERSON, "{person.handle}", GET=PUBLIC),
    also(PERSON, "{nobody.handle}", GET=DRAFT),
    # one's own page only
    also(PERSON, "{member.handle}", PATCH=(OWN, {"bio": "我是 {role}"})),
    api(f"{PERSON}rename/", "{person.handle}", POST=(ORGANIZERS, {"name": "船夫"})),
    api(f"{PERSON}undo_rename/", "{renamed.handle}", POST=ORGANIZERS),
    api(f"{PERSON}merge/", "{person.handle}", POST=(ORGANIZERS, {"into": "{nobody.handle}"})),
    api(f"{PERSON}unmerge/", "{merged.handle}", POST=ORGANIZERS),
    api(f"{PERSON}suspend/", "{nora.handle}", POST=ORGANIZERS),
    api(f"{PERSON}lift/", "{sleeping.handle}", POST=ORGANIZERS),
    api("person-requests/", GET=SIGNED_IN, POST=(MEMBERS, {"person": "{person.handle}"})),
    api(REQUEST, "{own_request.pk}", GET=OWN.plus("organizer").hidden().but(**SIGNED_OUT)),
    also(REQUEST, "{request.pk}", GET=DRAFT.but(**SIGNED_OUT)),
    api(f"{REQUEST}approve/", "{request.pk}", POST=ORGANIZERS),
    api(f"{REQUEST}refuse/", "{request.pk}", POST=(ORGANIZERS, {"reason": "不是"})),
    api("invitations/", GET=ORGANIZERS, POST=(ORGANIZERS, {"purpose": "join"})),
    api("invitations/<pk>/", "{invitation.pk}", GET=ORGANIZERS),
    api("invitations/<pk>/revoke/", "{invitation.pk}", POST=ORGANIZERS),
    api("tokens/", GET=SIGNED_IN, POST=(MEMBERS.but(**IN_PERSON), {"scope": "read"})),
    # ending one's own access is open to the suspended, too
    api(TOKEN, "{own[token]}", GET=SIGNED_IN, DELETE=SIGNED_IN.but(**IN_PERSON)),
    also(TOKEN, "{others_token}", GET=OTHERS, DELETE=OTHERS.but(**IN_PERSON)),
]

MAKER = LEAD.plus("organizer")
ENTRY, HEADING = f"{LIST}entries/<pk>/", f"{LIST}sections/<pk>/"


def of_list(path, where="", **acts):
    """A row of the reading list `board`."""
    return row(f"api/v1/{path}", f"/api/v1/{path.replace('<slug>', 'board').replace('<pk>', where)}", **acts)


LISTS = [
    api("papers/", GET=PUBLIC),
    api("papers/<arxiv_id>/", "2108.12409", GET=PUBLIC),
    also("papers/<arxiv_id>/", "2401.77777", GET=DRAFT),
    api("papers/<arxiv_id>/bib/", "2108.12409", GET=PUBLIC),
    also("papers/<arxiv_id>/bib/", "2401.77777", GET=DRAFT),
    api("lists/", GET=PUBLIC, POST=(MEMBERS, {"slug": "mine", "title": "我的"})),
    api(LIST, "board", GET=PUBLIC, PATCH=(MAKER, {"title": "改过"})),
    row("api/v1/lists/<slug>/export/", "/api/v1/lists/board/export/?to=readme", GET=PUBLIC),
    of_list(f"{LIST}import/", POST=(ORGANIZERS, {"text": "- [甲](https://example.org/a)"})),
    of_list(f"{LIST}entries/", GET=PUBLIC, POST=(MAKER, {"section": "{entry.section_id}", "title": "新"})),
    of_list(ENTRY, "{entry.pk}", GET=PUBLIC, PATCH=(MAKER, {"title": "改过"}), DELETE=MAKER),
    of_list(f"{ENTRY}move/", "{entry.pk}", POST=(MAKER, {"steps": 1})),
    of_list(f"{LIST}sections/", GET=PUBLIC, POST=(MAKER, {"title": "丁"})),
    of_list(HEADING, "{heading.pk}", GET=PUBLIC),
    of_list(f"{HEADING}move/", "{heading.pk}", POST=(MAKER, {"steps": -1})),
]

FEED = {"kind": "feed", "name": "新", "address": "https://n.example/feed"}
NEWS = [
    api("news/", GET=PUBLIC),
    api(STORY, "{story.pk}", GET=PUBLIC),
    also(STORY, "{hidden_story.pk}", GET=DRAFT),
    api(f"{STORY}take/", "{story.pk}", POST=(RUNNERS, {"section": "{news.pk}", "group": "学术"})),
    api(f"{STORY}decline/", "{story.pk}", POST=(SECTION_LEADS, {"reason": "太旧"})),
    api(f"{STORY}undo/", "{declined.pk}", POST=(SECTION_LEADS, {"version": "{declined.version}"})),
    api(f"{STORY}merge/", "{story.pk}", POST=(SECTION_LEADS, {"into": "{into.pk}"})),
    api(f"{STORY}unmerge/", "{merged_story.pk}", POST=SECTION_LEADS),
    api("news/radar/", GET=SECTION_LEADS),
    api("news/radar/ignore/", POST=(SECTION_LEADS, {"finding": "gap:{story.pk}", "reason": "不讲"})),
    api("news/radar/unignore/", POST=(SECTION_LEADS, {"finding": "gap:{gap.pk}"})),
    api("sightings/", GET=PUBLIC),
    api("sightings/<pk>/", "{sighting.pk}", GET=PUBLIC),
    also("sightings/<pk>/", "{hidden_sighting.pk}", GET=DRAFT),
    api("sightings/<pk>/split/", "{sighting.pk}", POST=SECTION_LEADS),
    api("runs/", GET=PUBLIC),
    api("runs/<pk>/", "{run.pk}", GET=PUBLIC),
    also("runs/<pk>/", "{gone_run.pk}", GET=DRAFT),
    api("sources/", GET=PUBLIC, POST=(ORGANIZERS, FEED)),
    api(SOURCE, "blog", GET=PUBLIC, PATCH=(ORGANIZERS, {"name": "改过"}), DELETE=ORGANIZERS),
    also(SOURCE, "gone", GET=NOTHING),
    api(f"{SOURCE}run/", "blog", POST=ORGANIZERS),
    api(f"{SOURCE}pause/", "blog", POST=ORGANIZERS),
    api(f"{SOURCE}resume/", "quiet", POST=ORGANIZERS),
    api(f"{SOURCE}restore/", "gone", POST=ORGANIZERS),
]

# Nothing is anywhere else, for no method; the scope of a token is asked first.
NOWHERE = NOTHING.but(read_token=FORBIDDEN)
WORK = [
    api("imports/", GET=ORGANIZERS, POST=(ORGANIZERS, document(44))),
    api("imports/<pk>/", "{document.pk}", GET=ORGANIZERS),
    api("events/", GET=PUBLIC),
    # what was changed in a published record; and of no episode, for organizers
    api("events/<pk>/", "{seen.event_id}", GET=PUBLIC),
    also("events/<pk>/", "{event.pk}", GET=DRAFT),
    api("jobs/", GET=ORGANIZERS),
    api("jobs/<pk>/", "{job.pk}", GET=ORGANIZERS),
    api("jobs/<pk>/retry/", "{job.pk}", POST=ORGANIZERS),
    api("", GET=PUBLIC),
    api("schema/", GET=PUBLIC),
    api("docs/", GET=PUBLIC),
    row("api(/.*)?", "/api/nope/", **{method: NOWHERE if method in WRITES else NOTHING for method in METHODS}),
]

ROWS = [*PEOPLE_, *LISTS, *NEWS, *WORK]
