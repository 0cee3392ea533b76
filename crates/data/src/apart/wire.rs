//! What program and decoder say to each other: a length of four bytes, so many bytes of JSON, and for an image and a picture
//! their bytes behind it. Neither believes the other's lengths.

use crate::audit::Profile;
use crate::decode::Refusal;
use crate::picture::Wanted;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, BufWriter, Read, Write};

/// The most bytes of a message.
const MOST: usize = 1 << 16;

/// Bytes that are sent at once.
const ONE_PIECE: usize = 128 << 10;

/// An image whose bytes follow.
#[derive(Serialize, Deserialize)]
pub struct Request {
    /// What is to be made of it.
    pub wanted: Wanted,
    /// How many bytes follow.
    pub length: usize,
}

/// What comes back.
#[derive(Serialize, Deserialize)]
pub enum Answer {
    /// Decoding takes so many bytes of memory: may it? `true` or `false` is to be said.
    Needs(u64),
    /// It is decoded; as many bytes follow as were wanted.
    Made(Option<Profile>),
    /// There is no picture.
    Refused(Refusal),
}

/// Sends a message, and `bytes` behind it. In one piece, if they are not many: who waits for both wakes up once.
pub fn write(to: &mut impl Write, message: &impl Serialize, bytes: &[u8]) -> io::Result<()> {
    let text = serde_json::to_vec(message)?;
    let length = u32::try_from(text.len()).map_err(io::Error::other)?;
    let mut to = BufWriter::with_capacity(ONE_PIECE, to);
    to.write_all(&length.to_le_bytes())?;
    to.write_all(&text)?;
    to.write_all(bytes)?;
    to.flush()
}

/// Receives a message.
pub fn read<M: DeserializeOwned>(from: &mut impl Read) -> io::Result<M> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > MOST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    // Whatever is wrong with it: a message that ends too soon is not the end of the connection.
    serde_json::from_slice(&read_bytes(from, length)?)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Receives so many bytes.
///
/// # Errors
/// The connection's; that there is no memory for them.
pub fn read_bytes(from: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length)?;
    from.take(length as u64).read_to_end(&mut bytes)?;
    if bytes.len() < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}
