//! The business rules of the objects that have some. Every other object keeps what it is given.

mod advances;
mod amounts;
mod approvals;
mod book;
mod bookings;
mod collections;
mod confirmation;
mod contacts;
mod contract_approvals;
mod contract_lines;
mod contract_sums;
mod contracts;
mod contracts_generated;
mod customers;
mod dealings;
mod engineering;
mod expense_lines;
mod expenses;
mod fulfilment;
mod inspections;
mod line_keys;
mod materials;
mod office;
mod organization;
mod production;
mod products;
mod projects;
mod purchasing;
mod references;
mod reports;
mod routings;
mod sales_invoices;
mod service;
mod shipments;
mod stock_issues;
mod stock_levels;
mod stock_receipts;
mod values;
mod warehouses;

pub(crate) use references::{Reference, resolve};

use crate::ledger::Change;
use crate::schema::Schema;
use crate::summary::Summary;
use crate::table::Entry;
use crate::view::View;
use crate::world::{Draft, World};
use sunmao_catalogue::{FieldType, Operation, Record};

/// What is particular to one object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Labels that stand for other labels.
    pub(crate) aliases: &'static [(&'static str, &'static str)],
    /// Columns that follow from others: wire name, label, type.
    pub(crate) derived: &'static [(&'static str, &'static str, FieldType)],
    /// The label of the key in lists, where the vendor's first key is another record's.
    pub(crate) key: &'static str,
    /// Columns that name a record of another object.
    pub(crate) references: &'static [Reference],
    /// The object whose records these ones belong to, and the column with the key. A list's parameter that means no
    /// column here means one there.
    pub(crate) owner: Option<(&'static str, &'static str)>,
    /// Selections that the staff know by name.
    pub(crate) views: &'static [View],
    /// Parameters of lists that change the screen around the rows, or say where the caller came from.
    pub(crate) screen: &'static [&'static str],
    /// Parameters of lists that choose by a column of another name: the parameter's wire name and the column's.
    pub(crate) chosen_by: &'static [(&'static str, &'static str)],
    /// Derived columns of lines, by wire name, and the parameter whose members the lines have.
    pub(crate) members: &'static [(&'static str, &'static str)],
    /// Columns that the ERP sets by itself when a record is saved, by wire name: no caller says them, and no save loses them.
    pub(crate) own: &'static [&'static str],
    /// Columns whose codes follow from what was done to a record.
    pub(crate) states: &'static [State],
    /// Lists that show one row for all records that agree in some columns.
    pub(crate) summaries: &'static [Summary],
    /// The label of the number that the ERP proposes for new records, and how numbers begin.
    pub(crate) number: (&'static str, &'static str),
    /// Which records a list offers, by the list's verb: all of them, or those that can be chosen from it.
    pub(crate) offers: fn(&str, &Schema, &Entry) -> bool,
    /// Brings a generated record, by its key, in line with the other rules.
    pub(crate) generated: fn(&Schema, i64, &mut Entry),
    /// Completes a draft before it is stored, or refuses it with the ERP's words.
    pub(crate) before_save: fn(&mut World, &mut Draft<'_>) -> Result<(), String>,
    /// Follows up on a stored record.
    pub(crate) after_save: fn(&mut World, i64, &Draft<'_>) -> Vec<Change>,
    /// Carries out what a command means beyond being noted, or refuses it before anything has changed.
    pub(crate) carry_out: fn(&mut World, &Command<'_>) -> Result<Vec<Change>, String>,
    /// Follows up on a command, by its verb, the record's key and its arguments.
    pub(crate) after_command: fn(&mut World, &str, i64, &Record),
    /// Refuses the deletion of a record by its key.
    pub(crate) before_delete: fn(&mut World, i64) -> Result<(), String>,
    /// Follows up on a deleted record.
    pub(crate) after_delete: fn(&mut World, i64, &Entry) -> Vec<Change>,
    /// Notes that a record was read.
    pub(crate) after_get: fn(&mut World, i64),
    /// Fits the generated records to each other and to those of other objects, once, when they are first asked for.
    pub(crate) settle: fn(&mut World),
}

/// A column of codes: wire name, label, and the codes with their labels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct State {
    pub(crate) wire: &'static str,
    pub(crate) label: &'static str,
    pub(crate) codes: &'static [(&'static str, &'static str)],
}

/// A command on records that exist.
pub(crate) struct Command<'a> {
    pub(crate) operation: &'a Operation,
    /// The keys, each once.
    pub(crate) ords: &'a [i64],
    pub(crate) arguments: &'a Record,
}

