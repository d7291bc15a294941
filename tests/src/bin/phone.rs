//! A phone as a process of its own, to be killed: it records losses, says on standard output what a save returned, and
//! syncs. With `works` it records contacts and photos too, at a person's pace on a bad day; with `recovers` it recovers its
//! damaged database; with `fills-disk` it records until the disk is full, makes room, and goes on.

#![allow(clippy::unwrap_used, reason = "a process of the tests: a failure ends it, and its test notices")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use liuye_core::companion::{Companion, Config, DatabaseKey, LostReportDraft, SyncReason};
use liuye_core::domain::Contact;
use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};
use liuye_core::native::NativeTransport;
use liuye_tests::{lost_keys, open_phone, png};

/// Dies between the hub's commit and the phone's: the answer is here, and nobody will ever store it.
struct DiesOnAnswer(NativeTransport);

impl Transport for DiesOnAnswer {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let answer = self.0.send(request);
        if answer.is_ok() {
            std::process::abort();
        }
        answer
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().unwrap());
    let mode = arguments.next().unwrap_or_default();
    if mode == "fills-disk" {
        return fill_disk(&path);
    }
    if mode == "works" {
        return work(&open_phone(&path, Arc::new(NativeTransport::new())));
    }
    if mode == "recovers" {
        Companion::recover(Config::new(&path, DatabaseKey::from_bytes([42; 32]), "a phone of the tests")).unwrap();
        return;
    }
    let dies_on_answer = mode == "dies-on-answer";
    let native = NativeTransport::new();
    let transport: Arc<dyn Transport> = if dies_on_answer { Arc::new(DiesOnAnswer(native)) } else { Arc::new(native) };
    let phone = open_phone(&path, transport);
    let mut out = std::io::stdout();
    for number in 1_u64.. {
        let recorded = phone.lost().report(keys(number)).unwrap();
        writeln!(out, "{}", recorded.operation).unwrap();
        out.flush().unwrap();
        if number.is_multiple_of(5) {
            phone.sync(SyncReason::Write).unwrap();
        }
    }
}

fn keys(number: u64) -> LostReportDraft {
    LostReportDraft { description: format!("keys {number}"), place: "沙滩公园".to_owned(), ..lost_keys() }
}

/// Records and syncs until it is killed. What happened lies long ago: it did so by the clock of a phone that is years behind, too.
fn work(phone: &Companion) {
    let mut out = std::io::stdout();
    for number in 1_u64.. {
        let photo = number.is_multiple_of(9).then(|| phone.attach(&png(u8::try_from(number % 256).unwrap(), 6_000)).unwrap().sha256);
        let contact = Contact { name: "张三".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None };
        let draft = LostReportDraft {
            lost_from: "2010-01-01T18:00:00+08:00".to_owned(),
            lost_to: "2010-01-01T19:00:00+08:00".to_owned(),
            contact: number.is_multiple_of(4).then_some(contact),
            photos: photo.into_iter().collect(),
            ..keys(number)
        };
        let recorded = phone.lost().report(draft).unwrap();
        writeln!(out, "{}", recorded.operation).unwrap();
        out.flush().unwrap();
        if number.is_multiple_of(3) {
            phone.sync(SyncReason::Write).unwrap();
        }
        std::thread::sleep(Duration::from_millis(15));
    }
}

/// Says how many saves returned, the code that the full disk gives, and how many are there with one more after room was made.
fn fill_disk(path: &Path) {
    let room = path.with_extension("room");
    std::fs::write(&room, vec![1; 256 * 1024]).unwrap();
    let phone = open_phone(path, Arc::new(NativeTransport::new()));
    let mut saved = 0_u64;
    let error = loop {
        match phone.lost().report(keys(saved)) {
            Ok(_) => saved += 1,
            Err(error) => break error,
        }
    };
    let readable = phone.outbox().unwrap().pending;
    std::fs::remove_file(room).unwrap();
    phone.lost().report(keys(saved)).unwrap();
    phone.close().unwrap();
    let again = open_phone(path, Arc::new(NativeTransport::new())).outbox().unwrap().pending;
    let mut out = std::io::stdout();
    writeln!(out, "{saved} {} {readable} {again}", error.code).unwrap();
}
