"""The sample: what it shows, who may load it, and that it goes away without a trace."""

import functools
import json
import stat
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from markup import links
from members.actions import people
from members.actors import SYSTEM
from members.models import Alias, Event, Person, Revision, Role, User
from news.actions.store import store_entries
from news.entries import Entry
from news.models import NewsItem, Source
from papers.lists import reader as list_reader
from papers.lists import writer as list_writer
from papers.lists.problems import problems_of
from papers.models import Paper, ReadingList
from talks.actions import questions, sample
from talks.actions.imports import import_file
from talks.documents import reader
from talks.models import Claim, Episode, Question
from tests.conftest import SHANGHAI

REGULAR = ["101", "102", "103", "104", "105", "106", "107"]
FOLDER = sample.FOLDER
# The revision is another after every write: that is what it is for.
MODELS = [
    model
    for app in ("members", "papers", "news", "talks")
    for model in apps.get_app_config(app).get_models()
    if model is not Revision
]
# A sample of two evenings, for what does not depend on its words.
SMALL = {
    "106.md": """# OpenLLM Talk 106

【编号】：OpenLLM Talk 106

【时间】：{date} 晚上九点

【主持人】：阿岚

## 本周推荐

【贡献者】：Nora

长上下文综述

<https://arxiv.org/abs/2309.00071>

## Free Talk

1. 词表多大合适？—小满

答：先看语料，参考 <https://arxiv.org/abs/2312.00752>。—青禾
""",
    "107.md": """# OpenLLM Talk 107

【编号】：OpenLLM Talk 107

【时间】：{date} 晚上九点

## Free Talk

1. 训练中断怎么续？—群友
""",
    "site.json": json.dumps(
        [
            {"login": "member", "hours_ago": 400, "body": "数据顺序也要存吗？"},
            {"login": "organizer", "hours_ago": 2, "answer_to": "107-2", "body": "要，连随机数的状态一起。"},
        ]
    ),
}


@pytest.fixture(autouse=True)
def development(settings, tmp_path):
    settings.DEBUG = True
    settings.VAR_DIR = tmp_path / "var"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def small(monkeypatch, tmp_path):
    """Put the small sample in the place of the real one."""
    for name, text in SMALL.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.setattr(sample, "FOLDER", tmp_path)


class Terminal(StringIO):
    def isatty(self):
        return True


@pytest.fixture
def loaded(db, small, now):
    assert sample.load_sample(by=SYSTEM, now=now)


