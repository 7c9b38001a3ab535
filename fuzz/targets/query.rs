//! Holds random input to the law `query`.

#![no_main]
conax_fuzz::target!(QUERY);
