//! A page as the tests see it: its blocks of code, and what stands between backticks.

use conax_tests::repository;

/// A block of code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line of its fence, from 1.
    pub(super) line: usize,
    /// The word behind the fence.
    pub(super) language: String,
    pub(super) text: String,
    /// Whether nothing but blank lines stands between it and the block before.
    pub(super) follows: bool,
}

/// A page, by its path from the root of the repository.
pub(super) struct Page {
    pub(super) path: String,
    pub(super) text: String,
}

/// Every page: the README, those of `docs/`, and the ones beside files.
pub(super) fn paths() -> Vec<String> {
    let mut found = vec!["README.md".to_owned(), "scenarios/README.md".to_owned()];
    for entry in std::fs::read_dir(repository().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            found.push(format!("docs/{name}"));
        }
    }
    found.sort();
    found
}

impl Page {
    pub(super) fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(repository().join(path));
        let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
        Self { path: path.to_owned(), text }
    }

    pub(super) fn blocks(&self) -> Vec<Block> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut open: Option<Block> = None;
        let mut only_blanks = false;
        for (index, line) in self.text.lines().enumerate() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(language)) => {
                    open = Some(Block {
                        line: index + 1,
                        language: language.trim().to_owned(),
                        text: String::new(),
                        follows: only_blanks,
                    });
                }
                (None, None) => only_blanks &= line.trim().is_empty(),
                (Some(_), Some(_)) => {
                    blocks.extend(open.take());
                    only_blanks = true;
                }
                (Some(block), None) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
            }
        }
        assert!(open.is_none(), "{}: a block does not end", self.path);
        blocks
    }

    /// The lines outside of blocks, with their numbers.
    pub(super) fn prose(&self) -> Vec<(usize, &str)> {
        let mut in_block = false;
        let mut lines = Vec::new();
        for (index, line) in self.text.lines().enumerate() {
            let is_fence = line.starts_with("```");
            in_block ^= is_fence;
            if !in_block && !is_fence {
                lines.push((index + 1, line));
            }
        }
        lines
    }

    /// What stands between backticks in the prose; it may go over the end of a line.
    pub(super) fn spans(&self) -> Vec<String> {
        let prose: Vec<&str> = self.prose().into_iter().map(|(_, line)| line).collect();
        let paragraphs = prose.join("\n");
        let paragraphs = paragraphs.split("\n\n").map(|text| text.replace('\n', " "));
        paragraphs
            .flat_map(|text| {
                let pieces = text.split('`').map(str::to_owned);
                pieces.skip(1).step_by(2).collect::<Vec<_>>()
            })
            .collect()
    }
}

#[test]
fn blocks_know_where_they_stand_and_what_they_follow() {
    let page = Page {
        path: "x.md".to_owned(),
        text: "a `b\nc` d\n\n```sh\necho\n```\n\n```text\n\nx\n```\nwords\n```sh\ny\n```\n"
            .to_owned(),
    };
    let seen: Vec<(usize, String, bool)> = page
        .blocks()
        .into_iter()
        .map(|block| (block.line, block.language, block.follows))
        .collect();
    let expected = [(4, "sh", false), (8, "text", true), (13, "sh", false)];
    assert_eq!(
        seen,
        expected.map(|(line, language, follows)| (line, language.to_owned(), follows))
    );
    assert_eq!(page.spans(), ["b c"]);
}
