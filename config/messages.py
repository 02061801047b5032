"""Compile the translations: `python -m config.messages` writes every .mo beside its .po, without GNU gettext."""

from pathlib import Path

import polib

if __name__ == "__main__":
    for path in sorted((Path(__file__).resolve().parent.parent / "locale").rglob("*.po")):
        polib.pofile(str(path)).save_as_mofile(str(path.with_suffix(".mo")))
