//! Logging in and out.

use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use liuye_core::{Code, Error};
use serde::Deserialize;

use super::Desk;
use super::form::Fields;
use super::frame::{Visit, rendered};
use super::pages::Page;
use super::preferences::{Preferences, Theme, cookie};
use super::words::Lang;
use crate::accounts::Session;
use crate::hub::Hub;
use crate::tries::WAIT_S;

const COOKIE: &str = "liuye_session";

#[derive(Template)]
#[template(path = "desk/login.html")]
struct LoginPage {
    lang: Lang,
    theme: Theme,
    problem: Option<&'static str>,
}

/// What the login form sends.
#[derive(Deserialize)]
pub(super) struct Login {
    name: String,
    password: String,
}

/// `GET /desk/login`
pub(super) async fn form(RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let Preferences { lang, theme } = Preferences::of(query.as_deref(), &headers);
    rendered(&LoginPage { lang, theme, problem: None })
}

/// `POST /desk/login`
pub(super) async fn log_in(
    State(desk): State<Desk>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(login): Form<Login>,
) -> Response {
    let Preferences { lang, theme } = Preferences::of(None, &headers);
    let (hub, now) = (desk.hub.clone(), desk.hub.now());
    // By address, so that one machine guesses slowly; by name, so that many do.
    let guesses = [format!("from {}", address.ip()), format!("as {}", login.name)];
    if !guesses.iter().all(|guess| desk.logins.may_try(guess, now)) {
        let problem = Some(lang.pick("尝试次数过多，请一分钟后再试", "Too many tries: wait a minute, please"));
        let wait = [(header::RETRY_AFTER, WAIT_S.to_string())];
        return (StatusCode::TOO_MANY_REQUESTS, wait, rendered(&LoginPage { lang, theme, problem })).into_response();
    }
    // Argon2 is slow on purpose: not on a thread that serves connections.
    let begun = tokio::task::spawn_blocking(move || hub.accounts().log_in(&login.name, &login.password)).await;
    let Ok(Ok(token)) = begun else {
        for guess in &guesses {
            desk.logins.failed(guess, now);
        }
        let problem = Some(lang.pick("用户名或密码不正确", "The name or the password is wrong"));
        let page = LoginPage { lang, theme, problem };
        return (StatusCode::UNAUTHORIZED, rendered(&page)).into_response();
    };
    let role = desk.hub.accounts().session(&token).ok().flatten().map(|session| session.role);
    let mut response = Redirect::to(role.map_or("/desk", Page::home)).into_response();
    set_cookie(&mut response, &token, desk.secure, "");
    response
}

/// `POST /desk/logout`
pub(super) async fn log_out(visit: Visit, State(desk): State<Desk>, headers: HeaderMap, Form(fields): Form<Fields>) -> Response {
    if !visit.is_own(&fields) {
        return visit.refuse(&Error::new(Code::NotPermitted, "a form of another session"));
    }
    if let Some(token) = cookie(&headers, COOKIE) {
        let _ = desk.hub.accounts().log_out(token);
    }
    let mut response = Redirect::to("/desk/login").into_response();
    set_cookie(&mut response, "", desk.secure, "; Max-Age=0");
    response
}

/// Whoever is logged in.
pub(super) fn session(desk: &Desk, headers: &HeaderMap) -> Option<Session> {
    session_of(&desk.hub, headers)
}

/// Whoever is logged in at the desk of this hub.
pub(crate) fn session_of(hub: &Hub, headers: &HeaderMap) -> Option<Session> {
    hub.accounts().session(cookie(headers, COOKIE)?).ok().flatten()
}

fn set_cookie(response: &mut Response, token: &str, secure: bool, end: &str) {
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{end}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}
