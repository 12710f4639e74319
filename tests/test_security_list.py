"""docs/security.md and the suite hold together: every control has its line, every test it names exists."""

import ast
import re
import tomllib

import bench.desk
from tests.conftest import ROOT

DOC = (ROOT / "docs" / "security.md").read_text()
# Level 2 of OWASP ASVS 5.0, as far as it applies to this product: chapter.section, then the numbers of its controls.
CONTROLS = """
1.1:1-2 1.2:1-5,9-10 1.3:1-3,5-7,10-11 1.4:2 1.5:2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1
3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-3 3.7:2 4.1:1-3 4.2:1 5.3:2 5.4:1-2
6.1:1 6.2:1-12 6.3:1-3 6.4:1-3 6.5:1-5 6.6:2-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2
8.1:1-2 8.2:1-3 8.3:1 9.1:1-3 9.2:1-4 11.2:1-3 11.4:2 11.5:1 13.2:3 13.4:1-5
14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7 16.1:1 16.2:1-5 16.3:1-4 16.4:1 16.5:1-3
"""


def wanted() -> set[str]:
    found = set()
    for section, spans in (each.split(":") for each in CONTROLS.split()):
        for span in spans.split(","):
            first, _, last = span.partition("-")
            found |= {f"{section}.{number}" for number in range(int(first), int(last or first) + 1)}
    return found


def named() -> set[str]:
    """Every `file::test` of the page."""
    return set(re.findall(r"`(\S+\.py::test_\w+)`", DOC))


def existing() -> set[str]:
    return {
        f"{path.relative_to(ROOT / 'tests')}::{node.name}"
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    }


def test_every_test_that_is_named_exists() -> None:
    assert named() - existing() == set()


def test_every_control_has_its_line() -> None:
    lines = re.findall(r"^(?:\| |- )([^|:]+)[|:]", DOC, re.MULTILINE)
    assert wanted() - set(re.findall(r"\d+\.\d+\.\d+", " ".join(lines))) == set()


def test_a_line_of_the_table_names_a_test() -> None:
    rows = re.findall(r"^\| (\d\S+) \|.*$", DOC, re.MULTILINE)
    tested = re.findall(r"^\| (\d\S+) \|.*`\S+\.py::test_\w+` \|$", DOC, re.MULTILINE)
    assert rows == tested
    assert len(rows) == len(set(rows))


def test_how_soon_libraries_are_renewed_is_promised() -> None:
    (promise,) = re.findall(r"^\*\*Libraries\.\*\* .*$", (ROOT / "docs" / "running.md").read_text(), re.MULTILINE)
    assert [words for words in ("a quarter", "seven days", "two when it is critical") if words not in promise] == []


def test_what_each_page_of_the_desk_costs_is_told() -> None:
    told = re.findall(r"^\| ([^|]+?) \|", (ROOT / "docs" / "performance.md").read_text(), re.MULTILINE)
    measured = {name if name in told else name.partition(",")[0] for name, _ in bench.desk.PAGES}
    assert measured - set(told) == set()


def test_types_are_checked_strictly_before_anything_is_merged() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["strict"] is True
    assert re.search(r"^test: .*\n(?:\t.*\n)*\t\.venv/bin/mypy\n", (ROOT / "Makefile").read_text(), re.MULTILINE)
