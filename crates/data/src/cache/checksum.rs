//! What tells whether bytes are as they were written.

use serde::{Deserialize, Serialize};

/// 16 bytes of BLAKE3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checksum([u64; 2]);

impl Checksum {
    pub fn of(bytes: &[u8]) -> Checksum {
        let hash = blake3::hash(bytes);
        let (words, _) = hash.as_bytes().as_chunks();
        Checksum([u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])])
    }
}
