"""The table of the API: episodes, sections, claims, questions, items, and what weeks are planned from."""

from tests.access.matrix import Act, more, row
from tests.access.policies import (
    ASKER,
    DRAFT,
    HOSTS,
    LEAD_OR_HOSTS,
    LEAD_OR_ORGANIZERS,
    MEMBERS,
    NOMINATOR,
    NOTHING,
    ORGANIZERS,
    OWN,
    PUBLIC,
    RUNNERS,
    SECTION_LEADS,
    SIGNED_IN,
    STATE,
)

API = "api/v1/"


def api(path, where=None, **acts):
    """`episodes/<code>/` and the key that stands for its `<…>`."""
    return row(f"{API}{path}", f"/{API}{_filled(path, where)}", **acts)


def also(path, where=None, **acts):
    return more(f"{API}{path}", f"/{API}{_filled(path, where)}", **acts)


def _filled(path, where):
    head, bracket, tail = path.partition("<")
    return f"{head}{where}{tail.partition('>')[2]}" if bracket else path


def looked_at(name, key, hidden):
    """A resource to read, and a row of a draft that is hidden."""
    path = f"{name}/<{'code' if name == 'episodes' else 'public_id' if name == 'questions' else 'pk'}>/"
    return [api(f"{name}/", GET=PUBLIC), api(path, key, GET=PUBLIC), also(path, hidden, GET=DRAFT)]


EPISODE, SECTION, CLAIM = "episodes/<code>/", "sections/<pk>/", "claims/<pk>/"
OWNER = "templates/owners/<pk>/"
UNTIL_OPEN = NOTHING.but(organizer=STATE)

WEEK = [
    api("episodes/", GET=PUBLIC),
    api(EPISODE, "021", GET=PUBLIC),
    also(EPISODE, "023", GET=DRAFT),
    *(api(f"{EPISODE}{each}/", "021", GET=PUBLIC) for each in ("board", "desk", "document", "missing")),
    *(also(f"{EPISODE}{each}/", "023", GET=DRAFT) for each in ("board", "desk", "document", "missing")),
    api("episodes/statistics/", GET=PUBLIC),
    row(f"{API}{EPISODE}export/", f"/{API}episodes/020/export/?to=github", GET=PUBLIC),
    more(f"{API}{EPISODE}export/", f"/{API}episodes/023/export/?to=github", GET=DRAFT),
    api("episodes/plan_next/", POST=Act(ORGANIZERS, leaves_nothing=True)),
    api(f"{EPISODE}advance/", "021", POST=(HOSTS, {"to": "locked", "reason": "早一点"})),
    also(f"{EPISODE}advance/", "023", POST=(DRAFT, {"to": "collecting"})),
    api(f"{EPISODE}step_back/", "021", POST=(ORGANIZERS, {"to": "draft", "reason": "重来"})),
    api(f"{EPISODE}postpone/", "021", POST=(HOSTS, {"starts_at": "{moved}", "reason": "加班"})),
    api(f"{EPISODE}host/", "022", POST=(MEMBERS, {"role": "host"})),
    api(f"{EPISODE}name_host/", "021", POST=(HOSTS, {"role": "editor", "person": "{nora.handle}"})),
    api(f"{EPISODE}leave_hosting/", "021", POST=(HOSTS, {"role": "host", "person": "{host.handle}"})),
    api(f"{EPISODE}hand_over/", "021", POST=(HOSTS, {"role": "host", "person": "{host.handle}", "to": "{nora.handle}"})),
    api(f"{EPISODE}rescue/", "021", POST=HOSTS),
    api(f"{EPISODE}rundown/", "S01", GET=PUBLIC, POST=Act(HOSTS, leaves_nothing=True)),  # it has all it can have
    also(f"{EPISODE}rundown/", "023", GET=NOTHING),
    api(f"{EPISODE}rundown/start/", "S01", POST=Act(HOSTS, leaves_nothing=True)),
    api(f"{EPISODE}rundown/resume/", "S01", POST=Act(HOSTS, leaves_nothing=True)),
    *(api(f"{EPISODE}rundown/{act}/", "S01", POST=HOSTS) for act in ("pause", "end")),
    *(
        api(f"{EPISODE}rundown/{act}/", "S01", POST=(HOSTS, {"cue": "{on_air.pk}"}))
        for act in ("next", "back", "skip", "push", "extend")
    ),
    api(f"{EPISODE}rundown/reorder/", "S01", POST=(HOSTS, {"cue": "{closing.pk}", "behind": None})),
    api(f"{EPISODE}rundown/put-on-stage/", "S01", POST=(HOSTS, {"question": "{live_question.public_id}"})),
    api("sections/", GET=PUBLIC),
    api(SECTION, "{news.pk}", GET=PUBLIC),
    also(SECTION, "{draft_section.pk}", GET=DRAFT),
    api(f"{SECTION}claim/", "{classic.pk}", POST=(MEMBERS, {"role": "lead"})),
    also(f"{SECTION}claim/", "{draft_section.pk}", POST=(UNTIL_OPEN, {"role": "standby"})),
    api(f"{SECTION}degrade/", "{classic.pk}", POST=HOSTS),
    *looked_at("claims", "{claim.pk}", "{draft_claim.pk}"),
    api(f"{CLAIM}release/", "{claim.pk}", POST=LEAD_OR_HOSTS),
    also(f"{CLAIM}release/", "{draft_claim.pk}", POST=UNTIL_OPEN),
    api(f"{CLAIM}hand_over/", "{claim.pk}", POST=(LEAD_OR_HOSTS, {"to": "{nora.handle}"})),
    *looked_at("mentions", "{mention.pk}", "{draft_mention.pk}"),
    api("episodes/carries/", GET=PUBLIC, POST=(SECTION_LEADS, {"episode": "021", "question": "020-1"})),
    api("episodes/carries/<pk>/", "{carry.pk}", GET=PUBLIC, DELETE=ORGANIZERS),  # nobody hosts 022 yet
    api("episodes/holidays/", GET=PUBLIC, POST=(ORGANIZERS, {"day": "{day}", "name": "元旦"})),
    api("episodes/holidays/<pk>/", "{holiday.pk}", GET=PUBLIC, DELETE=ORGANIZERS),
    api("episodes/breaks/", GET=PUBLIC, POST=(ORGANIZERS, {"day": "{next_day}", "reason": "停一次"})),
    api("episodes/breaks/<pk>/", "{a_break.pk}", GET=PUBLIC, DELETE=ORGANIZERS),
    api("templates/", GET=PUBLIC, POST=(ORGANIZERS, {"edition": "{edition.edition}", "minutes": 61})),
    api("templates/<pk>/", "{edition.pk}", GET=PUBLIC),
    api("templates/owners/", GET=PUBLIC, POST=(ORGANIZERS, {"person": "{nora.handle}", "kind": "news"})),
    api(OWNER, "{owner.pk}", GET=PUBLIC, DELETE=LEAD_OR_ORGANIZERS),
    api(f"{OWNER}skip/", "{owner.pk}", POST=(LEAD_OR_ORGANIZERS, {"day": "{next_day}"})),
    api(f"{OWNER}unskip/", "{owner.pk}", POST=(LEAD_OR_ORGANIZERS, {"day": "{skipped_day}"})),
    api("notifications/", GET=SIGNED_IN),
    api("notifications/<pk>/", "{own[notice]}", GET=SIGNED_IN),
    also("notifications/<pk>/", "{others_notice}", GET=NOTHING.but(**dict.fromkeys(
        ("anonymous", "guest_to_claim", "guest_to_submit", "guest_to_ask"), "401"
    ))),
    api("notifications/read/", POST=MEMBERS),
]  # fmt: skip

