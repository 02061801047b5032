"""The one world of the matrix: a published evening, two that collect, a draft, and of every kind of row one to act on."""

from datetime import timedelta
from types import SimpleNamespace

from django.test import Client

from jobs.models import Job
from members.actions import invitations, names, people, requests
from members.actions.ops import pause_kind
from members.actions.tokens import create_token
from members.actors import ANONYMOUS, GUEST, SYSTEM
from members.models import Event, Guest, Invitation, MailGroup, Notification, Person, Role, Token
from news.actions import sources as source_actions
from news.actions import stories
from news.models import FetchRun, NewsItem, Sighting
from papers.actions import list_imports, list_sections, lists
from papers.models import ListEntry, ListSection, ReadingList
from talks.actions import (
    asking,
    carries,
    days,
    item_edits,
    items,
    moderation,
    question_merges,
    questions,
    settling,
    suggestions,
    templates,
    triage,
    uploads,
    webhooks,
    words,
)
from talks.actions.rundown import next_cue, start
from talks.actions.rundown_making import make_rundown
from talks.mailing import link_to_stop
from talks.models import (
    Answer,
    Claim,
    Cue,
    Episode,
    Hosting,
    Item,
    ItemVote,
    KeptRow,
    PaperMention,
    Question,
    QuestionVote,
    Recording,
    Reminder,
    Rundown,
    Section,
    SourceDocument,
    Suggestion,
)
from tests.access.policies import PEOPLE, ROLES
from tests.pages.conftest import document, item, put, question, section
from tests.talks.boardroom import boardroom
from tests.talks.newsroom import source, tell

PASSWORD = "correct horse battery"
LOGINS = dict(zip(PEOPLE, ("小满", "候补", "阿岚", "另组", "主持", "编辑", "青禾", "停用"), strict=True))
SECRET = "只有草稿里有"


def build(now):
    """Make everything; return it by the names that addresses and bodies of the tables use."""
    world = SimpleNamespace(now=now, password=PASSWORD, stamp={"created_at": now, "changed_at": now})
    _cast(world)
    _week(world)
    _evening(world)
    _items(world)
    _under_review(world)
    _people(world)
    _news(world)
    _lists(world)
    _telling(world)
    _after(world)
    _own(world)
    world.upload = uploads.keep(data="- [甲](https://example.org/a)".encode(), by=world.organizer, now=now)
    world.upload_of_episode = uploads.keep(data=b"# OpenLLM Talk 231", by=world.organizer, now=now)
    world.clients = {role: _client(world, role) for role in ROLES}
    return world


def login(name, now, role=Role.MEMBER):
    return people.create_user(username=name, password=PASSWORD, role=role, by=SYSTEM, now=now).person


def _cast(world):
    now, world.cast = world.now, {}
    for who, name in LOGINS.items():
        role = Role.ORGANIZER if who == "organizer" else Role.MEMBER
        world.cast[who] = login(name, now, role)
        setattr(world, who.replace(" ", "_"), world.cast[who])
    world.nora = login("Nora", now)
    world.second_boss = login("副手", now, Role.ORGANIZER)


