"""The small living site of the pages' tests, for the proofs that attack it."""

from tests.pages.conftest import make, site, three_evenings

__all__ = ["make", "site", "three_evenings"]
