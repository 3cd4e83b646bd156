//! The ERP's operations, one module an object: `customers::list(&ListRequest { … })`. Requests have a `Default`; fields
//! of an installation's own go into `extra`.

pub use crate::automation::bindings::zhibang::erp::types::*;
pub use crate::automation::bindings::zhibang::erp::*;
