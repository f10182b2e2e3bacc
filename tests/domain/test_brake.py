"""Guessing slows down; the owner is never locked out for good."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldapp.domain.brake import ACCOUNT, ADDRESS, forgotten, network_of, wait_after

NOW = datetime(2026, 11, 22, 2, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (3, 0), (4, 1), (5, 2), (6, 4), (7, 8), (13, 512), (14, 900), (50, 900), (10**6, 900)],
)
def test_the_wait_of_an_account_doubles_up_to_a_quarter_of_an_hour(failures, seconds):
    assert wait_after(failures, ACCOUNT) == timedelta(seconds=seconds)


def test_an_office_that_shares_an_address_may_mistype_twenty_times():
    assert wait_after(20, ADDRESS) == timedelta(0)
    assert wait_after(21, ADDRESS) == timedelta(seconds=1)


def test_after_a_day_failures_are_forgotten():
    assert not forgotten(NOW - timedelta(hours=23, minutes=59), ACCOUNT, now=NOW)
    assert forgotten(NOW - timedelta(hours=24), ACCOUNT, now=NOW)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.1.1", "10.1.1.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::7", "2001:db8:1:2::/64"),
        ("::ffff:10.1.1.1", "10.1.1.1"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_one_customer_is_one_address(address, network):
    assert network_of(address) == network
