//! Who is who in the year, by the index of their phones.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Value, json};

use super::plan::Size;

/// The name of a person.
pub(super) fn person(index: usize) -> String {
    format!("p-{:04}", index + 1)
}

/// The desk, the commander, the inspectors, the patrols, those who answer calls, those of the platform, and all others.
pub(super) struct Staff {
    pub(super) desk: usize,
    pub(super) commander: usize,
    pub(super) inspectors: Range<usize>,
    pub(super) patrols: Range<usize>,
    pub(super) responders: Range<usize>,
    pub(super) platform: Range<usize>,
    pub(super) others: Range<usize>,
}

impl Staff {
    pub(super) fn of(persons: u64) -> Self {
        let persons = usize::try_from(persons).unwrap();
        let inspectors = 2 + persons / 100 + 2;
        let patrols = inspectors + persons * 3 / 8;
        let responders = patrols + 4;
        let platform = responders + 6;
        Self {
            desk: 0,
            commander: 1,
            inspectors: 2..inspectors,
            patrols: inspectors..patrols,
            responders: patrols..responders,
            platform: responders..platform,
            others: platform..persons,
        }
    }

    /// Those on patrol who hold sessions too.
    pub(super) fn auxiliaries(&self) -> Vec<usize> {
        self.patrols.clone().filter(|index| !index.is_multiple_of(10)).collect()
    }

    /// 四类力量: what somebody is there for. Some have two trades.
    fn trades(&self, index: usize) -> Vec<&'static str> {
        let first = match index {
            _ if self.inspectors.contains(&index) => "safety_check",
            _ if self.patrols.contains(&index) => "patrol",
            _ if self.platform.contains(&index) => "legal_publicity",
            _ if self.responders.contains(&index) || index.is_multiple_of(3) => "emergency_rescue",
            _ => "patrol",
        };
        let second = (first == "patrol" && index.is_multiple_of(4)).then_some("legal_publicity");
        std::iter::once(first).chain(second).collect()
    }

    /// How many there are of each trade.
    pub(super) fn by_trade(persons: u64) -> BTreeMap<&'static str, u64> {
        let (staff, mut trades) = (Self::of(persons), BTreeMap::new());
        for trade in (0..usize::try_from(persons).unwrap()).flat_map(|index| staff.trades(index)) {
            *trades.entry(trade).or_default() += 1;
        }
        trades
    }

    /// The site file's entry.
    fn entry(&self, index: usize) -> Value {
        let (force, role) = match index {
            0 => ("police", "desk"),
            1 => ("police", "commander"),
            _ if self.inspectors.contains(&index) => ("police", "inspector"),
            _ if self.patrols.contains(&index) && index.is_multiple_of(10) => ("police", "inspector"),
            _ if self.patrols.contains(&index) || self.responders.contains(&index) => ("auxiliary", "auxiliary"),
            _ if index.is_multiple_of(12) => ("volunteer", "volunteer"),
            _ => ("guard", "guard"),
        };
        // Most see their own work alone; in each zone a few see all of it.
        let zones: Vec<String> = if index.is_multiple_of(40) { vec![format!("z{}", index / 40 % 5 + 1)] } else { Vec::new() };
        json!({
            "id": person(index), "name": { "zh": format!("示例{index}"), "en": format!("Example {index}") }, "force": force,
            "trades": self.trades(index), "roles": [{ "role": role, "from": "2023-01-01T00:00:00+08:00" }], "zones": zones, "status": "active",
        })
    }
}

/// The Liuye Lake site with this many persons.
pub(super) fn site(size: &Size) -> Value {
    let text = std::fs::read_to_string(crate::repository().join("fixtures/liuye-lake/site.json")).unwrap();
    let mut site: Value = serde_json::from_str(&text).unwrap();
    for noun in ["routes", "units", "key_roads"] {
        site[noun] = json!([]);
    }
    let staff = Staff::of(size.persons);
    site["persons"] = (0..usize::try_from(size.persons).unwrap()).map(|index| staff.entry(index)).collect();
    site
}
