"""The table of pages on which the week is made: states, claims, questions, nominations, templates, the calendar."""

from tests.access.matrix import Act, more, row
from tests.access.policies import (
    ASKER,
    DRAFT,
    EVERYBODY,
    HOSTS,
    LEAD_OR_HOSTS,
    LEAD_OR_ORGANIZERS,
    MEMBERS,
    NOTHING,
    ORGANIZERS,
    PUBLIC,
    SIGN_IN,
    SIGNED_IN,
    WRITERS,
)
from tests.access.policies import STATE as STATE_SAYS

STATE = "episodes/<code>/state/"
HERE = "/episodes/021/state/"
THERE = "/episodes/022/state/"


def state(policy, address=HERE, **body):
    """One act on the page of an episode's state; guests are known there and may do nothing of it."""
    return more(STATE, address, POST=(policy.knowing_guests(), body))


EDITION = {
    "edition": "{edition.edition}",
    "weekday": "5",
    "time": "21:00",
    "locks_before": "26",
    "minutes": "77",
    "votes": "3",
    **{f"{each}-{name}_FORMS": "0" for each in ("sections", "passages") for name in ("TOTAL", "INITIAL")},
}
OF_EDITION = {
    **EDITION,
    "sections-TOTAL_FORMS": "1",
    "sections-0-title": "本周新闻",
    "sections-0-kind": "news",
}
# In a draft nothing is to be taken yet, which organizers are told.
UNTIL_OPEN = NOTHING.but(organizer=STATE_SAYS)
CLAIM_MEMBERS = MEMBERS.plus("guest to claim").knowing_guests()

