//! What the pages say where something is refused, and where a report or a claim stands.

use liuye_core::domain::{ClaimState, DayPart, LostReportState};
use liuye_core::{Code, Error};

use crate::desk::Lang;

/// A sentence about a field of a form, or about all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// The field's name in the form; empty where it is about no field.
    pub(super) field: &'static str,
    pub(super) words: &'static str,
}

/// The name that an error's field has in the forms.
pub(super) fn form_field(field: &str) -> &'static str {
    const SAME: [&str; 10] = ["category", "description", "brand", "colour", "marks", "place", "zone", "day", "part", "statement"];
    match field {
        "contact.name" | "name" => "name",
        "contact.phone" | "phone" => "phone",
        "lost_from" | "lost_to" => "day",
        "tracking_code" | "code" => "code",
        field if field.starts_with("photos") => "photos",
        field => SAME.into_iter().find(|name| *name == field).unwrap_or_default(),
    }
}

/// Why something is refused, in words for whoever typed it.
pub(super) fn refusal(lang: Lang, error: &Error) -> Said {
    let field = form_field(&error.field);
    let (zh, en) = by_field(field, error.code).unwrap_or_else(|| by_code(error.code));
    Said { field, words: lang.pick(zh, en) }
}

fn by_field(field: &str, code: Code) -> Option<(&'static str, &'static str)> {
    Some(match (field, code) {
        ("category", _) => ("请选择物品类别。", "Please choose what it is."),
        ("description", Code::Missing) => ("请描述丢失的物品。", "Please describe what you lost."),
        ("description", Code::TooLong) => ("描述过长：最多2000字。", "The description is too long: at most 2,000 characters."),
        ("brand", Code::TooLong) => ("品牌过长：最多100字。", "The brand is too long: at most 100 characters."),
        ("colour", Code::TooLong) => ("颜色过长：最多50字。", "The colour is too long: at most 50 characters."),
        ("marks", Code::TooLong) => ("特征过长：最多1000字。", "The marks are too long: at most 1,000 characters."),
        ("place", Code::Missing) => ("请填写可能丢失的地点。", "Please say where you may have lost it."),
        ("place", Code::TooLong) => ("地点过长：最多500字。", "The place is too long: at most 500 characters."),
        ("place", Code::TextForbiddenCharacter) => {
            ("地点请写成一行，不含特殊控制字符。", "Please write the place in one line, without control characters.")
        }
        ("zone", _) => ("没有这个区域，请重新选择。", "There is no such area: please choose again."),
        ("day", Code::Missing) => ("请填写日期。", "Please give the day."),
        ("day", Code::TimeInFuture) => ("时间不能晚于现在。", "The time cannot be later than now."),
        ("day", _) => ("日期请写成：年-月-日，例如 2026-05-01。", "Please write the day as year-month-day, such as 2026-05-01."),
        ("part", _) => ("请选择时段。", "Please choose a time of day."),
        ("name", Code::Missing) => ("留电话时请填写姓名。", "Please give a name with the phone number."),
        ("name", Code::TooLong) => ("姓名过长：最多100字。", "The name is too long: at most 100 characters."),
        ("phone", Code::Missing) => ("请填写电话号码，或把姓名也留空。", "Please give a phone number, or leave the name empty too."),
        ("phone", _) => (
            "电话号码不正确。中国手机号为11位；国外号码请以 + 和国家代码开头。",
            "That is no phone number. From abroad, begin with + and the country's code, such as +44 20 7946 0958.",
        ),
        ("code", Code::Missing) => ("请输入查询码。", "Please type the tracking code."),
        ("code", Code::NotFound) => (
            "没有找到这个查询码。请逐字核对：共16个字符，不含字母 I、L、O、U。",
            "No report has this code. Please check each character: there are 16, and never the letters I, L, O or U.",
        ),
        ("code", Code::NotPermitted) => (
            "这份报失是用手机应用提交的，请在该应用中认领，或联系快警平台。",
            "This report was made with the app: please claim there, or ask at the police platform.",
        ),
        ("statement", Code::Missing) => ("请说明为什么它是您的。", "Please say why it is yours."),
        ("statement", Code::TooLong) => ("说明过长：最多2000字。", "The text is too long: at most 2,000 characters."),
        ("photos", Code::HubBusy) => (
            "现在上传照片的人太多。可以先不带照片提交，您填写的内容都在。",
            "Too many photos are coming in right now. You can send the report without them: what you typed is kept.",
        ),
        _ => return None,
    })
}

