//! Requests and tokens.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use conax_model::crm::{
    BookParts, BookSettings, ErrorText, Expiry, LoadedRequest, Parameter, ParameterId,
    ParameterName, ParameterValue, Priority, ProvisioningRequest, Sessions, State,
};
use conax_model::id::HexId;
use conax_model::secret::Secret;
use conax_model::time::SimTime;
use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};

use super::{Authors, Bits, KnownAuthors, UnknownValue, kind_number, kind_of, shared};

/// The CRM side.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct CrmRecord<'a> {
    next_number: u64,
    provider_effective: bool,
    loaded_count: usize,
    first_created: u64,
    settled_count: u64,
    scheduled: Vec<u32>,
    /// Their records stand behind this one.
    pub(in crate::snapshot) row_count: usize,
    #[serde(borrow)]
    tokens: Vec<TokenRecord<'a>>,
}

#[derive(Serialize, Deserialize)]
struct TokenRecord<'a> {
    token: &'a str,
    author: u32,
    expiry: ExpiryRecord,
}

#[derive(Serialize, Deserialize)]
enum ExpiryRecord {
    Never,
    At(i64),
    AfterIdle(i64, Duration),
}

/// A request.
#[derive(Serialize, Deserialize)]
pub(in crate::snapshot) struct RowRecord<'a> {
    id: Bits,
    number: Option<u64>,
    kind: u8,
    sequence_number: Option<i64>,
    scheduled: i64,
    executed: Option<i64>,
    process_immediately: Option<bool>,
    express: bool,
    #[serde(borrow)]
    state: StateRecord<'a>,
    request: Option<&'a str>,
    response: Option<&'a str>,
    process_name: Option<&'a str>,
    process_id: Option<&'a str>,
    name: Option<&'a str>,
    created: i64,
    updated: i64,
    created_by: u32,
    updated_by: u32,
    #[serde(borrow)]
    parameters: Vec<ParameterRecord<'a>>,
    settled_order: Option<u64>,
    held: bool,
    pin: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
enum StateRecord<'a> {
    Pending,
    Completed(Option<&'a str>),
    Rejected {
        #[serde(borrow)]
        error: (&'a str, &'a str),
        #[serde(borrow)]
        provider_error: Option<(&'a str, &'a str)>,
    },
}

#[derive(Serialize, Deserialize)]
struct ParameterRecord<'a> {
    #[serde(borrow)]
    id: IdRecord<'a>,
    name: u8,
    #[serde(borrow)]
    value: Option<ValueRecord<'a>>,
}

#[derive(Serialize, Deserialize)]
enum IdRecord<'a> {
    Generated(Bits),
    Given(&'a str),
}

#[derive(Serialize, Deserialize)]
enum ValueRecord<'a> {
    Text(&'a str),
    Number(i64),
    Date(i64),
}

/// Every name, each at its number.
const NAMES: [ParameterName; 18] = [
    ParameterName::Distribution,
    ParameterName::SmartcardDistribution,
    ParameterName::StbDistributor,
    ParameterName::Product,
    ParameterName::Smartcard,
    ParameterName::ExistingSmartcard,
    ParameterName::SetTopBox,
    ParameterName::Pin,
    ParameterName::DisplayAt,
    ParameterName::PositionX,
    ParameterName::PositionY,
    ParameterName::Height,
    ParameterName::DisplayDuration,
    ParameterName::FingerprintSlot,
    ParameterName::MessageText,
    ParameterName::MessageSequence,
    ParameterName::RepetitionCount,
    ParameterName::RepetitionInterval,
];

