//! Holds random input to the law `world`.

#![no_main]
conax_fuzz::target!(WORLD);
