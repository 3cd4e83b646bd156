"""The client of Sunmao's HTTP API: records are filed, asked for, changed and followed.

Every request here may be sent again when its answer was lost: a record that is filed again as it is costs nothing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import httpx
from httpx_sse import connect_sse

from customer_hub.api import Change, ChangePage, Problem, Receipt, Refusal, ShownRecord

Body = dict[str, Any]

#: Seconds between attempts while Sunmao is away: it is being restarted, or its disk is full.
PAUSES = (0.5, 1, 2, 5, 10)
#: A stream of changes carries a comment every ten seconds; one that is silent for longer is dead.
SILENCE = 30


class Refused(Exception):
    """Sunmao refused a request. `problem` says what is wrong, member by member, and what to do."""

    def __init__(self, status: int, problem: Problem) -> None:
        self.status = status
        self.problem = problem
        lines = [problem["message"]]
        for fault in problem.get("faults", []):
            more = f" ({hint})" if (hint := fault.get("hint")) else ""
            lines.append(f"{fault['field']}: {fault['message']}{more}")
        if hint := problem.get("hint"):
            lines.append(f"hint: {hint}")
        super().__init__("\n".join(lines))


class Sunmao:
    """A connection to `sunmao serve`."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def file(self, kind: str, id: str, body: Mapping[str, object], *, revision: int | None = None) -> Receipt:
        """Files a record whole: what `body` leaves out is empty from now on.

        When this returns, the record is on Sunmao's disk, and every flow that listens for it will take it up. With
        `revision`, it is filed only while the record still has that revision; else `Refused` has the status 412.
        """
        headers = {} if revision is None else {"If-Match": f'"{revision}"'}
        return cast(Receipt, self._ask("PUT", path(kind, id), json=body, headers=headers).json())

    def get(self, kind: str, id: str, *, include: Iterable[str] = ()) -> ShownRecord | None:
        """A record with its links to the ERP, and in `included` the records of other kinds that belong to it."""
        params = {"include": ",".join(include)} if include else {}
        try:
            return cast(ShownRecord, self._ask("GET", path(kind, id), params=params).json())
        except Refused as refused:
            if refused.status == 404:
                return None
            raise

    def change(self, kind: str, id: str, edit: Callable[[Body], Body]) -> Receipt:
        """Reads a record, edits its body and files it, so that nobody's edit in between is lost."""
        while True:
            record = self.get(kind, id)
            body = record.get("body") if record else None
            if record is None or body is None:
                raise LookupError(f"there is no {kind}/{id}")
            try:
                return self.file(kind, id, edit(body), revision=record["revision"])
            except Refused as refused:
                if refused.status != 412:
                    raise

    def changes(self, after: int, *, kind: str) -> ChangePage:
        """A page of what changed behind a change number, the oldest first."""
        return cast(ChangePage, self._ask("GET", "/v1/changes", params={"after": after, "kind": kind}).json())

    def follow(self, after: int, *, kind: str) -> Iterator[Change]:
        """What changed behind a change number, and then whatever changes, as it does, without end.

        Nothing is missed while Sunmao or the network is away: the stream goes on behind the last change that came.
        """
        pauses = 0
        while True:
            params = {"after": after, "kind": kind}
            try:
                with connect_sse(self._http, "GET", "/v1/changes", params=params, timeout=SILENCE) as stream:
                    raise_if_refused(stream.response)
                    for event in stream.iter_sse():
                        change = cast(Change, json.loads(event.data))
                        yield change
                        after, pauses = change["change"], 0
            except httpx.TransportError:
                pass
            except Refused as refused:
                if refused.status != 503:
                    raise
            time.sleep(PAUSES[min(pauses, len(PAUSES) - 1)])
            pauses += 1

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        for pause in (*PAUSES, None):
            try:
                response = self._http.request(method, path, **request)
            except httpx.TransportError:
                if pause is None:
                    raise
            else:
                if response.status_code != 503 or pause is None:
                    raise_if_refused(response)
                    return response
            time.sleep(pause)
        raise AssertionError("the last attempt returns or raises")


def path(kind: str, id: str) -> str:
    """Where a record lives. An id may hold what a path may not."""
    return f"/v1/records/{quote(kind, safe='')}/{quote(id, safe='')}"


def raise_if_refused(response: httpx.Response) -> None:
    """Raises what Sunmao says is wrong."""
    if response.is_success:
        return
    text = response.read().decode(errors="replace")
    # A proxy in front of Sunmao may answer in words of its own.
    problem: Problem = {"kind": "unavailable", "message": f"{response.status_code}: {text[:200]}"}
    with suppress(ValueError, LookupError, TypeError):
        problem = cast(Refusal, json.loads(text))["error"]
    raise Refused(response.status_code, problem)
