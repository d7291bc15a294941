//! 咨询: a question that was answered at the platform. It is written down once and never changes.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::case::{Case, Judgement, Noun, staff};
use super::{Bucket, DocumentKind, DutyPost, Role, Text};
use crate::log::DeviceId;
use crate::{Code, Error, Result};

/// What a question was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsultationTopic {
    /// 问路
    Directions,
    /// 交通停车
    Transport,
    /// 食宿游览
    Visiting,
    /// 失物
    LostProperty,
    /// 法律政策
    Law,
    /// 户籍证件
    Papers,
    /// 安全防范
    Safety,
    /// 投诉建议
    Complaint,
    /// 其他
    Other,
}

/// The body of [`super::Kind::ConsultationRecord`]. Who asked is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsultationRecord {
    /// At which duty post.
    pub post: String,
    /// What it was about.
    pub topic: ConsultationTopic,
    /// What was asked; at most 500 characters, and nobody's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// What was answered; at most 1,000 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// A consultation as staff see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    /// What was asked and answered.
    #[serde(flatten)]
    pub record: ConsultationRecord,
    /// The post's zone; empty where the phone does not know it yet.
    pub zone: String,
    /// Who answered.
    pub person: String,
    /// With which device.
    pub device: DeviceId,
    /// The operation that recorded it.
    pub operation: Uuid,
    /// When, UTC ms.
    pub at: i64,
}

const ANSWERERS: &[Role] = Role::SERVING;

impl ConsultationRecord {
    /// The record with its texts in NFC.
    ///
    /// # Errors
    /// A text's code at its field.
    pub fn normalised(self) -> Result<Self> {
        Ok(Self {
            post: Text::required("post", &self.post, 64)?.into_string(),
            question: Text::optional_lines("question", self.question.as_deref(), 500)?.map(Text::into_string),
            answer: Text::optional_lines("answer", self.answer.as_deref(), 1000)?.map(Text::into_string),
            ..self
        })
    }
}

impl Noun for Consultation {
    const KIND: DocumentKind = DocumentKind::Consultation;

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

pub(super) fn record(mut case: Case<'_>, record: ConsultationRecord) -> Judgement {
    case.authorise(ANSWERERS)?;
    case.must_be_new()?;
    let zone = case.post(&record.post)?.map(|post| post.zone).unwrap_or_default();
    let operation = case.operation;
    let consultation =
        Consultation { record, zone, person: case.actor().to_owned(), device: operation.device, operation: operation.id, at: case.at };
    case.created(&consultation)
}

impl Case<'_> {
    /// A duty post that was not given up at the operation's time.
    pub(super) fn post(&self, id: &str) -> Judgement<Option<DutyPost>> {
        let post: Option<DutyPost> = self.reference(DocumentKind::DutyPost, id, "post")?;
        match &post {
            Some(post) if post.retired_at.is_some_and(|retired| retired <= self.at) => {
                Err(Error::field(Code::UnknownReference, "post", "the post is given up").into())
            }
            _ => Ok(post),
        }
    }
}
