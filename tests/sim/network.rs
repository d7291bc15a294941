//! The network between a phone and the hub: it loses, repeats, delays, cuts and invents.

use std::sync::Weak;

use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};

use super::world::World;

/// How long a phone waits for an answer that does not come.
const TIMEOUT_MS: i64 = 30_000;

/// What happens to one exchange.
enum Fate {
    Passes,
    RequestLost,
    AnswerLost,
    Repeated,
    /// It arrives after the phone has given up on it.
    Delayed(i64),
    /// The answer ends in the middle.
    AnswerCut,
    /// A hotel's page comes instead.
    Portal,
    /// The hub has no time.
    Refused,
}

/// A phone's way to the hub.
pub(super) struct Line {
    pub(super) world: Weak<World>,
    pub(super) phone: usize,
}

impl Transport for Line {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let world = self.world.upgrade().ok_or(TransportError::Offline)?;
        let chance = &world.chance;
        if !world.phones[self.phone].is_online() {
            return Err(TransportError::Offline);
        }
        world.time.pass(chance.ms(20..800));
        let fate = if !world.is_healed() && chance.one_in(world.climate.line_fault_in) { draw(&world) } else { Fate::Passes };
        // While a request is under way, the world goes on.
        world.meanwhile();
        let answer = match super::sabotage::exchange(&world, self.phone, &request) {
            Some(answer) => Ok(answer),
            None => exchange(&world, &request, &fate),
        };
        world.meanwhile();
        world.time.pass(chance.ms(20..800));
        // A process that ended meanwhile never sees the answer.
        if !world.phones[self.phone].is_online() || world.phones[self.phone].disk.is_down() {
            return Err(TransportError::LineCut);
        }
        if answer.is_err() {
            world.time.pass(TIMEOUT_MS);
        }
        answer
    }
}

fn draw(world: &World) -> Fate {
    let (name, fate) = match world.chance.of(0..8) {
        0 => ("request_lost", Fate::RequestLost),
        1 | 2 => ("answer_lost", Fate::AnswerLost),
        3 => ("repeated", Fate::Repeated),
        4 => ("delayed", Fate::Delayed(world.chance.ms(1_000..3_600_000))),
        5 => ("answer_cut", Fate::AnswerCut),
        6 => ("portal", Fate::Portal),
        _ => ("refused", Fate::Refused),
    };
    world.count(name);
    fate
}

fn exchange(world: &World, request: &HttpRequest, fate: &Fate) -> Result<HttpResponse, TransportError> {
    let deliver = || world.deliver(request).ok_or(TransportError::LineCut);
    match fate {
        Fate::Passes => deliver(),
        Fate::RequestLost => Err(TransportError::Offline),
        Fate::AnswerLost => deliver().and(Err(TransportError::LineCut)),
        Fate::Repeated => deliver().and_then(|_| deliver()),
        Fate::Delayed(ms) => {
            world.deliver_later(request.clone(), *ms);
            Err(TransportError::LineCut)
        }
        Fate::AnswerCut => deliver().map(|mut answer| {
            answer.body.truncate(answer.body.len() / 2);
            answer
        }),
        Fate::Portal => Ok(HttpResponse {
            status: 200,
            headers: vec![("content-type".to_owned(), "text/html".to_owned())],
            body: b"<html>Welcome to the lake</html>".to_vec(),
        }),
        Fate::Refused => Ok(HttpResponse { status: 503, headers: vec![("retry-after".to_owned(), "7".to_owned())], body: Vec::new() }),
    }
}
