"""A copy of the project to start things in, so that nothing of the developer's own site is touched."""

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def clone(tmp_path):
    """A copy of the project without anything that was made in it, but for what Python would compile anew each time."""
    made = shutil.ignore_patterns(".*", "var", "tests")
    return shutil.copytree(ROOT, tmp_path / "clone", ignore=made)