def rows(*, but=()):
    """Everything that is stored, by table."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values()) for model in MODELS if model not in but
    }


def import_real(make, now, **changes):
    value = make.document(**changes)
    result = import_file(data=make.as_bytes(value), name=f"{value['code']}.json", by=SYSTEM, now=now)
    assert result.status == "created", result.problems
    return result.episode


# ── What its documents hold ─────────────────────────────────────────────────
@functools.cache
def reading(code):
    text = (FOLDER / f"{code}.md").read_text("utf-8").replace("{date}", "20260307")
    return reader.read(text, name=f"sample/{code}.md")


def codes_where(condition):
    return [code for code in REGULAR if condition(reading(code).document)]


def answered(question):
    return any(answer.body.strip() for answer in question.answers)


@pytest.mark.parametrize("code", [*REGULAR, "S101"])
def test_a_document_is_read_without_a_doubt(code):
    assert reading(code).problems == ()
    assert reading(code).document.code == code
    assert reading(code).document.unplaced == ()


def test_the_folder_holds_nothing_else():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(
        [*(f"{code}.md" for code in REGULAR), "S101.md", "lists", "news.json", "papers.json", "site.json"]
    )


def test_the_reading_list_is_read_without_a_doubt_and_written_as_it_stands():
    (path,) = (FOLDER / "lists").iterdir()
    text = path.read_text("utf-8")
    read = list_reader.read(text)
    assert len(read.document.entries) == 8
    assert problems_of(text, read.document, read.claims) == []
    assert list_writer.write(read.document) == text


def test_the_episodes_are_of_different_completeness():
    found = {code: reading(code).document.questions for code in REGULAR}
    assert [len(questions) for questions in found.values()] == [5, 7, 1, 5, 8, 7, 3]
    unanswered = [sum(not answered(question) for question in questions) for questions in found.values()]
    assert unanswered == [1, 1, 0, 1, 1, 2, 1]
    assert codes_where(lambda doc: any(question.follow_ups for question in doc.questions)) == [
        *("101", "102", "104", "105", "106")
    ]
    assert codes_where(lambda doc: doc.recordings) == ["102", "104", "105"]
    assert codes_where(lambda doc: doc.references) == ["102", "104", "105"]
    assert codes_where(lambda doc: doc.past) == ["102", "105", "106"]
    assert codes_where(lambda doc: doc.plans) == ["101", "105"]
    assert codes_where(lambda doc: doc.appendix) == ["105"]
    # a section with nothing in it, and one that nobody took although there is something in it
    assert "106" in codes_where(lambda doc: any(not (s.items or s.leads or s.body) for s in doc.sections))
    assert "101" in codes_where(lambda doc: any(s.items and not s.leads for s in doc.sections))
    assert reading("S101").document.sections == reading("S101").document.questions == ()


def test_one_question_has_short_answers_by_several_people():
    authors = [answer.author for answer in reading("102").document.questions[4].answers]
    assert authors == ["三两", "Nora", "群友"]


def test_one_person_has_a_very_long_name_and_uses_it():
    doc = reading("105").document
    brought = {name for section in doc.sections for item in section.items for name in item.contributors}
    assert {question.asker for question in doc.questions if len(question.asker or "") == 30} & brought


# ── What it becomes ─────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 4, 20, 0, tzinfo=SHANGHAI), 7),
        (datetime(2026, 3, 7, 20, 59, tzinfo=SHANGHAI), 7),
        (datetime(2026, 3, 7, 21, 0, tzinfo=SHANGHAI), 14),
        (datetime(2026, 3, 8, 0, 30, tzinfo=SHANGHAI), 14),
    ],
)
def test_the_next_saturday_is_in_the_future(now, day):
    assert sample.next_saturday(now) == datetime(2026, 3, day, 21, 0, tzinfo=SHANGHAI)


def test_the_whole_sample_shows_a_living_series(db, now):
    assert sample.load_sample(by=SYSTEM, now=now)
    states = dict(Episode.objects.values_list("code", "state"))
    assert states == {**dict.fromkeys([*REGULAR[:-1], "S101"], "published"), "107": "collecting"}
    starts = list(Episode.objects.filter(kind="regular").order_by("number").values_list("starts_at", flat=True))
    next_saturday = datetime(2026, 3, 7, 21, 0, tzinfo=SHANGHAI)
    assert starts == [next_saturday - timedelta(weeks=weeks) for weeks in range(6, -1, -1)]
    assert Episode.objects.get(code="S101").starts_at is None

    claims = Claim.objects.filter(section__episode__code="107").order_by("section__position")
    assert [(claim.section.kind, claim.name) for claim in claims] == [("news", "渡口"), ("practice", "三两")]
    assert max(len(name) for name in Person.objects.values_list("name", flat=True)) == 30
    assert Person.objects.get(name="群友").is_collective

    asked = Question.objects.filter(episode__code="107", part="site").order_by("serial")
    assert [(question.public_id, question.asker.name) for question in asked] == [("107-4", "小满"), ("107-5", "青禾")]
    late = Question.objects.with_public_id("101-5").get().answers.get()
    assert late.author.name == "青禾"
    waiting = {question.public_id for question in Question.objects.unanswered()}
    assert waiting == {"102-7", "104-4", "105-6", "106-6", "106-7", "107-5"}

    assert Paper.objects.count() >= 25
    often = Paper.objects.get(arxiv_id="2104.09864").mentions.all()
    assert {mention.episode.code for mention in often} == {"101", "107"}
    told = Paper.objects.exclude(title="")
    assert "LoRA: Low-Rank Adaptation of Large Language Models" in told.values_list("title", flat=True)
    assert {paper.pk for paper in told} <= set(Paper.objects.stubs(now).values_list("pk", flat=True))
    assert not sample.load_sample(by=SYSTEM, now=now)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 7, 20, 59, tzinfo=SHANGHAI),
        datetime(2026, 3, 7, 21, 1, tzinfo=SHANGHAI),
        datetime(2026, 3, 8, 9, 0, tzinfo=SHANGHAI),
    ],
)
def test_at_any_time_of_the_week_exactly_one_episode_is_open(db, small, moment):
    sample.load_sample(by=SYSTEM, now=moment)
    upcoming = Episode.objects.upcoming()
    assert [episode.code for episode in upcoming] == ["107"]
    assert upcoming[0].starts_at > moment
    asked = Question.objects.get(part="site")
    assert upcoming[0].created_at <= asked.created_at <= moment
    assert Event.objects.order_by("at").last().at == moment


# ── Logins ──────────────────────────────────────────────────────────────────
def test_the_logins_work_and_only_their_owner_can_read_them(loaded):
    logins = json.loads(sample.logins_file().read_text("utf-8"))
    assert list(logins) == ["organizer", "member"]
    assert stat.S_IMODE(sample.logins_file().stat().st_mode) == 0o600
    for role, login in logins.items():
        user = authenticate(username=login["username"], password=login["password"])
        assert user is not None
        assert user.role == role
    assert logins["organizer"]["password"] != logins["member"]["password"]
    assert User.objects.get(username="sample-organizer").person.name == "青禾"
    assert User.objects.get(username="sample-member").person.name == "小满"


def test_passwords_that_were_kept_before_are_used_again(db, small, now):
    kept = {"organizer": {"username": "sample-organizer", "password": "seven lamps by the window"}}
    sample.logins_file().parent.mkdir()
    sample.logins_file().write_text(json.dumps(kept))
    sample.load_sample(by=SYSTEM, now=now)
    assert authenticate(username="sample-organizer", password="seven lamps by the window") is not None
    assert stat.S_IMODE(sample.logins_file().stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[]", "null", '{"organizer": 3}', '{"organizer": {}}', "\x00"])
def test_a_spoiled_file_of_logins_is_written_anew(db, small, now, text):
    sample.logins_file().parent.mkdir()
    sample.logins_file().write_text(text)
    sample.load_sample(by=SYSTEM, now=now)
    assert list(json.loads(sample.logins_file().read_text("utf-8"))) == ["organizer", "member"]


# ── Refused ─────────────────────────────────────────────────────────────────
def test_it_is_refused_while_debug_is_off(db, now, settings):
    settings.DEBUG = False
    with pytest.raises(PermissionDenied):
        sample.load_sample(by=SYSTEM, now=now)
    with pytest.raises(CommandError) as refusal:
        call_command("load_sample")
    assert refusal.value.returncode == 1
    assert "DEBUG" in str(refusal.value)
    assert not Episode.objects.exists()
    assert not User.objects.exists()
    assert not sample.logins_file().exists()


def test_a_sample_that_reached_a_real_site_can_still_be_removed(loaded, now, settings):
    settings.DEBUG = False
    assert sample.remove_sample(by=SYSTEM, now=now)
    assert not User.objects.exists()


def test_only_organizers_and_the_operator_load_and_remove(small, member, organizer, now):
    with pytest.raises(PermissionDenied):
        sample.load_sample(by=member, now=now)
    assert sample.load_sample(by=organizer, now=now)
    with pytest.raises(PermissionDenied):
        sample.remove_sample(by=member, now=now)
    assert sample.remove_sample(by=organizer, now=now)


def test_a_number_that_a_real_episode_has_refuses_the_whole_sample(make, db, small, now):
    import_real(make, now, number=107)
    before = rows()
    with pytest.raises(ValidationError, match="107"):
        sample.load_sample(by=SYSTEM, now=now)
    assert rows() == before
    assert not sample.logins_file().exists()


def test_a_user_name_that_is_taken_refuses_the_whole_sample(db, small, now, password):
    people.create_user(username="Sample-Member", password=password, role=Role.MEMBER, by=SYSTEM, now=now)
    before = rows()
    with pytest.raises(ValidationError):
        sample.load_sample(by=SYSTEM, now=now)
    assert rows() == before
    assert not sample.logins_file().exists()


# ── Twice, and away again ───────────────────────────────────────────────────
def test_a_list_address_that_is_taken_refuses_the_whole_sample(db, now):
    ReadingList.objects.create(slug="sample-long-context", title="x", created_at=now, changed_at=now)
    with pytest.raises(ValidationError):
        sample.load_sample(by=SYSTEM, now=now)
    assert not Episode.objects.exists()


def test_loading_twice_changes_nothing(loaded, now):
    before, logins = rows(), sample.logins_file().read_bytes()
    assert not sample.load_sample(by=SYSTEM, now=now + timedelta(days=9))
    assert rows() == before
    assert sample.logins_file().read_bytes() == logins


def test_removing_leaves_nothing_but_the_two_acts(db, now, django_capture_on_commit_callbacks):
    before = rows()
    sample.load_sample(by=SYSTEM, now=now)
    with django_capture_on_commit_callbacks(execute=True):
        assert sample.remove_sample(by=SYSTEM, now=now)
    assert rows(but=[Event]) == {table: found for table, found in before.items() if table != "members.Event"}
    assert [event.verb for event in Event.objects.order_by("pk")] == ["load_sample", "remove_sample"]
    assert not sample.logins_file().exists()
    assert not sample.remove_sample(by=SYSTEM, now=now)


def test_it_can_be_loaded_again_with_new_dates(loaded, now):
    sample.remove_sample(by=SYSTEM, now=now)
    later = now + timedelta(weeks=5)
    assert sample.load_sample(by=SYSTEM, now=later)
    assert Episode.objects.get(code="107").starts_at == sample.next_saturday(later)


def test_the_record_is_never_touched(make, small, organizer, member, now):
    """The cast of the fixtures bears the names of the sample's people; a real episode names a paper of the sample."""
    import_real(make, now)
    before = rows()
    sample.load_sample(by=organizer, now=now)
    assert User.objects.get(username="sample-organizer").person != organizer
    sample.remove_sample(by=organizer, now=now)
    after = rows()
    assert after.pop("members.Event")[: len(before["members.Event"])] == before.pop("members.Event")
    assert after == before


