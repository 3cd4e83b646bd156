//! The field mapping and who wins a conflict.
//!
//! | hub | ERP | way back |
//! | --- | --- | --- |
//! | `company_name`, else `real_name`, else `remark` | `customer-name` | the ERP's, unless the phone is verified in the hub |
//! | `real_name`, else `remark`, else `company_name` | `contact-name` | the same |
//! | `phone` | `mobile` | the same |
//! | `WX` + `id`, of a long one its beginning and a digest | `customer-number` | the ERP's |
//! | `email`, `address`, `notes` | `email`, `customer-address`, `remarks` | the newer one |
//! | `wx_id`, `source`, `score`, `summary` | `wechat`, `source`, `value-rating`, `customer-profile` | the hub's |
//!
//! An empty value never replaces one that is there.

use crate::{codes, limits, number};
use sunmao_plugin::mapping::{Contact, ContactKind, Customer, Fault};

/// What is written to the ERP for a contact.
pub fn to_customer(contact: Contact) -> Result<Customer, Vec<Fault>> {
    let contact = without_blanks(contact);
    let faults = faults_of(&contact);
    if !faults.is_empty() {
        return Err(faults);
    }
    let number = number::of(&contact.id);
    let Some(Names { customer, person }) = names_of(&contact) else {
        return Err(vec![nameless()]);
    };
    Ok(Customer {
        customer_name: customer,
        contact_name: Some(person),
        customer_number: Some(number),
        customer_category: Some(codes::CUSTOMER_CATEGORY.to_owned()),
        source: codes::source_code(contact.source).map(str::to_owned),
        value_rating: contact.score.map(|score| codes::rating_code(score).to_owned()),
        mobile: contact.phone,
        wechat: contact.wx_id,
        email: contact.email,
        customer_address: contact.address,
        customer_profile: contact.summary,
        remarks: contact.notes,
        updated_at: None,
        extra: Vec::new(),
    })
}

/// The contact as it should be after the customer was read from the ERP.
pub fn to_contact(customer: Customer, known: Option<Contact>) -> Result<Contact, Vec<Fault>> {
    let Some(known) = known.map(without_blanks) else {
        return new_contact(customer);
    };
    Ok(merge(customer, known))
}

fn new_contact(customer: Customer) -> Result<Contact, Vec<Fault>> {
    let number = customer.customer_number.as_deref().unwrap_or_default();
    let Some(id) = number::id_of(number) else {
        let message = format!("{number:?} is not `{}` and a contact's id", codes::NUMBER_PREFIX);
        return Err(vec![Fault::new("customer_number", message)]);
    };
    let blank = Contact {
        id: id.to_owned(),
        wx_id: customer.wechat.clone(),
        source: codes::source_of(customer.source.as_deref().unwrap_or_default()),
        kind: ContactKind::Customer,
        confidence: 100,
        summary: customer.customer_profile.clone(),
        ..Contact::default()
    };
    Ok(without_blanks(merge(customer, blank)))
}

/// Both sides know the record: field by field, the side that is to be believed.
fn merge(customer: Customer, mut known: Contact) -> Contact {
    let erp_is_newer = is_newer(customer.updated_at.as_deref(), known.updated_at.as_deref());
    take(&mut known.email, customer.email, erp_is_newer);
    take(&mut known.address, customer.customer_address, erp_is_newer);
    take(&mut known.notes, customer.remarks, erp_is_newer);
    take(&mut known.phone, customer.mobile, !known.phone_verified);
    take_names(&mut known, customer.customer_name, customer.contact_name);
    known
}

