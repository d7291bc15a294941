//! Logging in and out.

use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::Desk;
use super::page::{Asked, rendered};
use super::words::Lang;
use crate::accounts::Session;
use crate::hub::Hub;
use crate::tries::WAIT_S;

const COOKIE: &str = "liuye_session";

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    lang: Lang,
    problem: Option<&'static str>,
}

/// What the login form sends.
#[derive(Deserialize)]
pub(super) struct Login {
    name: String,
    password: String,
}

/// What the logout form sends.
#[derive(Deserialize)]
pub(super) struct Logout {
    csrf: String,
}

/// `GET /desk/login`
pub(super) async fn form(Query(asked): Query<Asked>, headers: HeaderMap) -> Response {
    rendered(&LoginPage { lang: Lang::of(asked.lang.as_deref(), &headers), problem: None })
}

/// `POST /desk/login`
pub(super) async fn log_in(
    State(desk): State<Desk>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Form(login): Form<Login>,
) -> Response {
    let lang = Lang::of(None, &headers);
    let (hub, now) = (desk.hub.clone(), desk.hub.now());
    // By address, so that one machine guesses slowly; by name, so that many do.
    let guesses = [format!("from {}", address.ip()), format!("as {}", login.name)];
    if !guesses.iter().all(|guess| desk.logins.may_try(guess, now)) {
        let problem = Some(lang.pick("尝试次数过多，请一分钟后再试", "Too many tries: wait a minute, please"));
        let wait = [(header::RETRY_AFTER, WAIT_S.to_string())];
        return (StatusCode::TOO_MANY_REQUESTS, wait, rendered(&LoginPage { lang, problem })).into_response();
    }
    // Argon2 is slow on purpose: not on a thread that serves connections.
    let begun = tokio::task::spawn_blocking(move || hub.accounts().log_in(&login.name, &login.password)).await;
    let Ok(Ok(token)) = begun else {
        for guess in &guesses {
            desk.logins.failed(guess, now);
        }
        let problem = Some(lang.pick("用户名或密码不正确", "The name or the password is wrong"));
        let page = LoginPage { lang, problem };
        return (StatusCode::UNAUTHORIZED, rendered(&page)).into_response();
    };
    let mut response = Redirect::to("/desk").into_response();
    set_cookie(&mut response, &token, desk.secure, "");
    response
}

/// `POST /desk/logout`
pub(super) async fn log_out(State(desk): State<Desk>, headers: HeaderMap, Form(form): Form<Logout>) -> Response {
    let (Some(session), Some(token)) = (session(&desk, &headers), token(&headers)) else {
        return Redirect::to("/desk/login").into_response();
    };
    if !bool::from(session.csrf.as_bytes().ct_eq(form.csrf.as_bytes())) {
        return (StatusCode::FORBIDDEN, Html("")).into_response();
    }
    let _ = desk.hub.accounts().log_out(token);
    let mut response = Redirect::to("/desk/login").into_response();
    set_cookie(&mut response, "", desk.secure, "; Max-Age=0");
    response
}

/// Whoever is logged in.
pub(super) fn session(desk: &Desk, headers: &HeaderMap) -> Option<Session> {
    officer(&desk.hub, headers)
}

/// The officer whose session's cookie a request carries.
pub(crate) fn officer(hub: &Hub, headers: &HeaderMap) -> Option<Session> {
    hub.accounts().session(token(headers)?).ok().flatten()
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

fn set_cookie(response: &mut Response, token: &str, secure: bool, end: &str) {
    let secure = if secure { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Strict{secure}{end}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
}