def _week(world):
    now, stamp = world.now, world.stamp
    room = boardroom(now=now, lead=world.lead, host=world.host)
    vars(world).update(past=room.past, episode=room.episode, later=room.later, plan=room.plan)
    vars(world).update(news=room.news, picks=room.picks, classic=room.classic, free=room.sections["free_talk"])
    Hosting.objects.create(episode=room.episode, person=world.editor, name="编辑", role="editor", position=2, **stamp)
    world.hosting = Hosting.objects.get(episode=room.episode, role="host")
    other = world.lead_of_another_section
    Claim.objects.create(section=world.picks, person=other, name=other.name, position=1, **stamp)
    Claim.objects.create(section=world.news, person=world.standby, name="候补", role="standby", position=2, **stamp)
    world.claim = Claim.objects.get(section=world.news, role="lead")
    entry = item(SECRET, "https://example.org/secret", papers=["2401.77777"], body=SECRET)
    parts = {"sections": [section("news", SECRET, items=[entry], leads=["渡口"], suggestions=[SECRET])]}
    asked = [question(SECRET, number=1, asker="渡口", answers=[("渡口", SECRET)])]
    recording = {"title": SECRET, "url": "https://example.org/v", "platform": "other", "offset_seconds": 1}
    soon = (now + timedelta(days=30)).isoformat()
    draft = put(document(23, starts_at=soon, questions=asked, recordings=[recording], **parts), now=now)
    Episode.objects.filter(pk=draft.pk).update(state="draft")
    world.draft = Episode.objects.get(pk=draft.pk)
    world.draft_section = Section.objects.get(episode=draft)
    world.draft_item, world.draft_claim = world.draft_section.items.get(), world.draft_section.claims.get()
    world.draft_suggestion = Suggestion.objects.get(section=world.draft_section)
    world.draft_question = Question.objects.get(episode=draft)
    world.draft_answer, world.draft_recording = world.draft_question.answers.get(), Recording.objects.get(episode=draft)
    world.draft_mention = PaperMention.objects.filter(episode=draft).first()
    world.recording = Recording.objects.create(
        episode=room.past, position=1, url="https://example.org/v", platform="bilibili", **stamp
    )
    world.mention = PaperMention.objects.filter(episode=room.past).first()
    world.document = SourceDocument.objects.order_by("pk").first()
    world.edition = templates.make_edition(edition=1, values={"minutes": 60}, by=SYSTEM, now=now)
    world.owner = templates.own(kind="practice", title="", person=world.lead, by=SYSTEM, now=now)
    day = now.date() + timedelta(days=400)
    world.skipped = templates.skip(owner=world.owner, day=day, by=world.organizer, now=now)
    world.skipped_day, world.day, world.next_day = (f"{day + timedelta(days=n)}" for n in (0, 7, 14))
    world.a_break = days.take_break(day=day + timedelta(days=21), reason="停一次", by=SYSTEM, now=now)
    world.holiday = days.set_holiday(day=day, name="元旦", is_workday=False, by=SYSTEM, now=now)
    world.moved = (room.episode.starts_at + timedelta(days=2)).isoformat()


def _evening(world):
    """A special that is on the air, by the host and the editor of the week."""
    now, stamp = world.now, world.stamp
    live = Episode.objects.create(kind="special", number=1, code="S01", state="live", starts_at=now, **stamp)
    for who, role in ((world.host, "host"), (world.editor, "editor")):
        Hosting.objects.create(episode=live, person=who, name=who.name, role=role, position=1, **stamp)
    world.live_section = Section.objects.create(episode=live, position=1, kind="news", title="直播版块", **stamp)
    for n in range(2):
        common = {"section": world.live_section, "state": "accepted", "title": f"直播{n}", **stamp}
        Item.objects.create(position=n, url=f"https://live.example/{n}", **common)
    world.live_question = questions.ask(episode=live, body="直播中的一问？", by=world.nora, now=now)
    make_rundown(episode=live, by=world.organizer, now=now)
    start(episode=live, by=world.organizer, now=now)
    next_cue(episode=live, cue=live.rundown.cues.get(position=1), by=world.organizer, now=now)
    world.on_air, world.coming_cue = live.rundown.cues.get(position=2), live.rundown.cues.get(position=3)
    world.closing = live.rundown.cues.get(kind="closing")