const fn by_code(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::Missing => ("此项必填。", "This is needed."),
        Code::TooLong => ("内容过长。", "This is too long."),
        Code::TextForbiddenCharacter => ("请删除特殊控制字符。", "Please remove control characters."),
        Code::Malformed => ("内容无法识别，请重新填写。", "This cannot be read: please type it again."),
        Code::PhotoTooMany => ("照片最多3张。", "At most three photos."),
        Code::PhotoTooLarge | Code::TooLarge => {
            ("照片过大：每张不超过10 MB，最多3张。", "Too large: at most 10 MB a photo, and three photos.")
        }
        Code::PhotoNotImage => ("这不是照片，请上传 JPEG、PNG 或 WebP 图片。", "That is no photo: please send JPEG, PNG or WebP."),
        Code::PhotoTooManyPixels => ("照片尺寸过大：不超过4000万像素。", "Too many pixels: at most 40 megapixels."),
        Code::HubBusy => ("次数过多，请一分钟后再试。", "Too many tries: please wait a minute."),
        Code::ClaimLimit => ("24小时内最多认领3件物品。", "At most three claims in 24 hours."),
        Code::StateRefused => ("现在的状态不能这样做。", "That cannot be done any more."),
        Code::NotFound => ("这里没有您要找的内容。", "What you look for is not here."),
        Code::NotPermitted => ("不能这样做。", "That may not be done here."),
        Code::Storage | Code::DiskFull | Code::Busy | Code::Internal | Code::Corrupt => {
            ("暂时无法保存，请稍后再试。", "It cannot be kept now: please try again.")
        }
        _ => ("内容有误，请检查后再试。", "Something is wrong with it: please check and try again."),
    }
}

/// Where a report stands, for its owner: in a few words, and what follows from it.
pub(super) const fn state(lang: Lang, state: LostReportState) -> (&'static str, &'static str) {
    let (zh, en) = match state {
        LostReportState::Open => (
            ("正在寻找", "还没有找到。找到可能是您的物品时，工作人员会联系您。"),
            ("Being looked for", "It has not been found yet. When something may be yours, staff will reach you."),
        ),
        LostReportState::Candidate => (
            ("可能已找到", "有一件物品可能是您的。工作人员会与您核对。"),
            ("Possibly found", "Something was found that may be yours. Staff will check it with you."),
        ),
        LostReportState::Claimed => {
            (("认领核对中", "工作人员会问您只有失主知道的特征。"), ("Claimed", "Staff will ask you what only the owner can know."))
        }
        LostReportState::Returned => (("已归还", "物品已经归还。"), ("Returned", "It went back to its owner.")),
        LostReportState::Withdrawn => (
            ("已撤回", "报失已撤回，您的个人信息已删除。"),
            ("Withdrawn", "The report was withdrawn, and what you told about yourself was erased."),
        ),
        LostReportState::Expired => (
            ("已过期", "很久没有找到，报失已结束。您可以重新报失。"),
            ("Expired", "It was not found for a long time, and the report ended. You may report it again."),
        ),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// Where a claim stands.
pub(super) const fn claim(lang: Lang, state: ClaimState) -> &'static str {
    match state {
        ClaimState::Submitted => lang.pick("已提出，等待核问", "made; staff will ask you about it"),
        ClaimState::Questioned => {
            lang.pick("核问中，请到快警平台或接听电话回答", "staff have questions: answer at the police platform or by phone")
        }
        ClaimState::Verified => lang.pick("已核实，可以领取", "it is yours: you can collect it"),
        ClaimState::Rejected => lang.pick("未通过", "turned down"),
        ClaimState::Released => lang.pick("已领回", "collected"),
        ClaimState::Withdrawn => lang.pick("已撤回", "withdrawn"),
    }
}

/// A part of a day.
pub(super) const fn part(lang: Lang, part: DayPart) -> &'static str {
    match part {
        DayPart::Night => lang.pick("0–6时", "night"),
        DayPart::Morning => lang.pick("6–12时", "morning"),
        DayPart::Afternoon => lang.pick("12–18时", "afternoon"),
        DayPart::Evening => lang.pick("18–24时", "evening"),
    }
}
