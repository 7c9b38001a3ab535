//! What answers are made of: the members of a provisioning request, and the closed lists of words.

use super::markup::{code, long_code, prose, table, tag};
use crate::crm::{CommandKind, LifeCycleState, Member, ParameterKey, Priority, ProcessName, Shape};
use crate::source::Source;

/// A word, what it means, how it is known.
type Row = (&'static str, &'static str, Source);

/// The section on answers.
pub(super) fn answer_section(shape: Shape) -> String {
    let members = shape.members().members();
    let members = rows("Member", members.map(|word| (word.code(), word.text(), word.source())));
    let lists = [
        list("Types", CommandKind::ALL.map(|it| (it.code(), it.text(), it.source())).into()),
        list("States", LifeCycleState::ALL.map(|it| (it.code(), it.text(), it.source())).into()),
        list("Priorities", Priority::ALL.map(|it| (it.code(), it.text(), it.source())).into()),
        list(
            "Names of processes",
            ProcessName::ALL.map(|it| (it.code(), it.text(), it.source())).into(),
        ),
        list(
            "Items of <code>parameters_set</code>",
            ParameterKey::ALL.map(|it| (it.code(), it.text(), it.source())).into(),
        ),
    ];
    format!(
        "<section id=\"answers\"><h2>Answers</h2>\
         <p>Every answer has a status block with <code>code</code>, <code>message</code> and \
         <code>description</code>. If the code is <code>OK</code>, <code>data</code> is the \
         provisioning request, or a list of them.</p>\
         <h3>A provisioning request</h3><p>Its {count} members, in the shape {shape}.</p>\
         {members}{lists}</section>\n",
        count = shape.members().members().count(),
        shape = code(shape.code()),
        lists = lists.concat(),
    )
}

fn list(title: &str, words: Vec<Row>) -> String {
    let count = words.len();
    let table = rows("Word", words);
    format!("<details><summary>{title} ({count})</summary>{table}</details>\n")
}

fn rows(head: &str, words: impl IntoIterator<Item = Row>) -> String {
    let cells = words
        .into_iter()
        .map(|(word, text, source)| vec![long_code(word), prose(text), tag(source)]);
    table(&[head, "Meaning", "Known"], cells)
}

/// The names under which answers and calls hold secrets, as the script has to know them.
pub(super) fn secret_names() -> Vec<&'static str> {
    use crate::crm::Operation;
    use crate::text::is_secret_name;
    let parameters = Operation::ALL.into_iter().flat_map(Operation::parameters);
    let names = parameters.map(|entry| entry.name);
    let keys = ParameterKey::ALL.into_iter().map(ParameterKey::code);
    let members = Member::ALL.into_iter().map(Member::code);
    let mut secret: Vec<&str> = names.chain(keys).chain(members).collect();
    secret.retain(|name| is_secret_name(name));
    secret.sort_unstable();
    secret.dedup();
    secret
}
