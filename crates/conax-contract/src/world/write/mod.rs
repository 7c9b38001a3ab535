//! From a world to the text of a world file, with or without its secrets.

mod cas;
mod crm;
mod record;
mod world;

pub(super) use world::hidden;
