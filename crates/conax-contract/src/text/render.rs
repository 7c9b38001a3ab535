//! Findings beside the lines they are about, as plain text for eighty columns.

use super::finding::Finding;
use super::lines::split_lines;
use super::redact::Redacted;
use super::screen::{ShownLine, show_line, show_text, text_width, visible_name};

/// The widest line of the rendered text, where its words allow.
const WIDTH: usize = 80;
/// Columns for the line number.
const GUTTER: usize = 5;
/// Lines after the first are indented like this.
const INDENT: &str = "   ";

/// The findings about the file called `name` that contains `source`, a blank line between two.
///
/// Secrets of the file are starred, wherever they stand.
#[must_use]
pub fn render(name: &str, source: &str, findings: &[Finding]) -> String {
    render_each(name, source, findings).join("\n")
}

/// The findings about the file called `name` that contains `source`, one by one.
#[must_use]
pub fn render_each(name: &str, source: &str, findings: &[Finding]) -> Vec<String> {
    if findings.is_empty() {
        return Vec::new();
    }
    let redacted = Redacted::of(source);
    let lines = split_lines(&redacted.text);
    let rendered =
        findings.iter().map(|finding| render_finding(name, (&lines, &redacted), finding));
    rendered.collect()
}

fn render_finding(
    name: &str,
    (lines, redacted): (&[&str], &Redacted),
    finding: &Finding,
) -> String {
    let name = visible_name(name);
    let place = format!("{name}:{}:{}  ", finding.line, finding.column);
    let message = redacted.sentence(&finding.message);
    let mut out = wrap(&place, INDENT, &show_text(&message));
    if let Some(line) = finding.line.checked_sub(1).and_then(|index| lines.get(index)) {
        let gutter = GUTTER.max(finding.line.to_string().len());
        // One column is left for a caret behind the end of the line.
        let limit = WIDTH - gutter - 4;
        let line = redacted.line(line);
        let shown = show_line(&line, finding.column, finding.end_column, limit);
        out.push_str(&excerpt(finding.line, gutter, &shown));
    }
    if let Some(hint) = &finding.hint {
        let lead = format!("{INDENT}hint: ");
        let hint = redacted.sentence(hint);
        out.push_str(&wrap(&lead, &" ".repeat(lead.len()), &show_text(&hint)));
    }
    out
}

/// The numbered line and the carets below it; no carets if the place is a whole file's start.
fn excerpt(number: usize, gutter: usize, shown: &ShownLine) -> String {
    let line = format!("{number:>gutter$} | {}", shown.text);
    let carets = "^".repeat(shown.mark_width.max(1));
    let below = format!("{:>gutter$} | {}{carets}", "", " ".repeat(shown.mark_start));
    format!("{}\n{below}\n", line.trim_end())
}

/// `text` after `lead`, broken at spaces; further lines begin with `indent`.
fn wrap(lead: &str, indent: &str, text: &str) -> String {
    let mut out = lead.to_owned();
    let mut column = text_width(lead);
    let mut line_is_empty = true;
    for word in text.split(' ') {
        let width = text_width(word);
        if !line_is_empty && column + 1 + width > WIDTH {
            out.push('\n');
            out.push_str(indent);
            column = text_width(indent);
            line_is_empty = true;
        }
        if !line_is_empty {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += width;
        line_is_empty = false;
    }
    out.push('\n');
    out
}
