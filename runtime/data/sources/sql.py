"""`QUERY@DATABASE` as a source. In: its text, and what is wanted. Out: typed columns.

The query is the user's own and goes to the database unchanged, for reading only, in a process of its own
(`sql_process`). A database is a DuckDB file, `:memory:` for queries over files, or `postgresql://...`.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .arrow import pa
from .content import Columns
from .refused import RefusedError
from .stream import Wanted, read_batches, wanted_of

_QUERY = re.compile(r"(?:\s|--[^\n]*\n)*(select|with|from|values|table)\b.*@", re.IGNORECASE | re.DOTALL)
_SERVER = re.compile(r"@\s*(?=postgres(ql)?://)", re.IGNORECASE)


def is_query(source: str) -> bool:
    """Whether a source given as text is a query of a database."""
    return _QUERY.match(source) is not None


def database_name(source: str) -> str:
    """The database of a query, without user and password."""
    database = _parted(source)[1]
    if "://" not in database:
        return database
    parts = urlsplit(database)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def read_query(source: str, wanted: Wanted) -> Columns:
    """The rows of a query. Raises `RefusedError`."""
    query, database = _parted(source)
    is_server = database.lower().startswith(("postgresql://", "postgres://"))
    if not is_server and database != ":memory:" and not Path(database).is_file():
        raise RefusedError(None, f"there is no database file {database!r}")
    with _running(query, database) as process:
        try:
            reader = pa.ipc.open_stream(process.stdout)
            names = tuple(reader.schema.names)
            chosen = wanted_of(wanted, names)
            columns = Columns(names, read_batches(reader, chosen))
        except (pa.ArrowException, OSError):
            raise RefusedError(None, _why(process)) from None
        if process.wait() != 0:  # A stream that breaks off between two batches looks complete.
            raise RefusedError(None, _why(process))
        return columns


def _parted(source: str) -> tuple[str, str]:
    """The query and the database: what follows the last `@` before a server's address, or else the last `@`."""
    servers = list(_SERVER.finditer(source))
    if servers:
        return source[: servers[-1].start()].strip(), source[servers[-1].end() :].strip()
    query, _, database = source.rpartition("@")
    return query.strip(), database.strip()


@contextmanager
def _running(query: str, database: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The process that runs the query. It ends with the `with` block in any case."""
    script = Path(__file__).with_name("sql_process.py")
    process = subprocess.Popen(
        [sys.executable, "-P", str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        assert process.stdin is not None
        # Not as an argument, which others on the machine could see: an address may hold a password.
        process.stdin.write(json.dumps({"query": query, "database": database}).encode() + b"\n")
        process.stdin.flush()
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def _why(process: "subprocess.Popen[bytes]") -> str:
    """Why the query's process failed, in its own words."""
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    told = process.stderr.read().decode(errors="replace").strip().rpartition("\n")[2]
    try:
        why: Any = json.loads(told)["why"]
    except (ValueError, KeyError, TypeError):
        return "the query's process ended before the last row"
    return str(why)
