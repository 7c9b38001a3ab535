//! The settings of the program: one table for flags, environment variables and the file.

mod resolve;
mod table;
mod tls;
mod values;

#[cfg(test)]
mod tests;

pub(crate) use resolve::check_file;
pub use resolve::{Origin, Settings, SettingsError};
pub use table::{SETTINGS, SettingEntry};
pub(crate) use table::{TARGET_VARIABLE, argument};
pub(crate) use tls::write_papers;
pub(crate) use values::{
    duration, host, instance, otlp, profile_problem, read_file, read_key_file, read_secret_file,
    seed, store_survives, tls_keys,
};
