//! A load generator for the benches: prepared requests, kept connections, every answer timed.
//!
//! It shares the machine with the node it measures, so it does as little as it can: one blocking
//! thread a client, one write and as few reads as the answer takes.

#![forbid(unsafe_code)]

pub mod client;
pub mod requests;
pub mod run;
