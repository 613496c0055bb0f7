"""Fills ledgers of several sizes and measures the ledger's public calls on them; prints one table for each store.

Benchmarks/run ledger [--messages 10000,1000000,10000000] [--stores sqlite,postgres] [--samples 20000]

The rows are made by SQL and spread over the 50 days before today: 97 % delivered, 1 % refused, 1 % blocked, 1 % without
an end. `Ledger/Measure/Rows.swift` names the same rows.
"""

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DAY = 86_400
SPAN = 50 * DAY

# By the message's number n, of :count in all; :start is the first one's instant, in microseconds.
SQLITE = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -6000000;
INSERT INTO name (text) VALUES ('shop'), ('MG00000000000000000000000000000001'), ('w1');
CREATE TEMP VIEW word AS SELECT
    (SELECT id FROM name WHERE text = 'shop') AS app, (SELECT id FROM name WHERE text LIKE 'MG%') AS program,
    (SELECT id FROM name WHERE text = 'w1') AS worker;
CREATE TEMP TABLE run AS SELECT {count} AS count, {start} AS start, {span} AS span, {people} AS people;
INSERT INTO decision (id, record, used_at)
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n, run WHERE i < 1 + count / 1000)
SELECT i, CAST('{record}' || i AS BLOB), start + i * 1000 * (span / count) FROM n, run;
INSERT INTO message (id, app, message_id, first_seen, program, class, purpose, channel, request_hash, recipient)
WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n, run WHERE i < count)
SELECT i, app, printf('%08x-%012x', (i * 2654435761) & 4294967295, i), start + i * (span / count), program,
    'transactional', 'order-shipped', 'sms', CAST(unhex_07 AS BLOB),
    printf('ph_k1_%08x%024x', ((i % people) * 3266489917) & 4294967295, i % people)
FROM n, run, word, (SELECT x'{hash}' AS unhex_07);
INSERT INTO progress (message, state, attempt, changed_at, worker, decision, rank, status, status_at, final_at, sid,
    provider_status)
SELECT id, CASE WHEN id % 100 = 1 THEN 3 WHEN id % 100 = 2 THEN 6 ELSE 2 END, 1, first_seen + 1000000, worker,
    1 + id / 1000, CASE WHEN id % 100 < 3 THEN 50 WHEN id % 100 = 3 THEN 10 ELSE 60 END,
    CASE id % 100 WHEN 1 THEN 'refused' WHEN 2 THEN 'blocked' WHEN 3 THEN 'accepted' ELSE 'delivered' END,
    first_seen + 5000000, CASE WHEN id % 100 = 3 THEN NULL ELSE first_seen + 5000000 END,
    CASE WHEN id % 100 IN (1, 2) THEN NULL
        ELSE printf('SM%08x%024x', (id * 2246822519) & 4294967295, id) END, 'queued'
FROM message, word;
INSERT INTO provider_id (sid, message) SELECT sid, message FROM progress WHERE sid IS NOT NULL;
INSERT INTO conversation (recipient, program, id, app, message_id, metadata, at)
SELECT recipient, program, lower(hex(randomblob(16))), 'shop', message_id, '{{"campaign":"spring"}}', first_seen
FROM message, run WHERE id > count - people;
INSERT INTO consent (recipient, program, kind, epoch, at, evidence)
SELECT recipient, program, 'granted', 1, first_seen, 'import' FROM message, run
WHERE id > count - people AND id % 50 = 0;
"""

POSTGRES = """
SET search_path = switchboard;
SET synchronous_commit = off;
SET maintenance_work_mem = '512MB';
INSERT INTO decision (id, record, used_at)
SELECT decode(md5(i::text), 'hex'), convert_to('{record}' || i, 'UTF8'), {start} + i * 1000 * ({span} / {count})
FROM generate_series(1::bigint, 1 + {count} / 1000) i;
INSERT INTO message (app, message_id, first_seen, program, class, purpose, channel, request_hash, recipient)
SELECT 'shop', lpad(to_hex((i * 2654435761) & 4294967295), 8, '0') || '-' || lpad(to_hex(i), 12, '0'),
    {start} + i * ({span} / {count}), 'MG00000000000000000000000000000001', 'transactional', 'order-shipped', 'sms',
    decode('{hash}', 'hex'),
    'ph_k1_' || lpad(to_hex(((i % {people}) * 3266489917) & 4294967295), 8, '0') || lpad(to_hex(i % {people}), 24, '0')
FROM generate_series(1::bigint, {count}) i;
INSERT INTO progress (message, state, attempt, changed_at, worker, decision, rank, status, status_at, final_at, sid,
    provider_status)
SELECT id, CASE WHEN id % 100 = 1 THEN 3 WHEN id % 100 = 2 THEN 6 ELSE 2 END, 1, first_seen + 1000000, 'w1',
    decode(md5((1 + id / 1000)::text), 'hex'), CASE WHEN id % 100 < 3 THEN 50 WHEN id % 100 = 3 THEN 10 ELSE 60 END,
    CASE id % 100 WHEN 1 THEN 'refused' WHEN 2 THEN 'blocked' WHEN 3 THEN 'accepted' ELSE 'delivered' END,
    first_seen + 5000000, CASE WHEN id % 100 = 3 THEN NULL ELSE first_seen + 5000000 END,
    CASE WHEN id % 100 IN (1, 2) THEN NULL
        ELSE 'SM' || lpad(to_hex((id * 2246822519) & 4294967295), 8, '0') || lpad(to_hex(id), 24, '0') END, 'queued'
FROM message ORDER BY id;
INSERT INTO provider_id (sid, message) SELECT sid, message FROM progress WHERE sid IS NOT NULL;
INSERT INTO conversation (recipient, program, id, app, message_id, metadata, at)
SELECT recipient, program, replace(gen_random_uuid()::text, '-', ''), app, message_id, '{{"campaign":"spring"}}',
    first_seen
