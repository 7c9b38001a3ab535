//! How many of something, as a sentence says it.

use std::fmt::Display;

/// The number and the noun, with an `s` unless there is exactly one.
#[must_use]
pub fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    match count == N::from(1) {
        true => format!("1 {noun}"),
        false => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_thing_is_one_thing() {
        let all = [0_usize, 1, 2].map(|count| counted(count, "file"));
        assert_eq!(all, ["0 files", "1 file", "2 files"]);
    }
}
