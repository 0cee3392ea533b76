//! Standard input: first the request, then a line to the tool. When it closes, the tool is gone and the program ends.

use crate::error::TrainError;
use plan::Request;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ends the process when the tool is gone, until [`release`](Lifeline::release)d.
pub struct Lifeline {
    released: Arc<AtomicBool>,
}

impl Lifeline {
    /// From now on the process lives no longer than the tool.
    ///
    /// # Errors
    /// The system's, where there is no thread to watch `input`.
    pub fn hold(input: impl Read + Send + 'static) -> io::Result<Lifeline> {
        let released = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&released);
        let wait = move || {
            let mut input = input;
            // An error and the end of the input say the same: nobody is there.
            let _ = io::copy(&mut input, &mut io::sink());
            if !seen.load(Ordering::SeqCst) {
                // At once, as after `kill -9`: what is on disk is whole at any moment.
                std::process::exit(1);
            }
        };
        std::thread::Builder::new().name("lifeline".to_owned()).spawn(wait)?;
        Ok(Lifeline { released })
    }

    /// The work is done: the process ends by itself.
    pub fn release(&self) {
        self.released.store(true, Ordering::SeqCst);
    }
}

/// Reads the request, and gives back what follows it.
///
/// # Errors
/// [`TrainError::Request`] where the first line is no request.
pub fn request<R: Read>(input: R) -> Result<(Request, BufReader<R>), TrainError> {
    let mut reader = BufReader::new(input);
    let mut line = String::new();
    reader.read_line(&mut line).map_err(|error| TrainError::Request(error.to_string()))?;
    if line.trim().is_empty() {
        return Err(TrainError::Request("there was none; programs are started by `ablate`".to_owned()));
    }
    let request = serde_json::from_str(&line).map_err(|error| TrainError::Request(error.to_string()))?;
    Ok((request, reader))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_request_is_said_to_be_none() {
        let message = |text: &str| request(text.as_bytes()).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message("").contains("there was none"));
        assert!(message("{\"request\": \"dance\"}\n").contains("unknown variant `dance`"));
    }
}
