//! An officer's browser at the desk: logged in, without a script.

use liuye_core::domain::Role;
use liuye_core::env::{HttpRequest, HttpResponse, Method, Transport};
use liuye_core::native::NativeTransport;

use crate::District;

const PASSWORD: &str = "correct horse battery";

/// A browser with a session.
pub struct Browser {
    address: String,
    cookie: String,
    csrf: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Where to go on.
    pub location: Option<String>,
    /// What the page says.
    pub text: String,
}

impl Answer {
    fn of(response: HttpResponse) -> Self {
        let location = response.header("location").map(str::to_owned);
        Self { status: response.status, location, text: String::from_utf8(response.body).unwrap() }
    }

    /// Whether the page says all of this.
    #[must_use]
    pub fn says(&self, words: &[&str]) -> bool {
        words.iter().all(|words| self.text.contains(words))
    }

    /// The last part of where to go on: the id of what was made.
    #[must_use]
    pub fn made(&self) -> String {
        self.location.as_deref().and_then(|to| to.rsplit('/').next()).unwrap().to_owned()
    }
}

impl Browser {
    /// Makes an account of this role, which stands for this person, and logs in.
    #[must_use]
    pub fn log_in(district: &District, role: Role, person: Option<&str>) -> Self {
        Self::log_in_at(district, &district.url(), role, person)
    }

    /// [`Browser::log_in`] at another hub of the same data.
    #[must_use]
    pub fn log_in_at(district: &District, address: &str, role: Role, person: Option<&str>) -> Self {
        let name = format!("{}-{}", role.as_str(), person.unwrap_or("nobody"));
        let _ = district.hub().accounts().add(&name, role, person, Some(PASSWORD));
        let mut browser = Self::nobody(address);
        let form = [("name", name.as_str()), ("password", PASSWORD)];
        let begun = browser.send(Method::Post, "/desk/login", &body_of(&form));
        assert_eq!(begun.status, 303, "{begun:?}");
        browser.cookie = begun.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        // Every page of theirs has it; whoever sees no page at all is to be refused for their role, and not for want of it.
        let accounts = rusqlite::Connection::open(district.hub_folder().join("accounts.db")).unwrap();
        let sql = "SELECT csrf FROM sessions WHERE officer = ?1 ORDER BY rowid DESC LIMIT 1";
        browser.csrf = accounts.query_row(sql, [&name], |row| row.get(0)).unwrap();
        browser
    }

    /// A browser that is not logged in.
    #[must_use]
    pub fn nobody(address: &str) -> Self {
        Self { address: address.to_owned(), cookie: String::new(), csrf: String::new() }
    }

    /// Asks for a page; in English where the address does not say otherwise.
    #[must_use]
    pub fn get(&self, path: &str) -> Answer {
        Answer::of(self.send(Method::Get, path, ""))
    }

    /// Asks for a photo; the HTTP status that comes back.
    #[must_use]
    pub fn photo(&self, path: &str) -> u16 {
        self.send(Method::Get, path, "").status
    }

    /// Sends a form with the session's own mark.
    #[must_use]
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", self.csrf.as_str())]).collect();
        Answer::of(self.send(Method::Post, path, &body_of(&fields)))
    }

    /// Sends a form with another session's mark.
    #[must_use]
    pub fn forge(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", "forged")]).collect();
        Answer::of(self.send(Method::Post, path, &body_of(&fields)))
    }

    fn send(&self, method: Method, path: &str, body: &str) -> HttpResponse {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "text/html"),
            ("accept-language", "en"),
            ("cookie", self.cookie.as_str()),
        ];
        let headers = headers.into_iter().filter(|(_, value)| !value.is_empty());
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let url = format!("{}{path}", self.address);
        NativeTransport::new().send(HttpRequest { method, url, headers, body: body.as_bytes().to_vec(), timeout_ms: 20_000 }).unwrap()
    }
}

fn body_of(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// What people type who want a page to do something else. None of it may come out as it was typed.
pub const INJECTIONS: [&str; 4] =
    ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE documents; --", "</textarea><svg onload=alert(1)>"];

/// Whether a page is free of what was typed as a part of it.
#[must_use]
pub fn is_harmless(page: &str) -> bool {
    !["<script>alert", "<img src=x", "<svg onload", "onerror=alert(1)>"].iter().any(|mark| page.contains(mark))
}
