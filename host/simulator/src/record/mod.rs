//! Recording a real ERP as anonymous fixtures, and replaying them.
//!
//! The rule of anonymity: what is not known to be harmless is replaced by something invented of the same shape. Harmless
//! are the members that frame an answer, the names of fields, the words of the vendor, keys and codes, and values that
//! the catalogue publishes as whole numbers, decimals, dates or codes, unless their label speaks of a person. Amounts are
//! kept, so that sums and products in fixtures still fit. One input has one replacement in a recording, so that records
//! still join; another recording has others, since they depend on a random salt that is not written.

mod anonymous;
mod exchange;
mod fixture;
mod json;
mod recorder;
mod replayer;

pub use recorder::Recorder;
pub use replayer::Replayer;
