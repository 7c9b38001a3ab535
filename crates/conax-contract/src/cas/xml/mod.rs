//! XML without surprises: a bounded reader, a compact writer, and the tree between them.

mod error;
mod names;
mod read;
mod tree;
mod write;

pub(super) use error::{XmlError, XmlErrorKind};
pub(super) use names::is_ncname;
pub(super) use read::read;
pub(super) use tree::{Content, Element, trimmed};
pub(super) use write::{escape_text, inner_xml_as_read, outer_xml};