QUESTION, ANSWER, ITEM, WISH = "questions/<public_id>/", "answers/<pk>/", "items/<pk>/", "suggestions/<pk>/"
TEXTS = [
    *looked_at("questions", "{question_id}", "023-1")[1:2],
    api("questions/", GET=PUBLIC, POST=(MEMBERS, {"episode": "021", "body": "我是 {role}"})),
    also(QUESTION, "023-1", GET=DRAFT),
    also(QUESTION, "{question_id}", PATCH=(ASKER, {"body": "改过"})),
    api(f"{QUESTION}move/", "{question_id}", POST=(ASKER, {"episode": "022"})),
    api(f"{QUESTION}vote/", "020-1", POST=MEMBERS),
    also(f"{QUESTION}vote/", "023-1", POST=DRAFT),
    api(f"{QUESTION}unvote/", "{question_id}", POST=MEMBERS),
    also(f"{QUESTION}move/", "023-1", POST=(DRAFT, {"episode": "022"})),
    api("answers/", GET=PUBLIC, POST=(MEMBERS, {"question": "020-1", "body": "我是 {role}"})),
    api(ANSWER, "{answer.pk}", GET=PUBLIC, PATCH=(ASKER, {"body": "改过"}), DELETE=OWN),
    also(ANSWER, "{draft_answer.pk}", GET=DRAFT),
    api("items/", GET=PUBLIC, POST=(MEMBERS, {"episode": "021", "url": "https://new.example/1", "text": "新的"})),
    api(ITEM, "{nominated.pk}", GET=PUBLIC, PATCH=(NOMINATOR, {"title": "改过"}), DELETE=NOMINATOR),
    also(ITEM, "{draft_item.pk}", GET=DRAFT, PATCH=(DRAFT, {"title": "改过"}), DELETE=DRAFT),
    api(f"{ITEM}vote/", "{other_item.pk}", POST=MEMBERS),
    api(f"{ITEM}unvote/", "{voted.pk}", POST=MEMBERS),
    api(f"{ITEM}accept/", "{nominated.pk}", POST=RUNNERS),
    also(f"{ITEM}decline/", "{draft_item.pk}", POST=(DRAFT, {"reason": "跑题"})),
    api(f"{ITEM}defer/", "{nominated.pk}", POST=RUNNERS),
    api(f"{ITEM}decline/", "{nominated.pk}", POST=(RUNNERS, {"reason": "跑题"})),
    api(f"{ITEM}reopen/", "{accepted.pk}", POST=RUNNERS),
    api(f"{ITEM}merge/", "{nominated.pk}", POST=(RUNNERS, {"into": "{other_item.pk}"})),
    api(f"{ITEM}move/", "{accepted.pk}", POST=(RUNNERS, {"section": "{classic.pk}"})),
    api(f"{ITEM}arrange/", "{beside.pk}", POST=(RUNNERS, {"behind": None})),
    api(f"{ITEM}restore/", "{removed.pk}", POST=RUNNERS),
    api(f"{ITEM}take/", "{old_item.pk}", POST=(RUNNERS, {"section": "{news.pk}"})),
    api("suggestions/", GET=PUBLIC, POST=(MEMBERS, {"section": "{news.pk}", "body": "再短一点"})),
    api(WISH, "{suggestion.pk}", GET=PUBLIC),
    also(WISH, "{draft_suggestion.pk}", GET=DRAFT),
    api(f"{WISH}own/", "{suggestion.pk}", POST=MEMBERS),
    api(f"{WISH}resolve/", "{suggestion.pk}", POST=(RUNNERS, {"resolution": "好"})),
    api(f"{WISH}reopen/", "{resolved.pk}", POST=RUNNERS),
]

ROWS = [*WEEK, *TEXTS]
