//! Who is let in first under load: requests with urgent work, then all others in the order in which they came.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuye_core::{Code, Error, Result};
use tokio::sync::oneshot;

/// Bytes of bodies in memory at once: hundreds of slow uplinks with a day's records each, on a small machine.
const BODY_BYTES: usize = 256 << 20;

/// Of these, so many are for urgent work alone.
const BODY_BYTES_FOR_URGENT: usize = 32 << 20;

/// Requests at work at once. The ledger has one writer: more would only wait for it, in no order.
const AT_WORK: usize = 6;

/// Of these, so many are for urgent work alone.
const AT_WORK_FOR_URGENT: usize = 2;

/// Requests that wait at most; whoever comes after is asked to come back.
const MAX_WAITING: usize = 2_000;

/// Requests of one sender at once, waiting or at work: a phone has one sender, and may have given up on an answer.
const MAX_OF_ONE: usize = 2;

/// The gates of a request: before its body is read, and before its work begins; and how many each sender has.
#[derive(Debug, Clone)]
pub(crate) struct Gates {
    /// Measured in bytes.
    pub(crate) body: Gate,
    /// Measured in requests.
    pub(crate) work: Gate,
    turns: Turns,
}

impl Default for Gates {
    fn default() -> Self {
        let (body, work) = (Gate::new(BODY_BYTES, BODY_BYTES_FOR_URGENT), Gate::new(AT_WORK, AT_WORK_FOR_URGENT));
        Self { body, work, turns: Turns::default() }
    }
}

/// A gate with so much room behind it.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Mutex<Queue>>);

#[derive(Debug)]
struct Queue {
    free: usize,
    kept: usize,
    urgent: VecDeque<Waiting>,
    others: VecDeque<Waiting>,
}

/// Someone who waits, with the room that it needs.
#[derive(Debug)]
struct Waiting {
    size: usize,
    pass: oneshot::Sender<Pass>,
}

impl Queue {
    /// The next to be let in, where there is room for it.
    fn next(&mut self) -> Option<Waiting> {
        let (line, room) =
            if self.urgent.is_empty() { (&mut self.others, self.free.saturating_sub(self.kept)) } else { (&mut self.urgent, self.free) };
        let next = if line.front()?.size <= room { line.pop_front()? } else { return None };
        self.free -= next.size;
        Some(next)
    }
}

/// Room behind a gate. Dropping it lets the next one in.
#[derive(Debug)]
pub(crate) struct Pass {
    gate: Gate,
    size: usize,
}

/// How many requests each sender has here.
#[derive(Debug, Clone, Default)]
struct Turns(Arc<Mutex<HashMap<String, usize>>>);

/// A sender's turn, waiting or at work. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Turn(Turns, String);

impl Gates {
    /// Begins a sender's turn.
    ///
    /// # Errors
    /// [`Code::HubBusy`] where it has too many already.
    pub(crate) fn turn(&self, sender: String) -> Result<Turn> {
        let mut turns = self.turns.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = turns.entry(sender.clone()).or_default();
        if *own >= MAX_OF_ONE {
            return Err(Error::new(Code::HubBusy, "earlier requests of this device are still waiting"));
        }
        *own += 1;
        Ok(Turn(self.turns.clone(), sender))
    }
}

impl Gate {
    fn new(free: usize, kept: usize) -> Self {
        let (urgent, others) = <(VecDeque<_>, VecDeque<_>)>::default();
        Self(Arc::new(Mutex::new(Queue { free, kept, urgent, others })))
    }

    /// Waits for room of this size, which has to be less than there is for all others than urgent ones.
    ///
    /// # Errors
    /// [`Code::HubBusy`] where too many wait already.
    pub(crate) async fn enter(&self, is_urgent: bool, size: usize) -> Result<Pass> {
        let place = {
            let mut queue = self.queue();
            let line = if is_urgent { &mut queue.urgent } else { &mut queue.others };
            if line.len() >= MAX_WAITING {
                return Err(Error::new(Code::HubBusy, "too many requests wait"));
            }
            let (pass, place) = oneshot::channel();
            line.push_back(Waiting { size, pass });
            place
        };
        self.let_in();
        place.await.map_err(|_| Error::internal("the gate outlives those who wait"))
    }

