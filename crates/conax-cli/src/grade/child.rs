//! The client as a process: started, watched, ended with everything it started, and what it wrote.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::observation::{Ended, Written};
use super::run::SceneError;

/// How much of what it writes is searched; the rest is read and let go.
const TEXT_LIMIT: usize = 8 << 20;
/// How long its pipes may stay open after its end, held by somebody it started.
const PIPE_TIME: Duration = Duration::from_secs(2);

/// What is started.
pub(crate) struct Child<'c> {
    pub(crate) command: &'c [String],
    pub(crate) variables: &'c [(&'static str, String)],
    pub(crate) logs: &'c [String],
}

/// Starts the client and waits for its end, or ends it when `time_is_up`.
pub(crate) async fn run(
    child: Child<'_>,
    time_is_up: impl Future<Output = ()>,
) -> Result<(Ended, Vec<Written>), SceneError> {
    let lengths: Vec<u64> = child.logs.iter().map(|path| length(path)).collect();
    let mut running = start(&child)?;
    let group = Group(running.id());
    let stdout = running.stdout.take().map(reader);
    let stderr = running.stderr.take().map(reader);
    let ended = tokio::select! {
        biased;
        ended = running.wait() => match ended {
            Ok(status) => status.code().map_or(Ended::Signal, Ended::Code),
            Err(_) => Ended::Signal,
        },
        () = time_is_up => {
            group.end();
            // An error says that it has ended meanwhile.
            let _ = running.kill().await;
            Ended::Overtime
        }
    };
    drop(group);
    let mut written = vec![
        Written { place: "standard output".to_owned(), text: text_of(stdout).await },
        Written { place: "standard error".to_owned(), text: text_of(stderr).await },
    ];
    for (path, length) in child.logs.iter().zip(lengths) {
        written.push(log(path, length)?);
    }
    Ok((ended, written))
}

fn start(child: &Child<'_>) -> Result<tokio::process::Child, SceneError> {
    let (program, arguments) =
        child.command.split_first().expect("the command line asks for a command");
    let mut command = Command::new(program);
    command
        .args(arguments)
        .envs(child.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    #[cfg(unix)]
    command.process_group(0);
    command.spawn().map_err(|source| SceneError::NotStarted { command: program.clone(), source })
}

/// The client and everybody it started. They end with it.
struct Group(Option<u32>);

impl Group {
    /// Ends all of them. Where there are no groups, the client alone is ended by its owner.
    fn end(&self) {
        let Some(id) = self.0.filter(|_| cfg!(unix)) else {
            return;
        };
        // An error says that nobody is left.
        let _ = std::process::Command::new("kill")
            .args(["-KILL", "--", &format!("-{id}")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

fn reader(mut pipe: impl AsyncRead + Unpin + Send + 'static) -> JoinHandle<Vec<u8>> {
    tokio::spawn(async move {
        let mut kept = Vec::new();
        let mut chunk = vec![0; 16 << 10];
        while let Ok(count @ 1..) = pipe.read(&mut chunk).await {
            let room = TEXT_LIMIT.saturating_sub(kept.len());
            kept.extend_from_slice(&chunk[..count.min(room)]);
        }
        kept
    })
}

async fn text_of(reader: Option<JoinHandle<Vec<u8>>>) -> String {
    let Some(reader) = reader else {
        return String::new();
    };
    let bytes = timeout(PIPE_TIME, reader).await;
    let bytes = bytes.ok().and_then(Result::ok).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// How long a file is now; a file that is not there yet is empty.
fn length(path: &str) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// What was added to a file. One that has become shorter is a new one.
fn log(path: &str, before: u64) -> Result<Written, SceneError> {
    let bytes = match crate::read::written(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(source) => {
            let path = path.to_owned();
            return Err(SceneError::NoLog { path, source });
        }
    };
    let start = usize::try_from(before).unwrap_or_default();
    let added = bytes.get(start..).unwrap_or(&bytes);
    Ok(Written { place: format!("file {path}"), text: String::from_utf8_lossy(added).into_owned() })
}
