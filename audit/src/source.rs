//! The sources of a log: files, directories of files, compressed or not.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

/// The first bytes of a gzip stream.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// The first bytes of a Zstandard frame.
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Returns the files of `path`: itself, or all files below it, in the order of their names.
///
/// # Errors
/// The error of the file system, naming the path.
pub fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    if !fs::metadata(path).map_err(named)?.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut entries: Vec<PathBuf> =
        fs::read_dir(path).map_err(named)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map_err(named)?;
    entries.sort();
    let mut found = Vec::new();
    for entry in entries {
        found.extend(files(&entry)?);
    }
    Ok(found)
}

/// Opens a file, decompressed if it is compressed.
///
/// # Errors
/// The error of the file system, or of a compressed stream that does not begin like one.
pub fn open(path: &Path) -> io::Result<Box<dyn Read>> {
    decompressed(File::open(path)?)
}

/// Returns the contents of `log`, decompressed if its first bytes are those of gzip or Zstandard.
///
/// # Errors
/// The error of `log`, or of a compressed stream that does not begin like one.
pub fn decompressed<'a>(log: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
    let mut log = BufReader::with_capacity(1 << 16, log);
    let first = log.fill_buf()?;
    let (is_gzip, is_zstandard) = (first.starts_with(GZIP), first.starts_with(ZSTANDARD));
    if is_gzip {
        return Ok(Box::new(flate2::bufread::MultiGzDecoder::new(log)));
    }
    if is_zstandard {
        return Ok(Box::new(Frames { log: Some(log), frame: None }));
    }
    Ok(Box::new(log))
}

/// Zstandard frames, one after another.
struct Frames<R: BufRead> {
    /// The bytes after the frame that was read; `None` while a frame is read.
    log: Option<R>,
    frame: Option<Box<ruzstd::decoding::StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = self.frame.as_mut() {
                let length = frame.read(buffer)?;
                if length > 0 || buffer.is_empty() {
                    return Ok(length);
                }
                self.log = self.frame.take().map(|frame| frame.into_inner());
            }
            let Some(mut log) = self.log.take() else { return Ok(0) };
            if log.fill_buf()?.is_empty() {
                return Ok(0);
            }
            let frame = ruzstd::decoding::StreamingDecoder::new(log).map_err(io::Error::other)?;
            self.frame = Some(Box::new(frame));
        }
    }
}
