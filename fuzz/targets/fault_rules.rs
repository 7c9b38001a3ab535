#![no_main]
conax_fuzz::target!(FAULT_RULES);
