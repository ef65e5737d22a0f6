//! One HTTP/1.1 connection that stays open.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(600);
const HEADERS: usize = 32;

/// What is the same in every request of a run.
#[derive(Debug, Clone)]
pub struct Target {
    /// `host:port`.
    pub address: String,
    /// Such as `POST`.
    pub method: String,
    /// Path with query string.
    pub path: String,
    /// Such as `application/json`.
    pub content_type: String,
}

/// A kept connection with its buffers.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    target: Target,
    out: Vec<u8>,
    answer: Vec<u8>,
}

/// Where the body of an answer lies in the buffer, or that more must be read.
struct Head {
    status: u16,
    body: usize,
    length: usize,
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// What connecting gives.
    pub fn connect(target: &Target) -> io::Result<Self> {
        let stream = TcpStream::connect(&target.address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(Self {
            stream,
            target: target.clone(),
            out: Vec::new(),
            answer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Lays a request out in memory, to be sent by `send`.
    pub fn prepare(&mut self, body: &[u8]) {
        let Target { address, method, path, content_type } = &self.target;
        self.out.clear();
        self.out.extend_from_slice(
            format!(
                "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: {content_type}\r\n\
                 Content-Length: {}\r\n\r\n",
                body.len()
            )
            .as_bytes(),
        );
        self.out.extend_from_slice(body);
    }

    /// Sends the prepared request and returns the body of the answer.
    ///
    /// # Errors
    /// What the connection gives; `InvalidData` for an answer that is no HTTP or has no length;
    /// `Other`, with the start of the body, for a status other than 200.
    pub fn send(&mut self) -> io::Result<&[u8]> {
        self.stream.write_all(&self.out)?;
        self.answer.clear();
        let mut chunk = [0u8; 16 * 1024];
        let head = loop {
            self.read_some(&mut chunk)?;
            if let Some(head) = parse(&self.answer)? {
                break head;
            }
        };
        let end = head.body + head.length;
        while self.answer.len() < end {
            self.read_some(&mut chunk)?;
        }
        let body = &self.answer[head.body..end];
        if head.status != 200 {
            let text = String::from_utf8_lossy(&body[..body.len().min(2000)]);
            return Err(io::Error::other(format!("HTTP {}: {text}", head.status)));
        }
        Ok(body)
    }

    fn read_some(&mut self, chunk: &mut [u8]) -> io::Result<()> {
        let count = self.stream.read(chunk)?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.answer.extend_from_slice(&chunk[..count]);
        Ok(())
    }
}

fn parse(bytes: &[u8]) -> io::Result<Option<Head>> {
    let invalid = |text: String| io::Error::new(io::ErrorKind::InvalidData, text);
    let mut headers = [httparse::EMPTY_HEADER; HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let body = match response.parse(bytes).map_err(|error| invalid(error.to_string()))? {
        httparse::Status::Complete(body) => body,
        httparse::Status::Partial => return Ok(None),
    };
    let length = response
        .headers
        .iter()
        .find(|header| header.name.eq_ignore_ascii_case("content-length"))
        .and_then(|header| std::str::from_utf8(header.value).ok()?.trim().parse().ok())
        .ok_or_else(|| invalid("an answer without a Content-Length".to_owned()))?;
    Ok(Some(Head { status: response.code.unwrap_or(0), body, length }))
}
