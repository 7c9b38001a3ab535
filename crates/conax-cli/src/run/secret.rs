//! Values of secrets: a file of `name=value` lines before the environment.

use std::collections::BTreeMap;

/// Values by name. Never printed.
#[derive(Default)]
pub(crate) struct Secrets {
    of_file: BTreeMap<String, String>,
}

impl Secrets {
    /// Reads the lines of a file; empty ones and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// The number of the first line that is not `name=value`, or repeats a name.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut of_file = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            // The line itself may be a secret, so it is not repeated.
            let (name, value) = line
                .split_once('=')
                .filter(|(name, _)| !name.trim().is_empty())
                .ok_or_else(|| format!("line {}: expected `name=value`", index + 1))?;
            let name = name.trim();
            let old = of_file.insert(name.to_owned(), value.trim().to_owned());
            if old.is_some() {
                return Err(format!("line {}: a second value of `{name}`", index + 1));
            }
        }
        Ok(Self { of_file })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// A sentence on what is wrong with it.
    pub(crate) fn read(path: &str) -> Result<Self, String> {
        let text = crate::read::text_file(path)
            .map_err(|error| format!("failed to read the file of secrets `{path}`: {error}"))?;
        Self::parse(&text).map_err(|problem| format!("{path}: {problem}"))
    }

    /// Reads a file if there is one.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub(crate) fn of(path: Option<&str>) -> Result<Self, String> {
        path.map_or_else(|| Ok(Self::default()), Self::read)
    }

    /// The value of a secret.
    pub(crate) fn value(&self, name: &str) -> Option<String> {
        let of_file = self.of_file.get(name).cloned();
        of_file.or_else(|| std::env::var(name).ok())
    }

    /// The value of a secret of the file.
    pub(crate) fn of_file(&self, name: &str) -> Option<&str> {
        self.of_file.get(name).map(String::as_str)
    }
}
