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

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::{null, null_mut};

    fn cause<T>(result: Result<T, Failure>) -> String {
        match result {
            Err(failure) => failure.text().to_owned(),
            Ok(_) => panic!("it was taken"),
        }
    }

    #[test]
    fn arrays_are_borrowed_as_they_are() {
        let mut numbers = [1.0f32, 2.0, 3.0, 4.0];
        let (first, second) = numbers.split_at_mut(2);
        let taken = [extent("first", first)];
        // SAFETY: both name two numbers of the array, one half each.
        unsafe {
            assert_eq!(input("x", first.as_ptr(), 2).unwrap(), [1.0, 2.0]);
            let out = output("x", second.as_mut_ptr(), 2, &taken).unwrap();
            assert_eq!(out, [0.0, 0.0], "cleared");
            out[1] = 9.0;
        }
        assert_eq!(numbers, [1.0, 2.0, 0.0, 9.0]);
        // SAFETY: nothing is named.
        unsafe {
            assert!(input::<u8>("x", null(), 0).unwrap().is_empty());
            assert!(output::<u8>("x", null_mut(), 0, &[]).unwrap().is_empty());
        }
    }

    #[test]
    fn what_cannot_be_an_array_is_refused() {
        let mut numbers = [1u32, 2, 3, 4];
        let place = numbers.as_mut_ptr();
        let odd = place.cast::<u8>().wrapping_add(1).cast::<u32>();
        let taken = [extent("others", &numbers[2..3])];
        // SAFETY: all of it is refused before anything is read or written.
        unsafe {
            assert_eq!(cause(input::<f32>("x", null(), 1)), "[x] is null");
            assert_eq!(cause(output::<f32>("x", null_mut(), 1, &[])), "[x] is null");
            assert_eq!(cause(input("x", odd, 1)), "[x] is not aligned to [4] bytes");
            assert!(cause(input("x", place, usize::MAX)).starts_with("[x] cannot have ["));
            assert!(cause(input("x", place, usize::MAX / 4)).starts_with("[x] cannot have ["));
            for length in [3, 4] {
                assert_eq!(cause(output("x", place, length, &taken)), "[x] overlaps [others]");
            }
        }
        assert_eq!(numbers, [1, 2, 3, 4]);
    }

    #[test]
    fn objects_go_out_and_come_back_once() {
        let mut handed: *mut String = null_mut();
        // SAFETY: the places may be written; what was handed out is taken back once.
        unsafe {
            place("x", &raw mut handed).unwrap()("text".to_owned());
            assert_eq!(object("x", handed).unwrap(), "text");
            object_mut("x", handed).unwrap().push('!');
            assert_eq!(*take(handed).unwrap(), "text!");
            drop(place("x", &raw mut handed).unwrap());
            assert!(handed.is_null() && take(handed).is_none());
            assert_eq!(cause(object("x", handed)), "[x] is null");
            assert!(place::<String>("x", null_mut()).is_err());
            let mut number = 7;
            put("x", &raw mut number, 8).unwrap();
            assert_eq!(number, 8);
            assert_eq!(text("x", c"abc".as_ptr()).unwrap(), c"abc");
            assert_eq!(cause(text("x", null())), "[x] is null");
        }
    }
}
