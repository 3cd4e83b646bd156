# Generated from docs/http-api.openapi.json by datamodel-codegen; see the README.

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias

from typing_extensions import TypedDict


class Answer(TypedDict):
    """
    What the ERP answered.
    """

    operation: str
    result: Any


class Arguments(TypedDict):
    """
    Arguments of an operation by their English names; wire names are taken as well.
    """


class AuditRow(TypedDict):
    """
    One call.
    """

    at: str
    actor: str
    version: str
    operation: str
    menu_id: NotRequired[str | None]
    subject: NotRequired[str | None]
    outcome: str
    error_kind: NotRequired[str | None]
    message: NotRequired[str | None]
    duration_micros: int
    requests: int
    arguments: NotRequired[dict[str, Any] | None]
    sequence: int


class BackupFault(TypedDict):
    """
    Why a copy of the store was not made.
    """

    at: str
    message: str
    hint: str


class BackupStatus(TypedDict):
    """
    Copies of the store.
    """

    last_at: NotRequired[str | None]
    error: NotRequired[BackupFault | None]


class Broken(TypedDict):
    """
    Where the chain does not hold.
    """

    position: int
    sequence: int
    message: str


class Chain(TypedDict):
    """
    Whether the log is what it was when it was written.
    """

    forgotten: int
    links: int
    without_end: int
    position: int
    digest: str
    broken: NotRequired[Broken | None]


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


class ChangePage(TypedDict):
    """
    Changes, the oldest first.
    """

    items: list[Change]
    next: int


class ChangedLine(TypedDict):
    """
    A line that changes a record.
    """

    line: int
    id: str
    members: list[str]


class ConfigurationFault(TypedDict):
    """
    Why a changed configuration did not come into force.
    """

    kind: str
    subject: str
    phase: str
    message: str
    hint: str
    faults: NotRequired[list[str]]
    at: str


class ConfigurationStatus(TypedDict):
    """
    The configuration.
    """

    error: NotRequired[ConfigurationFault | None]


ConflictState: TypeAlias = Literal["open", "settled", "closed"]


class Deliveries(TypedDict):
    """
    How many deliveries stand where.
    """

    pending: int
    leased: int
    done: int
    dead: int
    superseded: int


DeliveryState: TypeAlias = Literal["pending", "leased", "done", "dead", "superseded"]


class Difference(TypedDict):
    """
    One field that would be another.
    """

    field: str
    now: Any
    then: Any


Disposition: TypeAlias = Literal["queued", "merged", "covered"]


class DropSelection(TypedDict, closed=True):
    """
    Which deliveries to forget: one of the first two members.
    """

    ids: NotRequired[list[int] | None]
    target: NotRequired[str | None]
    unresolved: NotRequired[bool]


class Dropped(TypedDict):
    """
    How many were forgotten.
    """

    dropped: int
    unresolved: int


class ExtensionCounts(TypedDict):
    """
    How many plugins and scripts there are.
    """

    all: int
    broken: int


ExtensionKind: TypeAlias = Literal["plugin", "script"]


ExtensionState: TypeAlias = Literal["serving", "serving-previous", "paused", "failed"]


class Fired(TypedDict):
    """
    A flow was let run.
    """

    flow: str
    delivery: NotRequired[int | None]
    disposition: NotRequired[Disposition | None]


class HeldUp(TypedDict):
    """
    Why deliveries are not taken up, and what to do.
    """

    message: str
    hint: str


class HeldUpTarget(HeldUp):
    """
    Why a target's deliveries are not taken up, and how many wait.
    """

    deliveries: int


class KindSummary(TypedDict):
    """
    One kind in a few words.
    """

    name: str
    plural: str
    label: str
    description: str
    source: str


class Kinds(TypedDict):
    """
    All kinds by name.
    """

    items: list[KindSummary]


class Letter(TypedDict):
    """
    Why a delivery was given up.
    """

    kind: str
    code: NotRequired[str | None]
    message: str
    hint: str


class Link(TypedDict):
    """
    The record of the ERP that a record is.
    """

    link: str
    erp_key: int
    number: str
    linked_at: str


class LoadFault(TypedDict):
    """
    Why a file does not serve.
    """

    subject: str
    phase: str
    message: str
    hint: str


class Log(TypedDict):
    """
    The log.
    """

    dropped: int


class MemberFault(TypedDict):
    """
    What is wrong with a member.
    """

    field: str
    message: str
    hint: NotRequired[str]


