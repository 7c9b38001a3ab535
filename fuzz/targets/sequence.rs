//! Holds random input to the law `sequence`.

#![no_main]
conax_fuzz::target!(SEQUENCE);
