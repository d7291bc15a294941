//! The rules of the field, pure: one file a noun. Compiled into phones and hub, so that a phone predicts with the
//! very rules by which the hub decides.

mod actor;
mod apply;
mod body;
mod bucket;
mod bucket_digest;
mod case;
mod check_in;
mod checkpoint;
mod clock;
mod coordinate;
mod document;
mod fix;
mod hazard;
mod identity;
mod inspection;
mod kind;
mod lost_report;
mod movement;
mod person;
mod phone;
mod photo;
mod redaction;
mod reference;
mod route;
mod search;
mod site;
mod tag;
mod text;
mod time;
mod venue;
mod verdict;
mod zone;

pub use actor::{Actor, Standing};
pub use apply::{Context, Outcome, World, Write, apply};
pub use body::{Body, OperationDiscard};
pub use bucket::Bucket;
pub use bucket_digest::BucketDigest;
pub use check_in::{CheckIn, CheckInEvidence, CheckInRecord, CheckInReview, CheckInVerdict, Inside, Movement};
pub use checkpoint::Checkpoint;
pub use clock::{Judged, judge};
pub use coordinate::{Coordinate, Datum};
pub use document::{Conflict, Document};
pub use fix::{check_fix, check_fixed_point, inside};
pub use hazard::{Hazard, HazardEvent, HazardGrade, HazardMove, HazardState, MajorPlan};
pub use identity::{IdentityNumber, PassportNumber};
pub use inspection::{
    ChecklistAnswer, ChecklistItem, Inspection, InspectionEvent, InspectionMove, InspectionState, Outcome as AnswerOutcome,
};
pub use kind::{DocumentKind, Kind};
pub use lost_report::{Contact, ItemCategory, LossRecord, LostReport, LostReportEvent, LostReportMove, LostReportState};
pub use movement::Visit;
pub use person::{Force, Person, PersonStatus, Role, RoleAssignment, Trade};
pub use phone::PhoneNumber;
pub use photo::{Photo, PhotoFormat};
pub use redaction::{Redaction, redact_operation};
pub use reference::{ReferenceDocument, SiteFile, is_id};
pub use route::Route;
pub use search::{SearchQuery, SearchTerm, SearchText};
pub use site::{Bilingual, Settings, Site, SiteBox};
pub use tag::{NfcTag, QrTag, TagSeal};
pub use text::Text;
pub use time::{format_rfc3339, parse_rfc3339};
pub use venue::{Venue, VenueKind};
pub use verdict::{Flag, Until, Verdict};
pub use zone::{Polygon, Zone};
