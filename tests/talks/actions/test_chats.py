"""What was asked in the group comes into an episode: signed by whom one knows, twice without doubles."""

import json

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command

from members.models import Event, Person
from members.rules import StateRefusal
from talks.actions.chats import import_chat, pass_on
from talks.actions.moderation import hide
from talks.actions.question_merges import merge
from talks.documents.chat_questions import Asked, Told
from talks.export import export
from talks.models import Answer, Episode, KeptRow, PaperMention, Question, ReturnCode
from tests.talks.boardroom import boardroom

LOG = """阿岚: 请问显存怎么估算？
小满: 见 https://arxiv.org/abs/2309.06180
路过的: 按层数乘
阿岚: 谢谢
路过的: 有推荐的框架吗？
"""


@pytest.fixture
def room(member, now):
    return boardroom(now=now, host=member)


def chat():
    return [
        Asked(
            "阿岚",
            "请问显存怎么估算？",
            [1],
            [Told("小满", "见 https://arxiv.org/abs/2309.06180", [2]), Told("谁", "按层数", [3])],
        ),
        Asked("谁", "有推荐的框架吗？", [5]),
    ]


def test_names_that_are_known_sign_and_others_are_the_group(room, member, stranger, now):
    Person.objects.filter(pk=stranger.pk).update(name="阿岚")
    stored = import_chat(episode=room.episode, asked=chat(), by=member, now=now)
    assert (len(stored.questions), len(stored.answers), stored.known) == (2, 2, 0)
    rows = Question.objects.filter(episode=room.episode, part="group").order_by("position")
    assert [(row.asker_name, row.body) for row in rows][1] == ("群友", "有推荐的框架吗？")
    answers = Answer.objects.filter(question=rows[0]).order_by("position")
    assert [(row.author_name, row.author.is_collective) for row in answers] == [("小满", False), ("群友", True)]
    assert PaperMention.objects.filter(answer=answers[0]).exists()
    assert "<p>" in rows[0].body_html
    assert len({row.serial for row in rows}) == 2
    assert KeptRow.objects.filter(event__verb="import_chat").count() == 4


def test_the_same_log_again_changes_nothing_and_more_of_it_is_added(room, member, now):
    import_chat(episode=room.episode, asked=chat(), by=member, now=now)
    text, events = export(room.episode, "github").text, Event.objects.count()
    again = import_chat(episode=room.episode, asked=chat(), by=member, now=now)
    assert (again.questions, again.answers, again.known) == ([], [], 4)
    assert (export(Episode.objects.get(pk=room.episode.pk), "github").text, Event.objects.count()) == (text, events)
    more = chat()
    more[1].answers.append(Told("阿岚", "用熟的那个", [6]))
    assert len(import_chat(episode=room.episode, asked=more, by=member, now=now).answers) == 1


def test_what_is_not_shown_does_not_come_in_again(room, member, now):
    stored = import_chat(episode=room.episode, asked=chat(), by=member, now=now)
    first, second = stored.questions
    said = Answer.objects.select_related("question__episode").get(body="按层数")
    hide(row=said, by=member, now=now)
    merge(question=second, into=first, by=member, now=now)
    again = import_chat(episode=room.episode, asked=chat(), by=member, now=now)
    assert (again.questions, again.answers, again.known) == ([], [], 4)
    hide(row=Question.objects.get(pk=first.pk), by=member, now=now)
    again = import_chat(episode=room.episode, asked=chat(), by=member, now=now)
    assert (again.questions, again.answers, again.known) == ([], [], 4)
    with pytest.raises(StateRefusal) as refusal:
        pass_on(episode=room.episode, asker_name="谁", body=first.body, by=member, now=now)
    assert refusal.value.code == "under_review"
    Question.objects.filter(pk=first.pk).update(review="")
    ReturnCode.objects.create(question=first, digest="d", withdrawn_from="")
    assert import_chat(episode=room.episode, asked=chat(), by=member, now=now).known == 4


def test_who_may(room, stranger, organizer, now):
    with pytest.raises(PermissionDenied):
        import_chat(episode=room.episode, asked=chat(), by=stranger, now=now)
    Episode.objects.filter(pk=room.episode.pk).update(state="draft")
    with pytest.raises(StateRefusal) as refusal:
        import_chat(episode=room.episode, asked=chat(), by=organizer, now=now)
    assert refusal.value.code == "draft"


def test_a_text_too_long_stores_nothing(room, member, now):
    long = [*chat(), Asked("阿岚", "长" * 100_000, [9])]
    with pytest.raises(ValidationError):
        import_chat(episode=room.episode, asked=long, by=member, now=now)
    assert not Question.objects.filter(part="group", episode=room.episode).exists()


def test_the_command_says_what_it_reads_and_stores_it(room, tmp_path, capsys, django_assert_num_queries):
    path = tmp_path / "log.txt"
    path.write_text(LOG, "utf-8")
    with django_assert_num_queries(0):
        call_command("import_chat", str(path), "--episode", "021", "--dry-run", "--json")
    said = json.loads(capsys.readouterr().out)
    assert (said["messages"], said["accounted"], said["speakers"]) == (5, 5, ["阿岚", "小满", "路过的"])
    assert said["questions"][0]["answers"][1] == {"author": "路过的", "body": "按层数乘"}
    assert [each["text"] for each in said["left_over"]] == ["谢谢"]
    call_command("import_chat", str(path), "--episode", "021")
    assert "5 条消息" in capsys.readouterr().out
    assert Question.objects.filter(episode=room.episode, part="group").count() == 2


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (b"nobody", "021", "没有消息"),
        (b"\x89PNG\r\n\x1a\n0000", "021", "不是文本"),
        ("甲: 乙\n甲: 丙".encode(), "999", "没有 999 这一期"),
    ],
)
def test_the_command_says_what_is_wrong(room, tmp_path, data, code, said):
    path = tmp_path / "log.txt"
    path.write_bytes(data)
    with pytest.raises(CommandError, match=said):
        call_command("import_chat", str(path), "--episode", code)
