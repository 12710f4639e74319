"""The shipped server with the demo data: CPU time a page costs its processes, their memory, the weight of a page."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from statistics import median
from urllib.error import HTTPError
from urllib.parse import urlencode

from tests.smtp import free_port

ROOT = Path(__file__).parent.parent
BATCHES, BATCH = 5, 60
TICKS = os.sysconf("SC_CLK_TCK")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
MEMORY_MIB, PAGE_KB, REQUESTS = 160, 30, 4


@dataclass(frozen=True, slots=True)
class Site:
    """A running product: its address and the process that serves it (its child is the worker)."""

    url: str
    pid: int


class Visitor:
    """A browser without pictures."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> str:
        with self.opener.open(self.site.url + path) as answer:
            return str(answer.read().decode())

    def look(self, path: str) -> None:
        """Whatever the answer is."""
        try:
            self.get(path)
        except HTTPError as answer:
            answer.close()

    def send(self, path: str, **fields: str) -> str:
        """Posts the form of a page; the address it leads to."""
        token = TOKEN.search(self.get(path))
        assert token is not None, path
        body = urlencode({"csrf_token": token[1], **fields}).encode()
        with self.opener.open(self.site.url + path, data=body) as answer:
            return str(answer.url).removeprefix(self.site.url)


def report() -> None:
    """Prints each figure beside its target."""
    print(f"Pages of the shipped server with the demo data: CPU time a request, medians of {BATCHES} times {BATCH}")
    with served() as site:
        visitor = Visitor(site)
        result = answer_all(visitor)
        course = "/courses/new-manager-essentials"
        for name, path, target in (
            ("landing page", "/", 2),
            ("question", "/find/3", 4),
            ("result", result, 4),
            ("course", course, 4),
            ("county", "/counties/devon", 5),
            ("enquiry form", "/enquire", 5),
        ):
            print(f"  {name:<32}{cpu_ms(site, visitor, path):>6.1f} ms of {target}")
        for name, path in (("landing page", "/"), ("question", "/find/3"), ("result", result), ("course", course)):
            weight, requests = weigh(visitor, path)
            print(f"  {name + ', weight':<32}{weight:>6.1f} KB of {PAGE_KB}, {requests} requests of {REQUESTS}")
        web, worker = (pss_mib(pid) for pid in (site.pid, child_of(site.pid)))
        print(f"  {'memory after load (PSS)':<32}{web + worker:>6.0f} MiB of {MEMORY_MIB} ({web:.0f} and {worker:.0f})")


@contextmanager
def served(*, again: bool = False) -> Iterator[Site]:
    """`python -m booking.serve` on a fresh folder, until its first page answers; `again`: its second start."""
    with tempfile.TemporaryDirectory() as folder:
        if again:
            with started(folder):
                pass
        with started(folder) as site:
            yield site


@contextmanager
def started(folder: str) -> Iterator[Site]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "booking.serve"],
        cwd=ROOT,
        env={**os.environ, "INSTANCE_DIR": folder, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    site = Site(f"http://127.0.0.1:{port}", process.pid)
    try:
        wait(site)
        yield site
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def wait(site: Site) -> None:
    for _ in range(1_200):
        try:
            with urllib.request.urlopen(f"{site.url}/healthz"):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def answer_all(visitor: Visitor) -> str:
    """Goes through the twelve questions; the address of the result."""
    visitor.send("/find", subject="team")
    for number in range(1, 13):
        visitor.send(f"/find/{number}", answer=str(3 if number % 2 else 1), revision="0")
    visitor.send("/find/matter")
    visitor.send("/find/group", group="5-8")
    return visitor.send("/find/why", other="")


def cpu_ms(site: Site, visitor: Visitor, path: str) -> float:
    visitor.get(path)
    spent = []
    for _ in range(BATCHES):
        before = cpu_seconds(site.pid)
        for _ in range(BATCH):
            visitor.get(path)
        spent.append((cpu_seconds(site.pid) - before) * 1_000 / BATCH)
    return median(spent)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def pss_mib(pid: int) -> float:
    found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) / 1_024 if found else 0


def child_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def weigh(visitor: Visitor, path: str) -> tuple[float, int]:
    """Kilobytes and requests of a page with its style and pictures."""
    page = visitor.get(path)
    parts = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    size = len(page.encode()) + sum(len(visitor.get(part).encode()) for part in parts)
    return size / 1_024, 1 + len(parts)
