"""Bytes become text: every encoding that people save in, and every file that is none of ours."""

import codecs

import pytest

from markup.mojibake import commonness, is_mojibake
from talks.documents.decode import MAX_BYTES, decode, kind_of
from talks.documents.model import Refused

SIMPLIFIED = """# 模型夜谈 042

【编号】：模型夜谈 042
【时间】：20240106 晚上九点（每周六，节假日顺延）
【主持人】：青禾、Lin

## 本周新闻

1. 稀疏注意力的新做法，长文本推理省一半显存 https://example.org/sparse
2. 有人把训练日志公开了，值得一看。

## 自由讨论

1. 为什么学习率要先升后降？
答：开始的时候参数还很乱，步子太大容易走偏；后来需要慢慢收敛。
"""
TRADITIONAL = """# 模型夜談 043

【主持人】：青禾
這一期我們討論長文本的評測方法，以及為什麼分數高的模型用起來不一定好。
問題一：訓練資料裡混進了測試題，應該怎麼發現？
答：可以把題目改寫以後再測一次，看看分數會不會掉下來。
"""
JAPANESE = """# モデル夜話

今週は長い文章の評価について話します。なぜ点数の高いモデルが使いにくいのでしょうか。
質問：学習データにテスト問題が混ざったとき、どうやって見つけますか？
"""
ENGLISH = """# Model night 044

Why does the learning rate rise first? – “Because the weights are still a mess,” said Léa… It’s that simple.
├── notes
│   └── 044.md
└── data
"""


def refusal(data, name="042.md"):
    with pytest.raises(Refused) as caught:
        decode(data, name=name)
    return caught.value


def codes(decoded):
    return [problem.code for problem in decoded.problems]


@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL, JAPANESE, ENGLISH, "OpenLLM\r\n\r第一\n\f二\t三　"])
def test_utf8_stays_as_written_and_nothing_is_said(text):
    decoded = decode(text.encode(), name="042.md")
    assert (decoded.text, decoded.encoding, decoded.problems) == (text, "UTF-8", ())


@pytest.mark.parametrize(
    ("text", "codec", "encoding"),
    [
        (SIMPLIFIED, "gb18030", "GB18030"),
        (SIMPLIFIED, "gbk", "GB18030"),
        (TRADITIONAL, "gb18030", "GB18030"),
        (TRADITIONAL, "cp950", "Big5"),
        (SIMPLIFIED, "utf-16", "UTF-16"),
        (SIMPLIFIED, "utf-16-le", "UTF-16"),
        (SIMPLIFIED, "utf-16-be", "UTF-16"),
        (TRADITIONAL, "utf-16-le", "UTF-16"),
        (JAPANESE, "utf-16-be", "UTF-16"),
        (ENGLISH.replace("├", "").replace("│", "").replace("─", ""), "utf-16-le", "UTF-16"),
        ("模型是怎么训练出来的", "utf-16-le", "UTF-16"),
        ("模型是怎么训练出来的", "utf-16-be", "UTF-16"),
        (SIMPLIFIED, "utf-32", "UTF-32"),
        ("It’s a “café” – don’t you think so?\nNaïve.", "cp1252", "Windows-1252"),
    ],
)
def test_other_encodings_are_detected_and_said(text, codec, encoding):
    decoded = decode(text.encode(codec), name="042.txt")
    assert decoded.text == text
    assert decoded.encoding == encoding
    (problem,) = decoded.problems
    assert (problem.code, problem.line, problem.detail) == ("encoding", None, encoding)


@pytest.mark.parametrize(
    ("mark", "codec"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (b"\x84\x31\x95\x33", "gb18030"),
    ],
)
def test_a_byte_order_mark_decides_and_goes(mark, codec):
    assert decode(mark + SIMPLIFIED.encode(codec), name="042.md").text == SIMPLIFIED


def test_json_is_decoded_like_text():
    assert decode('{"title": "第一期"}'.encode(), name="data/042.JSON").text == '{"title": "第一期"}'


