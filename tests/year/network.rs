//! The network of the year: it drops, repeats, delays and so reorders, and invents pages.

use std::sync::{Mutex, Weak};

use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};

use super::plan::{HOUR, MINUTE};
use super::world::World;

/// A phone's way to the hub.
pub(super) struct Line(pub(super) Weak<World>);

/// Requests that arrive after their phones gave up on them: when, and what.
#[derive(Default)]
pub(super) struct Mail(Mutex<Vec<(i64, HttpRequest)>>);

impl Mail {
    /// Takes what has arrived by then.
    pub(super) fn arrived(&self, now: i64) -> Vec<HttpRequest> {
        let mut waiting = self.0.lock().unwrap();
        let (arrived, rest) = std::mem::take(&mut *waiting).into_iter().partition(|(at, _)| *at <= now);
        *waiting = rest;
        arrived.into_iter().map(|(_, request)| request).collect()
    }
}

impl Transport for Line {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let world = self.0.upgrade().ok_or(TransportError::Offline)?;
        let deliver = || world.hub.answer(&request).ok_or(TransportError::LineCut);
        if world.is_clean() || !world.chance.one_in(6) {
            return deliver();
        }
        let (name, answer) = match world.chance.of(0..6) {
            0 => ("dropped", Err(TransportError::Offline)),
            1 | 2 => ("answer_dropped", deliver().and(Err(TransportError::LineCut))),
            3 => ("repeated", deliver().and_then(|_| deliver())),
            4 => {
                let at = world.time.now() + world.chance.ms(MINUTE..2 * HOUR);
                world.mail.0.lock().unwrap().push((at, request.clone()));
                ("delayed", Err(TransportError::LineCut))
            }
            _ => {
                let headers = vec![("content-type".to_owned(), "text/html".to_owned())];
                ("portal", Ok(HttpResponse { status: 200, headers, body: b"<html>Welcome to the lake</html>".to_vec() }))
            }
        };
        world.count(name);
        answer
    }
}
