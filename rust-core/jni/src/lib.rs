//! The boundary between Java and Rust: converts, calls, converts back; no arithmetic of its own.
//!
//! docs/JNI.md is the contract. All natives stand in one table (`natives`), which puts every one of
//! them behind one guard (`guard`): an error or a panic becomes a Java exception and nothing
//! unwinds into the JVM. Java holds numbers, never addresses (`handles`).

mod arrays;
mod failure;
mod guard;
mod handles;
mod loader;
mod mapped;
mod memory;
mod models;
mod natives;
mod rows;
mod scans;
mod trainers;
