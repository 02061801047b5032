"""The page that takes in what was said in the group: shown first, stored when it is ticked and confirmed."""

import pytest

from talks.models import Answer, Question
from tests.talks.boardroom import boardroom

PAGE = "/episodes/021/chat/"
LOG = "生人: 请问显存怎么估算？\n小满: 按层数\n路过: 另有<b>一问</b>吗？\n小满: <script>x</script>\n"


@pytest.fixture
def room(member, now):
    return boardroom(now=now, host=member)


def test_who_may(client, room, stranger):
    assert client.get(PAGE).status_code == 302
    client.force_login(stranger.user)
    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, {"act": "store", "text": LOG, "take": ["0"]}).status_code == 403
    assert not Question.objects.filter(part="group", episode=room.episode).exists()


def test_what_is_read_is_shown_and_nothing_stored(client, room, member):
    client.force_login(member.user)
    page = client.post(PAGE, {"text": LOG}).content.decode()
    assert "请问显存怎么估算？" in page
    assert "不认识的名字" in page
    assert "<script>x" not in page
    assert not Question.objects.filter(part="group", episode=room.episode).exists()


def test_an_answer_that_only_thanks_is_shown_and_not_ticked(client, room, member):
    client.force_login(member.user)
    log = "生人: 请问显存怎么估算？\n小满: 按层数\n路过: 谢谢！辛苦各位老师了\n"
    page = client.post(PAGE, {"text": log}).content.decode()
    assert 'value="0.0" checked' in page
    assert 'value="0.1"' in page
    assert 'value="0.1" checked' not in page
    assert "辛苦各位老师了" in page


def test_what_is_ticked_is_stored_once(client, room, member):
    client.force_login(member.user)
    sent = {"act": "store", "text": LOG, "take": ["0", "0.0"]}
    assert client.post(PAGE, sent)["Location"] == "/episodes/021/"
    [row] = Question.objects.filter(part="group", episode=room.episode)
    assert (row.body, row.asker_name) == ("请问显存怎么估算？", "群友")
    assert [answer.author_name for answer in row.answers.all()] == ["小满"]
    assert "都已经在了" in client.post(PAGE, sent, follow=True).content.decode()
    assert "问过了" in client.post(PAGE, {"text": LOG}).content.decode()
    assert Answer.objects.filter(question=row).count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": "没有人说话"}, "没有读出消息"),
        ({"text": ""}, "没有读出消息"),
        ({"text": LOG, "act": "store"}, "请勾选要收的"),
        ({"text": LOG, "act": "store", "take": ["99", "x", "0.9"]}, "请勾选要收的"),
        ({"text": "长" * 400_001}, "请分几次收"),
    ],
)
def test_what_is_wrong_is_said_and_the_log_stays(client, room, member, sent, said):
    client.force_login(member.user)
    reply = client.post(PAGE, sent)
    assert reply.status_code == 400
    page = reply.content.decode()
    assert said in page
    assert sent["text"][:20] in page.replace("&lt;", "<").replace("&gt;", ">")


def test_more_messages_cost_no_query(client, room, member, django_assert_max_num_queries):
    client.force_login(member.user)
    many = "".join(f"群友{n}: 第 {n} 个问题是什么？\n小满: 答 {n}\n" for n in range(100))
    with django_assert_max_num_queries(16):
        assert client.post(PAGE, {"text": many}).status_code == 200
