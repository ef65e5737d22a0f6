//! Memory that Java names by its address.

use crate::failure::Failure;
use jni::sys::jlong;

/// The bytes at an address.
///
/// # Safety
/// `length` bytes are readable at `address`, if both are above zero, and nobody writes to them for as
/// long as the slice lives.
pub(crate) unsafe fn bytes_at<'a>(
    name: &str,
    address: jlong,
    length_name: &str,
    length: jlong,
) -> Result<&'a [u8], Failure> {
    check(name, address, length_name, length, length)?;
    // SAFETY: neither is zero or negative and their sum is an address; the rest is the caller's duty.
    Ok(unsafe { std::slice::from_raw_parts(address as usize as *const u8, length as usize) })
}

/// The words at an address; `None` for address 0 without words.
///
/// # Safety
/// `count` words are readable at `address`, if both are above zero, and nobody writes to them for as
/// long as the slice lives.
pub(crate) unsafe fn words_at<'a>(
    name: &str,
    address: jlong,
    count: jlong,
) -> Result<Option<&'a [u64]>, Failure> {
    if address == 0 && count == 0 {
        return Ok(None);
    }
    let words = format_args!("{name}Words").to_string();
    check(name, address, &words, count, count.saturating_mul(8))?;
    if address % align_of::<u64>() as jlong != 0 {
        return Err(Failure::argument(format!("[{name}] [{address:#x}] is no address of words")));
    }
    // SAFETY: neither is zero or negative, their end is an address, and the address is one of words;
    // the rest is the caller's duty.
    Ok(Some(unsafe { std::slice::from_raw_parts(address as usize as *const u64, count as usize) }))
}

/// Refuses what can be no memory.
fn check(
    name: &str,
    address: jlong,
    length_name: &str,
    length: jlong,
    bytes: jlong,
) -> Result<(), Failure> {
    if address <= 0 {
        return Err(Failure::argument(format!("[{name}] [{address:#x}] is no address")));
    }
    if length <= 0 {
        return Err(Failure::argument(format!(
            "[{length_name}] must be at least 1, got [{length}]"
        )));
    }
    // Java's numbers end where addresses may not go on: nothing above 2⁶³ is the user's.
    if address.checked_add(bytes).is_none() || bytes > isize::MAX as jlong {
        return Err(Failure::argument(format!(
            "[{length_name}] [{length}] is too large for [{name}] [{address:#x}]"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<T>(result: Result<T, Failure>) -> String {
        match result {
            Err(error) => error.to_string(),
            Ok(_) => panic!("the memory was taken"),
        }
    }

    #[test]
    fn what_lies_there_is_read() {
        let words = [1u64, 2 << 40, 3];
        let address = words.as_ptr() as jlong;
        // SAFETY: the array has that many bytes and outlives the slices.
        unsafe {
            assert_eq!(words_at("live", address, 3).unwrap().unwrap(), words);
            let bytes = bytes_at("address", address, "length", 24).unwrap();
            assert_eq!(bytes.len(), 24);
            assert_eq!(bytes[0], words[0].to_ne_bytes()[0]);
            assert!(words_at("live", 0, 0).unwrap().is_none());
        }
    }

    #[test]
    fn what_can_be_no_memory_is_refused() {
        // SAFETY: nothing is read.
        unsafe {
            for address in [0, -8, jlong::MIN] {
                assert!(text(bytes_at("address", address, "length", 8)).contains("[address]"));
                assert!(text(words_at("live", address, 8)).contains("[live]"));
            }
            for length in [0, -1, jlong::MIN] {
                assert!(text(bytes_at("address", 4096, "length", length)).contains("[length]"));
                assert!(text(words_at("live", 4096, length)).contains("[liveWords]"));
            }
            for length in [jlong::MAX, jlong::MAX - 4095] {
                assert!(text(bytes_at("address", 4096, "length", length)).contains("too large"));
            }
            for words in [jlong::MAX, jlong::MAX / 8, jlong::MAX / 8 + 1] {
                assert!(text(words_at("live", 4096, words)).contains("too large"));
            }
            assert!(text(words_at("live", 4100, 1)).contains("no address of words"));
        }
    }
}
