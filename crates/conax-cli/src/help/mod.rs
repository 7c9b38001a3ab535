//! `help`: the pages of `docs/`, offline.
//!
//! `help VERB` is clap's, and wins; a page is asked for by its name, or by its file name where a
//! verb has the same: `help clock` is about the verb, `help clock.md` is the page on the clock. The
//! help of each verb names its page.
//!
//! Read on: [`GROUPS`] (the list), `render` (Markdown on a terminal).

mod asked;
mod page;
mod render;
#[cfg(test)]
mod tests;

pub(crate) use asked::{answer, topics, with_page};
pub use page::{GROUPS, Group, Page};
