//! The rectification notice as a page that prints: it needs nothing but itself.

use askama::Template;
use axum::http::HeaderMap;
use liuye_core::domain::{DocumentKind, NoticeNumber, Person, RectificationNotice, Signature, Site, Venue};
use liuye_core::{Code, Error, Result};

use crate::clocks::shown_at;
use crate::desk::Lang;
use crate::hub::Hub;
use crate::nouns::nouns;

/// The language of a printed notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeLanguage {
    /// zh-CN
    Chinese,
    /// English
    English,
}

/// How a signature is drawn.
enum Drawn {
    /// The path of an SVG.
    Strokes(String),
    /// An image, as an address that holds all of it.
    Photo(String),
    /// Who saw that it was refused.
    Refused(String),
    /// Not yet.
    None,
}

/// A link with its picture.
struct Link {
    url: String,
    qr: String,
}

#[derive(Template)]
#[template(path = "notice.html")]
pub(crate) struct NoticePage {
    lang: Lang,
    site: String,
    number: String,
    venue: String,
    notice: RectificationNotice,
    issuer: String,
    issued: String,
    due: String,
    served: String,
    signature: Drawn,
    link: Option<Link>,
    /// Where the officers of the desk print it with a link: the notice, and their form's token.
    print: Option<(String, String)>,
}

/// Notices that are listed at once.
const LISTED: u32 = 10_000;

impl Hub {
    /// The rectification notices, newest first, with their ids.
    ///
    /// # Errors
    /// Those of the store.
    pub fn notices(&self) -> Result<Vec<(String, RectificationNotice)>> {
        let documents = self.documents(DocumentKind::RectificationNotice, LISTED, 0)?;
        Ok(nouns(documents).collect())
    }

    /// A rectification notice as one HTML page. Where `address` says how the hub is reached, such as `https://hub.example`, a link
    /// for the venue's operator is made and printed with it.
    ///
    /// # Errors
    /// [`Code::NotFound`] where there is no such notice; [`Code::StateRefused`] where a link is wanted and the hazard is not open;
    /// [`Code::TooLong`] at `address`; those of the store.
    pub fn print_notice(&self, id: &str, language: NoticeLanguage, address: Option<&str>) -> Result<String> {
        let lang = match language {
            NoticeLanguage::Chinese => Lang::Zh,
            NoticeLanguage::English => Lang::En,
        };
        let page = self.notice_page(id, lang, address, None)?;
        page.render().map_err(|_| Error::internal("a template that does not render"))
    }

    pub(crate) fn notice_page(&self, id: &str, lang: Lang, address: Option<&str>, csrf: Option<String>) -> Result<NoticePage> {
        let site_id = self.site()?;
        let missing = || Error::new(Code::NotFound, "no such notice");
        let (site, notice, venue, issuer) = self.read(&site_id, |tx| {
            let document = tx.document(id)?.map(|stored| stored.document);
            if document.is_none_or(|document| document.kind != DocumentKind::RectificationNotice.as_str()) {
                return Err(missing());
            }
            let notice: RectificationNotice = tx.noun(id)?.ok_or_else(missing)?;
            let site: Site = tx.noun(&site_id)?.ok_or_else(missing)?;
            let (venue, issuer): (Option<Venue>, Option<Person>) = (tx.noun(&notice.venue)?, tx.noun(&notice.issued_by)?);
            Ok((site, notice, venue, issuer))
        })?;
        let link = address.map(|address| self.link_to(id, address)).transpose()?;
        let time = |ms: i64| shown_at(ms, site.tz(), "%Y-%m-%d %H:%M");
        Ok(NoticePage {
            lang,
            number: number(notice.number, lang),
            venue: venue.map_or_else(|| notice.venue.clone(), |venue| lang.of_both(&venue.name)),
            issuer: issuer.map_or_else(|| notice.issued_by.clone(), |person| lang.of_both(&person.name)),
            issued: time(notice.at),
            due: time(notice.due),
            served: notice.served_at.map_or_else(String::new, time),
            signature: self.drawn(notice.signature.as_ref())?,
            site: lang.of_both(&site.name),
            notice,
            link,
            print: csrf.map(|csrf| (id.to_owned(), csrf)),
        })
    }

    fn link_to(&self, notice: &str, address: &str) -> Result<Link> {
        let url = format!("{}/r/{}", address.trim_end_matches('/'), self.make_operator_link(notice)?);
        let qr = crate::qr::picture(&url)?;
        Ok(Link { url, qr })
    }

    fn drawn(&self, signature: Option<&Signature>) -> Result<Drawn> {
        Ok(match signature {
            None => Drawn::None,
            Some(Signature::Refused { witness }) => Drawn::Refused(witness.clone()),
            Some(Signature::Strokes { strokes }) => Drawn::Strokes(strokes.iter().map(|stroke| path(stroke)).collect()),
            Some(Signature::Photo { sha256 }) => match crate::blobs::read(self, sha256)? {
                Some((format, bytes)) => Drawn::Photo(data_url(&format, &bytes)),
                None => Drawn::None,
            },
        })
    }
}

/// The number as it stands on paper; a notice that the hub has always has one.
pub(crate) fn number(number: Option<NoticeNumber>, lang: Lang) -> String {
    match (number, lang) {
        (Some(NoticeNumber { year, serial }), Lang::Zh) => format!("责改字〔{year}〕第{serial:04}号"),
        (Some(NoticeNumber { year, serial }), Lang::En) => format!("No. {year}-{serial:04}"),
        (None, _) => "—".to_owned(),
    }
}

/// A stroke as a part of an SVG path. A single touch is a dot.
fn path(stroke: &[[u16; 2]]) -> String {
    let mut path = String::new();
    for (index, [x, y]) in stroke.iter().enumerate() {
        path.push_str(&format!("{}{x} {y}", if index == 0 { "M" } else { "L" }));
    }
    if let [[x, y]] = stroke {
        path.push_str(&format!("L{x} {y}"));
    }
    path
}

fn data_url(format: &str, bytes: &[u8]) -> String {
    use base64::Engine as _;
    format!("data:image/{format};base64,{}", base64::prelude::BASE64_STANDARD.encode(bytes))
}

/// How the browser that asks reaches this hub.
pub(crate) fn address_of(headers: &HeaderMap, secure: bool) -> Option<String> {
    let host = headers.get("host")?.to_str().ok()?;
    Some(format!("{}://{host}", if secure { "https" } else { "http" }))
}
