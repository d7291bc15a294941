//! Publicity: sessions from plan to proof, their topics and material, and the stock of leaflets.

use liuye_core::companion as core;
use liuye_core::domain;

use crate::companion::CompanionHandle;
use crate::crossing::{Inward, draft, given, mirror, noun, record};
use crate::error::Result;
use crate::types::{Bilingual, Fix, Page, Recorded};

mirror! {
    /// What material is.
    MaterialKind = domain::MaterialKind {
        /// 宣传单页: handed out and counted.
        Leaflet,
        /// 海报展板
        Poster,
        /// 顺口溜: said, and easily kept in mind.
        Rhyme,
        /// 视频
        Video,
        /// 其他
        Other,
    }
}

mirror! {
    /// Where a session stands.
    PublicityState = domain::PublicityState {
        /// It is to be held.
        Planned,
        /// It was held.
        Held,
        /// Somebody else vouches for it: it counts.
        Verified,
    }
}

record! {
    /// What a session is about, such as drink driving or fraud.
    Topic = domain::Topic {
        /// Such as `t-fraud`.
        id: String,
        /// Its name.
        name: Bilingual,
        /// From when on nobody speaks on it any more UTC ms.
        retired_at: Option<i64>,
    }
}

record! {
    /// What a session works with.
    Material = domain::Material {
        /// Such as `m-fraud-leaflet`.
        id: String,
        /// Its name.
        name: Bilingual,
        /// What it is.
        kind: MaterialKind,
        /// The topics that it speaks of; at least one.
        topics: Vec<String>,
        /// Its words, where it is made of words: a rhyme always has them. At most 2,000 characters.
        text: Option<Bilingual>,
        /// From when on it is out of use UTC ms.
        retired_at: Option<i64>,
    }
}

draft! {
    /// A session that is to be held.
    SessionDraft = core::SessionDraft {
        /// What it is about: ids of topics, 1 to 10.
        topics: Vec<String>,
        /// What it works with: ids of material, at most 20.
        materials: Vec<String>,
        /// In which zone.
        zone: String,
        /// Where in it; 1 to 200 characters.
        place: String,
        /// From when: RFC 3339 with an offset.
        from: String,
        /// Until when: RFC 3339 with an offset; at most 24 hours later.
        to: String,
    }
}

noun! {
    /// A session as staff see it. What was handed out in it stands with the leaflets.
    PublicitySession = domain::PublicitySession {
        /// What it is about.
        topics: Vec<String>,
        /// What it works with.
        materials: Vec<String>,
        /// In which zone.
        zone: String,
        /// Where in it.
        place: String,
        /// From when, UTC ms.
        from: i64,
        /// Until when, UTC ms.
        to: i64,
        /// Where it stands.
        state: PublicityState,
        /// Who planned it.
        planned_by: String,
        /// The operation that planned it.
        operation: String,
        /// Its own time, UTC ms: its beginning, and once it was held the time at which that was said.
        at: i64,
        /// Who held it.
        held_by: Option<String>,
        /// How many people it reached.
        audience: Option<i64>,
        /// Who vouches for it.
        verified_by: Option<String>,
        /// Since when, UTC ms.
        verified_at: Option<i64>,
        /// Photos of it, by SHA-256.
        photos: Vec<String>,
        /// The last word on it.
        note: Option<String>,
    }
}

record! {
    /// What one session had of a batch.
    LeafletUse = domain::LeafletUse {
        /// The session.
        session: String,
        /// When the first of them left, UTC ms.
        at: i64,
        /// How many left the stock for it.
        issued: i64,
        /// How many came back.
        returned: i64,
        /// How many were spoilt or lost.
        wasted: i64,
    }
}

noun! {
    /// A batch of leaflets as staff see it.
    Leaflets = domain::Leaflets {
        /// What they are.
        material: String,
        /// How many came.
        stocked: i64,
        /// Where they went, in the order of the first issue.
        sessions: Vec<LeafletUse>,
        /// Who took them in.
        stocked_by: String,
        /// The operation that took them in.
        operation: String,
        /// When, UTC ms.
        at: i64,
    }
}

