//! What has one cause is told once: a clause whose breaks say again what another clause says more
//! closely is set aside for it.

use conax_contract::clause::{Clause, Strictness};
use conax_contract::crm::Member;

use super::verdicts::{Break, ClauseVerdict, Verdicts};

/// The closer clause, and one that says it again of the same answers.
const AGAIN: &[(&str, &str)] = &[
    ("request.completed-members", "law.c2"),
    ("request.pending-members", "law.c2"),
    ("request.reference-number", "law.c2"),
    ("request.reference-number", "request.response-text"),
    ("request.rejected-members", "law.c3"),
    ("scheduled-date.not-before", "law.c5"),
    ("request.executed-after-created", "law.c5"),
    (
        "request.executed-after-created",
        "scheduled-date.not-before",
    ),
    ("request.updated-moves", "request.updated"),
    ("log_information.dates", "request.updated-moves"),
    ("request.ids-unique", "create.parallel"),
    ("request.ids-unique", "post.not-idempotent"),
    ("post.not-idempotent", "create.parallel"),
    ("post.not-idempotent", "same.create-grows"),
    ("post.not-idempotent", "token.unit"),
    ("post.not-idempotent", "issue_token.unit"),
    // The answer is that of another request.
    ("request.ids-unique", "items.card"),
    ("request.ids-unique", "items.service"),
    ("request.ids-unique", "create_pairing.each-member"),
    ("request.ids-unique", "same.create-grows"),
    ("create.parallel", "items.card"),
    ("create.parallel", "items.service"),
    ("list.complete", "create.parallel"),
    ("list.complete", "same.create-grows"),
    ("list.complete", "same.filters-partition"),
    ("list.complete", "list.pages-join"),
    ("list.complete", "same.page-by-one"),
    ("list.number-of-results-limits", "list.number_of_results"),
    ("list.number-of-results-limits", "list.pages-join"),
    ("list.number-of-results-limits", "same.page-by-one"),
    ("list.offset-skips", "list.offset"),
    ("list.offset-skips", "list.pages-join"),
    ("list.offset-skips", "same.page-by-one"),
];

/// Sets aside every clause whose breaks another clause tells more closely.
pub(super) fn conclude(verdicts: &mut Verdicts) {
    let by_call: Vec<(&'static Clause, String)> = verdicts
        .breaks()
        .filter_map(|(clause, breaks)| Some((clause, told_by(verdicts, clause, breaks)?)))
        .collect();
    for (clause, cause) in by_call {
        verdicts.set_aside(&clause.id, words(&cause));
    }
    let by_member: Vec<(&'static Clause, &'static str)> = verdicts
        .breaks()
        .filter_map(|(clause, breaks)| Some((clause, closer(verdicts, clause, breaks)?)))
        .collect();
    for (clause, cause) in by_member {
        verdicts.set_aside(&clause.id, words(cause));
    }
    for (cause, again) in AGAIN {
        if is_cause(verdicts, cause, again) {
            verdicts.set_aside(again, words(cause));
        }
    }
}

/// The clause that tells everything a clause was broken by, if one does: the call broke that one,
/// however strict it is.
fn told_by(verdicts: &Verdicts, clause: &Clause, breaks: &[Break]) -> Option<String> {
    let verdict = verdicts.of(&clause.id)?;
    let cause = breaks.first()?.cause.as_deref()?;
    let is_told = verdict.broken_alone == 0 && is_broken(verdicts, cause);
    is_told.then(|| cause.to_owned())
}

fn words(cause: &str) -> String {
    format!("it cannot be told from `{cause}`, which is broken")
}

fn is_broken(verdicts: &Verdicts, id: &str) -> bool {
    let verdict = verdicts.of(id);
    verdict.is_some_and(|verdict: &ClauseVerdict| verdict.broken > 0)
}

/// Whether both are broken, and nothing stricter would be hidden behind less.
fn is_cause(verdicts: &Verdicts, cause: &str, again: &str) -> bool {
    let strictness = |id: &str| Clause::find(id).map(|clause| clause.strictness);
    let is_as_strict = strictness(cause).unwrap_or(Strictness::May)
        <= strictness(again).unwrap_or(Strictness::Must);
    is_as_strict && is_broken(verdicts, cause) && is_broken(verdicts, again)
}

/// The clause on the very member that all breaks of a clause point at, if that is broken.
fn closer(verdicts: &Verdicts, clause: &Clause, breaks: &[Break]) -> Option<&'static str> {
    let mut members = breaks.iter().map(|one| member_of(&one.path));
    let member = members.next()??;
    if !members.all(|other| other == Some(member)) {
        return None;
    }
    let of_member = format!("request.{}", member.code());
    let of_words = format!("words.{}", member.code());
    let of_dates = "request.date-form";
    let is_date = member.code().ends_with("_date") || member == Member::LogInformation;
    let causes = [Some(of_member.as_str()), Some(of_words.as_str())];
    let causes = causes.into_iter().chain([is_date.then_some(of_dates)]);
    let own: Vec<&str> = causes.flatten().collect();
    if own.contains(&clause.id.as_str()) {
        return None;
    }
    let mut causes = own.into_iter();
    let cause = causes.find(|cause| is_cause(verdicts, cause, &clause.id))?;
    Clause::find(cause).map(|cause| cause.id.as_str())
}

/// The member of a request that a path in an answer points at or into.
fn member_of(path: &str) -> Option<Member> {
    let path = path.strip_prefix("data.")?;
    path.split('.').find_map(Member::from_code)
}
