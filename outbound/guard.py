"""What may be connected to: the tables of `outbound.addresses`, less what the operator exempts. Pure."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from outbound.addresses import Address, Network, why_forbidden, why_forbidden_name
from outbound.errors import Refused, gettext_noop
from outbound.targets import PORTS, Target


@dataclass(frozen=True, slots=True)
class Guard:
    """`names` and `networks` that may be asked although they are inside; ".a.example" is also every name under it."""

    names: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, words: Iterable[str]) -> Self:
        """Read OUTBOUND_ALLOW, whose words are checked when the site starts."""
        names: list[str] = []
        networks: list[Network] = []
        for word in words:
            try:
                networks.append(ipaddress.ip_network(word.strip("[]"), strict=False))
            except ValueError:
                names.append(word.lower())
        return cls(tuple(names), tuple(networks))

    def allowed(self, target: Target, answers: Sequence[Address]) -> list[Address]:
        """Return those of the host's addresses that may be dialled; raises Refused when there is none.

        A host with addresses of both kinds is asked at its outside ones only: one stray record does not cost a
        source, and nothing inside is reached.
        """
        if self._exempts(target):
            return list(answers)
        reasons = [self._why_not(target, address) for address in answers]
        allowed = [address for address, reason in zip(answers, reasons, strict=True) if not reason]
        if not allowed:
            nowhere = Refused(gettext_noop("%(host)s is not asked: it has no address."), host=target.host)
            raise next((reason for reason in reasons if reason), nowhere)
        return allowed

    def check_unresolved(self, target: Target) -> None:
        """Judge what can be judged when a proxy looks up the name: port, name, literal address; raises Refused."""
        if self._exempts(target):
            return
        if target.literal is not None:
            self.allowed(target, [target.literal])
        elif reason := self._why_not_named(target):
            raise reason

    def _exempts(self, target: Target) -> bool:
        return any(
            target.host == name or (name.startswith(".") and (target.host.endswith(name) or target.host == name[1:]))
            for name in self.names
        )

    def _why_not(self, target: Target, address: Address) -> Refused | None:
        if any(address in network for network in self.networks):
            return None
        if reason := self._why_not_named(target):
            return reason
        what = why_forbidden(address)
        sentence = gettext_noop(
            "%(host)s is not asked: its address leads inside (%(what)s)."
            " If it is yours, the operator names it in OUTBOUND_ALLOW."
        )
        return Refused(sentence, host=target.host, what=what) if what else None

    def _why_not_named(self, target: Target) -> Refused | None:
        if target.port not in PORTS.values():
            sentence = gettext_noop(
                "%(host)s is not asked: port %(port)d is neither 80 nor 443."
                " If it is yours, the operator names it in OUTBOUND_ALLOW."
            )
            return Refused(sentence, host=target.host, port=target.port)
        what = "" if target.literal is not None else why_forbidden_name(target.host)
        sentence = gettext_noop(
            "%(host)s is not asked: the name leads inside (%(what)s)."
            " If it is yours, the operator names it in OUTBOUND_ALLOW."
        )
        return Refused(sentence, host=target.host, what=what) if what else None