impl Rules {
    /// The rules of an object.
    pub(crate) fn of(object: &str) -> Rules {
        match object {
            "customers" => customers::RULES,
            "customer-contacts" => contacts::RULES,
            "contracts" => contracts::RULES,
            "contract-lines" => contract_lines::RULES,
            "contract-approvals" => contract_approvals::RULES,
            "projects" => projects::RULES,
            "products" => products::RULES,
            "expense-requests" => expenses::REQUEST_RULES,
            "expense-request-lines" => expenses::REQUEST_LINE_RULES,
            "expense-usages" => expenses::USAGE_RULES,
            "expense-usage-lines" => expenses::USAGE_LINE_RULES,
            "expense-claims" => expenses::CLAIM_RULES,
            "expense-claim-lines" => expense_lines::RULES,
            "cash-advances" => advances::ADVANCE_RULES,
            "cash-advance-repayments" => advances::REPAYMENT_RULES,
            "bank-accounts" => bookings::ACCOUNTS,
            "schedules" => office::SCHEDULES,
            "weekly-reports" => office::WEEKLY_REPORTS,
            "monthly-reports" => office::MONTHLY_REPORTS,
            "announcements" => office::ANNOUNCEMENTS,
            "discussions" => office::DISCUSSIONS,
            "departments" => organization::DEPARTMENT_RULES,
            "accounts" => organization::ACCOUNT_RULES,
            "directory-entries" => organization::DIRECTORY_RULES,
            "attendance-records" => organization::ATTENDANCE_RULES,
            "purchase-orders" => purchasing::ORDER_RULES,
            "suppliers" => purchasing::SUPPLIER_RULES,
            "bills-of-materials" => engineering::BILL_RULES,
            "material-substitutions" => engineering::SUBSTITUTION_RULES,
            "service-tickets" => service::TICKET_RULES,
            "repairs" => service::REPAIR_RULES,
            "work-assignments" => production::ASSIGNMENT_RULES,
            "production-report-plans" => reports::PLAN_RULES,
            "production-tasks" => reports::TASK_RULES,
            "production-reports" => reports::REPORT_RULES,
            "material-requisitions" => materials::REQUISITION_RULES,
            "material-registrations" => materials::REGISTRATION_RULES,
            "quality-inspection-plans" => inspections::PLAN_RULES,
            "quality-inspection-tasks" => inspections::TASK_RULES,
            "quality-inspections" => inspections::INSPECTION_RULES,
            "routings" => routings::ROUTING_RULES,
            "production-operations" => routings::OPERATION_RULES,
            "production-bills-of-materials" => routings::MATERIAL_LIST_RULES,
            "warehouses" => warehouses::RULES,
            "stock-levels" => stock_levels::RULES,
            "stock-receipts" => stock_receipts::RULES,
            "stock-receipt-lines" => stock_receipts::LINE_RULES,
            "stock-issues" => stock_issues::RULES,
            "shipments" => shipments::RULES,
            "shipment-lines" => shipments::LINE_RULES,
            "collections" => collections::RULES,
            "sales-invoices" => sales_invoices::RULES,
            _ => Rules::NONE,
        }
    }

    const NONE: Rules = Rules {
        aliases: &[],
        derived: &[],
        key: "",
        references: &[],
        owner: None,
        views: &[],
        screen: &[],
        chosen_by: &[],
        members: &[],
        own: &[],
        states: &[],
        summaries: &[],
        number: ("", "BH"),
        offers: |_, _, _| true,
        generated: |_, _, _| {},
        before_save: |_, _| Ok(()),
        after_save: |_, _, _| Vec::new(),
        carry_out: |_, _| Ok(Vec::new()),
        after_command: |_, _, _, _| {},
        before_delete: |_, _| Ok(()),
        after_delete: |_, _, _| Vec::new(),
        after_get: |_, _| {},
        settle: |_| {},
    };
}
