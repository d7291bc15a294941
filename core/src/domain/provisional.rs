// Delete this file (and its line in mod.rs) as soon as the nouns have these themselves.
use super::*;
macro_rules! pass { ($($t:ty),*) => { $(impl $t { #[allow(missing_docs)] pub fn normalised(self) -> crate::Result<Self> { Ok(self) } })* } }
pass!(CheckInRecord, LossRecord, InspectionEvent, HazardEvent);
impl Contact { #[allow(missing_docs)] pub fn normalised(self, _now: i64) -> crate::Result<Self> { Ok(self) } }
impl PhotoFormat { #[allow(missing_docs)] pub fn as_str(self) -> &'static str { "jpeg" } }
