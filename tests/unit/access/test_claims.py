"""Rules from claims to roles."""

import pytest

from ccfloor.access.claims import Grant, granted, read_rule, values_of
from ccfloor.access.rights import Role


def test_a_rule_gives_a_role_and_its_scope() -> None:
    rule = read_rule(" groups = Floor Leads  -> lead queues=hotline|vip teams=A")
    assert (rule.claim, rule.value) == ("groups", "Floor Leads")
    assert rule.grant == Grant(Role.LEAD, frozenset({"hotline", "vip"}), frozenset({"A"}))
    assert read_rule("groups=x -> admin").grant == Grant(Role.ADMIN)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "groups=x",
        "groups -> lead",
        "=x -> lead",
        "groups= -> lead",
        "groups=x -> ",
        "groups=x -> boss",
        "groups=x -> display",
        "groups=x -> system",
        "groups=x -> lead queues=",
        "groups=x -> lead queue=hotline",
        "groups=x -> lead hotline",
    ],
)
def test_what_is_no_rule_is_said(line: str) -> None:
    with pytest.raises(ValueError, match=r"is not of the form|names no role|is neither"):
        read_rule(line)


def test_the_first_rule_that_fits_counts() -> None:
    rules = [read_rule(line) for line in ("groups=bosses -> manager", "groups=leads -> lead")]
    assert granted(rules, {"groups": ["leads", "bosses"]}) == Grant(Role.MANAGER)
    assert granted(rules, {"groups": "leads"}) == Grant(Role.LEAD)
    assert granted(rules, {"groups": ["Leads"]}) is None, "as it is written, exactly"
    assert granted(rules, {"groups": ["leads of others"]}) is None
    assert granted(rules, {}) is None


@pytest.mark.parametrize(
    ("claims", "name", "values"),
    [
        ({"realm_access": {"roles": ["a", "b"]}}, "realm_access.roles", ["a", "b"]),
        ({"https://x.example/roles": "a"}, "https://x.example/roles", ["a"]),
        ({"level": 3, "on": True}, "level", ["3"]),
        ({"level": 3, "on": True}, "on", []),
        ({"roles": None}, "roles", []),
        ({"roles": "a"}, "roles.deep", []),
        ({"roles": [{"name": "a"}, "b"]}, "roles", ["b"]),
    ],
)
def test_where_a_claim_is_looked_for(claims: dict[str, object], name: str, values: list[str]) -> None:
    assert values_of(claims, name) == values
