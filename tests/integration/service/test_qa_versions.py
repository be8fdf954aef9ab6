"""Forms and plans in versions: drafts, publishing, what counts on a day, files. On both databases."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from ccfloor.access.rights import Role
from ccfloor.floor.config import FloorConfig, QueueInfo
from ccfloor.qa.load import load_form
from ccfloor.service.doctor_qa import qa_files, qa_offers
from ccfloor.service.qa import files, versions
from ccfloor.service.qa.files import keep_files, read_files, sync_files
from ccfloor.service.qa.versions import Version, VersionError
from ccfloor.service.settings import SiteSettings
from ccfloor.store import qa_versions as rows
from ccfloor.store.engine import writing
from ccfloor.store.viewer import Forbidden, Viewer

DATA = Path(__file__).resolve().parents[3] / "data" / "qa"
HOTLINE = (DATA / "forms" / "hotline.yaml").read_text(encoding="utf-8")
WEEKLY = (DATA / "plans" / "weekly.yaml").read_text(encoding="utf-8")
CONFIG = FloorConfig(zone="Asia/Shanghai", queues={"support": QueueInfo("support", "支持", "Support")})
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC).timestamp()  # noon in Shanghai
TODAY = date(2026, 11, 22)
WHO, WHY = "周岚", "按新标准"
QA, MANAGER = Viewer(Role.QA), Viewer(Role.MANAGER)


def strict(mark: int) -> str:
    return HOTLINE.replace("pass_mark: 85", f"pass_mark: {mark}")


def draft(engine: Engine, text: str = HOTLINE, name: str = "hotline", at: float = NOW) -> Version:
    kind = "plan" if text.startswith(WEEKLY[:9]) else "form"
    return versions.save_draft(engine, QA, kind, name, text, WHO, "", at)  # type: ignore[arg-type]


def publish(engine: Engine, from_day: date = TODAY, *, kind: str = "form", name: str = "hotline") -> Version:
    return versions.publish(engine, MANAGER, CONFIG, kind, name, from_day, WHO, WHY, NOW)  # type: ignore[arg-type]


def mark_on(engine: Engine, day: date) -> float:
    return versions.current(engine, Viewer(), "form", "hotline", day).form.pass_mark


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(VersionError) as error:
        act()
    return error.value.code


# -- drafts ------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_whole_or_not_and_counts_nowhere(database: Engine) -> None:
    first = draft(database, "id: hotline\n")
    assert (first.state, first.body, first.version) == (versions.DRAFT, None, 1)
    assert [problem.field for problem in first.problems] == ["name", "sections"]
    again = draft(database, at=NOW + 1)
    assert again.body is not None and again.id == first.id, "there is one draft of a name"
    assert refused(lambda: versions.current(database, QA, "form", "hotline", TODAY)) == "not_in_force"


def test_two_who_write_one_draft_do_not_overwrite_each_other(database: Engine) -> None:
    draft(database)
    with pytest.raises(VersionError) as error:
        versions.save_draft(database, QA, "form", "hotline", strict(90), "李明", "", NOW + 1, seen=0.0)
    assert (error.value.code, error.value.details) == ("changed_meanwhile", {"who": WHO})
    versions.save_draft(database, QA, "form", "hotline", strict(90), "李明", "", NOW + 2, seen=NOW)


def test_a_draft_can_be_let_go(database: Engine) -> None:
    draft(database)
    versions.drop_draft(database, QA, "form", "hotline", WHO, WHY, NOW)
    assert versions.list_versions(database, QA) == []
    assert refused(lambda: versions.drop_draft(database, QA, "form", "hotline", WHO, WHY, NOW)) == "no_draft"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("Hot line", HOTLINE, "bad_id"),
        ("other", HOTLINE, "other_id"),
        ("hotline", "x" * 300_000, "too_long"),
    ],
)
def test_a_draft_that_is_not_kept(database: Engine, name: str, text: str, code: str) -> None:
    assert refused(lambda: draft(database, text, name)) == code


# -- what counts -------------------------------------------------------------------------------------------


def test_what_is_published_counts_from_its_day_and_old_days_stay(database: Engine) -> None:
    draft(database)
    assert publish(database, date(2026, 11, 1)).version == 1, "the first one may begin in the past"
    draft(database, strict(90))
    assert publish(database, date(2026, 12, 1)).version == 2
    assert [mark_on(database, date(2026, *day)) for day in ((11, 1), (11, 30), (12, 1))] == [85, 85, 90]
    assert refused(lambda: versions.current(database, QA, "form", "hotline", date(2026, 10, 31)))
    assert versions.version(database, "main", "form", "hotline", 1).form.pass_mark == 85


def test_a_newer_version_takes_the_place_of_one_that_was_planned(database: Engine) -> None:
    for text, day in ((HOTLINE, TODAY), (strict(90), date(2026, 12, 1)), (strict(80), date(2026, 11, 25))):
        draft(database, text)
        publish(database, day)
    assert [mark_on(database, date(2026, *day)) for day in ((11, 24), (11, 25), (12, 24))] == [85, 80, 80]


def test_nothing_is_changed_for_days_that_were(database: Engine) -> None:
    draft(database)
    publish(database)
    draft(database, strict(90))
    assert refused(lambda: publish(database, date(2026, 11, 21))) == "past"
    day = date(2026, 11, 21)
    late = lambda: versions.retire(database, MANAGER, CONFIG, "form", "hotline", day, WHO, WHY, NOW)  # noqa: E731
    assert refused(late) == "past"


@pytest.mark.parametrize(
    ("text", "who", "why", "code"),
    [
        ("id: hotline", WHO, WHY, "not_whole"),
        (HOTLINE, " ", WHY, "no_who"),
        (HOTLINE, WHO, "  ", "no_why"),
        (None, WHO, WHY, "no_draft"),
    ],
)
def test_what_is_not_published(database: Engine, text: str | None, who: str, why: str, code: str) -> None:
    if text is not None:
        draft(database, text)
    act = lambda: versions.publish(database, MANAGER, CONFIG, "form", "hotline", TODAY, who, why, NOW)  # noqa: E731
    assert refused(act) == code


def test_the_same_again_is_no_new_version(database: Engine) -> None:
    draft(database)
    publish(database)
    draft(database, f"# words only\n{HOTLINE}")
    assert refused(lambda: publish(database)) == "same"


def test_a_plan_needs_a_form_that_counts_and_keeps_it(database: Engine) -> None:
    draft(database, WEEKLY, "weekly")
    act = lambda: publish(database, kind="plan", name="weekly")  # noqa: E731
    assert refused(act) == "no_form"
    draft(database)
    publish(database)
    assert act().plan.form == "hotline"
    assert versions.form_of_plan(database, "main", "weekly", 20261122) == "hotline"
    assert versions.form_of_plan(database, "main", "weekly", 20261121) == ""
    gone = lambda: versions.retire(database, MANAGER, CONFIG, "form", "hotline", TODAY, WHO, WHY, NOW)  # noqa: E731
    assert refused(gone) == "form_used"
    versions.retire(database, MANAGER, CONFIG, "plan", "weekly", TODAY, WHO, WHY, NOW)
    gone()
    assert versions.in_force(database, QA, "form", TODAY) == []


def test_what_is_retired_counts_no_more_and_can_come_back(database: Engine) -> None:
    draft(database)
    publish(database, date(2026, 11, 1))
    end = date(2026, 11, 25)
    versions.retire(database, MANAGER, CONFIG, "form", "hotline", end, WHO, WHY, NOW)
    assert mark_on(database, date(2026, 11, 24)) == 85
    assert refused(lambda: mark_on(database, end)) == "not_in_force"
    draft(database)
    back = publish(database, date(2026, 12, 1))
    assert back.version == 3 and mark_on(database, date(2026, 12, 1)) == 85
    assert refused(lambda: mark_on(database, date(2026, 11, 30))) == "not_in_force"


def test_a_published_form_cannot_be_edited(database: Engine) -> None:
    """There is no statement that would change it: what writes a draft does not find it."""
    draft(database)
    before = publish(database)
    with writing(database) as connection:
        assert not rows.change_draft(connection, "main", "form", "hotline", {"body": "id: hotline"})
        assert not rows.drop_draft(connection, "main", "form", "hotline")
    assert versions.version(database, "main", "form", "hotline", 1) == before
    draft(database, strict(90), at=NOW + 1)
    assert versions.version(database, "main", "form", "hotline", 1) == before


def test_who_may_write_may_not_publish(database: Engine) -> None:
    draft(database)
    for viewer in (QA, Viewer(Role.LEAD), Viewer(Role.AGENT)):
        with pytest.raises(Forbidden):
            versions.publish(database, viewer, CONFIG, "form", "hotline", TODAY, WHO, WHY, NOW)
    scoped = Viewer(Role.MANAGER, teams=frozenset({"A"}))
    with pytest.raises(Forbidden):
        versions.publish(database, scoped, CONFIG, "form", "hotline", TODAY, WHO, WHY, NOW)


def test_a_plan_of_other_queues_is_not_shown(database: Engine) -> None:
    draft(database, WEEKLY.replace("form: hotline", "form: hotline\nqueues: [vip]"), "weekly")
    assert versions.list_versions(database, Viewer(Role.LEAD, queues=frozenset({"support"}))) == []
    assert versions.list_versions(database, Viewer(Role.LEAD, queues=frozenset({"vip"}))) != []


def test_a_plan_names_no_complaint_queue_that_is_out_of_sight(database: Engine) -> None:
    draft(database)
    publish(database)
    two = WEEKLY.replace("complaint_queues: [complaint-line]", "complaint_queues: [support, fraud]")
    draft(database, two, "weekly")
    publish(database, kind="plan", name="weekly")
    draft(database, f"{two}colour: red\n", "weekly")
    scoped = Viewer(Role.LEAD, queues=frozenset({"support"}))
    found = versions.list_versions(database, scoped, "plan")
    assert [one.body and one.plan.complaint_queues for one in found] == [None, ("support",)]
    assert not any("fraud" in one.text for one in found)
    now = versions.current(database, scoped, "plan", "weekly", TODAY)
    assert now.plan.complaint_queues == ("support",) and "fraud" not in now.text
    assert versions.in_force(database, QA, "plan", TODAY)[0].plan.complaint_queues == ("support", "fraud")


def test_another_site_has_its_own(database: Engine) -> None:
    draft(database)
    publish(database)
    other = Viewer(site="other")
    assert versions.list_versions(database, other) == []
    assert refused(lambda: versions.current(database, other, "form", "hotline", TODAY)) == "not_in_force"


# -- files -------------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> SiteSettings:
    shutil.copytree(DATA, tmp_path / "qa")
    return SiteSettings(data=str(tmp_path))


def test_the_files_count_from_the_beginning(database: Engine, site: SiteSettings) -> None:
    synced = sync_files(database, CONFIG, site, NOW)
    assert sorted(synced.changed) == [("form", "appointment"), ("form", "hotline"), ("plan", "weekly")]
    found = versions.current(database, QA, "form", "hotline", date(2020, 1, 1))
    assert (found.version, found.published_by, found.form.pass_mark) == (1, "", 85)
    assert sync_files(database, CONFIG, site, NOW + 60).changed == []


def test_a_changed_file_makes_a_version_from_today_on(database: Engine, site: SiteSettings) -> None:
    sync_files(database, CONFIG, site, NOW)
    path = Path(site.data) / "qa" / "forms" / "hotline.yaml"
    path.write_text(f"# only words\n{HOTLINE}", encoding="utf-8")
    assert sync_files(database, CONFIG, site, NOW).changed == []
    path.write_text(strict(90), encoding="utf-8")
    assert sync_files(database, CONFIG, site, NOW).changed == [("form", "hotline")]
    assert [mark_on(database, date(2026, 11, day)) for day in (21, 22)] == [85, 90]


def test_what_was_published_on_the_page_goes_before_a_file_that_stays(
    database: Engine, site: SiteSettings
) -> None:
    sync_files(database, CONFIG, site, NOW)
    draft(database, strict(95))
    publish(database)
    assert sync_files(database, CONFIG, site, NOW).changed == []
    assert mark_on(database, TODAY) == 95


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site without files of its own, and what the product brings."""
    shutil.copytree(DATA, tmp_path / "product")
    monkeypatch.setattr(files, "product_folder", lambda: tmp_path / "product")
    return tmp_path / "product" / "forms" / "hotline.yaml"


