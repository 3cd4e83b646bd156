# Generated from docs/http-api.openapi.json by datamodel-codegen; see the README.

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict


class AlertBody(TypedDict, closed=True):
    """
    预警: Something that somebody has to look at, from when it was noticed until its cause was gone.
    """

    cause: str
    subject: str
    status: NotRequired[Literal["raised", "ended"]]
    occurrence: NotRequired[int]
    product: NotRequired[str]
    contract: NotRequired[str]
    collection: NotRequired[str]
    customer: NotRequired[str]
    value: NotRequired[str | float]
    level: NotRequired[str | float]
    due_on: NotRequired[str]
    raised_at: NotRequired[str]
    ended_at: NotRequired[str]
    notes: NotRequired[str]


class CollectionBody(TypedDict, closed=True):
    """
    收款: Money that came from a customer.
    """

    number: NotRequired[str]
    customer: str
    contract: NotRequired[str]
    invoice: NotRequired[str]
    amount: str | float
    received: NotRequired[str | float]
    currency: NotRequired[str]
    due_on: NotRequired[str]
    collected_on: NotRequired[str]
    method: NotRequired[Literal["transfer", "wechat", "alipay", "cash", "cheque", "acceptance", "other"]]
    status: NotRequired[Literal["due", "partly", "collected", "cancelled"]]
    payer: NotRequired[str]
    bank_account: NotRequired[str]
    transaction_number: NotRequired[str]
    notes: NotRequired[str]
    updated_at: NotRequired[str]


class ContactBody(TypedDict, closed=True):
    """
    联系人: A person or a company that the hub knows, from a conversation, a colleague or an imported list.
    """

    wx_id: NotRequired[str]
    remark: NotRequired[str]
    k_code: NotRequired[str]
    source: NotRequired[Literal["wechat", "manual", "import"]]
    type: NotRequired[Literal["customer", "lead", "vendor", "personal", "unknown"]]
    confidence: NotRequired[int]
    owner: NotRequired[str]
    company_name: NotRequired[str]
    company_contact: NotRequired[str]
    real_name: NotRequired[str]
    phone: NotRequired[str]
    phone_verified: NotRequired[bool]
    email: NotRequired[str]
    address: NotRequired[str]
    notes: NotRequired[str]
    summary: NotRequired[str]
    score: NotRequired[int]
    has_order: NotRequired[bool]
    has_contract: NotRequired[bool]
    has_payment: NotRequired[bool]
    invalid: NotRequired[bool]
    updated_at: NotRequired[str]


class Line(TypedDict, closed=True):
    product: NotRequired[str]
    product_number: NotRequired[str]
    description: NotRequired[str]
    model: NotRequired[str]
    unit: NotRequired[str]
    quantity: str | float
    unit_price: NotRequired[str | float]
    discount: NotRequired[str | float]
    tax_rate: NotRequired[str | float]
    delivery_on: NotRequired[str]
    amount: NotRequired[str | float]
    notes: NotRequired[str]


class ContractBody(TypedDict, closed=True):
    """
    合同: What a customer ordered, at what price and until when.
    """

    number: NotRequired[str]
    subject: str
    customer: str
    customer_name: NotRequired[str]
    quotation: NotRequired[str]
    category: NotRequired[str]
    signed_on: NotRequired[str]
    begins_on: NotRequired[str]
    ends_on: NotRequired[str]
    status: NotRequired[Literal["draft", "signed", "performing", "finished", "cancelled"]]
    salesperson: NotRequired[str]
    currency: NotRequired[str]
    approval: NotRequired[Literal["waiting", "approved", "rejected"]]
    approver: NotRequired[str]
    stock_issue: NotRequired[str]
    shipping: NotRequired[str]
    collecting: NotRequired[str]
    invoicing: NotRequired[str]
    total: NotRequired[str | float]
    concession: NotRequired[str | float]
    payable: NotRequired[str | float]
    paid: NotRequired[str | float]
    invoiced: NotRequired[str | float]
    open: NotRequired[str | float]
    payment_terms: NotRequired[str]
    delivery_address: NotRequired[str]
    lines: NotRequired[list[Line]]
    notes: NotRequired[str]
    updated_at: NotRequired[str]


class WantedItem(TypedDict, closed=True):
    number: NotRequired[str]
    name: NotRequired[str]
    model: NotRequired[str]
    quantity: NotRequired[str | float]
    unit: NotRequired[str]
    notes: NotRequired[str]


class ConversationBody(TypedDict, closed=True):
    """
    会话: A thread of messages with a contact, and where it stands.
    """

    contact_id: str
    last_speaker: NotRequired[Literal["me", "them"]]
    last_msg_at: NotRequired[str]
    status: NotRequired[Literal["UNSEEN", "NEED_REPLY", "WAITING_THEM", "OVERDUE", "RESOLVED", "SNOOZED"]]
    bucket: NotRequired[Literal["WHITE", "GRAY", "BLACK"]]
    topic: NotRequired[str]
    summary: NotRequired[str]
    wanted: NotRequired[list[WantedItem]]
    score: NotRequired[int]
    updated_at: NotRequired[str]