class OperationSummary(TypedDict):
    """
    One operation in a few words.
    """

    id: int
    name: str
    effect: str
    title: str
    module: NotRequired[str | None]
    menu: list[str]
    dialect: str
    result: str
    documented: bool


class Operations(TypedDict):
    """
    Every operation by menu id.
    """

    items: list[OperationSummary]


class PagingParameters(TypedDict):
    """
    The wire names of the paging parameters.
    """

    size: str
    index: str
    maximum: NotRequired[int | None]


class Panic(TypedDict):
    """
    A task that broke off.
    """

    task: str
    words: str


class Panics(TypedDict):
    """
    Tasks that broke off by a fault of Sunmao's.
    """

    count: int
    last: NotRequired[Panic | None]


class PreviewSelection(TypedDict, closed=True):
    """
    Which records.
    """

    records: list[str]


class Previewed(TypedDict):
    """
    What the flow would do with one record.
    """

    record: str
    outcome: str
    reason: NotRequired[str | None]
    into: NotRequired[str | None]
    erp_key: NotRequired[int | None]
    changes: list[Difference]
    undecided: list[str]


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


class RejectedLine(TypedDict):
    """
    An unsound line.
    """

    line: int
    id: NotRequired[str | None]
    faults: list[MemberFault]


class Related(TypedDict):
    """
    A record that belongs to another.
    """

    id: str
    revision: int
    updated_at: str
    body: dict[str, Any]


class ReleaseSelection(TypedDict, closed=True):
    """
    Which deliveries to take up now: one of the two members.
    """

    ids: NotRequired[list[int] | None]
    target: NotRequired[str | None]


class Released(TypedDict):
    """
    How many are due now.
    """

    released: int


class Repetition1(TypedDict):
    """
    The record's key is known before the write.
    """

    parameter: str
    reserve: NotRequired[str | None]
    by: Literal["reserved-key"]


class Repetition2(TypedDict):
    """
    A number that the caller chooses identifies the record.
    """

    parameter: str
    find: str
    filter: str
    by: Literal["unique-number"]


class Repetition3(TypedDict):
    """
    Nothing: one attempt, then a person.
    """

    by: Literal["never"]


class Repetition4(TypedDict):
    """
    How a write may be repeated and how it is read back. Parameters are wire names.
    """

    read_back: NotRequired[str | None]
    judged: bool


class Repetition5(Repetition1, Repetition4):
    """
    How a write may be repeated and how it is read back. Parameters are wire names.
    """


class Repetition6(Repetition2, Repetition4):
    """
    How a write may be repeated and how it is read back. Parameters are wire names.
    """


class Repetition7(Repetition3, Repetition4):
    """
    How a write may be repeated and how it is read back. Parameters are wire names.
    """


Repetition: TypeAlias = Repetition5 | Repetition6 | Repetition7
"""
How a write may be repeated and how it is read back. Parameters are wire names.
"""


class Replay(TypedDict):
    """
    Dead deliveries that are tried again together, and how far that is.
    """

    id: int
    begun_at: str
    chosen: int
    waiting: int
    dead: int
    ended: int
    until: NotRequired[str | None]
    cancelled_at: NotRequired[str | None]
    put_back: int


class ReplaySelection(TypedDict, closed=True):
    """
    Which dead deliveries to try again together, and how fast. All that is given has to hold of them.
    """

    cause: NotRequired[str | None]
    target: NotRequired[str | None]
    kind: NotRequired[str | None]
    per_minute: NotRequired[int | None]
    dry: NotRequired[bool]


class Replays(TypedDict):
    """
    The last replays, the newest first.
    """

    items: list[Replay]


class Retried(TypedDict):
    """
    How many were tried again.
    """

    retried: int


class RetrySelection(TypedDict, closed=True):
    """
    Which dead deliveries to try again: one of the two members.
    """

    all: NotRequired[bool | None]
    ids: NotRequired[list[int] | None]
    had_no_effect: NotRequired[bool]


Rhythm: TypeAlias = Literal["schedule", "recent", "hand"]


class Rules(TypedDict):
    """
    What a member of a record is beside its value.
    """

    computed: NotRequired[str | None]
    assigned: NotRequired[str | None]
    transitions: NotRequired[dict[str, list[str]]]
    fixed_in: NotRequired[list[str]]
    required_in: NotRequired[list[str]]
    lookup: NotRequired[str | None]


