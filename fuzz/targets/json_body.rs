#![no_main]
conax_fuzz::target!(JSON_BODY);
