//! Who is let in first under load: requests with urgent work, then all others in the order in which they came.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liuye_core::{Code, Error, Result};
use tokio::sync::oneshot;

/// Requests at work at once: each holds at most one body in memory.
const SLOTS: usize = 48;

/// Of these, so many are for urgent work alone: slow uplinks must not fill the house.
const KEPT_FOR_URGENT: usize = 8;

/// Requests that wait at most; whoever comes after is asked to come back.
const MAX_WAITING: usize = 2_000;

/// Requests of one sender at once, waiting or at work: a phone has one sender, and may have given up on an answer.
const MAX_OF_ONE: usize = 2;

/// The gate before the work of a request.
#[derive(Debug, Clone)]
pub(crate) struct Gate(Arc<Mutex<Queue>>);

#[derive(Debug)]
struct Queue {
    free: usize,
    kept: usize,
    urgent: VecDeque<oneshot::Sender<Pass>>,
    others: VecDeque<oneshot::Sender<Pass>>,
    of_sender: HashMap<String, usize>,
}

impl Queue {
    /// The next to be let in, where there is room for it.
    fn next(&mut self) -> Option<oneshot::Sender<Pass>> {
        let next = match self.urgent.pop_front() {
            None if self.free > self.kept => self.others.pop_front(),
            urgent if self.free > 0 => urgent,
            Some(urgent) => {
                self.urgent.push_front(urgent);
                None
            }
            None => None,
        }?;
        self.free -= 1;
        Some(next)
    }
}

/// A place at work. Dropping it lets the next one in.
#[derive(Debug)]
pub(crate) struct Pass(Gate);

/// A sender's turn, waiting or at work. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Turn(Gate, String);

impl Default for Gate {
    fn default() -> Self {
        Self::new(SLOTS, KEPT_FOR_URGENT)
    }
}

impl Gate {
    fn new(free: usize, kept: usize) -> Self {
        let (urgent, others, of_sender) = <(VecDeque<_>, VecDeque<_>, HashMap<_, _>)>::default();
        Self(Arc::new(Mutex::new(Queue { free, kept, urgent, others, of_sender })))
    }

    /// Begins a sender's turn.
    ///
    /// # Errors
    /// [`Code::HubBusy`] where it has too many already.
    pub(crate) fn turn(&self, sender: String) -> Result<Turn> {
        let mut queue = self.queue();
        let turns = queue.of_sender.entry(sender.clone()).or_default();
        if *turns >= MAX_OF_ONE {
            return Err(Error::new(Code::HubBusy, "earlier requests of this device are still waiting"));
        }
        *turns += 1;
        Ok(Turn(self.clone(), sender))
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// [`Code::HubBusy`] where too many wait already.
    pub(crate) async fn enter(&self, is_urgent: bool) -> Result<Pass> {
        let place = {
            let mut queue = self.queue();
            let line = if is_urgent { &mut queue.urgent } else { &mut queue.others };
            if line.len() >= MAX_WAITING {
                return Err(Error::new(Code::HubBusy, "too many requests wait"));
            }
            let (pass, place) = oneshot::channel();
            line.push_back(pass);
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
                Some(next) => drop(next.send(Pass(self.clone()))),
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
        self.0.queue().free += 1;
        self.0.let_in();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut queue = self.0.queue();
        if let Some(turns) = queue.of_sender.get_mut(&self.1) {
            *turns -= 1;
            if *turns == 0 {
                queue.of_sender.remove(&self.1);
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
        let held = gate.enter(false).await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let waiting: Vec<_> = kinds
            .iter()
            .enumerate()
            .map(|(number, is_urgent)| {
                let (gate, order, is_urgent) = (gate.clone(), Arc::clone(&order), *is_urgent);
                tokio::spawn(async move {
                    let _pass = gate.enter(is_urgent).await.unwrap();
                    order.lock().unwrap().push(number);
                })
            })
            .collect();
        while { gate.queue().urgent.len() + gate.queue().others.len() } < kinds.len() {
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
        let _held = [gate.enter(false).await.unwrap(), gate.enter(false).await.unwrap()];
        let wait = Duration::from_millis(50);
        assert!(tokio::time::timeout(wait, gate.enter(false)).await.is_err());
        assert!(tokio::time::timeout(wait, gate.enter(true)).await.is_ok());
    }

    #[tokio::test]
    async fn who_gives_up_waiting_takes_no_place_with_them() {
        let gate = Gate::new(1, 0);
        for _ in 0..3 {
            let held = gate.enter(false).await.unwrap();
            assert!(tokio::time::timeout(Duration::from_millis(20), gate.enter(true)).await.is_err());
            drop(held);
        }
        drop(gate.enter(false).await.unwrap());
        assert_eq!(gate.queue().free, 1);
    }

    #[test]
    fn one_sender_does_not_starve_the_others() {
        let gate = Gate::default();
        let turns: Vec<_> = (0..MAX_OF_ONE).map(|_| gate.turn("one".to_owned()).unwrap()).collect();
        assert_eq!(gate.turn("one".to_owned()).unwrap_err().code, Code::HubBusy);
        gate.turn("other".to_owned()).unwrap();
        drop(turns);
        gate.turn("one".to_owned()).unwrap();
        assert!(gate.queue().of_sender.is_empty());
    }
}
