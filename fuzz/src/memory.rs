//! An allocator that counts, and ends the process where an input costs more than it may.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that are in use.
static USED: AtomicUsize = AtomicUsize::new(0);
/// Most that may be in use.
static LIMIT: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Runs `body`, which may use so many bytes more than are in use before it.
pub fn within<T>(bytes: usize, body: impl FnOnce() -> T) -> T {
    LIMIT.store(USED.load(Ordering::Relaxed).saturating_add(bytes), Ordering::Relaxed);
    let result = body();
    LIMIT.store(usize::MAX, Ordering::Relaxed);
    result
}

/// Notes memory that is asked for.
fn add(size: usize) {
    let used = USED.fetch_add(size, Ordering::Relaxed).saturating_add(size);
    let limit = LIMIT.load(Ordering::Relaxed);
    if used > limit {
        // The message allocates, too.
        LIMIT.store(usize::MAX, Ordering::Relaxed);
        let over = used - limit;
        eprintln!("an allocation of {size} bytes is {over} more than the input may cost");
        std::process::abort();
    }
}

fn subtract(size: usize) {
    USED.fetch_sub(size, Ordering::Relaxed);
}

// SAFETY: every call goes on to the system's allocator with the arguments that came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        subtract(layout.size());
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size > layout.size() {
            add(size - layout.size());
        } else {
            subtract(layout.size() - size);
        }
        // SAFETY: the caller's promise.
        unsafe { System.realloc(pointer, layout, size) }
    }
}
