//! What a recovery of a damaged database saved and lost.

use liuye_core::companion as core;

use crate::types::count;

/// What the last recovery of this database saved and what it lost. It stays until the next one.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Recovery {
    /// When, UTC ms by this phone's clock.
    pub at: i64,
    /// Where the damaged file lies now, with its log beside it. Remove it once nobody needs it any more.
    pub aside: String,
    /// Operations that were saved.
    pub operations: i64,
    /// Those of them that the hub has not answered for: they go up with the next sync.
    pub pending: i64,
    /// Places of the log whose operations are lost. What stood behind the last one that was saved leaves no trace and counts
    /// nowhere.
    pub lost: i64,
    /// Contacts that were saved.
    pub contacts: i64,
    /// Contacts of saved and unanswered operations that are lost: the hub will quarantine those.
    pub contacts_lost: i64,
    /// Photos that were saved.
    pub photos: i64,
    /// Photos of saved operations that the hub had not whole and that are lost.
    pub photos_lost: i64,
    /// Pages of the file that could not be read.
    pub unreadable_pages: i64,
    /// Whether the phone is still the device that it was. Where not, what is pending goes up under the new device.
    pub same_device: bool,
    /// Whether the phone still belongs to its site. Where not, enrol it again.
    pub enrolled: bool,
}

impl From<core::Recovery> for Recovery {
    fn from(report: core::Recovery) -> Self {
        Self {
            at: report.at,
            aside: report.aside.to_string_lossy().into_owned(),
            operations: count(report.operations),
            pending: count(report.pending),
            lost: count(report.lost),
            contacts: count(report.contacts),
            contacts_lost: count(report.contacts_lost),
            photos: count(report.photos),
            photos_lost: count(report.photos_lost),
            unreadable_pages: count(report.unreadable_pages),
            same_device: report.same_device,
            enrolled: report.enrolled,
        }
    }
}
