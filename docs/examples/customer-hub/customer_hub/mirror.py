"""The hub's own database: Sunmao's records as the hub last heard of them, and how far it has heard.

What is heard and that it was heard are one commit. So a hub that is killed at any moment takes up where it
was: it may hear something twice, and then nothing happens, but it misses nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

TABLES = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL, id TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT, PRIMARY KEY (kind, id)
) STRICT;
CREATE TABLE IF NOT EXISTS feed (kind TEXT PRIMARY KEY, after INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, taken_at TEXT NOT NULL) STRICT;
"""

#: A webhook is repeated for three days at most; what is older need not be remembered.
FORGET = "DELETE FROM message WHERE taken_at < datetime('now', '-7 days')"


@dataclass(frozen=True)
class Heard:
    """A state of a record that the hub heard of; without a body where the record was deleted."""

    kind: str
    id: str
    revision: int
    body: Mapping[str, object] | None


class Mirror:
    """A file. Threads and processes may use it at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.executescript(TABLES)

    def position(self, kind: str) -> int:
        """The number of the last change that came by the feed."""
        with self._commit() as database:
            row = database.execute("SELECT after FROM feed WHERE kind = ?", (kind,)).fetchone()
        return int(row[0]) if row else 0

    def take_change(self, heard: Heard, change: int) -> bool:
        """Keeps what came by the feed. Whether it is news."""
        with self._commit() as database:
            position = "INSERT INTO feed VALUES (?, ?) ON CONFLICT (kind) DO UPDATE SET after = excluded.after"
            database.execute(position, (heard.kind, change))
            return keep(database, heard)

    def take_message(self, heard: Heard, message: str) -> bool:
        """Keeps what came by a webhook, once for each message. Whether it is news."""
        with self._commit() as database:
            database.execute(FORGET)
            taken = database.execute(
                "INSERT INTO message VALUES (?, datetime('now')) ON CONFLICT DO NOTHING", (message,)
            )
            return taken.rowcount == 1 and keep(database, heard)

    @contextmanager
    def _commit(self) -> Generator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=30)) as database, database:
            yield database


def keep(database: sqlite3.Connection, heard: Heard) -> bool:
    """Keeps a state, unless a newer one is there: feed and webhooks overtake one another."""
    body = None if heard.body is None else json.dumps(heard.body, ensure_ascii=False)
    kept = database.execute(
        """
        INSERT INTO record VALUES (?, ?, ?, ?)
        ON CONFLICT (kind, id) DO UPDATE SET revision = excluded.revision, body = excluded.body
        WHERE excluded.revision > revision
        """,
        (heard.kind, heard.id, heard.revision, body),
    )
    return kept.rowcount == 1
