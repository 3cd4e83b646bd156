//! Log macros: a message as in `format!`, with fields before it.

/// Writes a line to the host's log: `write!(Level, name = value, …, "message {}", argument)`.
#[doc(hidden)]
#[macro_export]
macro_rules! __log {
    ($level:ident, $($name:ident = $value:expr,)* $format:literal $(, $argument:expr)* $(,)?) => {
        $crate::host::log::write(
            $crate::host::log::Level::$level,
            &::std::format!($format $(, $argument)*),
            &[$($crate::types::Field::new(::std::stringify!($name), &$value)),*],
        )
    };
}

/// A line for whoever debugs a plugin: `trace!(name = value, "message {}", argument)`.
#[macro_export]
macro_rules! trace { ($($line:tt)+) => { $crate::__log!(Trace, $($line)+) }; }

/// A line for whoever develops a plugin: `debug!(name = value, "message {}", argument)`.
#[macro_export]
macro_rules! debug { ($($line:tt)+) => { $crate::__log!(Debug, $($line)+) }; }

/// A line for whoever runs the host: `info!(name = value, "message {}", argument)`.
#[macro_export]
macro_rules! info { ($($line:tt)+) => { $crate::__log!(Info, $($line)+) }; }

/// Something to look at soon: `warn!(name = value, "message {}", argument)`.
#[macro_export]
macro_rules! warn { ($($line:tt)+) => { $crate::__log!(Warn, $($line)+) }; }

/// Something went wrong: `error!(name = value, "message {}", argument)`.
#[macro_export]
macro_rules! error { ($($line:tt)+) => { $crate::__log!(Error, $($line)+) }; }
