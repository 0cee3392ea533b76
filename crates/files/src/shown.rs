//! Text that comes from files (names, paths, classes, descriptions), fit for a terminal and for a log.
//!
//! A file name may hold any byte but `/` and NUL: an escape sequence that clears the screen, a line feed that starts a
//! forged `error:` line, a mark that turns the direction of writing. All of these are shown as escapes; everything else,
//! letters of any language and emoji included, stays as it is.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fmt::{self, Display, Formatter, Write};

/// A name on its way to a person; see [`shown`].
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a>(&'a OsStr);

/// `name` on one line and without control characters: `\n`, `\t`, `\u{1b}`, and `\xff` for a byte that is not UTF-8.
pub fn shown<T: AsRef<OsStr> + ?Sized>(name: &T) -> Shown<'_> {
    Shown(name.as_ref())
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for chunk in self.0.as_encoded_bytes().utf8_chunks() {
            for character in chunk.valid().chars() {
                match character {
                    '\n' => f.write_str("\\n")?,
                    '\r' => f.write_str("\\r")?,
                    '\t' => f.write_str("\\t")?,
                    _ if is_harmful(character) => write!(f, "\\u{{{:x}}}", u32::from(character))?,
                    _ => f.write_char(character)?,
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

/// `text` of several lines without control characters but for line feeds: what stands between a message and a terminal
/// or a log, whatever a part of it may have brought along.
pub fn printable(text: &str) -> Cow<'_, str> {
    let passes = |character: char| character == '\n' || !is_harmful(character);
    if text.chars().all(passes) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(|line| shown(line).to_string()).collect::<Vec<_>>().join("\n"))
}

/// Control characters, line and paragraph separators, and marks that change the direction of writing.
pub fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{printable, shown};

    #[test]
    fn what_could_drive_a_terminal_is_escaped() {
        let name = "a\u{1b}[2Jb\nerror: c\td\u{9b}e\u{202e}f";
        assert_eq!(shown(name).to_string(), "a\\u{1b}[2Jb\\nerror: c\\td\\u{9b}e\\u{202e}f");
    }

    #[test]
    fn lines_of_a_message_stay_lines() {
        assert_eq!(printable("one\ntwo\u{1b}[2J\n"), "one\ntwo\\u{1b}[2J\n");
        assert!(matches!(printable("one\ntwo"), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn letters_and_emoji_stay() {
        for name in ["Über cat 🐱", "日本語", "👩\u{200d}👧", "a,b\"q\"", "back\\slash"] {
            assert_eq!(shown(name).to_string(), name);
        }
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_not_text_are_shown_in_hex() {
        use std::os::unix::ffi::OsStrExt;
        assert_eq!(shown(std::ffi::OsStr::from_bytes(b"a\xffb")).to_string(), "a\\xffb");
    }
}
