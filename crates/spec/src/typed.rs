//! Tables whose `type` says which other keys they take: layers, operations, optimizers, activations.
//!
//! Where the `type` is wrong, the rest of the table is read as what it was probably meant to be, so that its other
//! errors are told at once.

use crate::document::Table;
use crate::fields::{At, Fields};
use crate::log::Log;
use crate::suggest;
use crate::value::choice;

/// The kinds of tables that a place takes.
pub struct Kinds<'k, K> {
    /// The vocabulary of the key `type` itself.
    pub section: &'static str,
    /// Which of them; completes "add `type = ...`:".
    pub what: &'static str,
    /// By `type`: what is read, and the vocabulary of its keys.
    pub all: &'k [(&'static str, &'static str, K)],
}

/// Reads a table as what its `type` says; `read` takes the kind, and the fields without `type`. Gives the kind as well:
/// that which was probably meant where `type` is wrong, which was reported, and `None` where its words do not tell.
pub fn read<'d, K: Copy, T>(
    at: &At<'d>,
    kinds: &Kinds<K>,
    log: &mut Log,
    read: impl Fn(K, &mut Fields<'d>, &mut Log) -> Option<T>,
) -> (Option<K>, Option<T>) {
    let Some(mut fields) = Fields::open(at, kinds.section, log) else { return (None, None) };
    let words: Vec<(&'static str, usize)> =
        kinds.all.iter().enumerate().map(|(index, (name, ..))| (*name, index)).collect();
    let named = fields.required("type", kinds.what, log, choice(&words));
    let meant = named.or_else(|| by_name(fields.table(), &words));
    let index = meant.or_else(|| by_keys(at, kinds, &read));
    let Some((_, section, kind)) = index.map(|index| kinds.all[index]) else {
        fields.enter(kinds.section, true);
        fields.close(log);
        return (None, None);
    };
    fields.enter(section, meant.is_none());
    let value = read(kind, &mut fields, log);
    fields.close(log);
    if meant.is_some() { (Some(kind), value) } else { (None, None) }
}

/// The kind whose name is nearest to what is written at `type`, or at a key that is probably meant to be `type`.
fn by_name(table: &Table, words: &[(&'static str, usize)]) -> Option<usize> {
    let entry = table.get("type").or_else(|| table.0.iter().find(|one| suggest::nearest(&one.key, ["type"]).is_some()));
    let nearest = suggest::nearest(entry?.node.as_str()?, words.iter().map(|(name, _)| *name))?;
    words.iter().find(|(name, _)| *name == nearest).map(|(_, index)| *index)
}

/// The kind that takes most of the keys that are written.
fn by_keys<'d, K: Copy, T>(
    at: &At<'d>,
    kinds: &Kinds<K>,
    read: impl Fn(K, &mut Fields<'d>, &mut Log) -> Option<T>,
) -> Option<usize> {
    let recognised = |(_, section, kind): &(&'static str, &'static str, K)| {
        let mut scratch = Log::default();
        let mut fields = Fields::open(at, section, &mut scratch)?;
        fields.enter(section, true);
        read(*kind, &mut fields, &mut scratch);
        Some(fields.recognised())
    };
    let counts = kinds.all.iter().map(|kind| recognised(kind).unwrap_or(0));
    // The first of those that are alike: keys of one name are read alike everywhere.
    let (index, count) = counts.enumerate().max_by_key(|&(index, count)| (count, std::cmp::Reverse(index)))?;
    (count > 0).then_some(index)
}
