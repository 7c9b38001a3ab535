//! An SQLite file that keeps worlds.

use std::path::{Path, PathBuf};
use std::time::Duration;

use conax_sim::store::{Engine, Row, StoreError, StoredWorld, WorldHead};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::lock::Lock;

/// The format that is written, and the only one that is read.
const FORMAT: i64 = 1;

/// The tables. `at` is when a row was kept, in milliseconds since 1970 by the machine's clock.
const TABLES: &str = "
    create table if not exists meta (format integer not null);
    create table if not exists world (
        name text primary key, seed integer not null, makes_runs integer not null,
        is_made_by_call integer not null, time blob, timed integer not null);
    create table if not exists entry (
        world text not null, last integer not null, first integer not null,
        is_whole integer not null, at integer not null, body blob not null,
        primary key (world, last));
    create table if not exists snapshot (
        world text not null, name text not null, body blob not null, primary key (world, name));
";

/// What a file survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Survives {
    /// The end of the process, however it comes: what is kept is with the operating system.
    #[default]
    Kill,
    /// The end of the machine as well: what is kept is on the disk.
    Power,
}

/// An SQLite file that keeps worlds.
#[derive(Debug)]
pub struct FileEngine {
    connection: Connection,
    path: PathBuf,
    _lock: Lock,
}

impl FileEngine {
    /// Opens a file, or makes it.
    ///
    /// # Errors
    /// If another process has it, it is no such file or one of another format, or the system
    /// refuses.
    pub fn open(path: &Path, survives: Survives) -> Result<Self, StoreError> {
        let lock = Lock::take(path)?;
        let connection =
            opened(path, survives).map_err(|error| match error.sqlite_error_code() {
                Some(rusqlite::ErrorCode::NotADatabase) => StoreError(format!(
                    "{} is no store of conax-sim: name a file that is not there yet",
                    path.display()
                )),
                _ => StoreError(format!("{} cannot be opened: {error}", path.display())),
            })?;
        check_format(&connection, path)?;
        Ok(Self { connection, path: path.to_owned(), _lock: lock })
    }
}

fn opened(path: &Path, survives: Survives) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    let synchronous = match survives {
        Survives::Kill => "normal",
        Survives::Power => "full",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    // Space that is free again is given back as it comes.
    connection.pragma_update(None, "auto_vacuum", "incremental")?;
    connection.execute_batch(TABLES)?;
    Ok(connection)
}

fn check_format(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let found = connection.query_row("select format from meta", [], |row| row.get::<_, i64>(0));
    match found.optional().map_err(StoreError::of)? {
        Some(FORMAT) => Ok(()),
        Some(other) => Err(StoreError(format!(
            "{} has the format {other}; this program reads the format {FORMAT} only",
            path.display()
        ))),
        None => {
            let made = connection.execute("insert into meta (format) values (?1)", [FORMAT]);
            made.map(|_| ()).map_err(StoreError::of)
        }
    }
}

impl Engine for FileEngine {
    fn append(&mut self, rows: &[Row]) -> Result<(), StoreError> {
        append_all(&mut self.connection, rows).map_err(StoreError::of)
    }

    fn worlds(&mut self) -> Result<Vec<StoredWorld>, StoreError> {
        worlds(&self.connection).map_err(StoreError::of)
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }
}

fn append_all(connection: &mut Connection, rows: &[Row]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    rows.iter().try_for_each(|row| append(&transaction, row))?;
    transaction.commit()
}

/// Now, in milliseconds.
const NOW: &str = "cast(unixepoch('subsec') * 1000 as integer)";

