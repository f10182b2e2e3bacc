"""The brake on guessing passwords: how long a name or an address waits after each failure.

Every attempt is counted when it begins, and taken back when it succeeds, so that attempts sent
side by side are braked like attempts sent in turn. An attempt that is told to wait is not counted:
somebody who keeps knocking cannot keep the owner out for ever.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """Failures that cost nothing; then a wait that doubles with each one, up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta
    forgotten_after: timedelta


ACCOUNT: Final = Rule(
    free=3,
    first=timedelta(seconds=1),
    longest=timedelta(minutes=15),
    forgotten_after=timedelta(hours=24),
)
"""For one account name, known or not: 3 free, then 1, 2, 4 … 512 s, then 15 min."""

ADDRESS: Final = Rule(
    free=20,
    first=timedelta(seconds=1),
    longest=timedelta(minutes=15),
    forgotten_after=timedelta(hours=24),
)
"""For one address: an office of twenty people shares one, and each may mistype once."""

_MOST_DOUBLINGS: Final = 30


def wait_after(failures: int, rule: Rule) -> timedelta:
    """How long to wait after so many failures in a row."""
    beyond = failures - rule.free
    if beyond <= 0:
        return timedelta(0)
    doublings: int = min(beyond - 1, _MOST_DOUBLINGS)
    return min(rule.first * (1 << doublings), rule.longest)


def forgotten(failed_at: datetime, rule: Rule, *, now: datetime) -> bool:
    """Whether the last failure lies so far back that counting starts again."""
    return now - failed_at >= rule.forgotten_after


def network_of(address: str) -> str:
    """What is braked as one address: an IPv4 address, or the /64 that one IPv6 customer holds."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ip_network((found, 64), strict=False))
    return str(found)