/// Names that read as the hub would have written them tell nothing new. A customer called like its contact person is a
/// person without a company.
fn take_names(known: &mut Contact, customer_name: String, contact_name: Option<String>) {
    let person = contact_name.filter(|name| !is_blank(name));
    let company = Some(customer_name).filter(|name| !is_blank(name));
    let written = names_of(known);
    let new_company = company.filter(|name| written.as_ref().is_none_or(|names| names.customer != *name));
    let new_person = person.filter(|name| written.as_ref().is_none_or(|names| names.person != *name));
    let believe_erp = !known.phone_verified;
    if new_company == new_person {
        return take(&mut known.real_name, new_person, believe_erp);
    }
    take(&mut known.company_name, new_company, believe_erp);
    take(&mut known.real_name, new_person, believe_erp);
}

/// The ERP's value, if it has one and it is believed or there was none.
fn take(known: &mut Option<String>, value: Option<String>, believe_erp: bool) {
    if let Some(value) = value.filter(|value| !is_blank(value))
        && (believe_erp || known.is_none())
    {
        *known = Some(value);
    }
}

/// Times in one form sort like text. Without both times the hub, which people talk to, is believed.
fn is_newer(erp: Option<&str>, hub: Option<&str>) -> bool {
    match (erp, hub) {
        (Some(erp), Some(hub)) => erp.trim_end_matches('Z') > hub.trim_end_matches('Z'),
        _ => false,
    }
}

/// What the ERP is told. A name of one's own is never cut; what stands in for one that is missing is, where the ERP has
/// less room for it.
struct Names {
    customer: String,
    person: String,
}

fn names_of(contact: &Contact) -> Option<Names> {
    let (company, person) = (contact.company_name.as_deref(), contact.real_name.as_deref());
    let (remark, name) = (contact.remark.as_deref(), |text: &str| text.to_owned());
    let customer_stand_in = |text: &str| limits::stand_in(text, limits::CUSTOMER_NAME);
    let person_stand_in = |text: &str| limits::stand_in(text, limits::SHORT_TEXT);
    Some(Names {
        customer: company
            .or(person)
            .map(name)
            .or_else(|| remark.map(customer_stand_in))?,
        person: person
            .map(name)
            .or_else(|| remark.or(company).map(person_stand_in))?,
    })
}

fn faults_of(contact: &Contact) -> Vec<Fault> {
    let mut faults = Vec::new();
    if is_blank(&contact.id) {
        faults.push(Fault::new(
            "id",
            "is empty, and the customer's number is made from it",
        ));
    }
    if names_of(contact).is_none() {
        faults.push(nameless());
    }
    limits::check(
        &mut faults,
        "company_name",
        contact.company_name.as_deref(),
        limits::CUSTOMER_NAME,
    );
    limits::check(
        &mut faults,
        "real_name",
        contact.real_name.as_deref(),
        limits::SHORT_TEXT,
    );
    limits::check(&mut faults, "phone", contact.phone.as_deref(), limits::SHORT_TEXT);
    limits::check(&mut faults, "wx_id", contact.wx_id.as_deref(), limits::SHORT_TEXT);
    limits::check(&mut faults, "email", contact.email.as_deref(), limits::SHORT_TEXT);
    limits::check(
        &mut faults,
        "address",
        contact.address.as_deref(),
        limits::ADDRESS,
    );
    limits::check(&mut faults, "notes", contact.notes.as_deref(), limits::LONG_TEXT);
    limits::check(
        &mut faults,
        "summary",
        contact.summary.as_deref(),
        limits::LONG_TEXT,
    );
    faults
}

fn nameless() -> Fault {
    Fault::new(
        "company_name",
        "nothing names the contact: fill in `company_name`, `real_name` or `remark`",
    )
}

/// Blank text and no text are the same.
fn without_blanks(mut contact: Contact) -> Contact {
    for text in [
        &mut contact.wx_id,
        &mut contact.remark,
        &mut contact.company_name,
        &mut contact.real_name,
        &mut contact.phone,
        &mut contact.email,
        &mut contact.address,
        &mut contact.notes,
        &mut contact.summary,
    ] {
        if text.as_deref().is_some_and(is_blank) {
            *text = None;
        }
    }
    contact
}

fn is_blank(text: &str) -> bool {
    text.chars().all(char::is_whitespace)
}
