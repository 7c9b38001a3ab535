//! Our pages: README, `docs/`, and what stands beside files. Every command in them is run, every
//! table in them is the one the program has, and every path they name is there.

mod commands;
mod compare;
mod inline;
mod page;
mod session;
mod tables;
