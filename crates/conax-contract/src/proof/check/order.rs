//! The order of the lines of a file, and the numbers of those of a journal.

use crate::proof::write::Line;

/// The parts of a file, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    /// Nothing was read.
    #[default]
    Start,
    Header,
    /// Rows of which lines were let go.
    LetGo,
    Crm,
    Conax,
    Row,
    Foreign,
    Totals,
}

impl Section {
    /// The part a line belongs to.
    pub const fn of(line: &Line) -> Self {
        match line {
            Line::Header(_) => Self::Header,
            Line::Crm(_) => Self::Crm,
            Line::Conax(_) => Self::Conax,
            Line::Row(row) if row.crm_let_go > 0 || row.conax_let_go > 0 => Self::LetGo,
            Line::Foreign(row) if row.conax_let_go > 0 => Self::LetGo,
            Line::Row(_) => Self::Row,
            Line::Foreign(_) => Self::Foreign,
            Line::Totals(_) => Self::Totals,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Header => "header",
            Self::LetGo => "row (let go)",
            Self::Crm => "crm",
            Self::Conax => "conax",
            Self::Row => "row",
            Self::Foreign => "foreign",
            Self::Totals => "totals",
        }
    }
}

/// Where in a journal we are.
#[derive(Debug, Default)]
pub(super) struct Journal {
    last: u64,
    pub count: u64,
}

/// Where in a file we are.
#[derive(Debug, Default)]
pub(super) struct Order {
    pub section: Section,
    pub crm: Journal,
    pub conax: Journal,
}

impl Order {
    /// Takes in where a line belongs, and its number if it is of a journal.
    pub fn take(&mut self, section: Section, numbered: Option<u64>) -> Result<(), String> {
        let before = self.section;
        self.section = before.max(section);
        let name = section.name();
        if section < before {
            let before = before.name();
            return Err(format!(
                "a `{name}` line after a `{before}` line; expected header, rows of which lines were \
                 let go, crm, conax, row, foreign, totals"
            ));
        }
        if section == before && matches!(section, Section::Header | Section::Totals) {
            return Err(format!("a second `{name}` line; expected one"));
        }
        if before == Section::Start && section != Section::Header {
            return Err(format!("the file begins with a `{name}` line; expected `header`"));
        }
        let journal = match section {
            Section::Crm => &mut self.crm,
            _ => &mut self.conax,
        };
        numbered.map_or(Ok(()), |n| journal.take(name, n))
    }
}

impl Journal {
    /// Begins after the lines that were let go.
    pub const fn after(let_go: u64) -> Self {
        Self { last: let_go, count: 0 }
    }

    fn take(&mut self, name: &str, n: u64) -> Result<(), String> {
        let last = self.last;
        self.count += 1;
        self.last = last.max(n);
        let place = match self.count {
            1 => format!("`{name}` line {n} stands first"),
            _ => format!("`{name}` line {n} stands after line {last}"),
        };
        match n.checked_sub(last) {
            Some(1) => Ok(()),
            Some(0) | None => Err(format!("{place}; expected {}", last + 1)),
            Some(_) => Err(format!("{place}: {} missing", missing(last + 1, n - 1))),
        }
    }
}

fn missing(first: u64, last: u64) -> String {
    match first == last {
        true => format!("line {first} is"),
        false => format!("lines {first} to {last} are"),
    }
}
