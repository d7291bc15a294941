//! The personnel base by files: bad rows are named, good ones taken, the same file twice changes nothing, and no file harms
//! the hub.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::io::{Cursor, Write as _};

use liuye_core::Code;
use liuye_core::domain::{DocumentKind, Person, Role, SiteFile, parse_rfc3339};
use liuye_core::env::Env;
use liuye_hub::{Hub, PersonnelReport, RowOutcome};
use liuye_tests::District;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

/// A hub of the lake with nothing listening.
fn hub() -> (TempDir, Hub) {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::open(dir.path(), Env::system()).unwrap();
    hub.import_site(&District::site_file("site.json")).unwrap();
    (dir, hub)
}

fn counts(report: &PersonnelReport) -> [usize; 4] {
    [report.added(), report.changed(), report.unchanged(), report.refused()]
}

fn person(hub: &Hub, id: &str) -> Person {
    serde_json::from_value(hub.document(id).unwrap().unwrap().body).unwrap()
}

fn take(hub: &Hub, table: &str) -> PersonnelReport {
    hub.import_personnel(table.as_bytes(), false).unwrap()
}

/// The line, code and field of each row that was refused.
fn refusals(report: &PersonnelReport) -> Vec<(u64, &'static str, String)> {
    let refused = |row: &liuye_hub::RowReport| match &row.outcome {
        RowOutcome::Refused(error) => Some((row.line, error.code.as_str(), error.field.to_string())),
        _ => None,
    };
    report.rows.iter().filter_map(refused).collect()
}

fn ms(text: &str) -> i64 {
    parse_rfc3339(text).unwrap()
}

#[test]
fn eight_hundred_persons_come_by_csv_and_the_bad_rows_are_named() {
    let (_dir, hub) = hub();
    let mut table = "编号,姓名,队伍,四类力量,网格,保安公司,证书,状态,身份证号\n".to_owned();
    for n in 0..820 {
        let (force, company) = if n % 2 == 0 { ("保安", "柳岸保安服务公司（虚构）") } else { ("辅警", "") };
        let zone = n % 5 + 1;
        table += &format!(
            "g-{n:04},张{n},{force},巡逻防控；应急救援,z{zone},{company},保安员证 2024-01-01/2026-12-31,在岗,11010519491231002X\n"
        );
    }
    table += "g-0000,又一个,保安,巡逻防控,z1,,,在岗,\nG 7,甲,保安,巡逻防控,z1,,,在岗,\ng-9001,,保安,巡逻防控,z1,,,在岗,\n\
              g-9002,乙,城管,巡逻防控,z1,,,在岗,\ng-9003,丙,保安,,z1,,,在岗,\ng-9004,丁,保安,巡逻防控,z9,,,在岗,\ncp-01,戊,保安,巡逻防控,z1,,,在岗,\n\
              g-9005,己,民警,巡逻防控,z1,,,在岗,\ng-9006,庚,保安,巡逻防控,z1,,保安员证 2026-01-01/2025-01-01,在岗,\n,辛,保安,巡逻防控,z1,,,在岗,\n\
              g-9007,壬,保安,巡逻防控,z1,,保安员证 20xx-01-01/,在岗,\n";
    let report = take(&hub, &table);
    assert_eq!(counts(&report), [820, 0, 0, 11]);
    let named = |line, code, field: &str| (line, code, field.to_owned());
    assert_eq!(
        refusals(&report),
        [
            named(822, "duplicate_id", "id"),
            named(823, "malformed", "id"),
            named(824, "missing", "name_zh"),
            named(825, "malformed", "force"),
            named(826, "missing", "trades"),
            named(827, "unknown_reference", "zones"),
            named(828, "duplicate_id", "id"),
            named(829, "missing", "roles"),
            named(830, "time_order", "certificates[0].to"),
            named(831, "missing", "id"),
            named(832, "time_malformed", "certificates"),
        ]
    );
    assert_eq!((report.form, report.ignored_columns.as_slice()), ("utf-8", ["身份证号".to_owned()].as_slice()));
    let guard = person(&hub, "g-0002");
    assert_eq!(
        (guard.name.zh.as_str(), guard.zones.as_slice(), guard.roles_at(0)),
        ("张2", ["z3".to_owned()].as_slice(), vec![Role::Guard])
    );
    let paper = &guard.certificates[0];
    assert!(paper.is_good(ms("2024-01-01T00:00:00+08:00")) && paper.is_good(ms("2026-12-31T23:59:59+08:00")));
    assert!(!paper.is_good(ms("2023-12-31T23:59:59+08:00")) && !paper.is_good(ms("2027-01-01T00:00:00+08:00")));
    let stored = hub.documents(DocumentKind::Person, 10_000, 0).unwrap();
    assert!(!stored.iter().any(|document| document.body.to_string().contains("11010519491231002X")), "no identity number is kept");

    let head = hub.head().unwrap();
    let again = take(&hub, &table);
    assert_eq!((counts(&again), hub.head().unwrap()), ([0, 0, 820, 11], head), "the same file twice changes nothing");
}

