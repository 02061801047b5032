"""Every action keeps the rows it changes, as they were: run them all, compare the whole talk before and after."""

import ast
from pathlib import Path

import pytest

from members.actors import SYSTEM
from news.models import NewsItem
from talks.actions import claims, imports, item_order, items, life, questions, sample, triage
from talks.models import Answer, Claim, Hosting, KeptRow, Question, Section
from tests.pages.conftest import coming, item, question, rich, section
from tests.pages.kept_items import _accepted, _room
from tests.pages.kept_week import _planned
from tests.pages.test_kept_pages import ACTS, ON_WHAT_STANDS, _own, as_file
from tests.talks.history import everything, last_event, not_kept, without_names
from tests.talks.newsroom import source, tell

ROOT = Path(__file__).resolve().parents[2]


def _reworked(by, now):
    """The same number again: rows taken, made, moved and gone, names changed, a title and a date."""
    document = rich()
    first = document["sections"][0]
    first["items"] = [
        item("一条新的", "https://example.org/new", contributors=["渡口", "新来的"]),
        *first["items"][::-1],
    ]
    first["leads"] = ["新来的", "阿岚"]
    first["contributors"] = ["渡口"]
    document["questions"][0]["body"] = "换了一问？"
    document["questions"][0]["answers"][0]["author"] = "新来的"
    document["questions"].insert(1, question("插进来的一问？", number=9, asker="小满"))
    document.update(title="新的题目", hosts=["新来的"], editors=["渡口"], leads=["小满"])
    document["sections"].append(section("custom", "加的一节"))
    return imports.import_file(**as_file(document), by=SYSTEM, now=now)


def _filed(by, now):
    section_ = _room(by, now)
    tell(source("blog", now=now), "https://blog.example/a", now=now)
    triage.take(story=NewsItem.objects.get(), section=section_, group="工业界", by=by, now=now)
    return NewsItem.objects.get()


def _lead_of_optional(by, now):
    """A board that is locked: its free sections run by their rules."""
    week = _planned(by, now)
    life.advance(episode=week.episode, to="locked", by=by, now=now, reason="早")
    return week


def _led(by, now):
    week = _lead_of_optional(by, now)
    return claims.claim(section=week.picks, role="lead", by=by, now=now)


# Acts that the kept pages do not need to know, and second ways through those they do.
MORE = {
    "import again": (lambda by, now: None, lambda _none, by, now: _reworked(by, now)),
    "import where people claimed": (
        lambda by, now: Claim.objects.create(
            section=Section.objects.get(episode__code="021", kind="news"), person=by, name=by.name, role="standby",
            position=2, created_at=now, changed_at=now,
        ),
        lambda _row, by, now: imports.import_file(
            **as_file({**coming(), "hosts": ["小满", "阿岚"], "sections": [section("news", "本周新闻", leads=["阿岚", "渡口"])]}),
            by=SYSTEM, now=now,
        ),
    ),
    "undo a filed story": (
        _filed,
        lambda story, by, now: triage.undo(story=story, version=story.version, by=by, now=now),
    ),
    "lock a board": (
        _planned,
        lambda week, by, now: life.advance(episode=week.episode, to="locked", by=by, now=now, reason="早"),
    ),
    "claim what runs without a lead": (
        _lead_of_optional,
        lambda week, by, now: claims.claim(section=week.picks, role="lead", by=by, now=now),
    ),
    "release after the board is locked": (_led, lambda row, by, now: claims.release(claim=row, by=by, now=now)),
    "publish": (
        lambda by, now: _walked(by, now),
        lambda week, by, now: life.advance(episode=week.episode, to="published", by=by, now=now, reason="好"),
    ),
    "publish once more": (
        lambda by, now: life.advance(episode=_walked(by, now).episode, to="published", by=by, now=now, reason="好"),
        lambda episode, by, now: _published_again(episode, by, now),
    ),
    "move to another section and arrange": (
        _accepted,
        lambda row, by, now: item_order.arrange(
            item=row, section=row.section.episode.sections.get(kind="practice"), behind=None, version=2, by=by, now=now
        ),
    ),
    "edit a question": (
        lambda by, now: _own(Question.objects.filter(episode__code="021"), asker=by),
        lambda row, by, now: questions.edit_question(question=row, version=1, body="换一问？", by=by, now=now),
    ),
    "edit an answer": (
        lambda by, now: _own(Answer.objects.filter(question__episode__code="020"), author=by),
        lambda row, by, now: questions.edit_answer(answer=row, version=1, body="换一答。", by=by, now=now),
    ),
    "defer": (
        lambda by, now: (_planned(by, now), _accepted(by, now))[1],
        lambda row, by, now: items.defer(item=row, version=2, by=by, now=now),
    ),
}  # fmt: skip


def _walked(by, now):
    week = _planned(by, now)
    for state in ("locked", "live", "wrapup"):
        life.advance(episode=week.episode, to=state, by=by, now=now, reason="好")
    return week


