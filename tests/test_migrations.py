"""Migrations run from nothing, go down and up again, and leave exactly the tables that the models describe."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, inspect, text

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
