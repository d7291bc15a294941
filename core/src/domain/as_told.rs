//! What another version told, kept as it came: this version reads what it knows of it, and writes the rest back untouched.

use std::ops::Deref;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// A value of which a newer version may say more than this one can read.
///
/// It is written again byte for byte as it came wherever what this version knows of it would be less.
#[derive(Debug, Clone)]
pub struct AsTold<T> {
    known: T,
    told: Option<Box<RawValue>>,
}

impl<T> AsTold<T> {
    /// What this version reads of it.
    #[must_use]
    pub fn into_known(self) -> T {
        self.known
    }

    /// The JSON as it came, where this version cannot say all of it.
    #[must_use]
    pub fn told(&self) -> Option<&str> {
        self.told.as_deref().map(RawValue::get)
    }
}

impl<T> From<T> for AsTold<T> {
    fn from(known: T) -> Self {
        Self { known, told: None }
    }
}

impl<T> Deref for AsTold<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.known
    }
}

impl<T: PartialEq> PartialEq for AsTold<T> {
    fn eq(&self, other: &Self) -> bool {
        self.known == other.known && self.told() == other.told()
    }
}

impl<T: Serialize> Serialize for AsTold<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.told {
            Some(told) => told.serialize(serializer),
            None => self.known.serialize(serializer),
        }
    }
}

impl<'de, T: Serialize + DeserializeOwned> Deserialize<'de> for AsTold<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let told = Box::<RawValue>::deserialize(deserializer)?;
        let known: T = serde_json::from_str(told.get()).map_err(serde::de::Error::custom)?;
        let says_all = serde_json::to_string(&known).is_ok_and(|text| text == told.get());
        Ok(Self { known, told: (!says_all).then_some(told) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Conflict;

    #[test]
    fn what_this_version_cannot_say_is_written_as_it_came() {
        let known = r#"{"operation":"01a20e55-9d49-70a4-b1c2-7d0bf7d6d5b4","kind":"hazard.close","code":"overtaken","actor":"p-005","recorded_at":1,"body":{}}"#;
        let conflict: AsTold<Conflict> = serde_json::from_str(known).unwrap();
        assert_eq!(conflict.told(), None);
        for newer in [known.replace("overtaken", "tide_turned"), known.replacen('{', r#"{"weather":"fog","#, 1)] {
            let conflict: AsTold<Conflict> = serde_json::from_str(&newer).unwrap();
            assert_eq!(conflict.actor, "p-005");
            assert_eq!(serde_json::to_string(&conflict).unwrap(), newer);
        }
        assert!(serde_json::from_str::<AsTold<Conflict>>("{}").is_err());
    }
}
