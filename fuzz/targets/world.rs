#![no_main]
conax_fuzz::target!(WORLD);