def test_a_new_version_of_the_product_counts_where_the_site_has_none_of_its_own(
    database: Engine, product: Path
) -> None:
    sync_files(database, CONFIG, SiteSettings(data="/nowhere"), NOW)
    product.write_text(strict(90), encoding="utf-8")
    sync_files(database, CONFIG, SiteSettings(data="/nowhere"), NOW)
    assert mark_on(database, TODAY) == 90


def test_a_new_version_of_the_product_is_offered_beside_the_sites_own(
    database: Engine, product: Path
) -> None:
    nowhere = SiteSettings(data="/nowhere")
    sync_files(database, CONFIG, nowhere, NOW)
    draft(database, strict(95))
    publish(database)
    product.write_text(strict(90), encoding="utf-8")
    assert sync_files(database, CONFIG, nowhere, NOW).changed == [("form", "hotline")]
    assert sync_files(database, CONFIG, nowhere, NOW).changed == []
    assert mark_on(database, TODAY) == mark_on(database, date(2030, 1, 1)) == 95
    stored = versions.list_versions(database, QA, "form", "hotline")
    new = versions.offered(stored)
    assert new is not None and (new.version, new.form.pass_mark) == (3, 90)
    assert [finding.state for finding in qa_offers(CONFIG, database)] == ["warn"]
    assert "hotline" in next(qa_offers(CONFIG, database)).zh
    made = versions.take_over(database, QA, "form", "hotline", WHO, NOW)
    assert made.form.pass_mark == 90 and mark_on(database, TODAY) == 95
    assert refused(lambda: versions.take_over(database, QA, "form", "hotline", WHO, NOW)) == "draft_there"
    publish(database)
    assert mark_on(database, TODAY) == 90
    assert versions.offered(versions.list_versions(database, QA, "form", "hotline")) is None
    assert list(qa_offers(CONFIG, database)) == []
    assert refused(lambda: versions.take_over(database, QA, "form", "hotline", WHO, NOW)) == "not_offered"


