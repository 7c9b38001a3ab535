//! What a journal keeps, whatever is thrown at it.

use super::{Ended, Exchange, Journal, JournalLimits, Subject, Surface};

use std::sync::Arc;
use std::time::Duration;

use axum::http::Method;
use conax_contract::cas::Profile;
use conax_model::time::SimTime;

fn journal() -> Journal {
    Journal::new(JournalLimits::default(), Profile::public(), None)
}

fn record(journal: &Journal, method: &str, target: &str, text: &str) {
    journal.record(Ended {
        at: SimTime::from_millis(0),
        surface: Surface::Cas,
        method: &Method::from_bytes(method.as_bytes()).expect("a method"),
        target,
        http_status: Some(200),
        took: Duration::ZERO,
        subject: Subject {
            card: Some(text.into()),
            request_number: None,
            outcome: Some(text.into()),
            ..Subject::default()
        },
        call: &[],
        reply: axum::body::Bytes::new(),
    });
}

fn kept(journal: &Journal) -> Vec<Arc<Exchange>> {
    journal.excerpt(0, usize::MAX, |_| true).exchanges
}

/// The bytes of every text an exchange holds, counted without its own help.
fn texts(exchange: &Exchange) -> usize {
    let length = |text: &Option<Arc<str>>| text.as_deref().map_or(0, str::len);
    exchange.method.as_str().len()
        + exchange.target.len()
        + length(&exchange.subject.card)
        + length(&exchange.subject.outcome)
}

#[test]
fn ten_thousand_exchanges_with_huge_texts_stay_within_the_limit() {
    let journal = journal();
    let text = "0\u{20ac}".repeat(8_000);
    let (method, target) = ("M".repeat(8_000), format!("/{}", "x".repeat(8_000)));
    for _ in 0..10_000 {
        record(&journal, &method, &target, &text);
    }
    let kept = kept(&journal);
    let bytes: usize = kept.iter().map(|one| texts(one) + size_of::<Exchange>()).sum();
    let limit = JournalLimits::default().byte_limit;
    assert!(bytes <= limit, "{} exchanges with {bytes} bytes", kept.len());
    assert!(kept.len() > 4_000, "short texts leave room for many: {}", kept.len());
}

#[test]
fn long_texts_are_cut_and_say_so() {
    let journal = journal();
    let text = "\u{20ac}".repeat(129);
    record(&journal, &"M".repeat(500), &format!("/{}", "x".repeat(3_000)), &text);
    record(&journal, "GET", "/short?token=T1", &"\u{20ac}".repeat(128));
    let kept = kept(&journal);
    let (long, short) = (&kept[0], &kept[1]);
    let card = |exchange: &Exchange| exchange.subject.card.clone().expect("a card");
    assert_eq!(card(long).chars().count(), 129);
    assert!(card(long).ends_with('…') && !card(short).ends_with('…'));
    assert_eq!(long.method.as_str(), "M".repeat(128));
    assert_eq!(
        (long.masked_target().chars().count(), long.masked_target().ends_with('…')),
        (2049, true)
    );
    assert_eq!((short.method.as_str(), &*short.masked_target()), ("GET", "/short?token=***"));
}

#[test]
fn a_secret_at_the_cut_is_masked_before_it_is_cut() {
    let journal = journal();
    let target = format!("/?{}&token=CANARY", "x".repeat(2_035));
    record(&journal, "GET", &target, "");
    assert!(
        !kept(&journal)[0].masked_target().contains("CA"),
        "{}",
        kept(&journal)[0].masked_target()
    );
}
