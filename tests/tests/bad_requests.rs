//! What a hub answers to requests that no companion would send: a problem with a stable code, and nothing stored.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use liuye_core::env::{HttpResponse, Method};
use liuye_core::log::{DeviceKey, Digest};
use liuye_core::sync::signature;
use liuye_tests::{District, RawPhone, png, problem, tus_sha256};

fn said(answer: &HttpResponse) -> (u16, String) {
    let (status, code, _) = problem(answer);
    (status, code)
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn a_log_with_a_gap_a_fork_or_a_broken_chain_is_refused_and_the_sound_part_stays() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, Some("p-011"));
    let site = district.hub().site().unwrap();
    let first = phone.operation(1, phone.genesis());
    let second = phone.operation(2, first.hash);
    let gap = phone.sync(&site, std::slice::from_ref(&second));
    assert_eq!(said(&gap), refused(409, "sequence_gap"));
    assert_eq!(problem(&gap).2["expected_seq"], 1);
    for _ in 0..2 {
        assert_eq!(phone.sync(&site, std::slice::from_ref(&first)).status, 200, "what comes twice is answered twice");
    }
    assert_eq!(said(&phone.sync(&site, &[phone.operation(1, phone.genesis())])), refused(409, "forked"));
    assert_eq!(said(&phone.sync(&site, &[phone.operation(2, phone.genesis())])), refused(409, "forked"));
    let mut altered = second.clone();
    altered.recorded_at += 1;
    assert_eq!(said(&phone.sync(&site, &[altered])), refused(400, "chain_broken"));
    let mut many = vec![second];
    while many.len() < 501 {
        let last = many.last().unwrap();
        many.push(phone.operation(last.seq + 1, last.hash));
    }
    assert_eq!(said(&phone.sync(&site, &many)), refused(413, "too_large"));
    assert_eq!(district.count("SELECT count(*) FROM operations"), 1);
    assert_eq!(phone.sync(&site, &many[..500]).status, 200);
    assert_eq!(district.count("SELECT count(*) FROM operations"), 501);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_request_that_is_not_the_devices_own_is_refused() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, Some("p-011"));
    let path = format!("/v1/sites/{}/sync", district.hub().site().unwrap());
    let stranger = DeviceKey::from_bytes(&[9; 32]);
    let post = |body: &[u8], signature| said(&phone.send(Method::Post, &path, body, signature, &[]));
    assert_eq!(post(b"{}", signature::sign(&stranger, "POST", &path, b"{}", None)), refused(401, "device_refused"));
    assert_eq!(post(b"{ }", signature::sign(&phone.key, "POST", &path, b"{}", None)), refused(401, "signature_invalid"));
    assert_eq!(post(b"{}", signature::sign(&phone.key, "POST", "/v1/blobs", b"{}", None)), refused(401, "signature_invalid"));
    assert_eq!(post(b"{}", signature::sign(&phone.key, "PATCH", &path, b"{}", None)), refused(401, "signature_invalid"));
    assert_eq!(post(b"{}", Vec::new()), refused(401, "signature_invalid"));
    assert_eq!(said(&phone.sync("elsewhere", &[])), refused(401, "device_refused"));
}

#[test]
fn a_body_that_is_broken_or_too_large_is_a_problem_document() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, Some("p-011"));
    let path = format!("/v1/sites/{}/sync", district.hub().site().unwrap());
    for body in [&b"{\"epoch\":"[..], b"[]", b"", b"\xff\xfe", br#"{"epoch":-1}"#] {
        let answer = phone.signed(Method::Post, &path, body, &[]);
        assert_eq!(said(&answer), refused(400, "malformed"), "{body:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    }
    for _ in 0..8 {
        assert_eq!(said(&phone.signed(Method::Post, &path, &vec![b' '; 5 << 20], &[])), refused(413, "too_large"));
    }
}

#[test]
fn a_photo_comes_in_pieces_each_checked_and_goes_on_where_it_was_cut() {
    let district = District::open();
    let phone = RawPhone::enrol(&district, Some("p-011"));
    let other = RawPhone::enrol(&district, None);
    let photo = png(1, 1000);
    let tus = ("tus-resumable", "1.0.0");
    let metadata = format!("sha256 {}", BASE64_STANDARD.encode(Digest::of(&photo).to_string()));
    let make = |len: usize| {
        let length = len.to_string();
        phone.signed(Method::Post, "/v1/blobs", b"", &[tus, ("upload-length", &length), ("upload-metadata", &metadata)])
    };
    assert_eq!(said(&make(11 << 20)), refused(413, "photo_too_large"));
    let made = make(photo.len());
    assert_eq!(made.status, 201);
    let place = made.header("location").unwrap().to_owned();
    let piece = |who: &RawPhone, offset: usize, bytes: &[u8], checksum: &str| {
        let offset = offset.to_string();
        who.signed(Method::Patch, &place, bytes, &[tus, ("upload-offset", &offset), ("upload-checksum", checksum)])
    };
    let (begin, end) = photo.split_at(100);
    assert_eq!(piece(&phone, 10, begin, &tus_sha256(begin)).status, 409);
    assert_eq!(piece(&phone, 0, begin, &tus_sha256(b"damaged")).status, 460);
    assert_eq!(piece(&other, 0, begin, &tus_sha256(begin)).status, 404, "nobody else's upload");
    assert_eq!(piece(&phone, 0, begin, &tus_sha256(begin)).header("upload-offset"), Some("100"));
    let standing = phone.signed(Method::Head, &place, b"", &[tus]);
    let length = photo.len().to_string();
    assert_eq!((standing.header("upload-offset"), standing.header("upload-length")), (Some("100"), Some(length.as_str())));
    assert_eq!(other.signed(Method::Head, &place, b"", &[tus]).status, 404);
    assert_eq!(piece(&phone, 100, end, &tus_sha256(end)).header("upload-offset"), Some(length.as_str()));
    assert_eq!(make(photo.len()).header("upload-offset"), Some(length.as_str()), "what is here is not sent again");
    assert_eq!(district.count("SELECT count(*) FROM blobs"), 1);
}
