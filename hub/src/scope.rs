//! What a device may see: the buckets of whoever holds it, as of now.

use liuye_core::Result;
use liuye_core::domain::{Actor, Bucket, Person, Role};
use liuye_core::log::DeviceId;

use crate::ledger::Tx;

/// The person who holds a device, where it is a member of the staff.
pub(crate) fn holder(tx: &Tx<'_>, person: Option<&str>) -> Result<Actor> {
    let Some(id) = person else { return Ok(Actor::Tourist) };
    Ok(match tx.document(id)? {
        Some(stored) => Actor::Person(serde_json::from_value(stored.document.body)?),
        // Struck off the personnel base: what they recorded is judged as anyone's.
        None => Actor::Tourist,
    })
}

/// The buckets of a device, in their order.
pub(crate) fn scope_of(tx: &Tx<'_>, device: &DeviceId, person: Option<&str>) -> Result<Vec<Bucket>> {
    let mut scope = vec![Bucket::Public, Bucket::Device(*device)];
    if let Actor::Person(person) = holder(tx, person)?
        && person.serves(tx.now)
    {
        scope.extend(staff_buckets(&person, tx.now));
    }
    scope.sort_unstable();
    scope.dedup();
    Ok(scope)
}

fn staff_buckets(person: &Person, now: i64) -> impl Iterator<Item = Bucket> {
    let roles = Role::ALL.iter().filter(move |role| person.holds(&[**role], now)).map(|role| Bucket::Role(*role));
    let zones = person.zones_at(now).into_iter().map(Bucket::Zone);
    [Bucket::Staff, Bucket::Person(person.id.clone())].into_iter().chain(zones).chain(roles)
}