#[test]
fn a_dry_run_says_the_same_and_writes_nothing() {
    let (_dir, hub) = hub();
    let table = "id,name_zh,force,trades\ng-1,甲,guard,patrol\ng-2,乙,guard,\np-011,丙,auxiliary,patrol\n";
    let head = hub.head().unwrap();
    let dry = hub.import_personnel(table.as_bytes(), true).unwrap();
    assert_eq!((counts(&dry), hub.head().unwrap(), hub.document("g-1").unwrap()), ([1, 1, 0, 1], head, None));
    assert_eq!(take(&hub, table), dry);
    assert!(hub.head().unwrap() > head);
}

#[test]
fn a_csv_is_read_in_utf_8_with_and_without_its_mark_in_utf_16_and_in_gb18030() {
    let table = "编号,姓名,队伍,四类力量\ng-1,欧阳·㐂,保安,巡逻防控\n";
    let (gb, _, unmappable) = encoding_rs::GB18030.encode(table);
    assert!(!unmappable && std::str::from_utf8(&gb).is_err());
    let marked = [&[0xef, 0xbb, 0xbf], table.as_bytes()].concat();
    let wide: Vec<u8> = [0xfeff].into_iter().chain(table.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for (bytes, form) in [(table.as_bytes().to_vec(), "utf-8"), (marked, "utf-8"), (gb.into_owned(), "gb18030"), (wide, "utf-16")] {
        let (_dir, hub) = hub();
        let report = hub.import_personnel(&bytes, false).unwrap();
        assert_eq!((report.form, counts(&report)), (form, [1, 0, 0, 0]));
        assert_eq!(person(&hub, "g-1").name.zh, "欧阳·㐂");
    }
    let (_dir, hub) = hub();
    let error = hub.import_personnel(b"id,name\xff\xff,force\n\x81", false).unwrap_err();
    assert_eq!((error.code, error.field.as_ref()), (Code::Malformed, "file"));
    let semicolons = "id;name_zh;force;trades;zones\ng-1;甲;guard;patrol;z1,z2\n";
    assert_eq!(counts(&take(&hub, semicolons)), [1, 0, 0, 0]);
    assert_eq!(person(&hub, "g-1").zones, ["z1", "z2"]);
}

fn workbook() -> Workbook {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in ["id", "姓名", "force", "trades", "zones", "since"].iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), *name).unwrap();
    }
    for row in 1..=3_u32 {
        // An id that somebody typed as a number, and an empty row in between.
        let line = row * 2;
        sheet.write(line, 0, 9000 + row).unwrap();
        sheet.write(line, 1, "甲").unwrap();
        sheet.write(line, 2, "guard").unwrap();
        sheet.write(line, 3, "patrol").unwrap();
        sheet.write_formula(line, 4, Formula::new("=\"z\"&2").set_result("z2")).unwrap();
        let date = ExcelDateTime::from_ymd(2026, 5, 1).unwrap();
        sheet.write_datetime_with_format(line, 5, &date, &Format::new().set_num_format("yyyy-mm-dd")).unwrap();
    }
    sheet.write(6, 4, "z9").unwrap();
    workbook
}

#[test]
fn a_workbook_is_read_with_its_dates_numbers_and_the_values_of_its_formulas() {
    let (_dir, hub) = hub();
    let bytes = workbook().save_to_buffer().unwrap();
    let report = hub.import_personnel(&bytes, false).unwrap();
    assert_eq!((report.form, counts(&report)), ("xlsx", [2, 0, 0, 1]));
    assert_eq!(refusals(&report), [(7, "unknown_reference", "zones".to_owned())]);
    let person = person(&hub, "9001");
    assert_eq!((person.zones.as_slice(), person.roles[0].from), (["z2".to_owned()].as_slice(), Some(ms("2026-05-01T00:00:00+08:00"))));
    assert_eq!(counts(&hub.import_personnel(&bytes, false).unwrap()), [0, 0, 2, 1]);
}

