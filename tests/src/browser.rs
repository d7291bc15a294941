//! What a browser without a script does: forms sent as they stand in a page, in either encoding.

use liuye_core::env::{HttpRequest, HttpResponse, Method, Transport};
use liuye_core::native::NativeTransport;

/// A browser of one language at one hub.
pub struct Browser {
    url: String,
    language: &'static str,
    native: NativeTransport,
}

/// A page that came.
#[derive(Debug)]
pub struct Shown {
    /// The status.
    pub status: u16,
    /// The page.
    pub html: String,
    /// Everything that came over the wire for it but its headers, bytes.
    pub size: usize,
    headers: Vec<(String, String)>,
}

impl Shown {
    /// A header; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// What a hidden field of the page holds.
    #[must_use]
    pub fn hidden(&self, name: &str) -> String {
        let (_, rest) = self.html.split_once(&format!("type=\"hidden\" name=\"{name}\" value=\"")).unwrap();
        rest.split('"').next().unwrap().to_owned()
    }

    /// The tracking code that the page shows.
    #[must_use]
    pub fn code(&self) -> String {
        let (_, rest) = self.html.split_once("id=\"code\">").unwrap();
        rest.split('<').next().unwrap().to_owned()
    }
}

impl Browser {
    /// A browser that asks this hub for pages in this language, such as `en`.
    #[must_use]
    pub fn new(url: &str, language: &'static str) -> Self {
        Self { url: url.to_owned(), language, native: NativeTransport::new() }
    }

    /// Sends anything.
    #[must_use]
    pub fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Shown {
        let named = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut headers: Vec<_> = headers.iter().map(named).collect();
        headers.push(("accept-language".to_owned(), self.language.to_owned()));
        let url = format!("{}{path}", self.url);
        let HttpResponse { status, headers, body } =
            self.native.send(HttpRequest { method, url, headers, body, timeout_ms: 60_000 }).unwrap();
        Shown { status, size: body.len(), html: String::from_utf8(body).unwrap(), headers }
    }

    /// Goes to a page.
    #[must_use]
    pub fn get(&self, path: &str) -> Shown {
        self.send(Method::Get, path, &[], Vec::new())
    }

    /// Sends a form of texts.
    #[must_use]
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let pairs: Vec<_> = fields.iter().map(|(name, text)| format!("{name}={}", encoded(text))).collect();
        self.send(Method::Post, path, &[("content-type", "application/x-www-form-urlencoded")], pairs.join("&").into_bytes())
    }

    /// Sends a form of texts and photos.
    #[must_use]
    pub fn post_with_photos(&self, path: &str, fields: &[(&str, &str)], photos: &[Vec<u8>]) -> Shown {
        let mut body = Vec::new();
        for (name, text) in fields {
            body.extend(format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n").bytes());
        }
        // Where no photo is chosen, a browser sends an empty one.
        let none = [Vec::new()];
        for photo in if photos.is_empty() { &none[..] } else { photos } {
            body.extend(b"--edge\r\ncontent-disposition: form-data; name=\"photos\"; filename=\"p\"\r\ncontent-type: image/png\r\n\r\n");
            body.extend(photo);
            body.extend(b"\r\n");
        }
        body.extend(b"--edge--\r\n");
        self.send(Method::Post, path, &[("content-type", "multipart/form-data; boundary=edge")], body)
    }

    /// Sends JSON, as a program does.
    #[must_use]
    pub fn json(&self, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> Shown {
        let headers: Vec<_> = headers.iter().copied().chain([("content-type", "application/json")]).collect();
        self.send(Method::Post, path, &headers, body.to_string().into_bytes())
    }
}

/// A text as a form sends it.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