class Line1(TypedDict, closed=True):
    product: NotRequired[str]
    product_number: NotRequired[str]
    description: NotRequired[str]
    unit: NotRequired[str]
    quantity: str | float
    unit_price: NotRequired[str | float]
    tax_rate: NotRequired[str | float]
    amount: NotRequired[str | float]
    notes: NotRequired[str]


class InvoiceBody(TypedDict, closed=True):
    """
    发票: An invoice to a customer.
    """

    number: NotRequired[str]
    customer: str
    contract: NotRequired[str]
    type: NotRequired[Literal["vat_special", "vat_general", "electronic", "receipt"]]
    title: NotRequired[str]
    tax_number: NotRequired[str]
    bank: NotRequired[str]
    bank_account: NotRequired[str]
    address: NotRequired[str]
    phone: NotRequired[str]
    amount: str | float
    tax_amount: NotRequired[str | float]
    tax_rate: NotRequired[str | float]
    issued_on: NotRequired[str]
    status: NotRequired[Literal["requested", "issued", "delivered", "cancelled", "red"]]
    recipient: NotRequired[str]
    recipient_phone: NotRequired[str]
    recipient_address: NotRequired[str]
    recipient_email: NotRequired[str]
    lines: NotRequired[list[Line1]]
    notes: NotRequired[str]
    updated_at: NotRequired[str]


class PaymentBody(TypedDict, closed=True):
    """
    付款: Money that goes out to a supplier.
    """

    number: NotRequired[str]
    subject: NotRequired[str]
    amount: str | float
    currency: NotRequired[str]
    paid_on: NotRequired[str]
    category: NotRequired[str]
    status: NotRequired[str]
    handler: NotRequired[str]
    notes: NotRequired[str]
    updated_at: NotRequired[str]


class ProductBody(TypedDict, closed=True):
    """
    产品: A product or a part that is sold, stored or used.
    """

    number: NotRequired[str]
    name: str
    model: NotRequired[str]
    specification: NotRequired[str]
    category: NotRequired[str]
    unit: NotRequired[str]
    barcode: NotRequired[str]
    sale_price: NotRequired[str | float]
    purchase_price: NotRequired[str | float]
    tax_rate: NotRequired[str | float]
    stock: NotRequired[str | float]
    available: NotRequired[str | float]
    least_stock: NotRequired[str | float]
    discontinued: NotRequired[bool]
    notes: NotRequired[str]
    updated_at: NotRequired[str]


class Line2(TypedDict, closed=True):
    product: NotRequired[str]
    product_number: NotRequired[str]
    description: NotRequired[str]
    model: NotRequired[str]
    unit: NotRequired[str]
    quantity: str | float
    unit_price: NotRequired[str | float]
    discount: NotRequired[str | float]
    tax_rate: NotRequired[str | float]
    delivery_on: NotRequired[str]
    list_amount: NotRequired[str | float]
    amount: NotRequired[str | float]
    tax: NotRequired[str | float]
    candidates: NotRequired[str]
    notes: NotRequired[str]


class QuotationBody(TypedDict, closed=True):
    """
    报价单: Prices offered to a customer, for a while. Prices are with tax; each line is rounded to the cent, half a cent upwards, and the totals are the sums of the lines.
    """

    number: NotRequired[str]
    subject: str
    customer: str
    customer_name: NotRequired[str]
    conversation: NotRequired[str]
    quoted_on: NotRequired[str]
    valid_until: NotRequired[str]
    status: NotRequired[Literal["draft", "sent", "accepted", "rejected", "expired"]]
    salesperson: NotRequired[str]
    currency: NotRequired[str]
    payment_terms: NotRequired[str]
    delivery_terms: NotRequired[str]
    lines: NotRequired[list[Line2]]
    list_total: NotRequired[str | float]
    total: NotRequired[str | float]
    tax: NotRequired[str | float]
    concession: NotRequired[str | float]
    notes: NotRequired[str]
    updated_at: NotRequired[str]


class Part(TypedDict, closed=True):
    product: NotRequired[str]
    product_number: NotRequired[str]
    description: NotRequired[str]
    quantity: str | float
    unit_price: NotRequired[str | float]


class RepairBody(TypedDict, closed=True):
    """
    维修单: A repair of a product that a customer brought or sent in.
    """

    number: NotRequired[str]
    subject: str
    customer: NotRequired[str]
    ticket: NotRequired[str]
    product: NotRequired[str]
    serial_number: NotRequired[str]
    quantity: NotRequired[str | float]
    under_warranty: NotRequired[bool]
    status: NotRequired[Literal["received", "diagnosed", "repairing", "finished", "returned", "scrapped"]]
    engineer: NotRequired[str]
    received_on: NotRequired[str]
    promised_on: NotRequired[str]
    finished_on: NotRequired[str]
    fault: NotRequired[str]
    diagnosis: NotRequired[str]
    solution: NotRequired[str]
    process: NotRequired[str]
    fee: NotRequired[str | float]
    labour_cost: NotRequired[str | float]
    parts_cost: NotRequired[str | float]
    parts: NotRequired[list[Part]]
    updated_at: NotRequired[str]