class Safety1(TypedDict):
    """
    The record's key is known before the write.
    """

    parameter: str
    reserve: NotRequired[str | None]
    by: Literal["reserved-key"]


class Safety2(TypedDict):
    """
    A number that the caller chooses identifies the record.
    """

    parameter: str
    find: str
    filter: str
    by: Literal["unique-number"]


class Safety3(TypedDict):
    """
    Nothing: one attempt, then a person.
    """

    by: Literal["never"]


Safety: TypeAlias = Safety1 | Safety2 | Safety3


class Schedule(TypedDict):
    """
    How a schedule stands.
    """

    flow: str
    rhythm: Rhythm
    rule: str
    catch_up: str
    paused: bool
    last_fire_at: NotRequired[str | None]
    drift_milliseconds: NotRequired[int | None]
    last_end_at: NotRequired[str | None]
    outcome: NotRequired[str | None]
    missed: int
    next_fire_at: NotRequired[str | None]


class SchedulePage(TypedDict):
    """
    The schedules of all flows.
    """

    items: list[Schedule]


class Session(TypedDict):
    """
    A session with the ERP.
    """

    signed_in: bool
    since: NotRequired[str | None]
    application_version: NotRequired[str | None]


class Settlement2(TypedDict):
    """
    This value; where several records of the ERP may be meant, the key of the one that is.
    """

    value: Any


Side: TypeAlias = Literal["hub", "erp"]


class SignOfLife(TypedDict):
    """
    A part's last sign of life.
    """

    alive: bool
    age_milliseconds: int


class Sink(TypedDict):
    """
    Where a flow's records go: one of these.
    """

    write: NotRequired[str | None]
    into: NotRequired[str | None]
    handle: NotRequired[str | None]


class Source(TypedDict):
    """
    What sets a flow off: an event, a list of the ERP that it reads through, or its schedule alone.
    """

    on: NotRequired[str | None]
    sweep: NotRequired[str | None]
    detail: NotRequired[str | None]


class Stale(TypedDict):
    """
    Why a record is older than was asked for: it is as the ERP last said.
    """

    kind: str
    message: str
    hint: str


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


class Steps(TypedDict):
    """
    The files of a flow's steps.
    """

    policy: NotRequired[str | None]
    mapping: NotRequired[str | None]
    merge: NotRequired[str | None]


class Surface(TypedDict):
    """
    What an extension can reach, read without running it.
    """

    operations: list[str]
    services: list[str]
    roles: list[str]


class Unshown(TypedDict):
    """
    A field that an ERP never shows as it is written.
    """

    account: str
    operation: str
    field: str
    times: int
    first_at: str


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


class AuditPage(TypedDict):
    """
    Rows of the log, the oldest first.
    """

    items: list[AuditRow]
    next: NotRequired[int | None]


class Begun(TypedDict):
    """
    What came of it.
    """

    chosen: int
    replay: NotRequired[Replay | None]


class Cause(TypedDict):
    """
    What several dead deliveries have in common: who gave them up, and why, but for names and numbers.
    """

    cause: str
    count: int
    target: str
    example: int
    key: str
    letter: NotRequired[Letter | None]
    first_at: str
    last_at: str


class Causes(TypedDict):
    """
    Causes of what is dead, the most frequent first.
    """

    items: list[Cause]


class DeadDelivery(TypedDict):
    """
    A delivery that waits for a person.
    """

    id: int
    event: str
    target: str
    key: str
    revision: NotRequired[int | None]
    attempt: int
    payload: Any
    letter: NotRequired[Letter | None]
    created_at: str
    died_at: str


class DeadPage(TypedDict):
    """
    Dead deliveries by number.
    """

    items: list[DeadDelivery]
    next: NotRequired[int | None]


class Delivery(Standing):
    """
    A delivery in a list.
    """

    event: str
    key: str
    created_at: str


class DeliveryPage(TypedDict):
    """
    Deliveries by number.
    """

    items: list[Delivery]
    count: int
    next: NotRequired[int | None]


class Extension(TypedDict):
    """
    A plugin or a script.
    """

    kind: ExtensionKind
    name: str
    file: str
    state: ExtensionState
    version: NotRequired[str | None]
    since: NotRequired[str | None]
    surface: Surface
    error: NotRequired[LoadFault | None]


