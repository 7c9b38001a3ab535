//! The ledger as a proof: a file that says of every provisioning request what Conax really did
//! with it, together with the two journals from which that follows.
//!
//! The file is JSON Lines, in this order: one `header`; the `crm` journal (what the CRM side did);
//! the `conax` journal (what the head-end did); a `row` per acknowledged request; a `foreign` row
//! per exchange or console command that was nobody's request; one `totals`. [`write`](mod@write)
//! has the lines and how they are encoded; [`Checker`] verifies rows and totals from the two
//! journals alone.
//!
//! The journals may be their ends only: the header says how many lines of each were let go
//! (`crm_let_go`, `conax_let_go`). The rows of those whose lines are among them say how many of
//! their own are missing, and stand before the journals, because nothing about them can be proven:
//! they count in the totals as they are told, must agree with themselves and with the lines that
//! are left, and [`Proven`] says how many they are. Everybody else is proven as ever.
//!
//! # What the journals of a request must hold
//!
//! - CRM: one `acknowledged`; then for each exchange `sent` and, unless it is still under way,
//!   `answered`, `failed` or `recalled`, the next one only after that; then `ended`, unless it is in
//!   flight.
//! - `recalled` is written when a world goes on from a snapshot that was taken while the exchange
//!   was under way: nothing comes back of it any more, and the request waits to be sent again.
//!   Whatever the head-end had done by then it has done. A request does not end by it.
//! - `sent` comes before the first byte leaves. With `left: false` no connection stood: `failed`
//!   follows, and the head-end knows nothing of the exchange.
//! - `ended` COMPLETED follows from an answer `OK` and has its reference. REJECTED follows from any
//!   other answer (`error` is its status code), from a failure (`error` is its fault), or from
//!   nothing sent at all.
//! - Head-end, for each exchange that left: one `received`; if the command was read, what came of
//!   it: `executed` (each time it was), `refused`, `pretended`, or `held` with what came later
//!   (`executed` with `late`); one `answered` or `not_answered`, told when the head-end decides so,
//!   not when the CRM gives up. Of an exchange that has not come back to the CRM, of one that
//!   was `recalled`, of one that was still at the head-end though the CRM had given up (`at_conax`
//!   of the header), and of a foreign one, the end may be missing: what came of it and how it was
//!   left, or the latter alone.
//! - An answer the CRM read is the answer the head-end gave, status code and reference. A reference
//!   is a transaction of its exchange. What was only refused is answered with the status code of
//!   the refusal, what was pretended with `OK`; an answer that a fault made say something else is
//!   marked `spoilt` and may.
//! - A refusal without transaction is all that comes of its exchange. What was `held` with a
//!   transaction comes later under that transaction.
//! - What is `undone` was executed, and is undone once. No transaction and no exchange stands for
//!   two things.
//!
//! # How a row follows
//!
//! - `crm`: the state of `ended`; else IN_FLIGHT if there is a `sent` and its exchange was not
//!   `recalled`; else PENDING.
//! - `executions`, `undone`: how many of its transactions were executed, and undone.
//!   `transactions`: all of `executed`, `refused` and `pretended`, in the order of the journal.
//! - `conax`: executed and not undone `once`, `twice` (or more), `never`; `partly` if each time it
//!   was a part only (`executed` with `partly`); `unknown` if anything left for a head-end whose
//!   journal we do not have.
//! - `known_to_crm`: true while it has not ended; COMPLETED: if it was done `once`; REJECTED: if it
//!   was done `never` and every exchange that left was answered with a status code. An outcome
//!   `unknown` is taken for what the answers say.
//! - `crm_lines`, `conax_lines`: journal lines about it, each `undone` that names a transaction of
//!   it among them.
//!
//! # What vouches for what
//!
//! Each journal is numbered without gaps, the header counts its lines, each row counts those of its
//! request, and every line ends in a `sum` of its own text, which shows damage and edits by hand
//! (it is no signature). Some things are told once, so that only the sum vouches for them: `at`,
//! `cards`, `changed` and `because`; `partly` of what was executed more than once; a foreign command; the error of what was never sent or was
//! answered without status code; the status code of an answer the CRM did not read, and of a
//! refusal that is not all that came of its exchange; the fault of an exchange that was sent again.
//! Everything else stands against another line, whatever sums, numbers and counts say, once its
//! request has ended, but for the `received` of a recalled exchange of which nothing came. If the
//! head-end is another one, only the CRM's lines stand against each other.

mod check;
mod sum;
#[cfg(test)]
mod tests;
pub mod write;

pub use check::{Checker, PROBLEM_LIMIT, ProofProblem, Proven, begins_ledger, check};
pub use write::{
    ConaxEvent, ConaxLine, CrmLine, FORMAT, ForeignRow, HeadEnd, Header, Line, Row, TotalsForm,
    encode_line,
};
