"""Read real documents and compare them with what was counted by hand; one line a file, exit 1 on a disagreement.

Usage: check_corpus.py FOLDER, which holds the documents and `facts.json` (a list of facts by number).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from markup import links
from talks.documents import lines, pdf, reader, writer
from talks.documents.decode import decode
from talks.documents.model import EpisodeDoc, from_json, to_json
from talks.documents.normal import normal
from talks.documents.outline import Source
from talks.documents.people import is_placeholder

SECTION_NAMES = {
    "news": "news",
    "picks": "recommend",
    "classic": "classic",
    "practice": "practice",
    "free_talk": "free_talk",
}
# What the conversions themselves got wrong: file → place → addresses that no reader can find in them.
READING_ERRORS = {
    ("005.seed.md", "news"): ("kAPl101G_-eFAmC_HdTmgQ", "kAPI101G_-eFAmC_HdTmgQ"),
    ("000.seed.txt", "free_talk"): ("5%20Levels",),
    ("003.pdf.md", "recommend"): ("LLM_Survey__Chinese_V1.p", "ntkaware_scaled_rope", "RWKV-v4neo", "BlinkDL/RWKV-"),
    ("015.pdf.txt", "practice"): ("DSHFQRGF1dmFPcG5L",),
}


def values(value: object, skip: tuple[str, ...] = ("papers", "labels")) -> Iterator[str]:
    """Every text in a piece of the document's JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, part in value.items():
            if name not in skip:
                yield from values(part, skip)
    elif isinstance(value, list):
        for part in value:
            yield from values(part, skip)


def addresses(*parts: object) -> dict[str, str]:
    """The addresses in pieces of the document by identity."""
    return {links.key(one.url): one.url for part in parts for text in values(part) for one in links.find(text)}


