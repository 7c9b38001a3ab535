//! A whole proof, played from fates; numbers, sums and counts are made when it is encoded.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use conax_model::ledger::{CrmEvent, Fate, Standing, Totals};

use super::fates;
use super::script::Script;
use crate::proof::{
    ConaxEvent, ConaxLine, CrmLine, FORMAT, ForeignRow, HeadEnd, Header, Line, ProofProblem, Row,
    check, encode_line,
};

/// Whom a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Request(u64),
    Exchange(u64),
    Console(String),
}

/// A proof before it is written.
#[derive(Clone, Debug)]
pub(super) struct Play {
    pub head_end: HeadEnd,
    pub crm: Vec<CrmEvent>,
    pub conax: Vec<ConaxEvent>,
    pub rows: Vec<Row>,
    pub foreign: Vec<ForeignRow>,
    pub totals: Totals,
}

/// So many seconds after the proof begins.
fn after(seconds: u64) -> NaiveDateTime {
    let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let begin = day.and_hms_opt(9, 0, 0).unwrap();
    begin + TimeDelta::seconds(seconds.cast_signed())
}

/// Takes the heads of the queues in the order `picks` says, each queue staying in order.
fn riffled<T>(queues: Vec<Vec<T>>, picks: &[u16]) -> Vec<T> {
    let mut queues: Vec<_> = queues.into_iter().map(Vec::into_iter).collect();
    let mut merged = Vec::new();
    let mut picks = picks.iter().cycle();
    loop {
        queues.retain(|queue| queue.len() > 0);
        if queues.is_empty() {
            return merged;
        }
        let pick = usize::from(*picks.next().unwrap_or(&0)) % queues.len();
        merged.extend(queues[pick].next());
    }
}

impl Play {
    /// Plays the fates at once, in an order that `picks` decides.
    pub fn of(head_end: HeadEnd, fates: &[fates::Fate], picks: &[u16]) -> Self {
        let scripts = fates.iter().enumerate().map(|(index, fate)| fate(Script::new(index)));
        let mut scripts: Vec<Script> = scripts.collect();
        let restarts = restarts(&mut scripts);
        let rows: Vec<Row> = scripts.iter().filter_map(|script| script.row.clone()).collect();
        let foreign: Vec<ForeignRow> =
            scripts.iter().filter_map(|script| script.foreign.clone()).collect();
        let (crm, conax) = scripts.into_iter().map(|script| (script.crm, script.conax)).unzip();
        let mut conax = riffled(conax, picks);
        conax.extend(restarts);
        Self {
            head_end,
            crm: riffled(crm, picks),
            conax,
            totals: totals(&rows, &foreign),
            rows,
            foreign,
        }
    }

    pub fn header(&self) -> Header {
        Header {
            format: FORMAT.to_owned(),
            world: "demo".to_owned(),
            seed: 7,
            at: after(3600),
            head_end: self.head_end,
            crm_lines: self.crm.len() as u64,
            conax_lines: self.conax.len() as u64,
            requests: self.rows.len() as u64,
            crm_let_go: 0,
            conax_let_go: 0,
            unproven: 0,
            at_conax: Vec::new(),
        }
    }

