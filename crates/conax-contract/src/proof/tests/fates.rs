//! The fates a request or a stranger can have, each with the row it ought to have.

use super::script::Script;
use conax_model::ledger::Fate::{Never, Once, Partly, Twice, Unknown};
use conax_model::ledger::Standing::{Completed, InFlight, Pending, Rejected};

/// Makes the script of the subject with this index.
pub(super) type Fate = fn(Script) -> Script;

const TIMEOUT: &str = "SocketTimeoutException: Read timed out";
const REFUSED: &str = "ConnectException: Connection refused";
const NOT_FOUND: &str = "CLIENT_NOT_FOUND";

/// Acknowledged, sent, received and read.
fn read(script: Script) -> Script {
    script.acknowledged().sent(1, true).received(1, true)
}

/// The head-end answers, and the CRM completes.
fn completed(script: Script, transaction: u64) -> Script {
    let answered = script.replied(1, "OK", transaction).answered(1, "OK", transaction);
    answered.completed(transaction)
}

/// No answer reaches the CRM.
fn timed_out(script: Script) -> Script {
    script.failed(1, TIMEOUT).rejected(TIMEOUT)
}

fn fine(script: Script) -> Script {
    completed(read(script).executed(1, 1, false), 1)
}

/// Fates of requests that ended.
pub(super) const SETTLED: &[(&str, Fate)] = &[
    ("fine", |s| fine(s).is(Completed, Once, true)),
    ("refused", |s| {
        let told = read(s).refused(1, 1, NOT_FOUND).replied(1, NOT_FOUND, 1);
        told.answered(1, NOT_FOUND, 1).rejected(NOT_FOUND).is(Rejected, Never, true)
    }),
    ("refused without transaction", |s| {
        let told = read(s).refused(1, 0, "SYSTEM_ERROR").replied(1, "SYSTEM_ERROR", 0);
        let told = told.answered(1, "SYSTEM_ERROR", 0);
        told.rejected("SYSTEM_ERROR").is(Rejected, Never, true)
    }),
    ("nothing to send", |s| s.acknowledged().rejected("ITEM_MISSING").is(Rejected, Never, true)),
    ("connect refused", |s| {
        let gone = s.acknowledged().sent(1, false).failed(1, REFUSED);
        gone.rejected(REFUSED).is(Rejected, Never, true)
    }),
    ("silence, not applied", |s| {
        let silent = s.acknowledged().sent(1, true).received(1, false).silent(1);
        timed_out(silent).is(Rejected, Never, false)
    }),
    ("silence, applied", |s| {
        timed_out(read(s).executed(1, 1, false).silent(1)).is(Rejected, Once, false)
    }),
    ("answer lost", |s| {
        timed_out(read(s).executed(1, 1, false).replied(1, "OK", 1)).is(Rejected, Once, false)
    }),
    ("garbled answer", |s| {
        let told = read(s).executed(1, 1, false).replied(1, "", 0).answered(1, "", 0);
        told.rejected("NO_STATUS_CODE").is(Rejected, Once, false)
    }),
    ("turned away unread", |s| {
        let told = s.acknowledged().sent(1, true).received(1, false).replied(1, "BUSY", 0);
        told.answered(1, "BUSY", 0).rejected("BUSY").is(Rejected, Never, true)
    }),
    ("executed twice", |s| {
        completed(read(s).executed(1, 1, false).executed(1, 2, false), 1)
            .is(Completed, Twice, false)
    }),
    ("executed in part", |s| {
        completed(read(s).executed_partly(1, 1), 1).is(Completed, Partly, false)
    }),
    ("executed in part, answer lost", |s| {
        timed_out(read(s).executed_partly(1, 1).replied(1, "OK", 1)).is(Rejected, Partly, false)
    }),
    ("a part twice", |s| {
        let told = read(s).executed_partly(1, 1).executed_partly(1, 2);
        completed(told, 1).is(Completed, Partly, false)
    }),
    ("a part, and all of it", |s| {
        let told = read(s).executed_partly(1, 1).executed(1, 2, false);
        completed(told, 1).is(Completed, Twice, false)
    }),
    ("a part, undone by a restart", |s| {
        let told = read(s).executed_partly(1, 1);
        completed(told, 1).lost().is(Completed, Never, false)
    }),
    ("executed and refused", |s| {
        let told = read(s).executed(1, 1, false).refused(1, 2, "TOO_MANY_REQUESTS");
        completed(told, 1).is(Completed, Once, true)
    }),
    ("pretended", |s| completed(read(s).pretended(1, 1), 1).is(Completed, Never, false)),
    ("held, executed late", |s| {
        completed(read(s).held(1, 1), 1).executed(1, 1, true).is(Completed, Once, true)
    }),
    ("held in silence, executed late", |s| {
        let late = timed_out(read(s).held(1, 0).silent(1)).executed(1, 1, true);
        late.is(Rejected, Once, false)
    }),
    ("held in silence for ever", |s| {
        timed_out(read(s).held(1, 0).silent(1)).is(Rejected, Never, false)
    }),
    ("held, refused late", |s| {
        completed(read(s).held(1, 0), 0).refused(1, 1, NOT_FOUND).is(Completed, Never, false)
    }),
    ("undone by a restart", |s| fine(s).lost().is(Completed, Never, false)),
    ("twice, undone by restarts", |s| {
        let twice = read(s).executed(1, 1, false).executed(1, 2, false);
        completed(twice, 2).lost().is(Completed, Never, false)
    }),
    ("executed and answered an error", |s| {
        let told = read(s).executed(1, 1, false).replied(1, "SYSTEM_ERROR", 1);
        told.answered(1, "SYSTEM_ERROR", 1).rejected("SYSTEM_ERROR").is(Rejected, Once, false)
    }),
    ("sent again after silence", |s| {
        let first = read(s).executed(1, 1, false).silent(1).failed(1, TIMEOUT);
        let again = first.sent(2, true).received(2, true).executed(2, 2, false);
        let told = again.replied(2, "OK", 2).answered(2, "OK", 2).completed(2);
        told.is(Completed, Twice, false)
    }),
    ("executed, recalled and sent again", |s| {
        let first = read(s).executed(1, 1, false).recalled(1);
        let again = first.sent(2, true).received(2, true).executed(2, 2, false);
        let told = again.replied(2, "OK", 2).answered(2, "OK", 2).completed(2);
        told.is(Completed, Twice, false)
    }),
    ("executed, recalled and then refused", |s| {
        let first = read(s).executed(1, 1, false).recalled(1);
        let again = first.sent(2, true).received(2, true);
        let told = again.refused(2, 2, NOT_FOUND).replied(2, NOT_FOUND, 2);
        let told = told.answered(2, NOT_FOUND, 2).rejected(NOT_FOUND);
        told.is(Rejected, Once, false)
    }),
    ("sent again after no connection", |s| {
        let again = s.acknowledged().sent(1, false).failed(1, REFUSED).sent(2, true);
        let again = again.received(2, true).executed(2, 1, false).replied(2, "OK", 1);
        again.answered(2, "OK", 1).completed(1).is(Completed, Once, true)
    }),
];