class TicketBody(TypedDict, closed=True):
    """
    服务工单: What a customer asked the service for, until it is settled.
    """

    number: NotRequired[str]
    subject: str
    customer: NotRequired[str]
    customer_name: NotRequired[str]
    conversation: NotRequired[str]
    contract: NotRequired[str]
    product: NotRequired[str]
    product_name: NotRequired[str]
    serial_number: NotRequired[str]
    category: NotRequired[Literal["consultation", "complaint", "repair", "installation", "return", "other"]]
    priority: NotRequired[Literal["low", "normal", "high", "urgent"]]
    channel: NotRequired[Literal["wechat", "phone", "email", "visit", "other"]]
    status: NotRequired[Literal["open", "assigned", "in_progress", "resolved", "closed"]]
    assignee: NotRequired[str]
    salesperson: NotRequired[str]
    contact_name: NotRequired[str]
    phone: NotRequired[str]
    address: NotRequired[str]
    opened_at: NotRequired[str]
    due_at: NotRequired[str]
    resolved_at: NotRequired[str]
    description: NotRequired[str]
    resolution: NotRequired[str]
    satisfaction: NotRequired[int]
    updated_at: NotRequired[str]


class Data(TypedDict, closed=True):
    """
    The record.
    """

    kind: str
    id: str
    revision: int
    body: dict[str, Any] | None


class WebhookMessage(TypedDict, closed=True):
    """
    What a webhook is told.
    """

    type: str
    timestamp: str
    data: Data


class Change(TypedDict):
    """
    The last change of a record.
    """

    change: int
    event: str
    kind: str
    id: str
    revision: int
    origin: str
    updated_at: str
    body: NotRequired[dict[str, Any] | None]


class Related(TypedDict):
    """
    A record that belongs to another.
    """

    id: str
    revision: int
    updated_at: str
    body: dict[str, Any]


class Stale(TypedDict):
    """
    Why a record is older than was asked for: it is as the ERP last said.
    """

    kind: str
    message: str
    hint: str


Disposition: TypeAlias = Literal["queued", "merged", "covered"]


class Link(TypedDict):
    """
    The record of the ERP that a record is.
    """

    link: str
    erp_key: int
    number: str
    linked_at: str


class MemberFault(TypedDict):
    """
    What is wrong with a member.
    """

    field: str
    message: str
    hint: NotRequired[str]


DeliveryState: TypeAlias = Literal["pending", "leased", "done", "dead", "superseded"]


class HeldUp(TypedDict):
    """
    Why deliveries are not taken up, and what to do.
    """

    message: str
    hint: str


class Letter(TypedDict):
    """
    Why a delivery was given up.
    """

    kind: str
    code: NotRequired[str | None]
    message: str
    hint: str


V1RecordsKindIdPutRequest: TypeAlias = AlertBody | CollectionBody | ContactBody | ContractBody | ConversationBody | InvoiceBody | PaymentBody | ProductBody | QuotationBody | RepairBody | TicketBody


class ChangePage(TypedDict):
    """
    Changes, the oldest first.
    """

    items: list[Change]
    next: int


class Problem(TypedDict):
    """
    What happened and what to do.
    """

    kind: str
    message: str
    hint: NotRequired[str]
    faults: NotRequired[list[MemberFault]]


class Promised(TypedDict):
    """
    The delivery that carries a filed record.
    """

    id: int
    disposition: Disposition


class Standing(TypedDict):
    """
    Where a delivery stands, and what holds it up if it waits.
    """

    id: int
    target: str
    revision: NotRequired[int | None]
    state: DeliveryState
    attempt: int
    unconfirmed: int
    panics: int
    due_at: str
    reason: NotRequired[str | None]
    held_up: NotRequired[HeldUp | None]
    outcome: NotRequired[str | None]
    letter: NotRequired[Letter | None]
    updated_at: str


class Receipt(TypedDict):
    """
    What became of a record that was filed or deleted.
    """

    kind: str
    id: str
    revision: int
    change: int
    changed: bool
    deliveries: list[Promised]


class Refusal(TypedDict):
    """
    A refused request.
    """

    error: Problem


class Record(TypedDict):
    """
    A record, and what became of it.
    """

    kind: str
    id: str
    revision: int
    change: int
    origin: str
    deleted: bool
    created_at: str
    updated_at: str
    body: NotRequired[dict[str, Any] | None]
    links: list[Link]
    deliveries: list[Standing]


class ShownRecord(Record):
    """
    A record with those that belong to it.
    """

    seen_at: NotRequired[str | None]
    stale: NotRequired[Stale | None]
    included: NotRequired[dict[str, list[Related]]]
