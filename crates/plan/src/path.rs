//! Paths in JSON. A path is bytes, and most are text: those are strings. One that is not UTF-8 is a list of its bytes, so
//! that whoever reads it finds the very file.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::path::PathBuf;

/// A path as JSON has it.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Written {
    Text(String),
    Bytes(Vec<u8>),
}

impl From<PathBuf> for Written {
    fn from(path: PathBuf) -> Written {
        match path.into_os_string().into_string() {
            Ok(text) => Written::Text(text),
            Err(name) => Written::Bytes(name.into_encoded_bytes()),
        }
    }
}

impl From<Written> for PathBuf {
    fn from(written: Written) -> PathBuf {
        match written {
            Written::Text(text) => PathBuf::from(text),
            Written::Bytes(bytes) => of_bytes(bytes),
        }
    }
}

#[cfg(unix)]
fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    let name: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(bytes);
    PathBuf::from(name)
}

#[cfg(not(unix))]
fn of_bytes(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(&bytes).into_owned())
}

/// A field that holds one path, some, or perhaps one: for `#[serde(with = "crate::path")]`.
pub(crate) trait Paths: Clone {
    /// What JSON has in its place.
    type Written: Serialize + for<'de> Deserialize<'de>;
    fn written(self) -> Self::Written;
    fn read(written: Self::Written) -> Self;
}

impl Paths for PathBuf {
    type Written = Written;
    fn written(self) -> Written {
        self.into()
    }
    fn read(written: Written) -> PathBuf {
        written.into()
    }
}

impl Paths for Option<PathBuf> {
    type Written = Option<Written>;
    fn written(self) -> Option<Written> {
        self.map(Into::into)
    }
    fn read(written: Option<Written>) -> Option<PathBuf> {
        written.map(Into::into)
    }
}

impl Paths for Vec<PathBuf> {
    type Written = Vec<Written>;
    fn written(self) -> Vec<Written> {
        self.into_iter().map(Into::into).collect()
    }
    fn read(written: Vec<Written>) -> Vec<PathBuf> {
        written.into_iter().map(Into::into).collect()
    }
}

pub(crate) fn serialize<P: Paths, S: Serializer>(paths: &P, serializer: S) -> Result<S::Ok, S::Error> {
    paths.clone().written().serialize(serializer)
}

pub(crate) fn deserialize<'de, P: Paths, D: Deserializer<'de>>(deserializer: D) -> Result<P, D::Error> {
    P::Written::deserialize(deserializer).map(P::read)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct All {
        #[serde(with = "crate::path")]
        one: PathBuf,
        #[serde(with = "crate::path")]
        some: Vec<PathBuf>,
        #[serde(default, with = "crate::path")]
        perhaps: Option<PathBuf>,
    }

    #[test]
    fn every_path_comes_back_and_text_is_text() {
        let odd = PathBuf::from(OsStr::from_bytes(b"caf\xe9/\xff\n.jpg"));
        let all = All { one: odd.clone(), some: vec!["\u{e4}/b".into(), odd.clone()], perhaps: Some(odd) };
        let json = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<All>(&json).unwrap(), all);
        let text = All { one: "a".into(), some: vec!["b".into()], perhaps: None };
        let json = serde_json::to_string(&text).unwrap();
        assert_eq!(json, r#"{"one":"a","some":["b"],"perhaps":null}"#);
        assert_eq!(serde_json::from_str::<All>(r#"{"one":"a","some":["b"]}"#).unwrap(), text);
    }
}
