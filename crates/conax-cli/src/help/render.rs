//! Markdown as plain text of eighty columns: what our pages use of it, and nothing else.

use crate::help::page::Page;

const WIDTH: usize = 80;
/// Cells of a table that is too wide stand in a column at least this wide, or below each other.
const LEAST_COLUMN: usize = 44;

/// A page as it is shown on a terminal.
pub(super) fn terminal(markdown: &str) -> String {
    let mut text = String::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            for line in lines.by_ref().take_while(|line| !line.starts_with("```")) {
                text += format!("    {line}").trim_end();
                text.push('\n');
            }
        } else if line.starts_with("<!--") {
            // A mark for the tests; the blank line behind it goes with it.
            lines.next_if(|next| next.is_empty());
        } else if line.starts_with('#') {
            text += &heading(line);
        } else if line.starts_with('|') {
            let mut rows = vec![cells(line)];
            while let Some(row) = lines.next_if(|next| next.starts_with('|')) {
                rows.push(cells(row));
            }
            rows.remove(1);
            text += &table(&rows);
        } else if line.is_empty() {
            text.push('\n');
        } else {
            let mut paragraph = line.to_owned();
            while let Some(next) = lines.next_if(|next| continues(next)) {
                paragraph.push(' ');
                paragraph += next.trim();
            }
            text += &match paragraph.strip_prefix("- ") {
                Some(item) => wrapped("- ", 2, &inline(item)),
                None => wrapped("", 0, &inline(&paragraph)),
            };
        }
    }
    text
}

/// Whether a line goes on with the paragraph or the item before it.
fn continues(line: &str) -> bool {
    !line.is_empty() && !["- ", "#", "|", "```", "<!--"].iter().any(|mark| line.starts_with(mark))
}

fn heading(line: &str) -> String {
    let title = inline(line.trim_start_matches('#').trim());
    let rule = match line.bytes().take_while(|&byte| byte == b'#').count() {
        1 => "=",
        2 => "-",
        _ => return format!("{title}\n"),
    };
    format!("{title}\n{}\n", rule.repeat(title.chars().count()))
}

/// Links and emphasis in words; what stands between backticks stays as it is.
fn inline(text: &str) -> String {
    let pieces = text.split('`').enumerate();
    let pieces = pieces.map(|(index, piece)| match index % 2 {
        0 => without_stars(&piece.replace("**", "")),
        _ => piece.to_owned(),
    });
    linked(&pieces.collect::<Vec<_>>().join("`"))
}

/// `*Word*` without its stars; the star of `*.yaml` stays.
fn without_stars(text: &str) -> String {
    let Some((before, after)) = text.split_once('*') else {
        return text.to_owned();
    };
    let (word, rest) = after.split_once('*').unwrap_or((after, ""));
    let is_word = after.contains('*') && word.starts_with(char::is_alphanumeric);
    if is_word {
        format!("{before}{word}{}", without_stars(rest))
    } else {
        format!("{before}*{}", without_stars(after))
    }
}

/// `[text](target)` becomes `text (target)`; of a page only its file is named.
fn linked(text: &str) -> String {
    let Some((before, after)) = text.split_once("](") else {
        return text.to_owned();
    };
    let (Some((start, label)), Some((target, rest))) =
        (before.rsplit_once('['), after.split_once(')'))
    else {
        return text.to_owned();
    };
    let file = target.split('#').next().unwrap_or_default();
    let place = match file {
        "" => String::new(),
        file if is_page(file) => format!(" ({file})"),
        _ => format!(" ({target})"),
    };
    format!("{start}{label}{place}{}", linked(rest))
}

fn is_page(file: &str) -> bool {
    Page::all().any(|page| Some(page.name) == file.strip_suffix(".md"))
}

/// The cells of a row; a vertical line between backticks is text.
fn cells(row: &str) -> Vec<String> {
    let row = row.trim().trim_matches('|');
    let mut cells = vec![String::new()];
    let mut in_code = false;
    for letter in row.chars() {
        in_code ^= letter == '`';
        match cells.last_mut() {
            Some(cell) if letter != '|' || in_code => cell.push(letter),
            _ => cells.push(String::new()),
        }
    }
    cells.iter().map(|cell| inline(cell.trim())).collect()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

fn table(rows: &[Vec<String>]) -> String {
    let column_count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| length(cell)).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..column_count).map(width).collect();
    let Some((last, others)) = widths.split_last() else {
        return String::new();
    };
    let start = 2 + others.iter().map(|width| width + 2).sum::<usize>();
    if start + (*last).min(LEAST_COLUMN) <= WIDTH {
        columns(rows, others, start)
    } else {
        records(rows, &widths)
    }
}

/// A row a line; the last column is wrapped.
fn columns(rows: &[Vec<String>], widths: &[usize], start: usize) -> String {
    let mut text = String::new();
    for (index, row) in rows.iter().enumerate() {
        let mut head = "  ".to_owned();
        for (cell, &width) in row.iter().zip(widths) {
            head += &format!("{cell:<width$}  ");
        }
        text += &wrapped(&head, start, row.last().map_or("", String::as_str));
        if index == 0 {
            text += &format!("  {}\n", "-".repeat(start.saturating_sub(4).max(2)));
        }
    }
    text
}

/// A row a paragraph: the first cell, below it that of the widest column, and then the others with
/// the names of their columns.
fn records(rows: &[Vec<String>], widths: &[usize]) -> String {
    let Some((names, rows)) = rows.split_first() else {
        return String::new();
    };
    let widest = (1..widths.len()).max_by_key(|&column| widths[column]);
    let mut text = String::new();
    for row in rows {
        let mut others = Vec::new();
        for (column, cell) in row.iter().enumerate() {
            if column == 0 {
                text += &wrapped("", 2, cell);
            } else if Some(column) == widest {
                text += &wrapped("", 6, cell);
            } else {
                others.push(format!("{}: {cell}", names[column]));
            }
        }
        if !others.is_empty() {
            text += &wrapped("", 6, &others.join("; "));
        }
    }
    text
}

/// A text in lines of eighty columns behind a head; a word that is longer than a line stays whole,
/// since it is to be copied.
fn wrapped(head: &str, indent: usize, text: &str) -> String {
    let mut lines = vec![format!("{head:<indent$}")];
    let mut is_empty = true;
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("there is a line from the start");
        let fits = length(line) + usize::from(!is_empty) + length(word) <= WIDTH;
        if is_empty || fits {
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
        } else {
            lines.push(format!("{:indent$}{word}", ""));
        }
        is_empty = false;
    }
    let lines = lines.iter().map(|line| line.trim_end());
    lines.map(|line| format!("{line}\n")).collect()
}
