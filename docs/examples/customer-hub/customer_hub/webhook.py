"""Sunmao's webhooks: verified, taken once each, and answered.

`receive` is all that a hub with a web framework of its own needs; the server below is the standard library's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from customer_hub.api import WebhookMessage
from customer_hub.mirror import Heard, Mirror

#: No record is larger than this.
LARGEST = 1024 * 1024


def receive(
    webhook: Webhook, mirror: Mirror, headers: Mapping[str, str], body: bytes
) -> tuple[HTTPStatus, WebhookMessage | None]:
    """What to answer, and the message where it is news.

    Whoever does not know the secret is turned away, and so is a message whose time is more than five minutes off.
    Sunmao repeats a message until it is answered with 2xx, so it is on disk before it is answered.
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        webhook.verify(body, named)
    except WebhookVerificationError:
        return HTTPStatus.UNAUTHORIZED, None
    message = cast(WebhookMessage, json.loads(body))
    record = message["data"]
    heard = Heard(record["kind"], record["id"], record["revision"], record["body"])
    is_news = mirror.take_message(heard, named["webhook-id"])
    return HTTPStatus.NO_CONTENT, message if is_news else None


def server(
    address: tuple[str, int], secret: str, mirror: Mirror, hear: Callable[[WebhookMessage], None]
) -> ThreadingHTTPServer:
    """A server that calls `hear` with every message that is news."""
    webhook = Webhook(secret)

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            if length > LARGEST:
                self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            status, message = receive(webhook, mirror, dict(self.headers), self.rfile.read(length))
            self.send_response(status)
            self.end_headers()
            if message is not None:
                hear(message)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: what matters is heard."""

    return ThreadingHTTPServer(address, Receiver)
