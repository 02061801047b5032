"""A PDF is read in a process of its own, with an end to its time and memory."""

import zlib

import pytest

from talks.actions import pdf_child, pdf_program
from talks.documents import pdf
from talks.documents.model import Refused
from tests.talks.documents.test_pdf import Sheet, make_pdf


def pages_of(content: bytes, count: int) -> bytes:
    """A PDF whose pages all have this content."""
    packed = zlib.compress(content, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, b"3 0 R " * count),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, starts = b"%PDF-1.7\n", []
    for number, written in enumerate(objects, 1):
        starts.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(body)
    return body + b"xref\n0 6\n0000000000 65535 f \n" + table + end


def test_it_says_the_same():
    data = make_pdf(Sheet().line(0, "模型夜谈").link("https://a.example/", 0), Sheet().line(0, "第二页"))
    assert pdf_child.text_of(data) == pdf.text_of(data)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 nothing", b"no PDF", make_pdf(Sheet())])
def test_it_refuses_the_same(data):
    with pytest.raises(Refused) as here:
        pdf.text_of(data)
    with pytest.raises(Refused) as there:
        pdf_child.text_of(data)
    assert (there.value.code, str(there.value)) == (here.value.code, str(here.value))


@pytest.mark.parametrize(("limit", "value", "pages"), [("SECONDS", 1, 300), ("MEMORY", 100 * 1024 * 1024, 1)])
def test_a_bomb_ends_alone(monkeypatch, tmp_path, limit, value, pages):
    """70 KB that would take minutes: 300 pages of 15 MB of blanks; one of them takes 100 MB."""
    source = (pdf_child.ROOT / "talks/actions/pdf_program.py").read_text("utf-8")
    given = f"{limit} = {getattr(pdf_program, limit)}"
    source = source.replace("MEMORY = 1024 * 1024 * 1024", f"MEMORY = {pdf_program.MEMORY}")
    assert given in source
    (tmp_path / "short.py").write_text(source.replace(given, f"{limit} = {value}"), "utf-8")
    run = pdf_child.subprocess.run

    def shortened(command, **options):
        return run(
            [command[0], "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import short; short.main()"],
            **options,
        )

    monkeypatch.setattr(pdf_child.subprocess, "run", shortened)
    with pytest.raises(Refused, match="too large" if limit == "SECONDS" else "file"):
        pdf_child.text_of(pages_of(b" " * 15_000_000, pages))
