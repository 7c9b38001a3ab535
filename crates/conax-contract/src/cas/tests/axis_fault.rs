//! The dump of a failed call.

use crate::cas::{AxisDetail, AxisFault};

#[test]
fn a_refused_connection_renders_so() {
    insta::assert_snapshot!(AxisFault::connect_refused().render(), @r"
    AxisFault
     faultCode: {http://schemas.xmlsoap.org/soap/envelope/}Server.userException
     faultSubcode: 
     faultString: java.net.ConnectException: Connection refused
     faultActor: 
     faultNode: 
     faultDetail: 
    	{http://xml.apache.org/axis/}stackTrace:java.net.ConnectException: Connection refused
    ");
}

#[test]
fn every_way_to_fail_has_its_fault_string() {
    let faults = [
        AxisFault::connect_timed_out(),
        AxisFault::no_route(),
        AxisFault::unknown_host("contego.example"),
        AxisFault::read_timed_out(),
        AxisFault::connection_reset(),
        AxisFault::end_of_file(),
        AxisFault::tls_handshake("certificate has expired"),
        AxisFault::sax_parse("Premature end of file."),
        AxisFault::sax("Bad envelope tag:  html"),
        AxisFault::unsupported_encoding("x-nothing"),
        AxisFault::malformed_bytes("UTF-8"),
        AxisFault::unexpected_content_type("application/json"),
        AxisFault::version_mismatch(),
        AxisFault::http_status(503, ""),
        AxisFault::http_status(599, ""),
    ];
    let strings: Vec<_> = faults.iter().map(|fault| fault.string.as_str()).collect();
    insta::assert_snapshot!("fault_strings", strings.join("\n"));
}

#[test]
fn markup_in_a_fault_is_escaped_once() {
    let mut fault = AxisFault::soap_fault("{urn:x}Busy", "a < b & c");
    fault.details.push(AxisDetail::text("string", "<x/>"));
    insta::assert_snapshot!(fault.render(), @r"
    AxisFault
     faultCode: {urn:x}Busy
     faultSubcode: 
     faultString: a &lt; b &amp; c
     faultActor: 
     faultNode: 
     faultDetail: 
    	{}string:&lt;x/&gt;
    ");
}
