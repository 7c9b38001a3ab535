//! Holds random input to the law `soap_reply`.

#![no_main]
conax_fuzz::target!(SOAP_REPLY);
