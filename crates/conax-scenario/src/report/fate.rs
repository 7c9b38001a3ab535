//! How a scenario counts where only passed, skipped, failed and broken are known.

use crate::record::{CaseRecord, FindingKind, StepRecord, Verdict};

/// What a scenario counts as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Everything was looked at, and as expected.
    Passed,
    /// Not everything was looked at, and why: never a success.
    Skipped(String),
    /// Something was not as expected.
    Failed(&'static str),
    /// It was not the expectation that was wrong.
    Broken(&'static str),
}

/// What this scenario counts as.
pub(super) fn fate(case: &CaseRecord) -> Fate {
    match case.verdict {
        Verdict::Passed => Fate::Passed,
        Verdict::Partly => Fate::Skipped(part_not_seen(case)),
        Verdict::Skipped => Fate::Skipped(why_skipped(case)),
        Verdict::Failed => failure(case),
        Verdict::Error => match case.findings().any(|(_, one)| one.kind == FindingKind::Timeout) {
            true => Fate::Broken("timeout"),
            false => Fate::Broken("target"),
        },
    }
}

/// An expectation that was not met outweighs whatever else went wrong beside it.
fn failure(case: &CaseRecord) -> Fate {
    let kinds: Vec<FindingKind> = case.findings().map(|(_, finding)| finding.kind).collect();
    let first = kinds.iter().min_by_key(|kind| rank(**kind));
    match first {
        None | Some(FindingKind::Expectation) => Fate::Failed("expectation"),
        Some(FindingKind::Target) => Fate::Broken("target"),
        Some(FindingKind::Timeout) => Fate::Broken("timeout"),
    }
}

const fn rank(kind: FindingKind) -> u8 {
    match kind {
        FindingKind::Expectation => 0,
        FindingKind::Target => 1,
        FindingKind::Timeout => 2,
    }
}

fn why_skipped(case: &CaseRecord) -> String {
    case.reason
        .clone()
        .or_else(|| skipped(case).find_map(|step| step.reason.clone()))
        .unwrap_or_else(|| "not played".to_owned())
}

/// `2 of 9 steps: the target has no control door`
fn part_not_seen(case: &CaseRecord) -> String {
    let count = skipped(case).count();
    let why = why_skipped(case);
    format!("{count} of {} steps: {why}", case.steps.len())
}

fn skipped(case: &CaseRecord) -> impl Iterator<Item = &StepRecord> {
    let steps = case.steps.iter();
    steps.filter(|step| step.verdict == Verdict::Skipped)
}
