"""The emergency group (应急领导小组) from ``data/contacts.yaml``: whom to call, and for what."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ccfloor.service.settings import SiteSettings
from ccfloor.service.site import site_file

Phone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()\-]{1,28}(,? ?(ext\.?|转) ?[0-9]{1,6})?$")]
Name = Annotated[str, Field(min_length=1, max_length=60)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Both(_Part):
    """A text in both languages."""

    zh: Annotated[str, Field(min_length=1, max_length=120)]
    en: Annotated[str, Field(min_length=1, max_length=120)]

    def said(self, lang: str) -> str:
        """The text in one language."""
        return self.zh if lang == "zh" else self.en


class Contact(_Part):
    """One person. ``supervisor``: reports go to this one."""

    zh: Name
    en: str = ""
    role: Both
    phone: Phone
    duty: Both
    supervisor: bool = False

    def name(self, lang: str) -> str:
        """The name on a page."""
        return self.zh if lang == "zh" else self.en or self.zh

    @property
    def dialled(self) -> str:
        """The number as a telephone link takes it; an extension is left for the person."""
        main = self.phone.replace("转", "ext").split("ext")[0]
        return "".join(sign for sign in main if sign.isdigit() or sign == "+")


class _Contacts(_Part):
    contacts: tuple[Contact, ...] = ()


def load_contacts(settings: SiteSettings) -> tuple[Contact, ...]:
    """The contacts in the file's order. Raises SettingsError with file, line and field of what is wrong."""
    return site_file(_Contacts, settings, "contacts.yaml").contacts