def _items(world):
    now, boss, member = world.now, world.organizer, world.member
    asked = questions.ask(episode=world.episode, body="四比特够用吗？", by=member, now=now)
    world.question = Question.objects.get(pk=asked.pk)
    world.question_id = asked.public_id
    QuestionVote.objects.bulk_create(
        QuestionVote(question=asked, person=who, created_at=now) for who in world.cast.values()
    )
    code = {
        "episode": asked.episode,
        "body": "匿名的",
        "key": "k" * 24,
        "address": "192.0.2.1",
        "by": ANONYMOUS,
        "now": now,
    }
    world.return_code = asking.ask_without_account(**code).code
    world.answer = questions.answer(question=world.question, body="够用。", by=member, now=now)
    world.past_question = Question.objects.get(episode=world.past)
    old = questions.answer(question=world.past_question, body="看语料。", by=member, now=now)
    world.past_answer = old

    def made(n, **more):
        url = f"https://blog.example/{n}"
        return items.nominate(
            episode=world.episode, section=world.news, url=url, text=f"条目{n}", by=member, now=now, **more
        )

    world.nominated, world.other_item = made("a"), made("b")
    world.accepted = items.accept(item=made("c"), version=None, by=boss, now=now)
    world.beside = items.accept(item=made("d"), version=None, by=boss, now=now)
    world.deferred = items.defer(item=made("e"), version=None, by=boss, now=now)
    world.removed = item_edits.remove(item=made("f"), version=None, by=boss, now=now)
    world.voted = made("g")
    ItemVote.objects.bulk_create(
        ItemVote(item=world.voted, person=who, created_at=now)
        for who in world.cast.values()
        if not ItemVote.objects.filter(item=world.voted, person=who).exists()
    )
    ItemVote.objects.filter(person=member).exclude(item=world.voted).delete()
    world.suggestion = suggestions.suggest(section=world.news, body="短一点", by=world.nora, now=now)
    wish = suggestions.suggest(section=world.news, body="长一点", by=world.nora, now=now)
    world.resolved = suggestions.resolve(suggestion=wish, resolution="好", by=world.nora, now=now)
    world.old_item = Section.objects.get(episode=world.past, kind="classic").items.get()
    asked = questions.ask(episode=world.episode, body="要不要扩词表？", by=world.nora, now=now)
    world.carry = carries.carry(
        question=Question.objects.get(pk=asked.pk), episode=Episode.objects.get(code="022"), by=boss, now=now
    )


def _under_review(world):
    """Of each kind what waits, is hidden and was reported; a question that is merged, one that is closed."""
    now, boss, nora, episode = world.now, world.organizer, world.nora, world.episode

    def asked(body):
        return questions.ask(episode=episode, body=body, by=nora, now=now)

    def waits(row):
        type(row).objects.filter(pk=row.pk).update(review="waiting", deleted_at=now)
        return type(row).objects.get(pk=row.pk)

    world.of_nora = asked("别人的问题？")
    world.of_nora_id = world.of_nora.public_id
    world.answer_of_nora = questions.answer(question=world.question, body="别人的回答。", by=nora, now=now)
    world.waiting, world.waiting_answer = (
        waits(asked("等着的？")),
        waits(questions.answer(question=world.question, body="等着的。", by=nora, now=now)),
    )
    world.waiting_id = world.waiting.public_id
    world.approved_id = moderation.approve(row=waits(asked("放行了的？")), by=boss, now=now).public_id
    said = waits(questions.answer(question=world.question, body="放行了的。", by=nora, now=now))
    world.approved_answer = moderation.approve(row=said, by=boss, now=now)
    world.hidden = moderation.hide(row=asked("藏起来的？"), by=boss, now=now)
    said = questions.answer(question=world.question, body="藏起来的。", by=nora, now=now)
    world.hidden_answer = moderation.hide(row=said, by=boss, now=now)
    world.hidden_id = world.hidden.public_id
    world.merged_question = question_merges.merge(question=asked("同一个？"), into=world.question, by=boss, now=now)
    world.merged_id = world.merged_question.public_id
    own = questions.ask(episode=episode, body="关了的？", by=world.member, now=now)
    world.closed = settling.settle(question=own, state="closed", reason="没人能答", by=boss, now=now)
    world.closed_id = world.closed.public_id
    own = questions.answer(question=world.question, body="采纳了的。", by=world.member, now=now)
    world.accepted_answer = settling.accept(answer=own, by=boss, now=now)
    moderation.report(row=world.of_nora, reason="广告", by=world.second_boss, now=now)
    moderation.report(row=world.answer_of_nora, reason="广告", by=world.second_boss, now=now)


