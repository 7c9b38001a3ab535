//! Letters of other alphabets that look like Latin ones: `SPORT` with a Cyrillic `O` is another word.
//!
//! A word of another alphabet is nobody's mistake; one that is Latin otherwise is.

/// More digits make a code of a word that has no Latin letter.
const FEW_DIGITS: usize = 3;

/// The letters with those they look like, each pair beside each other.
const CYRILLIC: &str = "\
    \u{410}A\u{412}B\u{415}E\u{405}S\u{406}I\u{408}J\u{41a}K\u{41c}M\u{41d}H\u{41e}O\
    \u{420}P\u{421}C\u{422}T\u{425}X\u{423}Y\u{430}a\u{435}e\u{455}s\u{456}i\u{458}j\
    \u{43e}o\u{440}p\u{441}c\u{445}x\u{443}y\u{501}d\u{4bb}h\u{475}v\
";
const GREEK: &str = "\
    \u{391}A\u{392}B\u{395}E\u{396}Z\u{397}H\u{399}I\u{39a}K\u{39c}M\u{39d}N\u{39f}O\
    \u{3a1}P\u{3a4}T\u{3a5}Y\u{3a7}X\u{3b1}a\u{3b9}i\u{3ba}k\u{3bd}v\u{3bf}o\u{3c1}p\
    \u{3c5}u\u{3c7}x\
";

/// Its alphabet, and the Latin letter it looks like.
pub(super) fn latin(letter: char) -> Option<(&'static str, char)> {
    if letter.is_ascii() {
        return None;
    }
    [("Cyrillic", CYRILLIC), ("Greek", GREEK)].into_iter().find_map(|(alphabet, pairs)| {
        let mut letters = pairs.chars();
        while let (Some(odd), Some(plain)) = (letters.next(), letters.next()) {
            if odd == letter {
                return Some((alphabet, plain));
            }
        }
        None
    })
}

/// Where in a word that is Latin otherwise such a letter stands.
pub(super) fn in_word(letters: &[char]) -> Option<usize> {
    let odd = letters.iter().position(|letter| latin(*letter).is_some())?;
    let is_known = |letter: &char| letter.is_ascii() || latin(*letter).is_some();
    let has_latin = letters.iter().any(char::is_ascii_alphabetic);
    let digits = letters.iter().filter(|letter| letter.is_ascii_digit()).count();
    (letters.iter().all(is_known) && (has_latin || digits > FEW_DIGITS)).then_some(odd)
}
