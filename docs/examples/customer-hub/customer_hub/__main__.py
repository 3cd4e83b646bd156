"""The hub's command line: each command is one thing that a Customer Hub does with Sunmao.

Answers are lines of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import cast

import httpx

from customer_hub.api import ContactBody, ContractBody, QuotationBody, WebhookMessage
from customer_hub.mirror import Heard, Mirror
from customer_hub.sunmao import Body, Refused, Sunmao
from customer_hub.webhook import server


def file_contact(sunmao: Sunmao, options: argparse.Namespace) -> None:
    """Files a contact; the integration makes a customer of it if the policy admits it."""
    contact: ContactBody = {"company_name": options.company, "source": "wechat", "type": "customer"}
    if options.name:
        contact["real_name"] = options.name
    if options.phone:
        contact |= {"phone": options.phone, "phone_verified": True}
    if options.score is not None:
        contact["score"] = options.score
    tell(sunmao.file("contact", options.id, contact))


def show_customer(sunmao: Sunmao, options: argparse.Namespace) -> None:
    """What the ERP knows of a contact: its customer, its contracts, and what it has not paid."""
    contact = sunmao.get("contact", options.id, include=["contract"])
    if contact is None:
        raise LookupError(f"there is no contact/{options.id}")
    related = contact.get("included") or {}
    contracts = [cast(ContractBody, contract["body"]) for contract in related.get("contract", [])]
    links = {link["link"]: link["number"] for link in contact["links"]}
    tell(
        {
            "id": contact["id"],
            "customer": links.get("customer"),
            "contracts": [
                {name: contract.get(name) for name in ("number", "subject", "approval", "total", "open")}
                for contract in contracts
            ],
            # Amounts are exact decimals in text: never a float.
            "open": str(sum((Decimal(contract.get("open", 0)) for contract in contracts), Decimal())),
        }
    )


def accept_quotation(sunmao: Sunmao, options: argparse.Namespace) -> None:
    """Marks a quotation as accepted; the integration makes a contract of it."""

    def accepted(body: Body) -> Body:
        quotation = cast(QuotationBody, body)
        if quotation.get("status") in ("rejected", "expired"):
            raise ValueError(f"quotation/{options.id} is {quotation.get('status')}")
        return {**body, "status": "accepted"}

    tell(sunmao.change("quotation", options.id, accepted))


def follow(sunmao: Sunmao, options: argparse.Namespace) -> None:
    """Follows the changes of a kind, from where it was when it last ended."""
    mirror = Mirror(options.database)
    for change in sunmao.follow(mirror.position(options.kind), kind=options.kind):
        heard = Heard(change["kind"], change["id"], change["revision"], change.get("body"))
        if mirror.take_change(heard, change["change"]):
            tell({"event": change["event"], "id": change["id"], "origin": change["origin"]})


def listen(_: Sunmao, options: argparse.Namespace) -> None:
    """Hears of changes by webhook."""
    secret = os.environ.get("SUNMAO_WEBHOOK_SECRET")
    if not secret:
        raise LookupError("SUNMAO_WEBHOOK_SECRET is not set; Sunmao has it as SUNMAO_WEBHOOK_HUB_SECRET")

    def hear(message: WebhookMessage) -> None:
        tell({"event": message["type"], "id": message["data"]["id"]})

    with server((options.host, options.port), secret, Mirror(options.database), hear) as receiver:
        tell({"url": f"http://{options.host}:{receiver.server_port}/"})
        receiver.serve_forever()


def tell(answer: object) -> None:
    """Writes an answer on a line of its own, at once, from whatever thread."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def parser() -> argparse.ArgumentParser:
    """Every command with its options."""
    top = argparse.ArgumentParser("customer-hub", description=__doc__)
    top.add_argument("--url", default=os.environ.get("SUNMAO_URL", "http://127.0.0.1:7070"), help="Sunmao's address")
    top.add_argument("--database", type=Path, default=Path("hub.sqlite"), help="where the hub keeps what it heard")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    contact = commands.add_parser("file-contact", help=file_contact.__doc__)
    contact.add_argument("id")
    contact.add_argument("--company", required=True)
    contact.add_argument("--name")
    contact.add_argument("--phone")
    contact.add_argument("--score", type=int)
    contact.set_defaults(command=file_contact)

    customer = commands.add_parser("customer", help=show_customer.__doc__)
    customer.add_argument("id")
    customer.set_defaults(command=show_customer)

    quotation = commands.add_parser("accept-quotation", help=accept_quotation.__doc__)
    quotation.add_argument("id")
    quotation.set_defaults(command=accept_quotation)

    feed = commands.add_parser("follow", help=follow.__doc__)
    feed.add_argument("--kind", default="contact")
    feed.set_defaults(command=follow)

    webhooks = commands.add_parser("listen", help=listen.__doc__)
    webhooks.add_argument("--host", default="127.0.0.1")
    webhooks.add_argument("--port", type=int, default=0)
    webhooks.set_defaults(command=listen)
    return top


def main() -> int:
    """Runs a command; 1 where Sunmao refuses, is away, or has no such record."""
    options = parser().parse_args()
    try:
        with Sunmao(options.url) as sunmao:
            options.command(sunmao, options)
    except (Refused, LookupError, ValueError, httpx.TransportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
