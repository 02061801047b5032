"""Acts at random on the open evening of the sample, by the actions themselves, for the tests of restoring."""

from datetime import timedelta
from types import SimpleNamespace

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from members.actions import people
from members.actors import SYSTEM
from members.models import Role
from talks.actions import (
    carries,
    claims,
    degrade,
    hosting,
    imports,
    item_edits,
    item_order,
    items,
    life,
    questions,
    sample,
    suggestions,
)
from talks.export import export
from talks.models import (
    Answer,
    Carry,
    Claim,
    Episode,
    Hosting,
    Item,
    Plan,
    Question,
    Section,
    SourceDocument,
    Suggestion,
)

WORDS = "词表 长上下文 缓存 量化 断点续训 **粗体** `代码` $x^2$ https://arxiv.org/abs/2309.00071 arXiv:2108.12409v2 ，。\n\n- 一条".split(
    " "
)


def world(*, now):
    """The sample, with 107 and 106 open, and three people who act."""
    sample.load_sample(by=SYSTEM, now=now)
    by = people.create_user(
        username="史官", password="correct horse battery", role=Role.ORGANIZER, by=SYSTEM, now=now
    ).person
    others = [
        people.create_user(
            username=name, password="correct horse battery", role=Role.MEMBER, by=SYSTEM, now=now
        ).person
        for name in ("甲乙", "丙丁")
    ]  # fmt: skip
    for code in ("106", "105"):
        life.step_back(episode=Episode.objects.get(code=code), to="collecting", reason="试", by=by, now=now)
    return SimpleNamespace(
        by=by, others=others, episode=Episode.objects.get(code="107"), beside=Episode.objects.get(code="106"), now=now
    )


def exports(episode):
    """The bytes of the two channels."""
    fresh = Episode.objects.get(pk=episode.pk)
    return {to: export(fresh, to).text for to in ("json", "github")}


def text(rng, most=6):
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(1, most)))


def one_of(rng, rows):
    found = list(rows.order_by("pk"))
    return rng.choice(found) if found else None


