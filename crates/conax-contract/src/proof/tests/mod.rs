//! The checker: what it accepts, and that nothing can be taken away or changed.

mod alter;
mod broken;
mod fates;
mod laws;
mod needed;
mod play;
mod script;
mod shipped;
