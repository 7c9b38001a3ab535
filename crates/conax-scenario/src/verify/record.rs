//! What is known after a verification: data for every report.

use conax_contract::clause::{Clause, Strictness};
use serde::{Deserialize, Serialize};

use crate::conformance::{Break, Standing, Verdicts};

/// The form of the record; a reader refuses one it does not know.
pub const FORMAT: u32 = 1;

/// A whole verification.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VerifyRecord {
    /// What kind of record this is.
    pub kind: String,
    /// The form of this record.
    pub format: u32,
    /// The version of the program that made it.
    pub version: String,
    /// What was verified.
    pub target: String,
    /// What is to be known of how it was called, such as a certificate nobody looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Whether only GETs were sent.
    pub is_read_only: bool,
    /// How many calls were made.
    pub calls: usize,
    /// How many requests were created.
    pub created: usize,
    /// Why it ended early, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// Whether the target answered, and refused the login or the token it was given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_refused: bool,
    /// Every clause, by topic.
    pub clauses: Vec<ClauseRecord>,
    /// The exchanges that show a break, secrets masked.
    pub exchanges: Vec<ExchangeNote>,
}

/// One clause and how it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ClauseRecord {
    /// Its id.
    pub id: String,
    /// Its sentence.
    pub statement: String,
    /// How it is known.
    pub source: String,
    /// Where it is documented.
    pub place: String,
    /// What a break means.
    pub strictness: String,
    /// How it stands.
    pub standing: Standing,
    /// How often it was seen to hold.
    pub held: u64,
    /// How often it was seen to be broken.
    pub broken: u64,
    /// The first breaks.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub breaks: Vec<Break>,
    /// Why it could not be tested there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<String>,
}

/// One exchange, secrets masked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExchangeNote {
    /// Its number, from 0.
    pub number: usize,
    /// The verb.
    pub verb: String,
    /// Path and query.
    pub target: String,
    /// The body that was sent.
    pub body: String,
    /// The HTTP status; null if there was no answer.
    pub http_status: Option<u16>,
    /// The body that came back.
    pub reply: String,
    /// A command that repeats it.
    pub curl: String,
}

impl ClauseRecord {
    /// Whether a break of it fails a verification this strict.
    #[must_use]
    pub fn fails(&self, least: Strictness) -> bool {
        let own = Strictness::from_code(&self.strictness).unwrap_or(Strictness::Must);
        self.standing == Standing::Broken && own <= least
    }
}

impl VerifyRecord {
    /// What every record of this kind is called.
    pub const KIND: &str = "conax-sim verification";

    /// The clauses as they stand; those nothing showed get a reason.
    #[must_use]
    pub fn clauses_of(verdicts: &Verdicts) -> Vec<ClauseRecord> {
        verdicts
            .iter()
            .map(|(clause, verdict)| {
                let standing = verdict.standing();
                ClauseRecord {
                    id: clause.id.clone(),
                    statement: clause.statement.clone(),
                    source: clause.source.to_string(),
                    place: clause.place.to_owned(),
                    strictness: clause.strictness.to_string(),
                    standing,
                    held: verdict.held,
                    broken: verdict.broken,
                    breaks: verdict.breaks.clone(),
                    why: (standing == Standing::NotTestable)
                        .then(|| why_not(clause, verdict.untestable.as_deref())),
                }
            })
            .collect()
    }

    /// The clauses that stand so.
    pub fn standing(&self, standing: Standing) -> impl Iterator<Item = &ClauseRecord> {
        let clauses = self.clauses.iter();
        clauses.filter(move |clause| clause.standing == standing)
    }

    /// The exchange with this number, if it is told.
    #[must_use]
    pub fn exchange(&self, number: usize) -> Option<&ExchangeNote> {
        self.exchanges.iter().find(|note| note.number == number)
    }
}

fn why_not(clause: &Clause, said: Option<&str>) -> String {
    let seen = clause.seen.why_not();
    said.or(seen).unwrap_or("nothing in its answers showed it").to_owned()
}
