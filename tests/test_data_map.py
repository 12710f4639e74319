"""docs/data-protection.md and the tables say the same of every column."""

import re

from booking.models import Base, FirmWord, FormKey, TrainerBar
from booking.models.personal import GONE, PERSONAL
from tests.conftest import ROOT

WHOLE: tuple[type[Base], ...] = (*GONE, FirmWord, FormKey, TrainerBar)  # rows that go as they are
LASTING = {"stays", "account"}  # how long what tells about nobody is kept, and what belongs to a colleague
BY_TABLE = {model.__tablename__ for model in WHOLE}
BY_COLUMN = {(model.__tablename__, name) for model, names in PERSONAL.items() for name in names}


def entries() -> list[tuple[str, str, str]]:
    """Table, column and period of each line of the map."""
    found, table = [], ""
    text = (ROOT / "docs" / "data-protection.md").read_text().partition("## The map")[2]
    for line in text.splitlines():
        if line.startswith("### "):
            table = line.removeprefix("### ")
        elif line.startswith("| `"):
            columns, purpose, period, seen_by = (cell.strip() for cell in line.strip("|").split("|"))
            assert all((purpose, period, seen_by)), line
            found += [(table, column, period) for column in re.findall(r"`(\w+)`", columns)]
    return found


def test_every_column_has_one_entry_and_every_entry_a_column() -> None:
    columns = [(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns]
    assert sorted((table, column) for table, column, _ in entries()) == sorted(columns)


def test_what_has_an_end_in_the_map_is_what_the_code_lets_go() -> None:
    ends = {(table, column) for table, column, period in entries() if period not in LASTING}
    going = {(table, column) for table, column, _ in entries() if table in BY_TABLE} | BY_COLUMN
    assert ends ^ going == set()
