//! The documents tell of everything there is, and say of calls and answers what the codecs do.

mod completeness;
mod examples;
mod fits;
mod laws;
mod named;
mod served;
