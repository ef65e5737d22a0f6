//! Several clients that share one list of requests.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::{Client, Target};
use crate::requests::Records;

/// One request as it went; times since the start of the run.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// Number of its record.
    pub request: usize,
    /// When it was sent.
    pub start: Duration,
    /// From then until its answer was complete.
    pub took: Duration,
}

/// What a run gave.
#[derive(Debug)]
pub struct Outcome {
    /// From the first request to the last answer.
    pub seconds: f64,
    /// Every request, in no order.
    pub timings: Vec<Timing>,
    /// The last answer to each record, by its number; empty if they were not wanted.
    pub answers: Vec<Vec<u8>>,
}

/// Sends every record `rounds` times, each client taking the next one that is left.
///
/// # Errors
/// The first error of any client; the others stop at their next request.
pub fn run(
    target: &Target,
    records: &Records,
    clients: usize,
    rounds: usize,
    keep_answers: bool,
) -> io::Result<Outcome> {
    let total = records.len() * rounds;
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let kept = if keep_answers { records.len() } else { 0 };
    let answers = Mutex::new(vec![Vec::new(); kept]);
    let ready = Barrier::new(clients + 1);
    let mut timings = Vec::with_capacity(total);
    let mut error = None;
    let mut seconds = 0.0;
    thread::scope(|scope| {
        let workers: Vec<_> = (0..clients)
            .map(|_| {
                scope.spawn(|| {
                    let connected = Client::connect(target);
                    ready.wait();
                    // The main thread takes the time between these two.
                    ready.wait();
                    let result = connected.and_then(|mut client| {
                        work(&mut client, records, &next, total, &failed, &answers)
                    });
                    failed.fetch_or(result.is_err(), Ordering::Relaxed);
                    result
                })
            })
            .collect();
        ready.wait();
        let begin = Instant::now();
        ready.wait();
        for worker in workers {
            match worker.join() {
                Ok(Ok(part)) => timings.extend(part.into_iter().map(|(request, start, took)| {
                    Timing { request, start: start.duration_since(begin), took }
                })),
                Ok(Err(first)) => error = error.take().or(Some(first)),
                Err(_) => error = Some(io::Error::other("a client panicked")),
            }
        }
        seconds = begin.elapsed().as_secs_f64();
    });
    if let Some(error) = error {
        return Err(error);
    }
    let answers = answers.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    Ok(Outcome { seconds, timings, answers })
}

type Part = Vec<(usize, Instant, Duration)>;

fn work(
    client: &mut Client,
    records: &Records,
    next: &AtomicUsize,
    total: usize,
    failed: &AtomicBool,
    answers: &Mutex<Vec<Vec<u8>>>,
) -> io::Result<Part> {
    let mut part = Vec::with_capacity(total);
    while !failed.load(Ordering::Relaxed) {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= total {
            break;
        }
        let request = number % records.len();
        client.prepare(records.get(request));
        let start = Instant::now();
        let answer = client
            .send()
            .map_err(|error| io::Error::new(error.kind(), format!("request {request}: {error}")))?;
        part.push((request, start, start.elapsed()));
        if number / records.len() == total / records.len() - 1
            && let Ok(mut all) = answers.lock()
            && let Some(place) = all.get_mut(request)
        {
            place.extend_from_slice(answer);
        }
    }
    Ok(part)
}
