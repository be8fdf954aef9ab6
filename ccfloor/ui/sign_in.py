"""The way in: small pages of their own, without Streamlit and without scripts."""

from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.responses import HTMLResponse

from ccfloor.access.rights import Right, may
from ccfloor.store.accounts import Account
from ccfloor.ui.texts import LANGS, Lang, text
from ccfloor.ui.tokens import Theme, css_variables

FIRST_ACCOUNT = "python -m ccfloor user add NAME --role admin"
FIRST = "wall"  # where one gets to without having been on the way elsewhere
_HTML_LANG: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}
_CSS = """
*{box-sizing:border-box}html{font-size:clamp(16px,calc(100vw / 120),32px)}
body{margin:0;background:var(--ground);color:var(--ink);font-family:var(--font);min-height:100vh;
display:flex;flex-direction:column;align-items:center;justify-content:center;padding:1.5rem;line-height:1.5}
main{width:min(22rem,100%)}h1{font-size:1.5rem;margin:0 0 .25rem}p{margin:.25rem 0 1rem;color:var(--ink2)}
label{display:block;font-size:.875rem;color:var(--ink2);margin:1rem 0 .4rem}
input,button{width:100%;font:inherit;color:inherit;min-height:2.75rem;padding:0 .75rem;border-radius:0;
border:1px solid var(--rule);background:var(--surface)}
button{margin-top:1.4rem;background:var(--ink);color:var(--ground);border-color:var(--ink);font-weight:700;cursor:pointer}
:is(input,button,a):focus-visible{outline:3px solid var(--contact);outline-offset:2px}
.bad{border-left:.3rem solid var(--over);padding:.3rem .8rem;color:var(--ink);font-weight:700}
.said{border-left:.3rem solid var(--warn);padding:.3rem .8rem;color:var(--ink)}
code{display:block;background:var(--surface);border:1px solid var(--line);padding:.6rem .75rem;
color:var(--ink);overflow-wrap:anywhere;font-size:.875rem;margin-top:.4rem}
.go{display:flex;align-items:center;justify-content:center;min-height:2.75rem;padding:.4rem .75rem;
margin-top:.8rem;border:1px solid var(--rule);color:var(--ink);text-decoration:none;font-weight:700;
text-align:center;overflow-wrap:anywhere}
nav{margin-top:2rem;font-size:.875rem;display:flex;gap:1.2rem}nav a{color:var(--ink2)}
b{display:block;color:var(--ink2);font-size:.875rem;font-weight:400;margin-bottom:1.2rem}
"""


def first_page(account: Account) -> str:
    """The page on which an account begins: the floor, or the own trend of who may not see that."""
    return FIRST if may(account.role, Right.FLOOR) else "agents"


class Way:
    """What every page of the way in keeps: words, colours, and where somebody was going."""

    def __init__(self, lang: Lang, theme: Theme, going: str, site: str) -> None:
        self.lang, self.theme, self.going, self.site = lang, theme, going, site

    def said(self, key: str, **details: object) -> str:
        """A text as HTML."""
        return escape(text(key, self.lang, **details))

    def query(self, **changed: str) -> str:
        """The query that leads to the same place."""
        kept = {"lang": self.lang, "theme": self.theme, "next": self.going} | changed
        return "?" + urlencode({name: value for name, value in kept.items() if value})


def sign_in_page(
    way: Way, bad: str = "", told: str = "", *, nobody: bool = False, code: int = 200, after: str = ""
) -> HTMLResponse:
    """The form to sign in; ``bad`` and ``told``: sentences. ``nobody``: no account has been made yet.

    ``after``: HTML behind the form.
    """
    none = f"<p>{way.said('access.none')}<code>{escape(FIRST_ACCOUNT)}</code></p>" if nobody else ""
    fields = _field(way, "access.name", "name", "text", "username") + _field(
        way, "access.password", "password", "password", "current-password"
    )
    body = f"<h1>{way.said('access.sign_in')}</h1><p>{way.said('access.sign_in.lead')}</p>{none}"
    return _page(way, body + _notes(bad, told) + _form(way, "login", fields, "access.enter") + after, code)


def link_button(way: Way, words: str, going: str, **more: str) -> str:
    """A link in the dress of a button, to a way in or out that is not ours; ``going``: relative to here."""
    return f'<a class="go" href="{escape(going + way.query(**more))}">{escape(words)}</a>'


def password_page(way: Way, csrf: str, bad: str = "", *, must: bool = False, code: int = 200) -> HTMLResponse:
    """The form for the own password; ``must``: nothing else is possible before."""
    names = (("old", "current-password"), ("new", "new-password"), ("again", "new-password"))
    fields = "".join(_field(way, f"access.{name}", name, "password", kind) for name, kind in names)
    fields += f'<input type="hidden" name="csrf" value="{escape(csrf)}">'
    lead = f"<p>{way.said('access.change.must')}</p>" if must else ""
    body = f"<h1>{way.said('access.change')}</h1>{lead}"
    return _page(way, body + _notes(bad, "") + _form(way, "auth/password", fields, "access.save"), code)


def _notes(bad: str, told: str) -> str:
    notes = (("bad", bad), ("said", told))
    return "".join(f'<p class="{kind}" role="alert">{escape(words)}</p>' for kind, words in notes if words)


def _field(way: Way, label: str, name: str, kind: str, known: str) -> str:
    first = " autofocus" if name in ("name", "old") else ""
    return (
        f'<label for="{name}">{way.said(label)}</label>'
        f'<input id="{name}" name="{name}" type="{kind}" autocomplete="{known}" required maxlength="200"'
        f' autocapitalize="none" spellcheck="false"{first}>'
    )


def _form(way: Way, action: str, fields: str, button: str) -> str:
    where = escape(_up(action) + way.query())
    return f'<form method="post" action="{where}">{fields}<button>{way.said(button)}</button></form>'


def _up(action: str) -> str:
    """Relative to the page itself, so that a server's base needs no knowing."""
    return action if "/" not in action else action.rpartition("/")[2]


def _page(way: Way, body: str, code: int) -> HTMLResponse:
    links = "".join(
        f'<a href="{escape(way.query(lang=lang))}">{way.said(f"lang.{lang}")}</a>' for lang in LANGS
    )
    html = (
        f'<!doctype html><html lang="{_HTML_LANG[way.lang]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><title>ccfloor</title>'
        f'<link rel="icon" href="data:,"><style>:root{{{css_variables(way.theme)}}}{_CSS}</style></head>'
        f"<body><main><b>{escape(way.site)} · ccfloor</b>{body}<nav>{links}</nav></main></body></html>"
    )
    return HTMLResponse(html, code, headers={"Cache-Control": "no-store"})


def inside(going: str) -> str:
    """Where somebody was going, if it is within this server; "" if not."""
    try:
        parts = urlsplit(going)
    except ValueError:
        return ""
    outside = parts.scheme or parts.netloc or not going.startswith("/") or going.startswith(("//", "/\\"))
    return "" if outside or "\\" in going or any(sign < " " for sign in going) else going
