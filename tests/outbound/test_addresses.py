"""Which addresses are inside: one address for every row of the tables, the neighbours outside, and the carriers."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from outbound import addresses

INSIDE = [
    *[("169.254.169.254", "cloud metadata"), ("169.254.170.2", "container credentials")],
    *[("169.254.170.23", "container credentials"), ("169.254.0.23", "cloud metadata")],
    *[("100.100.100.200", "cloud metadata"), ("168.63.129.16", "cloud platform"), ("192.0.0.192", "cloud metadata")],
    *[("fd00:ec2::254", "cloud metadata"), ("fd00:ec2::23", "container credentials")],
    *[("fd20:ce::254", "cloud metadata"), ("fd00:c1::a9fe:a9fe", "cloud metadata")],
    *[("fe80::a9fe:a9fe", "cloud metadata"), ("0.0.0.0", "this host on this network")],
    *[("0.1.2.3", "this host on this network"), ("10.0.0.1", "private"), ("10.255.255.255", "private")],
    *[("100.64.0.0", "shared address space"), ("100.127.255.255", "shared address space")],
    *[("127.0.0.1", "loopback"), ("127.255.255.254", "loopback"), ("169.254.1.1", "link-local")],
    *[("172.16.0.1", "private"), ("172.31.255.255", "private"), ("192.0.0.9", "protocol assignments")],
    *[("192.0.2.1", "documentation"), ("192.31.196.1", "AS112"), ("192.52.193.1", "multicast tunnels")],
    *[("192.88.99.1", "6to4 relay"), ("192.168.1.1", "private"), ("192.175.48.1", "AS112")],
    *[("198.18.0.1", "benchmarking"), ("198.19.255.255", "benchmarking"), ("198.51.100.1", "documentation")],
    *[("203.0.113.1", "documentation"), ("224.0.0.1", "multicast"), ("239.255.255.255", "multicast")],
    *[("255.255.255.255", "broadcast"), ("240.0.0.1", "reserved"), ("255.255.255.254", "reserved")],
    *[("::", "unspecified"), ("::1", "loopback"), ("::7f00:1", "IPv4-compatible"), ("::8.8.8.8", "IPv4-compatible")],
    *[("::ffff:0:7f00:1", "IPv4-translated"), ("64:ff9b:1::808:808", "local IPv4/IPv6 translation")],
    *[("100::1", "discard only"), ("100:0:0:1::1", "dummy prefix"), ("2001::1", "Teredo")],
    *[("2001:2::1", "benchmarking"), ("2001:10::1", "ORCHID"), ("2001:20::1", "ORCHIDv2")],
    *[("2001:30::1", "drone remote ids"), ("2001:1::1", "protocol assignments"), ("2001:db8::1", "documentation")],
    *[("2620:4f:8000::1", "AS112"), ("3ffe::1", "6bone"), ("3fff::1", "documentation")],
    *[("5f00::1", "segment routing"), ("fc00::1", "private"), ("fdff::1", "private"), ("fe80::1", "link-local")],
    *[("febf::1", "link-local"), ("fec0::1", "site-local"), ("ff02::1", "multicast"), ("ff0e::1", "multicast")],
    *[("1fff::1", "unassigned"), ("200::1", "unassigned"), ("4000::1", "unassigned"), ("7fff::1", "unassigned")],
    *[("8000::1", "unassigned"), ("fe00::1", "unassigned"), ("64:ff9a::1", "unassigned")],
]
CARRIED = [
    *[("::ffff:127.0.0.1", "loopback"), ("::ffff:169.254.169.254", "cloud metadata"), ("::ffff:10.0.0.1", "private")],
    *[
        ("64:ff9b::127.0.0.1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "cloud metadata"),
        ("64:ff9b::100.64.0.1", "shared address space"),
    ],
    *[("2002:7f00:1::", "loopback"), ("2002:a9fe:a9fe::1", "cloud metadata"), ("2002:c0a8:101::c0a8:101", "private")],
    *[("2606:4700::5efe:7f00:1", "loopback"), ("2606:4700::200:5efe:10.0.0.1", "private")],
]
OUTSIDE = [
    *["8.8.8.8", "1.1.1.1", "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"],
    *["128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0"],
    *["192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0"],
    *["203.0.112.255", "203.0.114.0", "223.255.255.255", "168.63.129.15", "168.63.129.17", "151.101.3.42"],
    *[
        "2606:4700::1111",
        "2400:3200::1",
        "2a04:4e42::",
        "2001:200::1",
        "2000::1",
        "2001:db7:ffff::",
        "2001:db9::",
        "3ffd::1",
    ],
    *["::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2606:4700::5efe:808:808"],
]


@pytest.mark.parametrize(("text", "what"), [*INSIDE, *CARRIED])
def test_an_inside_address_is_forbidden_and_named(text, what):
    assert addresses.why_forbidden(ipaddress.ip_address(text)) == what


@pytest.mark.parametrize("text", OUTSIDE)
def test_an_outside_address_is_free(text):
    assert addresses.why_forbidden(ipaddress.ip_address(text)) == ""


def test_every_row_is_needed_by_an_example_and_has_its_source():
    examples = [ipaddress.ip_address(text) for text, _ in INSIDE]
    first = [next(row for row in addresses.FORBIDDEN if one in row.network) for one in examples]
    assert [str(row.network) for row in addresses.FORBIDDEN if row not in first] == []
    assert all(row.what and len(row.source) > 7 for row in addresses.FORBIDDEN)
    assert len({row.network for row in addresses.FORBIDDEN}) == len(addresses.FORBIDDEN)


@pytest.mark.parametrize("row", addresses.FORBIDDEN, ids=lambda row: str(row.network))
def test_both_ends_of_every_row_are_forbidden(row):
    assert addresses.why_forbidden(row.network[0])
    assert addresses.why_forbidden(row.network[-1])


def test_an_address_of_one_link_is_forbidden():
    assert addresses.why_forbidden(ipaddress.ip_address("2606:4700::1111%eth0")) == "an address of one link"


V4 = st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address)
V6 = st.integers(0, 2**128 - 1).map(ipaddress.IPv6Address)


@given(st.one_of(V4, V6, *[st.sampled_from([row.network[0], row.network[-1]]) for row in addresses.FORBIDDEN]))
@example(ipaddress.ip_address("192.88.99.1"))
def test_nothing_the_standard_library_knows_as_inside_is_free(address):
    """The tables are ours, and no shorter than Python's."""
    assert address.is_global or addresses.carried(address) or addresses.why_forbidden(address)


