//! The checker: takes a ledger file line by line and says whether its rows and totals follow from
//! its journals.
//!
//! `crm` (with `end`) and `conax` (with `outcome`) read the journals into `facts`, `chains` holds
//! the two against each other, `rows` and `totals` compute what follows. Nothing here is shared
//! with what writes a ledger but the lines.

mod chains;
mod conax;
mod crm;
mod end;
mod facts;
mod let_go;
mod order;
mod outcome;
mod problem;
mod rows;
mod totals;

use conax_model::ledger::Totals;

use super::sum::without_sum;
use super::write::{ConaxEvent, FORMAT, Header, Line};
use facts::{Facts, Owner, Stranger};
use order::{Journal, Order, Section};
use problem::Problems;
pub use problem::{PROBLEM_LIMIT, ProofProblem};
use rows::name_of;

/// A proof that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The first line of the file.
    pub header: Header,
    /// What was proven, in numbers; of those that could not be, what the file says.
    pub totals: Totals,
    /// Requests of which lines were let go, so that their rows could not be proven.
    pub unproven: u64,
}

/// Checks the lines of a ledger file.
///
/// # Errors
/// With the first problems, at most [`PROBLEM_LIMIT`], in the order of the file.
pub fn check<L: AsRef<str>>(
    lines: impl IntoIterator<Item = L>,
) -> Result<Totals, Vec<ProofProblem>> {
    let mut checker = Checker::default();
    for line in lines {
        checker.take(line.as_ref());
    }
    checker.finish().map(|proven| proven.totals)
}

/// Whether a file that begins with this line is meant to be a ledger of our format.
#[must_use]
pub fn begins_ledger(line: &str) -> bool {
    let first: Option<serde_json::Value> = serde_json::from_str(line).ok();
    first.is_some_and(|first| first["line"] == "header" && first["format"] == FORMAT)
}

/// Checks a ledger file as its lines come; keeps what it needs to know of each request, no line.
#[derive(Debug)]
pub struct Checker {
    line: usize,
    order: Order,
    header: Option<Header>,
    facts: Facts,
    totals: Option<Totals>,
    problems: Problems,
}

impl Default for Checker {
    fn default() -> Self {
        Self {
            line: 0,
            order: Order::default(),
            header: None,
            facts: Facts::new(),
            totals: None,
            problems: Problems::default(),
        }
    }
}

impl Checker {
    /// Takes in the next line, without its end.
    pub fn take(&mut self, text: &str) {
        self.line += 1;
        let Some(summed) = without_sum(text) else {
            let found = "the line has no `sum` at its end, so it is not as it was written";
            self.report(None, found);
            return;
        };
        let line = match serde_json::from_str(&summed.text) {
            Ok(line) => line,
            Err(error) => {
                self.report(None, format!("not a line of a ledger: {error}"));
                return;
            }
        };
        if !summed.fits {
            self.report_changed(&line);
        }
        let numbered = match &line {
            Line::Crm(line) => Some(line.n),
            Line::Conax(line) => Some(line.n),
            _ => None,
        };
        let before = self.order.section;
        if let Err(found) = self.order.take(Section::of(&line), numbered) {
            self.report(None, found);
        }
        if before <= Section::Conax && self.order.section > Section::Conax {
            self.close_journals();
        }
        self.take_line(line);
    }

    fn take_line(&mut self, line: Line) {
        let (facts, problems, place) = (&mut self.facts, &mut self.problems, self.line);
        match line {
            Line::Header(header) => {
                facts.head_end = header.head_end;
                self.take_header(header);
            }
            Line::Crm(line) => crm::take(facts, problems, place, line.event),
            Line::Conax(line) => conax::take(facts, problems, place, line.event),
            Line::Row(row) if row.crm_let_go > 0 || row.conax_let_go > 0 => {
                let_go::take_row(facts, problems, place, row);
            }
            Line::Foreign(row) if row.conax_let_go > 0 => {
                let_go::take_foreign(facts, problems, place, row);
            }
            Line::Row(row) => rows::take_row(facts, problems, place, &row),
            Line::Foreign(row) => rows::take_foreign(facts, problems, place, &row),
            Line::Totals(totals) => {
                totals::take_totals(facts, problems, place, &totals);
                self.totals = Some(totals);
            }
        }
    }

