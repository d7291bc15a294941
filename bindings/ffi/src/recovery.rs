//! What a recovery of a damaged database saved and lost.

use liuye_core::companion as core;

use crate::crossing::record;

record! {
    /// What the last recovery of this database saved and what it lost. It stays until the next one.
    Recovery = core::Recovery {
        /// When, UTC ms by this phone's clock.
        at: i64,
        /// Where the damaged file lies now, with its log beside it. Remove it once nobody needs it any more.
        aside: String,
        /// Operations that were saved.
        operations: i64,
        /// Those of them that the hub has not answered for: they go up with the next sync.
        pending: i64,
        /// Places of the log whose operations are lost. What stood behind the last one that was saved leaves no trace and counts
        /// nowhere.
        lost: i64,
        /// Contacts that were saved.
        contacts: i64,
        /// Contacts of saved and unanswered operations that are lost: the hub will quarantine those.
        contacts_lost: i64,
        /// Photos that were saved.
        photos: i64,
        /// Photos of saved operations that the hub had not whole and that are lost.
        photos_lost: i64,
        /// Pages of the file that could not be read.
        unreadable_pages: i64,
        /// Whether the phone is still the device that it was. Where not, what is pending goes up under the new device.
        same_device: bool,
        /// Whether the phone still belongs to its site. Where not, enrol it again.
        enrolled: bool,
    }
}
