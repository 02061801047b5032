"""The table of questions and answers: who mends, settles, moderates and reports them, by page and by the API."""

from dataclasses import replace

from tests.access.api_of_the_week import also, api
from tests.access.matrix import more, row
from tests.access.policies import ASKER, DRAFT, MEMBERS, MODERATORS, OWN

ACT = "q/<public_id>/act/"
QUESTION, ANSWER = "questions/<public_id>/", "answers/<pk>/"
OWN_ANSWER = {"answer": "{answer.pk}"}
# What is not shown is there for who sees to it, and for who wrote it: Nora, who is none of the roles.
UNSEEN = MODERATORS.hidden()
SIGN_IN_FIRST = replace(UNSEEN.asking(), guests=UNSEEN.strangers)  # the question is there, the answer is not


def press(policy, verb, where="{question_id}", **sent):
    known = policy if policy is SIGN_IN_FIRST else policy.knowing_guests()
    return more(ACT, f"/q/{where}/act/", POST=(known, {verb: "1", **sent}))


PAGES = [
    row("episodes/<code>/questions/", "/episodes/021/questions/", GET=MODERATORS.knowing_guests()),
    more("episodes/<code>/questions/", "/episodes/023/questions/", GET=DRAFT),
    row(
        *("q/<public_id>/edit/", "/q/{question_id}/edit/"),
        GET=ASKER.knowing_guests(),
        POST=(ASKER.knowing_guests(), {"body": "改过", "version": "{question.version}"}),
    ),
    more("q/<public_id>/edit/", "/q/{waiting_id}/edit/", GET=UNSEEN, POST=(UNSEEN, {"body": "改过", "version": "1"})),
    row(
        *("q/<public_id>/answers/<pk>/edit/", "/q/{question_id}/answers/{answer.pk}/edit/"),
        GET=ASKER.knowing_guests(),
        POST=(ASKER.knowing_guests(), {"body": "改过", "version": "{answer.version}"}),
    ),
    more("q/<public_id>/answers/<pk>/edit/", "/q/{question_id}/answers/{hidden_answer.pk}/edit/", GET=UNSEEN),
    row(
        *("q/<public_id>/summary/", "/q/{question_id}/summary/"),
        GET=ASKER.knowing_guests(),
        POST=(ASKER.knowing_guests(), {"summary": "够用", "version": "{question.version}"}),
    ),
    more("q/<public_id>/", "/q/{waiting_id}/", GET=UNSEEN),
    more("q/<public_id>/", "/q/{hidden_id}/", GET=UNSEEN),
    row(ACT, "/q/{question_id}/act/", POST=(ASKER.knowing_guests(), {"accept": "1", **OWN_ANSWER})),
    press(ASKER, "unaccept", answer="{accepted_answer.pk}"),
    press(ASKER, "settle", state="closed", reason="没人能答"),
    press(ASKER, "reopen", "{closed_id}"),
    press(OWN, "remove", **OWN_ANSWER),
    press(MODERATORS, "hide", version="{question.version}"),
    press(MODERATORS, "hide", **OWN_ANSWER),
    press(MODERATORS, "merge", into="{of_nora_id}"),
    press(MODERATORS, "dismiss", "{of_nora_id}"),
    press(MEMBERS.plus("guest to ask"), "report", "{of_nora_id}", reason="广告"),
    press(UNSEEN, "approve", "{waiting_id}"),
    press(MODERATORS, "unapprove", "{approved_id}"),
    press(UNSEEN, "decline", "{waiting_id}", reason="重复"),
    press(UNSEEN, "merge", "{waiting_id}", into="{question_id}"),
    press(UNSEEN, "put_back", "{hidden_id}"),
    press(SIGN_IN_FIRST, "approve", "{question_id}", answer="{waiting_answer.pk}"),
    press(SIGN_IN_FIRST, "decline", "{question_id}", answer="{waiting_answer.pk}", reason="重复"),
    press(SIGN_IN_FIRST, "put_back", "{question_id}", answer="{hidden_answer.pk}"),
    more(ACT, "/q/023-1/act/", POST=(DRAFT, {"hide": "1"})),
]

API = [
    also(QUESTION, "{waiting_id}", GET=UNSEEN),
    also(QUESTION, "{hidden_id}", GET=UNSEEN),
    also(ANSWER, "{waiting_answer.pk}", GET=UNSEEN),
    also(ANSWER, "{hidden_answer.pk}", GET=UNSEEN),
    api(f"{QUESTION}settle/", "{question_id}", POST=(ASKER, {"state": "closed", "reason": "没人能答"})),
    api(f"{QUESTION}reopen/", "{closed_id}", POST=ASKER),
    api(f"{QUESTION}summarize/", "{question_id}", POST=(ASKER, {"body": "够用"})),
    api(f"{QUESTION}merge/", "{question_id}", POST=(MODERATORS, {"into": "{of_nora_id}"})),
    api(f"{QUESTION}unmerge/", "{merged_id}", POST=UNSEEN),
    api(f"{QUESTION}hide/", "{question_id}", POST=MODERATORS),
    api(f"{QUESTION}show/", "{hidden_id}", POST=UNSEEN),
    api(f"{QUESTION}approve/", "{waiting_id}", POST=UNSEEN),
    api(f"{QUESTION}unapprove/", "{approved_id}", POST=MODERATORS),
    api(f"{QUESTION}decline/", "{waiting_id}", POST=(UNSEEN, {"reason": "重复"})),
    api(f"{QUESTION}report/", "{of_nora_id}", POST=(MEMBERS, {"reason": "广告"})),
    api(f"{QUESTION}dismiss/", "{of_nora_id}", POST=MODERATORS),
    also(f"{QUESTION}hide/", "023-1", POST=DRAFT),
    api(f"{ANSWER}accept/", "{answer.pk}", POST=ASKER),
    api(f"{ANSWER}unaccept/", "{accepted_answer.pk}", POST=ASKER),
    api(f"{ANSWER}hide/", "{answer.pk}", POST=MODERATORS),
    api(f"{ANSWER}show/", "{hidden_answer.pk}", POST=UNSEEN),
    api(f"{ANSWER}approve/", "{waiting_answer.pk}", POST=UNSEEN),
    api(f"{ANSWER}unapprove/", "{approved_answer.pk}", POST=MODERATORS),
    api(f"{ANSWER}decline/", "{waiting_answer.pk}", POST=(UNSEEN, {"reason": "重复"})),
    api(f"{ANSWER}report/", "{answer_of_nora.pk}", POST=(MEMBERS, {"reason": "广告"})),
    api(f"{ANSWER}dismiss/", "{answer_of_nora.pk}", POST=MODERATORS),
]

ROWS = [*PAGES, *API]