    fn take_header(&mut self, header: Header) {
        if header.format != FORMAT {
            let found = format!("found the format `{}`, expected `{FORMAT}`", header.format);
            self.report(None, found);
        }
        self.facts.let_go.conax_count = header.conax_let_go;
        self.order.crm = Journal::after(header.crm_let_go);
        self.order.conax = Journal::after(header.conax_let_go);
        self.header.get_or_insert(header);
    }

    /// Whether as many problems were found as are told, so that reading on finds nothing more.
    #[must_use]
    pub const fn has_enough(&self) -> bool {
        self.problems.are_enough()
    }

    /// Ends the file.
    ///
    /// # Errors
    /// With the first problems, at most [`PROBLEM_LIMIT`], in the order of the file.
    pub fn finish(mut self) -> Result<Proven, Vec<ProofProblem>> {
        if self.order.section <= Section::Conax {
            self.close_journals();
        }
        rows::report_missing(&self.facts, &mut self.problems);
        let unproven = self.facts.let_go.rows.len() as u64;
        if let Some(header) = &self.header {
            let acknowledged = self.facts.requests.values();
            let acknowledged = acknowledged.filter(|chain| chain.request_type.is_some());
            let_go::close(&self.facts.let_go, header, &mut self.problems);
            let counts = [
                ("crm_lines", header.crm_lines, self.order.crm.count),
                ("conax_lines", header.conax_lines, self.order.conax.count),
                ("requests", header.requests, acknowledged.count() as u64 + unproven),
            ];
            for (name, found, expected) in counts.into_iter().filter(|(_, a, b)| a != b) {
                let found = format!("the header says `{name}` {found}; the file has {expected}");
                self.problems.add(1, None, found);
            }
        }
        let problems = self.problems;
        match (self.header, self.totals) {
            (Some(header), Some(totals)) => match problems.in_order() {
                problems if problems.is_empty() => Ok(Proven { header, totals, unproven }),
                problems => Err(problems),
            },
            (header, _) => Err(cut(problems, header.is_none(), self.line)),
        }
    }

    fn close_journals(&mut self) {
        let header = self.header.as_ref();
        let at_conax = header.map(|header| header.at_conax.iter().copied().collect());
        chains::close(&self.facts, &at_conax.unwrap_or_default(), &mut self.problems);
    }

    fn report(&mut self, request: Option<u64>, found: impl Into<String>) {
        self.problems.add(self.line, request, found);
    }

    /// Reports that a line was changed after it was written.
    fn report_changed(&mut self, line: &Line) {
        let found = "the line is not as it was written: its `sum` does not fit";
        match self.owner_of(line) {
            Some(Owner::Stranger(stranger)) => {
                let name = name_of(&stranger);
                self.report(None, format!("{found} (it is about {name})"));
            }
            owner => self.report(owner.and_then(|owner| owner.request()), found),
        }
    }

    /// Whom a line is about, as far as is known.
    fn owner_of(&self, line: &Line) -> Option<Owner> {
        match line {
            Line::Crm(line) => Some(Owner::Request(line.event.request())),
            Line::Row(row) => Some(Owner::Request(row.request)),
            Line::Conax(line) => match &line.event {
                ConaxEvent::Received { request: Some(request), .. } => {
                    Some(Owner::Request(*request))
                }
                ConaxEvent::Undone { transactions, .. } => {
                    let mut owners = transactions.iter();
                    owners.find_map(|one| Some(self.facts.transactions.get(one)?.owner.clone()))
                }
                ConaxEvent::Console { transaction, .. } => {
                    Some(Owner::Stranger(Stranger::Console(transaction.clone())))
                }
                event => event.exchange().map(|exchange| self.facts.owner_of(exchange)),
            },
            Line::Header(_) | Line::Foreign(_) | Line::Totals(_) => None,
        }
    }
}

/// Reports that the file does not begin or end as it must.
fn cut(mut problems: Problems, no_header: bool, last: usize) -> Vec<ProofProblem> {
    let found = match no_header {
        true => "the file has no header; expected it on line 1",
        false => "the file ends without totals: it was cut",
    };
    problems.add(if no_header { 1 } else { last }, None, found);
    problems.in_order()
}
