//! What the page holds, and that nothing put into it can be taken for markup.

use crate::clause::{Clause, Seen, Strictness};
use crate::crm::{HttpMode, Member, Operation, RefusalCode};
use crate::docs::docs_page;
use crate::known::KNOWN;
use crate::openapi::CrmApi;
use crate::source::Source;

fn page(clauses: &[Clause]) -> String {
    docs_page(&CrmApi::default(), false, clauses)
}

#[test]
fn every_operation_has_a_section_with_its_parameters_and_a_form() {
    let page = page(&[]);
    for operation in Operation::ALL {
        let start = format!("<section class=\"operation\" id=\"{}\">", operation.name());
        let (_, section) = page.split_once(&start).unwrap();
        let section = section.split("</section>").next().unwrap();
        assert!(section.contains("<form class=\"try\""), "{operation:?}");
        for entry in operation.parameters() {
            let input = format!("data-name=\"{}\"", entry.name);
            assert!(section.contains(&input), "{operation:?} {}", entry.name);
            assert!(section.contains(entry.known_as().code()), "{operation:?} {}", entry.name);
        }
    }
    for word in Member::ALL.map(Member::code) {
        assert!(page.contains(&word.replace('_', "_<wbr>")), "{word}");
    }
}

#[test]
fn a_secret_stands_in_an_input_for_passwords_only() {
    let page = page(&[]);
    let token = "04FFBB37FED475A778F122709CBAC1D5";
    let mut inputs = 0;
    for part in page.split(token).collect::<Vec<_>>().windows(2) {
        let tag = part[0].rsplit('<').next().unwrap();
        assert!(tag.starts_with("input") && tag.contains("type=\"password\""), "{tag}");
        inputs += 1;
    }
    assert!(inputs >= 4, "{inputs}");
    assert!(page.contains("&quot;token&quot;: &quot;***&quot;"));
}

#[test]
fn what_is_known_stands_there_row_by_row() {
    let page = page(&[]);
    let (_, section) = page.split_once("<section id=\"known\">").unwrap();
    let section = section.split("</section>").next().unwrap();
    let rows: Vec<&str> = section.split("<tr>").skip(2).collect();
    assert_eq!(rows.len(), KNOWN.len());
    for (row, known) in rows.iter().zip(KNOWN) {
        let tag = format!("class=\"tag {}\"", known.source().code());
        assert!(row.contains(&tag), "{}: {row}", known.behaviour);
    }
}

#[test]
fn the_page_loads_nothing() {
    let page = page(&[]);
    for word in ["src=", "http://", "https://", "@import", "url("] {
        assert!(!page.contains(word), "{word}");
    }
}

#[test]
fn refusals_have_the_status_of_the_door() {
    let mapped = CrmApi { http_mode: HttpMode::Mapped, ..CrmApi::default() };
    let mapped = docs_page(&mapped, false, &[]);
    let status = "<td data-head=\"HTTP\">401</td>";
    assert!(mapped.contains(status));
    assert!(!page(&[]).contains(status));
    let (_, code) = RefusalCode::InvalidToken.code().rsplit_once('.').unwrap();
    assert!(mapped.contains(code));
}

#[test]
fn clauses_are_a_table_and_without_any_there_is_none() {
    let row = Clause {
        id: "show.states".to_owned(),
        statement: "A `state` is <b>final</b> & stays".to_owned(),
        source: Source::Inferred,
        place: "",
        strictness: Strictness::Must,
        seen: Seen::Api,
        choice: None,
    };
    let with = page(&[row]);
    assert!(with.contains("<code>show.states</code>"));
    assert!(with.contains("A <code>state</code> is &lt;b&gt;final&lt;/b&gt; &amp; stays"));
    assert!(with.contains("href=\"#clauses\""));
    assert!(!page(&[]).contains("clauses\""));
}

#[test]
fn a_door_with_a_token_asks_for_it() {
    let asks = docs_page(&CrmApi::default(), true, &[]);
    assert!(asks.contains("<input id=\"control-token\" type=\"password\""));
    assert!(!page(&[]).contains("<input id=\"control-token\""));
}
