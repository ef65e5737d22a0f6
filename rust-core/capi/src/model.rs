//! Models and their files.

use crate::pointers::{input, object, output, place, put, take, text};
use crate::status::{Failure, Status, guard};
use ivory_core::{Model, WorkingMemory, file_length_range};
use std::ffi::{CStr, c_char};
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Most working memories that a model keeps for the next call.
const MOST_SPARE: usize = 64;

/// A model: the trained centroids of one field. Immutable; any number of threads may use it at once.
#[derive(Debug)]
pub struct CModel {
    pub(crate) model: Arc<Model>,
    spare: Mutex<Vec<WorkingMemory>>,
}

impl CModel {
    pub(crate) fn new(model: Model) -> Self {
        Self { model: Arc::new(model), spare: Mutex::default() }
    }

    /// Runs a body with memory to work in.
    pub(crate) fn with_memory<T>(&self, body: impl FnOnce(&mut WorkingMemory) -> T) -> T {
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let mut memory = spare().pop().unwrap_or_default();
        let result = body(&mut memory);
        let mut kept = spare();
        if kept.len() < MOST_SPARE {
            kept.push(memory);
        }
        result
    }
}

/// What a model is.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct CModelInfo {
    /// Hash of the content; never 0.
    pub fingerprint: u64,
    /// IVORY_METRIC_...
    pub metric: u32,
    /// IVORY_ENCODER_...
    pub encoder: u32,
    /// Components of a sub-vector, or bits; 0 for no encoder.
    pub encoder_parameter: u32,
    /// Bytes of a vector's code; 0 without an encoder.
    pub code_length: u32,
    /// Components of a vector.
    pub dimension: usize,
    /// Number of cells.
    pub nlist: usize,
    /// Bytes of the model file.
    pub file_length: usize,
    /// Bytes of memory that the model occupies now.
    pub memory: usize,
}

/// Reads a model from a file. All of it is checked. Freed by ivory_model_free.
///
/// # Safety
/// `path` ends with a zero byte; `model` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_model_load(path: *const c_char, model: *mut *mut CModel) -> Status {
    guard("ivory_model_load", || {
        // SAFETY: the caller's promise.
        let (place, path) = unsafe { (place("model", model)?, text("path", path)?) };
        place(CModel::new(Model::from_file(read(&path_of(path)?)?)?));
        Ok(())
    })
}

/// Reads a model from the bytes of a model file, which are copied. Freed by ivory_model_free.
///
/// # Safety
/// `bytes` names `length` bytes; `model` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_model_read(
    bytes: *const u8,
    length: usize,
    model: *mut *mut CModel,
) -> Status {
    guard("ivory_model_read", || {
        // SAFETY: the caller's promise.
        let (place, bytes) = unsafe { (place("model", model)?, input("bytes", bytes, length)?) };
        let mut copy = Vec::new();
        copy.try_reserve_exact(length)?;
        copy.extend_from_slice(bytes);
        place(CModel::new(Model::from_file(copy)?));
        Ok(())
    })
}

/// Writes a model to a file. It appears under its name whole or not at all; what was there before is
/// replaced.
///
/// # Safety
/// `model` is live; `path` ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_model_save(model: *const CModel, path: *const c_char) -> Status {
    guard("ivory_model_save", || {
        // SAFETY: the caller's promise.
        let (model, path) = unsafe { (object("model", model)?, text("path", path)?) };
        let path = path_of(path)?;
        write(&path, model.model.file()).map_err(|error| Failure::io(&path, &error))
    })
}

/// Hands out the bytes of the model file: they are the model's, and stay as long as it.
///
/// # Safety
/// `model` is live; `bytes` and `length` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_model_bytes(
    model: *const CModel,
    bytes: *mut *const u8,
    length: *mut usize,
) -> Status {
    guard("ivory_model_bytes", || {
        // SAFETY: the caller's promise.
        unsafe {
            let file = object("model", model)?.model.file();
            put("bytes", bytes, file.as_ptr())?;
            put("length", length, file.len())
        }
    })
}

