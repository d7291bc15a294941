//! What a device may see: the buckets of everyone who shares it, as of now.

use liuye_core::Result;
use liuye_core::domain::{Actor, Bucket, Person, Role};
use liuye_core::log::DeviceId;

use crate::ledger::{DeviceRow, Tx};

/// The author of an operation. What was written before enrolment is whoever's the device was enrolled for, and nobody's in
/// particular where several share it.
pub(crate) fn author(tx: &Tx<'_>, device: &DeviceRow, name: &str) -> Result<Actor> {
    let name = if name == Actor::SELF { device.person.as_deref().unwrap_or(Actor::TOURIST) } else { name };
    match name {
        Actor::TOURIST => Ok(Actor::Tourist),
        Actor::OPERATOR => Ok(Actor::Operator),
        Actor::PUBLIC => Ok(Actor::Public),
        _ => person(tx, name),
    }
}

fn person(tx: &Tx<'_>, id: &str) -> Result<Actor> {
    Ok(match tx.document(id)? {
        Some(stored) => Actor::Person(serde_json::from_value(stored.document.body)?),
        // Struck off the personnel base: what they recorded is judged as anyone's.
        None => Actor::Tourist,
    })
}

/// The buckets of a device that these persons share, in their order.
pub(crate) fn scope_of<'a>(tx: &Tx<'_>, device: &DeviceId, persons: impl Iterator<Item = &'a str>) -> Result<Vec<Bucket>> {
    let mut scope = vec![Bucket::Public, Bucket::Device(*device)];
    for id in persons {
        if let Actor::Person(person) = person(tx, id)?
            && person.serves(tx.now)
        {
            scope.extend(staff_buckets(&person, tx.now));
        }
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
