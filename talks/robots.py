"""How each form of receiver is spoken to: the robots of WeCom, Feishu and DingTalk, and signed JSON. Builds and reads
bytes; nothing here opens a connection or knows a row.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from talks.models import WebhookForm

# What a robot takes in one message, in bytes of UTF-8; what is longer is cut.
LONGEST = {WebhookForm.WECOM: 2_048, WebhookForm.FEISHU: 18_000, WebhookForm.DINGTALK: 18_000}
# What a chat takes for the name of somebody to be called, or of everybody: nobody but the host calls a whole group.
MENTION = re.compile(r"<(?=\s*/?\s*(?:at\b|@))", re.I)
# A secret made here, as receivers of Standard Webhooks know it.
PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be sent where."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def message_of(
    *, form: str, url: str, secret: str, text: str, payload: Mapping[str, Any], key: str, now: datetime
) -> Message:
    """Return a delivery as its receiver wants it, signed at `now`. `key` is its id: a program tells repeats by it."""
    text = text if tells_repeats(form) else MENTION.sub("＜", text)
    match form:
        case WebhookForm.WECOM:
            said: dict[str, Any] = {"msgtype": "text", "text": {"content": cut(text, LONGEST[WebhookForm.WECOM])}}
        case WebhookForm.FEISHU:
            said = {"msg_type": "text", "content": {"text": cut(text, LONGEST[WebhookForm.FEISHU])}}
            if secret:
                seconds = str(int(now.timestamp()))
                said |= {"timestamp": seconds, "sign": _digest(f"{seconds}\n{secret}".encode(), b"")}
        case WebhookForm.DINGTALK:
            said = {"msgtype": "text", "text": {"content": cut(text, LONGEST[WebhookForm.DINGTALK])}}
            if secret:
                moment = str(int(now.timestamp() * 1000))
                sign = _digest(secret.encode(), f"{moment}\n{secret}".encode())
                url = _with_query(url, timestamp=moment, sign=sign)
        case _:
            return _signed(url, secret, payload, key, now)
    return Message(url, {"Content-Type": "application/json; charset=utf-8"}, _json(said))


def cut(text: str, limit: int) -> str:
    """Return a text in at most `limit` bytes of UTF-8, cut between characters."""
    if len(text.encode()) <= limit:
        return text
    return text.encode()[: limit - len("…".encode())].decode(errors="ignore") + "…"


def _signed(url: str, secret: str, payload: Mapping[str, Any], key: str, now: datetime) -> Message:
    """Signed as Standard Webhooks has it: id, seconds and body, joined by dots (README, "Webhooks")."""
    body, seconds = _json(payload), str(int(now.timestamp()))
    headers = {"Content-Type": "application/json", "webhook-id": key, "webhook-timestamp": seconds}
    if secret:
        signature = _digest(key_of(secret), f"{key}.{seconds}.".encode() + body)
        headers["webhook-signature"] = f"v1,{signature}"
    return Message(url, headers, body)


def key_of(secret: str) -> bytes:
    """Return the bytes that sign: what `whsec_` stands before, decoded, else the secret as it is written."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except binascii.Error:
            pass
    return secret.encode()


def tells_repeats(form: str) -> bool:
    """Whether a receiver knows a message that it has already: a program does by its id, a chat shows it twice."""
    return form == WebhookForm.JSON


def refusal_in(form: str, status: int, body: bytes) -> str | None:
    """Return what is wrong with an answer, in a receiver's own words where it has some; None for one that is well.

    A robot says 200 to everything: what it thinks of a message is a number in its JSON.
    """
    if not 200 <= status < 300:
        return str(status)
    if form == WebhookForm.JSON:
        return None
    try:
        said = json.loads(body)
    except ValueError:
        return "?"
    if not isinstance(said, dict):
        return "?"
    code = next((said[name] for name in ("errcode", "code", "StatusCode") if name in said), "?")
    words = next((said[name] for name in ("errmsg", "msg", "StatusMessage") if said.get(name)), "")
    return None if code == 0 and code is not False else f"{code} {words}".strip()


def mask(url: str) -> str:
    """Return an address as it may be shown: where it leads, and the end of what opens it."""
    parts = urlsplit(url)
    rest = url[len(f"{parts.scheme}://{parts.netloc}") :]
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}/…{rest[-4:]}" if len(rest) > 12 else f"{parts.scheme}://{host}/…"


def without_secrets(text: str, *, url: str, secret: str) -> str:
    """Return an answer's text with what opens the webhook struck out, should the receiver repeat it."""
    parts = urlsplit(url)
    values = {secret, url, parts.query, parts.path, parts.path.rpartition("/")[2], parts.password or ""}
    values |= {value for piece in parts.query.split("&") for value in [piece.partition("=")[2]]}
    for value in sorted((each for each in values if len(each) >= 8), key=len, reverse=True):
        text = text.replace(value, "…")
    return text


def _with_query(url: str, **more: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, urlencode(more)]))))


def _digest(key: bytes, said: bytes) -> str:
    return base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
