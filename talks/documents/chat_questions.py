"""The questions of a chat log and their answers, proposed: what a host would collect of it by hand. Pure.

Nothing is guessed away: every message is in a question, in an answer or left over.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from talks.documents.chat import Left, Log, Message

QUOTED = re.compile(r"「(?P<name>[^：:「」]{1,60})[：:]\s*(?P<words>.*?)」\s*\n[\s\-—–]{5,}\n", re.S)
AT = re.compile(r"@(?P<name>[^\s@,，。:：]{1,40})")
ADDRESS = re.compile(r"https?://\S+")
NOISE = re.compile(
    r"(?:\[[^\[\]\n]{1,12}\]|[^\w\s]|\s|哈|嘿|呵|嗯|哦|噢|6|啊|好的?|收到|ok|okay|\+1|赞|顶|强|牛|谢谢?|感谢|多谢|明白了?|懂了|学到了|学习了"
    r"|大佬|老师|了解|可以的?|来了|到了|没错|对的?|是的?|确实|thanks|thx|thank you|nice|cool|lol|yes|no)++",
    re.I,
)
# Possessive: what was read as one word is not read as two, however long somebody thanks.
THANKS = re.compile(
    r"(?:[^\w\s]|\s|谢谢|感谢|多谢|谢|辛苦|麻烦|打扰|大家|各位|诸位|群友|老师们?|大佬们?|主持人|分享|讲得|讲的|解答|回答|回复|指点|帮忙"
    r"|晚上好|早上好|上午好|中午好|下午好|你好|您好|大家好|早安|晚安|拜拜|再见|回见|下次见|下周见|明天见|晚上|早上"
    r"|我|你|您|们|了|的|啦|哈|呀|啊|哦|嗯|太|很|非常|真|就|先|再|也|这|就是|好|早|棒|厉害|精彩|牛"
    r"|回去|回头|试试看|试一下|试试|看看|看一下|去|学习|学到|明白|懂|收到|ok|okay"
    r"|thanks?|thx|thank you|you|so much|hi|hello|bye)++",
    re.I,
)
ASKS = re.compile(r"(?:请问|想问|求问|求教|请教|问一下|问个问题|提问|问题?[:：]|q\d*[:：.])", re.I)
ENDS = re.compile(
    r"(?:吗|么|呢|怎么办|怎么做|怎么算|怎么选|为什么|为啥|如何|是什么|什么区别|多少|哪个|哪些|哪里|有没有推荐)[。.!！~～\s]*$"
)
MARK = re.compile(r"[?？]")
# A question that nobody has answered for so long is not what the next words are about.
OPEN_SECONDS = 30 * 60


@dataclass(slots=True)
class Told:
    """Words of one person: a question or an answer."""

    speaker: str
    body: str
    lines: list[int]


@dataclass(slots=True)
class Asked(Told):
    """A question with its answers, each of a person once."""

    answers: list[Told] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a log holds: its questions, and everything else. `accounted` messages are in one or the other, or `left_out`
    (their lines): those whose words are not to be taken in, nor shown."""

    log: Log
    questions: list[Asked]
    left_over: list[Left]
    left_out: frozenset[int] = frozenset()

    @property
    def accounted(self) -> int:
        lines = {line for asked in self.questions for each in (asked, *asked.answers) for line in each.lines}
        lines |= {left.line for left in self.left_over if left.speaker} | self.left_out
        return sum(message.line in lines for message in self.log.messages)

    def without(self, speakers: Collection[str]) -> Proposal:
        """Return the proposal without the words of these people: their questions and answers. What others answered to
        them is left over."""
        texts = {message.line: message for message in self.log.messages}
        out = frozenset(message.line for message in self.log.messages if message.speaker in speakers)
        if not out:
            return self
        kept, left = [], [each for each in self.left_over if each.line not in out]
        for asked in self.questions:
            answers = [told for told in asked.answers if told.speaker not in speakers]
            if asked.speaker not in speakers:
                kept.append(replace(asked, answers=answers))
                continue
            lines = [line for told in answers for line in told.lines]
            left += [Left(line, texts[line].speaker, texts[line].text) for line in lines]
        return Proposal(self.log, kept, sorted(left, key=lambda each: each.line), out)

    def as_json(self) -> dict[str, object]:
        return {
            "messages": len(self.log.messages),
            "accounted": self.accounted,
            "speakers": list(
                dict.fromkeys(each.speaker for each in self.log.messages if each.line not in self.left_out)
            ),
            "questions": [
                {
                    "asker": asked.speaker,
                    "body": asked.body,
                    "answers": [{"author": each.speaker, "body": each.body} for each in asked.answers],
                }
                for asked in self.questions
            ],
            "left_out": len(self.left_out),
            "left_over": [{"line": left.line, "speaker": left.speaker, "text": left.text} for left in self.left_over],
        }


