//! A live line as a client holds it: a socket, and the events that come by it.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An open line.
pub struct LiveLine {
    reader: BufReader<TcpStream>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveEvent {
    /// `head`, `hints` or `beat`.
    pub event: String,
    /// The head.
    pub head: u64,
}

impl LiveLine {
    /// Asks for a line; the answer's head where there is none.
    pub fn open(url: &str, site: &str, headers: &[(String, String)]) -> Result<Self, String> {
        let address = url.strip_prefix("http://").unwrap();
        let mut socket = TcpStream::connect(address).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        write!(socket, "GET /v1/sites/{site}/live HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{more}\r\n").unwrap();
        let mut reader = BufReader::with_capacity(512, socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).unwrap() > 0, "the hub hung up: {head}");
        }
        let is_line = head.starts_with("HTTP/1.1 200") && head.to_lowercase().contains("text/event-stream");
        if is_line { Ok(Self { reader }) } else { Err(head) }
    }

    /// Waits for a head of at least this.
    pub fn wait_for(&mut self, head: u64) -> LiveEvent {
        loop {
            let event = self.next().expect("the line stands");
            if event.head >= head {
                return event;
            }
        }
    }

    /// Whether no event comes within this time.
    pub fn is_silent_for(&mut self, time: Duration) -> bool {
        self.reader.get_ref().set_read_timeout(Some(time)).unwrap();
        let mut line = String::new();
        // What is left of the last event's end says nothing.
        while self.reader.read_line(&mut line).is_ok_and(|count| count > 0) && !line.contains("event:") {}
        self.reader.get_ref().set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        !line.contains("event:")
    }
}

/// The events; over where the line ended.
impl Iterator for LiveLine {
    type Item = LiveEvent;

    fn next(&mut self) -> Option<LiveEvent> {
        let (mut event, mut head) = (None, None);
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("event", name)) => event = Some(name.to_owned()),
                Some(("data", data)) => head = Some(data.parse().unwrap()),
                _ => {}
            }
            if let (Some(event), Some(head)) = (&event, head) {
                return Some(LiveEvent { event: event.clone(), head });
            }
        }
    }
}
