//! Lost property from end to end: found, announced, matched, claimed, questioned, released; and forgotten when its owner says so.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use liuye_core::Code;
use liuye_core::companion::{ClaimDraft, Companion, Page, SyncReason};
use liuye_core::domain::{ClaimState, Contact, DocumentKind, FactorKind, FoundItemState, LostReportState};
use liuye_tests::plain::{folder_bytes, holds, phone_bytes};
use liuye_tests::{District, found_umbrella, lost_umbrella};

const SECRET: &str = "VERBORGENES-MERKMAL duck handle";

fn sync(phone: &Companion) {
    let report = phone.sync(SyncReason::User).unwrap();
    assert_eq!(report.blocked_reason, None, "{report:?}");
    let outbox = phone.outbox().unwrap();
    assert_eq!((outbox.pending, outbox.quarantined, outbox.conflicts), (0, 0, 0));
}

fn claim(item: &str, report: Option<String>) -> ClaimDraft {
    let contact = Contact { name: "韩梅梅".to_owned(), phone: "13800138000".to_owned(), identity_number: None, passport: None };
    ClaimDraft { item: item.to_owned(), report, statement: "那是我外婆的伞".to_owned(), contact: Some(contact) }
}

/// A tourist who lost an umbrella, an auxiliary who found it, and the desk that announced it.
struct Story {
    district: District,
    tourist: Companion,
    desk: Companion,
    report: String,
    item: String,
}

fn announced() -> Story {
    let district = District::open();
    let tourist = district.phone("tourist");
    let report = tourist.lost().report(lost_umbrella()).unwrap().id;
    tourist.enrol(&district.url(), &district.code(None)).unwrap();
    sync(&tourist);
    let (finder, desk) = (district.staff("p-011"), district.staff("p-003"));
    let item = finder.lost().register_found(found_umbrella(SECRET)).unwrap().id;
    finder.lost().store(&item, "shelf 2").unwrap();
    sync(&finder);
    sync(&desk);
    desk.lost().notice(&item).unwrap();
    sync(&desk);
    sync(&tourist);
    drop(finder);
    Story { district, tourist, desk, report, item }
}

#[test]
fn what_was_found_goes_back_to_its_owner_and_nobody_else_learns_what_it_is_known_by() {
    let Story { district, tourist, desk, report, item } = announced();
    // Staff are told, with reasons; the marks count, though no phone has them.
    let told = district.hub().matches_to_tell().unwrap();
    assert_eq!((told.len(), told[0].item.as_str(), told[0].report.as_str()), (1, item.as_str(), report.as_str()));
    let best = &district.hub().candidates(&report, 3).unwrap()[0];
    assert_eq!(district.hub().owners(&item, 3).unwrap()[0].id, report);
    let text = best.fit.factors.iter().find(|factor| factor.kind == FactorKind::Text).unwrap();
    assert!(text.common.contains(&"duck".to_owned()), "{:?}", best.fit);
    assert!(desk.lost().candidates(&report, 3).unwrap()[0].fit.score < best.fit.score);

    // The tourist sees the notice, and no more.
    assert!(tourist.lost().found_items(Page::first(10)).unwrap().is_empty());
    let notice = tourist.lost().notices(Page::first(10)).unwrap().remove(0);
    assert_eq!((&notice.item, notice.open), (&item, true));
    let mine = tourist.lost().claim(claim(&item, Some(report.clone()))).unwrap().id;
    sync(&tourist);
    assert_eq!(district.hub().contact(&mine, "officer").unwrap().name, "韩梅梅");
    sync(&desk);
    assert_eq!(desk.lost().release(&item, &mine).unwrap_err().code, Code::StateRefused, "it is not verified");
    desk.lost().question(&mine, vec!["伞柄是什么样的？".to_owned()]).unwrap();
    sync(&desk);
    sync(&tourist);
    assert_eq!(tourist.lost().claims(Page::first(10)).unwrap()[0].1.questions.len(), 1);
    tourist.lost().answer(&mine, vec!["鸭子头".to_owned()]).unwrap();
    sync(&tourist);
    assert_eq!(district.hub().found_secrets(&item, "officer").unwrap(), SECRET);
    let logged = format!("SELECT count(*) FROM access_log WHERE subject = '{item}.secrets'");
    assert_eq!(district.count(&logged), 1, "and who read it is written down");
    sync(&desk);
    desk.lost().verify(&mine, None).unwrap();
    desk.lost().release(&item, &mine).unwrap();
    sync(&desk);
    sync(&tourist);
    assert_eq!(desk.lost().found_items(Page::first(10)).unwrap()[0].1.state, FoundItemState::Released);
    assert_eq!(tourist.lost().reports(Page::first(10)).unwrap()[0].1.state, LostReportState::Returned);
    assert_eq!(tourist.lost().claims(Page::first(10)).unwrap()[0].1.state, ClaimState::Released);
    assert!(!tourist.lost().notices(Page::first(10)).unwrap()[0].open);
    assert!(district.hub().candidates(&report, 3).unwrap().is_empty(), "what went back is nobody's candidate");

    // Whatever the hub ever answered a phone lies in its file.
    drop((tourist, desk));
    for (name, knows) in [("tourist", false), ("p-003", false), ("p-011", true)] {
        let bytes = phone_bytes(&district.phone_path(name), &[42; 32]);
        assert!(holds(&bytes, "CREATE TABLE"), "the pages are decrypted");
        assert_eq!(holds(&bytes, "VERBORGENES-MERKMAL"), knows, "{name}");
    }
    assert!(!holds(&phone_bytes(&district.phone_path("tourist"), &[42; 32]), "Paradise"), "nor does the public learn the brand");
    assert_eq!(district.faults(), Vec::<String>::new());
}

#[test]
fn whoever_withdraws_the_report_is_forgotten_in_their_claims_and_the_counts_stay() {
    let Story { district, tourist, desk, report, item } = announced();
    let mine = tourist.lost().claim(claim(&item, Some(report.clone()))).unwrap().id;
    sync(&tourist);
    let named = |text: &str| folder_bytes(&district.hub_folder()).iter().any(|(_, bytes)| holds(bytes, text));
    assert!(named("外婆的伞"));
    tourist.lost().withdraw(&report, None).unwrap();
    sync(&tourist);
    sync(&tourist);
    sync(&desk);
    district.hub().scrub().unwrap();
    assert!(!named("外婆的伞") && !named("韩梅梅"));
    assert_eq!(district.hub().contact(&mine, "officer").unwrap_err().code, Code::NotFound);
    let claims = desk.lost().claims(Page::first(10)).unwrap();
    assert_eq!((claims.len(), claims[0].1.state, claims[0].1.has_contact), (1, ClaimState::Withdrawn, true));
    assert_eq!(desk.lost().found_items(Page::first(10)).unwrap()[0].1.state, FoundItemState::Noticed, "and the item is free again");
    assert_eq!(district.hub().documents(DocumentKind::Claim, 10, 0).unwrap().len(), 1);
    drop(tourist);
    let bytes = phone_bytes(&district.phone_path("tourist"), &[42; 32]);
    assert!(!holds(&bytes, "外婆的伞") && !holds(&bytes, "韩梅梅"));
    assert_eq!(district.faults(), Vec::<String>::new());
}
