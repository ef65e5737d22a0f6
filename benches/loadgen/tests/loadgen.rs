//! The load generator against a server of the test's own.

use std::collections::HashSet;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use ivory_loadgen::client::{Client, Target};
use ivory_loadgen::requests::{Records, write};
use ivory_loadgen::run::run;

fn records(bodies: &[&str]) -> Records {
    let mut bytes = Vec::new();
    for body in bodies {
        write(&mut bytes, body.as_bytes()).unwrap();
    }
    Records::parse(bytes).unwrap()
}

/// Answers each request with its body in brackets, sent in pieces; `bad` gets a 400.
fn serve(mut stream: TcpStream) {
    let mut bytes = Vec::new();
    let mut chunk = [0u8; 1000];
    loop {
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
            let length = text.split("Content-Length: ").nth(1).unwrap();
            let length: usize = length.lines().next().unwrap().parse().unwrap();
            let end = head + 4 + length;
            if bytes.len() >= end {
                let body = String::from_utf8(bytes[head + 4..end].to_vec()).unwrap();
                let status = if body == "bad" { "400 Bad Request" } else { "200 OK" };
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n[{body}]",
                    body.len() + 2
                );
                for piece in answer.as_bytes().chunks(7) {
                    stream.write_all(piece).unwrap();
                    stream.flush().unwrap();
                }
                bytes.drain(..end);
                continue;
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&chunk[..count]),
        }
    }
}

fn server() -> Target {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || serve(stream));
        }
    });
    Target {
        address,
        method: "POST".to_owned(),
        path: "/x/_search".to_owned(),
        content_type: "application/json".to_owned(),
    }
}

#[test]
fn every_request_is_sent_in_every_round_and_answered_in_its_place() {
    let bodies: Vec<String> = (0..50).map(|number| format!("body {number}")).collect();
    let shown: Vec<&str> = bodies.iter().map(String::as_str).collect();
    let outcome = run(&server(), &records(&shown), 3, 4, true).unwrap();
    assert_eq!(outcome.timings.len(), 200);
    let distinct: HashSet<usize> = outcome.timings.iter().map(|timing| timing.request).collect();
    assert_eq!(distinct.len(), 50);
    for (body, answer) in bodies.iter().zip(&outcome.answers) {
        assert_eq!(String::from_utf8_lossy(answer), format!("[{body}]"));
    }
    let longest = outcome.timings.iter().map(|timing| timing.took.as_secs_f64());
    assert!(longest.fold(0.0, f64::max) <= outcome.seconds);
}

#[test]
fn a_status_other_than_200_ends_the_run_with_the_reason() {
    let error = run(&server(), &records(&["good", "bad", "good"]), 1, 1, false).unwrap_err();
    assert_eq!(error.to_string(), "request 1: HTTP 400: [bad]");
}

#[test]
fn a_connection_that_closes_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let target = Target { address: listener.local_addr().unwrap().to_string(), ..server() };
    thread::spawn(move || drop(listener.accept()));
    let mut client = Client::connect(&target).unwrap();
    client.prepare(b"x");
    assert!(client.send().is_err());
}

#[test]
fn records_that_are_cut_off_are_refused() {
    for bytes in [vec![1], vec![2, 0, 0, 0, 65], vec![0, 0, 0, 0, 9]] {
        assert!(Records::parse(bytes).is_err());
    }
    let read = Records::parse(vec![0, 0, 0, 0, 1, 0, 0, 0, 65]).unwrap();
    assert_eq!((read.len(), read.get(0), read.get(1)), (2, &b""[..], &b"A"[..]));
}
