"""The emergency group's file: what it says, and one sentence for what is wrong in it."""

from pathlib import Path

import pytest

from ccfloor.service.contacts import load_contacts
from ccfloor.service.places import SettingsError
from ccfloor.service.settings import SiteSettings

GOOD = """\
contacts:
  - zh: 顾文昭
    en: W. Gu
    role: {zh: 组长, en: Head}
    phone: 021-5550 0101转8
    duty: {zh: 统一指挥, en: Directs}
    supervisor: true
"""


def load(folder: Path, text: str | None = None) -> object:
    if text is not None:
        (folder / "contacts.yaml").write_text(text, encoding="utf-8")
    return load_contacts(SiteSettings(data=str(folder)))


def test_a_contact_in_both_languages(tmp_path: Path) -> None:
    (person,) = load(tmp_path, GOOD)  # type: ignore[misc]
    assert (person.name("zh"), person.name("en")) == ("顾文昭", "W. Gu")
    assert person.dialled == "02155500101" and person.supervisor
    assert person.role.said("en") == "Head" and person.duty.said("zh") == "统一指挥"


def test_no_file_no_contacts(tmp_path: Path) -> None:
    assert load(tmp_path) == ()


def test_the_shipped_file_is_in_order() -> None:
    people = load_contacts(SiteSettings())
    assert [person.supervisor for person in people].count(True) == 1 and len(people) >= 4
    assert all(person.en and person.dialled.isdigit() for person in people)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("phone: 021-5550 0101转8", "phone: call me", "contacts.yaml:5: contacts[0].phone"),
        ("    duty: {zh: 统一指挥, en: Directs}\n", "", "contacts.yaml:2: contacts[0].duty"),
        ("{zh: 组长, en: Head}", "{zh: 组长}", "contacts.yaml:4: contacts[0].role.en"),
        ("supervisor: true", "superviser: true", "contacts.yaml:7: contacts[0].superviser"),
        ("zh: 顾文昭", 'zh: ""', "contacts.yaml:2: contacts[0].zh"),
    ],
)
def test_what_is_wrong_is_told_with_file_line_and_field(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert place in str(caught.value)
