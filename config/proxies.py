"""Whose word counts about where a request comes from: that of the proxies in TRUSTED_PROXIES, and nobody else's."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_forwarding(environ: dict[str, Any], trusted: Sequence[Network]) -> None:
    """Set REMOTE_ADDR to the visitor's address, and take away what a stranger says about address and scheme.

    The visitor is the last address of X-Forwarded-For that is not a trusted proxy: what stands before it was sent by
    the visitor and may be invented. Limits for sign-ins, and whether a request came by https, rest on this.
    """
    if not _is_trusted(environ.get("REMOTE_ADDR", ""), trusted):
        environ.pop("HTTP_X_FORWARDED_PROTO", None)
        return
    for word in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        try:
            address = str(ipaddress.ip_address(word.strip()))
        except ValueError:  # a proxy of ours writes addresses; the rest is not believed
            return
        environ["REMOTE_ADDR"] = address
        if not _is_trusted(address, trusted):
            return


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is not None:  # of a socket for both kinds
        known = known.ipv4_mapped
    return any(known in network for network in trusted)
