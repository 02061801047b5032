"""Which addresses and names lead inside: tables with the source of each row. Pure.

Denied is what stands here, never what `ipaddress.is_private` thinks: that misses cloud metadata, shared address space
and translated addresses, and changes with the version of Python.
"""

import ipaddress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Row:
    """A network that nothing of ours connects to, what it is, and who says so."""

    network: Network
    what: str
    source: str


def _rows(*rows: tuple[str, str, str]) -> tuple[Row, ...]:
    return tuple(Row(ipaddress.ip_network(network), what, source) for network, what, source in rows)


# Narrow rows stand before the wide ones around them, so that the first match names the thing best.
METADATA = _rows(
    ("169.254.169.254/32", "cloud metadata", "AWS, Google, Azure, DigitalOcean, OpenStack: instance metadata"),
    ("169.254.170.2/32", "container credentials", "AWS ECS: task metadata"),
    ("169.254.170.23/32", "container credentials", "AWS EKS: pod identity"),
    ("169.254.0.23/32", "cloud metadata", "Tencent Cloud: instance metadata"),
    ("100.100.100.200/32", "cloud metadata", "Alibaba Cloud: instance metadata"),
    ("168.63.129.16/32", "cloud platform", "Azure: WireServer, DNS and health probes"),
    ("192.0.0.192/32", "cloud metadata", "Oracle Cloud: instance metadata (classic)"),
    ("fd00:ec2::254/128", "cloud metadata", "AWS: instance metadata over IPv6"),
    ("fd00:ec2::23/128", "container credentials", "AWS EKS: pod identity over IPv6"),
    ("fd20:ce::254/128", "cloud metadata", "Google Cloud: metadata over IPv6"),
    ("fd00:c1::a9fe:a9fe/128", "cloud metadata", "Oracle Cloud: metadata over IPv6"),
    ("fe80::a9fe:a9fe/128", "cloud metadata", "OpenStack: metadata over IPv6"),
)
IPV4 = _rows(
    ("0.0.0.0/8", "this host on this network", "RFC 791, RFC 1122; IANA IPv4 special-purpose registry"),
    ("10.0.0.0/8", "private", "RFC 1918; IANA IPv4 special-purpose registry"),
    ("100.64.0.0/10", "shared address space", "RFC 6598; IANA IPv4 special-purpose registry"),
    ("127.0.0.0/8", "loopback", "RFC 1122; IANA IPv4 special-purpose registry"),
    ("169.254.0.0/16", "link-local", "RFC 3927; IANA IPv4 special-purpose registry"),
    ("172.16.0.0/12", "private", "RFC 1918; IANA IPv4 special-purpose registry"),
    ("192.0.0.0/24", "protocol assignments", "RFC 6890; IANA IPv4 special-purpose registry"),
    ("192.0.2.0/24", "documentation", "RFC 5737; IANA IPv4 special-purpose registry"),
    ("192.31.196.0/24", "AS112", "RFC 7535; IANA IPv4 special-purpose registry"),
    ("192.52.193.0/24", "multicast tunnels", "RFC 7450; IANA IPv4 special-purpose registry"),
    ("192.88.99.0/24", "6to4 relay", "RFC 3068, RFC 7526; IANA IPv4 special-purpose registry"),
    ("192.168.0.0/16", "private", "RFC 1918; IANA IPv4 special-purpose registry"),
    ("192.175.48.0/24", "AS112", "RFC 7534; IANA IPv4 special-purpose registry"),
    ("198.18.0.0/15", "benchmarking", "RFC 2544; IANA IPv4 special-purpose registry"),
    ("198.51.100.0/24", "documentation", "RFC 5737; IANA IPv4 special-purpose registry"),
    ("203.0.113.0/24", "documentation", "RFC 5737; IANA IPv4 special-purpose registry"),
    ("224.0.0.0/4", "multicast", "RFC 5771; IANA IPv4 address space"),
    ("255.255.255.255/32", "broadcast", "RFC 919, RFC 8190; IANA IPv4 special-purpose registry"),
    ("240.0.0.0/4", "reserved", "RFC 1112; IANA IPv4 special-purpose registry"),
)
IPV6 = _rows(
    ("::/128", "unspecified", "RFC 4291; IANA IPv6 special-purpose registry"),
    ("::1/128", "loopback", "RFC 4291; IANA IPv6 special-purpose registry"),
    ("::/96", "IPv4-compatible", "RFC 4291 (deprecated)"),
    ("::ffff:0:0:0/96", "IPv4-translated", "RFC 2765, RFC 7915"),
    ("64:ff9b:1::/48", "local IPv4/IPv6 translation", "RFC 8215; IANA IPv6 special-purpose registry"),
    ("100::/64", "discard only", "RFC 6666; IANA IPv6 special-purpose registry"),
    ("100:0:0:1::/64", "dummy prefix", "RFC 9780; IANA IPv6 special-purpose registry"),
    ("2001::/32", "Teredo", "RFC 4380; IANA IPv6 special-purpose registry"),
    ("2001:2::/48", "benchmarking", "RFC 5180; IANA IPv6 special-purpose registry"),
    ("2001:10::/28", "ORCHID", "RFC 4843; IANA IPv6 special-purpose registry"),
    ("2001:20::/28", "ORCHIDv2", "RFC 7343; IANA IPv6 special-purpose registry"),
    ("2001:30::/28", "drone remote ids", "RFC 9374; IANA IPv6 special-purpose registry"),
    ("2001::/23", "protocol assignments", "RFC 2928; IANA IPv6 special-purpose registry"),
    ("2001:db8::/32", "documentation", "RFC 3849; IANA IPv6 special-purpose registry"),
    ("2620:4f:8000::/48", "AS112", "RFC 7534; IANA IPv6 special-purpose registry"),
    ("3ffe::/16", "6bone", "RFC 3701 (returned)"),
    ("3fff::/20", "documentation", "RFC 9637; IANA IPv6 special-purpose registry"),
    ("5f00::/16", "segment routing", "RFC 9602; IANA IPv6 special-purpose registry"),
    ("fc00::/7", "private", "RFC 4193; IANA IPv6 special-purpose registry"),
    ("fe80::/10", "link-local", "RFC 4291; IANA IPv6 special-purpose registry"),
    ("fec0::/10", "site-local", "RFC 3879 (deprecated)"),
    ("ff00::/8", "multicast", "RFC 4291; IANA IPv6 address space"),
    # Global unicast is 2000::/3; the rest of the space has never been given to anybody.
    ("::/3", "unassigned", "IANA IPv6 address space: reserved by IETF"),
    ("4000::/2", "unassigned", "IANA IPv6 address space: reserved by IETF"),
    ("8000::/1", "unassigned", "IANA IPv6 address space: reserved by IETF"),
)
FORBIDDEN = (*METADATA, *IPV4, *IPV6)

