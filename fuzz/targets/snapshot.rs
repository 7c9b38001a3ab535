//! Holds random input to the law `snapshot`.

#![no_main]
conax_fuzz::target!(SNAPSHOT);
