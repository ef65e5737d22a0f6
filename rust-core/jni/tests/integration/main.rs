//! The library as the JVM will find it. What needs a JVM is tested from Java.

mod exports;
mod sources;
