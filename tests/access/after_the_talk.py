"""The table of the time after a talk: wrap-up, recordings, links for a word more, logs of the group by the API."""

from tests.access.api_of_the_week import also, api
from tests.access.matrix import Act, more, row
from tests.access.policies import DRAFT, GUESTS, HOSTS, PUBLIC, WRAPPERS

WRAPUP, RECORDINGS = "episodes/<code>/wrapup/", "episodes/<code>/recordings/"
MAY = WRAPPERS.knowing_guests()
SIGNED = {"act": "sign", "answer": "{unsigned.pk}", "version": "1", "name": "渡口"}
VIDEO = {"act": "add", "url": "https://youtu.be/new"}
LOG = {"text": "甲: 群里又问了什么？\n乙: 答了这个"}
WITHOUT_SESSION = ("anonymous", *GUESTS, "read token", "write token")

ROWS = [
    row(WRAPUP, "/episodes/021/wrapup/", GET=MAY, POST=(MAY, SIGNED)),
    more(WRAPUP, "/episodes/023/wrapup/", GET=DRAFT),
    row(RECORDINGS, "/episodes/021/recordings/", GET=MAY, POST=(MAY, VIDEO)),
    more(RECORDINGS, "/episodes/023/recordings/", GET=DRAFT),
    more("go/<key>/", "/go/{word.key}/", GET=PUBLIC, POST=Act(
        PUBLIC, {"body": "我是 {role}"}, changes_for=WITHOUT_SESSION
    )),
    api("episodes/<code>/wrapup/", "021", GET=WRAPPERS),
    also("episodes/<code>/wrapup/", "023", GET=DRAFT),
    api("episodes/<code>/set_highlights/", "021", POST=(WRAPPERS, {"highlights": ["甲"]})),
    also("episodes/<code>/set_highlights/", "023", POST=(DRAFT, {"highlights": ["甲"]})),
    api("episodes/<code>/chat/", "021", POST=(HOSTS, LOG)),
    api("answers/<pk>/sign/", "{unsigned.pk}", POST=(WRAPPERS, {"name": "渡口"})),
    api("answers/<pk>/leave_unsigned/", "{unsigned.pk}", POST=WRAPPERS),
    api("questions/<public_id>/ask_for_words/", "{question_id}", POST=(WRAPPERS, {"person": "{person.handle}"})),
    api("recordings/<pk>/align/", "{video.pk}", POST=(WRAPPERS, {"at": "10:10", "cue": "{cue.pk}"})),
    api("recordings/", GET=PUBLIC, POST=(WRAPPERS, {"episode": "021", "url": "https://youtu.be/new"})),
    api("recordings/<pk>/", "{video.pk}", GET=PUBLIC, PATCH=(WRAPPERS, {"title": "改过"}), DELETE=WRAPPERS),
    also("recordings/<pk>/", "{draft_recording.pk}", GET=DRAFT),
]  # fmt: skip
