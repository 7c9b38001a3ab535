//! HTML from text: everything that is put in is escaped, and the words of honesty have a colour.

use crate::source::Source;

/// The text as it may stand between tags and in attributes.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// The text as code.
pub(super) fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// A name of many parts, which may be broken at its joints.
pub(super) fn long_code(text: &str) -> String {
    let safe = escaped(text);
    let joints = ['/', '.', '_'];
    let broken: String = safe
        .chars()
        .flat_map(|letter| {
            let end = if joints.contains(&letter) { "<wbr>" } else { "" };
            std::iter::once(letter).chain(end.chars())
        })
        .collect();
    format!("<code>{broken}</code>")
}

/// The text with what stands between backticks as code.
pub(super) fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    parts
        .map(|(index, part)| match index % 2 {
            0 => escaped(part),
            _ => code(part),
        })
        .collect()
}

/// How something is known, as a coloured word.
pub(super) fn tag(source: Source) -> String {
    let word = source.code();
    format!("<span class=\"tag {word}\" title=\"{}\">{word}</span>", escaped(source.text()))
}

/// A table; its cells are HTML.
pub(super) fn table(heads: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let head: String =
        heads.iter().map(|head| format!("<th scope=\"col\">{}</th>", escaped(head))).collect();
    let rows: String = rows.into_iter().map(|cells| row(heads, &cells)).collect();
    format!("<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>\n")
}

/// Where a table is too narrow for columns, each cell says itself what it is.
fn row(heads: &[&str], cells: &[String]) -> String {
    let cells = cells
        .iter()
        .zip(heads)
        .map(|(cell, head)| format!("<td data-head=\"{}\">{cell}</td>", escaped(head)));
    format!("<tr>{}</tr>", cells.collect::<String>())
}
