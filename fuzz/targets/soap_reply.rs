#![no_main]
conax_fuzz::target!(SOAP_REPLY);