def propose(log: Log) -> Proposal:
    """Return the questions of a log with their answers, as a host would collect them; the rest is left over."""
    reading = _Reading()
    for message in log.messages:
        reading.hear(message)
    left = sorted([*log.around, *reading.left], key=lambda each: each.line)
    return Proposal(log, reading.questions, left)


class _Reading:
    """What was asked until now, and which question the next words are about."""

    def __init__(self) -> None:
        self.questions: list[Asked] = []
        self.left: list[Left] = []
        self.now: Asked | None = None
        self.last: Message | None = None

    def hear(self, message: Message) -> None:
        text, about = self._quoted(message.text)
        about = about or self._addressed(message)
        if NOISE.fullmatch(text.strip()) or not text.strip():
            self.left.append(Left(message.line, message.speaker, message.text))
        elif about is not None:
            self._answer(about, message, text)
        elif is_question(text):
            self.now = Asked(message.speaker, text.strip(), [message.line])
            self.questions.append(self.now)
        elif self.now is None or self._is_stale(message):
            self.now = None
            self.left.append(Left(message.line, message.speaker, message.text))
        elif message.speaker == self.now.speaker and not self.now.answers:
            self.now.body = f"{self.now.body}\n\n{text.strip()}"
            self.now.lines.append(message.line)
        else:
            self._answer(self.now, message, text)
        self.last = message

    def _answer(self, asked: Asked, message: Message, text: str) -> None:
        self.now = asked
        for told in asked.answers:
            if told.speaker == message.speaker:
                told.body = f"{told.body}\n\n{text.strip()}"
                told.lines.append(message.line)
                return
        asked.answers.append(Told(message.speaker, text.strip(), [message.line]))

    def _quoted(self, text: str) -> tuple[str, Asked | None]:
        """Return the words below a quotation and the question that is quoted; the whole text where it is none."""
        found = QUOTED.match(text)
        if found is None:
            return text, None
        words = " ".join(found["words"].split())[:20]
        for asked in reversed(self.questions):
            if asked.speaker == found["name"].strip() and " ".join(asked.body.split()).startswith(words):
                return text[found.end() :], asked
        return text, None

    def _addressed(self, message: Message) -> Asked | None:
        """Return the last question of somebody who is addressed by @name, not by themselves."""
        names = [found["name"] for found in AT.finditer(message.text)]
        for asked in reversed(self.questions):
            if asked.speaker in names and asked.speaker != message.speaker:
                return asked
        return None

    def _is_stale(self, message: Message) -> bool:
        if self.last is None or self.last.at is None or message.at is None:
            return False
        return (message.at - self.last.at).total_seconds() > OPEN_SECONDS


def is_small_talk(text: str) -> bool:
    """Whether words only thank or greet: they answer nothing."""
    return bool(re.search(r"\w", text)) and THANKS.fullmatch(text) is not None


def is_question(text: str) -> bool:
    """Whether words ask something: a question mark outside of addresses, or how questions begin and end."""
    bare = ADDRESS.sub(" ", text).strip()
    said = re.sub(r"\[[^\[\]\n]{1,12}\]|[^\w]", "", MARK.sub("", bare))
    if len(said) < 4:
        return False
    return bool(MARK.search(bare) or ASKS.match(bare) or ENDS.search(bare))
