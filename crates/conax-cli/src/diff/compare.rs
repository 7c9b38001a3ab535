//! In what two sides differ, step by step, but for what differs between one side and itself. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use conax_contract::text::{render_duration, shortened};
use conax_scenario::record::{CaseRecord, FindingKind, FindingRecord, StepRecord, Verdict};
use serde::Serialize;
use serde_json::Value;

use super::answers::{Answer, Common, answers};
use super::other_world::LACKS;
use super::{open, timing};

/// A scenario on both sides.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct CaseDifference {
    /// The file.
    pub(super) file: String,
    /// The line it begins at.
    pub(super) line: usize,
    /// Its sentence, with its row.
    pub(super) title: String,
    /// How it ended on either side.
    pub(super) verdicts: [&'static str; 2],
    /// Steps that differ: first those that held on one side only.
    pub(super) steps: Vec<StepDifference>,
    /// Differences that are noise: the left side differs from itself there.
    pub(super) noise: usize,
    /// Why it was not compared, if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_compared: Option<NotCompared>,
    /// The command that plays it again.
    pub(super) again: String,
}

/// Why a scenario is not compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct NotCompared {
    /// The side.
    pub(super) side: &'static str,
    /// Whether the side does not answer.
    pub(super) is_unreachable: bool,
    /// In words.
    pub(super) reason: String,
}

/// A step that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct StepDifference {
    /// The file, if it is an included one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    /// The line.
    pub(super) line: usize,
    /// What happens there.
    pub(super) title: String,
    /// How it ended on either side, if that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verdicts: Option<[&'static str; 2]>,
    /// What was not as expected on the side where it broke.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) findings: Vec<String>,
    /// What was answered differently.
    pub(super) members: Vec<MemberDifference>,
}

/// Something that was answered differently.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct MemberDifference {
    /// The call.
    pub(super) call: String,
    /// Where in the answer.
    pub(super) place: String,
    /// What the left side answered.
    pub(super) left: String,
    /// What the right side answered.
    pub(super) right: String,
}

/// Where noise is: the step, the call of it, the place.
type Noise = BTreeSet<(usize, usize, String)>;

/// What was played of a scenario.
pub(super) struct Sides<'c> {
    /// On the left.
    pub(super) left: &'c CaseRecord,
    /// There once more.
    pub(super) again: &'c CaseRecord,
    /// On the right.
    pub(super) right: &'c CaseRecord,
    /// Why it cannot be compared with either side, as far as its answers tell.
    pub(super) lacks: [Option<String>; 2],
}

/// Compares a scenario on both sides, of which each had so much real time for it.
pub(super) fn compare(sides: &Sides<'_>, common: Common, limit: Duration) -> CaseDifference {
    let Sides { left, again, right, lacks: [lacks_left, lacks_right] } = sides;
    let mut difference = CaseDifference {
        file: left.file.clone(),
        line: left.line,
        title: left.title(),
        verdicts: [left.verdict.word(), right.verdict.word()],
        not_compared: not_compared("left", left, lacks_left.as_ref())
            .or_else(|| not_compared("right", right, lacks_right.as_ref()))
            .or_else(|| takes_too_long("right", right, left, limit))
            .or_else(|| takes_too_long("left", left, right, limit)),
        again: left.again.clone(),
        ..CaseDifference::default()
    };
    if difference.not_compared.is_some() {
        return difference;
    }
    let noise: Noise =
        steps(left, again, common).into_iter().flat_map(|(at, step)| places(at, &step)).collect();
    for (at, mut step) in steps(left, right, common) {
        let before = step.count();
        step.drop_noise(at, &noise);
        difference.noise += before - step.count();
        if step.count() > 0 {
            difference.steps.push(step.shown());
        }
    }
    difference.steps.sort_by_key(|step| step.verdicts.is_none());
    difference
}

/// Whether it ended on a side because its time was over, and takes more of it where time is given.
fn takes_too_long(
    side: &'static str,
    case: &CaseRecord,
    other: &CaseRecord,
    limit: Duration,
) -> Option<NotCompared> {
    let mut findings = case.findings();
    let is_over = findings.any(|(_, finding)| finding.kind == FindingKind::Timeout);
    let time = Duration::from_millis(other.simulated_ms);
    (is_over && time > limit).then(|| NotCompared {
        side,
        is_unreachable: false,
        reason: format!(
            "it would have to wait {} for it, and has {}",
            render_duration(time),
            render_duration(limit)
        ),
    })
}

fn not_compared(
    side: &'static str,
    case: &CaseRecord,
    seems_to_lack: Option<&String>,
) -> Option<NotCompared> {
    let lacks = case.exchanges.iter().find_map(|one| match one.http_status {
        None => one.reply.strip_prefix(LACKS),
        Some(_) => None,
    });
    if let Some(what) = lacks {
        return Some(NotCompared { side, is_unreachable: false, reason: what.to_owned() });
    }
    if let Some(what) = seems_to_lack {
        return Some(NotCompared { side, is_unreachable: false, reason: what.clone() });
    }
    let is_unreachable = case.verdict == Verdict::Error && case.steps.is_empty();
    let was_played = case.verdict != Verdict::Skipped || !case.steps.is_empty();
    if was_played && !is_unreachable {
        return None;
    }
    let reason = case.reason.clone();
    Some(NotCompared {
        side,
        is_unreachable,
        reason: reason.unwrap_or_else(|| "it was not played".to_owned()),
    })
}

/// A step of both sides, with its differences by call.
struct Pair {
    step: StepDifference,
    members: Vec<(usize, MemberDifference)>,
}

impl Pair {
    fn count(&self) -> usize {
        self.members.len() + usize::from(self.step.verdicts.is_some())
    }

