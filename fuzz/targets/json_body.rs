//! Holds random input to the law `json_body`.

#![no_main]
conax_fuzz::target!(JSON_BODY);
