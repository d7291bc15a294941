//! What goes wrong with phones, with the hub, and with who may see what.

use liuye_core::domain::DocumentKind;
use liuye_hub::ops::device;

use super::phone::Phone;
use super::site;
use super::world::{DAY, Due, HOUR, MINUTE, World};
use crate::disk::{self, Fault, Keep};

impl World {
    pub(super) fn spoil_phone(&self, phone: &Phone) {
        if self.is_healed() {
            return;
        }
        let n = self.chance.of(1..120);
        let name = match self.chance.of(0..12) {
            0 | 1 => self.plan(&phone.disk, n, Fault::Kill, "phone_kill"),
            2 => self.plan(&phone.disk, n, Fault::PowerCut(Keep::Nothing), "phone_power_cut"),
            3 => self.plan(&phone.disk, n, Fault::PowerCut(Keep::Some(n)), "phone_torn_pages"),
            4 => self.plan(&phone.disk, n, Fault::Error, "phone_disk_error"),
            5 => self.plan(&phone.disk, n, Fault::Full, "phone_disk_full"),
            6 => {
                phone.disk.limit_growth(Some(self.chance.of(0..40_000)));
                "phone_disk_small"
            }
            7 => {
                phone.disk.limit_growth(None);
                "phone_disk_room"
            }
            8 => {
                phone.clock.set_wrong(self.chance.ms(-10 * 365 * DAY..10 * 365 * DAY));
                "clock_by_years"
            }
            9 => {
                phone.clock.set_wrong(self.chance.ms(-2 * HOUR..2 * HOUR));
                "clock_by_hours"
            }
            10 => {
                phone.clock.set_wrong(0);
                "clock_right"
            }
            _ => {
                phone.disk.kill();
                phone.clock.reboot();
                "phone_reboot"
            }
        };
        self.count(name);
    }

    fn plan(&self, disk: &disk::Machine, n: u64, fault: Fault, name: &'static str) -> &'static str {
        disk.plan(n, fault);
        name
    }

    pub(super) fn spoil_hub(&self) {
        if self.is_healed() {
            return;
        }
        let n = self.chance.of(1..200);
        let disk = &self.hub.disk;
        let name = match self.chance.of(0..8) {
            0 | 1 => self.plan(disk, n, Fault::Kill, "hub_kill"),
            2 => self.plan(disk, n, Fault::PowerCut(Keep::Nothing), "hub_power_cut"),
            3 => self.plan(disk, n, Fault::PowerCut(Keep::Some(n)), "hub_torn_pages"),
            4 => self.plan(disk, n, Fault::Error, "hub_disk_error"),
            5 => self.plan(disk, n, Fault::Full, "hub_disk_full"),
            6 => {
                self.hub.clock.set_wrong(self.chance.ms(-5 * MINUTE..5 * MINUTE));
                "hub_clock"
            }
            _ => {
                self.hub.disk.kill();
                "hub_restart"
            }
        };
        self.count(name);
    }

    /// Backs a phone up, puts it back, or makes a clone of it that lives on beside it.
    pub(super) fn fork(&self, phone: &Phone) {
        if self.is_healed() || phone.disk.is_down() {
            return;
        }
        match self.chance.of(0..4) {
            0 => phone.back_up(),
            1 | 2 => {
                if phone.put_back() {
                    self.count("phone_put_back");
                    self.due(MINUTE, Due::Launch(phone.index));
                } else {
                    phone.back_up();
                }
            }
            _ => {
                let asleep = |other: &&Phone| other.index >= self.climate.phones && other.app().is_none() && other.disk.bytes() == 0;
                let Some(clone) = self.phones.iter().find(asleep) else { return };
                clone.become_clone_of(phone);
                self.count("phone_clone");
                self.wake(clone);
            }
        }
    }

    /// Backs the hub up, or loses it and puts it back.
    pub(super) fn restore(&self) {
        if self.is_healed() || !self.hub.is_up() {
            return;
        }
        if self.chance.one_in(2) {
            if self.hub.back_up() {
                self.tell(|| "hub backed up".to_owned());
            }
        } else if self.hub.put_back() {
            self.count("hub_restore");
        }
    }

    /// Puts today's hub in the place of yesterday's, or goes back to that.
    pub(super) fn upgrade(&self) {
        if self.is_healed() || !self.hub.is_up() {
            return;
        }
        let to_old = !self.hub.is_old();
        self.hub.change_edition(to_old);
        self.count(if to_old { "hub_downgrade" } else { "hub_upgrade" });
        if !self.hub.is_up() {
            self.due(MINUTE, Due::HubStart);
        }
    }

    pub(super) fn churn(&self) {
        if self.is_healed() {
            return;
        }
        let mut site = self.site.lock().unwrap();
        let mut changed = site.clone();
        site::churn(&mut changed, &self.chance, self.climate.retire_in, self.time.now());
        if let Some(hub) = self.hub.hub()
            && hub.import_site(&changed.to_string()).is_ok()
        {
            *site = changed;
            drop(site);
            self.count("scope_change");
        }
    }

    /// Somebody who lost something wants to be forgotten.
    pub(super) fn erase(&self) {
        if self.is_healed() {
            return;
        }
        let Some(hub) = self.hub.hub() else { return };
        let reports = hub.documents(DocumentKind::LostReport, 50, 0).unwrap_or_default();
        if let Some(report) = self.chance.pick(&reports)
            && hub.erase(&report.id, "desk").is_ok()
        {
            self.count("erasure");
        }
    }

    /// A phone is reported lost: the hub tells it to forget everything.
    pub(super) fn wipe(&self, phone: &Phone) {
        if self.is_healed() {
            return;
        }
        let Some((hub, app)) = self.hub.hub().zip(phone.app()) else { return };
        if device::revoke(&hub, &app.device().to_string(), true).is_ok() {
            self.count("wipe_ordered");
        }
    }
}
