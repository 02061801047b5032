"""Lines of running text are known without a parser, and only where it says the same."""

from hypothesis import given
from hypothesis import strategies as st

from markup.targets import reading, tree
from talks.documents.structure_lines import starts_paragraph
from tests.talks.documents.nasty import body, line

lettered = st.lists(line.map("问".__add__), min_size=1, max_size=4).map("\n".join)


@given(st.one_of(body, lettered))
def test_text_is_what_the_parser_takes_for_a_paragraph(text):
    match reading.read(text).blocks:
        case (tree.Paragraph(),):
            assert starts_paragraph(text)
        case _:
            assert not starts_paragraph(text)
