//! Holds random input to the law `fault_rules`.

#![no_main]
conax_fuzz::target!(FAULT_RULES);
