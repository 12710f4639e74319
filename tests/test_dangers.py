"""What our code must not even contain: a shell, code made from text, weak chance and weak hashes, SQL from text."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT
from tests.test_house import PAGES, SOURCES, name

CODE = [*SOURCES, ROOT / "config.py", ROOT / "wsgi.py"]
MODULES = {
    *("code", "codeop", "ctypes", "marshal", "pickle", "runpy", "shelve", "yaml"),  # run what somebody wrote
    *("crypt", "cryptography", "jwt", "random", "uuid"),  # chance that can be guessed, tokens of our own making
    *("aiohttp", "ftplib", "http.client", "httpx", "requests", "urllib.request", "urllib3"),  # call a host
    *("ldap", "ldap3", "lxml", "xml"),  # languages that nobody speaks here
    *("bench", "tests"),  # stay at home
}
NAMES = {"__import__", "compile", "eval", "exec", "literal_column", "render_template_string"}
CALLS = {"os.popen", "os.system", "subprocess.getoutput", "subprocess.getstatusoutput"}
HASHES = {"blake2b", "sha256"}
LEAST_BYTES = 16
OURS = re.compile("[A-Z_]+|words")
NO_SECRET = "secrets.token_hex(6)"  # the number of a request
NO_PARAMETERS = re.compile("PRAGMA|SCHEMA")  # SQL has none for these; they come from the module itself


def dangers(code: str) -> Iterator[str]:
    """What is in it that should not be."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            source = "" if isinstance(node, ast.Import) else f"{node.module}."
            found = {f"{source}{each.name}" for each in node.names}
            yield from (each for each in found if any(f"{each}.".startswith(f"{module}.") for module in MODULES))
            yield from (each for each in found if source == "hashlib." and each.removeprefix(source) not in HASHES)
        elif isinstance(node, ast.Attribute):
            if ast.unparse(node.value) == "hashlib" and node.attr not in HASHES:
                yield node.attr
        elif isinstance(node, ast.Call) and is_danger(node):
            yield ast.unparse(node)


def is_danger(call: ast.Call) -> bool:
    called, first = ast.unparse(call.func), call.args[0] if call.args else ast.Constant(0)
    last = called.rpartition(".")[2]
    if last == "format" and isinstance(call.func, ast.Attribute):
        pattern = call.func.value  # a literal, a constant, or `words`, which come from a table of ours
        return not isinstance(pattern, ast.Constant) and not OURS.fullmatch(ast.unparse(pattern))
    if last == "text" or last.startswith("exec"):
        return isinstance(first, ast.JoinedStr | ast.BinOp) or called == "exec"
    if last.startswith("token_") and called.startswith("secrets."):
        return int(ast.unparse(first)) < LEAST_BYTES
    return called in NAMES | CALLS or last == "format_map" or any(each.arg == "shell" for each in call.keywords)


def test_nothing_dangerous_is_in_our_code() -> None:
    found = [f"{name(path)}: {each}" for path in CODE for each in dangers(path.read_text())]
    assert [each for each in found if not NO_PARAMETERS.search(each) and NO_SECRET not in each] == []


@pytest.mark.parametrize(
    "code",
    [
        "import pickle", "from xml import sax", "import random", "from uuid import uuid4", "import urllib.request",
        "from urllib import request", "from hashlib import md5", "import hashlib\nhashlib.sha1(b'')", "eval(text)",
        "from tests import make", "exec(text)", "os.system('ls')", "subprocess.run('ls', shell=True)",
        "secrets.token_urlsafe(8)", "text(f'SELECT {name}')", "connection.execute('SELECT ' + name)",
        "typed.format(settings)",
    ],
)  # fmt: skip
def test_what_is_dangerous_is_found(code: str) -> None:
    assert list(dangers(code)) != []


def test_no_template_takes_a_pattern_or_another_template_from_outside() -> None:
    pages = {name(path): path.read_text() for path in PAGES}
    assert [
        path for path, text in pages.items() if re.search(r"\|\s*format\b|\.format\(|{%-? include (?!\")", text)
    ] == []
