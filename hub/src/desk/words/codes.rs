//! Why something was refused, in words.

use liuye_core::Code;

use super::Lang;

impl Lang {
    /// Why something was refused; the code itself where this desk has no words for it.
    pub(crate) const fn code(self, code: Code) -> &'static str {
        let words = match code {
            Code::Missing => ("必须填写", "This is needed"),
            Code::TooLong => ("内容过长", "This is too long"),
            Code::OutOfRange => ("超出允许的范围", "This is out of range"),
            Code::Malformed => ("格式不正确", "This is not written as it should be"),
            Code::TextForbiddenCharacter => ("含有不允许的字符", "This has characters that are not allowed"),
            Code::IdentityMalformed | Code::IdentityChecksum => ("身份证号不正确", "This is no valid identity number"),
            Code::PhoneMalformed => ("电话号码不正确", "This is no phone number"),
            Code::PhoneEmergency => ("紧急号码不能作为联系电话", "An emergency number is no contact"),
            Code::CoordinateInvalid => ("坐标不正确", "This is no position"),
            Code::CoordinateSwapped => ("经纬度颠倒了", "Latitude and longitude are swapped"),
            Code::CoordinateOutsideSite => ("坐标在辖区之外", "This lies outside the district"),
            Code::TimeMalformed => ("时间格式不正确", "This is no time"),
            Code::TimeInFuture => ("时间不能晚于现在", "This time is still to come"),
            Code::TimeOrder => ("时间先后不对", "These times are in the wrong order"),
            Code::PhotoNotImage => ("不是照片", "This is no photo"),
            Code::PhotoTooLarge => ("照片过大（最多10 MB）", "The photo is too large (at most 10 MB)"),
            Code::PhotoTooManyPixels => ("照片像素过多", "The photo has too many pixels"),
            Code::PhotoTooMany => ("照片太多", "There are too many photos"),
            Code::PhotoMissing => ("缺少照片", "A photo is needed"),
            Code::DuplicateId => ("重复选择", "This is named twice"),
            Code::UnknownReference => ("没有找到，或已不在岗", "There is no such one, or nobody of them serves"),
            Code::VenueRetired => ("场所已停用", "The venue is retired"),
            Code::HazardPlanMissing => ("重大隐患须有整改方案", "A major hazard needs its plan first"),
            Code::HazardFourEyes => ("整改人不能自己销号，须另一人办理", "Who rectified it may not close it: somebody else has to"),
            Code::ShiftOverlap => ("与该人员的其他班次重叠", "This overlaps another shift of theirs"),
            Code::OffShift => ("不在班次内", "This is outside the shift"),
            Code::ItemProhibited => ("违禁物品须直接移交公安机关", "Weapons and contraband go straight to police"),
            Code::CustodyTwoPeople => ("贵重物品须两人办理", "A valuable takes two people"),
            Code::ForfeitTooEarly => ("公告未满一年，不能处理", "One full year from the notice has not passed"),
            Code::ItemDisputed => ("有两个以上认领申请，物品已锁定", "Two claims are live: the item is locked"),
            Code::ClaimLimit => ("24小时内认领申请过多", "Too many claims within 24 hours"),
            Code::LeafletsShort => ("宣传单页数量不足", "There are not so many leaflets"),
            Code::HandoverOpen => ("尚有未逐项接收的事项", "Not everything that is open is accepted by name"),
            Code::StateRefused => {
                ("现在的状态不允许这一步，可能刚有人处理过", "It does not stand so that this can be done; somebody may have been faster")
            }
            Code::Overtaken => ("他人先完成了同一步骤", "Somebody else was faster"),
            Code::Exists => ("已经做过了", "This was done already"),
            Code::NotPermitted => (
                "这个账号或其对应的人员无权办理；账号须对应人员库中的人员",
                "This account, or the person it stands for, may not do this; an account has to stand for a person of the base",
            ),
            Code::AuthorityUncertain => ("无法确认当时的权限", "Whether they held the role is not sure"),
            Code::NotFound => ("没有找到，或者已经不在了", "It is not there, or not any more"),
            Code::TooLarge => ("内容过大", "This is too large"),
            other => return other.as_str(),
        };
        self.pick(words.0, words.1)
    }
}
