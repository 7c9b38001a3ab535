//! How figures are printed: aligned, within eighty columns.

use crate::print;

/// A table that is printed when it is complete. A row is a text, its cells a tab apart.
pub(super) struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with these columns.
    pub(super) fn new(columns: &str) -> Self {
        let mut table = Self(Vec::new());
        table.row(columns);
        table
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: impl AsRef<str>) {
        self.0.push(cells.as_ref().split('\t').map(str::to_owned).collect());
    }

    /// Prints the table: the first column to the left, figures to the right.
    pub(super) fn print(&self, title: &str) {
        print::result(format_args!("{title}\n"));
        let columns = self.0.first().map_or(0, Vec::len);
        let length = |row: &Vec<String>, column: usize| {
            row.get(column).map_or(0, |cell| cell.chars().count())
        };
        let widest = |column| self.0.iter().map(|row| length(row, column)).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns).map(widest).collect();
        for row in &self.0 {
            let cells = row.iter().zip(&widths).enumerate().map(|(index, (cell, &width))| {
                if index == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            print::result(format_args!("  {}", line.trim_end()));
        }
        print::result("");
    }
}

/// Whether a bar is met, in words.
pub(super) const fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "NOT MET" }
}

/// Measured figures of one thing.
#[derive(Default)]
pub(super) struct Figures(Vec<f64>);

impl Figures {
    pub(super) fn add(&mut self, figure: f64) {
        self.0.push(figure);
        self.0.sort_by(f64::total_cmp);
    }

    /// The middle one.
    pub(super) fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).copied().unwrap_or_default()
    }

    /// The largest one.
    pub(super) fn worst(&self) -> f64 {
        self.0.last().copied().unwrap_or_default()
    }

    /// How far they lie apart, in hundredths of the middle one.
    pub(super) fn spread(&self) -> f64 {
        let least = self.0.first().copied().unwrap_or_default();
        (self.worst() - least) / self.median() * 100.0
    }
}

/// The figure that this share of sorted ones does not exceed.
pub(super) fn quantile<T: Copy + Default>(sorted: &[T], share: f64) -> T {
    let index = (sorted.len() as f64 * share) as usize;
    sorted.get(index.min(sorted.len().saturating_sub(1))).copied().unwrap_or_default()
}
