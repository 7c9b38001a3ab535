//! From the text of a world file to a world, with everything that is wrong with it at once.

mod cas;
mod crm;
mod names;
mod reading;
mod record;
mod world;

pub(super) use reading::Reading;
