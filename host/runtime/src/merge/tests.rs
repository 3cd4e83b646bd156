//! Merges by example, and every merge there is.