@pytest.mark.parametrize("data", [b"", b" \r\n\t\f", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, "　\n　".encode()])
def test_empty_is_refused(data):
    assert refusal(data).code == "empty"


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"PK\x03\x04" + b"word/document.xml", "ZIP, DOCX"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "PNG"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"GIF89a\x01\x00", "GIF"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "DOC, XLS"),
        (b"{\\rtf1 text}", "RTF"),
        (b"text with a \0 in it", ""),
        (bytes(range(256)) * 20, ""),
        (b"\0\0\0", ""),
        (b"\0", ""),
        (codecs.BOM_UTF16_LE + b"\x00\xd8A" * 100, ""),
    ],
)
def test_what_is_no_text_is_refused_by_its_name(data, detail):
    refused = refusal(data)
    assert (refused.code, refused.detail) == ("binary", detail)
    assert detail in str(refused)


def test_the_size_is_checked_before_anything_is_read():
    assert refusal(b"\xff" * (MAX_BYTES + 1)).code == "too_large"
    assert decode(b"a" * MAX_BYTES, name="042.md").problems == ()


@pytest.mark.parametrize("codec", ["cp932", "euc_jp", "euc_kr"])
def test_an_encoding_that_is_not_known_is_refused(codec):
    assert refusal(JAPANESE.encode(codec, "ignore")).code == "unreadable"


def test_two_names_in_gbk_are_no_western_text():
    assert refusal("青禾\n".encode("gbk")).code == "unreadable"


@pytest.mark.parametrize("name", ["042.md", "042.MD", "a.b/042.pdf.txt", "042.json", "042.pdf"])
def test_kinds(name):
    assert kind_of(name) == name.rpartition(".")[2].lower()


@pytest.mark.parametrize("name", ["042.docx", "042", "md", ".hidden", "042.md.bak", ""])
def test_other_kinds_are_refused(name):
    with pytest.raises(Refused) as caught:
        kind_of(name)
    assert caught.value.code == "unknown_type"
    assert refusal(b"text", name).code == "unknown_type"


@pytest.mark.parametrize(
    ("text", "line", "character"),
    [
        ("一\r\n二\r三\n四\a", 4, "U+0007"),
        ("一\f二\x1b[0m", 2, "U+001B"),
        ("\x7f", 1, "U+007F"),
        ("一\n\x85", 2, "U+0085"),
        ("第一\ufffd", 1, "U+FFFD"),
    ],
)
def test_control_characters_are_said_and_kept(text, line, character):
    decoded = decode(text.encode(), name="042.md")
    assert decoded.text == text
    (problem,) = decoded.problems
    assert (problem.code, problem.line, problem.detail) == ("control_characters", line, character)


def test_a_cut_end_and_a_stray_byte_do_not_make_utf8_something_else():
    data = SIMPLIFIED.encode()
    cut = decode(data[: data.index("收敛".encode()) + 4], name="042.md")
    assert (cut.encoding, codes(cut)) == ("UTF-8", ["control_characters"])
    stray = decode(data[:30] + b"\xfe" + data[30:], name="042.md")
    assert (stray.encoding, codes(stray)) == ("UTF-8", ["control_characters"])


def test_a_lone_surrogate_does_not_come_through():
    data = SIMPLIFIED.encode("utf-16-le") + b"\x3d\xd8" + "完".encode("utf-16-le")
    decoded = decode(codecs.BOM_UTF16_LE + data, name="042.md")
    assert decoded.text == f"{SIMPLIFIED}\ufffd完"
    assert codes(decoded) == ["encoding", "control_characters"]


# How mojibake is made: written in one encoding, read in another, saved.
WAYS = [
    ("utf-8", "cp1252"),
    ("utf-8", "latin-1"),
    ("utf-8", "cp1254"),
    ("utf-8", "gb18030"),
    ("utf-8", "cp950"),
    ("utf-8", "cp932"),
    ("utf-8", "cp949"),
    ("utf-8", "mac_roman"),
    ("utf-8", "cp1251"),
    ("utf-8", "cp437"),
    ("gb18030", "cp1252"),
    ("gb18030", "cp950"),
    ("gb18030", "cp932"),
    ("cp950", "cp1252"),
    ("cp950", "gb18030"),
]