def _people(world):
    now, boss = world.now, world.organizer
    made = people.find_or_name(["渡口", "被并入", "改过名", "要认领", "要认领二", "无人", "无人二"], by=SYSTEM, now=now)
    world.person, world.merged, world.renamed = made["渡口"], made["被并入"], made["改过名"]
    world.wanted, world.nobody, world.nobody_two = made["要认领"], made["无人"], made["无人二"]
    names.merge(person=world.merged, into=world.person, by=boss, now=now)
    names.rename(person=world.renamed, name="改名后", version=world.renamed.version, by=boss, now=now)
    world.sleeping = login("睡了", now)
    world.suspended.user.suspended_at = world.sleeping.user.suspended_at = now
    world.suspended.user.save()
    world.sleeping.user.save()
    world.request = requests.request_person(person=world.wanted, message="", by=world.nora, now=now)
    world.own_request = requests.request_person(person=made["要认领二"], message="", by=world.member, now=now)
    world.invitation = invitations.invite(purpose="join", by=boss, now=now, places=5)
    targets = {"claim": world.picks.pk, "submit": "021", "ask": "021"}
    world.guests = {}
    for purpose, target in targets.items():
        row = Invitation.objects.create(purpose=purpose, target=str(target), places=9, **world.stamp)
        person = Person.objects.create(handle=f"来客-{purpose}", name=f"来客 {purpose}", **world.stamp)
        world.guests[f"guest to {purpose}"] = Guest.objects.create(invitation=row, person=person, created_at=now)
        setattr(world, f"invitation_to_{purpose}", row)


def _news(world):
    now = world.now
    world.feed = source("blog", now=now, name="某博客")
    urls = [f"https://blog.example/s{n}" for n in range(6)]
    tell(world.feed, *urls, now=now)
    tell(source("other", now=now), urls[0], now=now)
    rows = {row.url: row for row in NewsItem.objects.all()}
    world.story, world.into, world.merged_story, world.declined, world.hidden_story, world.gap = (
        rows[url] for url in urls
    )
    stories.merge(story=world.merged_story, into=world.into, by=world.organizer, now=now)
    triage.decline(story=world.declined, reason="太旧", by=world.organizer, now=now)
    world.declined.refresh_from_db()
    Sighting.objects.filter(news_item=world.hidden_story).update(is_hidden=True)
    NewsItem.objects.filter(pk=world.hidden_story.pk).update(is_hidden=True)
    world.sighting = Sighting.objects.filter(news_item=world.story, source=world.feed).get()
    world.hidden_sighting = Sighting.objects.get(news_item=world.hidden_story)
    world.quiet = source_actions.pause(source=source("quiet", now=now), reason="", by=world.organizer, now=now)
    world.gone = source_actions.remove(source=source("gone", now=now), by=world.organizer, now=now)
    run = {"started_at": now, "ended_at": now, "outcome": "empty"}
    world.run, world.gone_run = (FetchRun.objects.create(source=row, **run) for row in (world.feed, world.gone))
    triage.ignore(finding=f"gap:{world.gap.pk}", reason="不讲", by=world.organizer, now=now)
    pause_kind(kind="prune", reason="", by=world.organizer, now=now)
    world.job = Job.objects.create(kind="collect_page", key="k", created_at=now, due_at=now, failed_at=now)


def _lists(world):
    now, lead = world.now, world.lead
    text = "# 清单\n\n- [线性偏置](https://arxiv.org/abs/2108.12409)\n- [另一篇](https://example.org/b)\n- [三](https://example.org/c)\n"
    list_imports.import_list(data=text.encode(), name="x.md", slug="board", by=SYSTEM, now=now)
    ReadingList.objects.filter(slug="board").update(maker=lead)
    world.entry = ListEntry.objects.select_related("section__reading_list").get(title="另一篇")
    world.last_entry = ListEntry.objects.get(title="三")
    world.removed_entry = lists.remove_entry(
        entry=lists.add_entry(section=world.entry.section, values={"title": "旧"}, by=lead, now=now), by=lead, now=now
    )
    board = world.entry.section.reading_list
    world.first_heading, world.heading, gone = (
        list_sections.add_section(reading_list=board, title=title, level=2, by=lead, now=now) for title in "甲乙丙"
    )
    world.removed_heading = list_sections.remove_section(section=gone, by=lead, now=now)
    for row, model in (("heading", ListSection), ("entry", ListEntry), ("removed_heading", ListSection)):
        setattr(world, row, model.objects.get(pk=getattr(world, row).pk))


