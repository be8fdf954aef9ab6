"""What the doctor says of the ways in: single sign-on, and the proxy before the server."""

import time
from collections.abc import Iterable, Iterator, Mapping

from ccfloor.access.claims import Rule
from ccfloor.access.local import loopback
from ccfloor.floor.config import FloorConfig
from ccfloor.service.access.oidc_words import OidcError
from ccfloor.service.findings import Finding
from ccfloor.service.settings import Settings

_CHECK = "single sign-on"
_TRUSTED = "FORWARDED_ALLOW_IPS"  # uvicorn's own: whose word on a client's address counts
_WHY = {
    "down": ("身份提供方没有应答", "the provider does not answer"),
    "odd": ("提供方的自述与 oidc.issuer 不符，或缺少安全的地址", "the provider's description does not fit"),
}


def single_sign_on(settings: Settings, config: FloorConfig) -> Iterator[Finding]:
    """Whether the provider of the settings answers as one does, and its rules name what the site has; nothing
    where there is no provider.
    """
    oidc = settings.oidc
    if not oidc.issuer and not oidc.client_id:
        return
    if not oidc.on:
        zh, en = "oidc.issuer 与 oidc.client_id 须同时设置", "oidc.issuer and oidc.client_id are needed both"
        yield Finding(_CHECK, "fail", zh, en)
        return
    yield from _unknown(oidc.rules, config)
    from ccfloor.service.access.oidc import Provider

    try:
        Provider(oidc, time.time).way_there("")
    except OidcError as error:
        zh, en = _WHY.get(error.code, _WHY["odd"])
        yield Finding(_CHECK, "fail", f"{zh}：{oidc.issuer}", f"{en}: {oidc.issuer}")
        return
    yield Finding(_CHECK, "ok", f"{oidc.issuer} 有应答", f"{oidc.issuer} answers")
    if not oidc.rules and oidc.unknown == "refuse":
        zh = "没有角色规则：账号须用 user add --subject 手工建立"
        en = "there are no rules for roles: accounts are made by user add --subject"
        yield Finding(_CHECK, "warn", zh, en)


def _unknown(rules: Iterable[Rule], config: FloorConfig) -> Iterator[Finding]:
    """Queues and teams of rules that the site does not have: they stay in the scope, and show nothing."""
    teams = {seat.team for seat in config.seats.values()}
    for rule in rules:
        for part, named, known in (
            ("queues", rule.grant.queues, config.queues.keys()),
            ("teams", rule.grant.teams, teams),
        ):
            for name in sorted((named or frozenset()) - set(known)):
                whom = f"{rule.claim}={rule.value}"
                zh = f"oidc.roles 中 {whom} 的 {part} 写了 {name}，本站点没有；按看不到处理"
                en = f"oidc.roles: {whom} has {part}={name}, which the site has not; it shows nothing"
                yield Finding(_CHECK, "warn", zh, en)


def proxy(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the server would know where people come from behind a proxy on another machine.

    ``environ``: that of the server. Nothing where the server listens on this machine alone: a proxy here is
    believed.
    """
    if loopback(settings.web.host):
        return
    trusted = {one.strip() for one in environ.get(_TRUSTED, "").split(",")} - {""}
    if "*" in trusted:
        zh = f"{_TRUSTED}=*：任何人都能自称来自别处；请只写反向代理的地址"
        en = f"{_TRUSTED}=* lets anybody say where he comes from; name the proxy's addresses alone"
        yield Finding("proxy", "warn", zh, en)
    elif settings.web.public_url.startswith("https://") and not trusted:
        zh = f"反向代理若在另一台机器上，请在服务器环境里设 {_TRUSTED} 为它的地址，否则所有人都像来自代理"
        en = (
            f"if the proxy stands on another machine, set {_TRUSTED} to its address in the web server's "
            "environment: else everybody seems to come from the proxy"
        )
        yield Finding("proxy", "warn", zh, en)
