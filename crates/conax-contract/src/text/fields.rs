//! Reading a map key by key, so that unknown and missing keys are found without a second list of
//! the known ones.

use super::decode::mismatch;
use super::finding::{Finding, Findings, shown};
use super::marked::{Entry, Marked, Node, Span};
use super::near::{near_miss, same_beginning};

/// The keys and values of one map while they are read.
///
/// Every key that is asked for is known; what was never asked for is reported by [`fields`] when
/// reading ends, and so is what was required and not there.
#[derive(Debug)]
pub struct Fields<'n, 'f> {
    /// Where checks of the caller report.
    pub findings: &'f mut Findings,
    entries: &'n [Entry],
    taken: Vec<bool>,
    asked: Vec<&'static str>,
    missing: Vec<&'static str>,
    mark: Span,
}

/// Reads the map at `marked` with `read`; `what` names it in messages: `a unit`.
///
/// `None` if it is no map or `read` gives nothing.
pub fn fields<T>(
    marked: &Marked,
    findings: &mut Findings,
    what: &str,
    read: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
) -> Option<T> {
    let Node::Map(entries) = &marked.node else {
        findings.add(mismatch(marked, what).with_hint("write keys and values, `key: value`"));
        return None;
    };
    let mut fields = Fields {
        findings,
        entries,
        taken: vec![false; entries.len()],
        asked: Vec::new(),
        missing: Vec::new(),
        mark: marked.mark(),
    };
    let value = read(&mut fields);
    fields.finish(what);
    value
}

impl<'n> Fields<'n, '_> {
    /// What a message points at when it is about the whole map.
    #[must_use]
    pub const fn mark(&self) -> Span {
        self.mark
    }

    /// The value of `key`, if it is there and not null.
    pub fn take(&mut self, key: &'static str) -> Option<&'n Marked> {
        // Some keys are looked at before they are read.
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        self.taken[index] = true;
        let value = &self.entries[index].value;
        // `~` is nothing to YAML, but where somebody wrote it text was meant more often.
        let absent = value.is_null() && !is_tilde(value);
        (!absent).then_some(value)
    }

    /// The entry of `key`, if it is there, whatever its value: where null means something.
    pub fn entry(&mut self, key: &'static str) -> Option<&'n Entry> {
        self.asked.push(key);
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        self.taken[index] = true;
        Some(&self.entries[index])
    }

    /// The value of `key`, read with `read`; a finding if the key is not there.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'n Marked, &mut Findings) -> Option<T>,
    ) -> Option<T> {
        match self.take(key) {
            Some(value) => read(value, self.findings),
            None => {
                self.report_absent(key);
                None
            }
        }
    }

    /// The value of `key`, read with `read`; nothing if the key is not there or null.
    pub fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&'n Marked, &mut Findings) -> Option<T>,
    ) -> Option<T> {
        self.take(key).and_then(|value| read(value, self.findings))
    }

    /// The items of the list at `key`, each read with `read`; none if the key is not there.
    pub fn list<T>(
        &mut self,
        key: &'static str,
        read: impl FnMut(&Marked, &mut Findings) -> Option<T>,
    ) -> Vec<T> {
        self.optional(key, super::decode::items(read)).unwrap_or_default()
    }

    /// The items of the list at `key`, each a map called `what` and read with `read`.
    pub fn maps<T>(
        &mut self,
        key: &'static str,
        what: &str,
        mut read: impl FnMut(&mut Fields<'_, '_>) -> Option<T>,
    ) -> Vec<T> {
        self.list(key, |item, findings| fields(item, findings, what, &mut read))
    }

    /// The entries nobody has asked for; from now on they count as known.
    pub fn rest(&mut self) -> Vec<&'n Entry> {
        let entries = self.entries.iter().zip(&mut self.taken);
        entries
            .filter_map(|(entry, taken)| (!std::mem::replace(taken, true)).then_some(entry))
            .collect()
    }

    /// Adds a finding about the map as a whole.
    pub fn refuse(&mut self, message: impl Into<String>, hint: &str) {
        let finding = Finding::new(self.mark, message);
        self.findings.add(finding.with_hint(hint));
    }

    /// Requires `key`, which was read as an optional one, after all.
    pub fn require(&mut self, key: &'static str) {
        match self.entries.iter().find(|entry| entry.key == key) {
            Some(entry) if !entry.value.is_null() => {}
            _ => self.report_absent(key),
        }
    }

    fn report_absent(&mut self, key: &'static str) {
        match self.entries.iter().find(|entry| entry.key == key) {
            Some(entry) => {
                let message = format!("nothing is written after `{key}`");
                self.findings.add(Finding::new(entry.key_span, message));
            }
            None => self.missing.push(key),
        }
    }

    fn finish(mut self, what: &str) {
        if self.taken.contains(&false) {
            self.report_unknown();
        }
        for key in &self.missing {
            let message = format!("`{key}` is missing from {what}");
            self.findings.add(Finding::new(self.mark, message));
        }
    }

    /// A key close to a required one that is missing is taken for it, so that one slip is one
    /// finding.
    fn report_unknown(&mut self) {
        let used = |key: &str| self.entries.iter().any(|entry| entry.key == key);
        let unused: Vec<&'static str> =
            self.asked.iter().copied().filter(|key| !used(key)).collect();
        for index in 0..self.entries.len() {
            let entry = &self.entries[index];
            if self.taken[index] {
                continue;
            }
            let finding =
                Finding::new(entry.key_span, format!("unknown key {}", shown(&entry.key)));
            if self.findings.is_full() {
                self.findings.add(finding);
                continue;
            }
            let near = near_miss(&entry.key, unused.iter().copied())
                .or_else(|| same_beginning(&entry.key, unused.iter().copied()));
            let hint = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", self.known()),
            };
            self.missing.retain(|missing| Some(*missing) != near);
            self.findings.add(finding.with_hint(hint));
        }
    }

    fn known(&self) -> String {
        let known: Vec<String> = self.asked.iter().map(|key| format!("`{key}`")).collect();
        known.join(", ")
    }
}

fn is_tilde(marked: &Marked) -> bool {
    matches!(&marked.node, Node::Scalar(scalar) if scalar.text == "~")
}
