"""Queries as sources: DuckDB files, files through DuckDB, PostgreSQL. They change nothing and tell no values."""

import os
import re
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from tacit.runtime.clear.keys import hash_key
from tacit.runtime.data.sources import sql, sql_process
from tacit.runtime.data.sources.sql import database_name, is_query

from tests.data.sources.servers import postgresql
from tests.data.tables import column, read, refusal, table

pytest.importorskip("adbc_driver_postgresql")
from adbc_driver_postgresql import dbapi

PEOPLE = table(
    name=column("key"),
    amount=column("fixed"),
    marks=column("int", 2, bits=32),
    day=column("date"),
    kind=column("category", labels=("a", "b")),
    flag=column("bool", default=0),
)
EXPECTED = {
    "name": [hash_key("Ann"), hash_key("Bob")],
    "amount": [98304, -131072],
    "marks": [[1, 2], [3, 4]],
    "day": [0, 1],
    "kind": [1, 0],
    "flag": [True, False],
}
ROWS = """
    ('Ann', 1.5, {list}[1, 2], date '1970-01-01', 'b', true),
    ('Bob', -2, {list}[3, 4], date '1970-01-02', 'a', null)
"""
COLUMNS = "name text, amount decimal(9, 2), marks int[], day date, kind text, flag boolean"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("shop") / "shop.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute(f"create table people ({COLUMNS}); insert into people values {ROWS.format(list='')}")
    return str(path)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as address:
        with dbapi.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(f"create table people ({COLUMNS})")
            cursor.execute(f"insert into people values {ROWS.format(list='array')}")
            connection.commit()
        yield address