class Extensions(TypedDict):
    """
    Every file in the two folders.
    """

    items: list[Extension]


class FilingSummary(TypedDict):
    """
    What became of the lines.
    """

    lines: int
    accepted: int
    changed: int
    created: int
    unsound: int
    rejected: list[RejectedLine]
    changes: NotRequired[list[ChangedLine]]
    error: NotRequired[Problem | None]


class Flow(TypedDict):
    """
    One flow: where it gets its records, what it does with them, and where they go.
    """

    name: str
    source: Source
    steps: Steps
    sink: Sink
    link: NotRequired[str | None]
    after: list[str]
    erp: NotRequired[str | None]
    paused: bool
    schedules: list[Schedule]
    waiting: int
    dead: int
    held_up: NotRequired[HeldUp | None]


class FlowPage(TypedDict):
    """
    All flows by name.
    """

    items: list[Flow]


class Health(TypedDict):
    """
    Whether the host does its work.
    """

    healthy: bool
    parts: dict[str, SignOfLife]
    error: NotRequired[Problem | None]


class Parameter(TypedDict):
    """
    A parameter of an operation, a column of its answer, or a member of a record.
    """

    name: str
    wire: str
    label: str
    type: str
    required: NotRequired[bool]
    required_by_policy: NotRequired[bool]
    max_length: NotRequired[int | None]
    minimum: NotRequired[int | None]
    maximum: NotRequired[int | None]
    description: NotRequired[str]
    personal: NotRequired[bool]
    identity: NotRequired[str | None]
    group: NotRequired[str | None]
    rules: NotRequired[Rules | None]
    reference: NotRequired[str | None]
    multiple: NotRequired[bool]
    matches_substring: NotRequired[bool]
    unique: NotRequired[bool]
    lookup: NotRequired[str | None]
    lookup_page: NotRequired[str | None]
    values: NotRequired[dict[str, str]]
    values_are_sample: NotRequired[bool]
    observed: NotRequired[bool]
    aliases: NotRequired[list[str]]
    json_text: NotRequired[bool]
    fields: NotRequired[list[Parameter]]


class PreviewPage(TypedDict):
    """
    What the flow would do, in the order in which the records were named.
    """

    items: list[Previewed]


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


class RecordPage(TypedDict):
    """
    A page of records.
    """

    items: list[Record]
    next: NotRequired[str | None]


class Settlement1(TypedDict):
    """
    What this side has.
    """

    take: Side


Settlement: TypeAlias = Settlement1 | Settlement2


class ShownRecord(Record):
    """
    A record with those that belong to it.
    """

    seen_at: NotRequired[str | None]
    stale: NotRequired[Stale | None]
    included: NotRequired[dict[str, list[Related]]]


class Status(TypedDict):
    """
    The queue, the ERP session, the extensions, the flows and the configuration in figures.
    """

    version: str
    started_at: str
    records: dict[str, int]
    deliveries: Deliveries
    held_up: dict[str, HeldUpTarget]
    session: Session
    accounts: dict[str, Session]
    extensions: ExtensionCounts
    panics: Panics
    flows: list[str]
    unshown: list[Unshown]
    backup: NotRequired[BackupStatus | None]
    log: Log
    configuration: ConfigurationStatus


class Conflict(TypedDict):
    """
    One field on which a record and its record in the ERP do not agree, or a record that several of the ERP's may be.
    """

    id: int
    state: ConflictState
    link: str
    flow: str
    record: str
    erp_key: NotRequired[int | None]
    field: str
    base: Any
    hub: Any
    erp: Any
    hub_changed: NotRequired[str | None]
    erp_changed: NotRequired[str | None]
    candidates: list[int]
    opened_at: str
    settlement: NotRequired[Settlement | None]
    settled_at: NotRequired[str | None]


class ConflictPage(TypedDict):
    """
    Conflicts by number.
    """

    items: list[Conflict]
    count: int
    next: NotRequired[int | None]


class KindDetails(KindSummary):
    """
    Everything that is known of one kind.
    """

    fields: list[Parameter]


class OperationDetails(OperationSummary):
    """
    Everything that is known of one operation.
    """

    path: str
    legacy_path: NotRequired[str | None]
    fixed_query: dict[str, str]
    cmdkey: NotRequired[str | None]
    paging: NotRequired[PagingParameters | None]
    repeat: NotRequired[Repetition | None]
    parameters: list[Parameter]
    fields: list[Parameter]
