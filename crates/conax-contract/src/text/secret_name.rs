//! Names under which secrets stand, in files, calls and answers alike.

use super::near::squash;

/// The names of secrets, squashed: case, dashes and underscores do not hide one.
const SECRET_NAMES: [&str; 6] = ["token", "password", "pin", "capin", "accesstoken", "key"];

/// Whether what stands under this name is a secret.
///
/// Sister methods call a PIN `new_pin`, `pin_number` or `pin_n_value` (Attested), so a name with
/// that word in it is a secret too.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let has_pin = words(name).any(|word| word.eq_ignore_ascii_case("pin"));
    has_pin || SECRET_NAMES.contains(&squash(name).as_str())
}

/// The words of a name: `new_pin`, `new-pin` and `newPin` have two.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.split(|letter: char| !letter.is_alphanumeric());
    parts.flat_map(|part| {
        let is_start = |(at, letter): (usize, char)| {
            let after_small = part[..at].ends_with(char::is_lowercase);
            (at > 0 && letter.is_uppercase() && after_small).then_some(at)
        };
        let starts: Vec<usize> = part.char_indices().filter_map(is_start).collect();
        let ends = starts.clone().into_iter().chain([part.len()]);
        let bounds = [0].into_iter().chain(starts).zip(ends);
        bounds.map(|(start, end)| &part[start..end]).collect::<Vec<_>>()
    })
}
