//! The frame of every page: who is logged in, in which language, where they are and where they may go. A handler says which
//! page it serves and how it is built; roles, headers, refusals and forms are seen to here.

use std::borrow::Borrow;
use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use liuye_core::domain::{Kind, Role};
use liuye_core::{Code, Error, ErrorKind, Result};
use subtle::ConstantTimeEq;

use super::Desk;
use super::form::{Fault, Fields};
use super::pages::Page;
use super::preferences::{Preferences, Theme};
use super::said::Said;
use super::session::session;
use super::site::SiteView;
use super::words::Lang;
use crate::accounts::Session;
use crate::api::ApiError;
use crate::blocking::blocking;
use crate::hub::Hub;
use crate::officer::Officer;

/// A request of somebody who is logged in.
pub(crate) struct Visit {
    desk: Desk,
    pub(crate) preferences: Preferences,
    pub(crate) session: Session,
    said: Option<Said>,
    wants_html: bool,
    host: Option<String>,
    /// The address that was asked for, without what was asked of it.
    path: String,
}

impl FromRequestParts<Desk> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> std::result::Result<Self, Response> {
        let headers = &parts.headers;
        let Some(session) = session(desk, headers) else { return Err(not_logged_in(headers)) };
        Ok(Self {
            desk: desk.clone(),
            preferences: Preferences::of(parts.uri.query(), headers),
            session,
            said: Said::of(headers),
            wants_html: wants_html(headers),
            host: crate::notice::address_of(headers, desk.secure),
            path: parts.uri.path().to_owned(),
        })
    }
}

/// What an action came to.
pub(crate) struct Done {
    said: Said,
    to: String,
}

impl Done {
    /// An operation of this kind took effect; the browser goes on to `to`.
    pub(crate) fn new(kind: Kind, is_flagged: bool, to: impl Into<String>) -> Self {
        Self { said: Said::applied(kind, is_flagged), to: to.into() }
    }
}

/// What every page's template has.
pub(crate) struct Frame {
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
    pub(crate) session: Session,
    pub(crate) page: Page,
    /// The site's name and its time of day.
    pub(crate) site: SiteView,
    said: Option<Said>,
    fault: Option<Fault>,
    fields: Arc<Fields>,
}

/// One of several ways to go on from a page.
pub(crate) struct Choice {
    pub(crate) to: &'static str,
    pub(crate) words: &'static str,
    pub(crate) is_here: bool,
}

impl Frame {
    /// The word of the page's language.
    pub(crate) const fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(zh, en)
    }

    /// What the page is called.
    pub(crate) const fn title(&self) -> &'static str {
        self.page.name(self.lang)
    }

    /// The pages that whoever looks may go to.
    pub(crate) fn navigation(&self) -> impl Iterator<Item = Choice> {
        let (role, lang, here) = (self.session.role, self.lang, self.page);
        let seen = Page::ALL.iter().copied().filter(move |page| page.is_for(role));
        seen.map(move |page| Choice { to: page.address(), words: page.name(lang), is_here: page == here })
    }

    /// How bright the pages can be.
    pub(crate) fn themes(&self) -> impl Iterator<Item = Choice> {
        let (lang, here) = (self.lang, self.theme);
        Theme::ALL.into_iter().map(move |theme| Choice { to: theme.tag(), words: theme.name(lang), is_here: theme == here })
    }

    /// Whether the page is in this language.
    pub(crate) fn is_in(&self, tag: &str) -> bool {
        self.lang.tag() == tag
    }

    /// What the last action was answered.
    pub(crate) fn said(&self) -> Option<String> {
        self.said.map(|said| said.words(self.lang))
    }

    /// Whether an account of one of these roles looks: what others may not do is not offered to them either.
    pub(crate) fn is_any(&self, roles: &[Role]) -> bool {
        roles.contains(&self.session.role)
    }

    /// What is wrong with the form that was sent.
    pub(crate) fn fault(&self) -> Option<String> {
        self.fault.as_ref().map(|fault| fault.words(self.lang))
    }

    /// What is wrong with a field of a form.
    pub(crate) fn fault_at(&self, form: &str, field: &str) -> Option<String> {
        self.fault.as_ref().filter(|fault| fault.is_at(form, field)).map(|fault| fault.words(self.lang))
    }

    /// Whether something is wrong with this form, which is then shown open.
    pub(crate) fn is_faulty(&self, form: &str) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.is_of(form))
    }

    /// What was typed into a field of a form that was refused.
    pub(crate) fn typed(&self, form: &str, field: &str) -> &str {
        if self.is_faulty(form) { self.fields.get(field) } else { "" }
    }

    /// What was typed into one of several fields of one name, from 0, of a form that was refused.
    pub(crate) fn typed_nth(&self, form: &str, field: &'static str, index: impl Borrow<usize>) -> &str {
        if self.is_faulty(form) { self.fields.all(field).nth(*index.borrow()).unwrap_or_default() } else { "" }
    }

    /// Whether a choice of a form that was refused was made; `by_default` where none was sent.
    pub(crate) fn chosen(&self, form: &str, field: &str, value: &str, by_default: bool) -> bool {
        if self.is_faulty(form) { self.fields.has(field, value) } else { by_default }
    }
}

