//! A provisioning request as an answer prints it: its members, and what holds between them.

use conax_contract::crm::{CommandKind, LifeCycleState, Member, Operation, Priority, ProcessName};
use serde_json::{Map, Value};

use super::exchange::Exchange;
use super::items;
use super::kinds::{fits, is_date, shown};
use super::verdicts::{Break, Verdicts};

type Object = Map<String, Value>;

/// Where the members differ between builds of the real product.
const BUILD_MEMBERS: [Member; 4] = [
    Member::Number,
    Member::ReferenceNumber,
    Member::ProviderErrorCode,
    Member::ProviderErrorDescription,
];

/// A printed request, and where it stands.
pub(super) struct Printed<'p> {
    pub(super) exchange: &'p Exchange,
    /// Its path in the answer.
    pub(super) path: String,
    pub(super) object: &'p Object,
}

impl<'p> Printed<'p> {
    /// Every request an answer prints.
    pub(super) fn all(exchange: &'p Exchange) -> Vec<Self> {
        let printed = |path: String, value: &'p Value| {
            let object = value.as_object()?;
            Some(Self { exchange, path, object })
        };
        match exchange.data() {
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let items = items.filter_map(|(at, item)| printed(format!("data.{at}"), item));
                items.collect()
            }
            value => printed("data".to_owned(), value).into_iter().collect(),
        }
    }

    pub(super) fn get(&self, member: Member) -> Option<&'p Value> {
        self.object.get(member.code())
    }

    pub(super) fn text(&self, member: Member) -> Option<&'p str> {
        self.get(member).and_then(Value::as_str)
    }

    /// Whether the member is there and not null.
    pub(super) fn is_set(&self, member: Member) -> bool {
        self.get(member).is_some_and(|value| !value.is_null())
    }

    pub(super) fn at(
        &self,
        path: &str,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Break {
        Break::at(self.exchange.number, format!("{}.{path}", self.path), expected, found)
    }

    fn at_member(&self, member: Member, expected: impl Into<String>) -> Break {
        self.at(member.code(), expected, shown(member.code(), self.get(member)))
    }
}

/// Judges `data` of an answer that went well, and every request in it.
pub(super) fn judge(exchange: &Exchange, verdicts: &mut Verdicts) {
    let is_list = exchange.operation == Operation::List;
    let is_right = if is_list { exchange.data().is_array() } else { exchange.data().is_object() };
    verdicts.judge("data.kind", is_right, || {
        let expected = if is_list { "a list" } else { "an object" };
        Break::at(exchange.number, "data", expected, shown("data", Some(exchange.data())))
    });
    for printed in Printed::all(exchange) {
        let fields = exchange.fields();
        if printed.object.is_empty() && fields.is_none() {
            // Nothing at all is one finding; what is said of each member says it again.
            let all = fields_clauses(exchange.operation).map_or("data.kind", |(all, _)| all);
            verdicts.broken(all, printed.at("", "a request", "an empty object"));
            verdicts.meanwhile(Some(all));
            judge_one(&printed, verdicts);
            verdicts.meanwhile(None);
            continue;
        }
        judge_one(&printed, verdicts);
    }
}

fn judge_one(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let fields = printed.exchange.fields();
    members(printed, fields.as_deref(), verdicts);
    match &fields {
        Some(names) => projection(printed, names, verdicts),
        None => whole(printed, verdicts),
    }
    words(printed, verdicts);
    dates(printed, verdicts);
    items::judge(printed, verdicts);
    log_information(printed, verdicts);
}

fn members(printed: &Printed<'_>, fields: Option<&[&str]>, verdicts: &mut Verdicts) {
    for member in Member::ALL {
        let id = member_clause(member);
        match printed.get(member) {
            Some(value) => verdicts.judge(id, fits(member, value), || {
                printed.at_member(member, "what its clause says")
            }),
            None if fields.is_some() || may_be_absent(member) => {}
            None => verdicts.broken(id, printed.at_member(member, "a member of this name")),
        }
    }
    let unknown = printed.object.keys().find(|name| Member::from_code(name).is_none());
    verdicts.judge("request.known-members", unknown.is_none(), || {
        let name = unknown.map_or("", String::as_str);
        printed.at(name, "no such member", format!("a member `{name}`"))
    });
}

/// The clause of a member, without making a text of it each time.
fn member_clause(member: Member) -> &'static str {
    static IDS: std::sync::LazyLock<Vec<String>> = std::sync::LazyLock::new(|| {
        let members = Member::ALL.iter();
        members.map(|member| format!("request.{}", member.code())).collect()
    });
    &IDS[member as usize]
}

fn may_be_absent(member: Member) -> bool {
    member == Member::ParametersSet || BUILD_MEMBERS.contains(&member)
}

