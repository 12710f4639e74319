"""The house holds: sizes, names, the clock, templates, no mark that hides something."""

import ast
import re
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.conftest import ROOT

BOOKING = ROOT / "booking"
TEMPLATES = ROOT / "templates"
SOURCES = sorted(BOOKING.rglob("*.py"))
PAGES = [path for ending in ("html", "txt", "jinja") for path in sorted(TEMPLATES.rglob(f"*.{ending}"))]
EDGES = ("web", "cli", "worker", "serve", "demonstration", "post_office", "privacy", "clock")
LOCKED = re.compile(r"^([\w.-]+)==(\S+)(?: ;.*?)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+", re.MULTILINE)
AUDIENCES = {"business", "staff", "trainer"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "manager", "data", "info"}


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_file_is_over_300_lines_and_no_function_over_40(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 300
    assert [f.name for f in functions(path) if (f.end_lineno or 0) - f.lineno >= 40] == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_module_says_what_lives_in_it(path: Path) -> None:
    assert ast.get_docstring(tree(path))


def test_no_module_is_named_after_nothing() -> None:
    parts = {path: {*path.relative_to(ROOT).with_suffix("").parts} for path in SOURCES}
    assert [name(path) for path in SOURCES if parts[path] & FORBIDDEN_NAMES] == []


def test_no_floor_has_more_than_15_files_in_one_folder() -> None:
    folders = {path.parent for path in SOURCES}
    assert [name(f) for f in folders if len([p for p in f.glob("*.py") if p.stem != "__init__"]) > 16] == []


CLOCKS = re.compile(
    r"\bbooking(\.| import )clock\b|\bfrom time import\b|\btime\.time\("
    r"|\.(now|utcnow|today|time_ns|localtime|gmtime|current_(timestamp|date|time))\("
)


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_the_clock_is_read_only_at_the_edges(path: Path) -> None:
    edge = path.relative_to(BOOKING).parts[0].removesuffix(".py") in EDGES
    assert edge or not CLOCKS.search(path.read_text())


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_only_the_edges_commit(path: Path) -> None:
    edge = path.relative_to(BOOKING).parts[0].removesuffix(".py") in EDGES
    begun = r"session\.(commit|begin)\(" if edge else r"session\.(commit|begin)\(|\btransaction\("
    assert path.name == "db.py" or not re.search(begun, path.read_text())


BESIDE = [path for folder in ("tests", "bench", "migrations") for path in sorted((ROOT / folder).rglob("*.py"))]
OTHERS = [*(path for path in BESIDE if path != Path(__file__)), ROOT / "config.py", ROOT / "wsgi.py"]


@pytest.mark.parametrize("path", [*SOURCES, *OTHERS], ids=name)
def test_a_mark_that_silences_a_tool_gives_its_reason(path: Path) -> None:
    marks = re.compile(r"#\s*(noqa|type:\s*ignore|pragma: no cover)[^#]*$", re.MULTILINE)
    assert [found[0] for found in marks.finditer(path.read_text())] == []
    assert not re.search(r"pytest\.(mark\.)?(skip|xfail)|importorskip", path.read_text())


def code(folder: Path) -> str:
    return "\n".join(path.read_text() for path in SOURCES if folder in path.parents)


def test_every_template_is_used() -> None:
    written = "\n".join(path.read_text() for path in [*SOURCES, *PAGES])
    unused = []
    for path in PAGES:
        local = path.relative_to(TEMPLATES)
        folder, stem = str(local.parent), path.stem
        by_endpoint = folder in AUDIENCES and f"def {stem}(" in code(BOOKING / "web" / folder)
        by_email = folder.startswith("email/") and f"def {stem}(" in code(BOOKING / "emails")
        by_code = folder == "errors" and stem.isdigit()
        by_library = folder.startswith("security")
        if not (by_endpoint or by_email or by_code or by_library or str(local) in written or f"{stem}.html" in written):
            unused.append(name(path))
    assert unused == []


def macros(path: Path) -> list[str]:
    return re.findall(r"{%-? macro (\w+)", path.read_text())


def test_every_macro_is_used_and_every_macro_import_too() -> None:
    pages = {path: path.read_text() for path in PAGES}
    everything = "\n".join(pages.values())
    unused = [f"{name(p)}: {m}" for p in PAGES for m in macros(p) if len(re.findall(rf"\b{m}\(", everything)) < 2]
    assert unused == []
    for path, text in pages.items():
        for alias in re.findall(r"{%-? import \"[^\"]+\" as (\w+)", text):
            assert f"{alias}." in text, f"{name(path)} imports {alias} and does not use it"
        for words in re.findall(r"{%-? from \"[^\"]+\" import ([\w, ]+?)(?: with context)? -?%}", text):
            for macro in words.split(","):
                assert len(re.findall(rf"\b{macro.strip()}\b", text)) > 1, f"{name(path)}: {macro} is not used"


def test_no_template_turns_escaping_off() -> None:
    assert [name(path) for path in PAGES if re.search(r"\|\s*safe\b|autoescape false", path.read_text())] == []


def test_no_page_has_inline_style_or_script() -> None:
    pattern = re.compile(r"\sstyle=|<script(?![^>]*src=)|<style|\son[a-z]+=")
    pages = [path for path in PAGES if "email" not in path.parts]
    assert [name(path) for path in pages if pattern.search(path.read_text())] == []


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"])
def test_every_library_is_locked_with_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert LOCKED.findall(text)
    assert LOCKED.sub("", text).strip() == ""


def test_no_library_is_here_that_is_not_on_the_list() -> None:
    listed = set(LOCKED.findall((ROOT / "requirements-dev.lock").read_text()))
    here = {(re.sub(r"[-_.]+", "-", each.name).lower(), each.version) for each in distributions()}
    assert here - listed == set()
