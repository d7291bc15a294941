//! The site file is checked as a whole.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail loudly")]

use liuye_core::Code;
use liuye_core::domain::{Bucket, DocumentKind, Polygon, SiteFile};
use liuye_core::log::DeviceKey;
use serde_json::{Value, json};

const SITE: &str = include_str!("../../fixtures/liuye-lake/site.json");
const NEXT: &str = include_str!("../../fixtures/liuye-lake/site-next.json");

/// The lake's own site file with one thing changed, and the code and field that say so.
fn refused(change: impl FnOnce(&mut Value)) -> (Code, String) {
    let mut site: Value = serde_json::from_str(SITE).unwrap();
    change(&mut site);
    let error = SiteFile::parse(&site.to_string()).expect_err("must be refused");
    (error.code, error.field.into_owned())
}

#[test]
fn the_lake_and_its_next_version_are_in_order() {
    for text in [SITE, NEXT] {
        let file = SiteFile::parse(text).unwrap();
        let documents = file.documents(DeviceKey::from_bytes(&[7; 32]).public()).unwrap();
        assert_eq!(
            documents.len(),
            1 + file.zones.len()
                + file.checkpoints.len()
                + file.routes.len()
                + file.venues.len()
                + file.persons.len()
                + file.units.len()
                + file.key_roads.len()
                + file.duty_posts.len()
                + file.topics.len()
                + file.materials.len()
                + file.checklists.len()
                + usize::from(!file.site.checklist.is_empty()),
            "the site's own checklist is a document as well"
        );
        assert_eq!(documents[0].kind, DocumentKind::Site);
        assert!(documents[0].body["tag_key"].is_string(), "phones check tags with the key in the site's document");
        for document in &documents {
            let is_public = document.buckets.contains(&Bucket::Public);
            assert_eq!(is_public, matches!(document.kind, DocumentKind::Site | DocumentKind::Zone), "{}", document.id);
            assert!(document.buckets.contains(&Bucket::Staff), "{}", document.id);
        }
    }
}

#[test]
fn the_middle_of_a_zone_lies_in_it_however_it_is_bent() {
    for zone in SiteFile::parse(SITE).unwrap().zones {
        assert!(zone.area.contains(&zone.area.middle().unwrap()), "{}", zone.id);
    }
    // A horseshoe: its centre of gravity lies in its opening.
    let horseshoe =
        [[0.01, 0.0], [0.04, 0.0], [0.04, 0.01], [0.02, 0.01], [0.02, 0.03], [0.04, 0.03], [0.04, 0.04], [0.01, 0.04], [0.01, 0.0]];
    let area: Polygon = serde_json::from_value(json!({"type": "Polygon", "coordinates": [horseshoe]})).unwrap();
    assert!(area.contains(&area.middle().unwrap()));
    let nothing: Polygon = serde_json::from_value(json!({"type": "Polygon", "coordinates": []})).unwrap();
    assert_eq!(nothing.middle(), None);
}

#[test]
fn a_site_file_of_0_1_has_no_units_roads_or_posts_and_is_read_all_the_same() {
    let mut site: Value = serde_json::from_str(SITE).unwrap();
    for list in ["units", "key_roads", "duty_posts", "topics", "materials"] {
        site.as_object_mut().unwrap().remove(list);
    }
    let file = SiteFile::parse(&site.to_string()).unwrap();
    assert_eq!((file.units.len(), file.key_roads.len(), file.duty_posts.len(), file.persons.len()), (0, 0, 0, 30));
}

