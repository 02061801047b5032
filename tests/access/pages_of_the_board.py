"""The table of the board, the inbox and the lists: every verb of every form."""

from tests.access.matrix import Act, more, row
from tests.access.policies import (
    DRAFT,
    LEAD,
    MEMBERS,
    NOMINATOR,
    ORGANIZERS,
    PUBLIC,
    RUNNERS,
    SECTION_LEADS,
)

ACT = "episodes/<code>/board/act/"
EARLIER = "/episodes/021/board/act/"


def press(policy, verb, value="1", address=EARLIER, **sent):
    """One button of the board; guests are known there and none of its buttons is theirs."""
    return more(ACT, address, POST=(policy.knowing_guests(), {verb: value, **sent}))


def of(name):
    return {"item": f"{{{name}.pk}}", "version": f"{{{name}.version}}"}


def wish(name):
    return {"suggestion": f"{{{name}.pk}}", "version": f"{{{name}.version}}"}


EDIT = {
    "title": "改过",
    "url": "https://blog.example/a",
    "body": "新",
    "version": "{nominated.version}",
    "depth": "talk",
}
# 020 is published: 021 goes on with what it left
BOARD = [
    row(ACT, EARLIER, POST=(MEMBERS.knowing_guests(), {"vote": "1", **of("other_item")})),
    press(MEMBERS, "unvote", **of("voted")),
    press(RUNNERS, "accept", **of("nominated")),
    press(RUNNERS, "defer", **of("nominated")),
    press(RUNNERS, "decline", reason="跑题", **of("nominated")),
    press(RUNNERS, "reopen", **of("accepted")),
    press(RUNNERS, "merge", into="{other_item.pk}", **of("nominated")),
    press(RUNNERS, "shift", "up", **of("beside")),
    press(RUNNERS, "depth", "brief", **of("accepted")),
    press(RUNNERS, "move", to="{classic.pk}", **of("accepted")),
    press(NOMINATOR, "delete", **of("nominated")),
    press(RUNNERS, "restore", **of("removed")),
    press(RUNNERS, "take", "{news.pk}", item="{old_item.pk}"),
    press(RUNNERS, "take_plan", "{news.pk}", plan="{plan.pk}"),
    press(SECTION_LEADS, "carry", "{past_question.pk}"),
    # of 022, where nobody of 021 decides
    press(ORGANIZERS, "drop", "{carry.pk}", "/episodes/022/board/act/"),
    press(RUNNERS, "take_story", "{story.pk}.{news.pk}"),
    press(SECTION_LEADS, "ignore", "gap:{story.pk}", reason="不讲"),
    press(MEMBERS, "suggest", section="{news.pk}", body="再短一点"),
    press(MEMBERS, "own", **wish("suggestion")),
    press(RUNNERS, "resolve", resolution="好", **wish("suggestion")),
    press(RUNNERS, "open_again", **wish("resolved")),
    press(DRAFT, "decline", reason="跑题", address="/episodes/023/board/act/", **of("draft_item")),
    row(
        *("episodes/<code>/board/items/<pk>/", "/episodes/021/board/items/{nominated.pk}/"),
        GET=PUBLIC,
        POST=(NOMINATOR.knowing_guests(), EDIT),
    ),
    more(
        *("episodes/<code>/board/items/<pk>/", "/episodes/021/board/items/{nominated.pk}/"),
        POST=Act(NOMINATOR.knowing_guests(), {**EDIT, "preview": "1"}, leaves_nothing=True),
    ),
    more("episodes/<code>/board/items/<pk>/", "/episodes/023/board/items/{draft_item.pk}/", GET=DRAFT),
    row(
        *("episodes/<code>/board/items/<pk>/arrange/", "/episodes/021/board/items/{beside.pk}/arrange/"),
        POST=(RUNNERS.knowing_guests(), {"section": "{news.pk}", "version": "{beside.version}"}),
    ),
]

