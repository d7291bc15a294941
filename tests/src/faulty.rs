//! A network that misbehaves on purpose.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Mutex;
use std::thread::JoinHandle;

use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};
use liuye_core::native::NativeTransport;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing: it goes through.
    None,
    /// It never leaves.
    RequestLost,
    /// The hub takes it in, and the answer is lost.
    AnswerLost,
    /// The hub gets it twice.
    Repeated,
}

/// The native transport with a list of mishaps, one a request; none once the list is used up.
pub struct FaultyTransport {
    native: NativeTransport,
    mishaps: Mutex<Vec<Mishap>>,
}

impl FaultyTransport {
    /// The mishaps of the requests to come, in their order.
    #[must_use]
    pub fn new(mishaps: &[Mishap]) -> Self {
        Self { native: NativeTransport::new(), mishaps: Mutex::new(mishaps.iter().rev().copied().collect()) }
    }
}

impl Transport for FaultyTransport {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let mishap = self.mishaps.lock().unwrap().pop().unwrap_or(Mishap::None);
        match mishap {
            Mishap::None => self.native.send(request),
            Mishap::RequestLost => Err(TransportError::Offline),
            Mishap::AnswerLost => self.native.send(request).and(Err(TransportError::LineCut)),
            Mishap::Repeated => {
                self.native.send(request.clone())?;
                self.native.send(request)
            }
        }
    }
}

/// A hub that answers every request with these bytes and hangs up. Returns its address; the thread ends with the process.
#[must_use]
pub fn one_answer_hub(answer: &'static [u8]) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut buffer = [0; 65536];
            // The head and the body of a small request come in one or two reads; what is left is nobody's concern.
            let _ = stream.read(&mut buffer);
            let _ = stream.write_all(answer);
        }
    });
    (address, serving)
}
