//! Holding every answer of a scenario against the contract, if its head says so.

use conax_contract::clause::{Clause, Strictness};
use conax_contract::crm::BasePath;
use conax_contract::text::Span;

use super::play::{Mismatches, Player};
use crate::conformance::{Break, Exchange, Verdicts, Witness};
use crate::document::Api;
use crate::record::FindingKind;
use crate::target::{HttpCall, HttpReply, TargetProblem};

/// Who holds the answers against the contract.
pub(super) struct Contract {
    /// The clauses whose break is a finding; none: it only listens.
    least: Option<Strictness>,
    witness: Witness,
    base: BasePath,
    exchanges: usize,
    /// Breaks that were told already, by clause.
    rendered: Vec<&'static str>,
}

impl Contract {
    pub(super) fn new(least: Option<Strictness>) -> Self {
        Self {
            least,
            witness: Witness::default(),
            base: BasePath::default(),
            exchanges: 0,
            rendered: Vec::new(),
        }
    }

    /// Hears calls that were made at the same time.
    pub(super) fn observe(
        &mut self,
        calls: &[HttpCall],
        replies: &[Result<HttpReply, TargetProblem>],
    ) {
        let mut heard = Vec::new();
        for (call, reply) in calls.iter().zip(replies) {
            let Ok(reply) = reply else { continue };
            if call.api == Api::Crm {
                let said = (call.method.as_str(), call.target.as_str(), call.body.as_slice());
                let answer = (reply.status, reply.body.as_slice());
                heard.extend(Exchange::read(self.exchanges, &self.base, said, answer));
                self.exchanges += 1;
            }
        }
        let all: Vec<&Exchange> = heard.iter().collect();
        self.witness.observe_together(&all);
    }

    /// What is known of every clause.
    pub(super) const fn verdicts(&self) -> &Verdicts {
        &self.witness.verdicts
    }

    /// The clauses that were broken since the last time, with their first breaks.
    fn news(&mut self) -> Vec<(&'static Clause, Break)> {
        let mut news = Vec::new();
        let Some(least) = self.least else { return news };
        for (clause, breaks) in self.witness.verdicts.breaks() {
            let is_new = !self.rendered.contains(&clause.id.as_str());
            if let (true, true, Some(first)) = (is_new, clause.strictness <= least, breaks.first())
            {
                news.push((clause, first.clone()));
            }
        }
        self.rendered.extend(news.iter().map(|(clause, _)| clause.id.as_str()));
        news
    }
}

impl Player<'_> {
    /// What the answers of a step broke.
    pub(super) fn broken_clauses(&mut self, span: Span) -> Mismatches {
        let news = self.witness.as_mut().map(Contract::news).unwrap_or_default();
        let news = news.into_iter().map(|(clause, how)| {
            let message = format!("an answer breaks `{}`: {}", clause.id, clause.statement);
            let mut finding = self.finding(span, FindingKind::Expectation, message);
            finding.path = how.path;
            finding.expected = how.expected;
            finding.found = how.found;
            finding.note = Some(match clause.place {
                "" => format!("{} ({})", clause.source, clause.strictness),
                place => format!("{}: {place} ({})", clause.source, clause.strictness),
            });
            finding
        });
        news.collect()
    }
}
