//! What has one cause is told once: a clause whose breaks say again what another clause says more
//! closely is set aside for it.

use conax_contract::clause::{Clause, Strictness};
use conax_contract::crm::{Member, Operation};

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
    ("request.executed-after-created", "scheduled-date.not-before"),
    ("request.updated-moves", "request.updated"),
    ("log_information.dates", "request.updated-moves"),
    ("request.ids-unique", "create.parallel"),
    ("request.ids-unique", "post.not-idempotent"),
    ("post.not-idempotent", "create.parallel"),
    ("post.not-idempotent", "same.create-grows"),
    ("post.not-idempotent", "token.unit"),
    ("post.not-idempotent", "issue_token.unit"),
    ("post.not-idempotent", "law.c6"),
    // What is not found under its answered id is not lost, not listed twice, and not sent unseen.
    ("post.answers-its-request", "request.none-lost"),
    ("post.answers-its-request", "request.references-unique"),
    ("post.answers-its-request", "list.complete"),
    ("post.answers-its-request", "create.parallel"),
    ("post.answers-its-request", "refusal.changes-nothing"),
    ("post.answers-its-request", "log_information.community-name"),
    ("show.fields_set", "list.fields_set"),
    ("show.fields_set", "same.projection"),
    ("show.fields_set", "same.projection-order"),
    ("scheduled-date.kept", "scheduled-date.wins"),
    // The answer is that of another request.
    ("request.ids-unique", "items.card"),
    ("request.ids-unique", "items.service"),
    ("request.ids-unique", "create_pairing.each-member"),
    ("request.ids-unique", "same.create-grows"),
    ("request.ids-unique", "items.ids-distinct"),
    // What is printed under an id that two have is now of one and now of the other.
    ("request.ids-unique", "request.same-everywhere"),
    ("request.ids-unique", "request.ends-once"),
    ("request.ids-unique", "list.complete"),
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
    ("list.number-of-results-limits", "list.offset-skips"),
    // Without an order of their own, pages of a list do not join.
    ("list.pages-join", "same.page-by-one"),
    ("list.pages-join", "same.get-twice"),
    ("list.pages-join", "methods.get-changes-nothing"),
    ("list.pages-join", "list.order"),
    // What is created is seen in lists.
    ("list.complete", "refusal.changes-nothing"),
    ("list.complete", "same.tokens"),
    ("show.one-record", "show.by-id"),
    ("show.one-record", "show.by-number"),
    ("show.one-record", "show.found"),
    ("data.kind", "list.nothing-found"),
    ("data.kind", "list.by-reference-number"),
    ("status.no-5xx", "status.json"),
    ("token.unknown", "token.release"),
    ("token.unit", "issue_token.unit"),
    ("items.two-members", "create_pairing.each-member"),
    ("items.two-members", "items.card"),
    ("items.two-members", "items.service"),
    ("add_subscriptions.start-date-kept", "cancel_subscriptions.start-date-kept"),
    ("add_subscriptions.start-date-kept", "scheduled-date.kept"),
    ("add_subscriptions.start-date-kept", "start-date.form"),
    ("request.executed-in-time", "request.updated-moves"),
    ("request.executed-after-created", "request.updated"),
    ("request.ends-once", "request.updated"),
    // A change is seen as a difference between two places as well.
    ("request.ends-once", "request.same-everywhere"),
];

/// Members that are missing before it is said of all of them at once.
const MANY: usize = 3;

/// Sets aside every clause whose breaks another clause tells more closely.
pub(super) fn conclude(verdicts: &mut Verdicts) {
    let by_call: Vec<(&'static Clause, String)> = verdicts
        .breaks()
        .filter_map(|(clause, breaks)| Some((clause, told_by(verdicts, clause, breaks)?)))
        .collect();
    for (clause, cause) in by_call {
        verdicts.set_aside(&clause.id, words(&cause));
    }
    left_out(verdicts);
    unlike(verdicts);
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
    let is_shown = verdict.broken_alone == 0 && is_broken(verdicts, cause);
    is_shown.then(|| cause.to_owned())
}

/// Where many members are missing, the clause that asks for all of them says so.
fn left_out(verdicts: &mut Verdicts) {
    const ALL: &str = "show.fields-set-all";
    let is_missing = |one: &Break| one.found == "nothing";
    let missing: Vec<&'static Clause> = verdicts
        .breaks()
        .filter(|(clause, breaks)| {
            let member = clause.id.strip_prefix("request.");
            let member = member.and_then(Member::from_code);
            member.is_some() && breaks.iter().all(is_missing)
        })
        .map(|(clause, _)| clause)
        .collect();
    if missing.len() < MANY || !is_broken(verdicts, ALL) {
        return;
    }
    let again = ["request.shape", "list.fields-set-all"];
    let examples = Operation::ALL.map(|operation| format!("{}.example", operation.name()));
    let examples = examples.iter().map(String::as_str);
    let members = missing.iter().map(|clause| clause.id.as_str());
    for id in members.chain(again).chain(examples) {
        if is_broken(verdicts, id) {
            verdicts.set_aside(id, words(ALL));
        }
    }
}

/// What a list prints otherwise than `show` is told once, whatever else it is besides.
fn unlike(verdicts: &mut Verdicts) {
    const SAME: &str = "request.same-everywhere";
    let members = |breaks: &[Break]| -> Vec<Option<Member>> {
        breaks.iter().map(|one| member_of(&one.path)).collect()
    };
    let of = |id: &str| verdicts.of(id).map_or(Vec::new(), |verdict| members(&verdict.breaks));
    let unlike = of(SAME);
    let again: Vec<&str> = ["request.completed-members", "request.response-text"]
        .into_iter()
        .filter(|id| !of(id).is_empty() && of(id).iter().all(|one| unlike.contains(one)))
        .collect();
    for id in again {
        verdicts.set_aside(id, words(SAME));
    }
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
    let into = |part: &str| breaks.iter().all(|one| one.path.contains(part));
    let causes = [
        Some(of_member.as_str()),
        Some(of_words.as_str()),
        is_date.then_some(of_dates),
        into("_by_user").then_some("log_information.user"),
        into("_by_unit").then_some("log_information.unit"),
    ];
    let own: Vec<&str> = causes.into_iter().flatten().collect();
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
