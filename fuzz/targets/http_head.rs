//! Holds random input to the law `http_head`.

#![no_main]
conax_fuzz::target!(HTTP_HEAD);