@pytest.mark.parametrize(("written", "read"), WAYS)
@pytest.mark.parametrize("lost", ["ignore", "replace", "?"])
@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL], ids=["simplified", "traditional"])
def test_mojibake_is_refused(text, written, read, lost):
    data = text.encode(written, "ignore")
    destroyed = data.decode(read, "replace" if lost == "?" else lost)
    destroyed = destroyed.replace("\ufffd", "?") if lost == "?" else destroyed
    assert refusal(destroyed.encode()).code == "mojibake"
    assert refusal(destroyed.encode("utf-16")).code == "mojibake"


@pytest.mark.parametrize("written", ["gb18030", "cp950"])
def test_text_full_of_replacement_characters_is_refused(written):
    destroyed = SIMPLIFIED.encode(written, "ignore").decode("utf-8", "replace")
    assert refusal(destroyed.encode()).code == "mojibake"
    assert refusal(destroyed.encode().decode("gb18030", "replace").encode()).code == "mojibake"


def test_twice_destroyed_text_and_destroyed_accents_are_mojibake():
    twice = SIMPLIFIED.encode().decode("latin-1").encode().decode("latin-1")
    assert is_mojibake(twice)
    accents = "Déjà vu à l'école où les élèves étaient âgés, très fatigués, après l'été"
    assert not is_mojibake(accents)
    assert is_mojibake(accents.encode().decode("latin-1"))
    assert is_mojibake("模型锟斤拷锟斤拷锟斤拷训练锟斤拷锟斤拷锟斤拷")


@pytest.mark.parametrize(
    "text",
    [
        SIMPLIFIED,
        TRADITIONAL,
        JAPANESE,
        ENGLISH,
        SIMPLIFIED + "乱码长这样：ä¸\xadæ–‡，锟斤拷，涓\ue15f枃，别再用记事本了。",
        "├── docs\n│   ├── a.md\n│   └── b.md\n└── src\n" * 20,
        "┌──┬──┐\n│ a│ b│\n├──┼──┤\n└──┴──┘\n" * 20,
        "✅❌🚀📜🔥 🧠\n" * 20,
        "∀x∈ℝ: α²+β²=γ² ≤ ∑ᵢ xᵢ → ∞ ±× ÷ °C\n" * 10,
        "§ 5 ©®™ ±5 £10 €20 ¥30 µ°C ¶ §§ 6\n" * 10,
        "Большая языковая модель — это тип модели, обученный на текстах. ЕЁ ОБУЧЕНИЕ ДОРОГО. Щука, эхо, юг, цапля.\n"
        * 3,
        "Über große Sprachmodelle für Anfänger; schöne Grüße aus Köln, müßig, Öl, Ärger\n" * 5,
        "Türkçe metin: büyük dil modeli eğitimi şöyle yapılır, ışık, çığ, İstanbul\n" * 5,
        "Đây là một mô hình ngôn ngữ lớn được huấn luyện bằng tiếng Việt\n" * 5,
        "Αυτό είναι ένα μεγάλο γλωσσικό μοντέλο\n" * 5,
        "이것은 한국어 문장입니다 모델을 학습합니다\n" * 5,
        "זהו מודל שפה גדול שאומן על טקסטים\n" * 5,
        "zhōng wén pīn yīn yǔ yán mó xíng xùn liàn shù jù\n" * 5,
        "ﾊﾝｶｸ カタカナ テキスト モデル データセット\n" * 5,
        "龘 麤 鱻 羴 猋 骉 犇 彧 昊 婧 颖 琪 璟 煜 鑫 淼 垚 焱",
        "天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往秋收冬藏閏餘成歲律呂調陽雲騰致雨露結為霜金生麗水玉出崑岡劍號巨闕珠稱夜光",
        "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方",
        "札幌 仙台 横浜 名古屋 京都 大阪 神戸 広島 福岡 盛岡 水戸 宇都宮 前橋 千葉 甲府 長野 新潟 富山 金沢 福井",
        "\uf06c 第一条\n\uf0b7 第二条\n" * 10,
        "English text with a bullet \ufffd that no font could draw, and so on.\n" * 10,
        "",
    ],
)
def test_what_people_write_is_no_mojibake(text):
    assert not is_mojibake(text)


def test_commonness_tells_chinese_from_the_rest():
    assert commonness(SIMPLIFIED) > 0.5 < commonness(TRADITIONAL)
    assert commonness(SIMPLIFIED.encode().decode("gb18030", "replace")) < 0.1
    assert commonness("plain") == 0
