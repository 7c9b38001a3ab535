//! Lists of words that belong to the documented interface alone, which print as they are spelled.

/// Declares an enum of wire words, each written `Variant = "SPELLING", Source;`.
macro_rules! code_list {
    ($(#[$list:meta])* pub enum $name:ident $words:tt) => {
        conax_model::word_list! { $(#[$list])* pub enum $name $words }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }
    };
}

pub(crate) use code_list;
