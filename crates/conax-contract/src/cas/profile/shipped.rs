//! The profiles that come with the program.

use std::sync::LazyLock;

use super::entry::Profile;

/// Their names; the first is the default.
pub(super) const NAMES: [&str; 4] = ["public", "extended", "guess", "strict"];

static PROFILES: LazyLock<[Profile; 4]> = LazyLock::new(|| {
    NAMES.map(|name| {
        let text = text(name).expect("every shipped name has a text");
        Profile::parse(name, text).expect("shipped profiles are valid")
    })
});

/// The text of a shipped profile.
pub(super) fn text(name: &str) -> Option<&'static str> {
    match name {
        "public" => Some(include_str!("../../../catalogue/profiles/public.toml")),
        "extended" => Some(include_str!("../../../catalogue/profiles/extended.toml")),
        "guess" => Some(include_str!("../../../catalogue/profiles/guess.toml")),
        "strict" => Some(include_str!("../../../catalogue/profiles/strict.toml")),
        _ => None,
    }
}

/// A shipped profile by name.
pub(super) fn find(name: &str) -> Option<&'static Profile> {
    PROFILES.iter().find(|profile| profile.name == name)
}

/// The first of them.
pub(super) fn default_profile() -> &'static Profile {
    &PROFILES[0]
}