impl<'a> CrmRecord<'a> {
    pub(in crate::snapshot) fn of(
        book: &'a BookParts,
        sessions: &'a Sessions,
        authors: &mut Authors<'a>,
    ) -> Self {
        for row in &book.rows {
            authors.add(&row.created_by);
            authors.add(&row.updated_by);
        }
        for (_, author, _) in sessions.all() {
            authors.add(author);
        }
        let tokens = sessions.all().map(|(token, author, expiry)| TokenRecord {
            token,
            author: authors.place(author),
            expiry: expiry.into(),
        });
        Self {
            next_number: book.settings.next_number,
            provider_effective: book.settings.provider_effective,
            loaded_count: book.loaded_count,
            first_created: book.first_created,
            settled_count: book.settled_count,
            scheduled: book.scheduled.clone(),
            row_count: book.rows.len(),
            tokens: tokens.collect(),
        }
    }

    pub(in crate::snapshot) fn revive_sessions(
        &self,
        sessions: &mut Sessions,
        authors: &KnownAuthors,
    ) -> Result<(), UnknownValue> {
        for record in &self.tokens {
            let author = authors.get(record.author)?;
            sessions.admit(record.token, author, (&record.expiry).into());
        }
        Ok(())
    }

    pub(in crate::snapshot) fn revive_book(self, rows: Vec<Arc<ProvisioningRequest>>) -> BookParts {
        BookParts {
            settings: BookSettings {
                next_number: self.next_number,
                provider_effective: self.provider_effective,
                generation: 0,
            },
            loaded_count: self.loaded_count,
            first_created: self.first_created,
            settled_count: self.settled_count,
            rows,
            scheduled: self.scheduled,
        }
    }
}

impl From<Expiry> for ExpiryRecord {
    fn from(expiry: Expiry) -> Self {
        match expiry {
            Expiry::Never => Self::Never,
            Expiry::At(end) => Self::At(end.millis()),
            Expiry::AfterIdle { last_used, limit } => Self::AfterIdle(last_used.millis(), limit),
        }
    }
}

impl From<&ExpiryRecord> for Expiry {
    fn from(record: &ExpiryRecord) -> Self {
        match *record {
            ExpiryRecord::Never => Self::Never,
            ExpiryRecord::At(end) => Self::At(SimTime::from_millis(end)),
            ExpiryRecord::AfterIdle(last_used, limit) => Self::AfterIdle {
                last_used: SimTime::from_millis(last_used),
                limit,
            },
        }
    }
}

/// Texts that many parameters share.
pub(in crate::snapshot) struct Texts<'a>(HashMap<&'a str, Arc<str>, FixedState>);

impl<'a> Texts<'a> {
    /// Room for the texts of so many requests.
    pub(in crate::snapshot) fn for_rows(count: usize) -> Self {
        Self(HashMap::with_capacity_and_hasher(
            count,
            FixedState::default(),
        ))
    }

    fn share(&mut self, text: &'a str) -> Arc<str> {
        Arc::clone(self.0.entry(text).or_insert_with(|| text.into()))
    }
}

impl<'a> RowRecord<'a> {
    pub(in crate::snapshot) fn of(row: &'a ProvisioningRequest, authors: &Authors<'a>) -> Self {
        Self {
            id: Bits(row.id.0),
            number: row.number,
            kind: kind_number(row.kind),
            sequence_number: row.sequence_number,
            scheduled: row.scheduled.millis(),
            executed: row.executed.map(SimTime::millis),
            process_immediately: row.process_immediately,
            express: row.priority == Priority::Express,
            state: (&row.state).into(),
            request: row.request.as_deref(),
            response: row.response.as_deref(),
            process_name: row.process_name.as_deref(),
            process_id: row.process_id.as_deref(),
            name: row.name.as_deref(),
            created: row.created.millis(),
            updated: row.updated.millis(),
            created_by: authors.place(&row.created_by),
            updated_by: authors.place(&row.updated_by),
            parameters: row.parameters.iter().map(Into::into).collect(),
            settled_order: row.settled_order,
            held: row.held,
            pin: row.pending_pin().map(Secret::expose),
        }
    }