@given(V4)
def test_a_carried_address_is_judged_as_itself(address):
    expected = bool(addresses.why_forbidden(address))
    carriers = [
        ipaddress.IPv6Address(int(ipaddress.IPv6Address("::ffff:0:0")) | int(address)),
        ipaddress.IPv6Address(int(ipaddress.IPv6Address("64:ff9b::")) | int(address)),
        ipaddress.IPv6Address(int(ipaddress.IPv6Address("2002::")) | int(address) << 80),
        ipaddress.IPv6Address(int(ipaddress.IPv6Address("2606:4700::5efe:0:0")) | int(address)),
    ]
    assert [bool(addresses.why_forbidden(one)) for one in carriers] == [expected] * 4


@pytest.mark.parametrize("end", [end for end, _ in addresses.NAMES])
def test_names_of_the_inside_are_forbidden(end):
    assert addresses.why_forbidden_name(end)
    assert addresses.why_forbidden_name(f"a.b.{end}")
    assert addresses.why_forbidden_name(f"a.not{end}.example") == ""


@pytest.mark.parametrize(
    ("name", "free"), [("redis", False), ("metadata", False), ("arxiv.org", True), ("localhost.example.org", True)]
)
def test_a_name_without_a_dot_belongs_to_the_inside(name, free):
    assert (addresses.why_forbidden_name(name) == "") is free
