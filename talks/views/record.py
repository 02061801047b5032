"""An episode put together for reading: one query, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, field
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from members.models import Person
from papers.models import Paper
from talks.documents.vocabulary import Role, role_of
from talks.models import (
    Answer,
    Claim,
    ClaimRole,
    Credit,
    CreditRole,
    Cue,
    Episode,
    Hosting,
    HostingRole,
    Item,
    ItemState,
    PaperMention,
    Part,
    Passage,
    PastLink,
    Plan,
    Question,
    QuestionPart,
    Recording,
    Reference,
    Section,
    SectionKind,
    Suggestion,
)
from talks.models.order import grouped, in_order
from talks.models.together import Select, read_together
from talks.recordings import link_at, place_of

# Labels that are not read into fields of their own: only they are shown as they stand.
# A longer label is a note on the series rather than a fact of this evening.
SHORT_LABEL = 48
VERBATIM = (None, Role.BACKGROUND, Role.RECORD, Role.NOTICE)


@dataclass(frozen=True, slots=True)
class VideoPlace:
    """Where in a recording something was said: the second, and the address that begins there."""

    second: int
    url: str


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """An item with who brought it, the papers it names, and where it stands in the recording."""

    item: Item
    credits: list[Credit]
    papers: list[PaperMention]
    video: VideoPlace | None = None


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A 栏目: its heading (none for what stands above the first), the note under it, its items."""

    title: str
    html: str
    items: list[ItemEntry]


@dataclass(frozen=True, slots=True)
class SectionEntry:
    """A section as the page shows it; `word` is its name in the contents and the ribbon."""

    section: Section
    anchor: str
    word: str
    leads: list[Claim]
    standbys: list[Claim]
    credits: list[Credit]
    labels: list[dict[str, str]]
    groups: list[GroupEntry]
    nominations: list[ItemEntry]
    suggestions: list[Suggestion]
    papers: list[PaperMention]

    @property
    def count(self) -> int:
        return sum(len(group.items) for group in self.groups)

    @property
    def is_empty(self) -> bool:
        """Whether nobody put anything here: no item, no text, no note."""
        return not (self.count or self.section.body or any(group.html for group in self.groups))


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """An answer with the papers it names."""

    answer: Answer
    papers: list[PaperMention]


@dataclass(frozen=True, slots=True)
class Thread:
    """A question with its answers, its follow-ups and the papers it names."""

    question: Question
    answers: list[AnswerEntry]
    follow_ups: list[Thread]
    papers: list[PaperMention]
    video: VideoPlace | None = None

    @property
    def cites(self) -> list[Answer]:
        """The answers that stand and that the summary uses."""
        used = set(self.question.summary_cites)
        return [entry.answer for entry in self.answers if entry.answer.pk in used]

    @property
    def is_accepted(self) -> bool:
        """Whether one of its answers was accepted."""
        return any(entry.answer.is_accepted for entry in self.answers)

    @property
    def waits(self) -> bool:
        """Whether nobody has answered it, and nothing was decided about it."""
        return not (self.answers or self.question.settled or self.question.summary_html)


@dataclass(frozen=True, slots=True)
class Discussion:
    """A part of the discussion (线上讨论 …) with its threads."""

    anchor: str
    title: str
    word: str
    html: str
    threads: list[Thread]

    @property
    def waiting(self) -> int:
        """How many of its questions nobody has answered yet."""
        return sum(thread.waits for thread in self.threads)


@dataclass(frozen=True, slots=True)
class NamedPaper:
    """A paper and what the record calls it; "" when it is only an address."""

    paper: Paper
    name: str


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A line of the contents list; `count` is None where nothing is counted."""

    anchor: str
    word: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class LabelEntry:
    """A label of the head that is shown as it stands, and its text as HTML."""

    label: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Record:
    """Everything the page of an episode shows."""

    episode: Episode
    hosts: list[Hosting]
    editors: list[Hosting]
    leads: list[Credit]
    contributors: list[tuple[str, Person]]
    labels: list[LabelEntry]
    notes: list[LabelEntry]
    recordings: list[Recording]
    intro: list[Passage]
    appendix: list[Passage]
    sections: list[SectionEntry]
    discussions: list[Discussion]
    papers: list[NamedPaper]
    references: list[Reference]
    plans: list[Plan]
    past: list[PastLink]
    contents: list[ContentsEntry] = field(default_factory=list)

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to read yet but the head."""
        return not (self.contents or self.intro or self.appendix or self.notes)


