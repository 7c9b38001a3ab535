//! Holds random input to the law `scenario`.

#![no_main]
conax_fuzz::target!(SCENARIO);
