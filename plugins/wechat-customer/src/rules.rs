//! The field mapping, both ways. Who wins where both sides changed a field is the host's to ask, see `merge`.
//!
//! | hub | ERP |
//! | --- | --- |
//! | `company_name`, else `real_name`, else `remark` | `customer-name` |
//! | `real_name`, else `remark`, else `company_name` | `contact-name` |
//! | `phone`, `email`, `address`, `notes` | `mobile`, `email`, `customer-address`, `remarks` |
//! | `wx_id`, `summary` | `wechat`, `customer-profile` |
//! | `WX` + `id`, of a long one its beginning and a digest | `customer-number` |
//! | `source` | `source` |
//! | `score` | `value-rating`, which tells no score on the way back |

use crate::roles::contact_to_customers_save_company::{Contact, SaveCompanyRequest};
use crate::roles::customers_to_contact::Customers;
use crate::{codes, limits, number};
use sunmao_plugin::Fault;

/// What is written to the ERP for a contact.
pub fn to_customer(contact: Contact) -> Result<SaveCompanyRequest, Vec<Fault>> {
    let contact = without_blanks(contact);
    let faults = faults_of(&contact);
    if !faults.is_empty() {
        return Err(faults);
    }
    let number = number::of(&contact.id);
    let Some(Names { customer, person }) = names_of(&contact) else {
        return Err(vec![nameless()]);
    };
    Ok(SaveCompanyRequest {
        customer_name: customer,
        contact_name: person,
        customer_number: number,
        customer_category: codes::CUSTOMER_CATEGORY.to_owned(),
        source: codes::source_code(&contact.source),
        value_rating: contact.score.map(codes::rating_code),
        mobile: contact.phone,
        wechat: contact.wx_id,
        email: contact.email,
        customer_address: contact.address,
        customer_profile: contact.summary,
        remarks: contact.notes,
        ..SaveCompanyRequest::default()
    })
}

/// The contact as the ERP shows it. What the ERP has no place for stays as the hub knows it.
pub fn to_contact(row: Customers, known: Option<Contact>) -> Result<Contact, Vec<Fault>> {
    let mut contact = match known {
        Some(known) => without_blanks(known),
        None => new_contact(&row)?,
    };
    take_names(&mut contact, row.customer_name, row.contact_name);
    if let Some(source) = row.source.and_then(codes::source_of) {
        contact.source = source.to_owned();
    }
    contact.phone = row.mobile;
    contact.wx_id = row.wechat;
    contact.email = row.email;
    contact.address = row.customer_address;
    contact.notes = row.remarks;
    contact.summary = row.customer_profile;
    Ok(without_blanks(contact))
}

/// A contact that the ERP had first.
fn new_contact(row: &Customers) -> Result<Contact, Vec<Fault>> {
    let number = row.customer_number.as_deref().unwrap_or_default();
    let id = match number::id_of(number) {
        Some(id) => id.to_owned(),
        None if is_blank(&row.id) => {
            return Err(vec![Fault::new(
                "id",
                "the ERP's key is missing, and the contact's id is made from it",
            )]);
        }
        None => [codes::ERP_ID_PREFIX, &row.id].concat(),
    };
    Ok(Contact {
        id,
        source: codes::ERP_SOURCE.to_owned(),
        type_: "customer".to_owned(),
        confidence: 100,
        ..Contact::default()
    })
}

/// Names that read as the hub would have written them tell nothing new. A customer called like its contact person is a
/// person without a company.
fn take_names(contact: &mut Contact, customer: Option<String>, person: Option<String>) {
    let person = person.filter(|name| !is_blank(name));
    let company = customer.filter(|name| !is_blank(name));
    let written = names_of(contact);
    let new_company = company.filter(|name| written.as_ref().is_none_or(|names| names.customer != *name));
    let new_person = person.filter(|name| written.as_ref().is_none_or(|names| names.person != *name));
    if new_company == new_person {
        return replace(&mut contact.real_name, new_person);
    }
    replace(&mut contact.company_name, new_company);
    replace(&mut contact.real_name, new_person);
}

/// A name is never taken away: a customer has one.
fn replace(name: &mut Option<String>, new: Option<String>) {
    if new.is_some() {
        *name = new;
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