def word_of(section: Section) -> str:
    """Return the short name of a section: 新闻 for 本周新闻; its own title when its kind says nothing."""
    words = {
        SectionKind.NEWS: pgettext("section", "News"),
        SectionKind.PICKS: pgettext("section", "Picks"),
        SectionKind.CLASSIC: pgettext("section", "Classic"),
        SectionKind.PRACTICE: pgettext("section", "Practice"),
        SectionKind.FREE_TALK: pgettext("section", "Free Talk"),
    }
    return words.get(SectionKind(section.kind), section.name)


def part_name(part: str | None) -> str:
    """Return the heading of a part of the discussion that has none of its own."""
    names = {
        QuestionPart.ONLINE: _("Asked in the talk"),
        QuestionPart.GROUP: _("Asked in the group"),
        QuestionPart.SITE: _("Asked on the site"),
    }
    return names[QuestionPart(part)] if part in QuestionPart.values else _("Questions")


# What the page shows of each table, and nothing else.
NAMED = ("role", "name", "position", "person__handle", "person__name")
ASKER = ("asker_name", "asker__handle", "asker__name")
PAPER_FIELDS = ("arxiv_id", "title", "title_html", "latest_version", "updated_at", "is_withdrawn")
PAPER = tuple(f"paper__{name}" for name in PAPER_FIELDS)


def _section_parts(episode: Episode) -> dict[str, Select]:
    of = {"section__episode": episode, "deleted_at": None}
    texts = ("brief_html", "minutes", "theme", "labels", "groups", "groups_html", "body", "body_html")
    facts = ("group", "title", "title_html", "url", "author", "site", "remark", "body", "body_html")
    return {
        "sections": (
            Section.objects.filter(episode=episode, deleted_at=None),
            ("position", "kind", "title", "is_optional", "degraded_at", *texts),
        ),
        "claims": (Claim.objects.filter(**of), ("section", *NAMED)),
        "suggestions": (Suggestion.objects.filter(**of), ("section", "position", "body_html")),
        "items": (Item.objects.filter(**of), ("section", "position", "state", *facts)),
    }


def _parts(episode: Episode) -> dict[str, Select]:
    of = {"episode": episode, "deleted_at": None}
    return {
        **_section_parts(episode),
        "hostings": (Hosting.objects.filter(**of), NAMED),
        "credits": (Credit.objects.filter(**of), ("section", "item", *NAMED)),
        "passages": (Passage.objects.filter(**of), ("place", "position", "title", "level", "body_html")),
        "mentions": (
            PaperMention.objects.standing().filter(episode=episode),
            ("item", "question", "answer", "section", "paper_version", *PAPER),
        ),
        "questions": (
            Question.objects.filter(**of).with_votes(),
            (
                *("position", "serial", "follow_up", "first_code", "parent", "part", "body_html", "after_html"),
                *("settled", "settled_reason", "summary_html", "summary_cites", "review", "vote_count", *ASKER),
            ),
        ),
        "answers": (
            Answer.objects.filter(question__episode=episode, deleted_at=None),
            (
                *("question", "position", "body_html", "author_name", "author__handle", "author__name"),
                *("is_accepted", "transcriber_name", "transcriber__handle", "transcriber__name"),
            ),
        ),
        "parts": (Part.objects.filter(**of), ("part", "position", "title", "body_html")),
        "recordings": (
            Recording.objects.filter(**of),
            ("position", "title", "url", "platform", "offset_seconds", "late_seconds"),
        ),
        "cues": (
            Cue.objects.filter(rundown__episode=episode, started_at__isnull=False),
            ("position", "item", "question", "started_at", "rundown__started_at"),
        ),
        "references": (Reference.objects.filter(**of), ("position", "title", "url", "title_html")),
        "plans": (Plan.objects.filter(**of), ("position", "body", "body_html", "priority")),
        "past": (PastLink.objects.filter(**of), ("position", "code", "title", "url", "kind")),
    }