/// An archive with one entry that unpacks to so many zeros.
fn bomb(entries: usize, len: usize) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let zeros = vec![0; 1 << 20];
    for entry in 0..entries {
        archive.start_file(format!("xl/worksheets/sheet{entry}.xml"), options).unwrap();
        let mut left = len;
        while left > 0 {
            let piece = left.min(zeros.len());
            archive.write_all(&zeros[..piece]).unwrap();
            left -= piece;
        }
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn a_renamed_bomb_is_refused_by_name_and_nothing_of_it_is_unpacked() {
    let (_dir, hub) = hub();
    let refused = |bytes: &[u8]| {
        let error = hub.import_personnel(bytes, false).unwrap_err();
        assert_eq!(error.field, "file");
        (error.code, error.detail.into_owned())
    };
    let dense = bomb(1, 100 << 20);
    assert!(dense.len() < 200_000, "{} bytes", dense.len());
    assert_eq!(refused(&dense).0, Code::ArchiveBomb);
    // One that lies about what it unpacks to: the sizes in its directory and its header say one byte.
    let mut liar = bomb(1, 8 << 20);
    let size = (8_u32 << 20).to_le_bytes();
    let places: Vec<_> = (0..liar.len() - 4).filter(|at| liar[*at..at + 4] == size).collect();
    assert!(!places.is_empty());
    for place in places {
        liar[place..place + 4].copy_from_slice(&1_u32.to_le_bytes());
    }
    let (code, detail) = refused(&liar);
    assert!(matches!(code, Code::ArchiveBomb | Code::Malformed), "{code} {detail}");
    // Many small ones: each below the ratio's floor.
    let (code, detail) = refused(&bomb(80, 1 << 20));
    assert_eq!((code, detail.as_str()), (Code::ArchiveBomb, "unpacks to 64 MiB at most"));
    assert_eq!(refused(&bomb(1001, 1)).0, Code::ArchiveBomb);
    // A good workbook passes the same gate, an archive of something else is no workbook.
    assert_eq!(refused(&bomb(1, 10)).0, Code::Malformed);
    assert_eq!(refused(b"PK\x03\x04 and nothing else").0, Code::Malformed);
    assert!(hub.import_personnel(&workbook().save_to_buffer().unwrap(), true).is_ok());
    assert_eq!(refused(&vec![b'a'; (8 << 20) + 1]).0, Code::TooLarge);
}

#[test]
fn a_far_away_cell_costs_no_memory_and_too_many_rows_or_columns_are_refused() {
    let (_dir, hub) = hub();
    let far = |row: u32, column: u16| {
        let mut workbook = workbook();
        workbook.worksheet_from_index(0).unwrap().write(row, column, "far").unwrap();
        hub.import_personnel(&workbook.save_to_buffer().unwrap(), true)
    };
    assert_eq!(far(1_048_575, 0).unwrap().refused(), 2, "the last row of all is one row");
    assert_eq!(far(2, 16_383).unwrap_err().code, Code::TooLarge);
    let long = "id,name,force\n".to_owned() + &"x,y,z\n".repeat(20_001);
    assert_eq!(hub.import_personnel(long.as_bytes(), true).unwrap_err().code, Code::TooLarge);
    for (table, code, field) in
        [("", Code::Missing, "file"), ("name,force\n", Code::Missing, "id"), ("id,编号,name,force\n", Code::DuplicateId, "id")]
    {
        let error = hub.import_personnel(table.as_bytes(), true).unwrap_err();
        assert_eq!((error.code, error.field.as_ref()), (code, field), "{table}");
    }
}

#[test]
fn formulas_are_made_harmless_on_the_way_in_and_out() {
    let (_dir, hub) = hub();
    let table = "id,name_zh,name_en,force,trades,company\ng-1,\"=HYPERLINK(\"\"http://x\"\",\"\"甲\"\")\",@sum,guard,patrol,＋1\n=1+1,乙,B,guard,patrol,\n";
    let report = take(&hub, table);
    assert_eq!(counts(&report), [1, 0, 0, 1]);
    assert_eq!(report.rows[0].neutralised, ["name_zh", "name_en", "company"]);
    assert_eq!(refusals(&report), [(3, "malformed", "id".to_owned())]);
    let person = person(&hub, "g-1");
    assert!(person.name.zh.starts_with("'=") && person.name.en.starts_with("'@"), "{:?}", person.name);
    let exported = String::from_utf8(hub.export_personnel().unwrap()).unwrap();
    for row in csv_rows(&exported) {
        assert!(!row.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])), "{row:?}");
    }
    assert_eq!(counts(&take(&hub, table)), [0, 0, 1, 1], "it is known under its harmless name");
}

/// The cells of a CSV that quotes by the book.
fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let (mut quoted, mut characters) = (false, text.chars().peekable());
    while let Some(character) = characters.next() {
        let row = rows.last_mut().unwrap();
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => row.last_mut().unwrap().push(characters.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\n' if !quoted => rows.push(vec![String::new()]),
            other => row.last_mut().unwrap().push(other),
        }
    }
    rows
}

