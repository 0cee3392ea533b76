//! `ablate data audit`: what is the matter with the images?

use crate::args::{Audit, Format};
use crate::dataset;
use crate::error::Error;
use crate::experiment::load_each;
use crate::findings::{Finding, Severity, findings, summary};
use crate::looking::Looking;
use crate::output::out;
use crate::progress::Progress;
use crate::words::plural;
use data::ScanError;
use data::audit::{Audit as Found, LOOK_BITS, NEAR_BITS};
use plan::DataPlan;
use serde_json::{Value, json};
use std::process::ExitCode;

/// What was found.
struct Audited {
    /// A hash of every file, where all can be used that must be.
    digest: Option<String>,
    audit: Found,
}

/// Audits every data set of the files, each once. Status 1 says that a run would refuse, so whatever keeps the audit from
/// an end is 2.
pub fn audit(arguments: &Audit) -> Result<ExitCode, Error> {
    let refused = refused(arguments).map(|refused| ExitCode::from(u8::from(refused)));
    refused.or_else(|error| {
        error.print();
        Ok(ExitCode::from(2))
    })
}

/// Prints what is found, and says whether a run would refuse.
fn refused(arguments: &Audit) -> Result<bool, Error> {
    let files = &arguments.experiments;
    let experiments = load_each(&files.files, &files.overrides.sets)?;
    let progress = Progress::new(experiments.len());
    let mut looking = Looking::open(&progress)?;
    let mut plans: Vec<&DataPlan> = Vec::new();
    for variant in experiments.iter().flat_map(|loaded| &loaded.experiment.variants) {
        let plan = &variant.settings.data;
        if !plans.iter().any(|known| dataset::key(known) == dataset::key(plan)) {
            plans.push(plan);
        }
    }

    let mut refused = false;
    let mut objects = Vec::new();
    for plan in plans {
        let (audited, found) = match looking.prepare(plan, &progress) {
            Ok((manifest, preparation)) => {
                let audit = Found::new(&manifest, plan, &preparation);
                let found = findings(&audit, &manifest, plan);
                (Ok(Audited { digest: preparation.set.map(|set| set.digest), audit }), found)
            }
            Err(Error::Layout(error)) => {
                let found = vec![Finding::layout(&error)];
                (Err(error), found)
            }
            Err(error) => return Err(error),
        };
        refused |= found.iter().any(|finding| finding.severity == Severity::Error);
        match arguments.format {
            Format::Text => out(&text(plan, &audited, &found))?,
            Format::Json => objects.push(object(plan, &audited, &found)),
        }
    }
    match arguments.format {
        Format::Text => {}
        Format::Json => out(&format!("{:#}\n", Value::Array(objects)))?,
    }
    Ok(refused)
}

fn text(plan: &DataPlan, audited: &Result<Audited, ScanError>, found: &[Finding]) -> String {
    let mut text = format!("images of {}\n", files::shown(&plan.place()));
    if let Ok(audited) = audited {
        text.push_str(&summary(&audited.audit.splits));
        text.push('\n');
    }
    for finding in found {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        text.push_str(&format!("\n{word}: {}\n", finding.text()));
    }
    let count = |severity| found.iter().filter(|finding| finding.severity == severity).count();
    let warnings = plural(count(Severity::Warning), "warning");
    text.push_str(&match count(Severity::Error) {
        0 => format!("\n{warnings}, and nothing that `ablate run` refuses\n\n"),
        errors => format!("\n{}, {warnings}: `ablate run` refuses\n\n", plural(errors, "error")),
    });
    text
}

fn object(plan: &DataPlan, audited: &Result<Audited, ScanError>, found: &[Finding]) -> Value {
    let named = |severity| -> Vec<&str> {
        found.iter().filter(|finding| finding.severity == severity).map(|finding| finding.name).collect()
    };
    json!({
        "directory": plan.directory.to_string_lossy(),
        "digest": audited.as_ref().ok().and_then(|audited| audited.digest.as_ref()),
        "errors": named(Severity::Error),
        "warnings": named(Severity::Warning),
        "layout": audited.as_ref().err().map(ToString::to_string),
        "near_duplicate_bits": [NEAR_BITS, LOOK_BITS],
        "audit": audited.as_ref().ok().map(|audited| &audited.audit),
    })
}
