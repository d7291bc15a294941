//! How rough a simulated world is.

use serde::{Deserialize, Serialize};

use super::chance::Chance;

/// How rough a world is. Each `…_in` is one time in so many; 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Climate {
    /// Phones.
    pub phones: usize,
    /// Days.
    pub days: i64,
    /// Mean minutes between two deeds of one phone.
    pub deed_minutes: i64,
    /// Exchanges that the network spoils.
    pub line_fault_in: u32,
    /// Deeds that come with a fault of the phone.
    pub phone_fault_in: u32,
    /// Deeds that come with a fault of the hub.
    pub hub_fault_in: u32,
    /// Deeds that come with a change of who may see what.
    pub churn_in: u32,
    /// Deeds that come with a clone, a backup or a put-back of the phone.
    #[serde(default)]
    pub fork_in: u32,
    /// Deeds that come with a backup of the hub, or with its loss and a restore.
    #[serde(default)]
    pub restore_in: u32,
    /// Moments of a request under way in which somebody else does something.
    pub meanwhile_in: u32,
    /// Changes that retire a place, or open it again.
    #[serde(default)]
    pub retire_in: u32,
    /// Deeds that are about a call for help, or a welfare timer.
    #[serde(default)]
    pub calls_in: u32,
    /// Deeds that are about publicity, disputes, the platform, or ratings.
    #[serde(default)]
    pub platform_in: u32,
    /// Deeds that are about found things and claims.
    #[serde(default)]
    pub found_in: u32,
    /// Deeds that are about what somebody planned: campaigns, tours, tasks, and later steps of what is there.
    #[serde(default)]
    pub work_in: u32,
    /// Phones that two persons share, each with a PIN: one in so many.
    #[serde(default)]
    pub shared_in: u32,
    /// Deeds that come with the erasure of somebody who lost something.
    #[serde(default)]
    pub erase_in: u32,
    /// Deeds that come with a phone that is reported lost and told to forget everything.
    #[serde(default)]
    pub wipe_in: u32,
    /// Hubs over the one ledger.
    #[serde(default = "one")]
    pub hubs: usize,
    /// Deeds that come with an upgrade of the hub, or a step back.
    #[serde(default)]
    pub upgrade_in: u32,
}

const fn one() -> usize {
    1
}

impl Climate {
    /// A day on which nothing goes wrong, and two phones do what there is to do now and then.
    #[must_use]
    pub const fn calm() -> Self {
        Self {
            phones: 2,
            days: 1,
            deed_minutes: 60,
            line_fault_in: 0,
            phone_fault_in: 0,
            hub_fault_in: 0,
            churn_in: 0,
            fork_in: 0,
            restore_in: 0,
            meanwhile_in: 0,
            retire_in: 0,
            calls_in: 0,
            platform_in: 0,
            found_in: 0,
            work_in: 0,
            shared_in: 0,
            erase_in: 0,
            wipe_in: 0,
            hubs: 1,
            upgrade_in: 0,
        }
    }

    /// What a seed means: from a calm day to a week in which everything breaks.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let chance = Chance::new(seed, 2);
        let rough = |mild: u32, wild: u32| match chance.of(0..3) {
            0 => 0,
            1 => mild,
            _ => wild,
        };
        Self {
            phones: chance.of(2..8) as usize,
            days: chance.ms(2..8),
            deed_minutes: chance.ms(40..600),
            line_fault_in: rough(20, 4),
            phone_fault_in: rough(40, 12),
            hub_fault_in: rough(80, 25),
            churn_in: rough(120, 40),
            fork_in: rough(150, 50),
            restore_in: rough(150, 50),
            meanwhile_in: rough(20, 4),
            retire_in: 4,
            hubs: if chance.one_in(3) { 2 } else { 1 },
            upgrade_in: rough(120, 40),
            shared_in: rough(0, 3),
            erase_in: rough(60, 20),
            wipe_in: rough(300, 100),
            calls_in: rough(4, 2),
            platform_in: rough(4, 2),
            found_in: rough(4, 2),
            work_in: rough(4, 2),
        }
    }
}
