//! The sum at the end of every line, over the text before it.

/// What stands between the text of a line and its sum.
const MEMBER: &str = ",\"sum\":\"";
/// Hexadecimal digits of a sum.
const DIGITS: usize = 16;
/// What ends a line.
const END: &str = "\"}";

/// FNV-1a, 64 bit: enough to notice damage.
fn sum_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The object `text` with its sum as last member.
pub(super) fn with_sum(text: &str) -> String {
    let body = text.strip_suffix('}').unwrap_or(text);
    format!("{body}{MEMBER}{:016x}{END}", sum_of(body))
}

/// A line taken apart.
pub(super) struct Summed {
    /// The object without its sum.
    pub text: String,
    /// Whether the sum is that of the text.
    pub fits: bool,
}

/// Takes the sum off a line; nothing if the line has none.
pub(super) fn without_sum(line: &str) -> Option<Summed> {
    let rest = line.strip_suffix(END)?;
    let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
    let body = rest.strip_suffix(MEMBER)?;
    Some(Summed { text: format!("{body}}}"), fits: digits == format!("{:016x}", sum_of(body)) })
}
