"""Who asks, what may be answered, and the named policies of the matrix. Written by hand, from the rules as they are meant.

A policy says which roles are allowed; the rest follows from where one stands: a page sends who is signed out to sign in
and tells the others 403, the API says 401 and 403, and what may not be known of is 404 for everybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

GUESTS = ("guest to claim", "guest to submit", "guest to ask")
TOKENS = ("read token", "write token")
PEOPLE = ("member", "standby", "lead", "lead of another section", "host", "editor", "organizer", "suspended")
# A token opens no page; the read token is an organizer's, so that the scope alone refuses; the other one a member's.
ROLES = ("anonymous", *GUESTS, *PEOPLE, *TOKENS)

YES, SIGN_IN, UNKNOWN, FORBIDDEN, HIDDEN = "yes", "sign in", "401", "403", "404"
NO_METHOD, WRONG, STATE = "405", "400", "409"

READS = ("GET", "HEAD", "OPTIONS")
WRITES = ("POST", "PUT", "PATCH", "DELETE")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@dataclass(frozen=True)
class Policy:
    """Who is allowed. On a page who is signed out gets `strangers`, a guest of something else `guests` when that is
    another answer; everybody else gets `refused`."""

    name: str
    allowed: frozenset[str]
    strangers: str = SIGN_IN
    refused: str = FORBIDDEN
    guests: str = ""
    # Where something else stands in the way of who would be allowed: the address of an account, say.
    instead: tuple[tuple[str, str], ...] = ()

    def expects(self, role: str, method: str, *, api: bool) -> str:
        """Return the answer to a role."""
        if special := dict(self.instead).get(role):
            return special
        return self._in_api(role, method) if api else self._on_page(role)

    def _on_page(self, role: str) -> str:
        if role in self.allowed:
            return YES
        if role in GUESTS and self.guests:
            return self.guests
        return self.refused if role in PEOPLE else self.strangers

    def _in_api(self, role: str, method: str) -> str:
        if role == "read token":
            return FORBIDDEN if method in WRITES else self._in_api("organizer", method)
        if role == "write token":
            return self._in_api("member", method)
        if role in self.allowed:
            return YES
        if self.strangers == HIDDEN and method in WRITES and role == "suspended":
            return FORBIDDEN  # as for whatever else they send
        if role in PEOPLE or (self.strangers == HIDDEN and method not in WRITES):
            return self.refused
        return UNKNOWN

    def but(self, **roles: str) -> Policy:
        """Return the policy with other answers for some roles."""
        return replace(self, instead=(*self.instead, *((name.replace("_", " "), said) for name, said in roles.items())))

    def hidden(self) -> Policy:
        """Return the policy under which who is not allowed learns nothing: 404 for everybody else."""
        return replace(self, name=f"{self.name}, hidden", strangers=HIDDEN, refused=HIDDEN, guests="")

    def knowing_guests(self) -> Policy:
        """Return the policy of a door that guests come to: who came for something else is refused, not sent to sign in."""
        return self if self.strangers == HIDDEN else replace(self, guests=FORBIDDEN)

    def refusing(self) -> Policy:
        """Return the policy under which who is signed out gets 403 as well."""
        return replace(self, strangers=FORBIDDEN, guests="")

    def asking(self) -> Policy:
        """Return the policy of a page that sends who is signed out to sign in before it says anything."""
        return replace(self, strangers=SIGN_IN)

    def plus(self, *roles: str) -> Policy:
        return replace(self, name=f"{self.name} and {', '.join(roles)}", allowed=self.allowed | set(roles))


def policy(name: str, *allowed: str) -> Policy:
    return Policy(name, frozenset(allowed))


WRITERS = tuple(role for role in PEOPLE if role != "suspended")

PUBLIC = policy("public", *ROLES)
SIGNED_IN = policy("whoever is signed in", *PEOPLE)
MEMBERS = policy("members", *WRITERS)
EVERYBODY = policy("everybody but the suspended", *(role for role in ROLES if role != "suspended"))
ORGANIZERS = policy("organizers", "organizer")
HOSTS = policy("host and organizers", "host", "organizer")
WRAPPERS = policy("host, editor and organizers", "host", "editor", "organizer")
RUNNERS = policy("lead of its section, host, editor and organizers", "lead", "host", "editor", "organizer")
SECTION_LEADS = RUNNERS.plus("lead of another section")
LEAD = policy("the lead, whose own it is", "lead")
LEAD_OR_HOSTS = HOSTS.plus("lead")
LEAD_OR_ORGANIZERS = ORGANIZERS.plus("lead")
OWN = policy("own, a member's", "member")
NOMINATOR = RUNNERS.plus("member")
ASKER = policy("its asker, host, editor and organizers", "member", "host", "editor", "organizer")
MODERATORS = policy("host, editor and organizers", "host", "editor", "organizer")
NOBODY = policy("nobody")
# What is not there, for nobody and everybody alike.
NOTHING = NOBODY.hidden()
# What is not there or not known, which only organizers may see.
DRAFT = ORGANIZERS.hidden()
