"""What the doctor says of the ways in: single sign-on."""

import time
from collections.abc import Iterator

from ccfloor.service.access.oidc_words import OidcError
from ccfloor.service.findings import Finding
from ccfloor.service.settings import Settings

_CHECK = "single sign-on"
_WHY = {
    "down": ("身份提供方没有应答", "the provider does not answer"),
    "odd": ("提供方的自述与 oidc.issuer 不符，或缺少安全的地址", "the provider's description does not fit"),
}


def single_sign_on(settings: Settings) -> Iterator[Finding]:
    """Whether the provider of the settings answers as one does; nothing where there is none."""
    oidc = settings.oidc
    if not oidc.issuer and not oidc.client_id:
        return
    if not oidc.on:
        zh, en = "oidc.issuer 与 oidc.client_id 须同时设置", "oidc.issuer and oidc.client_id are needed both"
        yield Finding(_CHECK, "fail", zh, en)
        return
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