def test_people_and_papers_that_the_record_uses_by_now_stay(make, loaded, now):
    asked = [make.question("群里问的", number=1, asker="群友")]
    sections = [
        make.section("news", "本周新闻", contributors=[], items=[make.item("综述", "https://arxiv.org/abs/2309.00071")])
    ]
    import_real(make, now, hosts=["阿岚"], editors=[], leads=[], questions=asked, sections=sections)
    assert sample.remove_sample(by=SYSTEM, now=now)
    assert set(Person.objects.values_list("name", flat=True)) == {"阿岚", "群友"}
    assert set(Alias.objects.values_list("name", flat=True)) == {"阿岚", "群友"}
    assert list(Paper.objects.values_list("arxiv_id", flat=True)) == ["2309.00071"]
    assert [episode.code for episode in Episode.objects.all()] == ["120"]


def test_who_used_a_sample_login_in_the_record_stays_without_it(make, loaded, now):
    real = import_real(make, now, starts_at=(now + timedelta(days=3)).isoformat())
    visitor = Person.objects.get(name="小满")
    written = questions.ask(episode=real, body="这条是真的在问", by=visitor, now=now)
    assert sample.remove_sample(by=SYSTEM, now=now)
    visitor.refresh_from_db()
    assert visitor.user is None
    assert [event.target_key for event in Event.objects.filter(person=visitor)] == [written.public_id]
    assert not User.objects.exists()


