//! An officer's browser at the desk: logged in, with the cookies that it was given, and the forms of its own session.

use std::cell::RefCell;
use std::collections::BTreeMap;

use liuye_core::domain::Role;
use liuye_core::env::{HttpRequest, HttpResponse, Method, Transport};
use liuye_core::native::NativeTransport;

use crate::District;

/// A browser that is logged in.
pub struct DeskBrowser {
    url: String,
    cookies: RefCell<BTreeMap<String, String>>,
    csrf: String,
    /// The language that is asked for where an address does not.
    lang: Option<&'static str>,
}

/// What came back.
#[derive(Debug)]
pub struct DeskAnswer {
    /// The status.
    pub status: u16,
    /// Where it sends the browser; empty where it does not.
    pub to: String,
    /// The page.
    pub text: String,
    response: HttpResponse,
}

impl DeskAnswer {
    /// Whether the page says all of this.
    #[must_use]
    pub fn says(&self, words: &[&str]) -> bool {
        words.iter().all(|words| self.text.contains(words))
    }

    /// The id of what was made: the last part of where it sends the browser.
    #[must_use]
    pub fn made(&self) -> String {
        self.to.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// A header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.response.header(name)
    }
}

impl DeskBrowser {
    /// Logs an officer in whose account stands for this person.
    #[must_use]
    pub fn log_in(district: &District, name: &str, role: Role, person: Option<&str>) -> Self {
        Self::log_in_at(district, &district.url(), name, role, person)
    }

    /// The duty officer whom most tests are about.
    #[must_use]
    pub fn duty_officer(district: &District) -> Self {
        Self::log_in(district, "gong", Role::Desk, Some("p-003"))
    }

    /// An officer who reads English, named after their role and person.
    #[must_use]
    pub fn officer(district: &District, role: Role, person: &str) -> Self {
        Self::officer_at(district, &district.url(), role, person)
    }

    /// [`DeskBrowser::officer`] at another hub of the same data.
    #[must_use]
    pub fn officer_at(district: &District, url: &str, role: Role, person: &str) -> Self {
        Self::log_in_at(district, url, &format!("{}-{person}", role.as_str()), role, Some(person)).in_english()
    }

    /// [`DeskBrowser::log_in`] at another hub of the same data. The account may be there already.
    #[must_use]
    pub fn log_in_at(district: &District, url: &str, name: &str, role: Role, person: Option<&str>) -> Self {
        const PASSWORD: &str = "correct horse battery";
        let _ = district.hub().accounts().add(name, role, person, Some(PASSWORD));
        let mut browser = Self::nobody(url);
        let form = [("name", name), ("password", PASSWORD)];
        let begun = browser.send(Method::Post, "/desk/login", &form, &[]);
        assert_eq!(begun.status, 303, "{}", begun.text);
        // Every page of theirs has it; whoever sees no page at all is to be refused for their role, and not for want of it.
        let accounts = rusqlite::Connection::open(district.hub_folder().join("accounts.db")).unwrap();
        let sql = "SELECT csrf FROM sessions WHERE officer = ?1 ORDER BY rowid DESC LIMIT 1";
        browser.csrf = accounts.query_row(sql, [name], |row| row.get(0)).unwrap();
        browser
    }

    /// A browser that is not logged in.
    #[must_use]
    pub fn nobody(url: &str) -> Self {
        Self { url: url.to_owned(), cookies: RefCell::default(), csrf: String::new(), lang: None }
    }

    /// This browser, which asks for English wherever an address asks for no language.
    #[must_use]
    pub fn in_english(self) -> Self {
        Self { lang: Some("en"), ..self }
    }

    /// A page.
    #[must_use]
    pub fn get(&self, path: &str) -> DeskAnswer {
        self.send(Method::Get, path, &[], &[])
    }

    /// A page as a program asks for it.
    #[must_use]
    pub fn get_as_program(&self, path: &str) -> DeskAnswer {
        self.send(Method::Get, path, &[], &[("accept", "application/json")])
    }

    /// Sends a form of this session.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> DeskAnswer {
        let own: Vec<_> = [("csrf", self.csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.send(Method::Post, path, &own, &[])
    }

    /// Sends a form of this session as a program does.
    pub fn post_as_program(&self, path: &str, fields: &[(&str, &str)]) -> DeskAnswer {
        let own: Vec<_> = [("csrf", self.csrf.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.send(Method::Post, path, &own, &[("accept", "application/json")])
    }

    /// Sends a form that is not this session's.
    pub fn post_forged(&self, path: &str, fields: &[(&str, &str)]) -> DeskAnswer {
        self.send(Method::Post, path, fields, &[])
    }

    /// Sends a form that takes effect, and follows to the page that says so.
    pub fn act(&self, path: &str, fields: &[(&str, &str)]) -> DeskAnswer {
        let answer = self.post(path, fields);
        assert_eq!(answer.status, 303, "{path}: {}", answer.text);
        self.get(&answer.to)
    }

    /// Sends a form of this session with a file, as browsers send files.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], file: &[u8]) -> DeskAnswer {
        const BOUNDARY: &str = "a-boundary-of-the-tests";
        let mut body = Vec::new();
        for (name, value) in [("csrf", self.csrf.as_str())].iter().chain(fields) {
            let part = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"persons.csv\"\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(file);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        self.send_body(Method::Post, path, body, &format!("multipart/form-data; boundary={BOUNDARY}"), &[])
    }

    /// The cookies as a header.
    #[must_use]
    pub fn cookies(&self) -> String {
        self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn send(&self, method: Method, path: &str, fields: &[(&str, &str)], more: &[(&str, &str)]) -> DeskAnswer {
        let body = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&");
        self.send_body(method, path, body.into_bytes(), "application/x-www-form-urlencoded", more)
    }

    fn send_body(&self, method: Method, path: &str, body: Vec<u8>, kind: &str, more: &[(&str, &str)]) -> DeskAnswer {
        let mut headers: Vec<_> = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        headers.push(("cookie".to_owned(), self.cookies()));
        headers.push(("content-type".to_owned(), kind.to_owned()));
        let more = self.lang.filter(|_| !path.contains("lang=")).map_or_else(String::new, |lang| {
            let and = if path.contains('?') { '&' } else { '?' };
            format!("{and}lang={lang}")
        });
        let request = HttpRequest { method, url: format!("{}{path}{more}", self.url), headers, body, timeout_ms: 20_000 };
        let response = NativeTransport::new().send(request).unwrap();
        for (_, cookie) in response.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
        }
        let to = response.header("location").unwrap_or_default().to_owned();
        DeskAnswer { status: response.status, to, text: String::from_utf8_lossy(&response.body).into_owned(), response }
    }
}

/// A value as a form sends it.
fn encoded(value: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    value.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// What people type who want a page to do something else. None of it may come out as it was typed.
pub const INJECTIONS: [&str; 4] =
    ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE documents; --", "</textarea><svg onload=alert(1)>"];

/// Whether a page is free of what was typed as a part of it.
#[must_use]
pub fn is_harmless(page: &str) -> bool {
    !["<script>alert", "<img src=x", "<svg onload", "onerror=alert(1)>"].iter().any(|mark| page.contains(mark))
}
