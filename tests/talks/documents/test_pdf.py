"""A PDF becomes text: its lines, the addresses of its links, and a refusal for what cannot be read.

The PDFs are written here, byte by byte; Chinese needs no font file, because a PDF may name a character collection
that every reader knows (Adobe-GB1 with the map UniGB-UTF16-H).
"""

import zlib
from dataclasses import dataclass, field
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter

from markup import links
from talks.documents import pdf, pdf_links, pdf_page
from talks.documents.model import Refused
from talks.documents.pdf import text_of

LONG = "https://video.example.com/watch/BV1example/?share_source=copy_web&session=0123456789abcdef&t=610"
TOP = 780


FONT = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /UniGB-UTF16-H /DescendantFonts [<< /Type /Font"
    b" /Subtype /CIDFontType0 /BaseFont /Song /DW 1000"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 0 >> >>] >>"
)


@dataclass
class Sheet:
    """A page to be written: texts at places, links over boxes, and raw drawing instructions."""

    texts: list = field(default_factory=list)
    links: list = field(default_factory=list)
    raw: bytes = b""
    resources: str = ""

    def line(self, row, text, x=70, size=10):
        self.texts.append((x, TOP - 20 * row, size, text))
        return self

    def link(self, url, *rows, x=(70, 520)):
        for row in rows:
            self.links.append((url, [(x[0], TOP - 20 * row - 4, x[1], TOP - 20 * row + 12)]))
        return self

    def content(self):
        parts = [self.raw]
        for x, y, size, text in self.texts:
            shown = text.encode("utf-16-be").hex()
            parts.append(f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm <{shown}> Tj ET".encode())
        return b"\n".join(parts)


def literal(text):
    return "<" + (text if isinstance(text, bytes) else text.encode()).hex() + ">"


def stream(data, extra=""):
    return f"<< /Length {len(data)} {extra} >>\nstream\n".encode() + data + b"\nendstream"


def make_pdf(*sheets, objects=()):
    """The bytes of a PDF. `objects` are further ones, numbered from 4: a sheet's resources may name them."""
    bodies = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        FONT,
        *objects,
    ]
    kids = []
    for sheet in sheets:
        annotations = []
        for url, boxes in sheet.links:
            box = boxes[0]
            annotations.append(
                f"<< /Type /Annot /Subtype /Link /Rect [{' '.join(map(str, box))}]"
                f" /A << /S /URI /URI {literal(url)} >> >>"
            )
        bodies.append(stream(zlib.compress(sheet.content()), "/Filter /FlateDecode"))
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(bodies)} 0 R"
            f" /Resources << /Font << /F1 3 0 R >> {sheet.resources} >> /Annots [{' '.join(annotations)}] >>".encode()
        )
        kids.append(f"{len(bodies)} 0 R")
    bodies[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    written = BytesIO()
    written.write(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(written.tell())
        written.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    table = written.tell()
    written.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1))
    written.writelines(b"%010d 00000 n \n" % place for place in places)
    written.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(bodies) + 1, table))
    return written.getvalue()


def refusal(data):
    with pytest.raises(Refused) as caught:
        text_of(data)
    return caught.value.code


def told(found):
    return [(problem.code, problem.line, problem.detail) for problem in found.problems]