def test_a_form_that_was_retired_does_not_come_back_with_the_product(database: Engine, product: Path) -> None:
    nowhere = SiteSettings(data="/nowhere")
    sync_files(database, CONFIG, nowhere, NOW)
    versions.retire(database, MANAGER, CONFIG, "form", "appointment", TODAY, WHO, WHY, NOW)
    file = product.with_name("appointment.yaml")
    file.write_text(
        file.read_text(encoding="utf-8").replace("pass_mark: 85", "pass_mark: 88"), encoding="utf-8"
    )
    sync_files(database, CONFIG, nowhere, NOW)
    assert refused(lambda: versions.current(database, QA, "form", "appointment", TODAY)) == "not_in_force"
    assert versions.offered(versions.list_versions(database, QA, "form", "appointment")) is not None


def test_a_file_of_the_sites_own_folder_counts_as_it_always_did(database: Engine, site: SiteSettings) -> None:
    sync_files(database, CONFIG, site, NOW)
    draft(database, strict(95))
    publish(database)
    path = Path(site.data) / "qa" / "forms" / "hotline.yaml"
    path.write_text(strict(90), encoding="utf-8")
    sync_files(database, CONFIG, site, NOW)
    assert mark_on(database, TODAY) == 90


def test_a_refused_file_leaves_what_was_and_says_why(database: Engine, site: SiteSettings) -> None:
    sync_files(database, CONFIG, site, NOW)
    path = Path(site.data) / "qa" / "forms" / "hotline.yaml"
    path.write_text(strict(900), encoding="utf-8")
    synced = sync_files(database, CONFIG, site, NOW)
    assert synced.changed == []
    assert [(problem.file, problem.field) for problem in synced.problems] == [(str(path), "pass_mark")]
    assert mark_on(database, TODAY) == 85
    path.unlink()
    sync_files(database, CONFIG, site, NOW)
    assert mark_on(database, TODAY) == 85