    fn drop_noise(&mut self, at: usize, noise: &Noise) {
        let is_noise = |call: usize, place: &str| noise.contains(&(at, call, place.to_owned()));
        if is_noise(0, VERDICT) {
            self.step.verdicts = None;
        }
        self.members.retain(|(call, member)| !is_noise(*call, &member.place));
    }

    fn shown(self) -> StepDifference {
        StepDifference {
            members: self.members.into_iter().map(|(_, member)| member).collect(),
            ..self.step
        }
    }
}

/// The place of a verdict among the places of an answer.
const VERDICT: &str = "(verdict)";

fn places(at: usize, pair: &Pair) -> Vec<(usize, usize, String)> {
    let members = pair.members.iter();
    let members = members.map(|(call, member)| (at, *call, member.place.clone()));
    let verdict = pair.step.verdicts.map(|_| (at, 0, VERDICT.to_owned()));
    members.chain(verdict).collect()
}

/// The steps of the left side that the right side came to as well, by their place on the left.
fn steps(left: &CaseRecord, right: &CaseRecord, common: Common) -> Vec<(usize, Pair)> {
    let open = match common {
        Common::Everything => BTreeSet::new(),
        Common::WhatIsMade => open::left_out([left, right]),
    };
    let (ours, theirs) = (answers(left, common, &open), answers(right, common, &open));
    let mut next = 0;
    let mut pairs = Vec::new();
    for (at, step) in left.steps.iter().enumerate() {
        let same = |other: &StepRecord| {
            (&other.file, other.line, other.is_cleanup) == (&step.file, step.line, step.is_cleanup)
        };
        let Some(found) = right.steps[next..].iter().position(same) else {
            continue;
        };
        let other = next + found;
        next = other + 1;
        let counterpart = &right.steps[other];
        // What one side did not come to, or cannot look at, tells nothing of it.
        if [step, counterpart].iter().any(|one| one.verdict == Verdict::Skipped) {
            continue;
        }
        let mut members = Vec::new();
        let (mut ours, mut theirs) = (ours[at].clone(), theirs[other].clone());
        let is_look = !step.title.starts_with("wait ");
        if common == Common::WhatIsMade {
            for (ours, theirs) in ours.iter_mut().zip(&mut theirs) {
                timing::take_out(ours, theirs, is_look);
                open::take_out(ours, theirs);
            }
        }
        compare_answers(&ours, &theirs, &mut members);
        // What a scenario expects of its own world and clock says nothing of another one.
        let is_said = common == Common::Everything || !members.is_empty();
        let differs = step.verdict != counterpart.verdict && is_said;
        let broken = if step.verdict.is_bad() { step } else { counterpart };
        let is_shown =
            |finding: &&FindingRecord| common == Common::Everything || !is_sentence(&finding.path);
        let findings = broken.findings.iter().filter(|_| differs).filter(is_shown);
        pairs.push((
            at,
            Pair {
                step: StepDifference {
                    file: step.file.clone(),
                    line: step.line,
                    title: step.title.clone(),
                    verdicts: differs.then(|| [step.verdict.word(), counterpart.verdict.word()]),
                    findings: findings.map(in_words).collect(),
                    members: Vec::new(),
                },
                members,
            },
        ));
    }
    pairs
}

/// Whether an expectation is one of a sentence, which is everybody's own.
fn is_sentence(path: &str) -> bool {
    ["message", "description"].contains(&path.trim_start_matches("status."))
}

fn in_words(finding: &FindingRecord) -> String {
    match finding.expected.as_str() {
        "" => finding.message.clone(),
        expected => format!("{}: expected {expected}, found {}", finding.path, finding.found),
    }
}

fn compare_answers(left: &[Answer], right: &[Answer], found: &mut Vec<(usize, MemberDifference)>) {
    for (at, (ours, theirs)) in left.iter().zip(right).enumerate() {
        let mut places = Vec::new();
        differ("http", Some(&ours.http), Some(&theirs.http), &mut places);
        differ("", Some(&ours.body), Some(&theirs.body), &mut places);
        found.extend(places.into_iter().map(|(place, left, right)| {
            let call = ours.call.clone();
            let member = MemberDifference { call, place, left, right };
            (at, member)
        }));
    }
    if left.len() != right.len() {
        let member = MemberDifference {
            call: "all calls".to_owned(),
            place: "count".to_owned(),
            left: left.len().to_string(),
            right: right.len().to_string(),
        };
        found.push((left.len().min(right.len()), member));
    }
}

/// Every place at which two values differ, with both.
fn differ(
    place: &str,
    left: Option<&Value>,
    right: Option<&Value>,
    found: &mut Vec<(String, String, String)>,
) {
    let inner = |name: &str| match place {
        "" => name.to_owned(),
        place => format!("{place}.{name}"),
    };
    match (left, right) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
            for name in names {
                differ(&inner(name), ours.get(name), theirs.get(name), found);
            }
        }
        (Some(Value::Array(ours)), Some(Value::Array(theirs))) => {
            for (at, (one, other)) in ours.iter().zip(theirs).enumerate() {
                differ(&inner(&at.to_string()), Some(one), Some(other), found);
            }
            if ours.len() != theirs.len() {
                let count = |items: &[Value]| format!("{} items", items.len());
                found.push((inner("length"), count(ours), count(theirs)));
            }
        }
        (left, right) if left == right => {}
        (left, right) => {
            let place = if place.is_empty() { "body" } else { place };
            found.push((place.to_owned(), short(left), short(right)));
        }
    }
}

/// The longest value that is told.
const VALUE_LIMIT: usize = 120;

fn short(value: Option<&Value>) -> String {
    value.map_or("absent".to_owned(), |value| shortened(&value.to_string(), VALUE_LIMIT))
}
