"""Every sentence of the site in Chinese: nothing missing, nothing doubtful, and the compiled file is of this text."""

import ast
import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[ds]|%[ds%]")
CODE = ("config", "jobs", "markup", "members", "news", "papers", "talks")
MARKS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext", "pgettext_lazy"}
TRANSLATE = re.compile(r"{%\s*translate\s+(?:\"([^\"]+)\"|'([^']+)')")
BLOCK = re.compile(r"{%\s*blocktranslate\b[^%]*%}(.*?)(?:{%\s*plural\s*%}.*?)?{%\s*endblocktranslate\s*%}", re.S)
# Words of the templates that are the same in every language, or no words.
NAMES = {"OpenLLM Talk", "· OpenLLM Talk", "English", "中文", "番外", "GitHub", "JSON", "PDF", "Hugging Face", "arXiv"}
NAMES |= {"BibTeX", "v", "has-bar", "Authorization: Bearer …"}


@pytest.fixture(scope="module")
def entries():
    return list(polib.pofile(str(PO)))


def texts(entry):
    return [*entry.msgstr_plural.values()] if entry.msgid_plural else [entry.msgstr]


def test_every_sentence_is_translated(entries):
    assert len(entries) > 200
    assert [entry.msgid for entry in entries if not all(texts(entry))] == []


def test_no_translation_is_fuzzy_or_obsolete(entries):
    assert [entry.msgid for entry in entries if entry.fuzzy or entry.obsolete] == []


def test_placeholders_are_the_same(entries):
    wrong = []
    for entry in entries:
        wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        wrong += [entry.msgid for text in texts(entry) if sorted(PLACEHOLDER.findall(text)) != wanted]
    assert wrong == []


def test_the_compiled_file_is_of_this_text(entries):
    compiled = {
        (entry.msgctxt, entry.msgid): texts(entry) for entry in polib.mofile(str(PO.with_suffix(".mo"))) if entry.msgid
    }
    assert compiled == {(entry.msgctxt, entry.msgid): texts(entry) for entry in entries}


def marked_in(source):
    """Return the sentences that Python code marks for translation."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in MARKS:
            continue
        place = 1 if node.func.id.startswith("pgettext") else 0
        if len(node.args) > place and isinstance(node.args[place], ast.Constant):
            found.append(node.args[place].value)
    return found


def test_the_code_says_nothing_unknown(entries):
    known = {entry.msgid for entry in entries}
    missing = []
    for app in CODE:
        for path in sorted((ROOT / app).rglob("*.py")):
            missing += [(path.name, text) for text in marked_in(path.read_text("utf-8")) if text not in known]
    assert missing == []


def test_the_templates_say_nothing_unknown(entries):
    known = {entry.msgid for entry in entries}
    missing = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        source = path.read_text("utf-8")
        said = [found[1] or found[2] for found in TRANSLATE.finditer(source)]
        said += [re.sub(r"{{ ?(\w+) ?}}", r"%(\1)s", found[1]) for found in BLOCK.finditer(source)]
        missing += [(path.name, text) for text in said if text not in known]
    assert missing == []


def test_the_templates_say_nothing_unmarked():
    wrong = []
    for path in sorted((ROOT / "templates").rglob("*.html")):
        text = re.sub(r"{#.*?#}", "", BLOCK.sub("", path.read_text("utf-8")))
        text = re.sub(r"{[{%].*?[%}]}|<!--.*?-->", "", text, flags=re.S)
        text = re.sub(r"<script.*?</script>", "", text, flags=re.S)  # what a script is told, nobody reads
        text = re.sub(r"<kbd[^>]*>.</kbd>", "", text)  # a key is called what stands on it
        for piece in re.split(r"<[^>]*>", text):
            if any(char.isalpha() for char in piece) and piece.strip() not in NAMES:
                wrong.append((path.name, piece.strip()))
    assert wrong == []


def test_a_forgotten_sentence_would_be_found():
    source = "x = [_('one'), pgettext('here', 'two'), ngettext('%(n)d', '%(n)ds', n)]"
    assert marked_in(source) == ["one", "two", "%(n)d"]
