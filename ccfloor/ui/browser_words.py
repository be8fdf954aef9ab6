"""What a browser calls itself, in plain words: Chrome on Windows."""

from ccfloor.ui.texts import Lang, text

# The first that stands in it counts: most say that they are Chrome or Safari too.
_BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("DingTalk", "DingTalk"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("QQBrowser", "QQ Browser"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_words(program: str, lang: Lang) -> str:
    """The browser and its system; that it is another program where it is none."""
    browser = next((name for sign, name in _BROWSERS if sign in program), "")
    system = next((name for sign, name in _SYSTEMS if sign in program), "")
    if not browser:
        return text("account.program.other", lang)
    name = text("account.program.wechat", lang) if browser == "WeChat" else browser
    name = text("account.program.dingtalk", lang) if browser == "DingTalk" else name
    return text("account.program", lang, browser=name, system=system) if system else name
