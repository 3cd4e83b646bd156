//! Every write of the catalogue as a flow's sink: one record, one attempt, or a person asked, whatever the ERP does with it.

#![cfg(test)]

mod arguments;
mod cases;
mod erp;
mod stage;
mod unsaved;
mod writes;
