//! What stands in a line, whatever a call says.

use super::{Place, human, json, way_out};

type Render = fn(&Exchange, &mut String);

use std::sync::{Arc, Mutex};
use std::time::Duration;

use conax_contract::cas::Profile;
use conax_model::time::SimTime;
use conax_sim::journal::{
    Ended, Exchange, Journal, JournalLimits, Observer, Subject, Surface, Unanswered,
};

struct Rendered(Render, Mutex<String>);

impl Observer for Rendered {
    fn exchanged(&self, exchange: &Arc<Exchange>) {
        let Self(render, text) = self;
        render(exchange, &mut text.lock().expect("one thread"));
    }
}

/// The line for an exchange with this text wherever a call can put one.
fn line(render: Render, method: &str, text: &str) -> String {
    let rendered = Arc::new(Rendered(render, Mutex::default()));
    let observer = Arc::clone(&rendered) as Arc<dyn Observer>;
    let journal = Journal::new(JournalLimits::default(), Profile::public(), Some(observer));
    journal.record(Ended {
        at: SimTime::from_millis(0),
        surface: Surface::Crm,
        method: &method.parse().expect("a method"),
        target: &format!("/a/{text}?b={text}"),
        http_status: None,
        took: Duration::ZERO,
        subject: Subject {
            card: Some(text.into()),
            request_number: Some(7),
            outcome: Some(text.into()),
            ..Subject::default()
        },
        call: &[],
        reply: "".into(),
    });
    let text = rendered.1.lock().expect("one thread");
    text.clone()
}

#[test]
fn a_line_for_a_person_has_its_columns() {
    assert_eq!(
        line(human, "GET", "x"),
        "00:00:00 crm      GET  x                          ---     0 us #7 card x x\n"
    );
}

#[test]
fn no_text_of_a_call_moves_the_cursor_or_turns_the_line_around() {
    let hostile = "\u{1b}[2J\r\n\t\u{7f}\u{9b}\u{202e}\u{2066}\u{200f}\u{200b}\u{feff}\u{61c}";
    let line = line(human, "GET", hostile);
    let shown = "..[2J...........";
    assert_eq!(
        line,
        format!("00:00:00 crm      GET  {:<26} ---     0 us #7 card {0} {0}\n", &shown[1..])
    );
}

#[test]
fn a_line_for_a_person_has_an_end() {
    let line = line(human, &"M".repeat(1_000), &"\u{20ac}".repeat(10_000));
    assert!(line.chars().count() < 240, "{line}");
    assert_eq!(line.matches('…').count(), 4, "{line}");
}

#[test]
fn a_line_for_a_program_is_one_line() {
    let line = line(json, "GET", "\"\u{1b}\n");
    assert_eq!(line.matches('\n').count(), 1, "{line}");
    assert!(line.contains(r#""card":"\"\u001b\n""#), "{line}");
}

#[test]
fn the_command_that_lets_time_pass_reaches_the_world_that_waits() {
    let unanswered = |world: &str| Unanswered {
        world: world.to_owned(),
        at: SimTime::from_millis(1_000),
        until: SimTime::from_millis(610_000),
        request_number: Some(4051),
    };
    let place = |control: Option<&str>| Place {
        control: control.map(str::to_owned),
        main_world: "demo".to_owned(),
    };
    let (usual, other) =
        (place(Some("http://127.0.0.1:8082")), place(Some("http://127.0.0.1:9000")));
    let command = |world, place| way_out(&unanswered(world), place);
    assert_eq!(command("demo", &usual).as_deref(), Some("conax-sim clock advance 610s"));
    assert_eq!(
        command("night", &other).as_deref(),
        Some("conax-sim clock advance 610s --target http://127.0.0.1:9000 --world night")
    );
    assert_eq!(command("demo", &place(None)), None);
}