fn append(transaction: &Transaction<'_>, row: &Row) -> rusqlite::Result<()> {
    match row {
        Row::Begin(head) => {
            end(transaction, &head.name)?;
            let sql = format!("insert into world values (?1, ?2, ?3, ?4, null, {NOW})");
            let seed = head.seed.cast_signed();
            transaction.prepare_cached(&sql)?.execute(params![
                head.name,
                seed,
                head.makes_runs,
                head.is_made_by_call
            ])?;
        }
        Row::Whole { world, number, body } => {
            transaction
                .prepare_cached("delete from entry where world = ?1 and last <= ?2")?
                .execute(params![world, number.cast_signed()])?;
            entry(transaction, world, (*number, *number), true, body)?;
        }
        Row::Changes { world, first, last, body } => {
            entry(transaction, world, (*first, *last), false, body)?;
        }
        Row::Time { world, body } => {
            let sql = format!("update world set time = ?2, timed = {NOW} where name = ?1");
            transaction.prepare_cached(&sql)?.execute(params![world, body])?;
        }
        Row::Keep { world, name, body } => {
            transaction
                .prepare_cached("insert or replace into snapshot values (?1, ?2, ?3)")?
                .execute(params![world, name, body])?;
        }
        Row::LetGo { world, name } => {
            transaction
                .prepare_cached("delete from snapshot where world = ?1 and name = ?2")?
                .execute(params![world, name])?;
        }
        Row::End { world } => end(transaction, world)?,
    }
    Ok(())
}

fn entry(
    transaction: &Transaction<'_>,
    world: &str,
    (first, last): (u64, u64),
    is_whole: bool,
    body: &[u8],
) -> rusqlite::Result<()> {
    let sql = format!("insert into entry values (?1, ?2, ?3, ?4, {NOW}, ?5)");
    let (last, first) = (last.cast_signed(), first.cast_signed());
    transaction.prepare_cached(&sql)?.execute(params![world, last, first, is_whole, body])?;
    Ok(())
}

fn end(transaction: &Transaction<'_>, world: &str) -> rusqlite::Result<()> {
    for table in ["entry", "snapshot"] {
        transaction.execute(&format!("delete from {table} where world = ?1"), [world])?;
    }
    transaction.execute("delete from world where name = ?1", [world])?;
    Ok(())
}

fn worlds(connection: &Connection) -> rusqlite::Result<Vec<StoredWorld>> {
    let sql = format!(
        "select name, seed, makes_runs, is_made_by_call, time,
            max(0, {NOW} - max(timed, (select coalesce(max(at), 0) from entry where world = name)))
         from world order by name"
    );
    let mut heads = connection.prepare(&sql)?;
    let heads = heads.query_map([], |row| {
        let seed = row.get::<_, i64>(1)?.cast_unsigned();
        let head = WorldHead {
            name: row.get(0)?,
            seed,
            makes_runs: row.get(2)?,
            is_made_by_call: row.get(3)?,
        };
        let idle = Duration::from_millis(row.get::<_, i64>(5)?.unsigned_abs());
        Ok(StoredWorld {
            head,
            whole: None,
            changes: Vec::new(),
            time: row.get(4)?,
            idle,
            snapshots: Vec::new(),
        })
    })?;
    heads.map(|head| world(connection, head?)).collect()
}

/// With what it is made of.
fn world(connection: &Connection, mut world: StoredWorld) -> rusqlite::Result<StoredWorld> {
    let sql = "select first, last, is_whole, body from entry where world = ?1 order by last";
    let mut entries = connection.prepare(sql)?;
    let mut entries = entries.query([&world.head.name])?;
    while let Some(row) = entries.next()? {
        let (first, last) = (row.get::<_, i64>(0)?, row.get::<_, i64>(1)?);
        let (first, last) = (first.cast_unsigned(), last.cast_unsigned());
        match row.get(2)? {
            true => world.whole = Some((last, row.get(3)?)),
            false => world.changes.push((first, last, row.get(3)?)),
        }
    }
    let mut snapshots = connection.prepare("select name, body from snapshot where world = ?1")?;
    let snapshots =
        snapshots.query_map([&world.head.name], |row| Ok((row.get(0)?, row.get(1)?)))?;
    world.snapshots = snapshots.collect::<Result<_, _>>()?;
    Ok(world)
}
