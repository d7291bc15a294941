//! 值守日志: the platform's book. An entry never changes; what was wrong in it is put right by another one that names it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, Stop, parse, staff};
use super::{Bucket, DocumentKind, Role, Text, Until, Verdict};
use crate::log::{DeviceId, Digest};
use crate::{Code, Error, Result};

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyLogTopic {
    /// 情况
    Incident,
    /// 上级指令
    Instruction,
    /// 装备设施
    Equipment,
    /// 来访
    Visit,
    /// 其他
    Other,
}

/// The body of [`super::Kind::DutyLogWrite`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyLogRecord {
    /// Whose book: a duty post.
    pub post: String,
    /// What it is about.
    pub topic: DutyLogTopic,
    /// What happened; 1 to 2,000 characters.
    pub text: String,
    /// The entry of the same book that this one puts right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrects: Option<String>,
}

/// An entry of a post's book as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyLog {
    /// What was written.
    #[serde(flatten)]
    pub record: DutyLogRecord,
    /// The post's zone; empty where the phone does not know it yet.
    pub zone: String,
    /// Who wrote it.
    pub person: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that wrote it.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
    /// Photos, by SHA-256.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Digest>,
}

const WRITERS: &[Role] = Role::SERVING;

impl DutyLogRecord {
    /// The record with its texts in NFC.
    ///
    /// # Errors
    /// A text's code at its field.
    pub fn normalised(self) -> Result<Self> {
        Ok(Self {
            post: Text::required("post", &self.post, 64)?.into_string(),
            text: Text::required_lines("text", &self.text, 2000)?.into_string(),
            corrects: Text::optional("corrects", self.corrects.as_deref(), 64)?.map(Text::into_string),
            ..self
        })
    }
}

impl Noun for DutyLog {
    const KIND: DocumentKind = DocumentKind::DutyLog;

    fn buckets(&self) -> Vec<Bucket> {
        Bucket::of_platform(&self.zone, staff(&self.person), self.device)
    }

    fn person(&self) -> Option<String> {
        staff(&self.person)
    }

    fn at(&self) -> i64 {
        self.at
    }
}

pub(super) fn write(mut case: Case<'_>, record: DutyLogRecord) -> Judgement {
    case.authorise(WRITERS)?;
    case.must_be_new()?;
    let zone = case.post(&record.post)?.map(|post| post.zone).unwrap_or_default();
    if let Some(id) = &record.corrects {
        check_corrected(&case, id, &record.post)?;
    }
    let operation = case.operation;
    let entry = DutyLog {
        record,
        zone,
        person: case.actor().to_owned(),
        device: operation.device,
        operation: operation.id,
        at: case.at,
        photos: case.photos(),
    };
    case.created(&entry)
}

/// The entry that is put right may be on its way from another phone.
fn check_corrected(case: &Case<'_>, id: &str, post: &str) -> Judgement<()> {
    match case.document(id)? {
        Some(document) if parse::<DutyLog>(&document).is_some_and(|entry| entry.record.post == post) => Ok(()),
        None if case.is_hub() => Err(Stop::Verdict(Verdict::Held { until: Until::Entity(id.to_owned()) })),
        None if !case.context.world.is_complete() => Ok(()),
        _ => Err(Error::field(Code::UnknownReference, "corrects", "no entry of this book").into()),
    }
}
