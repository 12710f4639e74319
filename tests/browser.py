"""Chromium for the journeys: found, or installed by `python -m tests.browser` (make test does)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")


def find() -> str | None:
    """The path of a Chromium on this machine, Playwright's own included."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH", Path.home() / ".cache/ms-playwright"))
    return next((str(path) for path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"))), None)


def is_ready() -> bool:
    driver = subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True, check=False)
    return find() is not None and driver.returncode == 0


def install() -> None:
    """Debian's package where we may install one, else Playwright's download."""
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if shutil.which("apt-get") and subprocess.run([*root, "true"], capture_output=True, check=False).returncode == 0:
        quietly = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]  # hundreds of lines otherwise
        for words in (["update"], ["install", "-y", "chromium", "libatomic1"]):
            subprocess.run([*quietly, *words], stdout=subprocess.DEVNULL, check=False)
    if not is_ready():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


if __name__ == "__main__":
    if not is_ready():
        install()
    if not is_ready():
        sys.exit("No Chromium for the journeys. Install it: sudo apt-get install chromium libatomic1")
