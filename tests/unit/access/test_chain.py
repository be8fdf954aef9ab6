"""The audit log's chain: whatever is done to a stored entry shows."""

from hypothesis import given
from hypothesis import strategies as st

from ccfloor.access.chain import GENESIS, Broken, Entry, broken, link


def entry(number: int, **more: object) -> Entry:
    told = {"site": "main", "number": number, "at": 1_795_000_000.25 + number, "who": "王芳", "role": "lead"}
    told |= {
        "source": "10.0.0.7",
        "act": "seat.pause",
        "about": "seat:8001",
        "before": "",
        "after": '{"a":1}',
    }
    return Entry(**(told | {"why": "高峰"} | more))


def chained(entries: list[Entry]) -> list[tuple[Entry, str]]:
    found, last = [], GENESIS
    for one in entries:
        last = link(last, one)
        found.append((one, last))
    return found


def test_an_untouched_chain_holds():
    assert list(broken(chained([entry(n) for n in range(1, 6)]))) == []


def test_an_empty_log_holds():
    assert list(broken([])) == []


def test_a_part_of_it_holds_from_where_it_begins():
    whole = chained([entry(n) for n in range(1, 6)])
    assert list(broken(whole[3:], previous=whole[2][1], after=3)) == []


@given(
    st.integers(0, 5), st.sampled_from(["who", "act", "about", "before", "after", "why", "source", "role"])
)
def test_a_changed_word_shows_at_its_number(place: int, field: str):
    kept = chained([entry(n) for n in range(1, 7)])
    one, told = kept[place]
    kept[place] = (one._replace(**{field: getattr(one, field) + "!"}), told)
    assert list(broken(kept)) == [Broken(place + 1, "changed")]


@given(st.integers(0, 4))
def test_an_entry_taken_out_shows_as_a_gap(place: int):
    kept = chained([entry(n) for n in range(1, 7)])
    del kept[place]
    assert next(iter(broken(kept))) == Broken(place + 1, "gap")


def test_renumbering_after_a_removal_shows_too():
    kept = chained([entry(n) for n in range(1, 5)])
    del kept[1]
    moved = [(one._replace(number=n), told) for n, (one, told) in enumerate(kept, 1)]
    assert Broken(2, "changed") in list(broken(moved))


def test_two_entries_that_changed_places_show():
    kept = chained([entry(n) for n in range(1, 5)])
    kept[1], kept[2] = kept[2], kept[1]
    assert list(broken(kept))


def test_fields_do_not_run_into_each_other():
    assert link(GENESIS, entry(1, who="a", role="bc")) != link(GENESIS, entry(1, who="ab", role="c"))
