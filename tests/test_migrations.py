"""Migrations run from nothing, go down and up again, and leave exactly the tables that the models describe."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, inspect, text

from booking.models import Base
from tests.conftest import ROOT, Database


def flask_db(url: str, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "INSTANCE_DIR": str(folder), "SECRET_KEY": "x"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_migrated_database_has_the_tables_of_the_models_and_shows_no_drift(
    database: Database, tmp_path: Path
) -> None:
    url = database.copy()
    assert "No new upgrade operations detected" in flask_db(url, tmp_path, "check").stdout
    engine = create_engine(url)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, "alembic_version"}
    engine.dispose()


def details(engine: Engine) -> dict[str, list[str]]:
    """Of each table: its columns with their defaults, its indexes with their conditions, its checks."""
    found = inspect(engine)
    parts = found.get_columns, found.get_indexes, found.get_check_constraints
    return {table: sorted(in_words(each) for part in parts for each in part(table)) for table in Base.metadata.tables}


def in_words(part: Any) -> str:
    flat = {**part, **part.get("dialect_options", {}), "dialect_options": ""}  # a condition is an object of its own
    return ", ".join(f"{name} {value}" for name, value in sorted(flat.items()))


def test_checks_defaults_and_conditions_are_those_of_the_models_too(database: Database) -> None:
    engine = create_engine(database.copy())  # `flask db check` does not look at them
    migrated = details(engine)
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    assert migrated == details(engine)
    engine.dispose()


def test_drift_is_noticed(database: Database, tmp_path: Path) -> None:
    url = database.copy()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE firms ADD COLUMN unknown VARCHAR(9)"))
    engine.dispose()
    assert flask_db(url, tmp_path, "check").returncode != 0


def test_migrations_go_down_to_nothing_and_up_again(database: Database, tmp_path: Path) -> None:
    url = database.copy()
    assert flask_db(url, tmp_path, "downgrade", "base").returncode == 0
    engine = create_engine(url)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()
    assert flask_db(url, tmp_path, "upgrade").returncode == 0
    assert flask_db(url, tmp_path, "check").returncode == 0
