//! The dump of a failed call.

use crate::cas::{AxisClient, AxisFault, SaxPlace};

#[test]
fn a_refused_connection_renders_so() {
    insta::assert_snapshot!(AxisClient::default().connect_refused().render(), @r"
    AxisFault
     faultCode: {http://schemas.xmlsoap.org/soap/envelope/}Server.userException
     faultSubcode: 
     faultString: java.net.ConnectException: Connection refused
     faultActor: 
     faultNode: 
     faultDetail: 
    	{http://xml.apache.org/axis/}stackTrace:java.net.ConnectException: Connection refused

    	{http://xml.apache.org/axis/}hostname:crm.example
    ");
}

fn fault_strings(java: u16) -> String {
    let axis = AxisClient { java, ..AxisClient::default() };
    let place = SaxPlace { line: 3, column: 14 };
    let faults = [
        axis.connect_timed_out(),
        axis.no_route(),
        axis.unknown_host("contego.example"),
        axis.read_timed_out(),
        axis.connection_reset(),
        axis.tls_handshake("Received fatal alert: bad_certificate"),
        axis.tls_path("validation failed"),
        axis.sax_parse(place, "Premature end of file."),
        axis.sax("Bad envelope tag:  html"),
        axis.unsupported_encoding("X-NOTHING"),
        axis.malformed_bytes("Invalid byte 1 of 1-byte UTF-8 sequence."),
        axis.version_mismatch(),
        AxisFault::no_answer(),
        AxisFault::http_status(503, "Service Unavailable", ""),
    ];
    let strings: Vec<_> = faults.iter().map(|fault| fault.string.as_str()).collect();
    strings.join("\n")
}

#[test]
fn every_way_to_fail_has_its_fault_string_and_some_are_those_of_a_java() {
    insta::assert_snapshot!("fault_strings_before_java_7", fault_strings(6));
    insta::assert_snapshot!("fault_strings_of_java_7", fault_strings(7));
    insta::assert_snapshot!("fault_strings_of_java_17", fault_strings(17));
}

#[test]
fn markup_in_a_fault_is_escaped_once() {
    let fault = AxisClient::default().thrown("{urn:x}Busy", "a < b & \"c\"");
    insta::assert_snapshot!(fault.render(), @r"
    AxisFault
     faultCode: {urn:x}Busy
     faultSubcode: 
     faultString: a &lt; b &amp; &quot;c&quot;
     faultActor: 
     faultNode: 
     faultDetail: 
    	{http://xml.apache.org/axis/}stackTrace:a &lt; b &amp; &quot;c&quot;

    	{http://xml.apache.org/axis/}hostname:crm.example
    ");
}