def test_two_files_of_one_id_are_both_refused(site: SiteSettings) -> None:
    folder = Path(site.data) / "qa" / "forms"
    shutil.copy(folder / "hotline.yaml", folder / "z.yaml")
    read = read_files(site)
    assert {one.body.id for one in read.found} == {"appointment", "weekly"}
    assert [problem.field for problem in read.problems] == ["id"]


def test_what_is_kept_is_the_form_itself(database: Engine, site: SiteSettings) -> None:
    sync_files(database, CONFIG, site, NOW)
    kept = versions.current(database, QA, "form", "hotline", TODAY)
    assert kept.form == load_form("hotline", HOTLINE).body


def test_files_are_read_again_when_one_changes(database: Engine, site: SiteSettings) -> None:
    assert len(keep_files(database, CONFIG, site, NOW).changed) == 3
    path = Path(site.data) / "qa" / "forms" / "hotline.yaml"
    path.write_text(strict(900), encoding="utf-8")
    for _ in range(2):
        assert [problem.field for problem in keep_files(database, CONFIG, site, NOW).problems] == [
            "pass_mark"
        ]
    path.write_text(strict(90), encoding="utf-8")
    assert keep_files(database, CONFIG, site, NOW).problems == []
    assert mark_on(database, TODAY) == 90


def test_doctor_looks_at_the_files(site: SiteSettings) -> None:
    everything = FloorConfig(zone="Asia/Shanghai")
    assert [(one.state, one.en) for one in qa_files(everything, site)] == [
        ("ok", "QA forms: 2, sampling plans: 1, all good")
    ]
    (Path(site.data) / "qa" / "forms" / "hotline.yaml").write_text(strict(900), encoding="utf-8")
    assert [one.state for one in qa_files(everything, site)] == ["fail"]
