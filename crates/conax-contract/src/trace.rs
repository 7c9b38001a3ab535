//! The headers `traceparent` and `tracestate` (W3C Trace Context).

use conax_model::trace::TraceContext;

/// The header that names a trace and a span.
pub const TRACEPARENT: &str = "traceparent";
/// The header in which tools carry more along.
pub const TRACESTATE: &str = "tracestate";

/// Bytes of a `tracestate` that are carried on (Documented: at least 512 are to be).
const STATE_LIMIT: usize = 512;
/// Members of a `tracestate` (Documented).
const MEMBER_LIMIT: usize = 32;

/// Reads a `traceparent` as it is documented; nothing if it is none. Of versions to come the known
/// parts are read, as the standard wants it.
#[must_use]
pub fn read_traceparent(text: &str) -> Option<TraceContext> {
    let text = text.trim_matches([' ', '\t']);
    if !text.is_ascii() || text.len() < 55 {
        return None;
    }
    let (known, rest) = text.split_at(55);
    let mut parts = known.split('-');
    let mut part = |length: usize| parts.next().filter(|part| is_hex(part, length));
    let (version, trace, span, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    if version == "ff"
        || (version == "00" && !rest.is_empty())
        || !(rest.is_empty() || rest.starts_with('-'))
    {
        return None;
    }
    let context = TraceContext {
        trace: u128::from_str_radix(trace, 16).ok()?,
        span: u64::from_str_radix(span, 16).ok()?,
        flags: u8::from_str_radix(flags, 16).ok()?,
        state: None,
    };
    (context.trace != 0 && context.span != 0).then_some(context)
}

/// A `tracestate` as it is carried on, of all its header lines; nothing if it is none, or too long.
#[must_use]
pub fn read_tracestate<'t>(lines: impl Iterator<Item = &'t str>) -> Option<Box<str>> {
    let lines: Vec<&str> = lines.collect();
    let members = lines.iter().flat_map(|line| line.split(','));
    let members = members.map(|member| member.trim_matches([' ', '\t']));
    let members: Vec<&str> = members.filter(|member| !member.is_empty()).collect();
    let text = members.join(",");
    let is_whole = members.len() <= MEMBER_LIMIT
        && text.len() <= STATE_LIMIT
        && members.iter().all(|member| is_member(member));
    (is_whole && !text.is_empty()).then(|| text.into())
}

/// The `traceparent` of a place in a trace.
#[must_use]
pub fn traceparent(context: &TraceContext) -> String {
    // Of the flags two are known, and the others are to be sent as zero.
    format!("00-{:032x}-{:016x}-{:02x}", context.trace, context.span, context.flags & 3)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// `key=value`; a key may have a tenant before an `@`.
fn is_member(text: &str) -> bool {
    let Some((key, value)) = text.split_once('=') else {
        return false;
    };
    let (tenant, system) =
        key.split_once('@').map_or((None, key), |(tenant, system)| (Some(tenant), system));
    let is_key = |text: &str, limit: usize, may_begin_with_digit: bool| {
        let first = text.bytes().next();
        let begins = first.is_some_and(|byte| {
            byte.is_ascii_lowercase() || may_begin_with_digit && byte.is_ascii_digit()
        });
        let is_inner =
            |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/');
        begins && text.len() <= limit && text.bytes().all(is_inner)
    };
    let is_known = match tenant {
        None => is_key(system, 256, false),
        Some(tenant) => is_key(tenant, 241, true) && is_key(system, 14, false),
    };
    let is_value = |byte: u8| matches!(byte, 0x20..=0x2b | 0x2d..=0x3c | 0x3e..=0x7e);
    is_known && (1..=256).contains(&value.len()) && value.bytes().all(is_value)
}

#[cfg(test)]
mod tests {
    //! The grammar, with the examples of the standard.

    use proptest::prelude::*;

    use super::{TraceContext, read_traceparent, read_tracestate, traceparent};

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_as_the_standard_writes_it() {
        let context = read_traceparent(GOOD).expect("the example");
        assert_eq!(context.trace, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_eq!((context.span, context.flags), (0x00f0_67aa_0ba9_02b7, 1));
        assert!(context.is_sampled());
        for (part, by) in [("00-", "cc-"), ("00-", "01-"), ("-01", "-00"), ("00-", " 00-")] {
            assert!(read_traceparent(&GOOD.replacen(part, by, 1)).is_some(), "{by}");
        }
        let later = format!("{}-what-the-future-brings", GOOD.replacen("00-", "cc-", 1));
        assert!(read_traceparent(&later).is_some());
    }

    #[test]
    fn what_is_no_traceparent_is_none() {
        for text in [
            String::new(),
            "x".repeat(55),
            GOOD.to_uppercase(),
            GOOD.replacen("00-", "ff-", 1),
            GOOD.replacen("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32), 1),
            GOOD.replacen("00f067aa0ba902b7", &"0".repeat(16), 1),
            GOOD.replacen("00f067aa0ba902b7", "00f067aa0ba902b", 1),
            GOOD.replacen("-01", "-1", 1),
            GOOD.replacen("-01", "-é", 1),
            GOOD.replacen('-', "_", 1),
            format!("{GOOD}-"),
            format!("{GOOD}.x"),
            format!("{}x", GOOD.replacen("00-", "cc-", 1)),
        ] {
            assert_eq!(read_traceparent(&text), None, "{text}");
        }
    }

    #[test]
    fn a_tracestate_is_carried_on_whole_or_not_at_all() {
        let read = |lines: &[&str]| read_tracestate(lines.iter().copied());
        assert_eq!(read(&["a=1", " b@c=2 , ,"]).as_deref(), Some("a=1,b@c=2"));
        assert_eq!(read(&["0tenant@system=x y"]).as_deref(), Some("0tenant@system=x y"));
        let many = vec!["a=1"; 33].join(",");
        let long = format!("a={}", "x".repeat(256));
        let twice = format!("{long},{long}");
        for text in ["", "a", "A=1", "0a=1", "a=", "a=b=c", "a=é", "a@=1", &many, &twice] {
            assert_eq!(read(&[text]), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(trace in 1_u128.., span in 1_u64.., flags in 0_u8..4) {
            let context = TraceContext { trace, span, flags, state: None };
            prop_assert_eq!(read_traceparent(&traceparent(&context)), Some(context));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,80}") {
            let _ = read_traceparent(&text);
            let _ = read_tracestate([text.as_str()].into_iter());
        }
    }
}
