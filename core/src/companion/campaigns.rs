//! Campaigns: named operations of checks, to which inspections belong.

use super::{Page, Recorded, Safety};
use crate::Result;
use crate::domain::{Campaign, CampaignEvent, CampaignPurpose, DocumentKind, Kind, parse_rfc3339};

/// A campaign that is planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignDraft {
    /// Its name; 1 to 100 characters.
    pub name: String,
    /// What it is for.
    pub purpose: CampaignPurpose,
    /// The venues that are to be visited; with `zones` empty as well, all of the site.
    pub venues: Vec<String>,
    /// The zones whose venues are to be visited.
    pub zones: Vec<String>,
    /// The checklist that its visits ask; each venue's own, where there is none.
    pub checklist: Option<String>,
    /// When it is to begin: RFC 3339 with an offset.
    pub from: String,
    /// When it is to be over: RFC 3339 with an offset.
    pub to: String,
}

impl Safety<'_> {
    /// Campaigns that this phone may see, newest first, with their ids.
    ///
    /// # Errors
    /// [`crate::Code::OutOfRange`] at `limit`; those of the store.
    pub fn campaigns(&self, page: Page) -> Result<Vec<(String, Campaign)>> {
        self.0.typed(DocumentKind::Campaign, page)
    }

    /// Plans a campaign. Works offline.
    ///
    /// # Errors
    /// [`crate::Code::UnknownReference`] at `venues`, `zones` or `checklist`, [`crate::Code::TimeMalformed`] at `from` or `to`,
    /// [`crate::Code::TimeOrder`] at `to`, a text's code at its field, [`crate::Code::NotPermitted`]; those of the store.
    pub fn plan_campaign(&self, draft: CampaignDraft) -> Result<Recorded> {
        let CampaignDraft { name, purpose, venues, zones, checklist, from, to } = draft;
        let time = |field: &'static str, text: &str| parse_rfc3339(text).map_err(|error| error.within(field));
        let (from, to) = (time("from", &from)?, time("to", &to)?);
        let event = CampaignEvent::Plan { name, purpose, venues, zones, checklist, from, to }.normalised()?;
        self.act(Kind::CampaignPlan, &self.0.env.new_id().to_string(), &event, Vec::new())
    }

    /// A campaign begins.
    ///
    /// # Errors
    /// [`crate::Code::NotPermitted`], [`crate::Code::StateRefused`]; those of the store.
    pub fn start_campaign(&self, campaign: &str) -> Result<Recorded> {
        self.act(Kind::CampaignStart, campaign, &CampaignEvent::Start {}, Vec::new())
    }

    /// A campaign is over. Visits that go on are handed in as before.
    ///
    /// # Errors
    /// [`crate::Code::TooLong`] at `summary`, [`crate::Code::NotPermitted`], [`crate::Code::StateRefused`]; those of the store.
    pub fn close_campaign(&self, campaign: &str, summary: Option<String>) -> Result<Recorded> {
        self.act(Kind::CampaignClose, campaign, &CampaignEvent::Close { summary }.normalised()?, Vec::new())
    }
}