@pytest.fixture(params=["duckdb", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue({"duckdb": "shop", "postgresql": "server"}[request.param]))


def test_rows_of_a_query(database: str) -> None:
    assert read(PEOPLE, f"select * from people order by name@{database}") == EXPECTED
    assert read(PEOPLE, f"  WITH x AS (select * from people) select * from x order by name @ {database} ") == EXPECTED
    assert read(PEOPLE, f"select * from people where name = 'x@y'@{database}") == {name: [] for name in EXPECTED}


def test_files_are_queried_without_a_database(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("name,amount\nAnn,1.5\nBob,2\n")
    declared = table(name=column("key"), total=column("fixed"))
    query = f"select name, sum(amount) as total from '{tmp_path}/x.csv' where name = 'Bob' group by name@:memory:"
    assert read(declared, query) == {"name": [hash_key("Bob")], "total": [131072]}


def test_many_batches() -> None:
    declared = table(v=column("int"))
    assert sum(read(declared, "select i as v from range(300000) r(i)@:memory:")["v"]) == 300000 * 299999 // 2
    message = refusal(declared, "select nullif(i, 299999) as v from range(300000) r(i)@:memory:")
    assert "(query of :memory:): row 300000, column 'v': the value is missing; a whole number is expected" in message


@pytest.mark.parametrize(
    "query",
    [
        "with gone as (delete from people returning *) select * from gone",
        "select 1 as v; drop table people",
        "select * from people; select * from people",
        "with x as (select 1) insert into people select * from people",
        "table people; delete from people",
    ],
)
def test_queries_change_nothing(database: str, query: str) -> None:
    refusal(PEOPLE, f"{query}@{database}")
    assert read(PEOPLE, f"select * from people order by name@{database}") == EXPECTED


def test_queries_write_no_files(shop: str, tmp_path: Path) -> None:
    for query in (f"from people; copy people to '{tmp_path}/x.csv'", f"with x as (select 1) copy x to '{tmp_path}/x'"):
        refusal(PEOPLE, f"{query}@{shop}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("select * fro people", "the query failed: (Parser Error: )?syntax error at or near"),
        ("select nam from people", 'the query failed: .*column "nam"'),
        ("select * from nobody", "the query failed: .*nobody.*does not exist"),
        ("select amount from people", "there is no column 'name'"),
        ("select cast(name as int) as name from people", "the query failed"),
    ],
)
def test_what_is_wrong_is_told_without_values(database: str, query: str, message: str) -> None:
    found = refusal(table(name=column("key")), f"{query}@{database}")
    assert re.search(message, found), found
    assert "Ann" not in found and "word" not in found and "\n" not in found


def test_values_are_judged_like_those_of_files(database: str) -> None:
    found = refusal(table(marks=column("int", 3)), f"select marks from people@{database}")
    assert "row 1, column 'marks': the list has 2 entries; 3 are expected" in found
    found = refusal(table(day=column("date")), f"select timestamp '1970-01-01 12:00' as day@{database}")
    assert "row 1, column 'day': the value has a time of day" in found
    found = refusal(table(flag=column("bool")), f"select flag from people order by name@{database}")
    assert "row 2, column 'flag': the value is missing" in found


def test_databases_that_are_not_there(tmp_path: Path) -> None:
    assert "there is no database file 'no.duckdb'" in refusal(PEOPLE, "select 1@no.duckdb")
    (tmp_path / "x.duckdb").write_text("none")
    assert "the query failed" in refusal(PEOPLE, f"select 1@{tmp_path}/x.duckdb")
    found = refusal(PEOPLE, "select 1@postgresql://bob:word@127.0.0.1:1/x")
    assert "(query of postgresql://127.0.0.1:1/x): the query failed: " in found
    assert "word" not in found


def test_a_process_that_dies_is_no_end_of_rows(shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that came before are not taken for all of them."""
    script = tmp_path / "sql_process.py"
    text = Path(sql_process.__file__).read_text()
    script.write_text(text.replace("writer.write_batch(batch)", "writer.write_batch(batch); os._exit(9)"))
    monkeypatch.setattr(sql, "__file__", str(tmp_path / "sql.py"))
    assert "the query's process ended before the last row" in refusal(PEOPLE, f"select * from people@{shop}")


@pytest.mark.parametrize(
    ("module", "hint"), [("duckdb", "pip install duckdb"), ("adbc_driver_postgresql", "tacit[postgres]")]
)
def test_a_missing_driver_is_named(
    shop: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, hint: str
) -> None:
    (tmp_path / f"{module}.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    source = f"select 1@{shop}" if module == "duckdb" else "select 1@postgresql://127.0.0.1:1/x"
    assert hint in refusal(PEOPLE, source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("select 1@x.duckdb", True),
        ("FROM t@:memory:", True),
        ("selected@x.csv", False),
        ("-- What we bring, by e-mail @ home.\n\n-- All.\nselect * from t\n@ shop.duckdb", True),
        ("-- select a @ b", False),
        ("select.csv", False),
        ("from alice", False),
        ("data@home.csv", False),
        ("[1, 2]", False),
    ],
)
def test_what_is_a_query(source: str, expected: bool) -> None:
    assert is_query(source) is expected


def test_addresses_are_told_without_passwords() -> None:
    assert (
        database_name("select '@' @postgresql://bob:p@ss@host:5432/db?sslmode=require") == "postgresql://host:5432/db"
    )
    assert database_name("select 'a@b' @ shop.duckdb") == "shop.duckdb"


ENDLESS = "select count(*) as v from range(10000000000) a, range(10000000000) b@:memory:"
READ = """
import subprocess, sys
from tests.data.tables import column, read, table

class Told(subprocess.Popen):
    def __init__(self, *words, **named):
        super().__init__(*words, **named)
        print(self.pid, flush=True)

subprocess.Popen = Told
read(table(v=column("int")), sys.argv[1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of the end of a process that is not a child")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_a_query_ends_with_who_asked(sign: signal.Signals) -> None:
    command = [sys.executable, "-c", READ, ENDLESS]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        assert process.stdout is not None
        query = os.pidfd_open(int(process.stdout.readline()))
        process.send_signal(sign)  # to this process alone, not to those that it started
        assert process.wait(30) != 0
        assert select.select([query], [], [], 30)[0] == [query]
        os.close(query)