#[test]
fn each_broken_rule_names_its_place() {
    let field = |code, field: &str| (code, field.to_owned());
    assert_eq!(
        refused(|site| site["checkpoints"][3]["at"] = json!({"lat": 0, "lon": 0})),
        field(Code::CoordinateInvalid, "checkpoints[3].at")
    );
    assert_eq!(
        refused(|site| site["checkpoints"][3]["at"] = json!({"lat": 111.7, "lon": 29.05})),
        field(Code::CoordinateSwapped, "checkpoints[3].at.lat")
    );
    assert_eq!(
        refused(|site| site["checkpoints"][3]["at"] = json!({"lat": 30.5, "lon": 111.7})),
        field(Code::CoordinateOutsideSite, "checkpoints[3].at")
    );
    assert_eq!(
        refused(|site| site["venues"][2]["at"] = json!({"lat": 29.05, "lon": 112.7})),
        field(Code::CoordinateOutsideSite, "venues[2].at")
    );
    assert_eq!(refused(|site| site["checkpoints"][0]["zone"] = json!("z1")), field(Code::OutOfRange, "checkpoints[0].at"));
    assert_eq!(refused(|site| site["checkpoints"][0]["zone"] = json!("z9")), field(Code::UnknownReference, "checkpoints[0].zone"));
    assert_eq!(refused(|site| site["checkpoints"][0]["radius_m"] = json!(0)), field(Code::OutOfRange, "checkpoints[0].radius_m"));
    assert_eq!(
        refused(|site| site["checkpoints"][0]["nfc_uid"] = json!("042f62a13df273")),
        field(Code::Malformed, "checkpoints[0].nfc_uid")
    );
    assert_eq!(
        refused(|site| site["routes"][1]["checkpoints"][2] = json!("cp-999")),
        field(Code::UnknownReference, "routes[1].checkpoints[2]")
    );
    assert_eq!(refused(|site| site["routes"][1]["from"] = json!("24:00")), field(Code::TimeMalformed, "routes[1].from"));
    assert_eq!(refused(|site| site["routes"][1]["to"] = json!("9:00")), field(Code::TimeMalformed, "routes[1].to"));
    assert_eq!(refused(|site| site["venues"][5]["id"] = json!("p-001")), field(Code::DuplicateId, "persons[0].id"));
    assert_eq!(refused(|site| site["persons"][0]["id"] = json!("tourist")), field(Code::Malformed, "persons[0].id"));
    assert_eq!(refused(|site| site["persons"][4]["zones"] = json!(["z1", "zz"])), field(Code::UnknownReference, "persons[4].zones[1]"));
    assert_eq!(refused(|site| site["persons"][4]["name"]["zh"] = json!(" ")), field(Code::Missing, "persons[4].name.zh"));
    assert_eq!(refused(|site| site["site"]["time_zone"] = json!("Asia/Changde")), field(Code::Malformed, "site.time_zone"));
    assert_eq!(refused(|site| site["site"]["box"]["west"] = json!(111.9)), field(Code::OutOfRange, "site.box"));
    assert_eq!(refused(|site| site["zones"][1]["area"] = site["zones"][0]["area"].clone()), field(Code::PolygonOverlap, "zones[1].area"));
    assert_eq!(
        refused(|site| {
            site["zones"][0]["area"]["coordinates"][0].as_array_mut().unwrap().pop();
        }),
        field(Code::PolygonMalformed, "zones[0].area.coordinates[0]")
    );
    assert_eq!(
        refused(|site| site["zones"][0]["area"]["coordinates"][0].as_array_mut().unwrap().swap(1, 3)),
        field(Code::PolygonSelfCrossing, "zones[0].area.coordinates")
    );
    assert_eq!(refused(|site| site["zones"][0]["name"] = json!({"zh": "河"})).0, Code::Missing);
    assert_eq!(refused(|site| site["persons"][29]["roles"][0]["to"] = json!("2024-04-15T00:00:00+08:00")).1, "persons[29].roles[0].to");
    assert_eq!(refused(|site| site["units"][0]["leader"] = json!("p-013")), field(Code::UnknownReference, "units[0].leader"));
    assert_eq!(refused(|site| site["units"][1]["members"] = json!(["p-013", "p-013"])), field(Code::DuplicateId, "units[1].members[1]"));
    assert_eq!(refused(|site| site["units"][1]["home_zone"] = json!("z9")), field(Code::UnknownReference, "units[1].home_zone"));
    assert_eq!(refused(|site| site["key_roads"][0]["checkpoints"] = json!([])), field(Code::Missing, "key_roads[0].checkpoints"));
    assert_eq!(refused(|site| site["key_roads"][1]["to"] = json!("24:00")), field(Code::TimeMalformed, "key_roads[1].to"));
    assert_eq!(
        refused(|site| site["key_roads"][0]["checkpoints"][1] = json!("cp-99")),
        field(Code::UnknownReference, "key_roads[0].checkpoints[1]")
    );
    assert_eq!(refused(|site| site["duty_posts"][0]["at"]["lon"] = json!(112.7)), field(Code::CoordinateOutsideSite, "duty_posts[0].at"));
    assert_eq!(refused(|site| site["duty_posts"][0]["zone"] = json!("z9")), field(Code::UnknownReference, "duty_posts[0].zone"));
    assert_eq!(refused(|site| site["palaces"] = json!([])).0, Code::Malformed);
}
