"""A PostgreSQL server of the tests' own: started once, on a free port of this machine, gone afterwards."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_DEBIAN = Path("/usr/lib/postgresql")
"""Where Debian keeps what it does not put on the path."""


def _program(name: str) -> str | None:
    others = sorted(_DEBIAN.glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(others[-1]) if others else None)


@contextmanager
def postgresql() -> Iterator[str]:
    """The server's address, `postgresql://...`; skips where there is no PostgreSQL."""
    initdb, control = _program("initdb"), _program("pg_ctl")
    if initdb is None or control is None:
        pytest.skip("PostgreSQL is not installed")
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root.
        if "postgres" not in {each.pw_name for each in pwd.getpwall()}:
            pytest.skip("PostgreSQL runs as any user but root")
        user = "postgres"
    with TemporaryDirectory() as name, socket.socket() as free:
        folder = Path(name)
        shutil.chown(folder, user or os.geteuid())
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        data = str(folder / "data")

        def run(*words: str) -> None:
            subprocess.run(words, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL, timeout=60)

        run(initdb, "-D", data, "-A", "trust", "-U", "tacit", "--no-sync")
        run(control, "-D", data, "-w", "-l", str(folder / "log"), "-o", f"-p {port} -k {folder} -h 127.0.0.1", "start")
        try:
            yield f"postgresql://tacit:word@127.0.0.1:{port}/postgres"
        finally:
            run(control, "-D", data, "-m", "immediate", "stop")