def test_a_real_login_that_claimed_a_sample_person_keeps_it(loaded, now, password):
    nora = Person.objects.get(name="Nora")
    user = people.create_user(username="nora-h", password=password, role=Role.MEMBER, by=SYSTEM, now=now, claim=nora)
    assert sample.remove_sample(by=SYSTEM, now=now)
    assert Person.objects.get().user == user


def test_what_others_wrote_in_the_sample_goes_with_it(loaded, stranger, now):
    written = questions.ask(episode=Episode.objects.get(code="107"), body="顺便问一句", by=stranger, now=now)
    questions.answer(question=written, body="自己答一句", by=stranger, now=now)
    assert sample.remove_sample(by=SYSTEM, now=now)
    assert not Question.objects.exists()
    assert Person.objects.get() == stranger
    assert set(Event.objects.values_list("verb", flat=True)) == {"create_user", "load_sample", "remove_sample"}


def test_the_command_says_what_it_did(db, small):
    def said(*arguments):
        out = StringIO()
        call_command("load_sample", *arguments, stdout=out)
        return out.getvalue().strip()

    assert "sample_logins.json" in said()
    assert Episode.objects.count() == 2
    assert "sample_logins.json" not in said()
    gone = said("--remove")
    assert Episode.objects.count() == 0
    assert said("--remove") != gone


