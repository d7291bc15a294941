//! A transport that keeps what went over the line.

use std::sync::Mutex;

use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};
use liuye_core::native::NativeTransport;

/// The native transport with a memory of requests and answers.
#[derive(Default)]
pub struct Recorder {
    native: NativeTransport,
    kept: Mutex<Vec<(HttpRequest, HttpResponse)>>,
}

impl Recorder {
    /// What was exchanged, in its order.
    #[must_use]
    pub fn exchanges(&self) -> Vec<(HttpRequest, HttpResponse)> {
        self.kept.lock().unwrap().clone()
    }
}

impl Transport for Recorder {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let answer = self.native.send(request.clone())?;
        self.kept.lock().unwrap().push((request, answer.clone()));
        Ok(answer)
    }
}
