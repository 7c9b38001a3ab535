//! Files as people have them: names, line breaks, paths, and files that include files.

use conax_tests::{Ended, Program};

use crate::program::PATH;
use crate::writing::in_shell;

const PASSES: &str = "scenario: It works\nsteps: [process]\n";
const FAILS: &str = "steps:\n  - call: show\n    with: { request: 1 }\n";

fn run(line: &str, files: &[(&str, &str)]) -> Ended {
    let words: Vec<&str> = line.split_whitespace().collect();
    Program::run(PATH, &words, files, &[])
}

fn told(ended: &Ended) -> String {
    let text = format!("{}{}", ended.stdout, ended.stderr);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_file_that_is_nearly_called_a_scenario_is_told_and_not_left_out_in_silence() {
    let names = ["a.scenario.yml", "b.scenario.YAML", "C.SCENARIO.YAML", "d.scenario.yaml.txt"];
    for name in names {
        let path = format!("there/{name}");
        let beside = [(path.as_str(), PASSES), ("there/e.yaml", PASSES), ("there/f.txt", "f")];
        let (stem, _) = name.split_once('.').unwrap();
        let sentence = format!("`{path}` is left out: rename it to `there/{stem}.scenario.yaml`");
        for verb in ["run", "lint", "fmt --check", "explain"] {
            let alone = run(&format!("{verb} there"), &beside);
            assert_eq!(alone.code, Some(6), "{verb} {name}: {alone:?}");
            let more = [&beside[..], &[("there/g.scenario.yaml", PASSES)]].concat();
            let with_one = run(&format!("{verb} there"), &more);
            assert_eq!(with_one.code, Some(0), "{verb} {name}: {with_one:?}");
            for ended in [alone, with_one] {
                assert!(ended.stderr.contains(&sentence), "{verb} {name}: {ended:?}");
                assert_eq!(ended.stderr.matches("left out").count(), 1, "{verb}: {ended:?}");
            }
        }
    }
}

#[test]
fn what_is_named_itself_is_the_same_for_every_verb_whatever_it_is_called() {
    for name in ["a.scenario.yml", "C.SCENARIO.YAML", "d.scenario.yaml.txt", "e.yaml", "f"] {
        for (source, code) in [(PASSES, 0), ("scenario: x\nsteps: [nothing]\n", 3)] {
            for verb in ["run", "lint"] {
                let ended = run(&format!("{verb} {name}"), &[(name, source)]);
                assert_eq!(ended.code, Some(code), "{verb} {name}: {ended:?}");
            }
        }
    }
}

#[test]
fn the_line_breaks_of_windows_stay() {
    let written = "scenario:   It works\r\n\r\n\r\nsteps: [ process ]\r\n";
    let tidy = "scenario: It works\r\n\r\nsteps: [process]\r\n";
    let check = "fmt --check a.scenario.yaml";
    assert_eq!(run(check, &[("a.scenario.yaml", tidy)]).code, Some(0));
    let script = "\"$@\" >/dev/null && cat a.scenario.yaml";
    let ended = in_shell(script, &["fmt", "a.scenario.yaml"], &[("a.scenario.yaml", written)]);
    assert_eq!(ended.stdout, tidy, "{ended:?}");
}

#[test]
fn a_path_with_backslashes_means_the_file_there_and_reports_name_it_with_slashes() {
    let files = [
        ("sub/deep/a.scenario.yaml", "scenario: x\nsteps:\n  - use: ..\\..\\steps\\s.yaml\n"),
        ("steps/s.yaml", FAILS),
    ];
    let ended = run("lint sub\\deep\\a.scenario.yaml", &files);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for (report, expected) in [
        ("github", "::error file=steps/s.yaml,line=2,"),
        ("junit", "file=\"sub/deep/a.scenario.yaml\""),
        ("tap", "steps/s.yaml"),
    ] {
        let line = format!("run -q --report {report} sub\\deep\\a.scenario.yaml");
        let ended = run(&line, &files);
        assert_eq!(ended.code, Some(4), "{report}: {ended:?}");
        assert!(ended.stdout.contains(expected), "{report}: {}", ended.stdout);
        assert!(!ended.stdout.contains("deep\\"), "{report}: {}", ended.stdout);
    }
    let bundled = run("run -q --bundle b.json sub\\deep\\a.scenario.yaml", &files);
    assert!(bundled.stderr.contains("bundled: conax-sim replay b.json"), "{bundled:?}");
}

/// Twelve files, each with ten uses of the next.
fn multiplying() -> Vec<(String, String)> {
    let uses = |next: usize| format!("steps:\n{}", format!("  - use: s{next}.yaml\n").repeat(10));
    let files = (1..12).map(|file| (format!("s{file}.yaml"), uses(file + 1)));
    let last = ("s12.yaml".to_owned(), "steps: [process]\n".to_owned());
    let first = ("a.scenario.yaml".to_owned(), "scenario: x\nsteps: [use: s1.yaml]\n".to_owned());
    files.chain([last, first]).collect()
}

#[test]
fn files_that_multiply_are_refused_by_their_number() {
    let files = multiplying();
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    for line in ["run a.scenario.yaml --timeout 5s", "lint a.scenario.yaml", "explain ."] {
        let ended = run(line, &files);
        assert_eq!(ended.code, Some(3), "{line}: {ended:?}");
        let sentence = "takes steps of files more than 10000 times";
        assert_eq!(told(&ended).matches(sentence).count(), 1, "{line}: {ended:?}");
    }
    let enough = [("s9.yaml", files[8].1), ("s10.yaml", files[9].1), ("s11.yaml", files[10].1)];
    let scenario =
        [("s12.yaml", files[11].1), ("a.scenario.yaml", "scenario: x\nsteps: [use: s9.yaml]\n")];
    let ended = run("lint .", &[&enough[..], &scenario].concat());
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_scenario_includes_nothing_from_outside_its_project_unless_that_is_allowed() {
    let sentence = "it is neither in the current folder nor in the project of the scenario";
    for include in ["steps: [use: /etc/hosts]", "world: /etc/hosts\nsteps: [process]"] {
        let source = format!("scenario: x\n{include}\n");
        for verb in ["run", "lint", "explain", "diff --left self --right self"] {
            let ended = run(&format!("{verb} a.scenario.yaml"), &[("a.scenario.yaml", &source)]);
            let text = told(&ended);
            assert_eq!(ended.code, Some(3), "{verb}: {ended:?}");
            assert!(text.contains(sentence), "{verb}: {text}");
            assert!(text.contains("`--include-from /etc` allows it"), "{verb}: {text}");
            assert!(!text.contains("localhost"), "{verb}: {text}");
        }
    }
    let files = [
        ("project/sub/a.scenario.yaml", "scenario: x\nsteps: [use: ../../steps/s.yaml]\n"),
        ("project/sub/b.scenario.yaml", "scenario: x\nsteps: [use: ../s.yaml]\n"),
        ("project/s.yaml", "steps: [process]\n"),
        ("steps/s.yaml", "steps: [process]\n"),
    ];
    for (before, arguments, code) in [
        ("", "a.scenario.yaml", 3),
        ("", "b.scenario.yaml", 3),
        ("", "../sub/b.scenario.yaml", 3),
        // The folder that is named is one of those.
        ("", "..", 3),
        ("rm a.scenario.yaml", "..", 0),
        ("touch ../conax-sim.toml", "b.scenario.yaml", 0),
        ("mkdir ../.git", "b.scenario.yaml", 0),
        ("mkdir ../.git", "a.scenario.yaml", 3),
        ("", "a.scenario.yaml --include-from ../../steps", 0),
        // A link is what it leads to.
        ("rm a.scenario.yaml; mkdir ../.git; ln -sf ../../steps/s.yaml ../s.yaml", ".", 3),
    ] {
        let before = if before.is_empty() { "true" } else { before };
        let script = format!("cd project/sub; {before}; exec \"$@\" {arguments}");
        let ended = in_shell(&script, &["lint"], &files);
        assert_eq!(ended.code, Some(code), "{script}: {ended:?}");
    }
    // The current folder is enough.
    let ended = run("lint project", &files);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[test]
fn a_letter_of_another_alphabet_in_a_latin_word_is_named_with_its_place() {
    for (source, sentence) in [
        (
            "sc\u{435}nario: x\nsteps: [process]\n",
            "1:3 a Cyrillic letter (U+0435) stands where `e`",
        ),
        (
            "scenario: x\nsteps: [\u{440}rocess]\n",
            "2:9 a Cyrillic letter (U+0440) stands where `p`",
        ),
        (
            "scenario: x\nsteps:\n  - call: show\n    with: { request: \"405\u{39f}\" }\nvars: { a: SP\u{39f}RT }\n",
            "5:14 a Greek letter (U+039F) stands where `O`",
        ),
    ] {
        for verb in ["run", "lint"] {
            let ended = run(&format!("{verb} a.scenario.yaml"), &[("a.scenario.yaml", source)]);
            assert_eq!(ended.code, Some(3), "{verb}: {ended:?}");
            assert!(told(&ended).contains(sentence), "{verb}: {ended:?}");
        }
    }
    let meant = "scenario: \u{41f}\u{440}\u{438}\u{432}\u{435}\u{442}, SPORT \u{438} \u{391}\u{3b8}\u{3ae}\u{3bd}\u{3b1}\nvars: { a: \u{41e}\u{41e}\u{41e}, b: \u{391}12 }\nsteps: [process]\n";
    let ended = run("lint a.scenario.yaml", &[("a.scenario.yaml", meant)]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
}
