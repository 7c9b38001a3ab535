#![no_main]
conax_fuzz::target!(YAML);
