//! What the desk answers to an action, on the next page: a code in a cookie that is shown once. No text travels in it, so that
//! nobody can put words into the desk's mouth.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use liuye_core::domain::Kind;

use super::preferences::cookie;
use super::words::Lang;

const COOKIE: &str = "liuye_said";

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    kind: Kind,
    is_flagged: bool,
}

impl Said {
    /// An operation of this kind took effect; `is_flagged` where somebody has to look at it.
    pub(crate) const fn applied(kind: Kind, is_flagged: bool) -> Self {
        Self { kind, is_flagged }
    }

    /// Its words.
    pub(crate) fn words(self, lang: Lang) -> String {
        let end = if self.is_flagged { lang.pick("已生效·待查", "applied, flagged") } else { lang.pick("已生效", "applied") };
        format!("{}{}{end}", lang.kind(self.kind.as_str()), lang.pick("：", ": "))
    }

    /// What the last action of this browser was answered, where that was not shown yet.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let (state, kind) = cookie(headers, COOKIE)?.split_once(':')?;
        let is_flagged = match state {
            "applied" => false,
            "flagged" => true,
            _ => return None,
        };
        Some(Self { kind: Kind::parse(kind)?, is_flagged })
    }

    /// Lets the next page say it.
    pub(super) fn put(self, response: &mut Response) {
        let state = if self.is_flagged { "flagged" } else { "applied" };
        set(response, &format!("{COOKIE}={state}:{}; Path=/desk; Max-Age=60; HttpOnly; SameSite=Strict", self.kind.as_str()));
    }

    /// It was shown.
    pub(super) fn forget(response: &mut Response) {
        set(response, &format!("{COOKIE}=; Path=/desk; Max-Age=0; HttpOnly; SameSite=Strict"));
    }
}

fn set(response: &mut Response, cookie: &str) {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_comes_back_once_and_nothing_else_is_believed() {
        let mut response = Response::default();
        Said::applied(Kind::CallDispatch, true).put(&mut response);
        let sent = response.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap().to_owned();
        let read = |cookie: &str| Said::of(&[(header::COOKIE, HeaderValue::from_str(cookie).unwrap())].into_iter().collect());
        assert_eq!(read(&sent), Some(Said::applied(Kind::CallDispatch, true)));
        for forged in ["liuye_said=", "liuye_said=applied:<b>", "liuye_said=won:call.dispatch", "other=applied:call.close"] {
            assert_eq!(read(forged), None, "{forged}");
        }
    }
}
