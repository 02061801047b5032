"""Two people changed one text: both changes are there, and where they clash both stand between marks."""

from hypothesis import given, settings
from hypothesis import strategies as st

from markup.merging import END, PIECE, THEIRS, YOURS, has_marks, merge, merge_values

BASE = "第一句说背景，第二句说方法。\n第三行是结论。\n\n链接 https://a.example/x,y?z=1 在这里。"


def test_changes_in_different_clauses_are_both_taken():
    mine = BASE.replace("背景", "很长的背景")
    theirs = BASE.replace("结论", "最后的结论")
    merged = merge(BASE, mine, theirs)
    assert merged.clashes == []
    assert merged.text == BASE.replace("背景", "很长的背景").replace("结论", "最后的结论")


def test_two_clauses_of_one_line_are_apart_when_one_stands_between():
    base = "甲，乙，丙。"
    assert merge(base, "甲一，乙，丙。", "甲，乙，丙二。").text == "甲一，乙，丙二。"


def test_one_clause_changed_by_both_stands_twice_between_marks():
    merged = merge("前。这里用三个模型。后。", "前。这里用四个模型。后。", "前。这里用五个模型。后。")
    assert merged.text == f"前。\n{YOURS}\n这里用四个模型。\n{THEIRS}\n这里用五个模型。\n{END}\n后。"
    assert merged.clashes == [("这里用四个模型。", "这里用五个模型。")]
    assert has_marks(merged.text)


def test_marks_are_whole_lines_only():
    assert not has_marks("git 的 <<<<<<< HEAD 和 ======= 不算\n>>>>>>> main")
    assert has_marks(f"还有\n{YOURS}\n没处理")


def test_latin_words_and_addresses_are_never_cut():
    assert "".join(found[0] for found in PIECE.finditer(BASE)) == BASE
    pieces = [found[0] for found in PIECE.finditer("see https://a.example/x,y?z=1, then v1.5 wins. Done.") if found[0]]
    assert "v1.5" in "".join(piece for piece in pieces if "wins" in piece)
    assert any("https://a.example/x,y?z=1," in piece for piece in pieces)


def test_without_a_base_what_differs_clashes_and_what_both_have_stands_once():
    merged = merge(None, "同一句。我的一句。", "同一句。他的一句。")
    assert merged.text == f"同一句。\n{YOURS}\n我的一句。\n{THEIRS}\n他的一句。\n{END}"


TEXTS = st.lists(st.sampled_from(["甲，", "乙。", "丙", "\n", "word ", "a.b, ", "https://a.example/q. "]), max_size=12)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.booleans())
def test_nothing_that_somebody_wrote_anew_is_lost(base, mine, theirs, knows_base):
    base, mine, theirs = ("".join(parts) for parts in (base, mine, theirs))
    assert "".join(found[0] for found in PIECE.finditer(mine)) == mine
    merged = merge(base if knows_base else None, mine, theirs)
    if mine == theirs:
        assert merged.text == mine
    new = {piece for text in (mine, theirs) for piece in _pieces(text)} - set(_pieces(base))
    for piece in new:
        assert piece.strip() in merged.text
    assert bool(merged.clashes) == has_marks(merged.text)


def _pieces(text):
    return [found[0] for found in PIECE.finditer(text) if found[0].strip()]


def test_long_hostile_texts_end_in_time():
    base = "甲乙，" * 6_600
    mine, theirs = "".join(f"{n % 97}，" for n in range(7_000)), "".join(f"{n % 89}，" for n in range(7_000))
    merged = merge(base, mine, theirs)
    assert "96，" in merged.text
    assert "88，" in merged.text


def test_fields_are_merged_each_by_itself():
    base = {"title": "旧题", "body": "一。\n二。\n三。", "minutes": 5, "url": None}
    mine = {"title": "旧题", "body": "一一。\n二。\n三。", "minutes": 8, "url": ""}
    theirs = {"title": "新题", "body": "一。\n二。\n三三。", "minutes": 5, "url": None}
    found = merge_values(base, mine, theirs)
    assert found.values == {"title": "新题", "body": "一一。\n二。\n三三。", "minutes": 8, "url": ""}
    assert found.clashes == []


def test_a_short_field_that_clashes_keeps_yours_and_is_named():
    base, mine, theirs = (
        {"title": title, "depth": depth} for title, depth in (("题", "brief"), ("我题", "talk"), ("他题", "listed"))
    )
    found = merge_values(base, mine, theirs)
    assert found.values == {"title": "我题", "depth": "talk"}
    assert found.clashes == ["title", "depth"]


def test_a_field_named_long_has_marks_though_it_has_one_line():
    found = merge_values({"body": "题"}, {"body": "我"}, {"body": "他"}, long={"body"})
    assert has_marks(found.values["body"])


def test_text_of_any_signs_is_cut_without_a_second_try():
    """An address before signs that close nothing took a second for ten of them, and twice as long for each more."""
    for text in (
        "http://a " * 2_000 + ".。",
        "https://a.example/x,y;" * 800 + ".：",
        "a.b,c;d!" * 2_500 + ",。",
        ".。" * 9_000,
    ):
        pieces = [found[0] for found in PIECE.finditer(text)]
        assert "".join(pieces) == text