def test_the_logins_get_their_persons_back(make, loaded, now):
    real = import_real(make, now, starts_at=(now + timedelta(days=3)).isoformat())
    before = {login.user.username: login for login in Person.objects.exclude(user=None)}
    for person in before.values():
        questions.ask(episode=real, body="这条是真的在问", by=person, now=now)
    sample.remove_sample(by=SYSTEM, now=now)
    sample.load_sample(by=SYSTEM, now=now)
    assert {person.user.username: person for person in Person.objects.exclude(user=None)} == before
    assert Question.objects.with_public_id("107-2").get().asker == before["sample-member"]
    sample.remove_sample(by=SYSTEM, now=now)
    assert set(Person.objects.filter(pk__in=[one.pk for one in before.values()])) == set(before.values())


def test_what_members_wrote_is_named_before_it_goes(loaded, stranger, now, monkeypatch):
    assert sample.written_by_others() == []
    written = questions.ask(episode=Episode.objects.get(code="107"), body="顺便问一句", by=stranger, now=now)
    questions.answer(question=written, body="答", by=stranger, now=now)
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match=rf"2 段.*107-3 {stranger.name}.*--yes"):
        call_command("load_sample", "--remove")
    monkeypatch.setattr("sys.stdin", Terminal())  # which ends, as after Ctrl-D
    for agreed in (lambda prompt: "", input):
        monkeypatch.setattr("builtins.input", agreed)
        with pytest.raises(CommandError, match="什么都没有删"):
            call_command("load_sample", "--remove", stdout=StringIO())
    assert Episode.objects.exists()
    call_command("load_sample", "--remove", "--yes", stdout=StringIO())
    assert not Episode.objects.exists()


# ── News ────────────────────────────────────────────────────────────────────
def test_the_inbox_is_alive_and_nobody_real_is_asked(db, now):
    sample.load_sample(by=SYSTEM, now=now)
    week = Episode.objects.visible_to(None).week(now)
    stories = NewsItem.objects.visible_to(None).seen_between(week.start, week.end)
    assert 35 <= stories.count() == NewsItem.objects.count()
    decided = dict(stories.exclude(decision="open").values_list("decision", "decided_by__name"))
    assert decided == {"taken": "青禾", "declined": "青禾"}
    assert not Source.objects.due(now + timedelta(days=400)).exists()
    sources = Source.objects.with_last_outcome()
    assert {source.last_outcome for source in sources} == {"ok", "unchanged", "empty", "no_announcement", "failed"}
    assert stories.of_several().count() >= 10
    hosts = {links.host(story.url) for story in stories}
    assert all(host == "arxiv.org" or host.endswith(".example") for host in hosts)
    assert Paper.objects.count() == len(set(Paper.objects.values_list("arxiv_id", flat=True)))


def test_a_story_that_another_source_tells_stays(db, now):
    sample.load_sample(by=SYSTEM, now=now)
    real = Source.objects.create(
        slug="real", name="Real", kind="feed", address="https://real.example/feed", next_at=now,
        created_at=now, changed_at=now,
    )  # fmt: skip
    entry = Entry(key="1", url="https://long.example/posts/kv", title="kv")
    store_entries(source=real, run=None, entries=[entry], now=now)
    sample.remove_sample(by=SYSTEM, now=now)
    assert [story.key for story in NewsItem.objects.all()] == ["long.example/posts/kv"]
    assert list(Source.objects.all()) == [real]
