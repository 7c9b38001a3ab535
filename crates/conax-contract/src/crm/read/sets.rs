//! Reads the sets of CA ids that the two pairing operations take.

use std::borrow::Cow;

use crate::crm::found::{described, kind_of, quoted, text_hint, word_list};
use crate::crm::parameter::SetKind;
use crate::crm::params::repeated_name;
use crate::crm::value::Value;
use crate::text::near_miss;

use super::mistakes::set_example;
use super::reader::Reader;
use super::values::{is_blank, text_found};

impl<'a> Reader<'a, '_> {
    /// A mandatory set with at least one CA id.
    pub(super) fn mandatory_set(
        &mut self,
        name: &'static str,
        kind: SetKind,
    ) -> Option<Vec<&'a str>> {
        let value = self.mandatory(name)?;
        self.set(name, kind, value)
    }

    /// An optional set; empty when it is not given.
    pub(super) fn optional_set(
        &mut self,
        name: &'static str,
        kind: SetKind,
    ) -> Option<Vec<&'a str>> {
        match self.params.given(name) {
            None => Some(Vec::new()),
            Some(value) => self.set(name, kind, value),
        }
    }

    fn set(
        &mut self,
        name: &'static str,
        kind: SetKind,
        value: &'a Value<'a>,
    ) -> Option<Vec<&'a str>> {
        let Value::Array(elements) = value else {
            return self.invalid(format!(
                "The parameter `{name}` must be {}; found {}.",
                set_example(kind),
                described(value)
            ));
        };
        if elements.is_empty() {
            return self.invalid(format!(
                "The parameter `{name}` is an empty list; give {}.",
                set_example(kind)
            ));
        }
        let ids: Option<Vec<&'a str>> = elements
            .iter()
            .zip(1..)
            .map(|(element, place)| self.element(name, kind, element, place))
            .collect();
        ids
    }

    /// The CA id of the element at `place`, counted from one.
    fn element(
        &mut self,
        name: &'static str,
        kind: SetKind,
        element: &'a Value<'a>,
        place: usize,
    ) -> Option<&'a str> {
        let member = kind.member();
        let Value::Object(members) = element else {
            return self.invalid(format!(
                "Element {place} of `{name}` must be an object with `{member}`; found {}.",
                described(element)
            ));
        };
        if let Some(repeated) = repeated_name(members) {
            return self.invalid(format!(
                "Element {place} of `{name}` has the member {} more than once; give it once.",
                quoted(repeated)
            ));
        }
        match members.iter().find(|(found, _)| found == member) {
            Some((_, Value::Text(id))) if !is_blank(id) => {
                let what = || format!("The member `{member}` of element {place} of `{name}`");
                self.carried(id, what)?;
                Some(id.as_ref())
            }
            Some((_, other)) => self.invalid(format!(
                "The member `{member}` of element {place} of `{name}` must be non-empty text; \
                 found {}.{}",
                text_found(other),
                text_hint(other)
            )),
            None => self.invalid(format!(
                "Element {place} of `{name}` has no `{member}`; found {}.{}",
                members_found(members),
                member_meant(members, member)
            )),
        }
    }
}

/// The names of the members, for a message.
pub(super) fn members_found(members: &[(Cow<'_, str>, Value<'_>)]) -> String {
    const MOST_NAMES: usize = 5;
    if members.is_empty() {
        return "an empty object".to_owned();
    }
    let shown: Vec<String> =
        members.iter().take(MOST_NAMES).map(|(name, _)| quoted(name)).collect();
    let more = if members.len() > MOST_NAMES { " and more" } else { "" };
    format!("{} with {}{more}", kind_of(&Value::Object(Vec::new())), shown.join(", "))
}

fn member_meant(members: &[(Cow<'_, str>, Value<'_>)], member: &str) -> String {
    let meant = members
        .iter()
        .map(|(found, _)| found.as_ref())
        .find(|found| near_miss(found, [member]).is_some());
    meant.map_or_else(String::new, |_| format!(" Did you mean {}?", word_list([member])))
}
