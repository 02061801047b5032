"""How the talk's rows look in the API. Output only, but for the New… ones, which say what comes in."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from markup.html import printable
from members.api.people import PersonLine
from talks.models import (
    Answer,
    Claim,
    Credit,
    Episode,
    Hosting,
    Item,
    PaperMention,
    Question,
    QuestionState,
    Recording,
    Section,
    SourceDocument,
    Suggestion,
    Template,
)
from talks.rules import ANSWER_LIMIT, NAME_LIMIT, QUESTION_LIMIT

STAMP = ("version", "created_at", "changed_at")


class LabelSerializer(serializers.Serializer):
    """A 【label】 line of the document, verbatim."""

    label = serializers.CharField()  # type: ignore[assignment]
    text = serializers.CharField(allow_blank=True)


class GroupSerializer(serializers.Serializer):
    """A 栏目 of a section and the notes under it."""

    title = serializers.CharField()
    body = serializers.CharField(allow_blank=True)


class WrittenName(serializers.CharField):
    """A name as the document writes it, without what would turn the order of its letters round."""

    def to_representation(self, value: str) -> str:
        return printable(value)


class HostingSerializer(serializers.ModelSerializer[Hosting]):
    """Who hosts or edits, and how the document writes the name."""

    name = WrittenName(read_only=True)
    person = PersonLine(read_only=True)

    class Meta:
        model = Hosting
        fields = read_only_fields = ("role", "name", "person")


class CreditSerializer(serializers.ModelSerializer[Credit]):
    """Who is credited for what, and how the document writes the name."""

    name = WrittenName(read_only=True)
    person = PersonLine(read_only=True)

    class Meta:
        model = Credit
        fields = read_only_fields = ("role", "name", "person")


class EpisodeSerializer(serializers.ModelSerializer[Episode]):
    """An episode without its rows."""

    labels = LabelSerializer(many=True, read_only=True)
    highlights = serializers.ListField(child=serializers.CharField(), read_only=True)
    hostings = HostingSerializer(many=True, read_only=True)
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Episode
        fields = read_only_fields = (
            *("code", "kind", "number", "title", "state", "starts_at", "locks_at", "sequence", "time_text"),
            *("template", "labels", "highlights", "hostings", "url", *STAMP),
        )


class SectionSerializer(serializers.ModelSerializer[Section]):
    """A 版块 of an episode."""

    episode = serializers.SlugRelatedField[Episode]("code", read_only=True)
    labels = LabelSerializer(many=True, read_only=True)
    groups = GroupSerializer(many=True, read_only=True)

    class Meta:
        model = Section
        fields = read_only_fields = (
            *("id", "episode", "position", "kind", "title", "is_optional", "brief", "minutes", "theme", "labels"),
            *("groups", "degraded_at", "body", "body_html", *STAMP),
        )


class ItemSerializer(serializers.ModelSerializer[Item]):
    """An entry of a section."""

    episode = serializers.CharField(source="section.episode.code", read_only=True)
    author = WrittenName(allow_null=True, read_only=True)
    nominated_by = PersonLine(allow_null=True, read_only=True)
    votes = serializers.IntegerField(source="vote_count", read_only=True)

    class Meta:
        model = Item
        fields = read_only_fields = (
            *("id", "episode", "section", "position", "state", "group", "title", "url", "author", "site", "remark"),
            *("body", "body_html", "depth", "minutes", "votes", "nominated_by", "merged_into", "decision_reason"),
            *("decided_at", "is_automatic", *STAMP),
        )


class ClaimSerializer(serializers.ModelSerializer[Claim]):
    """Somebody takes a section."""

    name = WrittenName(read_only=True)
    episode = serializers.CharField(source="section.episode.code", read_only=True)
    person = PersonLine(read_only=True)

    class Meta:
        model = Claim
        fields = read_only_fields = ("id", "episode", "section", "position", "role", "place", "name", "person", *STAMP)


class SuggestionSerializer(serializers.ModelSerializer[Suggestion]):
    """A wish about how a section is run; `owner` sees to it, `resolution` is what came of it."""

    episode = serializers.CharField(source="section.episode.code", read_only=True)
    person = PersonLine(allow_null=True, read_only=True)
    owner = PersonLine(allow_null=True, read_only=True)

    class Meta:
        model = Suggestion
        fields = read_only_fields = (
            *("id", "episode", "section", "position", "body", "body_html", "person", "owner", "resolution"),
            *("resolved_at", *STAMP),
        )


class AnswerSerializer(serializers.ModelSerializer[Answer]):
    """One signed or unsigned answer."""

    question = serializers.CharField(source="question.public_id", read_only=True)
    author = PersonLine(allow_null=True, read_only=True)
    author_name = WrittenName(allow_null=True, read_only=True)
    transcriber = PersonLine(allow_null=True, read_only=True)
    transcriber_name = WrittenName(allow_null=True, read_only=True)

    class Meta:
        model = Answer
        fields = read_only_fields = (
            *("id", "question", "position", "author", "author_name", "transcriber", "transcriber_name", "body"),
            *("body_html", "is_accepted", "review", "review_reason", *STAMP),
        )


class QuestionSerializer(serializers.ModelSerializer[Question]):
    """A question; `id` is its public id, `parent` that of the question it follows up."""

    id = serializers.CharField(source="public_id", read_only=True)
    episode = serializers.SlugRelatedField[Episode]("code", read_only=True)
    asker = PersonLine(allow_null=True, read_only=True)
    asker_name = WrittenName(allow_null=True, read_only=True)
    parent = serializers.SerializerMethodField()  # type: ignore[assignment]
    answer_count = serializers.IntegerField(read_only=True)
    vote_count = serializers.IntegerField(read_only=True)
    state = serializers.ChoiceField(QuestionState.choices, read_only=True)
    merged_into = serializers.SerializerMethodField()
    url = serializers.CharField(source="get_absolute_url", read_only=True)

    class Meta:
        model = Question
        fields = read_only_fields = (
            *("id", "episode", "position", "part", "number", "asker", "asker_name", "body", "body_html", "after"),
            *(
                "after_html",
                "parent",
                "answer_count",
                "vote_count",
                "state",
                "settled_reason",
                "summary",
                "summary_html",
            ),
            *("summary_cites", "is_anonymous", "review", "review_reason", "merged_into", "url", *STAMP),
        )

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_merged_into(self, question: Question) -> str | None:
        return question.merged_into.public_id if question.merged_into_id and question.merged_into else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_parent(self, question: Question) -> str | None:
        return question.public_id.rpartition(".")[0] if question.parent_id else None


class RecordingSerializer(serializers.ModelSerializer[Recording]):
    """A video of the talk; the talk begins at `offset_seconds`."""

    episode = serializers.SlugRelatedField[Episode]("code", read_only=True)

    class Meta:
        model = Recording
        fields = read_only_fields = (
            *("id", "episode", "position", "title", "url", "platform", "offset_seconds", *STAMP),
        )


class TemplateSerializer(serializers.ModelSerializer[Template]):
    """One edition of a template."""

    sections = serializers.ListField(child=serializers.DictField(), read_only=True)
    passages = serializers.ListField(child=serializers.DictField(), read_only=True)

    class Meta:
        model = Template
        fields = read_only_fields = (
            *("id", "name", "edition", "weekday", "time", "locks_before", "minutes", "votes", "sections", "passages"),
            *STAMP,
        )


class MentionSerializer(serializers.ModelSerializer[PaperMention]):
    """Where a paper is named: in one of item, question, answer, section, passage."""

    paper = serializers.CharField(source="paper.arxiv_id", read_only=True)
    episode = serializers.SlugRelatedField[Episode]("code", read_only=True)
    question = serializers.SerializerMethodField()

    class Meta:
        model = PaperMention
        fields = read_only_fields = (
            *("id", "paper", "paper_version", "episode", "item", "question", "answer", "section", "passage"),
        )

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_question(self, mention: PaperMention) -> str | None:
        if mention.question is None:
            return None
        mention.question.episode = mention.episode
        return mention.question.public_id


class ProblemSerializer(serializers.Serializer):
    """A doubt about a document; a conflict carries both texts."""

    line = serializers.IntegerField(allow_null=True)
    code = serializers.CharField()
    message = serializers.CharField()
    yours = serializers.CharField(required=False)
    theirs = serializers.CharField(required=False)


class ImportSerializer(serializers.ModelSerializer[SourceDocument]):
    """A document that was imported."""

    episode = serializers.SlugRelatedField[Episode]("code", read_only=True)
    problems = ProblemSerializer(many=True, read_only=True)
    imported_by = PersonLine(allow_null=True, read_only=True)

    class Meta:
        model = SourceDocument
        fields = read_only_fields = (
            *("id", "episode", "name", "sha256", "encoding", "problems", "imported_at", "imported_by", "is_current"),
        )


class ImportResultSerializer(serializers.Serializer):
    """What became of one file; `document` is the EpisodeDoc that was read."""

    file = serializers.CharField()
    status = serializers.ChoiceField(["created", "updated", "unchanged", "refused", "parsed"])
    code = serializers.CharField(allow_null=True)
    problems = ProblemSerializer(many=True)
    document = serializers.DictField(allow_null=True)


class Text(serializers.CharField):
    """Text as it was written; a number is not taken for one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class NewQuestion(serializers.Serializer):
    """What asking needs: the episode's code and the question in Markdown."""

    episode = Text(max_length=8)
    body = Text(max_length=QUESTION_LIMIT)


class NewAnswer(serializers.Serializer):
    """What answering needs: the question's public id and the answer in Markdown; `author`, a name or @name, when it is
    written down for somebody else."""

    question = Text(max_length=24)
    body = Text(max_length=ANSWER_LIMIT)
    author = Text(max_length=NAME_LIMIT, required=False, allow_blank=True, default="")


class OtherQuestion(serializers.Serializer):
    """Other words for a question of one's own, in Markdown."""

    body = Text(max_length=QUESTION_LIMIT)


class OtherAnswer(serializers.Serializer):
    """Other words for an answer of one's own, in Markdown."""

    body = Text(max_length=ANSWER_LIMIT)


class NewImport(serializers.Serializer):
    """A file to import."""

    file = serializers.FileField()
    dry_run = serializers.BooleanField(default=False)
    replace = serializers.BooleanField(default=False)
