"""The stages of an evening that screenshots are taken of: ready, on the air, a question on the stage, paused, over."""

from datetime import timedelta

EVENINGS = ("ready", "late", "asked", "long", "paused", "ended")
LONG = (
    "如果把 embedding 多出来的部分用旧词表的均值初始化，再继续预训练十亿个 token，"
    "和直接随机初始化相比，最后的差别在哪里，有没有人真的在中文数据上比过？"
)
ASKED = (
    "llama2 的 GQA 和 ChatGLM2 用的 MQA 到底差在哪？",
    LONG,
    "DPO 真的可以完全替掉 PPO 吗？有没有人在中文数据上对比过",
    "24G 显存能微调 13B 吗",
)
NEWS = (
    "推理优化纵览",
    "评估综述：三十二个榜单各测什么",
    "一份把 attention、KV cache、FlashAttention 从头写到尾的中文笔记",
)
PICKS = ("RetNet 与 RWKV 的讨论", "MOE 开源项目")


def enter(stage: str) -> None:
    """Bring the evening of 021 to a stage."""
    from django.utils import timezone

    from members.models import User
    from talks.actions.rundown import end, pause, resume
    from talks.models import Episode

    now = timezone.now()
    host = User.objects.get(username="sample-member").person
    episode = Episode.objects.get(code="021")
    if stage == "ready":
        _prepare(episode, now)
    if stage == "late":
        Episode.objects.filter(pk=episode.pk).update(state="live")
        _go_to(PICKS[0], host, times=[2, 15, 5, 6, 1], over=timedelta(minutes=5), now=now)
        _come(episode, now + timedelta(minutes=1))
    if stage == "asked":
        _go_to(ASKED[0], host, times=[3, 8, 2], over=timedelta(minutes=3), now=now)
    if stage == "long":
        _go_to(LONG, host, times=[4], over=timedelta(minutes=1), now=now)
    if stage == "paused":
        pause(episode=episode, by=host, now=now)
    if stage == "ended":
        resume(episode=episode, by=host, now=now)
        end(episode=episode, by=host, now=now)


def _come(episode, moment):
    """Let people write down and edit something, for as long as the pictures of the stage take."""
    from members.models import Person
    from talks.models import Item, Presence, Question, ScribeLock

    boss, other, third = Person.objects.current().order_by("pk")[:3]
    rows = [
        (boss, "item", Item.objects.filter(title=PICKS[0]).latest("pk")),
        (other, "item", Item.objects.filter(title=PICKS[1]).latest("pk")),
        (third, "question", Question.objects.filter(episode=episode).latest("pk")),
    ]
    Presence.objects.bulk_create(
        [Presence(person=who, episode=episode, kind=kind, key=row.pk, seen_at=moment) for who, kind, row in rows],
        ignore_conflicts=True,
    )
    ScribeLock.objects.filter(section__episode=episode).update(seen_at=moment)


def _prepare(episode, now):
    from members.models import Person, User
    from talks.actions import items, questions, scribe
    from talks.actions.rundown_making import make_rundown
    from talks.actions.rundown_order import put_on_stage
    from talks.models import Episode, Question, QuestionVote, Section

    boss, host = (User.objects.get(username=f"sample-{role}").person for role in ("organizer", "member"))
    sections = {row.kind: row for row in Section.objects.filter(episode=episode)}
    for kind, titles in (("news", NEWS), ("picks", PICKS)):
        for n, title in enumerate(titles):
            row = items.nominate(
                episode=episode, url=f"https://evening.example/{kind}/{n}", text=title, section=sections[kind],
                by=boss, now=now,
            )  # fmt: skip
            items.accept(item=row, version=None, by=boss, now=now)
    for n, body in enumerate(ASKED):
        asked = questions.ask(episode=episode, body=body, by=(boss, host)[n % 2], now=now)
        voters = Person.objects.order_by("pk")[: 12 - 4 * n if n < 3 else 0]
        QuestionVote.objects.bulk_create(QuestionVote(question=asked, person=who, created_at=now) for who in voters)
    Episode.objects.filter(pk=episode.pk).update(state="live")
    questions.answer(question=asked, body="可以，量化到四比特，批大小一。", by=boss, now=now)
    scribe.take_section(section=sections["news"], by=boss, now=now)
    scribe.note_question(
        section=sections["picks"],
        body="RetNet 的 chunkwise 形式训练时真的更快吗？",
        asker_name="@渡口",
        by=host,
        now=now,
    )
    Episode.objects.filter(pk=episode.pk).update(state="locked")
    episode.refresh_from_db()
    make_rundown(episode=episode, by=host, now=now)
    for row in Question.objects.filter(episode=episode, body__in=ASKED[:2]).order_by("position"):
        put_on_stage(episode=episode, question=row, by=host, now=now)


def _go_to(title, host, *, times, over, now):
    """Let the show go on to a cue, as if each before it had taken so many minutes."""
    from talks.actions.rundown import next_cue, start
    from talks.models import Cue, Episode

    episode = Episode.objects.get(code="021")
    at = now - over - timedelta(minutes=sum(times))
    start(episode=episode, by=host, now=at)
    left = list(times)
    while str(cue := Cue.objects.get(rundown__episode=episode, state="running")) != title[:80]:
        at = min(at + timedelta(minutes=left.pop(0) if left else 1), now)
        next_cue(episode=episode, cue=cue, by=host, now=at)
