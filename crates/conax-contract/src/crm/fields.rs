//! Which members of a provisioning request an answer prints.
//!
//! Two things decide: what the call asks for (`fields_set`) and which build of the real product
//! is imitated (`Shape`).

use super::code_list::code_list;

code_list! {
    /// The members of a provisioning request, in the order the examples print them.
    // Shown: the order of `show` and of `add_subscriptions` merged; they agree on the common ones.
    pub enum Member {
        /// When it is to be sent.
        ScheduledDate = "scheduled_date", Shown;
        /// What came back from Conax.
        Response = "response", Shown;
        /// The code of the failure.
        ErrorCode = "error_code", Shown;
        /// How urgent it is.
        Priority = "priority", Shown;
        /// The text of the failure.
        ErrorDescription = "error_description", Shown;
        /// Its place in the order of sending.
        SequenceNumber = "sequence_number", Shown;
        /// Its business number.
        Number = "number", Shown;
        /// The id of the process that submitted it.
        ProcessId = "process_id", Shown;
        /// Always null; nobody says what it means.
        Name = "name", Shown;
        /// What is sent with it.
        ParametersSet = "parameters_set", Shown;
        /// Whether the call itself sent it.
        ProcessImmediately = "process_immediately", Shown;
        /// What was sent to Conax.
        Request = "request", Shown;
        /// Who created and updated it, and when.
        LogInformation = "log_information", Shown;
        /// The provider's own code of the failure.
        ProviderErrorCode = "provider_error_code", Shown;
        /// Where it is in its life.
        LifeCycleState = "life_cycle_state", Shown;
        /// The provider's own text of the failure.
        ProviderErrorDescription = "provider_error_description", Shown;
        /// What it asks of Conax.
        Type = "type", Shown;
        /// Its id.
        Id = "id", Shown;
        /// The process that submitted it.
        ProcessName = "process_name", Shown;
        /// The reference Conax gave it.
        ReferenceNumber = "reference_number", Shown;
        /// When it was really sent.
        ExecutedDate = "executed_date", Shown;
    }
}

/// A set of members.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldsSet(u32);

impl FieldsSet {
    /// Every member.
    pub const ALL: Self = Self((1 << Member::ALL.len()) - 1);

    /// No member.
    pub const NONE: Self = Self(0);

    /// Reads a comma-separated list of names: exactly the named members.
    // Ours: blanks around names are dropped, and unknown names are ignored here: whoever reads a
    // call refuses them, see `unknown_in`. A list without any name is like none at all.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut names = text.split(',').map(str::trim).filter(|name| !name.is_empty()).peekable();
        if names.peek().is_none() {
            return Self::ALL;
        }
        names.filter_map(Member::from_code).collect()
    }

    /// The names in such a list that no member has, as they are written.
    #[must_use]
    pub fn unknown_in(text: &str) -> Vec<&str> {
        text.split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty() && Member::from_code(name).is_none())
            .collect()
    }

    /// Whether the set has this member.
    #[must_use]
    pub const fn contains(self, member: Member) -> bool {
        self.0 & (1 << member as u32) != 0
    }

    /// The members of both sets.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The set without this member.
    #[must_use]
    pub const fn without(self, member: Member) -> Self {
        Self(self.0 & !(1 << member as u32))
    }

    /// The members of the set, in the order of the examples.
    pub fn members(self) -> impl Iterator<Item = Member> {
        Member::ALL.into_iter().filter(move |member| self.contains(*member))
    }
}

impl Default for FieldsSet {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromIterator<Member> for FieldsSet {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        Self(members.into_iter().fold(0, |set, member| set | 1 << member as u32))
    }
}

/// Which members a provisioning request has, by build of the real product.
// Inferred: the examples differ by the date they were made, not by the operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Shape {
    /// All of them, so that clients of either build find what they read.
    #[default]
    Superset,
    /// Without `number` and `reference_number`, as all but one of the examples.
    R4Early,
    /// Without the two `provider_error_` members, as the youngest example.
    R4Late,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::Superset, Self::R4Early, Self::R4Late];

    /// The shape as settings write it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Superset => "superset",
            Self::R4Early => "r4-early",
            Self::R4Late => "r4-late",
        }
    }

    /// The shape written as `code`.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.code() == code)
    }

    /// The members a request of this shape has.
    #[must_use]
    pub const fn members(self) -> FieldsSet {
        match self {
            Self::Superset => FieldsSet::ALL,
            Self::R4Early => {
                FieldsSet::ALL.without(Member::Number).without(Member::ReferenceNumber)
            }
            Self::R4Late => FieldsSet::ALL
                .without(Member::ProviderErrorCode)
                .without(Member::ProviderErrorDescription),
        }
    }
}