/// Which clauses on `fields_set` the operation has.
fn fields_clauses(operation: Operation) -> Option<(&'static str, &'static str)> {
    match operation {
        Operation::Show => Some(("show.fields-set-all", "show.fields-set-exact")),
        Operation::List => Some(("list.fields-set-all", "list.fields-set-exact")),
        _ => None,
    }
}

fn projection(printed: &Printed<'_>, names: &[&str], verdicts: &mut Verdicts) {
    let Some((_, exact)) = fields_clauses(printed.exchange.operation) else {
        return;
    };
    let own = format!("{}.fields_set", printed.exchange.operation.name());
    // Some more than was asked for is a reading; everything is no projection at all.
    let is_whole = Member::ALL
        .into_iter()
        .all(|member| may_be_absent(member) || printed.get(member).is_some());
    let asks_all = names.len() >= Member::ALL.len() - BUILD_MEMBERS.len() - 1;
    if is_whole && !asks_all {
        let expected = format!("only {}", names.join(", "));
        verdicts.broken(&own, printed.at("", expected, "every member"));
        return;
    }
    // The documents say that the named fields are included, and not that others are not.
    let missing = names.iter().find(|name| {
        Member::from_code(name)
            .is_some_and(|member| !may_be_absent(member) && printed.get(member).is_none())
    });
    let rendered = |path: &str, expected: String| {
        let found = shown(path, printed.object.get(path));
        printed.at(path, expected, found)
    };
    if let Some(missing) = missing {
        let expected = format!("all of {}", names.join(", "));
        verdicts.broken(&own, rendered(missing, expected));
        return;
    }
    verdicts.held(&own);
    let extra = printed.object.keys().find(|name| !names.contains(&name.as_str()));
    verdicts.judge(exact, extra.is_none(), || {
        let path = extra.map_or("", String::as_str);
        rendered(path, format!("exactly {}", names.join(", ")))
    });
}

fn whole(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    if let Some((all, _)) = fields_clauses(printed.exchange.operation) {
        let missing = Member::ALL
            .into_iter()
            .find(|member| !may_be_absent(*member) && printed.get(*member).is_none());
        verdicts.judge(all, missing.is_none(), || {
            let member = missing.unwrap_or(Member::Id);
            printed.at_member(member, "every member, as no `fields_set` was given")
        });
    }
    let has = BUILD_MEMBERS.map(|member| printed.get(member).is_some());
    let is_a_shape = has[0] == has[1] && has[2] == has[3] && (has[0] || has[2]);
    verdicts.judge("request.shape", is_a_shape, || {
        let there = BUILD_MEMBERS.iter().zip(has).filter(|(_, has)| *has);
        let names: Vec<&str> = there.map(|(member, _)| member.code()).collect();
        let found = format!(
            "of these {}",
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        );
        printed.at(
            "",
            "`number` and `reference_number`, both `provider_error_` members, or all four",
            found,
        )
    });
    states(printed, verdicts);
    example(printed, verdicts);
}

/// What holds between the members of a whole request.
fn states(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let Some(state) = printed.text(Member::LifeCycleState) else {
        return;
    };
    let set = |member| printed.is_set(member);
    let errors = [
        Member::ErrorCode,
        Member::ErrorDescription,
        Member::ProviderErrorCode,
        Member::ProviderErrorDescription,
    ];
    let wrong = |members: &[Member], should_be_set: bool| {
        members.iter().copied().find(|member| set(*member) != should_be_set)
    };
    let knows_reference = printed.get(Member::ReferenceNumber).is_some();
    match LifeCycleState::from_code(state) {
        Some(LifeCycleState::Pending) => {
            let none =
                [Member::ExecutedDate, Member::Request, Member::Response, Member::ReferenceNumber];
            let found = wrong(&none, false).or_else(|| wrong(&errors, false));
            verdicts.judge("request.pending-members", found.is_none(), || {
                printed.at_member(found.unwrap_or(Member::Response), "null while it is PENDING")
            });
            verdicts.judge("law.c2", !set(Member::ReferenceNumber), || {
                printed.at_member(Member::ReferenceNumber, "null, as it is not COMPLETED")
            });
        }
        Some(LifeCycleState::Completed) => {
            let found = wrong(&[Member::ExecutedDate, Member::Request, Member::Response], true)
                .map(|member| (member, "a value, as it is COMPLETED"))
                .or_else(|| {
                    wrong(&errors, false).map(|member| (member, "null, as it is COMPLETED"))
                });
            verdicts.judge("request.completed-members", found.is_none(), || {
                let (member, expected) = found.unwrap_or((Member::Response, ""));
                printed.at_member(member, expected)
            });
            if knows_reference {
                completed_reference(printed, verdicts);
            }
            let is_whole = set(Member::ExecutedDate)
                && !set(Member::ErrorCode)
                && (!knows_reference || set(Member::ReferenceNumber));
            verdicts.judge("law.c2", is_whole, || {
                printed.at(
                    "life_cycle_state",
                    "COMPLETED with reference and date, without error",
                    "COMPLETED without",
                )
            });
            executed(printed, verdicts);
        }
        Some(LifeCycleState::Rejected) => {
            let found = wrong(&[Member::ErrorCode, Member::ErrorDescription], true);
            for id in ["request.rejected-members", "law.c3"] {
                verdicts.judge(id, found.is_none(), || {
                    printed
                        .at_member(found.unwrap_or(Member::ErrorCode), "a text, as it is REJECTED")
                });
            }
        }
        None => {}
    }
}