PIXEL = stream(b"\x00", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8")


class TestLines:
    def test_lines_keep_their_order_their_breaks_and_their_spaces(self):
        rows = [
            "模型夜谈 042 ",
            "【主持人】：青禾、Lin ",
            " ",
            "1. 为什么学习率要先升后降？ ",
            "    if x: ",
            "\uf06c 第一条，很长的一段话在这",
            "里折行。 ",
            "✔ ✖\ufe0f ",
        ]
        sheet = Sheet()
        for row, text in enumerate(rows):
            sheet.line(row, text)
        found = text_of(make_pdf(sheet))
        assert (found.text, found.problems, found.pages) == ("\n".join(rows), (), 1)

    def test_pages_follow_one_another_without_a_gap(self):
        found = text_of(
            make_pdf(Sheet().line(0, "这一段话还没有说"), Sheet().line(0, "完。"), Sheet().line(5, "第三页"))
        )
        assert (found.text, found.pages) == ("这一段话还没有说\n完。\n第三页", 3)

    def test_cells_of_a_row_stay_on_one_line(self):
        sheet = Sheet().line(0, "OpenX").line(0, "✔", x=200).line(0, "✖", x=300).line(1, "Other")
        assert text_of(make_pdf(sheet)).text == "OpenX ✔ ✖\nOther"

    def test_glyphs_become_letters_again(self):
        found = text_of(
            make_pdf(Sheet().line(0, "⼀个很⻓的⻚⾯，⽤户与⻬：oﬃce ﬁle").line(1, "全角Ａ１不变，①也不变"))
        )
        assert found.text == "一个很长的页面，用户与齐：office file\n全角Ａ１不变，①也不变"

    def test_control_characters_are_said_and_nul_and_lone_surrogates_do_not_come_through(self):
        sheet = Sheet(raw=b"BT /F1 10 Tf 70 700 Td <4E00000000074E01D83D4E02> Tj ET")
        found = text_of(make_pdf(sheet))
        assert found.text == "一\a丁\ufffd丂"
        assert told(found) == [("control_characters", 1, "U+0007")]

    def test_headers_and_footers_go_and_are_said(self):
        pages = []
        for number in range(1, 5):
            page = Sheet().line(-1, "模型夜谈 内部文档").line(3, f"第 {number} 页的内容").line(4, "相同的一行")
            pages.append(page.line(37, f"{number} / 4", x=280))
        found = text_of(make_pdf(*pages))
        assert found.text == "\n".join(f"第 {number} 页的内容\n相同的一行" for number in range(1, 5))
        assert told(found) == [
            ("page_lines_skipped", None, "模型夜谈 内部文档"),
            ("page_lines_skipped", None, "1 / 4"),
        ]

    def test_a_page_of_nothing_but_a_header_keeps_its_link(self):
        url = "https://example.org/card"
        pages = [Sheet().line(-1, "模型夜谈").line(3, "内容") for _ in range(3)]
        found = text_of(make_pdf(*pages, Sheet().line(-1, "模型夜谈").link(url, 10)))
        assert found.text == f"内容\n内容\n内容\n{url} \n"

    def test_two_pages_have_no_headers(self):
        assert text_of(make_pdf(Sheet().line(0, "同一行"), Sheet().line(0, "同一行"))).text == "同一行\n同一行"


class TestLinks:
    def test_an_address_torn_over_lines_is_made_whole(self):
        sheet = Sheet().line(0, "【视频】： ").line(1, LONG[:60]).line(2, LONG[60:]).line(3, "refs: ").link(LONG, 1, 2)
        found = text_of(make_pdf(sheet))
        assert found.text == f"【视频】： \n{LONG} \nrefs: "
        assert found.problems == ()

    def test_what_stands_around_a_torn_address_stays(self):
        sheet = Sheet().line(0, f"回放：{LONG[:40]} ").line(1, f"{LONG[40:]}；欢迎补充 ").link(LONG, 0, 1)
        assert text_of(make_pdf(sheet)).text == f"回放：{LONG}；欢迎补充 "

    def test_one_link_over_the_first_line_is_enough(self):
        sheet = Sheet().line(0, LONG[:50]).line(1, LONG[50:80]).line(2, LONG[80:]).line(3, "下一段").link(LONG, 0)
        assert text_of(make_pdf(sheet)).text == f"{LONG} \n下一段"

    def test_an_address_torn_by_a_page_is_made_whole(self):
        first = Sheet().line(0, "链接：").line(38, LONG[:60]).link(LONG, 38)
        found = text_of(make_pdf(first, Sheet().line(0, LONG[60:]).line(1, "后文").link(LONG, 0)))
        assert found.text == f"链接：\n{LONG} \n后文"

    def test_an_address_torn_by_a_space_is_made_whole(self):
        sheet = Sheet().line(0, "见 https://example.org/ p/42 ，谢谢").link("https://example.org/p/42", 0)
        assert text_of(make_pdf(sheet)).text == "见 https://example.org/p/42 ，谢谢"

    def test_quad_points_say_which_lines_a_link_covers(self):
        sheet = Sheet().line(0, "前文").line(1, LONG[:60]).line(2, LONG[60:])
        data = make_pdf(sheet.link(LONG, 1))
        quads = b"/QuadPoints [70 772 520 772 70 756 520 756 70 752 520 752 70 736 520 736] /A"
        writer = PdfWriter(BytesIO(data.replace(b" /A <<", b" " + quads + b" <<")))
        rewritten = BytesIO()
        writer.write(rewritten)
        assert text_of(rewritten.getvalue()).text == f"前文\n{LONG} "

    def test_addresses_without_a_link_stay_torn_for_the_reader(self):
        assert text_of(make_pdf(Sheet().line(0, LONG[:60]).line(1, LONG[60:]))).text == f"{LONG[:60]}\n{LONG[60:]}"

    def test_the_same_torn_address_twice_is_made_whole_twice(self):
        sheet = Sheet().line(0, LONG[:60]).line(1, LONG[60:]).line(2, LONG[:60]).line(3, LONG[60:])
        assert text_of(make_pdf(sheet.link(LONG, 0, 1, 2, 3))).text == f"{LONG} \n{LONG} "

    def test_whole_addresses_stay_as_they_are_written(self):
        sheet = (
            Sheet().line(0, "论文：https://arxiv.org/abs/2307.09288v2（推荐） ").line(1, "HTTPS://Example.org/a?x=1 ")
        )
        sheet.link("https://arxiv.org/abs/2307.09288v2", 0).link("https://example.org/a?x=1", 1)
        found = text_of(make_pdf(sheet))
        assert found.text == "论文：https://arxiv.org/abs/2307.09288v2（推荐） \nHTTPS://Example.org/a?x=1 "
        assert found.problems == ()

    def test_an_address_is_not_taken_for_a_longer_one(self):
        sheet = Sheet().line(0, "https://example.org/model-two").line(1, "这里").link("https://example.org/model", 1)
        found = text_of(make_pdf(sheet))
        assert found.text == "https://example.org/model-two\n这里\nhttps://example.org/model "

    def test_linked_words_at_the_end_of_a_line_get_their_address_below(self):
        url = "https://docs.example.com/doc/ABC?u=1"
        sheet = Sheet().line(0, "开发日志 ").line(1, "【Dev007】当前进展 ").line(2, "后文 ").link(url, 1)
        found = text_of(make_pdf(sheet))
        assert found.text == f"开发日志 \n【Dev007】当前进展 \n{url} \n后文 "
        assert told(found) == [("link_added", 3, url)]

    def test_a_title_over_several_lines_gets_its_address_once(self):
        url = "https://example.org/title"
        sheet = Sheet().line(0, "一个很长的标题写").line(1, "了两行 ").line(2, "正文 ").link(url, 0, 1)
        assert text_of(make_pdf(sheet)).text == f"一个很长的标题写\n了两行 \n{url} \n正文 "

    def test_linked_words_inside_a_line_get_their_address_behind_them(self):
        url = "https://example.org/a_(b)?c=d"
        sheet = Sheet().line(0, "详见").line(0, "这篇论文", x=90).line(0, "的附录。", x=130).link(url, 0, x=(89, 131))
        found = text_of(make_pdf(sheet))
        assert found.text == f"详见这篇论文（{url}）的附录。"
        assert [place.url for place in links.find(found.text)] == [url]
        assert told(found) == [("link_added", 1, url)]

    def test_a_link_inside_one_run_of_letters_is_found_by_their_widths(self):
        url = "https://example.org/a"
        sheet = Sheet().line(0, "详见这篇论文的附录。").link(url, 0, x=(90, 130))
        assert text_of(make_pdf(sheet)).text == f"详见这篇论文（{url}）的附录。"

    def test_words_are_not_cut(self):
        url = "https://example.org/a"
        sheet = Sheet().line(0, "see documentation here").link(url, 0, x=(91, 143))
        assert text_of(make_pdf(sheet)).text == f"see documentation（{url}） here"

    def test_an_address_printed_beside_its_title_is_not_added(self):
        url = "https://example.org/p/42"
        sheet = Sheet().line(0, "标题 - 作者的文章").line(1, url + " ").line(2, "后文").link(url, 0).link(url, 1)
        found = text_of(make_pdf(sheet))
        assert (found.text, found.problems) == (f"标题 - 作者的文章\n{url} \n后文", ())

    def test_a_torn_address_beside_its_title_is_made_whole_and_not_added(self):
        sheet = Sheet().line(0, "标题").line(1, LONG[:60]).line(2, LONG[60:]).link(LONG, 0).link(LONG, 1, 2)
        assert text_of(make_pdf(sheet)).text == f"标题\n{LONG} "

    def test_the_same_address_far_away_does_not_count(self):
        url = "https://example.org/p/42"
        sheet = Sheet().line(0, url)
        for row in range(1, 20):
            sheet.line(row, f"第 {row} 行")
        sheet.line(20, "标题").link(url, 20)
        assert text_of(make_pdf(sheet)).text.endswith(f"标题\n{url} ")

    def test_an_address_without_its_scheme_gets_it(self):
        sheet = (
            Sheet().line(0, "代码 github.com/example/re po 。").link("https://github.com/example/repo", 0, x=(90, 250))
        )
        assert text_of(make_pdf(sheet)).text == "代码 https://github.com/example/repo 。"

    def test_a_shortened_address_is_replaced(self):
        sheet = Sheet().line(0, "https://video.example.com/watch/BV1…").link(LONG, 0)
        assert text_of(make_pdf(sheet)).text == LONG

    def test_an_address_printed_with_han_becomes_the_one_that_is_found_again(self):
        url = "https://example.org/%E6%A8%A1%E5%9E%8B"
        found = text_of(make_pdf(Sheet().line(0, "见 https://example.org/模型 。").link(url, 0)))
        assert (found.text, found.problems) == (f"见 {url} 。", ())

    def test_another_target_than_the_printed_one_is_added(self):
        sheet = Sheet().line(0, "https://example.org/old ").link("https://example.org/new", 0)
        found = text_of(make_pdf(sheet))
        assert found.text == "https://example.org/old \nhttps://example.org/new "

    def test_a_link_on_no_text_comes_after_the_line_above_it_and_is_doubtful(self):
        url = "https://example.org/card"
        found = text_of(make_pdf(Sheet().line(0, "上文").line(9, "下文").link(url, 5)))
        assert found.text == f"上文\n{url} \n下文"
        assert told(found) == [("link_target", 2, url)]

    def test_a_link_above_all_text_comes_first(self):
        url = "https://example.org/card"
        assert text_of(make_pdf(Sheet().line(3, "下文").link(url, 0))).text == f"{url} \n下文"

    def test_a_link_on_a_page_without_text_is_not_lost(self):
        url = "https://example.org/card"
        found = text_of(make_pdf(Sheet().line(0, "第一页"), Sheet().link(url, 3), Sheet().line(0, "第三页")))
        assert [place.url for place in links.find(found.text)] == [url]
        assert [problem.code for problem in found.problems] == ["link_target"]

    def test_letters_outside_ascii_in_a_target_are_encoded(self):
        url = "https://example.org/模型。后"
        found = text_of(make_pdf(Sheet().line(0, "标题").link(url, 0)))
        assert found.text == f"标题\n{pdf_links.quoted(url)} "
        assert [place.url for place in links.find(found.text)] == [pdf_links.quoted(url)]

    def test_only_web_addresses_count(self):
        sheet = Sheet().line(0, "写信").link("mailto:a@example.org", 0).link("javascript:alert(1)", 0)
        sheet.link("file:///etc/passwd", 0).link("https://", 0).link("http:///", 0)
        assert text_of(make_pdf(sheet)).text == "写信"

    def test_two_links_on_one_line_each_get_their_place(self):
        sheet = Sheet().line(0, "论文").line(0, "和", x=90).line(0, "代码", x=100).line(0, "。", x=120)
        sheet.link("https://example.org/code", 0, x=(100, 120)).link("https://example.org/paper", 0, x=(70, 90))
        found = text_of(make_pdf(sheet))
        assert found.text == "论文（https://example.org/paper）和代码（https://example.org/code）。"

    @settings(max_examples=60, deadline=None)
    @given(drawn=st.data())
    def test_no_address_and_no_letter_is_lost(self, drawn):
        """Lines with words and addresses, torn anywhere, under links to these or other addresses."""
        address = st.sampled_from([LONG, "https://example.org/a", "https://example.org/a/b.c?d=e", "http://t.example/"])
        sheet, letters, row = Sheet(), [], 0
        for _ in range(drawn.draw(st.integers(1, 6))):
            words = drawn.draw(st.sampled_from(["", "标题", "see ", "论文：", "https://example.org/other ", "x"]))
            url = drawn.draw(address)
            shown = words + drawn.draw(st.sampled_from(["", url, url + "。后文", url + " ", "github.com/x"]))
            cut = drawn.draw(st.integers(0, len(shown)))
            rows = []
            for part in (shown[:cut], shown[cut:]):
                if part.strip():
                    sheet.line(row, part)
                    rows.append(row)
                letters.append(part)
                row += 1
            if rows and drawn.draw(st.booleans()):
                left = drawn.draw(st.sampled_from([70, 75, 100]))
                sheet.link(drawn.draw(st.one_of(st.just(url), address)), *rows, x=(left, 520))
        if not any(part.strip() for part in letters):
            return
        text = text_of(make_pdf(sheet)).text
        keys = {links.key(place.url) for place in links.find(text)}
        assert {links.key(url) for url, _ in sheet.links} <= keys
        rest = iter("".join(text.split()))
        assert all(letter in rest for letter in "".join("".join(letters).split()))


class TestPictures:
    def test_each_page_with_pictures_is_said_once_with_its_first_line(self):
        image = "/XObject << /I1 4 0 R /I2 4 0 R /Unused 4 0 R >>"
        pages = [
            Sheet().line(0, "第一页").line(1, "还是第一页"),
            Sheet(raw=b"q 9 0 0 9 0 0 cm /I1 Do Q", resources=image).line(0, "第二页"),
            Sheet(raw=b"/I1 Do /I2 Do", resources=image).line(0, "第三页"),
            Sheet(resources=image).line(0, "第四页"),
        ]
        found = text_of(make_pdf(*pages, objects=[PIXEL]))
        assert told(found) == [("picture_skipped", 3, "p. 2"), ("picture_skipped", 4, "p. 3 (×2)")]

    def test_the_line_of_a_picture_counts_what_was_joined_and_added_above_it(self):
        image = "/XObject << /I1 4 0 R >>"
        first = Sheet().line(0, LONG[:50]).line(1, LONG[50:80]).line(2, LONG[80:]).line(3, "文字").link(LONG, 0, 1, 2)
        second = Sheet().line(0, "标题").line(1, "文字").link("https://example.org/a", 0)
        third = Sheet(raw=b"/I1 Do", resources=image).line(0, "第三页")
        found = text_of(make_pdf(first, second, third, objects=[PIXEL]))
        assert found.text.split("\n") == [f"{LONG} ", "文字", "标题", "https://example.org/a ", "文字", "第三页"]
        assert told(found) == [("picture_skipped", 6, "p. 3"), ("link_added", 4, "https://example.org/a")]

    def test_a_picture_in_a_form_and_one_in_the_page_itself_count(self):
        form = stream(
            b"/I9 Do", "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /I9 4 0 R >> >>"
        )
        sheet = Sheet(raw=b"/X1 Do\nBI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI", resources="/XObject << /X1 5 0 R >>")
        found = text_of(make_pdf(sheet.line(0, "文字"), objects=[PIXEL, form]))
        assert told(found) == [("picture_skipped", 1, "p. 1 (×2)")]


class TestRefusals:
    def test_empty_and_foreign_files(self):
        assert refusal(b"") == "empty"
        assert refusal(b"\n \n") == "empty"
        assert refusal("这不是 PDF".encode()) == "unreadable"
        assert refusal(b"%PDF-1.7\n" + b"\x00" * 2000) == "unreadable"

    def test_a_file_cut_in_half_is_refused_or_read_but_never_breaks(self):
        data = make_pdf(Sheet().line(0, "第一页"), Sheet().line(0, "第二页"))
        for length in range(20, len(data) - 1, 97):
            assert refusal(data[:length]) in {"unreadable", "empty"}

    def test_pages_without_text(self):
        assert refusal(make_pdf(Sheet())) == "empty"
        picture = Sheet(raw=b"/I1 Do", resources="/XObject << /I1 4 0 R >>")
        assert refusal(make_pdf(picture, picture, objects=[PIXEL])) == "image_only"
        for number in range(3):
            picture.line(37, str(number))
        assert refusal(make_pdf(picture, picture, picture, objects=[PIXEL])) == "image_only"

    @pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
    def test_a_password_is_asked_for_only_when_there_is_one(self, algorithm):
        data = make_pdf(Sheet().line(0, "只读的文字"))

        def encrypted(password):
            writer = PdfWriter(PdfReader(BytesIO(data)))
            writer.encrypt(user_password=password, owner_password="owner", algorithm=algorithm)
            written = BytesIO()
            writer.write(written)
            return written.getvalue()

        assert refusal(encrypted("geheim")) == "encrypted"
        assert text_of(encrypted("")).text == "只读的文字"

    def test_letters_that_no_font_explains_are_mojibake(self):
        garbled = "这是用错误的编码读出来的一段话，谁也看不懂。".encode().decode("gb18030", "replace")
        assert refusal(make_pdf(Sheet().line(0, garbled))) == "mojibake"

    def test_too_many_bytes_or_pages(self):
        assert refusal(b"%PDF-" + b"\x00" * pdf.MAX_BYTES) == "too_large"
        sheets = [Sheet().line(0, "页")] * (pdf.MAX_PAGES + 1)
        assert refusal(make_pdf(*sheets)) == "too_large"

    def test_a_stream_that_unpacks_to_too_much(self):
        bomb = b"BT /F1 10 Tf " + b" " * (pdf.MAX_STREAM_BYTES + 1) + b"ET"
        data = make_pdf(Sheet(raw=bomb).line(0, "文字"))
        assert len(data) < 100_000
        assert refusal(data) == "too_large"

    def test_pages_that_draw_too_much_together(self, monkeypatch):
        monkeypatch.setattr(pdf, "Budget", lambda: pdf_page.Budget(operations=1000))
        sheet = Sheet(raw=b"q Q " * 100).line(9, "文字")
        assert text_of(make_pdf(*[sheet] * 4)).pages == 4
        assert refusal(make_pdf(*[sheet] * 6)) == "too_large"

    def test_a_form_that_draws_too_much(self, monkeypatch):
        monkeypatch.setattr(pdf, "Budget", lambda: pdf_page.Budget(operations=1000))
        form = stream(b"q Q " * 600, "/Type /XObject /Subtype /Form /BBox [0 0 9 9]  /Resources << /Font << >> >>")
        sheet = Sheet(raw=b"/X1 Do", resources="/XObject << /X1 4 0 R >>")
        assert refusal(make_pdf(sheet, objects=[form])) == "too_large"

    @pytest.mark.parametrize("limit", [{"letters": 50}, {"links": 3}, {"steps": 300}])
    def test_other_costs_are_held(self, monkeypatch, limit):
        sheet = Sheet()
        for row in range(6):
            sheet.line(row, "一行十个字的文字就这样").link(f"https://example.org/{row}", row)
        assert text_of(make_pdf(sheet)).pages == 1
        monkeypatch.setattr(pdf, "Budget", lambda: pdf_page.Budget(**limit))
        assert refusal(make_pdf(sheet)) == "too_large"


def test_limits_are_ours_alone():
    """The limits are set for the reading and not for whoever else uses the library."""
    from pypdf import get_configuration

    before = get_configuration()
    text_of(make_pdf(Sheet().line(0, "文字")))
    refusal(b"%PDF-1.7 broken")
    assert get_configuration() is before


def test_the_same_bytes_give_the_same_text():
    data = make_pdf(Sheet().line(0, "标题").line(1, LONG[:60]).line(2, LONG[60:]).link(LONG, 0, 1, 2))
    assert text_of(data) == text_of(data)