/// Tells what a model is.
///
/// # Safety
/// `model` is live; `info` may be written.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_model_inspect(
    model: *const CModel,
    info: *mut CModelInfo,
) -> Status {
    guard("ivory_model_inspect", || {
        // SAFETY: the caller's promise.
        let model = &unsafe { object("model", model)? }.model;
        let told = CModelInfo {
            fingerprint: model.fingerprint(),
            metric: model.metric().code(),
            encoder: model.encoder().code(),
            encoder_parameter: model.encoder().parameter(),
            code_length: model.code_length() as u32,
            dimension: model.dimension(),
            nlist: model.nlist(),
            file_length: model.file().len(),
            memory: model.size_in_bytes(),
        };
        // SAFETY: the caller's promise.
        unsafe { put("info", info, told) }
    })
}

/// Copies the centroids, cell after cell: `components` is nlist times dimension.
///
/// # Safety
/// `model` is live; `centroids` has room for `components` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_model_centroids(
    model: *const CModel,
    centroids: *mut f32,
    components: usize,
) -> Status {
    guard("ivory_model_centroids", || {
        // SAFETY: the caller's promise.
        let model = &unsafe { object("model", model)? }.model;
        let expected = model.nlist() * model.dimension();
        if components != expected {
            return Err(Failure::argument(format!(
                "[centroids] has room for [{components}] numbers, expected [{expected}]"
            )));
        }
        // SAFETY: the caller's promise.
        let centroids = unsafe { output("centroids", centroids, components, &[])? };
        for (cell, row) in centroids.chunks_exact_mut(model.dimension()).enumerate() {
            row.iter_mut().zip(model.centroids().row(cell)).for_each(|(place, x)| *place = x);
        }
        Ok(())
    })
}

/// Frees a model. Null is nothing to free. Scans of it go on.
///
/// # Safety
/// `model` is null or live, and no other call uses it, now or later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ivory_model_free(model: *mut CModel) -> Status {
    guard("ivory_model_free", || {
        // SAFETY: the caller's promise.
        drop(unsafe { take(model) });
        Ok(())
    })
}

/// The path of a text.
fn path_of(path: &CStr) -> Result<PathBuf, Failure> {
    #[cfg(unix)]
    let path = {
        use std::os::unix::ffi::OsStrExt;
        std::ffi::OsStr::from_bytes(path.to_bytes())
    };
    #[cfg(not(unix))]
    let path = path.to_str().map_err(|_| Failure::argument("[path] is not UTF-8"))?;
    Ok(PathBuf::from(path))
}

/// All bytes of a file that can be a model's, by its length.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let io = |error: std::io::Error| Failure::io(path, &error);
    let file = File::open(path).map_err(io)?;
    let about = file.metadata().map_err(io)?;
    let (length, possible) = (about.len(), file_length_range());
    if !about.is_file() {
        return Err(Failure::argument(format!("[path] {} is no file", path.display())));
    }
    if length > *possible.end() {
        return Err(Failure::argument(format!(
            "[path] {} has [{length}] bytes, a model file [{}] at most",
            path.display(),
            possible.end()
        )));
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length as usize)?;
    // What has grown meanwhile is read as far as it was long.
    file.take(length).read_to_end(&mut bytes).map_err(io)?;
    Ok(bytes)
}

/// Writes beside the file, then moves it into its place.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let (beside, mut file) = beside(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    let moved = written.and_then(|()| std::fs::rename(&beside, path));
    if moved.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    moved
}

/// Makes a file of no other's in the same folder.
fn beside(path: &Path) -> std::io::Result<(PathBuf, File)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}-{number}.tmp", std::process::id()));
        let beside = path.with_file_name(name);
        match File::create_new(&beside) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            result => return Ok((beside, result?)),
        }
    }
}