fn completed_reference(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    verdicts.judge("request.reference-number", printed.is_set(Member::ReferenceNumber), || {
        printed.at_member(Member::ReferenceNumber, "the reference of Conax, as it is COMPLETED")
    });
    let response = printed.text(Member::Response).unwrap_or_default();
    let reference = printed.text(Member::ReferenceNumber).unwrap_or_default();
    let is_both = response
        .strip_prefix("OK")
        .is_some_and(|rest| rest.starts_with(reference) && !reference.is_empty());
    verdicts.judge("request.response-text", is_both, || {
        printed.at_member(Member::Response, format!("OK{reference}"))
    });
}

/// When it was sent, and when it was last updated.
fn executed(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let Some(executed) = printed.text(Member::ExecutedDate).filter(|text| is_date(text)) else {
        return;
    };
    let log = printed.get(Member::LogInformation);
    let date = |name: &str| log.and_then(|log| log[name].as_str());
    let Some(created) = date("created_date") else {
        return;
    };
    let why = "nothing was sent in another second than it was created in";
    let tells = (executed != created, why);
    if let Some(updated) = date("updated_date") {
        let broken = || printed.at("log_information.updated_date", executed, updated);
        verdicts.judge_telling("request.updated", updated == executed, tells, broken);
        let broken = || {
            let expected = format!("{executed} or later");
            printed.at("log_information.updated_date", expected, updated)
        };
        verdicts.judge_telling("request.updated-moves", updated >= executed, tells, broken);
    }
    verdicts.judge("request.executed-after-created", executed >= created, || {
        printed.at("executed_date", format!("{created} or later"), executed)
    });
    let at_once = is_at_once(printed.object);
    if let (Some(scheduled), false) = (printed.text(Member::ScheduledDate), at_once) {
        // Of an order that was due when it came this says nothing.
        let why = "nothing that was sent had a date after its creation";
        let tells = (scheduled > created, why);
        for id in ["law.c5", "scheduled-date.not-before"] {
            verdicts.judge_telling(id, executed >= scheduled, tells, || {
                printed.at("executed_date", format!("{scheduled} or later"), executed)
            });
        }
    }
}

/// Whether a request says that its call sent it; that it says so in another form is told elsewhere.
pub(crate) fn is_at_once(request: &Map<String, Value>) -> bool {
    let flag = request.get(Member::ProcessImmediately.code());
    flag.is_some_and(|flag| {
        flag == &Value::Bool(true) || flag.as_u64() == Some(1) || flag == "1" || flag == "true"
    })
}

fn words(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let mut word = |id, member, is_known: fn(&str) -> bool| {
        if let Some(text) = printed.text(member) {
            verdicts.judge(id, is_known(text), || printed.at_member(member, "one of its words"));
        }
    };
    word("words.type", Member::Type, |text| CommandKind::from_code(text).is_some());
    word("words.life_cycle_state", Member::LifeCycleState, |text| {
        LifeCycleState::from_code(text).is_some()
    });
    word("words.priority", Member::Priority, |text| Priority::from_code(text).is_some());
    word("words.process_name", Member::ProcessName, |text| ProcessName::from_code(text).is_some());
}

fn dates(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let log = printed.get(Member::LogInformation);
    let inner =
        ["created_date", "updated_date"].map(|name| (name, log.and_then(|log| log.get(name))));
    let outer = [Member::ScheduledDate, Member::ExecutedDate];
    let outer = outer.map(|member| (member.code(), printed.get(member)));
    for (name, value) in outer.into_iter().chain(inner) {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            verdicts.judge("request.date-form", value.as_str().is_some_and(is_date), || {
                printed.at(name, "YYYY-MM-DDThh:mm:ss", shown(name, Some(value)))
            });
        }
    }
}