def _published_again(episode, by, now):
    life.step_back(episode=episode, to="wrapup", reason="漏了", by=by, now=now)
    Hosting.objects.create(
        episode=episode, person=by, name="另一个名字", role="editor", position=9, created_at=now, changed_at=now
    )
    since = last_event()
    before = everything()
    life.advance(episode=episode, to="published", by=by, now=now, reason="好")
    assert not_kept(before, since) == []


# These write behind the back of the record before they act; MORE has them in two steps.
IN_TWO_STEPS = {"talks.actions.questions.edit_question", "talks.actions.questions.edit_answer"}


@pytest.mark.parametrize("act", [name for name in ACTS if name not in IN_TWO_STEPS])
def test_every_act_keeps_what_it_changes(site, member, now, settings, tmp_path, act):
    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    _is_kept(act, lambda: ACTS[act](member, now))


@pytest.mark.parametrize("act", ON_WHAT_STANDS)
def test_every_act_on_what_stands_keeps_what_it_changes(site, organizer, now, act):
    prepare, do = ON_WHAT_STANDS[act]
    standing = prepare(organizer, now)
    _is_kept(act, lambda: do(standing, organizer, now))


@pytest.mark.parametrize("act", [name for name in MORE if name != "publish once more"])
def test_other_ways_keep_what_they_change(site, organizer, now, act):
    prepare, do = MORE[act]
    standing = prepare(organizer, now)
    since = last_event()
    _is_kept(act, lambda: do(standing, organizer, now))
    assert KeptRow.objects.filter(event__gt=since).exists()


def test_names_of_a_second_publication_are_kept(site, organizer, now):
    prepare, do = MORE["publish once more"]
    do(prepare(organizer, now), organizer, now)


def _is_kept(act, do):
    """Run an act and demand that every row it changed was kept; the preparations of a test bypass the actions."""
    before, since = everything(), last_event()
    do()
    found = not_kept(before, since)
    if act.startswith("members."):  # the alias book and an erasure write names into rows and are no acts on them
        now = everything()
        found = [
            row for row in found if without_names(before.get(row[:2])) != without_names(now.get(row[:2]))
        ]  # fmt: skip
    assert found == []


def test_removing_the_sample_removes_its_history(db, now, settings, tmp_path):
    settings.DEBUG, settings.VAR_DIR = True, tmp_path
    sample.load_sample(by=SYSTEM, now=now)
    assert KeptRow.objects.exists()
    sample.remove_sample(by=SYSTEM, now=now)
    assert not KeptRow.objects.exists()


# ── It cannot be forgotten ──────────────────────────────────────────────────

# Acts on no row of an episode: votes are no history; templates, days, links, reminders, webhooks and the inbox have
# their own.
WITHOUT = {
    "asking.py": {"set_asking"},
    "question_votes.py": {"_note"},
    "items.py": {"vote", "unvote"},
    "triage.py": {"take", "decline", "undo", "_note"},
    "days.py": {"take_break", "end_break", "set_holiday", "remove_holiday"},
    "planning.py": {"newest_edition"},
    "rescue.py": {"_invite"},
    "rundown_rows.py": {"note"},
    "rundown_making.py": {"make_of_locked"},
    "sample.py": {"load_sample", "remove_sample"},
    "deliveries.py": {"_count", "replay"},
    "reminders.py": {"plan_reminders", "edit_reminder", "send_one", "_send"},
    "webhooks.py": {"make_webhook", "edit_webhook", "pause_webhook", "resume_webhook", "remove_webhook", "send_test"},
    "templates.py": {"make_edition", "own", "disown", "skip", "unskip", "_skips", "_record"},
}


def unkept_records(path, source_):
    """Return the calls of `record` that `keep` does not take, in functions that are not excused."""
    found = []
    for function in ast.walk(ast.parse(source_)):
        if not isinstance(function, ast.FunctionDef) or function.name in WITHOUT.get(path, ()):
            continue
        calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
        names = {id(call): getattr(call.func, "id", "") for call in calls}
        taken = [call.args[0] for call in calls if names[id(call)] == "keep" and call.args]
        by_name = {each.id for each in taken if isinstance(each, ast.Name)}
        kept = {id(each) for each in taken}
        kept |= {
            id(node.value)
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in by_name
        }
        found += [f"{path}:{call.lineno}" for call in calls if names[id(call)] == "record" and id(call) not in kept]
    return found


def test_every_record_is_kept():
    found = []
    for path in sorted((ROOT / "talks/actions").glob("*.py")):
        found += unkept_records(path.name, path.read_text("utf-8"))
    assert found == []


def test_a_seeded_record_that_is_not_kept_is_found():
    assert unkept_records("claims.py", "def claim():\n    record(by=by)")
    assert unkept_records("claims.py", "def claim():\n    event = record(by=by)\n    tell(event)")
    assert unkept_records("claims.py", "def claim():\n    keep(record(by=by), [row])") == []
    assert unkept_records("claims.py", "def claim():\n    event = record(by=by)\n    keep(event, [row])") == []
