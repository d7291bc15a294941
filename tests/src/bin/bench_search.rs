//! The phone of `cargo xtask bench --only search`: it is filled with so many records by a sync, answers every query some times, and
//! says for each how long that took.

#![allow(clippy::unwrap_used, reason = "a process of the bench: a failure ends it, and the bench notices")]
#![allow(clippy::disallowed_methods, reason = "what is measured is real time")]

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use liuye_core::companion::{Companion, SyncReason};
use liuye_core::domain::{Bucket, Document, DocumentKind, Role, Verdict};
use liuye_core::env::{HttpRequest, HttpResponse, Transport, TransportError};
use liuye_core::log::Operation;
use liuye_core::sync::wire::{Acked, Change, EnrolAnswer, OperationVerdict, SyncAnswer, SyncRequest};
use liuye_tests::open_phone;
use rand::{RngExt as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;
use serde_json::json;

/// What somebody may look for, from what one record has to what each has; without kinds all are meant.
const QUERIES: &[(&str, &[DocumentKind])] = &[
    ("鸑鷟", &[]),
    ("钱包", &[]),
    ("钱", &[]),
    ("护栏", &[]),
    ("护", &[]),
    ("护栏完好 水位正常", &[]),
    ("护栏", &[DocumentKind::Hazard]),
    ("黑色 钱包 河街", &[DocumentKind::LostReport]),
    ("w", &[]),
    ("wa", &[]),
    ("umbrella", &[]),
    ("numb", &[]),
    ("number1234", &[]),
];

/// How often each query is asked.
const ROUNDS: usize = 21;

const PLACES: &[&str] = &["河街", "码头", "司马楼", "南堤", "诗廊", "夜市", "游客中心", "停车场"];
const COLOURS: &[&str] = &["黑色", "白色", "棕色", "红色", "蓝色", "black", "white", "brown"];
const THINGS: &[&str] = &["钱包", "手机", "雨伞", "钥匙", "背包", "身份证", "相机", "wallet", "phone", "umbrella", "watch", "water bottle"];
const HAZARDS: &[&str] = &["安全出口堆放杂物", "灭火器过期", "配电箱无盖", "燃气软管老化", "应急照明损坏", "疏散标志缺失"];
const NOTES: &[&str] = &["游客较多", "已劝离垂钓人员", "路灯不亮", "一切正常", "协助走失儿童联系家长", "发现共享单车乱停"];

/// A hub that has nothing but so many records, and hands them out page by page.
struct Archive {
    records: usize,
    sent: AtomicUsize,
}

impl Transport for Archive {
    fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportError> {
        let body = if request.url.ends_with("/enrol") { enrolment() } else { self.page(&serde_json::from_slice(&request.body).unwrap()) };
        Ok(HttpResponse { status: 200, headers: Vec::new(), body })
    }
}

impl Archive {
    fn page(&self, request: &SyncRequest) -> Vec<u8> {
        let from = self.sent.load(Ordering::Relaxed);
        let to = self.records.min(from + request.limit as usize);
        self.sent.store(to, Ordering::Relaxed);
        let acked = request.first_seq + request.operations.len() as u64 - 1;
        let answer = SyncAnswer {
            acked: Acked { epoch: 1, seq: acked },
            verdicts: request.operations.iter().map(|operation| applied(operation).into()).collect(),
            changes: (from..to).map(|number| Change::Document(record(number))).collect(),
            cursor: to.to_string(),
            more: to < self.records,
            digest: None,
            log_epoch: 1,
            durable_through: 0,
            position: to as u64,
            server_time: 1_760_000_000_000,
            backoff_ms: 0,
            scope_version: 1,
            nonce: "a nonce".to_owned(),
        };
        serde_json::to_vec(&answer).unwrap()
    }
}

fn applied(operation: &Operation) -> OperationVerdict {
    OperationVerdict { operation: operation.id, verdict: Verdict::CLEAN }
}

fn enrolment() -> Vec<u8> {
    let answer = EnrolAnswer {
        site: "a-site".to_owned(),
        epoch: 1,
        person: None,
        scope: vec![Bucket::Role(Role::Desk)],
        scope_version: 1,
        server_time: 1_760_000_000_000,
        nonce: "a nonce".to_owned(),
        ticket: None,
        holders: None,
        site_key: None,
    };
    serde_json::to_vec(&answer).unwrap()
}

/// One record of a district's year: mostly visits, one in five a loss, one in ten a hazard.
fn record(number: usize) -> Document {
    let mut random = Pcg64Mcg::seed_from_u64(number as u64);
    let mut one = |of: &[&'static str]| of[random.random_range(0..of.len())];
    let (thing, colour, place, note) = (one(THINGS), one(COLOURS), one(PLACES), one(NOTES));
    let at = 1_700_000_000_000 + number as i64 * 300_000;
    let (kind, body) = match number % 10 {
        0 => (DocumentKind::Hazard, json!({ "description": format!("{place}{}", one(HAZARDS)), "state": "found", "at": at })),
        1 | 2 => {
            let rare = if number == 11 { "鸑鷟" } else { "" };
            let description = format!("{colour}{thing}{rare}，内有卡片 number{number}");
            let loss = json!({ "category": "other", "description": description, "colour": colour, "place": place, "zone": "z1" });
            (DocumentKind::LostReport, json!({ "loss": loss, "state": "open", "reporter": "tourist", "at": at }))
        }
        _ => (DocumentKind::CheckIn, json!({ "checkpoint": "cp-01", "note": format!("{place}护栏完好，水位正常，{note}"), "at": at })),
    };
    Document {
        id: format!("{number:08}-record"),
        kind: kind.to_string(),
        rev: number as u64 + 1,
        schema_version: 1,
        body,
        buckets: vec![Bucket::Role(Role::Desk)],
        conflicts: Vec::new(),
    }
}

/// Nanoseconds of the middle and of the slowest answer.
fn ask(phone: &Companion, text: &str, kinds: &[DocumentKind]) -> (u128, u128) {
    let mut times: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            std::hint::black_box(phone.search(text, kinds, 50).unwrap());
            started.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    (times[ROUNDS / 2], times[ROUNDS - 1])
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (place, records) = (Path::new(&arguments[0]), arguments[1].parse().unwrap());
    let path = place.join(format!("search-{records}.db"));
    let phone = open_phone(&path, Arc::new(Archive { records, sent: AtomicUsize::new(0) }));
    phone.enrol("https://hub.invalid", "code").unwrap();
    let started = Instant::now();
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!((report.received, report.blocked_reason), (records as u64, None));
    let mut out = std::io::stdout();
    writeln!(out, "filled\t{}\t{}", started.elapsed().as_millis(), std::fs::metadata(&path).unwrap().len()).unwrap();
    for (text, kinds) in QUERIES {
        let (middle, slowest) = ask(&phone, text, kinds);
        writeln!(out, "{text}\t{middle}\t{slowest}").unwrap();
    }
}