def record_of(episode: Episode) -> Record:
    """Return the episode with all that belongs to it, in one query."""
    rows = read_together(_parts(episode))
    hostings, credits_, mentions = rows["hostings"], rows["credits"], rows["mentions"]
    videos = videos_of(rows["recordings"], rows["cues"])
    sections = _sections(rows, named=credits_, mentions=mentions, videos=videos)
    threads = _threads(rows["questions"], rows["answers"], mentions, episode=episode, videos=videos)
    labels = _labels(episode)
    record = Record(
        episode=episode,
        hosts=[hosting for hosting in hostings if hosting.role == HostingRole.HOST],
        editors=[hosting for hosting in hostings if hosting.role == HostingRole.EDITOR],
        leads=[credit for credit in credits_ if credit.role == CreditRole.LEAD and credit.section_id is None],
        contributors=_contributors(credits_, threads),
        labels=[label for label in labels if len(label.text) <= SHORT_LABEL],
        notes=[label for label in labels if len(label.text) > SHORT_LABEL],
        recordings=rows["recordings"],
        intro=_with_text([passage for passage in rows["passages"] if passage.place == Passage.Place.INTRO]),
        appendix=_with_text([passage for passage in rows["passages"] if passage.place == Passage.Place.APPENDIX]),
        sections=sections,
        discussions=_discussions(rows["parts"], threads),
        papers=_papers(mentions, sections, rows["references"]),
        references=rows["references"],
        plans=rows["plans"],
        past=rows["past"],
    )
    record.contents.extend(_contents(record))
    return record


def videos_of(recordings: Sequence[Recording], cues: Sequence[Cue]) -> dict[tuple[str, int | None], VideoPlace]:
    """Return where items and questions stand in the first recording that is aligned, by kind and key; what was before
    it has no place."""
    for recording in recordings:
        begins, found = recording.begins_at, {}
        if begins is None or not recording.url:
            continue
        for cue in cues:
            talk = cue.rundown.started_at
            if talk is None or cue.started_at is None:
                continue
            if (second := place_of(begins, of=cue.started_at, talk=talk)) is not None:
                kind, key = ("item", cue.item_id) if cue.item_id is not None else ("question", cue.question_id)
                found[kind, key] = VideoPlace(second, link_at(recording.url, second))
        return found
    return {}


def with_cue(questions: QuerySet[Question]) -> QuerySet[Question]:
    """Add the key of the cue of each question in its own episode, for `video_of`."""
    own = Cue.objects.filter(question=OuterRef("pk"), rundown__episode=OuterRef("episode"), started_at__isnull=False)
    return questions.annotate(cue_pk=Subquery(own.values("pk")[:1]))


def video_of(question: Question) -> VideoPlace | None:
    """Return where a question (read `with_cue`) was talked about in the recording of its episode. No query for one that
    was not, else two."""
    if (key := question.cue_pk) is None:  # type: ignore[attr-defined]
        return None
    cues = list(Cue.objects.filter(pk=key).select_related("rundown"))
    recordings = list(in_order(Recording.objects.filter(episode=question.episode_id)))
    return videos_of(recordings, cues).get(("question", question.pk))


def sections_of(episode: Episode) -> list[SectionEntry]:
    """Return the sections of an episode, without who stands beside the items, in one query."""
    return _sections(read_together(_section_parts(episode)), named=(), mentions=())


