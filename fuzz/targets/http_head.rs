#![no_main]
conax_fuzz::target!(HTTP_HEAD);
