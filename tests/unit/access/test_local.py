"""Who asks from this machine itself, and who only seems to."""

import pytest

from ccfloor.access.local import asked_here, loopback


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.1", "localhost", "LOCALHOST.", "::1", "[::1]", "::ffff:127.0.0.1"]
)
def test_this_machine(host):
    assert loopback(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "0.0.0.0",
        "::",
        "10.0.0.1",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "::ffff:10.0.0.1",
        "1",
        "0x7f000001",
    ],
)
def test_not_this_machine(host):
    assert not loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost:8501", "localhost", "[::1]:8501", "[::1]", ""])
def test_a_request_over_loopback(host):
    assert asked_here("127.0.0.1", "127.0.0.1", host, forwarded=False)


@pytest.mark.parametrize(
    ("client", "server", "host", "forwarded"),
    [
        ("10.0.0.7", "127.0.0.1", "localhost", False),
        ("127.0.0.1", "10.0.0.1", "localhost", False),
        ("127.0.0.1", "127.0.0.1", "floor.example", False),
        ("127.0.0.1", "127.0.0.1", "localhost.evil.example:8501", False),
        ("127.0.0.1", "127.0.0.1", "localhost", True),
    ],
)
def test_a_request_that_came_from_elsewhere(client, server, host, forwarded):
    assert not asked_here(client, server, host, forwarded)
