//! Whole-program tests.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so and where")]

// The documented API: the examples, then every parameter and restriction.
mod creating;
mod documented;
mod har;
mod honesty;
mod http;
mod hung;
mod identifiers;
mod immediate;
mod limits;
mod listing;
mod logins;
mod openapi;
mod paths;
mod record;
mod refusals;

mod malformed;

// The life of a provisioning request.
mod axis;
mod broken_conax;
mod hang_up;
mod order;
mod rejections;
mod reproduce;
mod sequences;
mod traces;
mod utilities;

// What stands beside them.
mod clock;
mod conax_endpoint;
mod control;
mod detached;
mod determinism;
mod diff;
mod drift;
mod fault_edges;
mod fault_laws;
mod fault_plan;
mod fault_sockets;
mod faults;
mod ledger_size;
mod parity;
mod secrets;
mod simulator;
mod snapshots;
mod snapshots_whole;
mod storm;
mod why;
mod worlds;

// Ring 2: the built program.
mod bundles;
mod canaries;
mod coverage;
mod ends;
mod explore;
mod files;
mod fuzz;
mod grade;
mod https;
mod inputs;
mod ledger_check;
mod odd_files;
mod otlp;
mod pipes;
mod program;
mod runs;
mod shipped;
mod snapshot_files;
mod sockets;
mod store;
mod tls;
mod verbs;
mod verify;
mod writing;

// The rules of the simulator.
mod pages;
mod tidy;