def _sections(
    rows: dict[str, list[Any]],
    *,
    named: Sequence[Credit],
    mentions: Sequence[PaperMention],
    videos: Mapping[tuple[str, int | None], VideoPlace] | None = None,
) -> list[SectionEntry]:
    claims, suggestions = grouped(rows["claims"], "section_id"), grouped(rows["suggestions"], "section_id")
    items = grouped(rows["items"], "section_id")
    by_item, by_section = grouped(named, "item_id"), grouped(named, "section_id")
    papers, own_papers = grouped(mentions, "item_id"), grouped(mentions, "section_id")
    entries: list[SectionEntry] = []
    videos = videos or {}
    taken: dict[str, int] = defaultdict(int)
    for section in rows["sections"]:
        if section.is_dropped(items[section.pk], suggestions[section.pk]):
            continue
        taken[section.kind] += 1
        found = [
            ItemEntry(item, by_item[item.pk], papers[item.pk], videos.get(("item", item.pk)))
            for item in items[section.pk]
        ]
        entries.append(
            SectionEntry(
                section=section,
                anchor=section.kind if taken[section.kind] == 1 else f"{section.kind}-{taken[section.kind]}",
                word=word_of(section),
                leads=[claim for claim in claims[section.pk] if claim.role == ClaimRole.LEAD],
                standbys=[claim for claim in claims[section.pk] if claim.role == ClaimRole.STANDBY],
                credits=[credit for credit in by_section[section.pk] if credit.role != CreditRole.LEAD],
                labels=[label for label in section.labels if role_of(label["label"]) in VERBATIM],
                groups=_groups(section, [entry for entry in found if entry.item.state == ItemState.ACCEPTED]),
                nominations=[entry for entry in found if entry.item.state == ItemState.NOMINATED],
                suggestions=suggestions[section.pk],
                papers=own_papers[section.pk],
            )
        )
    return entries


def _groups(section: Section, entries: list[ItemEntry]) -> list[GroupEntry]:
    """Return what stands above the first 栏目, the section's 栏目 in order, and those that only items know."""
    by_group: dict[str, list[ItemEntry]] = defaultdict(list)
    for entry in entries:
        by_group[entry.item.group or ""].append(entry)
    groups = [GroupEntry("", "", by_group.pop("", []))]
    for group, html in zip(section.groups, [*section.groups_html, *[""] * len(section.groups)], strict=False):
        groups.append(GroupEntry(group["title"], html, by_group.pop(group["title"], [])))
    groups += [GroupEntry(title, "", found) for title, found in by_group.items()]
    return [group for group in groups if group.title or group.items]


def thread_of(question: Question, *, mentions: list[PaperMention]) -> Thread:
    """Return one question with its answers and follow-ups."""
    rows = [question, *in_order(Question.objects.filter(parent=question).with_votes().select_related("asker"))]
    said = Answer.objects.filter(question__in=[row.pk for row in rows]).select_related("author", "transcriber")
    answers = list(in_order(said))
    return next(
        thread
        for thread in _threads(rows, answers, mentions, episode=question.episode, root=question.parent_id)
        if thread.question.pk == question.pk
    )


def _threads(
    questions: list[Question],
    answers: list[Answer],
    mentions: list[PaperMention],
    *,
    episode: Episode,
    root: int | None = None,
    videos: Mapping[tuple[str, int | None], VideoPlace] | None = None,
) -> list[Thread]:
    videos = videos or {}
    below, by_question = grouped(questions, "parent_id"), grouped(answers, "question_id")
    of_question, of_answer = grouped(mentions, "question_id"), grouped(mentions, "answer_id")

    def threads_below(parent: int | None) -> list[Thread]:
        found = []
        for question in below[parent]:
            question.episode = episode
            entries = [AnswerEntry(answer, of_answer[answer.pk]) for answer in by_question[question.pk]]
            video = videos.get(("question", question.pk))
            found.append(Thread(question, entries, threads_below(question.pk), of_question[question.pk], video))
        return found

    return threads_below(root)


def _discussions(parts: list[Part], threads: list[Thread]) -> list[Discussion]:
    """Return the parts of the discussion: those the document names, in its order, then those only questions know."""
    by_part: dict[str, list[Thread]] = defaultdict(list)
    for thread in threads:
        by_part[thread.question.part or ""].append(thread)
    found: list[Discussion] = []
    for index, part in enumerate(parts, 1):
        anchor = part.part if part.part in by_part else f"part-{index}"
        title = part.title.strip().rstrip("：:") or part_name(part.part)
        found.append(Discussion(anchor, title, title, part.body_html, by_part.pop(part.part, [])))
    for key, rest in by_part.items():
        title = part_name(key)
        found.append(Discussion(key or "questions", title, title, "", rest))
    return found