# IPv6 that carries an IPv4 address, and the bit at which that begins: the carried address is what is reached.
CARRIERS = (
    (ipaddress.IPv6Network("::ffff:0:0/96"), 96, "IPv4-mapped, RFC 4291"),
    (ipaddress.IPv6Network("64:ff9b::/96"), 96, "NAT64, RFC 6052"),
    (ipaddress.IPv6Network("2002::/16"), 16, "6to4, RFC 3056"),
)
_ISATAP = {0x00005EFE, 0x02005EFE}  # RFC 5214: any prefix, then this, then an IPv4 address

# Names that mean something inside wherever they are asked.
NAMES = (
    ("localhost", "RFC 6761"),
    ("localdomain", "hosts files of many systems"),
    ("local", "RFC 6762: multicast DNS"),
    ("internal", "ICANN resolution 2024.07.29.06: private use; Google Cloud metadata"),
    ("home.arpa", "RFC 8375"),
    ("intranet", "RFC 6762, appendix G"),
    ("corp", "RFC 6762, appendix G; ICANN: never delegated"),
    ("home", "RFC 6762, appendix G; ICANN: never delegated"),
    ("lan", "RFC 6762, appendix G"),
    ("private", "RFC 6762, appendix G"),
    ("mail", "ICANN: never delegated"),
    ("onion", "RFC 7686"),
)


def carried(address: Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address carries in a form that reaches it, or None."""
    if isinstance(address, IPv4Address):
        return None
    for network, start, _ in CARRIERS:
        if address in network:
            return IPv4Address((int(address) >> (96 - start)) & 0xFFFFFFFF)
    if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def why_forbidden(address: Address) -> str:
    """Return what the address is when nothing may connect to it, "" for one of the outside."""
    if isinstance(address, IPv6Address) and address.scope_id:
        return "an address of one link"
    inner = carried(address)
    if inner is not None and (reason := why_forbidden(inner)):
        return reason
    if inner is not None and any(address in network for network, _, _ in CARRIERS):
        return ""
    return next((row.what for row in FORBIDDEN if address in row.network), "")


def why_forbidden_name(name: str) -> str:
    """Return the end by which a lower-case host name leads inside, "" when only its addresses can tell."""
    if "." not in name:
        return name
    return next((f".{end}" for end, _ in NAMES if name == end or name.endswith(f".{end}")), "")
