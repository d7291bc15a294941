//! What a browser remembers of whoever sits before it: the language, and light or dark. Asked for once in an address, kept in
//! a cookie.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::words::Lang;

const LANG: &str = "liuye_lang";
const THEME: &str = "liuye_theme";

/// A year, s.
const KEPT_S: u32 = 365 * 24 * 60 * 60;

/// How bright the pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the machine is.
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// All of them, in the order in which they are offered.
    pub(crate) const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// As it stands in an address, a cookie and the page.
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// What it is called.
    pub(crate) const fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Auto => lang.pick("自动", "Auto"),
            Self::Light => lang.pick("浅色", "Light"),
            Self::Dark => lang.pick("深色", "Dark"),
        }
    }

    fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.tag() == tag)
    }
}

/// What a request prefers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Preferences {
    pub(crate) lang: Lang,
    pub(crate) theme: Theme,
}

impl Preferences {
    /// What the address asks for, else what the browser remembers, else what its language is.
    pub(crate) fn of(query: Option<&str>, headers: &HeaderMap) -> Self {
        let theme = asked(query, "theme").or_else(|| cookie(headers, THEME)).and_then(Theme::parse);
        let lang = asked(query, "lang").or_else(|| cookie(headers, LANG));
        Self { lang: Lang::of(lang, headers), theme: theme.unwrap_or(Theme::Auto) }
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|cookie| cookie.trim().strip_prefix(name)?.strip_prefix('='))
}

fn asked<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Remembers what an address asks for.
pub(super) async fn remember(request: Request, next: Next) -> Response {
    let query = request.uri().query().map(str::to_owned);
    let preferences = Preferences::of(query.as_deref(), request.headers());
    let mut response = next.run(request).await;
    let asks = |name| asked(query.as_deref(), name).is_some();
    for (name, is_asked, value) in [(LANG, asks("lang"), preferences.lang.tag()), (THEME, asks("theme"), preferences.theme.tag())] {
        let cookie = format!("{name}={value}; Path=/desk; Max-Age={KEPT_S}; HttpOnly; SameSite=Strict");
        if let (true, Ok(cookie)) = (is_asked, HeaderValue::from_str(&cookie)) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &'static str, language: &'static str) -> HeaderMap {
        let cookie = (header::COOKIE, HeaderValue::from_static(cookie));
        [cookie, (header::ACCEPT_LANGUAGE, HeaderValue::from_static(language))].into_iter().collect()
    }

    #[test]
    fn an_address_goes_before_a_cookie_and_a_cookie_before_the_browsers_language() {
        let kept = headers("a=b; liuye_lang=en; liuye_theme=dark", "zh-CN");
        assert_eq!(Preferences::of(Some("lang=zh-CN&theme=light"), &kept), Preferences { lang: Lang::Zh, theme: Theme::Light });
        assert_eq!(Preferences::of(None, &kept), Preferences { lang: Lang::En, theme: Theme::Dark });
        assert_eq!(Preferences::of(None, &headers("", "en-GB")), Preferences { lang: Lang::En, theme: Theme::Auto });
        assert_eq!(Preferences::of(Some("theme=<b>&lang=xx"), &headers("", "")), Preferences { lang: Lang::Zh, theme: Theme::Auto });
    }
}
