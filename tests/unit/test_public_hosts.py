"""Telling what is on the internet from what lies inside."""

import socket

import pytest
from ferry.errors import ConfigurationError, TransientError
from ferry.public_hosts import is_public, public_addresses, system_addresses


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1::", "64:ff9b::808:808"])
def test_addresses_of_the_internet_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize("addresses", [[], ["169.254.169.254"], ["8.8.8.8", "::1"]])
def test_a_host_is_on_the_internet_with_all_of_its_addresses_or_not_at_all(addresses):
    with pytest.raises(ConfigurationError, match=r"oss\.example\.com is not on the internet"):
        public_addresses("oss.example.com", 443, lambda host, port: addresses)


def test_a_host_that_is_not_there_may_be_another_time(monkeypatch):
    def refuse(*_, **__):
        raise socket.gaierror("Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    with pytest.raises(TransientError, match="was not found"):
        system_addresses("nowhere.example.com", 443)
