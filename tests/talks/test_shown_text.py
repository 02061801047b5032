"""What came out of a PDF is stored as it was and shown as its author saw it, on the page and in exports."""

import pytest

from members.actors import SYSTEM
from talks.actions.imports import import_file, json_bytes
from talks.export import document_of, export
from talks.models import Episode

pytestmark = pytest.mark.django_db

CODE = "def new_init(self, dim): \n    self.dim = dim \n    old_init(self, dim) \nRotary.__init__ = new_init "
LIST = "负责人： \n\uf06c 初七 \n\uf06c 小满 "


def test_page_and_export_show_lists_and_code_of_a_pdf(make, now):
    answer = {"author": None, "body": CODE}
    value = make.document(
        124, questions=[make.question("怎么改？", number=1, answers=[answer, {"author": None, "body": LIST}])]
    )
    import_file(data=json_bytes(value), name="124.json", by=SYSTEM, now=now)
    episode = Episode.objects.get(code="124")
    assert [one.body for one in document_of(episode).questions[0].answers] == [CODE, LIST]
    code, bullets = episode.questions.get().answers.order_by("position")
    assert "<pre" in code.body_html
    assert "<strong>" not in code.body_html
    assert bullets.body_html.count("<li>") == 2
    text = export(episode, "github").text
    assert f"```\n{CODE}\n```" in text
    assert "- 初七" in text
    assert "- 初七" in export(episode, "zhihu").text
