//! What C hands over, checked as far as that can be done: the crate's only conversions of pointers.
//!
//! Lengths, alignment and overlap are checked; that memory is there, and that nobody else writes to
//! it meanwhile, is the caller's promise, which the header states under "Pointers".

use crate::status::Failure;
use std::ffi::{CStr, c_char};
use std::ops::Range;

/// Numbers of which every bit pattern is one, and which may be written as zero bytes.
pub(crate) trait Plain: Copy {}

impl Plain for u8 {}
impl Plain for u32 {}
impl Plain for f32 {}

/// Borrows an object.
///
/// # Safety
/// `pointer` is null or names a live object of this library, which lives as long as `'a` and which
/// nobody borrows mutably meanwhile.
pub(crate) unsafe fn object<'a, T>(name: &str, pointer: *const T) -> Result<&'a T, Failure> {
    check(name, pointer)?;
    // SAFETY: neither null nor misaligned, and live by the caller's promise.
    Ok(unsafe { &*pointer })
}

/// Borrows an object, or a struct of the caller's, that this call alone uses.
///
/// # Safety
/// As for [`object`], and nobody else uses it while `'a` lasts.
pub(crate) unsafe fn object_mut<'a, T>(name: &str, pointer: *mut T) -> Result<&'a mut T, Failure> {
    check(name, pointer)?;
    // SAFETY: neither null nor misaligned, live and ours alone by the caller's promise.
    Ok(unsafe { &mut *pointer })
}

/// Takes back an object that [`place`] handed out; none where the pointer is null.
///
/// # Safety
/// `pointer` is null or what [`place`] wrote, was not freed before, and nobody uses it any more.
pub(crate) unsafe fn take<T>(pointer: *mut T) -> Option<Box<T>> {
    // SAFETY: it came out of a box of this type, once, by the caller's promise.
    (!pointer.is_null()).then(|| unsafe { Box::from_raw(pointer) })
}

/// Where a value goes that the caller wants; null is written there until it is known.
///
/// # Safety
/// `pointer` is null or may be written.
pub(crate) unsafe fn place<'a, T>(
    name: &str,
    pointer: *mut *mut T,
) -> Result<impl FnOnce(T) + use<'a, T>, Failure> {
    check(name, pointer)?;
    // SAFETY: neither null nor misaligned, and writable by the caller's promise.
    unsafe { pointer.write(std::ptr::null_mut()) };
    // SAFETY: as before; the call is not over yet.
    Ok(move |value| unsafe { pointer.write(Box::into_raw(Box::new(value))) })
}

/// Writes a value where the caller wants it. What was there is not read.
///
/// # Safety
/// `pointer` is null or may be written.
pub(crate) unsafe fn put<T>(name: &str, pointer: *mut T, value: T) -> Result<(), Failure> {
    check(name, pointer)?;
    // SAFETY: neither null nor misaligned, and writable by the caller's promise.
    unsafe { pointer.write(value) };
    Ok(())
}

/// Borrows an array to be read. It may be null if it is empty.
///
/// # Safety
/// `pointer` is null or names `length` initialised values that nobody writes while `'a` lasts.
pub(crate) unsafe fn input<'a, T: Plain>(
    name: &str,
    pointer: *const T,
    length: usize,
) -> Result<&'a [T], Failure> {
    if length == 0 {
        return Ok(&[]);
    }
    check_array(name, pointer, length)?;
    // SAFETY: neither null nor misaligned nor too long, and readable by the caller's promise.
    Ok(unsafe { std::slice::from_raw_parts(pointer, length) })
}

/// Borrows an array to be written, and clears it: what was there need not be initialised. It may be
/// null if it is empty. It must not overlap the arrays of `inputs`.
///
/// # Safety
/// `pointer` is null or names room for `length` values that nobody else uses while `'a` lasts, but
/// for what `inputs` names.
pub(crate) unsafe fn output<'a, T: Plain>(
    name: &str,
    pointer: *mut T,
    length: usize,
    inputs: &[Extent],
) -> Result<&'a mut [T], Failure> {
    if length == 0 {
        return Ok(&mut []);
    }
    check_array(name, pointer, length)?;
    let own = pointer.addr()..pointer.addr() + length * size_of::<T>();
    if let Some((other, _)) =
        inputs.iter().find(|(_, other)| own.start < other.end && other.start < own.end)
    {
        return Err(Failure::argument(format!("[{name}] overlaps [{other}]")));
    }
    // SAFETY: neither null nor misaligned nor too long, ours alone and writable by the caller's
    // promise; zero bytes are values of the type.
    unsafe {
        pointer.write_bytes(0, length);
        Ok(std::slice::from_raw_parts_mut(pointer, length))
    }
}

/// Borrows a text.
///
/// # Safety
/// `pointer` is null or names bytes that end with a zero byte and that nobody writes while `'a` lasts.
pub(crate) unsafe fn text<'a>(name: &str, pointer: *const c_char) -> Result<&'a CStr, Failure> {
    check(name, pointer)?;
    // SAFETY: not null, and ended by a zero byte by the caller's promise.
    Ok(unsafe { CStr::from_ptr(pointer) })
}

/// A named array's addresses.
pub(crate) type Extent = (&'static str, Range<usize>);

/// Where an array lies.
pub(crate) fn extent<T>(name: &'static str, values: &[T]) -> Extent {
    let range = values.as_ptr_range();
    (name, range.start.addr()..range.end.addr())
}

fn check<T>(name: &str, pointer: *const T) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(Failure::argument(format!("[{name}] is null")));
    }
    if !pointer.is_aligned() {
        return Err(Failure::argument(format!(
            "[{name}] is not aligned to [{}] bytes",
            align_of::<T>()
        )));
    }
    Ok(())
}

fn check_array<T>(name: &str, pointer: *const T, length: usize) -> Result<(), Failure> {
    check(name, pointer)?;
    let bytes = length.checked_mul(size_of::<T>()).filter(|&bytes| bytes <= isize::MAX as usize);
    if bytes.and_then(|bytes| pointer.addr().checked_add(bytes)).is_none() {
        return Err(Failure::argument(format!("[{name}] cannot have [{length}] values")));
    }
    Ok(())
}