    pub(in crate::snapshot) fn revive(
        self,
        authors: &KnownAuthors,
        texts: &mut Texts<'a>,
    ) -> Result<Arc<ProvisioningRequest>, UnknownValue> {
        let date = SimTime::from_millis;
        let created_by = authors.get(self.created_by)?;
        let kind = kind_of(self.kind)?;
        let mut loaded =
            LoadedRequest::new(HexId(self.id.0), kind, date(self.scheduled), created_by);
        let row = &mut loaded.0;
        row.number = self.number;
        row.sequence_number = self.sequence_number;
        row.executed = self.executed.map(date);
        row.process_immediately = self.process_immediately;
        row.priority = match self.express {
            true => Priority::Express,
            false => Priority::Regular,
        };
        row.state = self.state.into();
        row.request = shared(self.request);
        row.response = shared(self.response);
        row.process_name = shared(self.process_name);
        row.process_id = shared(self.process_id);
        row.name = shared(self.name);
        row.created = date(self.created);
        row.updated = date(self.updated);
        row.updated_by = authors.get(self.updated_by)?;
        let parameters = self.parameters.into_iter().map(|one| one.revive(texts));
        row.parameters = parameters.collect::<Result<_, _>>()?;
        row.settled_order = self.settled_order;
        row.held = self.held;
        let loaded = match self.pin {
            Some(pin) => loaded.with_pin(Secret::new(pin)),
            None => loaded,
        };
        Ok(loaded.into())
    }
}

impl<'a> From<&'a State> for StateRecord<'a> {
    fn from(state: &'a State) -> Self {
        let pair = |error: &'a ErrorText| (&*error.code, &*error.description);
        match state {
            State::Pending => Self::Pending,
            State::Completed { reference } => Self::Completed(reference.as_deref()),
            State::Rejected {
                error,
                provider_error,
            } => Self::Rejected {
                error: pair(error),
                provider_error: provider_error.as_ref().map(pair),
            },
        }
    }
}

impl From<StateRecord<'_>> for State {
    fn from(record: StateRecord<'_>) -> Self {
        let text = |(code, description): (&str, &str)| ErrorText {
            code: code.into(),
            description: description.into(),
        };
        match record {
            StateRecord::Pending => Self::Pending,
            StateRecord::Completed(reference) => Self::Completed {
                reference: shared(reference),
            },
            StateRecord::Rejected {
                error,
                provider_error,
            } => Self::Rejected {
                error: text(error),
                provider_error: provider_error.map(text),
            },
        }
    }
}

impl<'a> From<&'a Parameter> for ParameterRecord<'a> {
    fn from(parameter: &'a Parameter) -> Self {
        Self {
            id: match &parameter.id {
                ParameterId::Generated(id) => IdRecord::Generated(Bits(id.0)),
                ParameterId::Given(text) => IdRecord::Given(text),
            },
            name: parameter.name as u8,
            value: parameter.value.as_ref().map(|value| match value {
                ParameterValue::Text(text) => ValueRecord::Text(text),
                ParameterValue::Number(number) => ValueRecord::Number(*number),
                ParameterValue::Date(date) => ValueRecord::Date(date.millis()),
            }),
        }
    }
}

impl<'a> ParameterRecord<'a> {
    fn revive(self, texts: &mut Texts<'a>) -> Result<Parameter, UnknownValue> {
        let name = NAMES.get(usize::from(self.name)).copied();
        Ok(Parameter {
            id: match self.id {
                IdRecord::Generated(id) => ParameterId::Generated(HexId(id.0)),
                IdRecord::Given(text) => ParameterId::Given(text.into()),
            },
            name: name.ok_or(UnknownValue("parameter"))?,
            value: self.value.map(|value| match value {
                ValueRecord::Text(text) => ParameterValue::Text(texts.share(text)),
                ValueRecord::Number(number) => ParameterValue::Number(number),
                ValueRecord::Date(date) => ParameterValue::Date(SimTime::from_millis(date)),
            }),
        })
    }
}

#[cfg(test)]
mod tests {
    //! Numbers stand for the values they stood for.

    use super::NAMES;

    #[test]
    fn every_name_of_a_parameter_stands_at_its_number() {
        for (place, name) in NAMES.into_iter().enumerate() {
            assert_eq!(name as usize, place);
        }
    }
}