    /// Lets in whoever there is room for. One who gave up waiting gives the place back by dropping the pass.
    fn let_in(&self) {
        loop {
            let next = self.queue().next();
            match next {
                Some(next) => drop(next.pass.send(Pass { gate: self.clone(), size: next.size })),
                None => return,
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.gate.queue().free += self.size;
        self.gate.let_in();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut turns = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = turns.get_mut(&self.1) {
            *own -= 1;
            if *own == 0 {
                turns.remove(&self.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// The order in which these get in behind one who holds the only place.
    async fn order(kinds: &[bool]) -> Vec<usize> {
        let gate = Gate::new(1, 0);
        let held = gate.enter(false, 1).await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let waiting: Vec<_> = kinds
            .iter()
            .enumerate()
            .map(|(number, is_urgent)| {
                let (gate, order, is_urgent) = (gate.clone(), Arc::clone(&order), *is_urgent);
                tokio::spawn(async move {
                    let _pass = gate.enter(is_urgent, 1).await.unwrap();
                    order.lock().unwrap().push(number);
                })
            })
            .collect();
        let in_line = |queue: MutexGuard<'_, Queue>| queue.urgent.len() + queue.others.len();
        while in_line(gate.queue()) < kinds.len() {
            tokio::task::yield_now().await;
        }
        drop(held);
        for one in waiting {
            one.await.unwrap();
        }
        Arc::try_unwrap(order).unwrap().into_inner().unwrap()
    }

    #[tokio::test]
    async fn urgent_work_is_let_in_first_and_the_rest_in_its_order() {
        assert_eq!(order(&[false, false, true, false, true]).await, [2, 4, 0, 1, 3]);
        // The control: where nothing is urgent, or everything, it is the order of arrival.
        assert_eq!(order(&[false; 5]).await, [0, 1, 2, 3, 4]);
        assert_eq!(order(&[true; 5]).await, [0, 1, 2, 3, 4]);
    }

    #[tokio::test]
    async fn places_are_kept_for_urgent_work() {
        let gate = Gate::new(3, 1);
        let _held = [gate.enter(false, 1).await.unwrap(), gate.enter(false, 1).await.unwrap()];
        let wait = Duration::from_millis(50);
        assert!(tokio::time::timeout(wait, gate.enter(false, 1)).await.is_err());
        assert!(tokio::time::timeout(wait, gate.enter(true, 1)).await.is_ok());
    }

    #[tokio::test]
    async fn the_large_wait_for_room_and_the_small_behind_them_for_their_turn() {
        let gate = Gate::new(10, 2);
        let held = gate.enter(false, 5).await.unwrap();
        let wait = Duration::from_millis(50);
        assert!(tokio::time::timeout(wait, gate.enter(false, 4)).await.is_err());
        assert!(tokio::time::timeout(wait, gate.enter(true, 4)).await.is_ok());
        drop(held);
        assert!(tokio::time::timeout(wait, gate.enter(false, 8)).await.is_ok());
        assert_eq!(gate.queue().free, 10);
    }

    #[tokio::test]
    async fn who_gives_up_waiting_takes_no_place_with_them() {
        let gate = Gate::new(1, 0);
        for _ in 0..3 {
            let held = gate.enter(false, 1).await.unwrap();
            assert!(tokio::time::timeout(Duration::from_millis(20), gate.enter(true, 1)).await.is_err());
            drop(held);
        }
        drop(gate.enter(false, 1).await.unwrap());
        assert_eq!(gate.queue().free, 1);
    }

    #[test]
    fn one_sender_does_not_starve_the_others() {
        let gate = Gates::default();
        let turns: Vec<_> = (0..MAX_OF_ONE).map(|_| gate.turn("one".to_owned()).unwrap()).collect();
        assert_eq!(gate.turn("one".to_owned()).unwrap_err().code, Code::HubBusy);
        gate.turn("other".to_owned()).unwrap();
        drop(turns);
        gate.turn("one".to_owned()).unwrap();
        assert!(gate.turns.0.lock().unwrap().is_empty());
    }
}
