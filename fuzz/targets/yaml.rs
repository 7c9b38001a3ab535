//! Holds random input to the law `yaml`.

#![no_main]
conax_fuzz::target!(YAML);
