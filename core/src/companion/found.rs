//! Found property, its custody, and claims of it: a part of what is done about lost property.

use uuid::Uuid;

use super::outbox::original_kind;
use super::record::NewOperation;
use super::{Lost, Page, Recorded};
use crate::domain::{
    Candidate, Claim, ClaimEvent, Contact, DocumentKind, FoundItem, FoundItemEvent, FoundNotice, FoundRecord, ItemCategory, Kind,
    LostReport, Offered, Prohibited, Sought, parse_rfc3339, rank, serial_digest,
};
use crate::log::Digest;
use crate::{Code, Error, Result};

/// Something that was found, as whoever registers it tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDraft {
    /// What it is.
    pub category: ItemCategory,
    /// What it looks like, for staff; 1 to 2,000 characters.
    pub description: String,
    /// Its brand; at most 100 characters.
    pub brand: Option<String>,
    /// Its colour; at most 50 characters.
    pub colour: Option<String>,
    /// Where; 1 to 500 characters.
    pub place: String,
    /// The zone's id, where it is known.
    pub zone: Option<String>,
    /// When: RFC 3339 with an offset.
    pub found_at: String,
    /// Whether it is worth two signatures. Phones, cameras, jewellery and electronics always are.
    pub valuable: bool,
    /// A weapon or contraband: it goes straight to the police.
    pub prohibited: Option<Prohibited>,
    /// Its serial number or IMEI; its digest alone is kept.
    pub serial: Option<String>,
    /// Marks and contents that only the owner can know; at most 1,000 characters. No other phone ever has them.
    pub hidden: Option<String>,
    /// Photos that were attached before.
    pub photos: Vec<Digest>,
}

/// A claim, as whoever makes it tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimDraft {
    /// The item's id, as its notice has it.
    pub item: String,
    /// The claimant's own loss report, where there is one: it moves on with the claim.
    pub report: Option<String>,
    /// Why it is theirs; 1 to 2,000 characters.
    pub statement: String,
    /// How to reach the claimant; kept and sent apart from the claim.
    pub contact: Option<Contact>,
}