impl Visit {
    /// Where this browser found the desk, such as `https://hub.example`.
    pub(crate) fn host(&self) -> Option<String> {
        self.host.clone()
    }

    /// Serves a page to whoever may see it.
    pub(crate) async fn page<T, F>(self, page: Page, build: F) -> Response
    where
        T: Template,
        F: FnOnce(&Hub, Frame) -> Result<T> + Send + 'static,
    {
        if !page.is_for(self.session.role) {
            return self.refuse(&forbidden());
        }
        self.show(page, None, Arc::default(), build).await
    }

    /// Serves a file of a page to whoever may see the page. `name` is what it is saved as.
    pub(crate) async fn file<F>(self, page: Page, kind: &'static str, name: &'static str, build: F) -> Response
    where
        F: FnOnce(&Hub) -> Result<String> + Send + 'static,
    {
        if !page.is_for(self.session.role) {
            return self.refuse(&forbidden());
        }
        let (hub, session, path) = (self.desk.hub.clone(), self.session.clone(), self.path.clone());
        let built = blocking(move || {
            note_reading(&hub, &session, &path)?;
            build(&hub)
        });
        match built.await {
            Ok(text) => {
                let headers = [
                    (header::CONTENT_TYPE, kind.to_owned()),
                    (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                    (header::CACHE_CONTROL, "no-store".to_owned()),
                    (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
                ];
                (headers, text).into_response()
            }
            Err(error) => self.refuse(&error),
        }
    }

    /// Does what a form asks for, by an account of one of these roles: on success the browser goes on, a refusal shows the page
    /// again with what was typed, and the words at the field. `form` is the form's name in its page.
    pub(crate) async fn act<T, W, F>(self, page: Page, roles: &'static [Role], form: &str, fields: Fields, work: W, again: F) -> Response
    where
        T: Template,
        W: FnOnce(&Hub, &Officer, &Fields) -> Result<Done> + Send + 'static,
        F: FnOnce(&Hub, Frame) -> Result<T> + Send + 'static,
    {
        if !self.is_own(&fields) || !page.is_for(self.session.role) || !roles.contains(&self.session.role) {
            return self.refuse(&forbidden());
        }
        let fields = Arc::new(fields);
        let (hub, session, sent) = (self.desk.hub.clone(), self.session.clone(), Arc::clone(&fields));
        let done = blocking(move || work(&hub, &Officer::of(&session)?, &sent)).await;
        match done {
            Ok(done) => {
                let mut response = Redirect::to(&done.to).into_response();
                done.said.put(&mut response);
                response
            }
            Err(error) => self.show_refused(page, form, fields, &error, again).await,
        }
    }

    /// Does what a form of the administration asks for, by an account of one of these roles. Accounts, devices and people are kept by
    /// whoever holds the account, as on the command line, and that they did stands in the log of readings. What comes of it is shown
    /// on the page itself, once.
    pub(crate) async fn administer<O, T, W, F>(
        self,
        page: Page,
        roles: &'static [Role],
        form: &'static str,
        fields: Fields,
        work: W,
        build: F,
    ) -> Response
    where
        O: Send + 'static,
        T: Template,
        W: FnOnce(&Hub, &Fields) -> Result<O> + Send + 'static,
        F: FnOnce(&Hub, Frame, Option<O>) -> Result<T> + Send + 'static,
    {
        if !self.is_own(&fields) || !page.is_for(self.session.role) || !roles.contains(&self.session.role) {
            return self.refuse(&forbidden());
        }
        let fields = Arc::new(fields);
        let (hub, officer, path, sent) = (self.desk.hub.clone(), self.session.officer.clone(), self.path.clone(), Arc::clone(&fields));
        let done = blocking(move || {
            let output = work(&hub, &sent)?;
            hub.write(&hub.site()?, |tx| tx.log_access(&officer, &path))?;
            Ok(output)
        });
        match done.await {
            Ok(output) => self.show(page, None, Arc::default(), move |hub, frame| build(hub, frame, Some(output))).await,
            Err(error) => self.show_refused(page, form, fields, &error, move |hub, frame| build(hub, frame, None)).await,
        }
    }

    /// The page once more, with what was typed and the words at the field; what the hub itself cannot do is a page of its own.
    async fn show_refused<T, F>(self, page: Page, form: &str, fields: Arc<Fields>, error: &Error, again: F) -> Response
    where
        T: Template,
        F: FnOnce(&Hub, Frame) -> Result<T> + Send + 'static,
    {
        if !self.wants_html || !shows_at_form(error) {
            return self.refuse(error);
        }
        let mut response = self.show(page, Some(Fault::new(form, error)), fields, again).await;
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        response
    }

    /// Whether the form is one that this session was shown.
    pub(crate) fn is_own(&self, fields: &Fields) -> bool {
        bool::from(self.session.csrf.as_bytes().ct_eq(fields.get("csrf").as_bytes()))
    }

    async fn show<T, F>(self, page: Page, fault: Option<Fault>, fields: Arc<Fields>, build: F) -> Response
    where
        T: Template,
        F: FnOnce(&Hub, Frame) -> Result<T> + Send + 'static,
    {
        let Preferences { lang, theme } = self.preferences;
        let (hub, session, said, path) = (self.desk.hub.clone(), self.session.clone(), self.said, self.path.clone());
        let built = blocking(move || {
            let site = SiteView::read(&hub, lang)?;
            note_reading(&hub, &session, &path)?;
            build(&hub, Frame { lang, theme, session, page, site, said, fault, fields })?
                .render()
                .map_err(|_| Error::internal("a page renders"))
        });
        match built.await {
            Ok(html) => {
                let mut response = framed(html);
                if said.is_some() {
                    Said::forget(&mut response);
                }
                response
            }
            Err(error) => self.refuse(&error),
        }
    }

    /// An error for whoever asked: a kind page for people, an RFC 9457 problem for programs.
    pub(crate) fn refuse(&self, error: &Error) -> Response {
        if self.wants_html { refusal(self.preferences, error) } else { ApiError::from(error.clone()).into_response() }
    }
}

/// An auditor reads everything, and each reading stands in the log before anything is shown.
fn note_reading(hub: &Hub, session: &Session, path: &str) -> Result<()> {
    if session.role != Role::Auditor {
        return Ok(());
    }
    hub.write(&hub.site()?, |tx| tx.log_access(&session.officer, path))
}

/// What a rule says of what was typed. What the hub itself cannot do is said on a page of its own.
fn shows_at_form(error: &Error) -> bool {
    !matches!(error.kind(), ErrorKind::Storage | ErrorKind::Internal | ErrorKind::Busy | ErrorKind::Closed)
}

/// The account may not see or do this.
pub(super) fn forbidden() -> Error {
    Error::new(Code::NotPermitted, "not with this account")
}

/// A person is sent to the login; a program is told.
fn not_logged_in(headers: &HeaderMap) -> Response {
    if wants_html(headers) {
        return Redirect::to("/desk/login").into_response();
    }
    ApiError::with_status(Error::new(Code::NotPermitted, "nobody is logged in"), 401).into_response()
}

/// Whether a person asks, by a browser.
fn wants_html(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_none_or(|accepted| accepted.contains("text/html") || accepted.contains("*/*"))
}

#[derive(Template)]
#[template(path = "desk/refusal.html")]
struct RefusalPage {
    lang: Lang,
    theme: Theme,
    words: &'static str,
    code: Code,
}

/// A page that says kindly why there is nothing else to see.
pub(super) fn refusal(preferences: Preferences, error: &Error) -> Response {
    let Preferences { lang, theme } = preferences;
    let words = match error.code {
        Code::NotFound => lang.pick("没有这个页面，或者它已经不在了。", "There is no such page, or it is gone."),
        Code::NotPermitted => lang.pick("这个账号无权查看或操作这里。", "This account may not see or do this."),
        _ if !shows_at_form(error) => lang.pick("暂时无法完成，请稍后再试。", "It cannot be done just now. Please try again in a moment."),
        _ => lang.pick("请求有误，什么都没有改变。", "Something about the request was not right. Nothing was changed."),
    };
    let status = ApiError::from(error.clone()).into_response().status();
    let page = RefusalPage { lang, theme, words, code: error.code };
    page.render().map_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response(), |html| (status, framed(html)).into_response())
}

/// Pages of the desk load styles, scripts and pictures from the hub, and nothing from elsewhere; nothing inline runs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

fn framed(html: String) -> Response {
    with_headers(POLICY, html)
}

fn with_headers(policy: &'static str, html: String) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, Html(html)).into_response()
}

/// A page without a script, with the headers that every page has: nothing from elsewhere, nothing inline, nothing kept.
pub(crate) fn rendered(page: &impl Template) -> Response {
    let policy = "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
    match page.render() {
        Ok(html) => with_headers(policy, html),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
