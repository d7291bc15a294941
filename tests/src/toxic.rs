//! A line between phones and hub that misbehaves: a proxy that delays, slices, cuts, resets and swallows.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// What a connection suffers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Toxic {
    /// Nothing.
    None,
    /// Everything comes later.
    Delay(u64),
    /// Everything comes in small pieces.
    Slices(usize),
    /// The line ends after so many bytes of the request.
    CutRequest(usize),
    /// The line ends after so many bytes of the answer.
    CutAnswer(usize),
    /// The connection is reset after so many bytes of the answer.
    Reset(usize),
    /// The hub is asked, and its answer goes nowhere.
    SwallowAnswer,
    /// Nothing goes anywhere, for so many ms.
    BlackHole(u64),
}

/// A proxy in front of a hub's port. Dropping it ends it.
pub struct ToxicProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    _runtime: Runtime,
}

struct Shared {
    /// The hub's port on loopback.
    port: u16,
    is_toxic: AtomicBool,
    chance: Mutex<Pcg64>,
    connections: AtomicU64,
    suffered: AtomicU64,
}

impl ToxicProxy {
    /// A proxy to this port of loopback, harmless until it is told otherwise. The seed decides who suffers what.
    #[must_use]
    pub fn open(port: u16, seed: u64) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            port,
            is_toxic: AtomicBool::new(false),
            chance: Mutex::new(Pcg64::seed_from_u64(seed)),
            connections: AtomicU64::new(0),
            suffered: AtomicU64::new(0),
        });
        runtime.spawn(accept(listener, Arc::clone(&shared)));
        Self { address, shared, _runtime: runtime }
    }

    /// Where phones find it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets it misbehave, or behave.
    pub fn set_toxic(&self, is_toxic: bool) {
        self.shared.is_toxic.store(is_toxic, Ordering::SeqCst);
    }

    /// How many connections there were, and how many of them suffered something.
    #[must_use]
    pub fn connections(&self) -> (u64, u64) {
        (self.shared.connections.load(Ordering::SeqCst), self.shared.suffered.load(Ordering::SeqCst))
    }
}

impl Shared {
    fn draw(&self) -> Toxic {
        self.connections.fetch_add(1, Ordering::SeqCst);
        if !self.is_toxic.load(Ordering::SeqCst) {
            return Toxic::None;
        }
        let mut chance = self.chance.lock().unwrap();
        let toxic = match chance.random_range(0..16) {
            0 | 1 => Toxic::Delay(chance.random_range(5..80)),
            2 | 3 => Toxic::Slices(chance.random_range(1..400)),
            4 | 5 => Toxic::CutRequest(chance.random_range(0..4_000)),
            6 | 7 => Toxic::CutAnswer(chance.random_range(0..4_000)),
            8 => Toxic::Reset(chance.random_range(0..4_000)),
            9 | 10 => Toxic::SwallowAnswer,
            11 => Toxic::BlackHole(chance.random_range(50..400)),
            _ => Toxic::None,
        };
        if toxic != Toxic::None {
            self.suffered.fetch_add(1, Ordering::SeqCst);
        }
        toxic
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        if let Ok((phone, _)) = listener.accept().await {
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                let toxic = shared.draw();
                if let Toxic::BlackHole(ms) = toxic {
                    tokio::time::sleep(Duration::from_millis(ms)).await;
                } else if let Ok(hub) = TcpStream::connect(("127.0.0.1", shared.port)).await {
                    carry(phone, hub, toxic).await;
                }
                // A hub that is down: the connection ends without a byte.
            });
        }
    }
}

/// Carries bytes both ways until one side ends, or the toxin ends both.
async fn carry(phone: TcpStream, hub: TcpStream, toxic: Toxic) {
    let (mut from_phone, mut to_phone) = phone.into_split();
    let (mut from_hub, mut to_hub) = hub.into_split();
    let request_limit = if let Toxic::CutRequest(bytes) = toxic { bytes } else { usize::MAX };
    let answer_limit = match toxic {
        Toxic::CutAnswer(bytes) | Toxic::Reset(bytes) => bytes,
        Toxic::SwallowAnswer => 0,
        _ => usize::MAX,
    };
    tokio::select! {
        () = pump(&mut from_phone, &mut to_hub, toxic, request_limit) => {}
        () = pump(&mut from_hub, &mut to_phone, toxic, answer_limit) => {}
    }
    if matches!(toxic, Toxic::Reset(_)) {
        let _ = to_phone.as_ref().set_zero_linger();
    }
}

/// Carries bytes one way, up to a limit. What comes first beyond it is swallowed, and ends the line.
async fn pump<R: AsyncReadExt + Unpin, W: AsyncWriteExt + Unpin>(from: &mut R, to: &mut W, toxic: Toxic, limit: usize) {
    let mut buffer = vec![0; 16 * 1024];
    let mut left = limit;
    loop {
        let Ok(count @ 1..) = from.read(&mut buffer).await else { return };
        if let Toxic::Delay(ms) = toxic {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        let slice = if let Toxic::Slices(bytes) = toxic { bytes } else { buffer.len() };
        for piece in buffer[..count.min(left)].chunks(slice) {
            if to.write_all(piece).await.is_err() {
                return;
            }
            if slice < buffer.len() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        if count > left {
            return;
        }
        left -= count;
    }
}