/// Fates that are not over, and those of strangers.
pub(super) const OPEN: &[(&str, Fate)] = &[
    ("pending", |s| s.acknowledged().is(Pending, Never, true)),
    ("on its way", |s| s.acknowledged().sent(1, true).is(InFlight, Never, true)),
    ("received", |s| read(s).is(InFlight, Never, true)),
    ("executed just now", |s| read(s).executed(1, 1, false).is(InFlight, Once, true)),
    ("answered just now", |s| {
        read(s).executed(1, 1, false).replied(1, "OK", 1).is(InFlight, Once, true)
    }),
    ("read just now", |s| {
        let told = read(s).executed(1, 1, false).replied(1, "OK", 1);
        told.answered(1, "OK", 1).is(InFlight, Once, true)
    }),
    ("recalled", |s| s.acknowledged().sent(1, true).recalled(1).is(Pending, Never, true)),
    ("received and recalled", |s| read(s).recalled(1).is(Pending, Never, true)),
    ("executed and recalled", |s| {
        let told = read(s).executed(1, 1, false).recalled(1);
        told.is(Pending, Once, true)
    }),
    ("recalled and on its way again", |s| {
        let again = read(s).recalled(1).sent(2, true).received(2, true);
        again.is(InFlight, Never, true)
    }),
    ("a stranger's command", |s| {
        let exchange = Some(s.exchange(1));
        let told = s.received(1, true).executed(1, 1, false).replied(1, "OK", 1);
        told.foreign_row(exchange)
    }),
    ("a stranger's command, undone", |s| {
        let exchange = Some(s.exchange(1));
        let told = s.received(1, true).executed(1, 1, false).replied(1, "OK", 1);
        told.lost().foreign_row(exchange)
    }),
    ("a stranger refused", |s| {
        let exchange = Some(s.exchange(1));
        let told = s.received(1, true).refused(1, 1, NOT_FOUND).replied(1, NOT_FOUND, 1);
        told.foreign_row(exchange)
    }),
    ("a stranger not understood", |s| {
        let exchange = Some(s.exchange(1));
        s.received(1, false).replied(1, "", 0).foreign_row(exchange)
    }),
    ("a stranger being served", |s| {
        let exchange = Some(s.exchange(1));
        s.received(1, true).foreign_row(exchange)
    }),
    ("the console", |s| s.console().foreign_row(None)),
    ("the console, undone", |s| s.console().lost().foreign_row(None)),
];

/// Fates at a head-end whose journal we do not have.
pub(super) const ELSEWHERE: &[(&str, Fate)] = &[
    ("fine", |s| {
        let told = s.acknowledged().sent(1, true).answered(1, "OK", 1);
        told.completed(1).is(Completed, Unknown, true)
    }),
    ("refused", |s| {
        let told = s.acknowledged().sent(1, true).answered(1, NOT_FOUND, 0);
        told.rejected(NOT_FOUND).is(Rejected, Unknown, true)
    }),
    ("silence", |s| timed_out(s.acknowledged().sent(1, true)).is(Rejected, Unknown, false)),
    ("connect refused", |s| {
        let gone = s.acknowledged().sent(1, false).failed(1, REFUSED);
        gone.rejected(REFUSED).is(Rejected, Never, true)
    }),
    ("on its way", |s| s.acknowledged().sent(1, true).is(InFlight, Unknown, true)),
    ("recalled and refused", |s| {
        let again = s.acknowledged().sent(1, true).recalled(1).sent(2, true);
        let told = again.answered(2, NOT_FOUND, 0).rejected(NOT_FOUND);
        told.is(Rejected, Unknown, false)
    }),
    ("pending", |s| s.acknowledged().is(Pending, Never, true)),
];
