//! Output on a page against output of the program. `…` stands for whatever changes from run to run
//! or is left out: in a line for any part of it, as a line of its own for any lines.

/// What does not agree, for the message of a test.
pub(super) fn difference(shown: &str, found: &str) -> Option<String> {
    let shown: Vec<&str> = shown.trim_end().lines().map(str::trim_end).collect();
    let lines: Vec<&str> = found.trim_end().lines().map(str::trim_end).collect();
    if agree(&shown, &lines) {
        return None;
    }
    let first = (0..shown.len())
        .find(|end| !agree(&[&shown[..=*end], &["…"]].concat(), &lines))
        .map_or("the page ends before the output does", |at| shown[at]);
    Some(format!("this line of the page is not what is printed:\n  {first}\nprinted was:\n{found}"))
}

fn agree(shown: &[&str], found: &[&str]) -> bool {
    match (shown.split_first(), found.split_first()) {
        (None, None) => true,
        (Some((&"…", rest)), _) => (0..=found.len()).any(|skip| agree(rest, &found[skip..])),
        (Some((pattern, shown)), Some((line, found))) => {
            line_agrees(pattern, line) && agree(shown, found)
        }
        _ => false,
    }
}

fn line_agrees(pattern: &str, line: &str) -> bool {
    let mut pieces = pattern.split('…');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else {
        return rest.is_empty();
    };
    for piece in middle {
        match rest.split_once(piece) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[test]
fn an_ellipsis_stands_for_anything_and_everything_else_for_itself() {
    let found = "one\ntwo in 31 s\nthree\nfour\n";
    assert_eq!(difference("one\ntwo in … s\n…\nfour", found), None);
    assert_eq!(difference("…\nfour\n…", found), None);
    assert_eq!(difference("o…\n…", found), None);
    let told = difference("one\ntwo in … m\n…", found).unwrap();
    assert!(told.contains("  two in … m\n"), "{told}");
    let told = difference("one\ntwo…", found).unwrap();
    assert!(told.contains("the page ends before"), "{told}");
    assert!(difference("one\n…\nfive", found).is_some());
}
