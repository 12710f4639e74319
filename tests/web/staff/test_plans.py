"""Staff's pages and a month of dates read by index: no statement goes through a table that grows with the years."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

import bench.booking
import bench.desk
from booking.db import db, transaction
from booking.queries.desk import today
from booking.queries.desk.piles import Desk, Pile
from tests.conftest import NOW
from tests.counting import noting

TRAINERS, BOOKED, ASKED = 20, 2_000, 5_000
GROWING = {"visits", "visit_slots", "enquiries", "mails", "firms", "contacts", "sites", "history", "firm_words"}
FOR_FEW = "enable_seqscan", "enable_hashjoin", "enable_mergejoin"  # good at this size: is there another way?
PAGES = (
    *(
        "",
        "/enquiries",
        "/enquiries?state=all",
        "/enquiries/7",
        "/visits",
        "/visits?state=confirmed",
        "/visits/{visit}",
    ),
    *("/search?q=Joinery+1234", "/search?q=EX2+8AA", "/search?q=01632+961234", "/search?q=TSW-0000-0001"),
    *("/enquiries?q=joinery", "/visits?q=maya@j12"),
    *("/planner", "/planner?county=devon", "/outbox", "/outbox?state=failed"),
)
OF_ALL = re.compile(r"SELECT (\w+\.state, count\(|count\(|\(SELECT count\(\*\) AS \w+ \nFROM \w+\))")
Statement = tuple[str, Any]


def walked(connection: Connection, statement: str, values: Any) -> set[str]:
    """The growing tables that a statement reads from one end to the other; a list's first page is no end."""
    if connection.dialect.name == "sqlite":
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        is_cut = "LIMIT" in statement and not any("TEMP B-TREE FOR ORDER" in step for step in plan)
        steps = [step.split() for step in plan if step.startswith("SCAN ")]
        return GROWING.intersection(step[1] for step in steps if not is_cut)
    (tree,) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalars()
    return GROWING.intersection(nodes(tree[0]["Plan"], is_cut=False))


def nodes(node: dict[str, Any], *, is_cut: bool) -> Iterator[str]:
    """Tables that PostgreSQL reads whole: as they lie, or along an index without a condition."""
    kind = node["Node Type"]
    if kind == "Seq Scan" or (kind.startswith("Index") and "Index Cond" not in node and not is_cut):
        yield node["Relation Name"]
    for inner in node.get("Plans", ()):
        yield from nodes(inner, is_cut=kind == "Limit" or (is_cut and kind != "Sort"))


def is_looked_at(statement: str) -> bool:
    """Not how many there are in each state: that is asked of all, and PostgreSQL may count the rows themselves."""
    return statement.startswith("SELECT") and not OF_ALL.match(statement)


def test_no_statement_goes_through_all_there_ever_was(fresh_app: Callable[..., Flask]) -> None:
    app = fresh_app()
    with app.app_context(), transaction():
        bench.booking.write(TRAINERS, BOOKED)
        bench.desk.write(TRAINERS, BOOKED, ASKED)
    desk, visit = bench.desk.signed_in(app)
    statements: list[Statement] = []
    with noting(lambda *ran: statements.append(ran)):
        for page in PAGES:
            bench.desk.fetch(desk, f"/staff{page.format(visit=visit)}")
        with app.app_context():
            today.today(Desk(dict.fromkeys(Pile, 1), None, is_worker_silent=False), now=NOW)
            bench.booking.month_of_dates()
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
            for way in FOR_FEW:
                connection.execute(text(f"SET LOCAL {way} = off"))
        looked_at = [(each, values) for each, values in statements if is_looked_at(each)]
        found = {each: tables for each, values in looked_at if (tables := walked(connection, each, values))}
    assert not found, "\n\n".join(f"{sorted(tables)}: {each}" for each, tables in found.items())