class Acts:
    """One act each; what the site refuses is no act."""

    def __init__(self, world, rng):
        self.world, self.rng, self.step = world, rng, 0

    def any(self):
        """Do one act of any kind; return its name, or None when it was refused."""
        names = [name for name in dir(self) if name.startswith("do_")]
        return self.do(self.rng.choice(names))

    def do(self, name, *args):
        self.step += 1
        self.now = self.world.now + timedelta(minutes=self.step)
        try:
            getattr(self, name)(*args)
        except (PermissionDenied, ValidationError, Http404):
            return None
        return name

    @property
    def by(self):
        return self.world.by

    def item(self, **more):
        rows = Item.objects.filter(section__episode=self.world.episode, **{"deleted_at": None, **more})
        row = one_of(self.rng, rows)
        if row is None:
            raise Http404
        return row

    def section(self, episode=None):
        return one_of(self.rng, Section.objects.filter(episode=episode or self.world.episode, deleted_at=None))

    def question(self):
        row = one_of(self.rng, Question.objects.filter(episode=self.world.episode, deleted_at=None))
        if row is None:
            raise Http404
        return row

    def found(self, rows):
        row = one_of(self.rng, rows)
        if row is None:
            raise Http404
        return row

    def do_nominate(self):
        url = f"https://example.org/{self.step}" if self.rng.random() < 0.6 else ""
        items.nominate(
            episode=self.world.episode, section=self.section(), url=url, text=text(self.rng), by=self.by, now=self.now
        )

    def do_decide(self, row=None):
        row = row or self.item()
        verb = self.rng.choice(["accept", "defer", "decline", "reopen"])
        more = {"reason": "跑题"} if verb in ("defer", "decline") else {}
        getattr(items, verb)(item=row, version=None, by=self.by, now=self.now, **more)

    def do_merge(self):
        items.merge(item=self.item(), into=self.item(), version=None, by=self.by, now=self.now)

    def do_second(self):
        items.second(item=self.item(), text=text(self.rng, 2), by=self.world.others[0], now=self.now)

    def do_edit(self, row=None):
        row = row or self.item()
        rng = self.rng
        values = {
            "title": text(rng, 3).replace("\n", " "),
            "body": text(rng, 12),
            "url": rng.choice([None, "https://arxiv.org/abs/2304.08177", f"https://example.org/{self.step}"]),
            "remark": rng.choice([None, "强烈推荐"]),
            "minutes": rng.choice([None, 3, 8]),
            "depth": rng.choice(["talk", "brief", "listed"]),
            "credits": [
                {"role": rng.choice(["author", "source", "transcriber"]), "name": name}
                for name in rng.sample(["渡口", "新名字", "阿岚"], rng.randint(0, 3))
            ],
        }
        kept = rng.sample(sorted(values), rng.randint(1, len(values)))
        item_edits.edit(item=row, version=None, values={name: values[name] for name in kept}, by=self.by, now=self.now)

    def do_regroup(self):
        group = self.rng.choice(["学术", "项目", f"栏目{self.step}"])
        item_edits.edit(item=self.item(), version=None, values={"group": group}, by=self.by, now=self.now)

    def do_remove(self, row=None):
        item_edits.remove(item=row or self.item(), version=None, by=self.by, now=self.now)

    def do_restore(self, row=None):
        gone = Item.objects.filter(section__episode=self.world.episode).exclude(deleted_at=None)
        item_edits.restore(item=row or self.found(gone), by=self.by, now=self.now)

    def do_arrange(self):
        row = self.item()
        behind = one_of(self.rng, Item.objects.current().filter(section=row.section).exclude(pk=row.pk))
        item_order.arrange(item=row, behind=behind.pk if behind else None, version=None, by=self.by, now=self.now)

    def do_shift(self):
        item_order.shift(item=self.item(), steps=self.rng.choice([-1, 1, 2]), version=None, by=self.by, now=self.now)

    def do_move(self):
        target = self.section(self.rng.choice([self.world.episode, self.world.episode, self.world.beside]))
        item_order.move(item=self.item(), section=target, version=None, by=self.by, now=self.now)

    def do_move_in(self):
        there = Item.objects.current().filter(section__episode=self.world.beside)
        item_order.move(item=self.found(there), section=self.section(), version=None, by=self.by, now=self.now)

    def do_take(self):
        past = Item.objects.current().filter(section__episode__code__in=["103", "104"])
        carries.take(item=self.found(past), section=self.section(), by=self.by, now=self.now)

    def do_take_plan(self):
        carries.take_plan(plan=self.found(Plan.objects.all()), section=self.section(), by=self.by, now=self.now)

    def do_carry(self):
        past = Question.objects.filter(episode__code="104")
        carries.carry(question=self.found(past), episode=self.world.episode, by=self.by, now=self.now)

    def do_drop(self):
        row = self.found(Carry.objects.filter(episode=self.world.episode))
        carries.drop(carry=row, by=self.by, now=self.now)

    def do_ask(self):
        questions.ask(
            episode=self.world.episode, body=text(self.rng, 9), by=self.rng.choice(self.world.others), now=self.now
        )

    def do_answer(self, question=None):
        questions.answer(
            question=question or self.question(),
            body=text(self.rng, 9),
            by=self.rng.choice(self.world.others),
            now=self.now,
        )

    def do_edit_question(self, row=None):
        row = row or self.found(Question.objects.filter(episode=self.world.episode, asker__in=self.world.others))
        questions.edit_question(question=row, version=row.version, body=text(self.rng, 9), by=row.asker, now=self.now)

    def do_edit_answer(self, row=None):
        own = Answer.objects.filter(question__episode=self.world.episode, author__in=self.world.others)
        row = row or self.found(own)
        questions.edit_answer(answer=row, version=row.version, body=text(self.rng, 9), by=row.author, now=self.now)

    def do_edit_answer_away(self):
        own = Answer.objects.filter(question__episode=self.world.beside, author__in=self.world.others)
        self.do_edit_answer(self.found(own))

    def do_move_question(self):
        row = self.found(Question.objects.filter(episode=self.world.episode, parent=None))
        item_order.move_question(question=row, episode=self.world.beside, version=None, by=self.by, now=self.now)

    def do_move_question_in(self):
        row = self.found(Question.objects.filter(episode=self.world.beside, parent=None))
        item_order.move_question(question=row, episode=self.world.episode, version=None, by=self.by, now=self.now)

    def do_suggest(self):
        suggestions.suggest(section=self.section(), body=text(self.rng), by=self.by, now=self.now)

    def do_see_to(self, row=None):
        row = row or self.found(Suggestion.objects.filter(section__episode=self.world.episode))
        verb = self.rng.choice(["own", "resolve", "reopen"])
        more = {"resolution": text(self.rng)} if verb == "resolve" else {}
        getattr(suggestions, verb)(suggestion=row, by=self.by, now=self.now, **more)

    def do_claim(self):
        role = self.rng.choice(["lead", "standby"])
        claims.claim(section=self.section(), role=role, by=self.rng.choice([self.by, *self.world.others]), now=self.now)

    def do_release(self):
        row = self.found(Claim.objects.current().filter(section__episode=self.world.episode))
        claims.release(claim=row, by=self.by, now=self.now)

    def do_hand_over(self):
        row = self.found(Claim.objects.current().filter(section__episode=self.world.episode))
        claims.hand_over(claim=row, to=self.rng.choice(self.world.others), by=self.by, now=self.now)

    def do_degrade(self):
        degrade.degrade(section=self.section(), by=self.by, now=self.now)

    def do_host(self):
        role = self.rng.choice(["host", "editor"])
        person = self.rng.choice([self.by, *self.world.others])
        hosting.name_host(episode=self.world.episode, person=person, role=role, by=self.by, now=self.now)

    def do_leave(self):
        row = self.found(Hosting.objects.filter(episode=self.world.episode, deleted_at=None))
        hosting.leave_hosting(hosting=row, by=self.by, now=self.now)

    def do_hand_over_hosting(self):
        row = self.found(Hosting.objects.filter(episode=self.world.episode, deleted_at=None))
        to = self.rng.choice(self.world.others)
        hosting.hand_over_hosting(hosting=row, to=to, by=self.by, now=self.now)

    def do_postpone(self):
        moment = self.now + timedelta(days=self.rng.randint(3, 200))
        life.postpone(episode=self.world.episode, starts_at=moment, reason="改期", by=self.by, now=self.now)

    def do_import(self):
        """The document again, with other words in it."""
        current = SourceDocument.objects.current().get(episode=self.world.episode)
        lines = bytes(current.data).decode().split("\n")
        for _ in range(3):
            place = self.rng.randrange(len(lines))
            if lines[place] and not lines[place].startswith(("#", "【", "-", ">", "|", "`")):
                lines[place] += self.rng.choice(["，补一句", "（改）", " 再看"])
        imports.import_file(data="\n".join(lines).encode(), name=current.name, by=SYSTEM, now=self.now)