FILE, SORT = RUNNERS, SECTION_LEADS  # in the news; who may file anywhere
INBOX = [
    row("inbox/act/", "/inbox/act/", POST=(FILE, {"take": "{story.pk}.1"})),
    more("inbox/act/", "/inbox/act/", POST=(SORT, {"decline": "{story.pk}", "reason": "太旧"})),
    more("inbox/act/", "/inbox/act/", POST=(SORT, {"merge": "{story.pk}.{into.pk}"})),
    more("inbox/act/", "/inbox/act/", POST=(SORT, {"undo": "{declined.pk}.{declined.version}"})),
    more("inbox/act/", "/inbox/act/", POST=(SORT, {"ignore": "gap:{story.pk}", "reason": "不讲"})),
    more("inbox/act/", "/inbox/act/", POST=(SORT, {"unignore": "gap:{gap.pk}"})),
]

MAKER = LEAD.plus("organizer")
LIST = "/lists/board"
ENTRY = {"title": "新的", "kind": "paper", "version": "{entry.version}"}
LISTS = [
    row("lists/", "/lists/", GET=PUBLIC, POST=(MEMBERS.refusing(), {"title": "我的", "slug": "mine"})),
    row("lists/import/", "/lists/import/", GET=ORGANIZERS, POST=Act(
        ORGANIZERS, {"slug": "fresh", "title": "新", "text": "- [甲](https://example.org/a)"}, leaves_nothing=True
    )),
    row("lists/import/store/", "/lists/import/store/", POST=(
        ORGANIZERS, {"slug": "fresh", "title": "新", "upload": "{upload}:README.md"}
    )),
    row("lists/<slug>/sections/add/", f"{LIST}/sections/add/", GET=MAKER, POST=(MAKER, {"title": "丁", "level": "2"})),
    row(
        *("lists/<slug>/sections/<pk>/", f"{LIST}/sections/{{heading.pk}}/"),
        GET=MAKER,
        POST=(MAKER, {"title": "改过", "level": "2", "version": "{heading.version}"}),
    ),
    row("lists/<slug>/sections/<pk>/up/", f"{LIST}/sections/{{heading.pk}}/up/", POST=(MAKER, {"version": "{heading.version}"})),
    row("lists/<slug>/sections/<pk>/down/", f"{LIST}/sections/{{first_heading.pk}}/down/", POST=(MAKER, {"version": "{first_heading.version}"})),
    row("lists/<slug>/sections/<pk>/move/", f"{LIST}/sections/{{heading.pk}}/move/", POST=(MAKER, {"version": "{heading.version}"})),
    row("lists/<slug>/sections/<pk>/remove/", f"{LIST}/sections/{{heading.pk}}/remove/", POST=MAKER),
    row("lists/<slug>/sections/<pk>/restore/", f"{LIST}/sections/{{removed_heading.pk}}/restore/", POST=MAKER),
    row("lists/<slug>/add/<section>/", f"{LIST}/add/{{entry.section_id}}/", GET=MAKER, POST=(MAKER, ENTRY)),
    row("lists/<slug>/entries/<pk>/", f"{LIST}/entries/{{entry.pk}}/", GET=MAKER, POST=(MAKER, ENTRY)),
    row("lists/<slug>/entries/<pk>/up/", f"{LIST}/entries/{{entry.pk}}/up/", POST=(MAKER, {"version": "{entry.version}"})),
    row("lists/<slug>/entries/<pk>/down/", f"{LIST}/entries/{{entry.pk}}/down/", POST=(MAKER, {"version": "{entry.version}"})),
    row(
        *("lists/<slug>/entries/<pk>/move/", f"{LIST}/entries/{{entry.pk}}/move/"),
        POST=(MAKER, {"version": "{entry.version}", "behind": "{last_entry.pk}"}),
    ),
    row("lists/<slug>/entries/<pk>/remove/", f"{LIST}/entries/{{entry.pk}}/remove/", POST=MAKER),
    row("lists/<slug>/entries/<pk>/restore/", f"{LIST}/entries/{{removed_entry.pk}}/restore/", POST=MAKER),
]  # fmt: skip

ROWS = [*BOARD, *INBOX, *LISTS]