ROWS = [
    row(STATE, HERE, GET=PUBLIC, POST=(HOSTS.knowing_guests(), {"act": "advance", "to": "locked", "reason": "早一点"})),
    more(STATE, "/episodes/023/state/", GET=DRAFT, POST=(DRAFT, {"act": "advance", "to": "collecting"})),
    state(ORGANIZERS, act="step_back", to="draft", reason="重来"),
    state(HOSTS, act="name_host", person="{nora.handle}", role="editor"),
    # whoever is signed in may host where nobody does
    state(MEMBERS, THERE, act="host", role="host"),
    state(HOSTS, act="leave", hosting="{hosting.pk}"),
    state(HOSTS, act="hand_over", hosting="{hosting.pk}", person="{nora.handle}"),
    more(
        *(STATE, HERE),
        POST=Act(
            HOSTS.knowing_guests(), {"act": "preview", "starts_at": "{moved}", "reason": "加班"}, leaves_nothing=True
        ),
    ),
    state(HOSTS, act="postpone", starts_at="{moved}", reason="加班"),
    state(HOSTS, act="degrade", section="{classic.pk}"),
    state(HOSTS, act="rescue"),
    row("dashboard/", "/dashboard/", GET=Act(SIGNED_IN, leaves=frozenset({"talks_boardvisit"}))),
    more("dashboard/", "/dashboard/?episode=023", GET=Act(DRAFT.asking(), leaves=frozenset({"talks_boardvisit"}))),
    row("dashboard/hand-off/", "/dashboard/hand-off/", GET=SIGNED_IN),
    more("dashboard/hand-off/", "/dashboard/hand-off/?episode=023", GET=DRAFT.asking()),
    row("dashboard/statistics/", "/dashboard/statistics/", GET=PUBLIC),
    row("plan/", "/plan/", POST=Act(ORGANIZERS.knowing_guests(), leaves_nothing=True)),  # 022 collects already
    row(
        *("claim/sections/<pk>/", "/claim/sections/{picks.pk}/"),
        POST=(CLAIM_MEMBERS.but(lead_of_another_section=STATE_SAYS), {"role": "standby"}),  # who has it already
    ),
    more("claim/sections/<pk>/", "/claim/sections/{classic.pk}/", POST=(MEMBERS.knowing_guests(), {"role": "lead"})),
    more("claim/sections/<pk>/", "/claim/sections/{draft_section.pk}/", POST=(UNTIL_OPEN, {"role": "standby"})),
    row("claim/<pk>/release/", "/claim/{claim.pk}/release/", POST=LEAD_OR_HOSTS.knowing_guests()),
    more("claim/<pk>/release/", "/claim/{draft_claim.pk}/release/", POST=UNTIL_OPEN),
    row(
        *("claim/<pk>/hand-over/", "/claim/{claim.pk}/hand-over/"),
        GET=LEAD_OR_HOSTS.knowing_guests(),
        POST=(LEAD_OR_HOSTS.knowing_guests(), {"to": "{nora.handle}"}),
    ),
    more(
        "claim/<pk>/hand-over/",
        "/claim/{draft_claim.pk}/hand-over/",
        GET=DRAFT.but(anonymous=SIGN_IN, read_token=SIGN_IN, write_token=SIGN_IN),
    ),
    row(
        *("claim/owners/<pk>/skip/", "/claim/owners/{owner.pk}/skip/"),
        POST=(LEAD_OR_ORGANIZERS.knowing_guests(), {"day": "{next_day}"}),
    ),
    row(
        *("claim/owners/<pk>/unskip/", "/claim/owners/{owner.pk}/unskip/"),
        POST=(LEAD_OR_ORGANIZERS.knowing_guests(), {"day": "{skipped_day}"}),
    ),
    row(
        *("claim/owners/<pk>/disown/", "/claim/owners/{owner.pk}/disown/"),
        POST=LEAD_OR_ORGANIZERS.knowing_guests(),
    ),
    row("templates/edit/", "/templates/edit/", GET=ORGANIZERS, POST=(ORGANIZERS, OF_EDITION)),
    row(
        *("templates/own/", "/templates/own/"),
        POST=(ORGANIZERS, {"person": "{nora.handle}", "kind": "news", "title": ""}),
    ),
    row("calendar/set/", "/calendar/set/", POST=(ORGANIZERS, {"day": "{day}", "name": "调休", "is_workday": "1"})),
    row("calendar/remove/", "/calendar/remove/", POST=(ORGANIZERS, {"row": "{holiday.pk}"})),
    row("calendar/break/", "/calendar/break/", POST=(ORGANIZERS, {"day": "{next_day}", "reason": "停一次"})),
    row("calendar/resume/", "/calendar/resume/", POST=(ORGANIZERS, {"row": "{a_break.pk}"})),
    # reading what one was told is no writing of the record, but the suspended change nothing at all
    row("presence/", "/presence/", POST=(MEMBERS, {"row": "item:{nominated.pk}", "edits": "1"})),
    row("notifications/", "/notifications/", GET=SIGNED_IN, POST=(MEMBERS, {"until": "{own[notice]}"})),
    row(
        *("episodes/<code>/ask/", "/episodes/021/ask/"),
        GET=PUBLIC,
        POST=(MEMBERS.plus("guest to ask"), {"body": "我是 {role}"}),
    ),
    more("episodes/<code>/ask/", "/episodes/022/ask/", POST=(MEMBERS, {"body": "我是 {role}"})),
    more("episodes/<code>/ask/", "/episodes/023/ask/", GET=DRAFT),
    # without an account whoever is not suspended; the suspended only read
    more(
        *("episodes/<code>/ask/", "/episodes/021/ask/"),
        POST=(
            EVERYBODY,
            {"as": "nobody", "body": "我谁也不是", "key": "key-of-the-{role}-in-the-matrix".replace(" ", "-")},
        ),
    ),
    row(
        "episodes/<code>/ask/similar/",
        "/episodes/021/ask/similar/",
        GET=PUBLIC,
        POST=Act(PUBLIC, {"body": "问什么？"}, leaves_nothing=True),
    ),
    more("episodes/<code>/ask/similar/", "/episodes/023/ask/similar/", GET=DRAFT),
    row("asking/", "/asking/", POST=(ORGANIZERS, {"is_open": "1"})),
    row("return/", "/return/", GET=PUBLIC, POST=(EVERYBODY, {"code": "{return_code}", "act": "withdraw"})),
    row("q/<public_id>/vote/", "/q/020-1/vote/", POST=EVERYBODY),
    more("q/<public_id>/vote/", "/q/023-1/vote/", POST=DRAFT),
    row("q/<public_id>/unvote/", "/q/{question_id}/unvote/", POST=Act(EVERYBODY, changes_for=WRITERS)),
    more("q/<public_id>/unvote/", "/q/023-1/unvote/", POST=Act(DRAFT, leaves_nothing=True)),
    row("episodes/<code>/live/", "/episodes/S01/live/", GET=PUBLIC, POST=(HOSTS.knowing_guests(), {"act": "pause"})),
    more("episodes/<code>/live/", "/episodes/021/live/", GET=PUBLIC),
    more("episodes/<code>/live/", "/episodes/023/live/", GET=DRAFT),
    *(
        more("episodes/<code>/live/", "/episodes/S01/live/", POST=(HOSTS.knowing_guests(), body))
        for body in (
            *({"act": "end"}, {"act": "add", "title": "合影"}, {"act": "stage.{live_question.pk}"}),
            *({"act": act, "cue": "{on_air.pk}"} for act in ("next", "back", "skip", "push", "extend")),
            *({"act": "down.{coming_cue.pk}"}, {"act": "skip.{coming_cue.pk}"}),
        )
    ),
    row("episodes/<code>/live/now/", "/episodes/S01/live/now/", GET=PUBLIC),
    more("episodes/<code>/live/now/", "/episodes/S01/live/now/?view=host", GET=HOSTS.refusing()),
    more("episodes/<code>/live/now/", "/episodes/S01/live/now/?view=scribe", GET=MEMBERS.refusing()),
    more("episodes/<code>/live/now/", "/episodes/023/live/now/", GET=NOTHING),
    row("episodes/<code>/stage/", "/episodes/S01/stage/", GET=PUBLIC),
    more("episodes/<code>/stage/", "/episodes/023/stage/", GET=DRAFT),
    row(
        *("episodes/<code>/scribe/", "/episodes/S01/scribe/"),
        GET=SIGNED_IN,
        POST=(MEMBERS, {"act": "take", "section": "{live_section.pk}"}),
    ),
    *(
        more(
            "episodes/<code>/scribe/", "/episodes/S01/scribe/", POST=(MEMBERS, body | {"section": "{live_section.pk}"})
        )
        for body in (
            {"act": "question", "question": "谁问的？", "asker": "@阿岚"},
            {"act": "answer", "to": "{live_question.pk}", "answer": "一答", "author": "阿岚"},
            {"act": "link", "url": "https://shown.example/x"},
        )
    ),
    more("episodes/<code>/scribe/", "/episodes/023/scribe/", GET=DRAFT),
    row("q/<public_id>/", "/q/020-1/", GET=PUBLIC, POST=(MEMBERS, {"body": "我是 {role}"})),
    more("q/<public_id>/", "/q/023-1/", GET=DRAFT),
    row(
        *("q/<public_id>/move/", "/q/{question_id}/move/"),
        POST=(ASKER.knowing_guests(), {"to": "022", "version": "1"}),
    ),
    more("q/<public_id>/move/", "/q/023-1/move/", POST=(DRAFT, {"to": "022", "version": "1"})),
    row(
        *("submit/", "/submit/"),
        GET=PUBLIC,
        POST=(
            MEMBERS.plus("guest to submit").knowing_guests(),
            {"url": "https://new.example/x", "text": "新的", "episode": "021"},
        ),
    ),
    more("submit/", "/submit/", POST=(MEMBERS.knowing_guests(), {"second": "{nominated.pk}", "text": "我也想听"})),
]
