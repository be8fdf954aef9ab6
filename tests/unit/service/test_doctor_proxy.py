"""What the doctor says of a proxy before the server."""

import pytest

from ccfloor.service.doctor_access import proxy
from ccfloor.service.settings import load

HTTPS = {"web__public_url": "https://floor.example.com"}
WIDE = {"web__host": "0.0.0.0"}


@pytest.mark.parametrize(
    ("given", "trusted", "told"),
    [
        ({}, None, ""),
        (HTTPS, None, ""),
        (HTTPS, "*", ""),
        (WIDE, None, ""),
        (WIDE | HTTPS, None, "if the proxy stands on another machine"),
        (WIDE | HTTPS, " , ", "if the proxy stands on another machine"),
        (WIDE | HTTPS, "10.0.0.5", ""),
        (WIDE, "10.0.0.5, *", "lets anybody say"),
    ],
)
def test_a_proxy_elsewhere_is_named_and_not_everybody(
    given: dict[str, str], trusted: str | None, told: str
) -> None:
    environ = {} if trusted is None else {"FORWARDED_ALLOW_IPS": trusted}
    found = list(proxy(load(environ={}, **given), environ))
    assert [one.state for one in found] == ["warn"] * bool(told)
    assert all(told in one.en and "FORWARDED_ALLOW_IPS" in one.zh for one in found)
