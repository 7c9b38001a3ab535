//! Holds random input to the law `ledger`.

#![no_main]
conax_fuzz::target!(LEDGER);
