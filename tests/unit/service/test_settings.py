"""Settings: one table, and one sentence with file, line and field for what is wrong."""

from pathlib import Path

import pytest

from ccfloor.service.places import SettingsError
from ccfloor.service.settings import Settings, fields, load, variable
from ccfloor.service.settings_table import current, settings_markdown, settings_table, settings_text


def write(folder: Path, text: str) -> Path:
    file = folder / "ccfloor.toml"
    file.write_text(text, encoding="utf-8")
    return file


def wrong(folder: Path, text: str, **environ: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(write(folder, text), environ)
    return str(caught.value)


def test_environment_outranks_file_and_file_outranks_default(tmp_path: Path) -> None:
    file = write(tmp_path, "[web]\nport = 9000\nhost = '::1'\n[bands]\nbreak = [60, 90]\n")
    settings = load(file, {"CCFLOOR_WEB_PORT": "9001", "CCFLOOR_BANDS_BUSY": "10, 20"})
    assert (settings.web.port, settings.web.host) == (9001, "::1")
    assert (settings.bands.busy, settings.bands.break_) == ((10, 20), (60, 90))
    assert settings.collector == Settings().collector
    assert load(file, {}, web__port=9002).web.port == 9002


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[web]\nhost = 'x'\nport = 'many'\n", "ccfloor.toml:3: web.port: "),
        ("web.port = 0\n", "ccfloor.toml:1: web.port: "),
        ("source = 'avaya'\n", "ccfloor.toml:1: source: "),
        ("[web]\n\nprot = 1\n", "ccfloor.toml:3: web.prot: there is no such setting"),
        ("[site]\nzone = 'Mars/Base'\n", "ccfloor.toml:2: site.zone: 'Mars/Base' is not a time zone"),
        ("[bands]\nbusy = [9, 3]\n", "ccfloor.toml:2: bands.busy: needs two numbers"),
        ("[bands]\nbusy = [9, 'x']\n", "ccfloor.toml:2: bands.busy[1]: "),
        ("db = 'mysql://x/y'\n", "ccfloor.toml:1: db: must start with sqlite or postgresql"),
        ("[web\n", "ccfloor.toml:1: is not TOML"),
    ],
)
def test_a_wrong_value_is_told_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    assert place in wrong(tmp_path, text)
    assert "\n" not in wrong(tmp_path, text)


def test_a_wrong_variable_is_told_by_its_name(tmp_path: Path) -> None:
    assert wrong(tmp_path, "", CCFLOOR_WEB_PORT="x").startswith("CCFLOOR_WEB_PORT: web.port: ")


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="does not exist"):
        load(tmp_path / "other.toml", {})


def test_a_secret_in_the_file_is_refused(tmp_path: Path) -> None:
    said = wrong(tmp_path, "[ami]\nuser = 'u'\nsecret = 'hunter2'\n")
    assert "ccfloor.toml:3: ami.secret: " in said and "CCFLOOR_AMI_SECRET" in said and "hunter2" not in said


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    environ = {"CCFLOOR_AMI_SECRET": "hunter2", "CCFLOOR_DB": "postgresql://u:hunter2@h/d"}
    settings = load(write(tmp_path, ""), environ)
    assert settings.ami.secret.get_secret_value() == "hunter2"
    shown = repr(settings.ami) + settings_text(settings, "en") + str(current(settings))
    assert "hunter2" not in shown and "h/d" in shown


def test_a_secret_file_lies_outside(tmp_path: Path) -> None:
    home = tmp_path / "program"
    home.mkdir()
    (tmp_path / "secret").write_text("s3\n")
    assert (
        load(write(home, f"[ami]\nsecret_file = '{tmp_path}/secret'\n"), {}).ami.secret.get_secret_value()
        == "s3"
    )
    (home / "secret").write_text("s3")
    assert "must lie outside" in wrong(home, f"[ami]\nsecret_file = '{home}/secret'\n")
    assert "cannot be read" in wrong(home, f"[ami]\nsecret_file = '{tmp_path}/none'\n")


def test_the_table_has_every_setting_once_with_both_languages() -> None:
    rows = settings_table()
    assert len({row.name for row in rows}) == len(rows) == len(fields())
    assert len({variable(row.name) for row in rows}) == len(rows)
    for row in rows:
        assert row.en and any("\u4e00" <= letter <= "\u9fff" for letter in row.zh), row.name
        assert f"| `{row.name}` |" in settings_markdown()


def test_every_setting_is_in_the_readme() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    table = readme.partition("<!-- settings -->")[2].partition("<!-- /settings -->")[0]
    undocumented = [line for line in settings_markdown().splitlines() if line not in table.splitlines()]
    assert not undocumented, "README.md lacks lines of `python -m ccfloor doctor --markdown`"


def test_every_default_can_be_given_as_a_variable(tmp_path: Path) -> None:
    given = {
        row.variable: row.default.strip("[]")
        for row in settings_table()
        if row.default and row.name != "ami.secret"
    }
    assert load(write(tmp_path, ""), given) == Settings()
