//! Worlds: what is read, what is refused, and the way back.

mod broken;
mod demo;
mod documented;
mod masks;
mod robust;
mod round_trip;
mod shipped;