FROM message WHERE id > {count} - {people};
INSERT INTO consent (recipient, program, kind, epoch, at, evidence)
SELECT recipient, program, 'granted', 1, first_seen, 'import' FROM message
WHERE id > {count} - {people} AND id % 50 = 0;
VACUUM ANALYZE;
CHECKPOINT;
"""


def script(text: str, count: int, start: int) -> str:
    record = '{"outcome":"allow","reasons":[]}' * 20
    return text.format(
        count=count, start=start, span=SPAN * 1_000_000, people=max(1, count // 5), record=record, hash="07" * 32
    )


def program() -> Path:
    package = ROOT / "Benchmarks" / "Ledger"
    subprocess.run(
        ["swift", "build", "--package-path", package, "--configuration", "release", "--product", "bench-ledger"],
        check=True,
        stdout=sys.stderr,
    )
    return package / ".build" / "release" / "bench-ledger"


class SQLite:
    name = "SQLite"

    def __init__(self, folder: Path):
        self.path = folder / "ledger.sqlite"
        self.url = f"sqlite:{self.path}"
        self.postmaster = "none"

    def clear(self):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def fill(self, count: int, start: int):
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.executescript(script(SQLITE, count, start))
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()

    def size(self) -> int:
        return self.path.stat().st_size

    def close(self):
        self.clear()


class Postgres:
    name = "PostgreSQL"

    def __init__(self, port: int):
        self.node = "bench-ledger"
        started = subprocess.run(
            [ROOT / "Scripts" / "postgres", "start", self.node, str(port)], check=True, capture_output=True, text=True
        )
        self.url = started.stdout.strip().splitlines()[-1]
        data = Path(f"/tmp/switchboard-postgres-{self.node}-{os.geteuid()}/data/postmaster.pid")
        self.postmaster = data.read_text().splitlines()[0]

    def sql(self, text: str) -> str:
        done = subprocess.run(
            ["psql", self.url, "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1"],
            input=text, check=True, stdout=subprocess.PIPE, text=True,
        )
        return done.stdout.strip()

    def clear(self):
        self.sql("SET client_min_messages = warning; DROP SCHEMA IF EXISTS switchboard CASCADE;")

    def fill(self, count: int, start: int):
        self.sql(script(POSTGRES, count, start))

    def size(self) -> int:
        return int(
            self.sql(
                "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c "
                "WHERE relkind = 'r' AND relnamespace = 'switchboard'::regnamespace;"
            )
        )

    def close(self):
        subprocess.run([ROOT / "Scripts" / "postgres", "wipe", self.node], check=True)


def measure(store, bench: Path, count: int, samples: int) -> dict:
    end = int(time.time())
    store.clear()
    subprocess.run([bench, store.url, "0", str(end), "0", store.postmaster], check=True)
    started = time.monotonic()
    store.fill(count, (end - SPAN) * 1_000_000)
    size = store.size()
    print(f"{store.name}: {count:,} messages filled in {time.monotonic() - started:.0f} s", file=sys.stderr)
    done = subprocess.run(
        [bench, store.url, str(count), str(end), str(samples), store.postmaster],
        check=True, stdout=subprocess.PIPE, text=True,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    figures = {line["name"]: line for line in lines if "name" in line}
    [removed] = [line["removed"] for line in lines if "removed" in line]
    return {"size": size / count, "removed": removed, "figures": figures}


MESSAGE = ("claim", "begin", "settle", "record accepted", "record delivered")


def table(store: str, results: dict[int, dict]) -> str:
    """One line for each call: processor time of the process (and the server), latency p50 and p99."""
    counts = list(results)
    lines = [f"### {store}", "", "| | " + " | ".join(f"{count:,}" for count in counts) + " |", "| --- |" + " --- |" * len(counts)]

    def row(name: str, cell):
        lines.append(f"| {name} | " + " | ".join(cell(results[count]) for count in counts) + " |")

    def cost(figure: dict) -> str:
        server = f" + {figure['server']:.0f}" if figure["server"] else ""
        return f"{figure['processor']:.1f}{server} µs · {figure['p50'] / 1000:.1f} · {figure['p99'] / 1000:.1f} ms"

    def whole(result: dict) -> str:
        own = sum(result["figures"][name]["processor"] for name in MESSAGE)
        server = sum(result["figures"][name]["server"] for name in MESSAGE)
        return f"{own:.0f} µs" + (f" + {server:.0f} µs" if server else "")

    row("a message: the five calls", whole)
    names = [name for name in next(iter(results.values()))["figures"] if name != "prune step"]
    for name in names:
        row(name, lambda result, name=name: cost(result["figures"][name]))
    row("prune step, p50 · p99", lambda r: f"{r['figures']['prune step']['p50'] / 1000:.1f} · {r['figures']['prune step']['p99'] / 1000:.1f} ms")
    row("messages pruned in 200 steps", lambda r: f"{r['removed']:,}")
    row("bytes a message", lambda r: f"{r['size']:,.0f}")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", default="10000,1000000,10000000")
    parser.add_argument("--stores", default="sqlite,postgres")
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, default=ROOT / ".local" / "bench-ledger")
    parser.add_argument("--port", type=int, default=15_432)
    options = parser.parse_args()
    bench = program()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.stores.split(","):
        store = SQLite(options.folder) if name == "sqlite" else Postgres(options.port)
        try:
            results = {
                count: measure(store, bench, count, options.samples)
                for count in map(int, options.messages.split(","))
            }
        finally:
            store.close()
        print(table(store.name, results), flush=True)


if __name__ == "__main__":
    main()
