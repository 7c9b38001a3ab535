#![no_main]
conax_fuzz::target!(LEDGER);
