"""The long form of the races: each of them again and again."""

import pytest

from tests.faults.racing import ROUNDS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`FAULTS=long` runs every race twenty times on each database."""
    if ROUNDS > 1 and metafunc.module.__name__.partition(".test_")[2].startswith("races"):
        metafunc.fixturenames.append("again")
        metafunc.parametrize("again", range(ROUNDS))
