"""Single sign-on against a provider on a socket: the round trip, and everything that must not get in."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import Engine, text
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig, QueueInfo, SeatInfo
from ccfloor.service import runtime
from ccfloor.service.access import identity
from ccfloor.service.access.accounts import Actor, Draft, add_account, set_disabled
from ccfloor.service.access.guard import Guard
from ccfloor.service.access.oidc_accounts import Desk, admit
from ccfloor.service.access.oidc_words import OidcError, Person
from ccfloor.service.doctor_access import single_sign_on
from ccfloor.service.settings import OidcSettings, load
from ccfloor.store.accounts import Account, account_of_subject, all_accounts
from ccfloor.store.engine import open_engine
from ccfloor.ui.access_routes import access_routes
from tests.fakes.current import upgrade
from tests.fakes.fake_provider import CLIENT, SECRET, FakeProvider

NOON = 1_795_000_000.0
BOSS = Actor("boss", Role.ADMIN)
PASSWORD = "a long enough secret"
LOCAL = "http://127.0.0.1:8501"
RULES = ("groups=bosses -> manager", "groups=leads -> lead queues=hotline|vip teams=A")


class Clock:
    now = NOON

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProvider]:
    provider = FakeProvider(CLOCK)
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running: FakeProvider) -> FakeProvider:
    """As if it were new: honest, with one person."""
    CLOCK.now = NOON
    running.person = {"sub": "u-1", "preferred_username": "li.ming", "name": "李明", "groups": ["leads"]}
    running.lies, running.more, running.sign = {}, {}, running.signed
    running.endpoints, running.header = ("end_session_endpoint",), {}
    running.called.clear()
    return running


@pytest.fixture(autouse=True)
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_asks", [])


async def answer(_request: Request) -> JSONResponse:
    found = identity.stated()
    return JSONResponse({"who": found.name if found else None, "role": str(found.role) if found else None})


class Floor:
    """The way in and one route behind the guard, over a database of its own."""

    def __init__(self, folder: Path, issuer: str, base: str = "", **given: Any) -> None:
        given = {"access__login": "always", "oidc__roles": RULES} | given
        self.service = runtime.Service(
            load(
                environ={"CCFLOOR_OIDC_CLIENT_SECRET": SECRET},
                db=f"sqlite:///{folder / 'floor.db'}",
                source="none",
                oidc__issuer=issuer,
                oidc__client_id=CLIENT,
                **given,
            )
        )
        self.engine = self.service.engine
        upgrade(self.engine)
        self.service.clock = self.service.doors._clock = CLOCK
        runtime.use(self.service)
        routes = [*access_routes(base or "/"), Route("/{path:path}", answer)]
        guard = Middleware(Guard, doors=lambda: self.service.doors, origins=lambda: (), base=base or "/")
        self.app = Starlette(routes=routes, middleware=[guard])

    def browser(self) -> TestClient:
        return TestClient(self.app, LOCAL, client=("127.0.0.1", 40000), follow_redirects=False)

    def close(self) -> None:
        runtime.use(None)
        self.engine.dispose()

    def accounts(self) -> list[Account]:
        with self.engine.connect() as connection:
            return all_accounts(connection, "main")


@pytest.fixture
def floor(tmp_path: Path, provider: FakeProvider) -> Iterator[Floor]:
    made = Floor(tmp_path, provider.issuer)
    yield made
    made.close()


def at_provider(browser: TestClient, start: str = "/auth/oidc/start?lang=en") -> str:
    """Begin, sign in at the provider; the address that it sends the browser back to, path and query."""
    led = browser.get(start)
    assert led.status_code == 303, led.text
    signed = httpx.post(led.headers["location"])
    return signed.headers["location"].removeprefix(LOCAL)


def round_trip(browser: TestClient, start: str = "/auth/oidc/start?lang=en") -> str:
    """Where the browser is led to in the end."""
    led = browser.get(at_provider(browser, start))
    assert led.status_code == 303
    return led.headers["location"]


def who(browser: TestClient) -> Any:
    found = browser.get("/api/v1/floor")
    return found.json() if found.status_code == 200 else None


# -- in ----------------------------------------------------------------------------------------------


def test_a_round_trip_makes_an_account_and_opens_a_session(floor: Floor, provider: FakeProvider) -> None:
    browser = floor.browser()
    going = "/auth/oidc/start?lang=en&theme=light&next=%2Fkpi%3Fmonth%3D2026-11"
    assert round_trip(browser, going) == "/kpi?month=2026-11"
    assert who(browser) == {"who": "li.ming", "role": "lead"}
    (account,) = floor.accounts()
    assert account.subject == f"{provider.issuer}|u-1" and account.shown == "李明"
    assert account.queues == {"hotline", "vip"} and account.teams == {"A"}
    assert not account.local and not account.must_change and account.seen_at == NOON


def test_the_provider_is_asked_as_it_should_be(floor: Floor, provider: FakeProvider) -> None:
    led = floor.browser().get("/auth/oidc/start")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(led.headers["location"]).query).items()}
    assert led.headers["location"].startswith(f"{provider.issuer}/authorize?")
    assert asked["redirect_uri"] == f"{LOCAL}/auth/oidc/back"
    assert (asked["response_type"], asked["client_id"], asked["scope"]) == ("code", CLIENT, "openid profile")
    assert asked["code_challenge_method"] == "S256" and len(asked["state"]) > 30 and len(asked["nonce"]) > 30
    cookie = led.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and "path=/auth/oidc" in cookie
    assert SECRET not in led.headers["location"] + cookie


def test_without_a_way_before_it_leads_to_the_wall_as_it_looked(floor: Floor) -> None:
    assert round_trip(floor.browser(), "/auth/oidc/start?lang=en&theme=light") == (
        "../../wall?lang=en&theme=light"
    )


@pytest.mark.parametrize("going", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_it_never_leads_elsewhere(floor: Floor, going: str) -> None:
    assert round_trip(floor.browser(), f"/auth/oidc/start?next={going}") == "../../wall"


def test_the_public_address_is_where_it_comes_back_to(tmp_path: Path, provider: FakeProvider) -> None:
    floor = Floor(tmp_path, provider.issuer, web__public_url="https://floor.example.com/")
    led = floor.browser().get("/auth/oidc/start")
    floor.close()
    asked = parse_qs(urlsplit(led.headers["location"]).query)
    assert asked["redirect_uri"] == ["https://floor.example.com/auth/oidc/back"]


def test_under_a_base_it_goes_there_and_back(tmp_path: Path, provider: FakeProvider) -> None:
    floor = Floor(tmp_path, provider.issuer, base="/cc")
    browser = floor.browser()
    assert round_trip(browser, "/cc/auth/oidc/start") == "../../wall"
    assert browser.get("/cc/api/v1/floor").json()["who"] == "li.ming"
    floor.close()


def test_a_session_that_was_there_before_is_not_gone_on_with(floor: Floor) -> None:
    browser = floor.browser()
    round_trip(browser)
    before = browser.cookies["ccfloor"]
    round_trip(browser)
    assert browser.cookies["ccfloor"] != before
    assert floor.service.doors.who(before) is None


def test_the_description_and_the_keys_are_asked_for_once(floor: Floor, provider: FakeProvider) -> None:
    for _ in range(3):
        round_trip(floor.browser())
    assert provider.called.count("discovery") == provider.called.count("keys") == 1
    CLOCK.now += 3601
    round_trip(floor.browser())
    assert provider.called.count("discovery") == 2


def test_a_new_key_is_looked_for(floor: Floor, provider: FakeProvider) -> None:
    round_trip(floor.browser())
    provider.rotate()
    browser = floor.browser()
    round_trip(browser)
    assert who(browser) and provider.called.count("keys") == 2


def test_what_the_token_does_not_say_the_provider_is_asked(floor: Floor, provider: FakeProvider) -> None:
    del provider.person["groups"]
    provider.more = {"groups": ["bosses"]}
    browser = floor.browser()
    round_trip(browser)
    assert who(browser)["role"] == "manager"


def test_what_it_tells_of_somebody_else_counts_for_nothing(floor: Floor, provider: FakeProvider) -> None:
    del provider.person["groups"]
    provider.more = {"sub": "u-2", "groups": ["bosses"]}
    assert fault(round_trip(floor.browser())) == "invalid"


# -- not in ------------------------------------------------------------------------------------------


def local_account(floor: Floor) -> None:
    add_account(floor.engine, "main", Draft("boss", "", Role.ADMIN), BOSS, "first", NOON, PASSWORD)


def fault(led: str) -> str:
    return parse_qs(urlsplit(led).query).get("sso", [""])[0]


def test_another_state_is_none_of_ours(floor: Floor) -> None:
    browser = floor.browser()
    back = at_provider(browser)
    wrong = back.partition("&state=")[0] + "&state=guessed"
    assert fault(browser.get(wrong).headers["location"]) == "expired"
    assert who(browser) is None


def test_another_browser_cannot_use_the_answer(floor: Floor) -> None:
    """Nor is anybody signed in as somebody else by being sent there."""
    back = at_provider(floor.browser())
    other = floor.browser()
    assert fault(other.get(back).headers["location"]) == "expired"
    other.get("/auth/oidc/start")
    assert fault(other.get(back).headers["location"]) == "expired"
    assert who(other) is None


def test_a_code_is_good_for_one_time(floor: Floor) -> None:
    browser = floor.browser()
    back = at_provider(browser)
    kept = browser.cookies["ccfloor_oidc"]
    assert fault(browser.get(back).headers["location"]) == ""
    assert fault(browser.get(back).headers["location"]) == "expired"
    thief = floor.browser()
    thief.cookies.set("ccfloor_oidc", kept)
    assert fault(thief.get(back).headers["location"]) == "invalid", "the provider knows it was used"
    assert who(thief) is None


def test_an_answer_that_comes_too_late_is_none(floor: Floor) -> None:
    browser = floor.browser()
    back = at_provider(browser)
    CLOCK.now += 601
    assert fault(browser.get(back).headers["location"]) == "expired"


def test_a_cookie_of_another_key_is_none_of_ours(floor: Floor) -> None:
    browser = floor.browser()
    back = at_provider(browser)
    cookie = browser.cookies["ccfloor_oidc"]
    browser.cookies.clear()
    browser.cookies.set("ccfloor_oidc", cookie[:-2] + ("aa" if cookie[-2:] != "aa" else "bb"))
    assert fault(browser.get(back).headers["location"]) == "expired"


@pytest.mark.parametrize(
    "lies",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-program"},
        {"aud": ["another-program"]},
        {"aud": [CLIENT, "another-program"]},  # for whom of them, it does not say
        {"aud": [CLIENT, "another-program"], "azp": "another-program"},
        {"aud": []},
        {"iss": "https://another.example"},
        {"exp": int(NOON) - 61},
        {"exp": None},
        {"iat": int(NOON) + 120},
        {"nbf": int(NOON) + 120},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 501},
        {"at_hash": "of-another-token"},
    ],
    ids=str,
)
def test_a_token_that_is_not_ours_now_lets_nobody_in(
    floor: Floor, provider: FakeProvider, lies: dict[str, Any]
) -> None:
    provider.lies = lies
    browser = floor.browser()
    assert fault(round_trip(browser)) == "invalid"
    assert who(browser) is None and floor.accounts() == []


@pytest.mark.parametrize(
    "lies", [{"exp": int(NOON) - 50}, {"iat": int(NOON) + 50}, {"aud": [CLIENT]}], ids=str
)
def test_clocks_may_differ_a_little(floor: Floor, provider: FakeProvider, lies: dict[str, Any]) -> None:
    provider.lies = lies
    browser = floor.browser()
    round_trip(browser)
    assert who(browser)


def test_a_header_of_the_providers_own_is_no_harm(floor: Floor, provider: FakeProvider) -> None:
    provider.header = {"pi.atm": "1"}
    browser = floor.browser()
    round_trip(browser)
    assert who(browser)


def test_a_way_too_long_to_be_kept_is_forgotten(floor: Floor) -> None:
    browser = floor.browser()
    assert round_trip(browser, f"/auth/oidc/start?lang=en&next=%2Fkpi%3F{'x' * 6000}") == "../../wall?lang=en"
    assert who(browser)


@pytest.mark.parametrize("way", ["unsigned", "signed_by_its_public_key", "signed_by_another"])
def test_a_token_without_the_providers_signature_lets_nobody_in(
    floor: Floor, provider: FakeProvider, way: str
) -> None:
    provider.sign = getattr(provider, way)
    browser = floor.browser()
    assert fault(round_trip(browser)) == "invalid"
    assert who(browser) is None


def test_no_token_at_all_lets_nobody_in(floor: Floor, provider: FakeProvider) -> None:
    provider.sign = lambda claims: ""
    assert fault(round_trip(floor.browser())) == "invalid"


def test_an_answer_of_another_provider_is_none(floor: Floor) -> None:
    browser = floor.browser()
    back = at_provider(browser) + "&iss=https%3A%2F%2Fanother.example"
    assert fault(browser.get(back).headers["location"]) == "invalid"


def test_who_turns_back_at_the_provider_is_told(floor: Floor) -> None:
    browser = floor.browser()
    state = parse_qs(urlsplit(at_provider(browser)).query)["state"][0]
    led = browser.get(f"/auth/oidc/back?error=access_denied&state={state}").headers["location"]
    assert fault(led) == "refused"
    page = browser.get(f"/login?lang=en&sso={fault(led)}").text
    assert "did not complete the sign-in" in page


def test_a_provider_that_is_away_is_said_and_local_accounts_work(
    tmp_path: Path, provider: FakeProvider
) -> None:
    gone = FakeProvider(CLOCK)
    floor = Floor(tmp_path, gone.issuer)
    browser = floor.browser()
    led = browser.get("/auth/oidc/start?lang=en&next=%2Fkpi").headers["location"]
    assert led == "../../login?lang=en&next=%2Fkpi&sso=down"
    page = browser.get("/login?lang=en&sso=down").text
    assert "cannot be reached now. Local accounts still work" in page and 'name="password"' in page
    add_account(
        floor.engine, "main", Draft("boss", "", Role.ADMIN), BOSS, "first", NOON, "a long enough secret"
    )
    entered = browser.post("/login", data={"name": "boss", "password": PASSWORD})
    assert entered.status_code == 303 and "ccfloor" in browser.cookies
    gone.start()
    assert fault(browser.get("/auth/oidc/start").headers["location"]) == "down", "left alone for a while"
    CLOCK.now += 6
    assert browser.get("/auth/oidc/start").headers["location"].startswith(gone.issuer)
    gone.stop()
    floor.close()


def test_a_provider_that_goes_while_somebody_is_there_is_said(tmp_path: Path, provider: FakeProvider) -> None:
    short = FakeProvider(CLOCK)
    short.start()
    floor = Floor(tmp_path, short.issuer)
    browser = floor.browser()
    back = at_provider(browser)
    short.stop()
    assert fault(browser.get(back).headers["location"]) == "down"
    floor.close()


def test_a_provider_of_another_name_is_not_believed(tmp_path: Path, provider: FakeProvider) -> None:
    floor = Floor(tmp_path, provider.issuer.replace("127.0.0.1", "localhost"))
    assert fault(floor.browser().get("/auth/oidc/start").headers["location"]) == "odd"
    floor.close()


def test_words_of_the_address_are_never_shown(floor: Floor) -> None:
    page = floor.browser().get("/login?sso=%3Cimg%20src%3Dx%3E").text
    assert "<img" not in page and "access.sso" not in page


def test_without_a_provider_there_is_no_button_and_no_way(tmp_path: Path, provider: FakeProvider) -> None:
    floor = Floor(tmp_path, "")
    assert "auth/oidc" not in floor.browser().get("/login").text
    assert fault(floor.browser().get("/auth/oidc/start").headers["location"]) == "odd"
    floor.close()


def test_the_button_stands_beside_the_form_in_its_own_words(tmp_path: Path, provider: FakeProvider) -> None:
    floor = Floor(tmp_path, provider.issuer, oidc__button_zh="用公司账号<登录>")
    page = floor.browser().get("/login?lang=zh&next=%2Fkpi").text
    assert "用公司账号&lt;登录&gt;</a>" in page and "auth/oidc/start?lang=zh" in page
    assert 'name="password"' in page
    floor.close()


def test_the_doctor_says_how_the_provider_does(provider: FakeProvider) -> None:
    def said(**given: Any) -> list[tuple[str, str]]:
        read = load(environ={}, **{f"oidc__{name}": value for name, value in given.items()})
        found = single_sign_on(read, site)
        return [(one.state, one.en) for one in found]

    site = FloorConfig(
        queues={name: QueueInfo(name) for name in ("hotline", "vip")}, seats={"1": SeatInfo("1", team="A")}
    )
    known = {"issuer": provider.issuer, "client_id": CLIENT}
    assert said() == []
    assert said(issuer=provider.issuer)[0][0] == "fail"
    assert said(**known, roles=RULES) == [("ok", f"{provider.issuer} answers")]
    assert [state for state, _ in said(**known)] == ["ok", "warn"]
    strange = ["groups=a -> lead queues=hotline|nosuch teams=Zed"]
    assert [words for state, words in said(**known, roles=strange) if state == "warn"] == [
        f"oidc.roles: groups=a has {part}, which the site has not; it shows nothing"
        for part in ("queues=nosuch", "teams=Zed")
    ]
    gone = FakeProvider(CLOCK).issuer
    assert said(issuer=gone, client_id=CLIENT) == [("fail", f"the provider does not answer: {gone}")]


# -- out ---------------------------------------------------------------------------------------------


def test_signing_out_ends_our_session_and_offers_the_providers_end(
    floor: Floor, provider: FakeProvider
) -> None:
    browser = floor.browser()
    round_trip(browser)
    mine = floor.service.doors.who(browser.cookies["ccfloor"])
    assert mine
    led = browser.post("/auth/logout?lang=en", data={"csrf": mine.csrf})
    assert led.status_code == 303 and who(browser) is None
    page = browser.get(f"/auth/{led.headers['location']}".replace("/auth/../", "/")).text
    assert "Sign out at the identity provider too" in page and "auth/oidc/out" in page
    out = browser.get("/auth/oidc/out?lang=en").headers["location"]
    asked = parse_qs(urlsplit(out).query)
    assert out.startswith(f"{provider.issuer}/end?") and asked["client_id"] == [CLIENT]
    assert asked["post_logout_redirect_uri"] == [f"{LOCAL}/login"]


def test_where_the_provider_has_no_end_none_is_offered(floor: Floor, provider: FakeProvider) -> None:
    provider.endpoints = ()
    browser = floor.browser()
    round_trip(browser)
    mine = floor.service.doors.who(browser.cookies["ccfloor"])
    assert mine
    led = browser.post("/auth/logout?lang=en", data={"csrf": mine.csrf})
    page = browser.get(f"/auth/{led.headers['location']}".replace("/auth/../", "/")).text
    assert "signed out here" in page and "auth/oidc/out" not in page
    assert browser.get("/auth/oidc/out").headers["location"] == "../../login"


def test_a_local_account_is_offered_none(floor: Floor) -> None:
    browser = floor.browser()
    add_account(
        floor.engine, "main", Draft("boss", "", Role.ADMIN), BOSS, "first", NOON, "a long enough secret"
    )
    browser.post("/login", data={"name": "boss", "password": PASSWORD})
    mine = floor.service.doors.who(browser.cookies["ccfloor"])
    assert mine
    led = browser.post("/auth/logout?lang=en", data={"csrf": mine.csrf}).headers["location"]
    assert "auth/oidc/out" not in browser.get(f"/auth/{led}".replace("/auth/../", "/")).text


# -- who one is here, on both databases --------------------------------------------------------------


def desk(engine: Engine, now: float = NOON, **given: Any) -> Desk:
    settings = {"issuer": "https://id.example", "client_id": CLIENT, "roles": RULES} | given
    return Desk(engine, "main", OidcSettings(**settings), "10.0.0.7", now)


def person(subject: str = "u-1", **claims: Any) -> Person:
    told = {"preferred_username": "li.ming", "groups": ["leads"]} | claims
    return Person(f"https://id.example|{subject}", told)


def refused(desk: Desk, person: Person) -> str:
    with pytest.raises(OidcError) as error:
        admit(desk, person)
    return error.value.code


def test_nobody_is_matched_by_a_name_or_an_address(database: Engine) -> None:
    draft = Draft("li.ming", "", Role.ADMIN)
    add_account(database, "main", draft, BOSS, "first", NOON, PASSWORD)
    found = admit(desk(database), person(email="boss@floor.example"))
    assert (found.name, found.role, found.local) == ("li.ming-2", Role.LEAD, False)
    again = admit(desk(database), person(preferred_username="another"))
    assert again.id == found.id and again.name == "li.ming-2", "the subject is the one that counts"
    other = admit(desk(database), person("u-2"))
    assert other.id != found.id and other.name == "li.ming-3"


def test_signing_in_twice_at_once_makes_one_account(database: Engine) -> None:
    with ThreadPoolExecutor(4) as several:
        found = list(several.map(lambda _: admit(desk(database), person()).id, range(4)))
    assert len(set(found)) == 1
    with database.connect() as connection:
        assert len(all_accounts(connection, "main")) == 1


def test_the_same_subject_of_another_issuer_is_another(database: Engine) -> None:
    one = admit(desk(database), person())
    other = admit(desk(database), person()._replace(subject="https://other.example|u-1"))
    assert one.id != other.id


def test_who_fits_no_rule_is_refused_or_is_the_least(database: Engine) -> None:
    nobody = person(groups=["cooks"])
    assert refused(desk(database), nobody) == "unknown"
    with database.connect() as connection:
        assert all_accounts(connection, "main") == []
    assert admit(desk(database, unknown="qa"), nobody).role == Role.QA


def test_another_role_at_the_provider_is_another_role_here(database: Engine) -> None:
    before = admit(desk(database), person())
    after = admit(desk(database, NOON + 60), person(groups=["leads", "bosses"]))
    assert (after.id, after.role, after.queues) == (before.id, Role.MANAGER, None)
    assert after.version > before.version, "sessions of the old role are over"
    same = admit(desk(database, NOON + 120), person(groups=["bosses"]))
    assert same.version == after.version


def test_who_is_no_longer_in_any_group_no_longer_gets_in(database: Engine) -> None:
    admit(desk(database), person())
    assert refused(desk(database), person(groups=[])) == "unknown"


def test_a_disabled_account_stays_disabled_whatever_the_provider_says(database: Engine) -> None:
    account = admit(desk(database), person())
    set_disabled(database, "main", account.name, True, BOSS, "left", NOON)
    assert refused(desk(database), person(groups=["bosses"])) == "disabled"


def test_without_rules_roles_are_given_here(database: Engine) -> None:
    assert refused(desk(database, roles=()), person()) == "unknown"
    draft = Draft("li.ming", "", Role.QA, subject="https://id.example|u-1")
    add_account(database, "main", draft, BOSS, "by hand", NOON)
    assert admit(desk(database, roles=()), person()).role == Role.QA


def test_who_is_refused_is_on_the_log_with_the_subject_once_a_minute(database: Engine) -> None:
    for second in (0, 10, 70):
        assert refused(desk(database, NOON + second), person(groups=[])) == "unknown"
    with database.connect() as connection:
        found = connection.execute(text("select act, about, source, after from audit order by number")).all()
    told = ("session.refused", "sso/https://id.example|u-1", "10.0.0.7", '{"refused":"unknown"}')
    assert [tuple(row) for row in found] == [told, told]


def test_a_lead_who_takes_calls_is_named_by_the_provider_or_stays_as_entered_here(database: Engine) -> None:
    rules = {"roles": ("groups=leads -> lead",), "agent_claim": "cc_agent"}
    found = admit(desk(database, **rules), person(groups=["leads"], cc_agent="王芳"))
    assert (found.role, found.agent) == (Role.LEAD, "王芳")
    assert admit(desk(database, **rules), person(groups=["leads"])).agent == "王芳"
    assert admit(desk(database, **rules), person(groups=["leads"], cc_agent="李强")).agent == "李强"


def test_an_agent_is_the_one_that_the_provider_names(database: Engine) -> None:
    rules = {"roles": ("groups=agents -> agent",), "agent_claim": "cc_agent"}
    assert refused(desk(database, **rules), person(groups=["agents"])) == "no_agent"
    found = admit(desk(database, **rules), person(groups=["agents"], cc_agent="王芳"))
    assert (found.role, found.agent) == (Role.AGENT, "王芳")


def test_the_last_administrator_is_not_demoted_from_outside(database: Engine) -> None:
    rules = ("groups=admins -> admin", *RULES)
    assert admit(desk(database, roles=rules), person(groups=["admins"])).role == Role.ADMIN
    assert refused(desk(database, roles=rules), person()) == "last_admin"


@pytest.mark.parametrize("name", ["<b>", "", "王 芳 (北京)", "x" * 300, "a"])
def test_whatever_the_provider_calls_somebody_the_account_has_a_name(database: Engine, name: str) -> None:
    found = admit(desk(database), person(preferred_username=name))
    assert 2 <= len(found.name) <= 60 and not set(found.name) & set("<> ()")


def test_an_account_of_another_site_is_not_ours(tmp_path: Path) -> None:
    engine = open_engine(str(tmp_path / "floor.db"))
    upgrade(engine)
    admit(desk(engine), person())
    with engine.connect() as connection:
        assert account_of_subject(connection, "other", "https://id.example|u-1") is None
    engine.dispose()
