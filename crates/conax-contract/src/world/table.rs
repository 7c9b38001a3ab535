//! The records of a world file as tables: each key stands once, with its type and how it is read.
//! How it is written follows from the type, unless the row says it.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDateTime;
use conax_model::cas::PeriodPolicy;
use conax_model::id::{PairingModuleId, ProductId};

use super::mask::{MASK, Secrets};
use super::names::{Kind, Target};
use super::reading::Reading;
use crate::secret::SecretText;
use crate::text::{
    Fields, Findings, Marked, Outline, Word, fields, placed, render_duration, render_moment, text,
};

/// What is read from a map of a world file.
pub(super) trait Record: Sized {
    /// Reads every key, so that everything that is wrong is found; nothing if a needed one is.
    fn read(fields: &mut Fields<'_, '_>, reading: &mut Reading) -> Option<Self>;
}

/// What is written into a world file.
pub(super) trait Written {
    fn outline(&self, secrets: Secrets) -> Outline;
}

/// Declares a record, or, after `for`, how one of the model's is read and written. A row is
/// `field: Type = how it is read;`, with `("key")` after the field if its key is another one, and
/// `, how it is written` at its end. A reader may use the fields above it.
macro_rules! record {
    (
        $(#[$doc:meta])*
        pub struct $name:ident {
            $($(#[$of:meta])* $field:ident $(($key:literal))?: $type:ty = $read:expr $(, $write:path)?;)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$of])* pub $field: $type,)+
        }

        record! { for $name { $($field $(($key))?: $type = $read $(, $write)?;)+ } }
    };
    (for $name:ident {
        $($field:ident $(($key:literal))?: $type:ty = $read:expr $(, $write:path)?;)+
    }) => {
        impl $crate::world::table::Record for $name {
            fn read(
                fields: &mut $crate::text::Fields<'_, '_>,
                reading: &mut $crate::world::reading::Reading,
            ) -> Option<Self> {
                $(let $field: Option<$type> = $read(fields, record!(@key $field $($key)?), reading);)+
                Some(Self { $($field: $field?,)+ })
            }
        }

        impl $crate::world::table::Written for $name {
            fn outline(&self, secrets: $crate::world::Secrets) -> $crate::text::Outline {
                $crate::text::Outline::map([$((
                    record!(@key $field $($key)?),
                    record!(@write $($write)?)(&self.$field, secrets),
                ),)+])
            }
        }
    };
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@write) => { $crate::world::table::Written::outline };
    (@write $write:path) => { $write };
}

pub(super) use record;

type Key = &'static str;

/// A key that must be there.
pub(super) fn required<T>(
    read: impl Fn(&Marked, &mut Findings) -> Option<T>,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<T> {
    move |fields, key, _| fields.required(key, read)
}

/// A key that must be there in a file, though the record can do without it.
pub(super) fn present<T>(
    read: impl Fn(&Marked, &mut Findings) -> Option<T>,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<Option<T>> {
    move |fields, key, _| fields.required(key, read).map(Some)
}

/// A key that may be absent.
pub(super) fn optional<T>(
    read: impl Fn(&Marked, &mut Findings) -> Option<T>,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<Option<T>> {
    move |fields, key, _| Some(fields.optional(key, read))
}

/// A key that stands for `value` when it is absent.
pub(super) fn or<T>(
    value: T,
    read: impl Fn(&Marked, &mut Findings) -> Option<T>,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<T> {
    move |fields, key, _| Some(fields.optional(key, read).unwrap_or(value))
}

/// A key that stands for the usual value when it is absent.
pub(super) fn or_usual<T: Default>(
    read: impl Fn(&Marked, &mut Findings) -> Option<T>,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<T> {
    or(T::default(), read)
}

/// A name, given once.
pub(super) fn name<T: From<String>>(
    kind: Kind,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<T> {
    move |fields, key, reading| {
        let name = fields.required(key, placed(text))?;
        reading.names.give(kind, &name, fields.findings);
        Some(name.value.into())
    }
}

/// A name, given once if at all.
pub(super) fn optional_name<T: From<String>>(
    kind: Kind,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<Option<T>> {
    move |fields, key, reading| {
        let name = fields.optional(key, placed(text));
        Some(name.map(|name| {
            reading.names.give(kind, &name, fields.findings);
            name.value.into()
        }))
    }
}

/// The name of something else.
pub(super) fn reference(
    target: Target,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<String> {
    move |fields, key, reading| {
        let name = fields.required(key, placed(text))?;
        reading.names.refer(target, name.clone());
        Some(name.value)
    }
}

/// The name of something else, or nothing.
pub(super) fn optional_reference(
    target: Target,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<Option<String>> {
    move |fields, key, reading| {
        let name = fields.optional(key, placed(text));
        Some(name.map(|name| {
            reading.names.refer(target, name.clone());
            name.value
        }))
    }
}

/// A password, or none.
pub(super) fn password(
    fields: &mut Fields<'_, '_>,
    key: Key,
    reading: &mut Reading,
) -> Option<Option<SecretText<'static>>> {
    Some(fields.optional(key, |marked, findings| reading.secret("a password", marked, findings)))
}

/// A PIN, or none.
pub(super) fn pin(
    fields: &mut Fields<'_, '_>,
    key: Key,
    reading: &mut Reading,
) -> Option<Option<SecretText<'static>>> {
    Some(fields.optional(key, |marked, findings| reading.pin(marked, findings)))
}

/// A record called `what` in messages; the usual one if it is absent.
pub(super) fn part<T: Record + Default>(
    what: &'static str,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<T> {
    move |outer, key, reading| {
        let read = |marked: &Marked, findings: &mut Findings| {
            fields(marked, findings, what, |fields| T::read(fields, reading))
        };
        Some(outer.optional(key, read).unwrap_or_default())
    }
}

/// A list of records, each called `what` in messages.
pub(super) fn parts<T: Record>(
    what: &'static str,
) -> impl FnOnce(&mut Fields<'_, '_>, Key, &mut Reading) -> Option<Vec<T>> {
    move |fields, key, reading| Some(fields.maps(key, what, |part| T::read(part, reading)))
}

macro_rules! written {
    ($([$($bound:tt)*] $type:ty: |$value:ident| $outline:expr;)+) => {
        $(impl<$($bound)*> Written for $type {
            fn outline(&self, _: Secrets) -> Outline {
                let $value = self;
                $outline
            }
        })+
    };
}

written! {
    [T: Word] T: |value| Outline::Word(value.word().to_owned());
    [] String: |text| Outline::text(text);
    [] Arc<str>: |text| Outline::text(text);
    [] ProductId: |id| Outline::text(id.as_str());
    [] PairingModuleId: |id| Outline::text(id.as_str());
    [] bool: |flag| Outline::Flag(*flag);
    [] i64: |number| Outline::Whole(*number);
    [] u16: |number| Outline::Whole(i64::from(*number));
    [] u32: |number| Outline::Whole(i64::from(*number));
    [] u64: |number| Outline::Whole(i64::try_from(*number).unwrap_or(i64::MAX));
    [] usize: |number| Outline::Whole(i64::try_from(*number).unwrap_or(i64::MAX));
    [] Duration: |time| Outline::Word(render_duration(*time));
    [] PeriodPolicy: |policy| Outline::Word(policy.code().into_owned());
    [] NaiveDateTime: |date| Outline::Text(render_moment(*date));
}

impl<T: Written> Written for Option<T> {
    fn outline(&self, secrets: Secrets) -> Outline {
        self.as_ref().map_or(Outline::Null, |value| value.outline(secrets))
    }
}

impl<T: Written> Written for Vec<T> {
    fn outline(&self, secrets: Secrets) -> Outline {
        Outline::list(self, |item| item.outline(secrets))
    }
}

/// A password or PIN; nothing of it is shown.
impl Written for SecretText<'static> {
    fn outline(&self, secrets: Secrets) -> Outline {
        match secrets {
            Secrets::Shown => Outline::text(self.expose()),
            Secrets::Masked => Outline::text(MASK),
        }
    }
}
