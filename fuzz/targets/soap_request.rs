//! Holds random input to the law `soap_request`.

#![no_main]
conax_fuzz::target!(SOAP_REQUEST);
