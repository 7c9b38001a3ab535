//! Holds random input to the law `masking`.

#![no_main]
conax_fuzz::target!(MASKING);
