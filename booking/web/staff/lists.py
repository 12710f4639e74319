"""What staff's lists share: filters read from the address, the address with one changed, the list as a file."""

import csv
from collections.abc import Iterable, Sequence
from enum import StrEnum
from io import StringIO
from typing import Any, TypeVar

from flask import Response, request, url_for

from booking import clock
from booking.domain.text import csv_cell, whole_number

BOM = "\ufeff"  # by which spreadsheets know UTF-8

Member = TypeVar("Member", bound=StrEnum)


def member(kind: type[Member], value: str | None) -> Member | None:
    """The member of this value; None for what is none of ours."""
    return kind(value) if value in set(kind) else None


def number(name: str) -> int | None:
    """A small whole number in the address."""
    return whole_number(request.args.get(name), digits=8)


def address(endpoint: str, kept: Sequence[str], **changes: str | int | None) -> str:
    """The list's address with its filters `kept` and some of them changed; None takes one off."""
    values: dict[str, Any] = {name: request.args[name] for name in kept if request.args.get(name)} | changes
    return url_for(endpoint, **{name: value for name, value in values.items() if value is not None})


def as_file(name: str, columns: Sequence[str], rows: Iterable[Iterable[str]]) -> Response:
    """A CSV file of today for a spreadsheet, which takes none of its cells for a formula."""
    table = StringIO()
    writer = csv.writer(table)
    writer.writerow(columns)
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}-{clock.today()}.csv"'}
    return Response(BOM + table.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)
