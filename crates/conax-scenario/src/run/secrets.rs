//! The record without secrets.

use conax_contract::text::is_secret_name;

use crate::document::Secrets;
use crate::record::CaseRecord;

/// Takes the secrets out of everything that is told.
pub(super) fn mask_record(secrets: &Secrets, record: &mut CaseRecord) {
    let eraser = secrets.eraser();
    record.each_text(|text| eraser.mask(text));
    for step in &mut record.steps {
        for finding in &mut step.findings {
            // As long as it was, so that marks below it stay where they belong.
            finding.source = eraser.starred(&without_secrets(&finding.source));
        }
    }
}

/// The line with the values of secret keys starred.
fn without_secrets(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(':') {
        let (before, after) = (&rest[..=at], &rest[at + 1..]);
        out.push_str(before);
        let name = before[..at].rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_');
        let end = match name.into_iter().next().is_some_and(is_secret_name) {
            true => after.find([',', '}', '#']).unwrap_or(after.len()),
            false => 0,
        };
        out.push_str(&starred(&after[..end]));
        rest = &after[end..];
    }
    out.push_str(rest);
    out
}

/// A value in stars. A variable, what is expected in words, and where something is kept are no
/// secrets.
fn starred(value: &str) -> String {
    let bare = value.trim();
    if bare.starts_with(['$', '{', '[']) || matches!(bare, "none" | "token" | "null") {
        return value.to_owned();
    }
    let stars = value.chars().map(|letter| if letter == ' ' { ' ' } else { '*' });
    stars.collect()
}