impl Lost<'_> {
    /// Registers what was found; whoever signs for it here holds it from then on. Works offline.
    ///
    /// # Errors
    /// [`Code::NotPermitted`] for a valuable and somebody who may hold none; those of the rules, with the field; those of the store.
    pub fn register_found(&self, draft: FoundDraft) -> Result<Recorded> {
        Ok(self.0.record(registration(self.0.env.new_id().to_string(), draft)?)?.0)
    }

    /// Corrects a registration that needs attention.
    ///
    /// # Errors
    /// [`Code::AmendsNothing`]; those of [`Lost::register_found`].
    pub fn amend_found(&self, amends: Uuid, draft: FoundDraft) -> Result<Recorded> {
        self.amend(amends, Kind::FoundRegister, |id| registration(id, draft))
    }

    /// Puts an item away that the author holds: a valuable under two signatures.
    ///
    /// # Errors
    /// [`Code::CustodyTwoPeople`], [`Code::NotPermitted`], [`Code::StateRefused`]; a text's code at `place`; those of the store.
    pub fn store(&self, item: &str, place: &str) -> Result<Recorded> {
        self.found(item, FoundItemEvent::Store { place: place.to_owned() })
    }

    /// Signs for an item as the second person: on a phone of their own, or by PIN on the one where it was registered.
    ///
    /// # Errors
    /// As [`Lost::store`].
    pub fn sign_custody(&self, item: &str) -> Result<Recorded> {
        self.found(item, FoundItemEvent::Sign {})
    }

    /// Offers an item that the author holds to another. They hold it once they accept, and not before.
    ///
    /// # Errors
    /// [`Code::UnknownReference`] or [`Code::NotPermitted`] at `to`; as [`Lost::store`].
    pub fn hand_over(&self, item: &str, to: &str) -> Result<Recorded> {
        self.found(item, FoundItemEvent::HandOver { to: to.to_owned() })
    }

    /// Takes an item that was offered to the author; for the desk also one that comes back from another authority.
    ///
    /// # Errors
    /// As [`Lost::store`].
    pub fn accept_custody(&self, item: &str, place: Option<String>) -> Result<Recorded> {
        self.found(item, FoundItemEvent::Accept { place })
    }

    /// Gives an item to another authority.
    ///
    /// # Errors
    /// [`Code::ItemProhibited`] where a weapon goes to others than the police; as [`Lost::store`].
    pub fn transfer(&self, item: &str, authority: &str, police: bool) -> Result<Recorded> {
        self.found(item, FoundItemEvent::Transfer { authority: authority.to_owned(), police })
    }

    /// Announces an item: its statutory year begins.
    ///
    /// # Errors
    /// [`Code::ItemProhibited`], [`Code::NotPermitted`], [`Code::StateRefused`]; those of the store.
    pub fn notice(&self, item: &str) -> Result<Recorded> {
        self.found(item, FoundItemEvent::Notice {})
    }

    /// Gives an item back on the spot: only where it is no valuable and the owner is plain.
    ///
    /// # Errors
    /// [`Code::CustodyTwoPeople`] for a valuable; as [`Lost::store`].
    pub fn release_on_spot(&self, item: &str, reason: &str) -> Result<Recorded> {
        self.found(item, FoundItemEvent::ReleaseOnSpot { reason: reason.to_owned() })
    }

    /// Gives an item to whoever made this claim, once it is verified. The claim and the claimant's report move with it.
    ///
    /// # Errors
    /// [`Code::ItemDisputed`] where several claim it; [`Code::CustodyTwoPeople`]; [`Code::UnknownReference`] or
    /// [`Code::StateRefused`] at `claim`; as [`Lost::store`].
    pub fn release(&self, item: &str, claim: &str) -> Result<Recorded> {
        self.found(item, FoundItemEvent::Release { claim: claim.to_owned() })
    }

    /// Writes down that an item is the State's, once its year has passed.
    ///
    /// # Errors
    /// [`Code::ForfeitTooEarly`]; as [`Lost::store`].
    pub fn forfeit(&self, item: &str) -> Result<Recorded> {
        self.found(item, FoundItemEvent::Forfeit {})
    }

    /// Writes down how a forfeited item was disposed of.
    ///
    /// # Errors
    /// As [`Lost::store`].
    pub fn dispose(&self, item: &str, note: &str) -> Result<Recorded> {
        self.found(item, FoundItemEvent::Dispose { note: note.to_owned() })
    }

    /// Claims a found item. Works offline and before enrolment.
    ///
    /// # Errors
    /// [`Code::ClaimLimit`]; [`Code::StateRefused`] at `item` or `report`; those of the rules, with the field; those of the store.
    pub fn claim(&self, draft: ClaimDraft) -> Result<Recorded> {
        let new = self.claiming(self.0.env.new_id().to_string(), draft)?;
        Ok(self.0.record(new)?.0)
    }

    /// Corrects a claim that needs attention.
    ///
    /// # Errors
    /// [`Code::AmendsNothing`]; those of [`Lost::claim`].
    pub fn amend_claim(&self, amends: Uuid, draft: ClaimDraft) -> Result<Recorded> {
        self.amend(amends, Kind::ClaimSubmit, |id| self.claiming(id, draft))
    }

    /// Asks a claimant what only the owner can know; 1 to 5 questions.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `questions`; [`Code::NotPermitted`], [`Code::StateRefused`]; those of the store.
    pub fn question(&self, claim: &str, questions: Vec<String>) -> Result<Recorded> {
        self.claim_event(claim, ClaimEvent::Question { questions })
    }

    /// Answers, once: for the phone that claimed, and the desk.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `answers`; as [`Lost::question`].
    pub fn answer(&self, claim: &str, answers: Vec<String>) -> Result<Recorded> {
        self.claim_event(claim, ClaimEvent::Answer { answers })
    }

    /// Writes down that the item is the claimant's.
    ///
    /// # Errors
    /// [`Code::Missing`] at `answers`; [`Code::ItemDisputed`] where another claim is alive; as [`Lost::question`].
    pub fn verify(&self, claim: &str, note: Option<String>) -> Result<Recorded> {
        self.claim_event(claim, ClaimEvent::Verify { note })
    }

    /// Writes down that it is not.
    ///
    /// # Errors
    /// [`Code::Missing`] at `reason`; as [`Lost::question`].
    pub fn reject(&self, claim: &str, reason: &str) -> Result<Recorded> {
        self.claim_event(claim, ClaimEvent::Reject { reason: reason.to_owned() })
    }

    /// The claimant gives up; for the phone that claimed, and the desk. Contact and texts are erased here once the hub has taken that;
    /// at once where the claim has not left this phone.
    ///
    /// # Errors
    /// As [`Lost::question`].
    pub fn withdraw_claim(&self, claim: &str) -> Result<Recorded> {
        let event = ClaimEvent::Withdraw {};
        let new = NewOperation::new(event.kind(), claim, &event)?;
        self.0.write(|connection, changes| {
            let (recorded, _) = self.0.append(connection, changes, new)?;
            self.0.forget_unsent(connection, changes, claim, Kind::ClaimSubmit)?;
            Ok(recorded)
        })
    }

    /// Found items that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn found_items(&self, page: Page) -> Result<Vec<(String, FoundItem)>> {
        self.0.typed(DocumentKind::FoundItem, page)
    }

    /// What anyone may know of found items, newest first. A notice names its item.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn notices(&self, page: Page) -> Result<Vec<FoundNotice>> {
        Ok(self.0.typed(DocumentKind::FoundNotice, page)?.into_iter().map(|(_, notice)| notice).collect())
    }

    /// Claims that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] at `limit`; those of the store.
    pub fn claims(&self, page: Page) -> Result<Vec<(String, Claim)>> {
        self.0.typed(DocumentKind::Claim, page)
    }

    /// The found items that may be what this report speaks of, the likeliest first, each with its reasons: among those that this
    /// phone may see, without the marks that only the hub knows.
    ///
    /// # Errors
    /// [`Code::NotFound`] at `report`; those of the store.
    pub fn candidates(&self, report: &str, limit: usize) -> Result<Vec<Candidate>> {
        let document = self.0.document(report)?.filter(|document| document.kind == DocumentKind::LostReport.as_str());
        let missing = || Error::field(Code::NotFound, "report", "no loss report of this id");
        let report: LostReport = serde_json::from_value(document.ok_or_else(missing)?.body)?;
        let sought = Sought::new(&report.loss);
        let items: Vec<(String, FoundItem)> = self.0.all_typed(DocumentKind::FoundItem)?;
        let fits = items.iter().filter(|(_, item)| item.may_be_sought());
        let fits = fits.filter_map(|(id, item)| Some(Candidate { id: id.clone(), fit: sought.compare(&Offered::new(&item.found, None))? }));
        let mut candidates = fits.collect();
        rank(&mut candidates, limit);
        Ok(candidates)
    }

    fn found(&self, item: &str, event: FoundItemEvent) -> Result<Recorded> {
        let event = event.normalised(self.0.env.clock.wall_ms())?;
        Ok(self.0.record(NewOperation::new(event.kind(), item, &event)?)?.0)
    }

    fn claim_event(&self, claim: &str, event: ClaimEvent) -> Result<Recorded> {
        let event = event.normalised()?;
        Ok(self.0.record(NewOperation::new(event.kind(), claim, &event)?)?.0)
    }

    fn claiming(&self, id: String, draft: ClaimDraft) -> Result<NewOperation> {
        let now = self.0.env.clock.wall_ms();
        let contact = draft.contact.map(|contact| contact.normalised(now).map_err(|error| error.within("contact"))).transpose()?;
        let event = ClaimEvent::Submit { item: draft.item, report: draft.report, statement: draft.statement }.normalised()?;
        let mut new = NewOperation::new(event.kind(), id, &event)?;
        new.contact = contact;
        Ok(new)
    }

    fn amend(&self, amends: Uuid, kind: Kind, draft: impl FnOnce(String) -> Result<NewOperation>) -> Result<Recorded> {
        let original = self.0.original(amends)?;
        if original_kind(&original)? != kind {
            return Err(Error::field(Code::AmendsNothing, "amends", "it is of another kind"));
        }
        let mut new = draft(original.operation.entity)?;
        new.amends = Some(amends);
        Ok(self.0.record_amendment(new)?.0)
    }
}

fn registration(id: String, draft: FoundDraft) -> Result<NewOperation> {
    let found = FoundRecord {
        category: draft.category,
        description: draft.description,
        brand: draft.brand,
        colour: draft.colour,
        place: draft.place,
        zone: draft.zone,
        found_at: parse_rfc3339(&draft.found_at).map_err(|error| error.within("found_at"))?,
        valuable: draft.valuable,
        prohibited: draft.prohibited,
        serial_digest: draft.serial.as_deref().map(serial_digest).transpose().map_err(|error| error.within("serial"))?,
    };
    // Whether it lies in the future is for the rules to say, which know what this phone's clock is worth.
    let event = FoundItemEvent::Register { found, hidden: draft.hidden }.normalised(i64::MAX)?;
    Ok(NewOperation::new(event.kind(), id, &event)?.with_photos(draft.photos))
}
