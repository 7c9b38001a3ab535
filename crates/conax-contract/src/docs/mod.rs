//! The provisioning API as a page: to be read, and to be tried.
//!
//! One HTML text that loads nothing, made of the same tables as the codecs. What it shows is there
//! without a script; the script only makes calls, by way of the control API. Start at `page`.

mod clauses;
mod form;
mod lists;
mod markup;
mod operation;
mod page;
#[cfg(test)]
mod tests;

pub use page::docs_page;