#[uniffi::export]
impl CompanionHandle {
    /// All topics that this phone knows, by id.
    ///
    /// # Errors
    /// Those of the store.
    pub fn publicity_topics(&self) -> Result<Vec<Topic>> {
        given(self.core.publicity().topics())
    }

    /// All material that this phone knows, by id; rhymes with their words.
    ///
    /// # Errors
    /// Those of the store.
    pub fn publicity_materials(&self) -> Result<Vec<Material>> {
        given(self.core.publicity().materials())
    }

    /// Plans a session. Works offline.
    ///
    /// # Errors
    /// `unknown_reference` at `topics`, `materials` or `zone`; `missing` at `topics` or `place`;
    /// `time_malformed`, `time_order` or `out_of_range` at `from` or `to`; `not_permitted`; those of the store.
    pub fn plan_session(&self, draft: SessionDraft) -> Result<Recorded> {
        given(self.core.publicity().plan(draft.inward("")?))
    }

    /// Says that a session was held, and how many people it reached. Works offline.
    ///
    /// # Errors
    /// `out_of_range` at `audience`, `state_refused`, `not_permitted`; those of the store.
    pub fn hold_session(
        &self,
        session: &str,
        audience: i64,
        note: Option<String>,
        fix: Option<Fix>,
        photos: Vec<String>,
    ) -> Result<Recorded> {
        given(self.core.publicity().hold(session, audience.inward("audience")?, note, fix.inward("fix")?, photos.inward("photos")?))
    }

    /// Vouches for a session that somebody else held: it counts from then on, and its leaflets stay as they are.
    ///
    /// # Errors
    /// `not_permitted`, also for one of their own; `state_refused`; those of the store.
    pub fn verify_session(&self, session: &str, note: Option<String>) -> Result<Recorded> {
        given(self.core.publicity().verify(session, note))
    }

    /// Sessions that this phone may see, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn publicity_sessions(&self, page: Page) -> Result<Vec<PublicitySession>> {
        given(self.core.publicity().sessions(page.inward("")?))
    }

    /// Takes a batch of leaflets into the stock.
    ///
    /// # Errors
    /// `unknown_reference` at `material` where that is no leaflet; `out_of_range` at `quantity`; `not_permitted`;
    /// those of the store.
    pub fn stock_leaflets(&self, material: &str, quantity: i64) -> Result<Recorded> {
        given(self.core.publicity().stock_leaflets(material, quantity.inward("quantity")?))
    }

    /// Takes leaflets of a batch to a session. Works offline.
    ///
    /// # Errors
    /// `leaflets_short` or `out_of_range` at `quantity`; `unknown_reference` at `session`, or
    /// `state_refused` there where it is verified; `not_permitted`; those of the store.
    pub fn issue_leaflets(&self, batch: &str, session: &str, quantity: i64) -> Result<Recorded> {
        given(self.core.publicity().issue_leaflets(batch, session, quantity.inward("quantity")?))
    }

    /// Brings leaflets back from a session. Works offline.
    ///
    /// # Errors
    /// As `issue_leaflets`.
    pub fn return_leaflets(&self, batch: &str, session: &str, quantity: i64) -> Result<Recorded> {
        given(self.core.publicity().return_leaflets(batch, session, quantity.inward("quantity")?))
    }

    /// Says that leaflets were spoilt or lost in a session. Works offline.
    ///
    /// # Errors
    /// As `issue_leaflets`.
    pub fn waste_leaflets(&self, batch: &str, session: &str, quantity: i64) -> Result<Recorded> {
        given(self.core.publicity().waste_leaflets(batch, session, quantity.inward("quantity")?))
    }

    /// Batches of leaflets, newest first.
    ///
    /// # Errors
    /// `out_of_range` at `limit`; those of the store.
    pub fn leaflet_batches(&self, page: Page) -> Result<Vec<Leaflets>> {
        given(self.core.publicity().batches(page.inward("")?))
    }
}
