"""What betrays somebody, and where it is looked for: markers in every form they could be written in, and rows of a
database that tie a question to a person or to a moment.
"""

import base64
import hashlib
import json
import re
import sqlite3
from urllib.parse import quote

# Rows in which somebody's own account stands.
OWN_ROWS = {
    *("members_user", "members_person", "members_alias", "members_event", "account_emailaddress", "django_session"),
    *("members_notification", "members_token", "account_emailconfirmation", "members_personrequest"),
}
MOMENT = re.compile(r"\d\d:(\d\d):(\d\d)(?:\.(\d+))?")


def forms_of(marker):
    """Return every way a marker may be written: texts, escapes, encodings, and what plain hashes make of it."""
    raw = marker.encode()
    forms = {
        "text": raw,
        "lower": marker.lower().encode(),
        "utf-16-le": marker.encode("utf-16-le"),
        "utf-16-be": marker.encode("utf-16-be"),
        "percent": quote(marker, safe="").encode(),
        "json": json.dumps(marker)[1:-1].encode(),
        "html": "".join(f"&#{ord(char)};" for char in marker).encode(),
        "hex": raw.hex().encode(),
        "reversed": marker[::-1].encode(),
    }
    for shift in range(3):  # wherever it begins in what was encoded; the ends depend on the neighbours
        coded = base64.b64encode(b"\0" * shift + raw)
        forms[f"base64 {shift}"] = coded[4 if shift else 0 : -4]
    for name in ("md5", "sha1", "sha256"):
        digest = hashlib.new(name, raw)
        forms[name] = digest.hexdigest().encode()
        forms[f"{name} bytes"] = digest.digest()
        forms[f"{name} base64"] = base64.b64encode(digest.digest())[:-2]
    return {name: form for name, form in forms.items() if len(form) >= 8}


def address_forms(address):
    """Return what else an IPv4 address may be kept as."""
    parts = [int(part) for part in address.split(".")]
    number = int.from_bytes(bytes(parts), "big")
    return {
        "number": str(number).encode(),
        "mapped": f"::ffff:{parts[0]:02x}{parts[1]:02x}:{parts[2]:02x}{parts[3]:02x}".encode(),
        "hex": bytes(parts).hex().encode(),
    }


def hits(data, markers):
    """Return how often each form of each marker stands in bytes, without those that stand nowhere."""
    found = {}
    for name, marker in markers.items():
        forms = forms_of(marker)
        if re.fullmatch(r"[\d.]+", marker):
            forms |= address_forms(marker)
        for form, needle in forms.items():
            if count := data.count(needle):
                found[name, form] = count
    return found


def rows_of(connection):
    """Yield (table, columns by name) of every row; shadow tables of full-text search too."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        cursor = connection.execute(f'SELECT * FROM "{table}"')
        names = [each[0] for each in cursor.description]
        for values in cursor:
            yield table, dict(zip(names, values, strict=True))


def misplaced(connection, markers):
    """Return (table, marker, form) of every row outside of one's own account that holds a marker."""
    found = set()
    for table, row in rows_of(connection):
        if table not in OWN_ROWS:
            data = b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
            found |= {(table, *where) for where in hits(data, markers)}
    return sorted(found)


def ties(connection, *, ids, keys, texts):
    """Return a sentence for every row about these questions that names a person or a moment finer than the hour.

    A row is about one when it has its text, its public id, or its key where a key of a question stands.
    """
    found = []
    for table, row in rows_of(connection):
        said = "\n".join(str(value) for value in row.values())
        is_about = any(text in said for text in texts) or any(
            re.search(rf"(?<![\d-]){re.escape(each)}(?![\d.])", said) for each in ids
        )
        is_about = is_about or (table == "talks_question" and row["id"] in keys) or row.get("question_id") in keys
        is_about = is_about or row.get("kind") == "deliver"  # the job that tells webhooks of it
        is_about = is_about or (table == "talks_keptrow" and row["kind"] == "question" and int(row["key"]) in keys)
        if not is_about:
            continue
        for name, value in row.items():
            whose = name.endswith(("person_id", "asker_id", "user_id", "author_id", "transcriber_id", "_by_id"))
            if whose and value is not None:
                found.append(f"{table}.{name} is {value}")
            for minute, second, rest in MOMENT.findall(str(value)):
                if (int(minute), int(second), int(rest or 0)) != (0, 0, 0):
                    found.append(f"{table}.{name} says {str(value)[:80]}")
    return sorted(set(found))


def opened(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)