def places(doc: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The addresses of a document by the names of places that the facts use."""
    videos = {links.key(one["url"]) for one in doc["recordings"]}
    head = addresses([one["text"] for one in doc["labels"]], doc["intro"])
    found = {"head": {key: url for key, url in head.items() if key not in videos}}
    for kind, name in SECTION_NAMES.items():
        found[name] = addresses([section for section in doc["sections"] if section["kind"] == kind])
    found["free_talk"] |= addresses(doc["parts"], doc["questions"])
    found["refs"] = addresses(doc["references"])
    found["plans"] = addresses(doc["plans"], doc["plans_body"])
    found["org"] = addresses(doc["appendix"])
    found["past"] = addresses(doc["past"])
    return found


def squeezed(texts: Iterable[str]) -> list[str]:
    return [re.sub(r"\s+", "", text) for text in texts]


def folded(names: Iterable[str] | None) -> list[str]:
    """Names for comparison: 羨 and 羡 are one person's, placeholders are nobody's."""
    return sorted(name.replace("羨", "羡") for name in names or () if not is_placeholder(name))


def disagreements(file: str, doc: EpisodeDoc, fact: dict[str, Any]) -> Iterator[str]:
    plain = to_json(doc)
    if doc.code != fact["number"]:
        yield f"number {doc.code}, not {fact['number']}"
    date = doc.starts_at.date().isoformat() if doc.starts_at else None
    if date != fact["date"]:
        yield f"date {date}, not {fact['date']}"
    if "".join(squeezed([doc.time_text or ""])) != "".join(squeezed([fact["time_text"] or ""])):
        yield f"time {doc.time_text}, not {fact['time_text']}"
    for name, key in (("hosts", "hosts"), ("editors", "editors"), ("leads", "owners")):
        if folded(plain[name]) != folded(fact[key]):
            yield f"{name} {plain[name]}, not {fact[key]}"
    if squeezed(doc.highlights) != squeezed(fact["topics"]) and not (fact["number"] == "000" and not doc.highlights):
        yield f"highlights {doc.highlights}, not {fact['topics']}"
    found = places(plain)
    for place, wanted in fact["links_list"].items():
        yield from _address_disagreements(file, place, found[place], wanted, fact["links_list"])
    yield from _question_disagreements(doc, fact["qa_hand_count"])


def _address_disagreements(
    file: str, place: str, found: dict[str, str], wanted: list[str], every: dict[str, list[str]]
) -> Iterator[str]:
    excused = READING_ERRORS.get((file, place), ())
    keys = {links.key(url): url for url in wanted}
    for key, url in keys.items():
        if key not in found and not any(part in url for part in excused):
            yield f"{place} lacks {url}"
    # The facts were taken from the links of the PDFs; an address that is only text is in none of them.
    elsewhere = {links.key(url) for urls in every.values() for url in urls}
    for key, url in found.items():
        if key not in keys and key in elsewhere and not any(part in url for part in excused):
            yield f"{place} has {url} too"


def _question_disagreements(doc: EpisodeDoc, counted: dict[str, Any]) -> Iterator[str]:
    for name, part in (("online", "online"), ("group", "group"), ("direct", None), ("numbered", None)):
        number = sum(question.part == part for question in doc.questions)
        if name in counted and number != counted[name]:
            yield f"{number} {name} questions, not {counted[name]}"
    follow_ups = sum(len(question.follow_ups) for question in doc.questions)
    if follow_ups != counted.get("unnumbered_followup", 0):
        yield f"{follow_ups} follow-ups, not {counted.get('unnumbered_followup', 0)}"
    numbers = [f"Q{question.number}" for question in doc.questions]
    if "numbers" in counted and numbers != counted["numbers"]:
        yield f"questions {numbers}, not {counted['numbers']}"


def letters(text: str) -> str:
    """The letters and digits of a text without spaces and marks."""
    return re.sub(r"[\W_]+", "", text)


def conservation(text: str, reading: reader.Reading) -> Iterator[str]:
    """Whether every line is claimed, every address and every run of letters of the source is in the document."""
    doc = reading.document
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and number not in reading.claims:
            yield f"line {number} is claimed by nobody"
    written = writer.write(doc)
    if reader.read(written).document != normal(doc) or normal(doc) != doc:
        yield "does not read back as written"
    if from_json(json.loads(json.dumps(to_json(doc)))) != doc:
        yield "does not survive JSON"
    kept = {links.key(one.url) for one in links.find(written)}
    source = Source.of(lines.split(text))
    whole = "\n".join(line.text for line in source.lines)  # addresses broken over lines are whole again
    for one in links.find(whole):
        if links.key(one.url) not in kept:
            yield f"address lost: {one.url}"
    content = letters(written)
    for line in source.lines:
        run = letters(_without_addresses(line.text))
        if run and run not in content and not _in_pieces(line.text, content):
            yield f"line {line.number} lost: {line.text.strip()[:60]}"


def _without_addresses(line: str) -> str:
    line = re.sub(r"</?(?:u|mark|b)>|\[([^\[\]]*)\]\(https?:[^()\s]*\)", r" \1 ", line)
    return re.sub(r"https?://[!-~]+", " ", line)


def _in_pieces(line: str, content: str) -> bool:
    """Whether every run of letters of a line is in the content: numbers, markers and signatures may be set apart."""
    line = re.sub(r"^\W*(?:[QA]?\d{1,3}[.、:：)）]?|答|A)\s*[:：.]?", " ", _without_addresses(line))
    return all(letters(run) in content for run in re.findall(r"\w+", line))


def text_of(path: Path) -> str:
    data = path.read_bytes()
    return pdf.text_of(data).text if path.suffix == ".pdf" else decode(data, name=path.name).text


def main(folder: Path) -> int:
    facts = {fact["number"]: fact for fact in json.loads((folder / "facts.json").read_text(encoding="utf-8"))}
    failures = 0
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".md", ".txt", ".pdf") or path.name == "README.md":
            continue
        text = text_of(path)
        reading = reader.read(text, name=path.name)
        fact = facts.get(reading.document.code)
        found = list(conservation(text, reading))
        found += disagreements(path.name, reading.document, fact) if fact else []
        failures += bool(found)
        verdict = "; ".join(found) if found else "agrees" if fact else "kept whole (no facts)"
        print(f"{path.name}: {verdict}")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1])))