def _contributors(credits_: list[Credit], threads: list[Thread]) -> list[tuple[str, Person]]:
    """Return everybody who brought or answered something, once, as written first."""
    named: dict[int, tuple[str, Person]] = {}
    for credit in credits_:
        if credit.role in (CreditRole.AUTHOR, CreditRole.SOURCE, CreditRole.TRANSCRIBER):
            named.setdefault(credit.person_id, (credit.name, credit.person))

    def visit(threads: list[Thread]) -> None:
        for thread in threads:
            for entry in thread.answers:
                answer = entry.answer
                for written, person in (
                    (answer.author_name, answer.author),
                    (answer.transcriber_name, answer.transcriber),
                ):
                    if person is not None:
                        named.setdefault(person.pk, (written or person.name, person))
            visit(thread.follow_ups)

    visit(threads)
    return list(named.values())


def _papers(
    mentions: list[PaperMention], sections: list[SectionEntry], references: list[Reference]
) -> list[NamedPaper]:
    """Return every paper once, those with a name first, in the order of their mentions."""
    items = [entry.item for section in sections for group in section.groups for entry in group.items]
    addressed = [*((row.url, row.title) for row in references), *((row.url, row.title) for row in items)]
    named = {url.rpartition("/")[2]: title for url, title in addressed if url and title}
    papers = dict.fromkeys(mention.paper for mention in mentions)
    found = [NamedPaper(paper, paper.title or named.get(paper.arxiv_id) or "") for paper in papers]
    return sorted(found, key=lambda paper: not paper.name)


def _labels(episode: Episode) -> list[LabelEntry]:
    """Return the labels with a text that the page does not say in words of its own."""
    pairs = zip(episode.labels, episode.labels_html, strict=False)
    return [
        LabelEntry(label["label"], label["text"], html)
        for label, html in pairs
        if role_of(label["label"]) in VERBATIM and label["text"].strip("-—–：: 排名不分先后")
    ]


def _with_text(passages: list[Passage]) -> list[Passage]:
    """Return the passages without headings under which nothing stands: what was there are labels, shown above."""
    kept: list[Passage] = []
    for passage in reversed(passages):
        holds = bool(passage.body_html) or bool(kept and kept[0].level > passage.level)
        if holds:
            kept.insert(0, passage)
    return kept


def _contents(record: Record) -> list[ContentsEntry]:
    """Return the contents list: what the page has, in its order."""
    top = min((passage.level for passage in (*record.intro, *record.appendix) if passage.title), default=0)

    def passages(place: list[Passage]) -> list[ContentsEntry]:
        return [
            ContentsEntry(f"passage-{passage.pk}", passage.title)
            for passage in place
            if passage.title and passage.level <= top
        ]

    entries = passages(record.intro)
    entries += [ContentsEntry(entry.anchor, entry.word, entry.count or None) for entry in record.sections]
    entries += [ContentsEntry(part.anchor, part.word, len(part.threads) or None) for part in record.discussions]
    counted: list[tuple[str, str, Sized]] = [
        ("papers", _("Papers"), record.papers),
        ("references", _("References"), record.references),
        ("plans", _("Plans"), record.plans or record.episode.plans_body),
    ]
    entries += [ContentsEntry(anchor, word, _count(rows)) for anchor, word, rows in counted if rows]
    entries += passages(record.appendix)
    if record.past:
        entries.append(ContentsEntry("past", _("Earlier talks"), len(record.past)))
    if record.episode.unplaced:
        entries.append(ContentsEntry("unplaced", _("Unplaced")))
    return entries


def _count(rows: Sized) -> int | None:
    """Return how many rows there are; nothing is counted in a text."""
    return None if isinstance(rows, str) else len(rows)
