"""The table of what the host's desk tells and keeps: the outbox, webhooks and deliveries, feeds, and the history."""

from tests.access.api_of_the_week import api
from tests.access.matrix import Act, more, row
from tests.access.policies import (
    DRAFT,
    GUESTS,
    HIDDEN,
    HOSTS,
    ORGANIZERS,
    OWN,
    PUBLIC,
    RUNNERS,
    SIGNED_IN,
    STATE,
    UNKNOWN,
    WRITERS,
)

OUTBOX = "episodes/<code>/outbox/"
CHAT = "episodes/<code>/chat/"
SAID = {"act": "store", "text": "甲: 群里问了什么？\n乙: 答了这个", "take": ["0", "0.0"]}
HISTORY = "episodes/<code>/history/"
HOOK, HOOKS = "webhooks/<pk>/", "/webhooks/{webhook.pk}/"
NEW = {
    "name": "新群",
    "form": "wecom",
    "url": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=made-up-0001",
    "events": ["reminder"],
}
REWORDED = {"act": "edit", "reminder": "{reminder.pk}", "version": "{reminder.version}", "text": "带电源"}
GONE_ON = {"name": "改过", "form": "wecom", "events": ["reminder"], "version": "{webhook.version}"}
SIGNED_OUT = {role.replace(" ", "_"): UNKNOWN for role in ("anonymous", *GUESTS)}
# Acts on an evening that is not published are for members.
NOT_FOR_GUESTS = {role.replace(" ", "_"): HIDDEN for role in GUESTS}
AGO = "{kept.event_id}"

TELLING = [
    row(OUTBOX, "/episodes/021/outbox/", GET=HOSTS.knowing_guests(), POST=(HOSTS.knowing_guests(), REWORDED)),
    more(OUTBOX, "/episodes/023/outbox/", GET=DRAFT),
    row(CHAT, "/episodes/021/chat/", GET=HOSTS.knowing_guests(), POST=(HOSTS.knowing_guests(), SAID)),
    more(CHAT, "/episodes/023/chat/", GET=DRAFT),
    row("webhooks/", "/webhooks/", GET=ORGANIZERS, POST=(ORGANIZERS, NEW)),
    row(HOOK, HOOKS, GET=ORGANIZERS, POST=(ORGANIZERS, GONE_ON)),
    row(f"{HOOK}pause/", f"{HOOKS}pause/", POST=ORGANIZERS),
    row(f"{HOOK}resume/", "/webhooks/{resting.pk}/resume/", POST=ORGANIZERS),
    row(f"{HOOK}remove/", f"{HOOKS}remove/", POST=ORGANIZERS),
    row(f"{HOOK}test/", f"{HOOKS}test/", POST=ORGANIZERS),
    row("deliveries/<pk>/replay/", "/deliveries/{delivery.pk}/replay/", POST=ORGANIZERS),
    # whoever holds the address that stands in a mail
    row("unsubscribe/<token>/", "/unsubscribe/{stop}/", GET=PUBLIC, POST=Act(PUBLIC, {})),
    *(row(path, f"/{path}", GET=PUBLIC) for path in ("calendar.ics", "feeds/episodes.atom", "feeds/questions.atom")),
    api("reminders/", GET=SIGNED_IN),
    api(
        "reminders/<pk>/",
        "{reminder.pk}",
        GET=HOSTS.hidden().but(**SIGNED_OUT),
        PATCH=(HOSTS.hidden(), {"text": "带电源"}),
    ),
    api("reminders/<pk>/send/", "{reminder.pk}", POST=HOSTS.hidden()),
    api("webhooks/", GET=ORGANIZERS, POST=(ORGANIZERS, NEW)),
    api(HOOK, "{webhook.pk}", GET=ORGANIZERS, PATCH=(ORGANIZERS, {"name": "改过"}), DELETE=ORGANIZERS),
    api(f"{HOOK}pause/", "{webhook.pk}", POST=ORGANIZERS),
    api(f"{HOOK}resume/", "{resting.pk}", POST=ORGANIZERS),
    api(f"{HOOK}test/", "{webhook.pk}", POST=ORGANIZERS),
    api("deliveries/", GET=ORGANIZERS),
    api("deliveries/<pk>/", "{delivery.pk}", GET=ORGANIZERS),
    api("deliveries/<pk>/replay/", "{delivery.pk}", POST=ORGANIZERS),
]

KEPT = [
    row(HISTORY, "/episodes/021/history/", GET=PUBLIC),
    more(HISTORY, "/episodes/023/history/", GET=DRAFT),
    row(
        f"{HISTORY}<event>/restore/",
        f"/episodes/021/history/{AGO}/restore/",
        GET=HOSTS.knowing_guests(),
        POST=(HOSTS.knowing_guests(), {"typed": "021", "reason": "回到从前"}),
    ),
    row(
        f"{HISTORY}<event>/restore/<kind>/<key>/",
        f"/episodes/021/history/{AGO}/restore/item/{{beside.pk}}/",
        POST=(RUNNERS.but(**NOT_FOR_GUESTS), {"version": "{beside.version}"}),
    ),
    row(
        f"{HISTORY}back/",
        "/episodes/021/history/back/",
        POST=(RUNNERS.knowing_guests(), {"row": "item:{removed.pk}"}),
    ),
]


def standing(policy):
    """What stands is brought back without a word: only who may do it shows."""
    return Act(policy, leaves_nothing=True)


MAY = OWN.plus("host", "organizer")
# The record is published, which whoever writes is told.
OF_RECORD = ORGANIZERS.but(
    **{role.replace(" ", "_"): STATE for role in (*WRITERS, "write token") if role != "organizer"}
)
BACK = [
    api("episodes/<code>/restore/", "021", POST=(HOSTS, {"event": AGO, "confirm": "021"})),
    api("claims/<pk>/restore/", "{claim.pk}", POST=standing(HOSTS)),
    api("sections/<pk>/restore/", "{news.pk}", POST=standing(RUNNERS)),
    api("questions/<public_id>/restore/", "{question_id}", POST=standing(MAY)),
    api("answers/<pk>/restore/", "{answer.pk}", POST=standing(MAY)),
    api("suggestions/<pk>/restore/", "{suggestion.pk}", POST=standing(RUNNERS)),
    api("recordings/<pk>/restore/", "{recording.pk}", POST=standing(OF_RECORD)),
]

ROWS = [*BACK, *TELLING, *KEPT]
