//! The description of the endpoint.

use super::samples::sample;
use crate::cas::{CasService, CommandKind, Profile, encode_request, wsdl, xml};

const ADDRESS: &str = "http://localhost:8080/";

#[test]
fn the_description_of_one_service_is_this() {
    insta::assert_snapshot!(
        "wsdl_user_text_messaging",
        wsdl(Profile::public(), Some("user-text-messaging"), ADDRESS)
    );
}

#[test]
fn every_description_is_well_formed_and_knows_its_operations() {
    for profile in Profile::names().map(|name| Profile::shipped(name).unwrap()) {
        let all = wsdl(profile, None, ADDRESS);
        xml::read(&all).unwrap();
        for service in CasService::ALL {
            let one = wsdl(profile, Some(service.name()), ADDRESS);
            xml::read(&one).unwrap();
            for operation in CommandKind::ALL {
                let name = &profile.operation(operation).name.value;
                let named = format!("<wsdl:operation name=\"{name}\">");
                assert_eq!(
                    one.matches(&named).count(),
                    if CasService::of(operation) == service { 2 } else { 0 }
                );
                assert_eq!(all.matches(&named).count(), 2, "{name}");
            }
        }
    }
}

#[test]
fn a_name_that_is_no_service_describes_all() {
    let all = wsdl(Profile::public(), None, ADDRESS);
    assert_eq!(wsdl(Profile::public(), Some("nothing"), ADDRESS), all);
}

/// The names in the order of their start tags.
fn names(text: &str, before: &str, after: char) -> Vec<String> {
    text.split(before)
        .skip(1)
        .filter_map(|rest| rest.split(after).next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_schema_describes_what_is_sent_in_its_order() {
    for operation in CommandKind::ALL {
        let profile = Profile::public();
        let service = CasService::of(operation).name();
        let schema = wsdl(profile, Some(service), ADDRESS);
        let name = &profile.operation(operation).name.value;
        let from = schema.find(&format!("<xsd:element name=\"{name}\">")).unwrap();
        let to = schema.find(&format!("<xsd:element name=\"{name}Response\">")).unwrap();
        let described = names(&schema[from..to], "<xsd:element name=\"", '"');
        let body = String::from_utf8(encode_request(profile, &sample(operation)).body).unwrap();
        let mut sent: Vec<_> = names(&body, "<", '>')
            .into_iter()
            .filter(|tag| !tag.starts_with(['?', '/']) && !tag.starts_with("soapenv:"))
            .map(|tag| tag.split(' ').next().unwrap().to_owned())
            .collect();
        sent.dedup();
        let left_out = |name: &&String| sent.contains(name);
        let described: Vec<_> = described.iter().filter(left_out).cloned().collect();
        assert_eq!(described, sent, "{operation:?}");
    }
}

#[test]
fn the_address_is_that_of_the_service() {
    let text = wsdl(Profile::public(), Some("authorization"), ADDRESS);
    let location = "location=\"http://localhost:8080/ca-server/webservices/client/authorization\"";
    assert!(text.contains(location), "{text}");
}