fn log_information(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    let Some(log) = printed.get(Member::LogInformation).and_then(Value::as_object) else {
        return;
    };
    let has = |name: &str| log.contains_key(name);
    let always = ["created_date", "updated_date", "created_by_user", "updated_by_user"];
    let units = ["created_by_unit", "updated_by_unit"];
    let extra =
        log.keys().find(|name| !always.contains(&name.as_str()) && !units.contains(&name.as_str()));
    let holds =
        always.iter().all(|name| has(name)) && has(units[0]) == has(units[1]) && extra.is_none();
    verdicts.judge("log_information.members", holds, || {
        printed.at(
            "log_information",
            "both dates and both users, and both units or none",
            shown("", printed.get(Member::LogInformation)),
        )
    });
    let inner =
        |names: &[&str], id: &str, needed: &[&str], optional: &[&str], verdicts: &mut Verdicts| {
            for name in names {
                let Some(value) = log.get(*name) else {
                    continue;
                };
                let members = value.as_object();
                let holds = members.is_some_and(|members| {
                    needed.iter().all(|needed| members.contains_key(*needed))
                        && members.keys().all(|name| {
                            needed.contains(&name.as_str()) || optional.contains(&name.as_str())
                        })
                });
                verdicts.judge(id, holds, || {
                    printed.at(
                        &format!("log_information.{name}"),
                        needed.join(", "),
                        shown(name, Some(value)),
                    )
                });
            }
        };
    inner(
        &["created_by_user", "updated_by_user"],
        "log_information.user",
        &["person_name", "username", "id", "email"],
        &[],
        verdicts,
    );
    inner(
        &units,
        "log_information.unit",
        &["group_name", "name", "id", "description", "alternative_code"],
        &["community_name"],
        verdicts,
    );
    let date = |name: &str| log.get(name).and_then(Value::as_str);
    if let (Some(created), Some(updated)) = (date("created_date"), date("updated_date")) {
        verdicts.judge("log_information.dates", updated >= created, || {
            printed.at("log_information.updated_date", format!("{created} or later"), updated)
        });
    }
}

/// Holds the answer of an operation against the printed one: the same members, of the same kinds.
fn example(printed: &Printed<'_>, verdicts: &mut Verdicts) {
    static EXAMPLES: std::sync::LazyLock<Vec<Option<(String, Value)>>> =
        std::sync::LazyLock::new(|| {
            let operations = Operation::ALL.iter();
            operations.map(|operation| printed_example(*operation)).collect()
        });
    let place = Operation::ALL.iter().position(|known| *known == printed.exchange.operation);
    let Some((id, example)) = place.and_then(|place| EXAMPLES[place].as_ref()) else {
        return;
    };
    let found = Value::Object(printed.object.clone());
    let differs = other_kind("", example, &found);
    verdicts.judge(id, differs.is_none(), || {
        let (path, expected) = differs.unwrap_or_default();
        let pointer = format!("/{}", path.replace('.', "/"));
        let name = path.rsplit('.').next().unwrap_or_default();
        printed.at(&path, expected, shown(name, found.pointer(&pointer)))
    });
}

/// The printed request of an operation, without what differs between builds.
fn printed_example(operation: Operation) -> Option<(String, Value)> {
    let reply: Value = serde_json::from_str(operation.example_reply()?).ok()?;
    let mut request = match &reply["data"] {
        Value::Array(items) => items.last()?.clone(),
        value => value.clone(),
    };
    let members = request.as_object_mut()?;
    for member in BUILD_MEMBERS {
        members.remove(member.code());
    }
    // Which items there are follows from the type, and has its own clauses; units may be unknown.
    members.remove(Member::ParametersSet.code());
    let log = members.get_mut(Member::LogInformation.code())?.as_object_mut()?;
    log.remove("created_by_unit");
    log.remove("updated_by_unit");
    Some((format!("{}.example", operation.name()), request))
}

/// The first place where what was found is of another kind than what is printed; null fits all.
fn other_kind(path: &str, printed: &Value, found: &Value) -> Option<(String, String)> {
    let inner = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    };
    match (printed, found) {
        (Value::Null, _) | (_, Value::Null) => None,
        (Value::Object(printed), Value::Object(found)) => {
            printed.iter().find_map(|(name, value)| match found.get(name) {
                Some(found) => other_kind(&inner(name), value, found),
                None => Some((inner(name), "a member of this name".to_owned())),
            })
        }
        (Value::Array(_), Value::Array(_))
        | (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => None,
        (printed, _) => {
            let kind = match printed {
                Value::String(_) => "text",
                Value::Number(_) => "a number",
                Value::Array(_) => "a list",
                Value::Object(_) => "an object",
                Value::Bool(_) | Value::Null => "another kind",
            };
            Some((path.to_owned(), kind.to_owned()))
        }
    }
}