#[test]
fn what_is_exported_changes_nothing_when_it_comes_back() {
    let (_dir, hub) = hub();
    take(
        &hub,
        "id,姓名,英文姓名,force,trades,zones,company,certificates,status\ng-1,甲,Jia,guard,patrol; safety_check,大小河街网格、z2,C,保安员证 2024-01-01/2026-12-31; 驾驶证 /2030-01-01; 急救员,停职\n",
    );
    let exported = hub.export_personnel().unwrap();
    assert!(exported.starts_with("\u{feff}id,name_zh".as_bytes()));
    let rows = csv_rows(std::str::from_utf8(&exported).unwrap());
    assert_eq!(rows.len(), 1 + 31 + 1);
    let row = rows.iter().find(|row| row[0] == "g-1").unwrap();
    assert_eq!(
        row[1..],
        [
            "甲",
            "Jia",
            "guard",
            "patrol; safety_check",
            "guard",
            "z1; z2",
            "C",
            "保安员证 2024-01-01/2026-12-31; 驾驶证 /2030-01-01; 急救员",
            "suspended",
            ""
        ]
    );
    let head = hub.head().unwrap();
    let again = hub.import_personnel(&exported, false).unwrap();
    assert_eq!((counts(&again), hub.head().unwrap()), ([0, 0, 31, 0], head));
}

#[test]
fn what_a_row_changes_counts_from_its_day_on_and_what_was_before_is_kept() {
    let (_dir, hub) = hub();
    let table = |rows: &str| format!("id,name_zh,force,trades,roles,zones,status,since\n{rows}");
    let before = person(&hub, "p-011");
    assert_eq!(
        (before.zones.as_slice(), before.roles_at(ms("2025-01-01T00:00:00Z"))),
        (["z1".to_owned()].as_slice(), vec![Role::Auxiliary])
    );
    let moved = table("p-011,覃远山,辅警,巡逻防控,值班员,z2,在岗,2026/5/1\n");
    assert_eq!(counts(&take(&hub, &moved)), [0, 1, 0, 0]);
    assert_eq!(counts(&take(&hub, &moved)), [0, 0, 1, 0]);
    let person = |at: &str| {
        let person = person(&hub, "p-011");
        (person.roles_at(ms(at)), person.zones_at(ms(at)), person.serves(ms(at)))
    };
    let (last, first) = ("2026-04-30T23:59:59+08:00", "2026-05-01T00:00:00+08:00");
    assert_eq!(person(last), (vec![Role::Auxiliary], vec!["z1".to_owned()], true));
    assert_eq!(person(first), (vec![Role::Desk], vec!["z2".to_owned()], true));
    let left = table("p-011,覃远山,辅警,巡逻防控,值班员,z2,离职,2026-06-01\n");
    assert_eq!(counts(&take(&hub, &left)), [0, 1, 0, 0]);
    assert!(person("2026-05-31T23:59:59+08:00").2 && !person("2026-06-01T00:00:00+08:00").2);
    // A table without a column leaves what is known.
    assert_eq!(counts(&take(&hub, "id,name_zh,force\np-011,覃远山,辅警\n")), [0, 0, 1, 0]);
}

#[test]
fn a_site_file_leaves_alone_whom_the_personnel_base_keeps() {
    let (_dir, hub) = hub();
    take(&hub, "id,name_zh,force,trades\ng-1,甲,guard,patrol\np-012,乙,auxiliary,patrol\n");
    let report = hub.import_site(&District::site_file("site.json")).unwrap();
    assert_eq!((report.added, report.changed, report.removed), (0, 0, 0));
    assert_eq!((person(&hub, "g-1").name.zh.as_str(), person(&hub, "p-012").name.zh.as_str()), ("甲", "乙"));
    // A unit may have members who came by either way, and none who came by neither.
    let mut site: Value = serde_json::from_str(&District::site_file("site.json")).unwrap();
    site["units"][0]["members"] = json!(["p-011", "g-1"]);
    assert_eq!(hub.import_site(&site.to_string()).unwrap().changed, 1);
    site["units"][0]["members"] = json!(["p-011", "g-2"]);
    let error = hub.import_site(&site.to_string()).unwrap_err();
    assert_eq!((error.code, error.field.as_ref()), (Code::UnknownReference, "units[0].members[1]"));
    SiteFile::parse(&site.to_string()).unwrap();
    // Whoever a site file no longer names goes, as before; and a unit does not keep them.
    site["units"] = json!([]);
    site["persons"].as_array_mut().unwrap().retain(|person| person["id"] != "p-029" && person["id"] != "p-012");
    let report = hub.import_site(&site.to_string()).unwrap();
    assert_eq!(report.removed, 1 + 5, "p-029 and the units; the base keeps p-012");
}