    /// The lines of the file; those of the journals begin at 1.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = vec![Line::Header(self.header())];
        lines.extend(
            (1..)
                .zip(self.crm.clone())
                .map(|(n, event)| Line::Crm(CrmLine { n, at: after(n), event })),
        );
        lines.extend(
            (1..)
                .zip(self.conax.clone())
                .map(|(n, event)| Line::Conax(ConaxLine { n, at: after(n), event })),
        );
        lines.extend(self.rows.iter().cloned().map(Line::Row));
        lines.extend(self.foreign.iter().cloned().map(Line::Foreign));
        lines.push(Line::Totals(self.totals));
        lines
    }

    /// The lines of the file if the first lines of both journals were let go.
    pub fn cut(&self, crm: usize, conax: usize) -> Vec<Line> {
        let (mut rows, mut foreign) = (self.rows.clone(), self.foreign.clone());
        let gone = |subject: &Subject, from: usize, count: usize| {
            let lines = (from..from + count).map(|index| self.subjects(index));
            lines.filter(|subjects| subjects.contains(subject)).count() as u64
        };
        for row in &mut rows {
            let subject = Subject::Request(row.request);
            row.crm_let_go = gone(&subject, 0, crm);
            row.conax_let_go = gone(&subject, self.crm.len(), conax);
        }
        for row in &mut foreign {
            let subject = match row.exchange {
                Some(exchange) => Subject::Exchange(exchange),
                None => Subject::Console(row.transactions[0].clone()),
            };
            row.conax_let_go = gone(&subject, self.crm.len(), conax);
        }
        let rows = rows.into_iter().map(Line::Row);
        let is_cut = |line: &Line| match line {
            Line::Row(row) => row.crm_let_go + row.conax_let_go > 0,
            Line::Foreign(row) => row.conax_let_go > 0,
            _ => false,
        };
        let (let_go, rows): (Vec<Line>, Vec<Line>) =
            rows.chain(foreign.into_iter().map(Line::Foreign)).partition(is_cut);
        let lines = self.lines();
        let (crm_lines, rest) = lines[1..].split_at(self.crm.len());
        let conax_lines = &rest[..self.conax.len()];
        let header = Line::Header(Header {
            crm_lines: (self.crm.len() - crm) as u64,
            conax_lines: (self.conax.len() - conax) as u64,
            crm_let_go: crm as u64,
            conax_let_go: conax as u64,
            unproven: let_go.len() as u64,
            ..self.header()
        });
        let mut cut = vec![header];
        cut.extend(let_go);
        cut.extend_from_slice(&crm_lines[crm..]);
        cut.extend_from_slice(&conax_lines[conax..]);
        cut.extend(rows);
        cut.push(Line::Totals(self.totals));
        cut
    }

    pub fn encoded(&self) -> Vec<String> {
        self.lines().iter().map(encode_line).collect()
    }

    pub fn problems(&self) -> Vec<ProofProblem> {
        problems(self.encoded())
    }

    pub fn journal_len(&self) -> usize {
        self.crm.len() + self.conax.len()
    }

    /// The same without one line of the journals, everything else made to fit.
    pub fn without(&self, index: usize) -> Self {
        let mut play = self.clone();
        match index.checked_sub(self.crm.len()) {
            None => drop(play.crm.remove(index)),
            Some(index) => drop(play.conax.remove(index)),
        }
        play
    }

    /// Whom a line of the journals is about.
    pub fn subjects(&self, index: usize) -> Vec<Subject> {
        let Some(event) = index.checked_sub(self.crm.len()).map(|index| &self.conax[index]) else {
            return vec![Subject::Request(self.crm[index].request())];
        };
        match (event, event.exchange()) {
            (_, Some(exchange)) => vec![self.sender(exchange)],
            (ConaxEvent::Undone { transactions, .. }, _) => {
                transactions.iter().map(|transaction| self.doer(transaction)).collect()
            }
            (ConaxEvent::Console { transaction, .. }, _) => vec![self.doer(transaction)],
            (event, None) => panic!("{event:?} is about nobody"),
        }
    }

    fn sender(&self, exchange: u64) -> Subject {
        let sent = self.crm.iter().find_map(|event| match event {
            CrmEvent::Sent { request, exchange: sent, .. } if *sent == exchange => Some(*request),
            _ => None,
        });
        sent.map_or(Subject::Exchange(exchange), Subject::Request)
    }

    fn doer(&self, transaction: &String) -> Subject {
        if let Some(row) = self.rows.iter().find(|row| row.transactions.contains(transaction)) {
            return Subject::Request(row.request);
        }
        let mut foreign = self.foreign.iter();
        let row = foreign.find(|row| row.transactions.contains(transaction)).unwrap();
        row.exchange.map_or(Subject::Console(transaction.clone()), Subject::Exchange)
    }
}

/// What an in-memory file has wrong.
pub(super) fn problems(lines: impl IntoIterator<Item = String>) -> Vec<ProofProblem> {
    check(lines).err().unwrap_or_default()
}

/// Whether the problems tell of this subject.
pub(super) fn name(problems: &[ProofProblem], subject: &Subject) -> bool {
    problems.iter().any(|problem| match subject {
        Subject::Request(request) => problem.request == Some(*request),
        Subject::Exchange(exchange) => problem.message.contains(&format!("exchange {exchange}")),
        Subject::Console(transaction) => problem.message.contains(transaction),
    })
}

/// Two restarts share what is lost; each line counts for everybody it undoes something of.
fn restarts(scripts: &mut [Script]) -> Vec<ConaxEvent> {
    let mut lost = [Vec::new(), Vec::new()];
    for script in scripts {
        for (place, transaction) in script.lost.iter().enumerate() {
            lost[place % 2].push(transaction.clone());
        }
        let lines = script.lost.len().min(2) as u64;
        if let Some(row) = &mut script.row {
            row.conax_lines += lines;
        }
        if let Some(row) = &mut script.foreign {
            row.conax_lines += lines;
        }
    }
    let told = lost.into_iter().filter(|lost| !lost.is_empty());
    told.map(|transactions| ConaxEvent::Undone { transactions, because: "restart".to_owned() })
        .collect()
}

/// The totals as somebody counts who only sees the rows.
fn totals(rows: &[Row], foreign: &[ForeignRow]) -> Totals {
    let count =
        |wanted: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count() as u64;
    Totals {
        acknowledged: rows.len() as u64,
        once: count(&|row| row.conax == Fate::Once),
        twice: count(&|row| row.conax == Fate::Twice),
        partly: count(&|row| row.conax == Fate::Partly),
        never: count(&|row| row.conax == Fate::Never),
        unknown: count(&|row| row.conax == Fate::Unknown),
        completed: count(&|row| row.crm == Standing::Completed),
        rejected: count(&|row| row.crm == Standing::Rejected),
        pending: count(&|row| row.crm == Standing::Pending),
        in_flight: count(&|row| row.crm == Standing::InFlight),
        unknown_to_crm: count(&|row| !row.known_to_crm),
        false_completions: count(&|row| {
            let kept = [Fate::Once, Fate::Unknown].contains(&row.conax);
            row.crm == Standing::Completed && !kept
        }),
        foreign_executions: foreign.iter().map(|row| row.executions).sum(),
    }
}
