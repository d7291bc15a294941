//! The site's public code: many tourists enrol by it, and none sees another's.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::Code;
use liuye_core::companion::{Companion, LostReportDraft, Page, SyncReason};
use liuye_core::domain::DocumentKind;
use liuye_hub::ops::enrol_code;
use liuye_tests::{District, RawPhone, lost_keys};

const A_YEAR_MIN: u32 = 365 * 24 * 60;

fn report(phone: &Companion, number: usize) -> String {
    let draft = LostReportDraft { description: format!("keys {number}"), ..lost_keys() };
    phone.lost().report(draft).unwrap().id
}

fn sync(phone: &Companion) {
    assert_eq!(phone.sync(SyncReason::User).unwrap().blocked_reason, None);
}

fn refusal(district: &District, name: &str, code: &str) -> Option<Code> {
    district.phone(name).enrol(&district.url(), code).err().map(|error| error.code)
}

#[test]
fn many_tourists_enrol_by_one_code_and_none_sees_anothers_report() {
    let district = District::open();
    let code = enrol_code::make_public(district.hub(), 200, A_YEAR_MIN).unwrap();
    let phones: Vec<_> = (0..12).map(|number| district.phone(&format!("tourist-{number}"))).collect();
    let mut own = Vec::new();
    for (number, phone) in phones.iter().enumerate() {
        // What was written before goes up with the rest.
        let early = report(phone, number);
        assert_eq!(phone.enrol(&district.url(), &code).unwrap().person, None);
        own.push([early, report(phone, number)]);
        sync(phone);
    }
    for (phone, own) in phones.iter().zip(&own) {
        sync(phone);
        let mut seen: Vec<_> = phone.lost().reports(Page::first(200)).unwrap().into_iter().map(|(id, _)| id).collect();
        seen.sort_unstable();
        let mut own = own.to_vec();
        own.sort_unstable();
        assert_eq!(seen, own);
        for kind in [DocumentKind::Person, DocumentKind::Checkpoint, DocumentKind::Venue, DocumentKind::Holders] {
            assert_eq!(phone.documents(kind, Page::first(10)).unwrap().len(), 0, "{kind}");
        }
        assert_eq!(phone.documents(DocumentKind::Zone, Page::first(10)).unwrap().len(), 5);
    }
    // The control: the desk sees them all.
    let desk = district.staff("p-003");
    assert_eq!(desk.lost().reports(Page::first(200)).unwrap().len(), 24);
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn a_public_code_takes_so_many_phones_an_hour_and_the_same_phone_again() {
    let district = District::open();
    let code = enrol_code::make_public(district.hub(), 3, A_YEAR_MIN).unwrap();
    let first = district.phone("a");
    first.enrol(&district.url(), &code).unwrap();
    assert_eq!((refusal(&district, "b", &code), refusal(&district, "c", &code)), (None, None));
    assert_eq!(refusal(&district, "d", &code), Some(Code::HubBusy), "a later hour will do");
    // An answer that was lost is given again, and takes no place.
    assert_eq!(district.count("SELECT count(*) FROM devices"), 3);
    district.ledger().execute("UPDATE enrol_code_uses SET at = at - 3600001", []).unwrap();
    assert_eq!(refusal(&district, "d", &code), None);
    assert_eq!(district.count("SELECT count(*) FROM devices"), 4);
}

#[test]
fn one_address_enrols_so_many_phones_an_hour_by_public_codes() {
    let district = District::open();
    let codes = [0; 2].map(|_| enrol_code::make_public(district.hub(), 1000, A_YEAR_MIN).unwrap());
    for number in 0..60 {
        drop(RawPhone::enrol_by(&district, &codes[number % 2]));
    }
    for (name, code) in [("a", &codes[0]), ("b", &codes[1])] {
        assert_eq!(refusal(&district, name, code), Some(Code::HubBusy));
    }
    assert_eq!(refusal(&district, "c", &district.code(None)), None, "a code for one phone is not counted");
}

#[test]
fn a_revoked_or_expired_public_code_enrols_nobody_and_who_enrolled_by_it_stays() {
    let district = District::open();
    let code = enrol_code::make_public(district.hub(), 200, A_YEAR_MIN).unwrap();
    let phone = district.phone("a");
    phone.enrol(&district.url(), &code).unwrap();
    enrol_code::revoke(district.hub(), &code.to_lowercase()).unwrap();
    assert_eq!(refusal(&district, "b", &code), Some(Code::EnrolmentRefused));
    report(&phone, 1);
    sync(&phone);
    assert_eq!(enrol_code::revoke(district.hub(), &code).unwrap_err().code, Code::NotFound);
    let short = enrol_code::make_public(district.hub(), 200, 1).unwrap();
    district.ledger().execute("UPDATE enrol_codes SET expires_at = 1 WHERE revoked_at IS NULL", []).unwrap();
    assert_eq!(refusal(&district, "c", &short), Some(Code::EnrolmentRefused));
}