def _telling(world):
    """Reminders of the evening that is hosted and of none, a webhook that listens, one that rests, and what was told."""
    now, boss, stamp = world.now, world.organizer, world.stamp
    when = now + timedelta(hours=2)
    common = {"kind": "soon", "due_at": when, **stamp}
    world.reminder, _made = Reminder.objects.get_or_create(episode=world.episode, kind="soon", defaults=common)
    url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=made-up-0000"
    made = {"form": "wecom", "url": url, "events": ["reminder"], "by": boss, "now": now}
    world.webhook, _secret = webhooks.make_webhook(name="群", **made)
    world.resting, _secret = webhooks.make_webhook(name="另一个群", **made)
    webhooks.pause_webhook(webhook=world.resting, reason="先停", by=boss, now=now)
    world.delivery = webhooks.send_test(webhook=world.webhook, by=boss, now=now)
    world.kept = KeptRow.objects.filter(episode=world.episode, kind="item", key=str(world.beside.pk)).earliest("event")
    world.stop = link_to_stop(world.nora, MailGroup.REMINDERS).rpartition("/unsubscribe/")[2].strip("/")


def _after(world):
    """Of the evening that is hosted: a cue that was on the air, a recording, an answer without a name, and a link for a
    word more."""
    now, stamp = world.now, world.stamp
    rundown = Rundown.objects.create(episode=world.episode, started_at=now)
    world.cue = Cue.objects.create(
        rundown=rundown, position=1, kind="item", item=world.beside, state="done", started_at=now
    )
    world.video = Recording.objects.create(
        episode=world.episode, position=1, url="https://www.bilibili.com/video/BV1/", platform="bilibili", **stamp
    )
    world.unsigned = Answer.objects.create(question=world.question, position=9, body="没有署名。", **stamp)
    world.word = words.ask_for_words(question=world.question, person=world.nora, by=world.organizer, now=now)


def _own(world):
    """What everybody has of their own: a token, and something that they were told."""
    now, world.mine = world.now, {}
    told = {"kind": "advanced", "target_kind": "episode", "target_key": "021", "values": {"state": "locked"}}
    for role, person in {**world.cast, "nora": world.nora}.items():
        token = Token.objects.create(
            user=person.user, scope="read", digest=Token.digest_of(Token.new_key()), hint="", created_at=now
        )
        notice = Notification.objects.create(person=person, created_at=now, **told)
        world.mine[role] = {
            "token": token.pk,
            "notice": notice.pk,
            "handle": person.handle,
            "login": person.user.username,
        }
        world.mine[role] |= {"name": person.name, "version": Person.objects.get(pk=person.pk).version}
    keys = {"read token": (world.organizer, "read"), "write token": (world.member, "write")}
    world.keys = {}
    for role, (person, scope) in keys.items():
        token, world.keys[role] = create_token(user=person.user, scope=scope, name=role, by=person, now=now)
        Token.objects.filter(pk=token.pk).update(last_used_at=now)  # noted once a minute: a read stays a read
    world.mine["read token"], world.mine["write token"] = world.mine["organizer"], world.mine["member"]
    for role in ("anonymous", *world.guests):
        world.mine[role] = world.mine["nora"]
    world.others_token, world.others_notice = world.mine["nora"]["token"], world.mine["nora"]["notice"]
    world.event = Event.objects.order_by("pk").first()
    world.seen = KeptRow.objects.visible_to(None).latest("event")


def _client(world, role):
    if role in world.keys:
        return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {world.keys[role]}"})
    client = Client(raise_request_exception=False)
    if role in world.cast:
        client.force_login(world.cast[role].user)
    if role in world.guests:
        session = client.session
        session[GUEST] = world.guests[role].pk
        session.save()
        client.cookies["sessionid"] = session.session_key
    return client
