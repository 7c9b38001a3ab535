//! Recordings and the scenarios they become.
