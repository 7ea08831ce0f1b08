"""A process that runs one query. In: a line of JSON, {"query", "database"}. Out: the rows, as a stream of Arrow.

`sql` starts this file as a script. A database engine has threads and memory of its own; they end with this process, and
a forked party never has them. If the query fails, the last line of standard error says why, as JSON: {"why": ...}.
These words hold no value of the data. The process ends when its parent is gone.
"""

import json
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa

try:
    import duckdb
except ImportError:
    duckdb = None
try:
    from adbc_driver_manager import Error as AdbcError
    from adbc_driver_postgresql import dbapi as postgresql
except ImportError:
    postgresql = None

BATCH_ROWS = 1 << 17
_SAFE_STATES = ("08", "28", "3D", "3F", "42", "53", "57")
"""Classes of PostgreSQL's errors whose texts speak of connections, names and syntax, not of values."""


class QueryError(Exception):
    """Why there are no rows, in words for whoever asked."""


def main() -> None:
    """Answers the request on standard input."""
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    rows = _postgresql if request["database"].startswith(("postgresql:", "postgres:")) else _duckdb
    try:
        with rows(request["query"], request["database"]) as reader:
            with pa.ipc.new_stream(sys.stdout.buffer, reader.schema) as writer:
                for batch in reader:
                    writer.write_batch(batch)
            sys.stdout.buffer.flush()
    except QueryError as error:
        _fail(str(error))
    except BrokenPipeError:
        _fail("nobody reads the rows")
    except (pa.ArrowException, OSError):  # the error's own text may show a value
        _fail("the query failed while it gave rows: a value cannot be converted, or the connection broke")
    os._exit(0)  # without waiting for the engine to tidy up


def _fail(why: str) -> None:
    print("\n" + json.dumps({"why": why}), file=sys.stderr, flush=True)
    os._exit(1)


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(1)


# --- DuckDB -----------------------------------------------------------------------------------------------------


@contextmanager
def _duckdb(query: str, database: str) -> Iterator[Any]:
    if duckdb is None:
        raise QueryError("queries need DuckDB: pip install duckdb")
    telling = (
        duckdb.ParserException,
        duckdb.BinderException,
        duckdb.CatalogException,
        duckdb.PermissionException,
        duckdb.IOException,
    )
    try:
        statements = duckdb.extract_statements(query)
        if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
            raise QueryError("the query must be one SELECT: it may not change anything")
        is_file = database != ":memory:"
        with duckdb.connect(database, read_only=is_file, config={"autoinstall_known_extensions": False}) as connection:
            connection.execute(query)
            yield connection.to_arrow_reader(BATCH_ROWS)
    except telling as error:
        raise QueryError(f"the query failed: {_first_line(error)}") from None
    except duckdb.Error as error:
        # Texts of other errors may show values, such as the value that could not be converted.
        kind = str(error).partition(":")[0]
        raise QueryError(f"the query failed: {kind if kind.endswith('Error') else type(error).__name__}") from None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


# --- PostgreSQL -------------------------------------------------------------------------------------------------


@contextmanager
def _postgresql(query: str, database: str) -> Iterator[Any]:
    if postgresql is None:
        raise QueryError("PostgreSQL needs its Arrow driver: pip install 'tacit[postgres]'")
    try:
        with postgresql.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(query)
            yield cursor.fetch_record_batch()
    except AdbcError as error:
        state = error.sqlstate or ""
        if not state or state[:2] in _SAFE_STATES or state == "25006":
            raise QueryError(f"the query failed: {_postgresql_text(error)}") from None
        raise QueryError(f"the query failed: PostgreSQL error {state}") from None


def _postgresql_text(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines()]
    told = next((line for line in lines if "ERROR:" in line or "FATAL:" in line or "failed:" in line), lines[0])
    return told.partition("ERROR:")[2].strip() or told


if __name__ == "__main__":
    main()
